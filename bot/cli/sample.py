"""`duly sample --check`: was a sample drawn as it says. Policy 5.1.2."""

import argparse
from typing import TYPE_CHECKING

from bot.cli.common import FINE, FOUND, MISUSED, Out, where

if TYPE_CHECKING:
    from bot.store import Store
    from bot.words import Say


def add(sub: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    one = sub.add_parser("sample", help="draw a sample of messages again, and compare")
    one.add_argument("--check", type=int, metavar="NUMBER", required=True, help="of the sample")
    where(one)
    one.set_defaults(needs_store=True)


def run(args: argparse.Namespace, store: "Store | None", out: Out) -> int:
    """0: drawn again it is the same, 1: it is not, 2: there is no such sample."""
    from bot.cli.people import spoken
    from bot.handlers import drawing
    from bot.words import Code, Ref, say

    assert store is not None
    words = spoken()
    with store.reading() as tx:
        sample = tx.samples.find(args.check)
        if sample is None:
            out(words(say("There is no sample {number}.", number=Ref(args.check))))
            return MISUSED
        wrong = drawing.check(tx, sample)
        drawn = len(tx.samples.messages(sample.id))
    for each in wrong:
        out(words(differences()[each]))
    if not wrong:
        out(
            words(
                say(
                    "{number} holds: {count} of {population} messages, by the seed {seed}.",
                    number=Ref(sample.number),
                    count=drawn,
                    population=sample.population,
                    seed=Code(sample.seed),
                )
            )
        )
    return FOUND if wrong else FINE


def differences() -> "dict[str, Say]":
    from bot.words import say

    return {
        "seed": say("Its seed is not that of its department and period."),
        "population": say("What it was drawn from is not what is kept of that time."),
        "messages": say("Drawn again, it has other messages."),
    }
