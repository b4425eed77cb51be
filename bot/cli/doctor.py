"""`duly doctor`: what is wrong, in a sentence each, and what to do about it. Policy 5.1.1."""

import argparse
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.cli.common import FINE, FOUND, Out, settings_of, where

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.store import Store, Transaction
    from bot.words import Say

LEAST, SHARE = 2_000_000_000, 0.1  # bytes left, or of a small disk the part, below which it is told


def add(sub: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    one = sub.add_parser("doctor", help="say what is wrong and what to do")
    one.add_argument("--again", action="store_true", help="let everything parked be tried again")
    where(one)
    one.set_defaults(needs_store=True)


def run(args: argparse.Namespace, store: "Store | None", out: Out) -> int:
    """0: all is well, 1: something needs a look."""
    from bot.cli.findings import outsiders, unreached
    from bot.cli.people import spoken
    from bot.words import say

    assert store is not None
    words = spoken()
    if args.again:
        with store.transaction() as tx:
            count = tx.journal.unpark()
        out(words(say("{count} parked events will be tried again.", count=count)))
        return FINE
    from bot.wiring import examined, openid_examined, platforms

    settings = settings_of(args)
    looks = [*examined(store, settings), *openid_examined(store, settings)]
    with store.reading() as tx:
        found = [*_findings(tx), *unreached(tx, platforms(settings))]
        noted = list(outsiders(tx))
    found += _of_disk(settings)
    found += [what for look in looks for what in look.wrong]
    for what in [*(what for look in looks for what in look.told), *found]:
        out(words(what))
    if not found:
        out(words(say("All is well.")))
    for what in noted:
        out(words(what))
    return FOUND if found else FINE


def _findings(tx: "Transaction") -> Iterator["Say"]:
    from bot.cli.findings import parked, strangers, unreadable
    from bot.handlers import ailments

    yield from ailments.of_directory(tx)
    yield from ailments.of_processes(tx)
    yield from ailments.of_waiting(tx)
    yield from unreadable(tx)
    yield from strangers(tx)
    yield from parked(tx)


def _of_disk(settings: "Settings") -> Iterator["Say"]:
    """The one on which the database lies, or what we keep beside it."""
    from bot.words import Code, say

    folder = next((each for each in (settings.data, *settings.data.parents) if each.exists()), None)
    if folder is None:
        return
    disk = shutil.disk_usage(folder)
    if disk.free < min(LEAST, disk.total * SHARE):
        yield say(
            "The disk of {folder} has only {size} MB left: make room before it is full.",
            folder=Code(str(folder)),
            size=disk.free // 1_000_000,
        )
