"""`duly report`: the Excel report of a period, written to a file. Policy 5.2."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.cli.common import FINE, FOUND, MISUSED, Out, where

if TYPE_CHECKING:
    from bot.report import Edition
    from bot.store import Store, Transaction

EDITIONS = ("hr", "head", "board", "audit", "mine")
ROLES = {"hr": "hr", "board": "executive", "audit": "auditor"}


def add(sub: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    one = sub.add_parser("report", help="write the Excel report of a period")
    when = one.add_mutually_exclusive_group(required=True)
    when.add_argument("--month", metavar="YYYY-MM", dest="period")
    when.add_argument("--period", metavar="2026-W41|2026-Q4|2026", dest="period")
    one.add_argument("--out", metavar="FILE", type=Path, required=True)
    one.add_argument("--edition", choices=EDITIONS, default="hr")
    one.add_argument("--for", dest="whom", metavar="PERSON|DEPARTMENT", default="")
    where(one)
    one.set_defaults(needs_store=True)


def run(args: argparse.Namespace, store: "Store | None", out: Out) -> int:
    """0: written, 1: its reader may not have it, 2: asked for wrongly."""
    from bot.cli.people import spoken
    from bot.command import Refusal
    from bot.policy.periods import NoPeriod
    from bot.words import Quoted, say

    assert store is not None
    words, file = spoken(), Quoted(str(args.out))
    if not args.out.parent.is_dir():
        folder = Quoted(str(args.out.parent))
        out(words(say("There is no folder {folder} to write into.", folder=folder)))
        return MISUSED
    try:
        made = _write(args, store)
    except NoPeriod as error:
        out(words(error.why))
        return MISUSED
    except Refusal as refusal:
        out(words(refusal.why))
        return FOUND
    except OSError as error:
        reason = Quoted(error.strerror or str(error))
        out(words(say("{file} cannot be written: {reason}.", file=file, reason=reason)))
        return MISUSED
    out(words(say("{file} is written: {count} rows.", file=file, count=made.rows)))
    return FINE


def _write(args: argparse.Namespace, store: "Store") -> Any:
    from bot.gathering import gather
    from bot.policy import periods
    from bot.report import Wanted
    from bot.words import Reader
    from bot.workbooks import workbook

    with store.reading(through=True) as tx:
        period = periods.parse(args.period, tx.home().zone)
        person = _reader(tx, args.edition, args.whom)
        reader = Reader(_language(tx, person, args.whom), tx.home().zone)
        wanted = Wanted(period=period, edition=args.edition, person=person, reader=reader)
        material = gather(tx, wanted)
    return workbook(material, args.out)


def _language(tx: "Transaction", person: str, whom: str) -> str:
    """Of whose copy it is, where somebody is named; else of the terminal."""
    from bot.cli.people import tongue

    return tx.people.snapshot().directory.people[person].language if whom else tongue()


def _reader(tx: "Transaction", edition: "Edition", whom: str) -> str:
    """Whose copy it is: named, else the head of the department named, else who has the role."""
    from bot.command import Words
    from bot.settings import Unusable

    directory = tx.people.snapshot().directory
    for unit in directory.departments.values():
        if whom and whom.casefold() in (unit.id.casefold(), unit.name.casefold()) and unit.head:
            return unit.head
    if whom:
        return Words(whom, tx.clock.now(), tx.home().zone, directory=directory).person(whom).id
    found = directory.with_role(ROLES.get(edition, ""))
    if not found:
        raise Unusable("Say whose copy it is: --for PERSON or --for DEPARTMENT.")
    return found[0].id
