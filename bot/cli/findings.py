"""What `duly doctor` finds in the store: accounts, people and events that need a look."""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.events import Unread
from bot.words import Code, Quoted, Rows, Say, say, say_many

if TYPE_CHECKING:
    from sqlalchemy import Row

    from bot.store import Transaction

NAME = 40  # characters of what a payload calls itself
LATELY = timedelta(days=7)
NAMES = 5  # of people or accounts that are written out


def strangers(tx: "Transaction") -> Iterator[Say]:
    """Accounts that nobody is known behind: each, or how many more there are."""
    found = tx.people.strangers()
    for row in found[:NAMES]:
        yield say(
            "Account {account} ({name}) belongs to nobody: {command}",
            account=Code(f"{row.platform}:{row.realm}:{row.id}"),
            name=Quoted(row.name),
            command=Code("./duly people link PLATFORM REALM ACCOUNT PERSON"),
        )
    if more := found[NAMES:]:
        yield say_many(
            "{count} account more belongs to nobody: {command}",
            "{count} accounts more belong to nobody: {command}",
            count=len(more),
            command=Code("./duly people list --strangers"),
        )


def outsiders(tx: "Transaction") -> Iterator[Say]:
    """What is good to know, and needs nothing to be done."""
    if count := tx.people.outsiders():
        yield say_many(
            "One account is a guest's, or of another company: it is left alone.",
            "{count} accounts are guests', or of other companies: they are left alone.",
            count,
        )


def parked(tx: "Transaction") -> Iterator[Say]:
    """What could not be handled, and waits to be tried again."""
    for row in tx.journal.parked():
        yield _parked(tx, row)


def unreadable(tx: "Transaction") -> Iterator[Say]:
    """What was said lately and is still not readable."""
    found = tx.unreadable.counted(tx.clock.now() - LATELY)
    if found.oldest is not None:
        yield say_many(
            "{count} message of the last week could not be read ({read} more could be later), the "
            "oldest of {oldest}: the key to it did not arrive. Its author was asked to send it "
            "again.",
            "{count} messages of the last week could not be read ({read} more could be later), the "
            "oldest of {oldest}: the keys to them did not arrive. Their authors were asked to send "
            "them again.",
            count=found.count - found.read,
            read=found.read,
            oldest=found.oldest,
        )


def unreached(tx: "Transaction", platforms: Sequence[str]) -> Iterator[Say]:
    """Who works here and has no account, on a platform whose accounts we have seen."""
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
                "cannot write to them. Look at their e-mail address and the column accounts in "
                "the directory, or give them a code: {command}",
                "{count} people of the directory have no account on {platform} ({names}), so I "
                "cannot write to them. Look at their e-mail addresses and the column accounts in "
                "the directory, or give each of them a code: {command}",
                count=len(without),
                platform=Quoted(platform.capitalize()),
                names=Rows(tuple(map(Quoted, without[:NAMES]))),
                command=Code("./duly people code PERSON"),
            )


def _parked(tx: "Transaction", row: "Row[Any]") -> Say:
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
        error=Code(tx.journal.error(row).split("\n", 1)[0]),
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
