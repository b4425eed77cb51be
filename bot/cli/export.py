"""`duly export`: what was said, as evidence that anybody can check. Policy 3.3.3."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.common import FINE, Out, where

if TYPE_CHECKING:
    from bot.store import Store, Transaction


def add(sub: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    one = sub.add_parser("export", help="records as evidence, with a verifier of its own")
    where(one)
    which = one.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--conversation",
        metavar="NAME",
        action="append",
        help="such as slack/T123/C456 (./duly verify names them so); again for more",
    )
    which.add_argument("--all", action="store_true", help="every conversation")
    one.add_argument("--out", metavar="FILE", type=Path, required=True, help="a .zip to write")
    one.add_argument(
        "--disclose", action="store_true", help="what the records say, too; that you did is kept"
    )
    one.set_defaults(needs_store=True)


def run(args: argparse.Namespace, store: "Store | None", out: Out) -> int:
    """Raises Unusable."""
    from bot import bundle
    from bot.handlers import checkpointing
    from bot.settings import Unusable, load

    assert store is not None
    with store.transaction() as tx:
        if args.disclose:
            _looked(tx, args.conversation)
        checkpointing.take(tx, to_file=load().checkpoints is not None)
    with store.reading() as tx:
        known = tx.records.conversations()
        for name in args.conversation or ():
            if name not in known:
                raise Unusable(f"There is no conversation {name}. Write it as duly verify does.")
        chosen = args.conversation and {
            name: range(1, known[name] + 1) for name in args.conversation
        }
        try:
            made = bundle.write(tx, args.out, chosen, disclose=args.disclose)
        except OSError as error:
            raise Unusable(f"{args.out} cannot be written: {error.strerror}.") from None
    out(f"{args.out}: {made.shown} records of {made.conversations} conversations.")
    out(
        f"Check it anywhere: unzip -p {args.out} verify.py > verify.py; python verify.py {args.out}"
    )
    return FINE


def _looked(tx: "Transaction", conversations: list[str] | None) -> None:
    """A look at other people's records is a record itself."""
    from bot.store.records import Saying

    tx.records.add(
        Saying(
            kind="look",
            conversation="duly/looks",
            thread=None,
            message=tx.clock.new_id(),
            author="terminal",
            class_name="work",
            at=tx.clock.now(),
            body={"who": "terminal", "how": "export", "conversations": conversations or "all"},
        )
    )
