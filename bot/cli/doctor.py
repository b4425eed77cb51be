"""`duly doctor`: what is wrong, in a sentence each, and what to do about it. Policy 5.1.1."""

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.cli.common import FINE, FOUND, Out, where

if TYPE_CHECKING:
    from bot.store import Store, Transaction
    from bot.words import Say


def add(sub: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    one = sub.add_parser("doctor", help="say what is wrong and what to do")
    one.add_argument("--again", action="store_true", help="let everything parked be tried again")
    where(one)
    one.set_defaults(needs_store=True)


def run(args: argparse.Namespace, store: "Store | None", out: Out) -> int:
    """0: all is well, 1: something needs a look."""
    from bot.cli.people import spoken
    from bot.words import say

    assert store is not None
    words = spoken()
    if args.again:
        with store.transaction() as tx:
            count = tx.journal.unpark()
        out(words(say("{count} parked events will be tried again.", count=count)))
        return FINE
    with store.reading() as tx:
        found = [words(what) for what in _findings(tx)]
        noted = [words(what) for what in _notes(tx)]
    for what in found or [words(say("All is well."))]:
        out(what)
    for what in noted:
        out(what)
    return FOUND if found else FINE


def _findings(tx: "Transaction") -> Iterator["Say"]:
    from bot.policy import hours
    from bot.words import Code, Quoted, say

    shot, book = tx.people.snapshot(), tx.policies.current()
    if not shot.directory.people:
        yield say(
            "Nobody is in the directory: {command}", command=Code("./duly people import FILE")
        )
    elif not shot.directory.with_role("it"):
        command = Code("./duly people role ID it")
        yield say("Nobody has the role {role}: {command}", role=Code("it"), command=command)
    for row in tx.people.strangers():
        yield say(
            "Account {account} ({name}) belongs to nobody: {command}",
            account=Code(f"{row.platform}:{row.realm}:{row.id}"),
            name=Quoted(row.name),
            command=Code("./duly people link PLATFORM REALM ACCOUNT PERSON"),
        )
    for row in tx.journal.parked():
        last = tx.journal.error(row).strip().splitlines()[-1]
        yield say(
            "Event {id} could not be handled ({error}). After mending the cause: {command}",
            id=Code(row.id),
            error=Quoted(last),
            command=Code("./duly doctor --again"),
        )
    year = tx.clock.now().year
    for name in book.calendars:
        if hours.provisional(year, tx.policies.calendar(name, book)):
            yield say(
                "The public holidays of {year} in calendar {name} are only predicted: {command}",
                year=Code(str(year)),
                name=Code(name),
                command=Code("./duly people holidays FILE"),
            )


def _notes(tx: "Transaction") -> Iterator["Say"]:
    """What is good to know, and needs nothing to be done."""
    from bot.words import say_many

    if count := tx.people.outsiders():
        yield say_many(
            "One account is a guest's, or of another company: it is left alone.",
            "{count} accounts are guests', or of other companies: they are left alone.",
            count,
        )
