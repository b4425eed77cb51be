"""`duly matrix …`: our device on a homeserver, whom it trusts, and what outlives the machine."""

import argparse
import os
import sys
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.common import FINE, Out, settings_of, where

if TYPE_CHECKING:
    from bot.store import Store
    from bot.words import Say

BACKUP_KEY = "MATRIX_BACKUP_KEY"


def add(sub: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    matrix = sub.add_parser("matrix", help="install Duly on a Matrix homeserver")
    deeds = matrix.add_subparsers(dest="deed", metavar="DEED", required=True)
    register = deeds.add_parser("register", help="log in, or make sure that all is as it should be")
    register.add_argument(
        "--new-identity",
        action="store_true",
        help="replace a cross-signing identity that is not ours",
    )
    register.add_argument("--show-key", action="store_true", help="print the backup key again")
    trust = deeds.add_parser("trust", help="whose identity has changed; accept a new one")
    trust.add_argument("user", metavar="@USER:SERVER", nargs="?", default="")
    backup = deeds.add_parser("backup", help="write identity and room keys, sealed, to a file")
    backup.add_argument("file", metavar="FILE", type=Path)
    restore = deeds.add_parser(
        "restore", help=f"make a new device from a backup; {BACKUP_KEY} or the terminal opens it"
    )
    restore.add_argument("file", metavar="FILE", type=Path)
    for each in (register, trust, backup, restore):
        each.add_argument("--account", metavar="@DULY:SERVER", default="", help="of several")
        where(each)


def run(args: argparse.Namespace, store: "Store | None", out: Out) -> int:  # noqa: ARG001
    """Raises bot.settings.Unusable."""
    from bot.cli.people import spoken

    words = spoken()
    for each in _done(args):
        out(words(each))
    return FINE


def _done(args: argparse.Namespace) -> "list[Say]":
    from bot.wiring import matrix_deeds

    deeds = matrix_deeds(settings_of(args), args.account)
    match args.deed:
        case "register":
            return deeds.register(new_identity=args.new_identity, show_key=args.show_key)
        case "trust":
            return deeds.trust(args.user)
        case "backup":
            return deeds.back_up(args.file)
        case _:
            return deeds.restore(args.file, _key())


def _key() -> str:
    """From its variable, else from whoever sits there; empty where nobody does."""
    if os.environ.get(BACKUP_KEY):
        return os.environ[BACKUP_KEY].strip()
    return getpass(f"{BACKUP_KEY}: ").strip() if sys.stdin.isatty() else ""
