"""The command line behind ./duly: each command loads only what it needs."""

import argparse
import sys
from importlib import import_module

from bot import VERSION

MODULES = {
    "demo": "serving",
    "serve": "serving",
    "web": "serving",
    "worker": "serving",
    "migrate": "serving",
    "import": "importing",
    "replay": "replay",
    "report": "report",
    "verify": "verify",
    "verify-pages": "verifypages",
    "export": "export",
    "sample": "sample",
    "explain": "explain",
    "doctor": "doctor",
    "backup": "backup",
    "restore": "backup",
    "people": "people",
    "policy": "policy",
    "slack": "slack",
    "matrix": "matrix",
    "search": "search",
    "assess": "assess",
}
MISUSED = 2


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="./duly", description="Duly, the compliance bot for corporate chat."
    )
    sub = made.add_subparsers(dest="command", metavar="COMMAND")
    for name in dict.fromkeys(MODULES.values()):
        import_module(f"bot.cli.{name}").add(sub)
    sub.add_parser("version", help="which Duly this is")
    sub.add_parser("test", help="run the tests (pytest's arguments follow)")
    sub.add_parser("check", help="run every check")
    return made


def main(words: list[str] | None = None) -> int:
    words = sys.argv[1:] if words is None else words
    if words == ["version"]:
        print(f"Duly {VERSION}")
        return 0
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help")):
        words = ["demo", *words]
    args = parser().parse_args(words)
    if args.command is None:
        parser().print_help()
        return MISUSED
    return _run(args)


def _run(args: argparse.Namespace) -> int:
    from bot.cli.common import opened, out
    from bot.settings import Unusable

    module = import_module(f"bot.cli.{MODULES[args.command]}")
    try:
        if not getattr(args, "needs_store", False):
            return int(module.run(args, None, out))
        with opened(args) as store:
            return int(module.run(args, store, out))
    except Unusable as error:
        print(error, file=sys.stderr)
        return MISUSED


def _start() -> int:
    """What goes wrong is told without anybody's words here, too: a terminal's lines are kept."""
    import logging

    from bot import logs

    logs.set_up("text", logging.WARNING)
    return main()


if __name__ == "__main__":
    sys.exit(_start())
