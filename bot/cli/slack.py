"""`duly slack manifest`: the app as Slack is told of it."""

import argparse
from typing import TYPE_CHECKING

from bot.cli.common import FINE, Out

if TYPE_CHECKING:
    from bot.store import Store


def add(sub: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    slack = sub.add_parser("slack", help="install Duly in Slack")
    deeds = slack.add_subparsers(dest="deed", metavar="DEED", required=True)
    one = deeds.add_parser("manifest", help="print the manifest from which Slack makes the app")
    way = one.add_mutually_exclusive_group()
    way.add_argument(
        "--socket",
        action="store_true",
        help="Duly calls Slack: no open port is needed (the default)",
    )
    way.add_argument("--url", metavar="URL", default="", help="Slack calls Duly at this https://…")
    one.add_argument("--name", default="Duly", help="what the app is called (default: Duly)")


def run(args: argparse.Namespace, store: "Store | None", out: Out) -> int:  # noqa: ARG001
    """Raises bot.settings.Unusable."""
    from bot.wiring import slack_manifest

    out(slack_manifest(args.name, args.url))
    return FINE
