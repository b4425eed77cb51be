"""`duly assess`: ratings in a sheet, written for who is to rate and read back. Policy 5.2.1."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.common import FINE, FOUND, MISUSED, Out, where

if TYPE_CHECKING:
    from bot.policy.people import Person
    from bot.store import Store, Transaction
    from bot.store.assessing import Round


def add(sub: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    assess = sub.add_parser("assess", help="ratings for an assessment, in a sheet")
    deeds = assess.add_subparsers(dest="deed", metavar="DEED", required=True)
    one = deeds.add_parser("template", help="write a sheet with everybody who waits for a rating")
    one.add_argument("file", metavar="FILE", type=Path)
    _whose(one)
    one = deeds.add_parser("import", help="read a filled sheet, .xlsx or .csv")
    one.add_argument("file", metavar="FILE", type=Path)
    one.add_argument("--dry-run", action="store_true", help="only look whether it can be read")
    _whose(one)


def _whose(one: argparse.ArgumentParser) -> None:
    one.add_argument("--by", metavar="PERSON", required=True, help="who rates")
    one.add_argument("--period", metavar="2026-Q4", default="", help="else the newest")
    where(one)
    one.set_defaults(needs_store=True)


def run(args: argparse.Namespace, store: "Store | None", out: Out) -> int:
    """0: done, 1: the sheet has faults, 2: asked for wrongly."""
    from bot.cli.people import readable, spoken
    from bot.command import Refusal

    assert store is not None
    if args.deed == "import" and not readable(args.file, out):
        return MISUSED
    try:
        return (_template if args.deed == "template" else _import)(args, store, out)
    except Refusal as refusal:
        out(spoken()(refusal.why))
        return MISUSED


def _template(args: argparse.Namespace, store: "Store", out: Out) -> int:
    from bot.cli.people import spoken, tongue
    from bot.command import Refusal
    from bot.handlers import rating
    from bot.intake.ratingsheet import template
    from bot.words import Code, Quoted, say

    words, name = spoken(), Quoted(str(args.file))
    if args.file.suffix.lower() != ".xlsx":
        raise Refusal(say("The template is a workbook: give it a name that ends in .xlsx."))
    if args.file.exists():
        raise Refusal(say("{file} is already there: name another file, or delete it.", file=name))
    with store.reading() as tx:
        round, by = _meant(args, tx)
        lines = rating.lines(tx, round, by)
    if not lines:
        raise Refusal(rating.nobody(round))
    try:
        args.file.write_bytes(template(lines, tongue()))
    except OSError as error:
        reason = Quoted(error.strerror or str(error))
        raise Refusal(
            say("{file} cannot be written: {reason}.", file=name, reason=reason)
        ) from None
    command = Code(f"duly assess import {args.file} --by {by.id} --dry-run")
    out(words(say("{file} is written. Fill it in, then: {command}", file=name, command=command)))
    return FINE


def _import(args: argparse.Namespace, store: "Store", out: Out) -> int:
    from functools import partial

    from bot.cli.people import refused, spoken
    from bot.handlers import rating
    from bot.intake import ratings
    from bot.intake.notes import Faults
    from bot.intake.tables import Unreadable, read
    from bot.words import say, say_many

    words = spoken()
    try:
        table = read(args.file, ratings.COLUMNS)
        with store.reading() if args.dry_run else store.transaction() as tx:
            round, by = _meant(args, tx)
            found = ratings.plan(table, partial(rating.whom, tx, round, by))
            count = 0 if args.dry_run else rating.take(tx, round, by, found)
    except Unreadable as error:
        out(words(error.what))
        return FOUND
    except Faults as error:
        return refused(error.found, out)
    if args.dry_run:
        rated = say_many("One person is rated.", "{count} people are rated.", len(found))
        out(words(rated))
        out(words(say("This was a dry run: nothing was changed.")))
    else:
        out(words(rating.told(count)))
    return FINE


def _meant(args: argparse.Namespace, tx: "Transaction") -> "tuple[Round, Person]":
    """The assessment, and who rates. Raises Refusal."""
    from bot.command import Words
    from bot.handlers import assessing

    round = assessing.meant(tx, args.period)
    directory = tx.people.snapshot().directory
    words = Words(args.by, tx.clock.now(), tx.home().zone, directory=directory)
    return round, words.person(args.by)
