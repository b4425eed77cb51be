"""`duly import`: what was said before the bot came, from a platform's export. Policy 3.3.2.

Nothing is sent: nobody hears of what was asked then.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.common import FINE, FOUND, MISUSED, Out, where

if TYPE_CHECKING:
    from bot.exported import Export, Tally
    from bot.importing import Outcome
    from bot.store import Store

SHOWN = 20  # of faults, strangers, places


def add(sub: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    one = sub.add_parser("import", help="bring in what was said before, from a platform's export")
    platforms = one.add_subparsers(dest="platform", metavar="PLATFORM", required=True)
    slack = platforms.add_parser("slack", help="the zip file that Slack exports")
    slack.add_argument("file", metavar="EXPORT.zip", type=Path)
    slack.add_argument("--team", metavar="T123", default="", help="the workspace it is of")
    slack.add_argument("--dry-run", action="store_true", help="only look whose and what it is")
    where(slack)
    slack.set_defaults(needs_store=True)


def run(args: argparse.Namespace, store: "Store | None", out: Out) -> int:
    """0: all is in, 1: something is missing and named, 2: asked for wrongly, or no export."""
    from bot.wiring import slack_export

    assert store is not None
    if not _anybody(store):
        out(
            "Nobody is in the directory, so nothing that was asked could be judged. "
            "First: ./duly people import FILE"
        )
        return MISUSED
    with closing(slack_export(args.file, args.team, store.clock.now())) as export:
        if args.dry_run:
            return _look(store, export, args.platform, out)
        outcome = _play(store, export, args.platform)
        _say_all(_told(outcome, export.tally), out)
        _say_all(_strangers(outcome, args.platform, export.team), out)
        whole = outcome.whole and export.tally.whole
    if not whole:
        out("Not all of it is in. What is in stays; import it again when the cause is mended.")
    return FINE if whole else FOUND


def _anybody(store: "Store") -> bool:
    with store.reading() as tx:
        return bool(tx.people.snapshot().directory.people)


def _look(store: "Store", export: "Export", platform: str, out: Out) -> int:
    """Who would be known, and how much there is."""
    from bot.importing.settling import by_address

    with store.reading() as tx:
        logins, addresses = tx.people.snapshot().logins, by_address(tx)
    unknown = [
        f"{each.event.account.id} ({each.event.name}{', ' + each.email if each.email else ''})"
        for each in export.members()
        if not each.event.automatic
        and not addresses.get(each.email.strip().casefold())
        and not (each.event.account in logins and logins[each.event.account].person)
    ]
    rooms = sum(1 for _ in export.rooms())
    out(f"Workspace {export.team}. Conversations: {rooms:,}. Bytes of messages: {export.size:,}.")
    out(f"Accounts that would belong to nobody: {len(unknown):,}.")
    _say_all(_some(unknown), out)
    if unknown:
        out(
            "What they ask and answer is not judged. Give their people the same e-mail address "
            f"in the directory, or: ./duly people link {platform} {export.team} ACCOUNT PERSON"
        )
    return FINE


def _play(store: "Store", export: "Export", platform: str) -> "Outcome":
    from bot.cli.bar import Bar
    from bot.importing import Importing

    bar = Bar(max(export.size, 1), sys.stderr)
    outcome = Importing(store, export, platform).run(bar.draw)
    bar.clear()
    return outcome


def _told(outcome: "Outcome", tally: "Tally") -> Iterator[str]:
    yield f"Read: {tally.read:,} entries, {tally.size:,} bytes."
    yield (
        f"Kept: {outcome.posts:,} messages, {outcome.edits:,} edits, {outcome.deletions:,} "
        f"deletions. New accounts: {outcome.accounts:,}; linked to their people: "
        f"{outcome.linked:,}; new places: {outcome.places:,}."
    )
    yield f"Owed for them in the past: {outcome.owed:,} duties. Nobody was told of any."
    yield f"Known already: {outcome.known:,} entries."
    yield from _counted("Not kept, as it should be", {**tally.ignored, **outcome.ignored})
    yield from _counted(
        "Left out, older than what is kept of these places (docs/import.md)", outcome.older
    )
    if outcome.failed:
        yield f"Not handled, by a fault of ours: {outcome.failed:,}. The log names them."
    yield from _counted("Missing", tally.lost)
    yield from _some(tally.faults, tally.more)


def _counted(title: str, found: Mapping[str, int]) -> Iterator[str]:
    if not found:
        return
    yield f"{title}:"
    several = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    yield from (f"  {count:>9,}  {name}" for name, count in several[:SHOWN])
    if len(several) > SHOWN:
        rest = several[SHOWN:]
        yield f"  {sum(count for _, count in rest):>9,}  in {len(rest):,} others"


def _strangers(outcome: "Outcome", platform: str, team: str) -> Iterator[str]:
    found = [
        f"{row.id} ({row.name})"
        for row in outcome.strangers
        if (row.platform, row.realm) == (platform, team)
    ]
    if not found:
        return
    yield f"Accounts that belong to nobody: {len(found):,}. What they asked was not judged."
    yield from _some(found)
    yield f"To link one: ./duly people link {platform} {team} ACCOUNT PERSON"


def _some(lines: list[str], more: int = 0) -> Iterator[str]:
    yield from (f"  {line}" for line in lines[:SHOWN])
    hidden = len(lines) - SHOWN + more
    if hidden > 0:
        yield f"  and {hidden:,} more"


def _say_all(lines: Iterator[str], out: Out) -> None:
    for line in lines:
        out(line)
