"""`duly doctor`: what is wrong, in a sentence each, and what to do about it. Policy 5.1.1."""

import argparse
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from bot.cli.common import FINE, FOUND, Out, settings_of, where

if TYPE_CHECKING:
    from sqlalchemy import Row

    from bot.store import Store, Transaction
    from bot.words import Say

NAME = 40  # characters of what a payload calls itself
NAMES = 5  # of people that are written out


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
    from bot.wiring import examined, platforms

    settings = settings_of(args)
    looks = examined(store, settings)
    with store.reading() as tx:
        found = [*_findings(tx), *_unreached(tx, platforms(settings))]
    found += [what for look in looks for what in look.wrong]
    for what in [*(what for look in looks for what in look.told), *found]:
        out(words(what))
    if not found:
        out(words(say("All is well.")))
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
        yield _parked(tx, row)
    year = tx.clock.now().year
    for name in book.calendars:
        if hours.provisional(year, tx.policies.calendar(name, book)):
            yield say(
                "The public holidays of {year} in calendar {name} are only predicted: {command}",
                year=Code(str(year)),
                name=Code(name),
                command=Code("./duly people holidays FILE"),
            )


def _parked(tx: "Transaction", row: "Row[Any]") -> "Say":
    from bot.events import Unread
    from bot.words import Code, Quoted, say

    again, event = Code("./duly doctor --again"), tx.journal.read(row)
    if isinstance(event, Unread):
        return say(
            "{platform} sent something that I cannot read: {kind} (event {id}). It is kept; with a "
            "Duly that can read it: {command}",
            platform=Quoted(event.key.partition("/")[0].capitalize()),
            kind=Quoted(_kind(event.payload)),
            id=Code(row.id),
            command=again,
        )
    return say(
        "Event {id} could not be handled ({error}). After mending the cause: {command}",
        id=Code(row.id),
        error=Quoted(tx.journal.error(row).strip().splitlines()[-1]),
        command=again,
    )


def _kind(payload: str) -> str:
    """What a payload calls itself; "?" where it does not."""
    try:
        told = json.loads(payload)
    except ValueError:
        return "?"
    told = told if isinstance(told, dict) else {}
    event = told.get("event")
    inner = event.get("type") if isinstance(event, dict) else None
    return str(inner or told.get("type") or told.get("command") or "?")[:NAME]


def _unreached(tx: "Transaction", platforms: "Sequence[str]") -> "Iterator[Say]":
    """Who works here and has no account, on a platform whose accounts we have seen."""
    from bot.words import Code, Quoted, Rows, say_many

    directory = tx.people.snapshot().directory
    for platform in platforms:
        behind = {
            who for account, who in directory.accounts.items() if account.platform == platform
        }
        people = [each for each in directory.people.values() if each.active and not each.partner]
        without = sorted(each.name for each in people if each.id not in behind)
        if behind and without:
            yield say_many(
                "{count} person of the directory has no account on {platform} ({names}), so I "
                "cannot write to them. Does their e-mail address agree? Else: {command}",
                "{count} people of the directory have no account on {platform} ({names}), so I "
                "cannot write to them. Do their e-mail addresses agree? Else: {command}",
                count=len(without),
                platform=Quoted(platform.capitalize()),
                names=Rows(tuple(map(Quoted, without[:NAMES]))),
                command=Code("./duly people link PLATFORM REALM ACCOUNT PERSON"),
            )
