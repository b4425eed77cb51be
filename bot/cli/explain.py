"""`duly explain`: the life of a duty, for whoever looks after the bot. Policy 1.3.

Nobody's words: messages are named by where they are.
"""

import argparse
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from bot.cli.common import FINE, FOUND, MISUSED, Out, where

if TYPE_CHECKING:
    from bot.policy.duties import Duty
    from bot.store import Store, Transaction

SHOWN = 20  # duties to choose from
NAME = 12  # columns of a person's name


def add(sub: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    one = sub.add_parser("explain", help="tell the life of a duty, or list the last ones")
    one.add_argument("number", metavar="NUMBER", nargs="?", default="")
    where(one)
    one.set_defaults(needs_store=True)


def run(args: argparse.Namespace, store: "Store | None", out: Out) -> int:
    """0: told, 1: there is none of that number, 2: that is no number."""
    from bot.cli.people import spoken
    from bot.command import number_in
    from bot.words import Quoted, Ref, say

    assert store is not None
    number = number_in(args.number)
    if args.number and number is None:
        out(spoken()(say("{words} is no number of a duty.", words=Quoted(args.number))))
        return MISUSED
    with store.reading() as tx:
        if number is None:
            _say_all(_list(tx), out)
            return FINE
        found = _found(tx, number)
        if not found:
            out(spoken()(say("There is no duty {number}.", number=Ref(number))))
            return FOUND
        _say_all(_lives(tx, found), out)
    return FINE


def _say_all(lines: Iterable[str], out: Out) -> None:
    for line in lines:
        out(line)


def _found(tx: "Transaction", number: int) -> "list[Duty]":
    """The duty of that number; of a request, everybody's to decide on it."""
    from bot.store.lives import Lives

    duty, request = tx.duties.find(number), tx.requests.find(number)
    if duty is not None:
        return [duty]
    return Lives(tx.rows).of_request(request.id) if request is not None else []


def _lives(tx: "Transaction", duties: "Iterable[Duty]") -> Iterator[str]:
    from bot.cli.people import spoken
    from bot.handlers import life
    from bot.words import Code, say

    zone = tx.home().zone
    words = spoken(zone)
    yield words(say("Times are those of {zone}.", zone=Code(zone)))
    for duty in duties:
        yield ""
        yield from map(words, life.told(tx, duty, None))


def _list(tx: "Transaction") -> Iterator[str]:
    """The last duties, to choose one from."""
    from bot.cli.people import spoken
    from bot.cli.tables import table
    from bot.store.lives import Lives
    from bot.words import Code, say

    zone = tx.home().zone
    words, duties = spoken(zone), Lives(tx.rows).latest(SHOWN)
    if not duties:
        yield words(say("Nothing was ever owed."))
        return
    yield from table([_row(tx, duty, zone) for duty in duties])
    yield words(say("The life of one of them: {command}", command=Code("./duly explain NUMBER")))


def _row(tx: "Transaction", duty: "Duty", zone: str) -> tuple[str, ...]:
    from bot.cli.people import spoken
    from bot.cli.tables import cut
    from bot.handlers.deeds import person_named
    from bot.handlers.endings import STATES
    from bot.policy.duties import NAMES
    from bot.words import Ref

    words = spoken(zone)
    owner, asker = (
        cut(words(person_named(tx, id)), NAME) if id else "—" for id in (duty.owed_by, duty.owed_to)
    )
    number = duty.number
    if duty.kind == "decide":
        number = tx.requests.get(duty.subject.partition("/")[2]).number
    return (
        words(Ref(number)),
        words(NAMES[duty.kind]),
        owner,
        f"→ {asker}",
        words(STATES[duty.state]),
        words(duty.due),
    )
