"""`duly search`: how far the index of search has come, and made anew. Policy 3.3.2."""

import argparse
from typing import TYPE_CHECKING

from bot.cli.common import FINE, FOUND, Out, where

if TYPE_CHECKING:
    from bot.store import Store

MOST = 1_000_000


def add(sub: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    one = sub.add_parser("search", help="how far the index of search has come; make it anew")
    one.add_argument("deed", choices=("status", "rebuild"))
    where(one)
    one.set_defaults(needs_store=True)


def run(args: argparse.Namespace, store: "Store | None", out: Out) -> int:
    """0: everything kept can be found, 1: some of it cannot be found yet."""
    from bot.cli.people import spoken
    from bot.indexing import Indexer
    from bot.words import say, say_many

    assert store is not None
    words = spoken()
    if args.deed == "rebuild":
        count = Indexer(store).rebuild()
        done = say_many(
            "{count} record was gone through.", "{count} records were gone through.", count
        )
        out(words(done))
        return FINE
    with store.reading() as tx:
        behind = tx.search.behind(MOST)
    if not behind:
        out(words(say("Everything that is kept can be found.")))
        return FINE
    left = say_many(
        "{count} record is still to be gone through.",
        "{count} records are still to be gone through.",
        behind,
    )
    out(words(left))
    return FOUND
