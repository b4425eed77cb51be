"""`duly explain`: the life of a duty, for whoever looks after the bot. Policy 1.3."""

import argparse
from typing import TYPE_CHECKING

from bot.cli.common import FINE, FOUND, MISUSED, Out, where

if TYPE_CHECKING:
    from bot.store import Store


def add(sub: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    one = sub.add_parser("explain", help="tell the life of a duty")
    one.add_argument("number", metavar="NUMBER")
    where(one)
    one.set_defaults(needs_store=True)


def run(args: argparse.Namespace, store: "Store | None", out: Out) -> int:
    """0: told, 1: there is none of that number, 2: that is no number."""
    from bot.cli.people import spoken
    from bot.command import number_in
    from bot.handlers import life
    from bot.words import Code, Quoted, Ref, say

    assert store is not None
    words, number = spoken(), number_in(args.number)
    if number is None:
        out(words(say("{words} is no number of a duty.", words=Quoted(args.number))))
        return MISUSED
    with store.reading() as tx:
        duty = tx.duties.find(number)
        if duty is None:
            out(words(say("There is no duty {number}.", number=Ref(number))))
            return FOUND
        zone = tx.home().zone
        words = spoken(zone)
        out(words(say("Times are those of {zone}.", zone=Code(zone))))
        for sentence in life.told(tx, duty):
            out(words(sentence))
    return FINE
