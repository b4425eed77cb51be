"""`duly verify`: is everything that was said still as it was kept. Policy 3.3.3."""

import argparse
from itertools import chain
from typing import TYPE_CHECKING

from bot.cli.common import FINE, FOUND, Out, where

if TYPE_CHECKING:
    from bot.store import Store


def add(sub: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    one = sub.add_parser("verify", help="check that nothing kept was changed")
    where(one)
    one.set_defaults(needs_store=True)


def run(args: argparse.Namespace, store: "Store | None", out: Out) -> int:  # noqa: ARG001
    """0: every chain of records holds, 1: the first broken place of each is named."""
    from bot.cli.people import spoken
    from bot.store.records import Broken
    from bot.words import Code, say, say_many

    assert store is not None
    words, held, broken = spoken(), 0, 0
    with store.reading() as tx:
        disposed = tx.disposed.count()
        for step in chain(tx.records.verify(), tx.disposed.verify()):
            if not isinstance(step, Broken):
                held = step
                continue
            broken += 1
            out(
                words(
                    say(
                        "Broken: {conversation}, record {seq}: {why}.",
                        conversation=Code(step.conversation),
                        seq=Code(str(step.seq)),
                        why=step.why,
                    )
                )
            )
    if not broken:
        fine = say_many(
            "Nothing kept was changed: {count} record checked.",
            "Nothing kept was changed: {count} records checked.",
            held,
        )
        out(words(fine))
    if disposed:
        gone = say_many(
            "{count} was disposed of, by certificate.",
            "{count} were disposed of, by certificate.",
            disposed,
        )
        out(words(gone))
    return FOUND if broken else FINE
