"""`duly verify`: is everything that was said still as it was kept. Policy 3.3.3."""

import argparse
import sys
import zipfile
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.common import FINE, FOUND, Out, where

if TYPE_CHECKING:
    from bot.store import Store
    from bot.store.verifying import Broken, Checked
    from bot.words import Say

TELL = 1_000_000  # records between two words on how far it is


def add(sub: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    one = sub.add_parser("verify", help="check that nothing kept was changed")
    where(one)
    one.add_argument("--key", action="store_true", help="print the key that signs checkpoints")
    one.add_argument(
        "--against", metavar="FILE", type=Path, help="checkpoints that were posted outside"
    )
    one.add_argument("--bundle", metavar="FILE", type=Path, help="check an exported bundle instead")
    one.set_defaults(needs_store=True)


def run(args: argparse.Namespace, store: "Store | None", out: Out) -> int:
    """0: all of it holds, 1: the first broken place of each conversation is named."""
    assert store is not None
    if args.key:
        with store.reading() as tx:
            out(tx.checkpoints.public().hex())
        return FINE
    if args.bundle:
        return _bundle(args.bundle, store, out)
    return _store(args.against, store, out)


def _store(against: Path | None, store: "Store", out: Out) -> int:
    from bot.cli.people import spoken
    from bot.policy.oversight import Check
    from bot.words import say_many

    words, held, broken, told = spoken(), 0, 0, TELL
    posted = _posted(against)
    with store.reading() as tx:
        begun, last = tx.clock.new_id(), tx.checkpoints.last()
        disposed = tx.disposed.count()
        for step in chain(tx.verifying.steps(posted), tx.disposed.verify()):
            if isinstance(step, int):
                held = step
                if held >= told:
                    print(f"{held:,} …", file=sys.stderr, flush=True)
                    told += TELL
                continue
            broken += 1
            out(words(_said(step)))
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
    with store.transaction() as tx:  # so that a report can say when it was done
        number = last.number if last else 0
        tx.oversight.checked(Check(tx.clock.now(), held, broken, number, before=begun))
    return FOUND if broken else FINE


def _said(step: "Broken | Checked") -> "Say":
    from bot.store.verifying import Broken
    from bot.words import Code, say

    if isinstance(step, Broken):
        return say(
            "Broken: {conversation}, record {seq}: {why}.",
            conversation=Code(step.conversation),
            seq=Code(str(step.seq)),
            why=step.why,
        )
    return say("Broken: checkpoint {number}: {why}.", number=Code(str(step.number)), why=step.why)


def _posted(file: Path | None) -> list[str]:
    """Raises Unusable."""
    from bot.evidence import checkpoint_in
    from bot.settings import Unusable

    if file is None:
        return []
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise Unusable(f"{file} cannot be read: {error.strerror}.") from None
    if not any(map(checkpoint_in, lines)):
        raise Unusable(f"There is no checkpoint in {file}: paste there what was posted.")
    return lines


def _bundle(file: Path, store: "Store", out: Out) -> int:
    """Against the key of this store. Raises Unusable."""
    from bot.evidence import UNREADABLE, faults
    from bot.settings import Unusable

    with store.reading() as tx:
        key = tx.checkpoints.public().hex()
    try:
        with zipfile.ZipFile(file) as bundle:
            found = list(faults(bundle, key))
    except UNREADABLE as error:
        raise Unusable(f"{file} cannot be read as a bundle: {error}.") from None
    for each in found:
        out(f"Broken: {each}.")
    if not found:
        out("All of it holds.")
    return FOUND if found else FINE
