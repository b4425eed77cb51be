"""What looks for mistakes, each the cheapest that sees its kind: the first breach, or none."""

import errno
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa

from bot.card import Card
from bot.effects import Send
from bot.events import Account, Happening, MessagePosted
from bot.inbox import JournalInbox
from bot.words import Quoted, Reader, say
from tests.archive.tampering import archive, edits, located
from tests.contract.slack import slack
from tests.crash.platforms import PLATFORMS
from tests.crash.points import Lives, runner
from tests.crash.scenes import SCENES
from tests.crash.walk import walk
from tests.desk import PAPER, Desk, account
from tests.simulation import laws
from tests.slack.fake.faults import Fault
from tests.slack.house import house
from tests.slack.scenes import ASKED, asked, caught_up, happened, kept

Look = Callable[[], Iterator[str]]
READER = Reader("en", "Europe/London")


def crash(scene: str, *platforms: str) -> Iterator[str]:
    """A scene where nobody dies, then with a death at each fault point."""
    where = [(x, p) for x in SCENES for p in platforms or PLATFORMS if x.name == scene]
    with runner() as run:
        made = [Lives(*each, run) for each in where]
        singles = sum(each.first.hits for each in made)
        for each in made:
            each.close()
    for verdict in walk(singles, 1, where=where):
        yield from (f"{verdict.name}: {each.kind}: {each.what}" for each in verdict.breaches)


def told_again() -> Iterator[str]:
    """What Slack tells cannot be kept the first time, and Slack tells it again."""
    with house() as home, _full_once() as lost:
        home.ann.say(home.sales, ASKED)
        home.settle()
        if (len(lost), len(kept(home))) != (1, 1):
            yield f"refused {len(lost)}×, kept: {kept(home)}"


@contextmanager
def _full_once() -> Iterator[list[str]]:
    """The disk is full when the first message is to be kept."""
    lost: list[str] = []
    taken = JournalInbox.take

    async def take(self: JournalInbox, events: Sequence[Happening], cursor: Any = None) -> None:
        posts = [each.text for each in events if isinstance(each, MessagePosted)]
        if posts and not lost:
            lost.extend(posts)
            raise OSError(errno.ENOSPC, "No space left on device")
        await taken(self, events, cursor)

    with patch.object(JournalInbox, "take", take):
        yield lost


def filled_again() -> Iterator[str]:
    """What was heard stands in a gap that is filled."""
    with house() as home:
        asked(home)
        before = home.clock.now() - timedelta(hours=1).total_seconds()
        home.within(home.adapter.workspaces[0].missed(datetime.fromtimestamp(before, UTC)))
        caught_up(home)
        heard = [each.text for each in happened(home) if isinstance(each, MessagePosted)]
        if len(heard) != 1:
            yield f"it was heard {len(heard)}×"


def tampering(count: int) -> Iterator[str]:
    desk = archive()
    for number, (edit, found) in enumerate(edits(desk, count, 7), 1):
        if not located(edit, found):
            yield f"edit {number} ({edit.what}) is not found where it was made"
    desk.close()


def heard_and_cut_off() -> Iterator[str]:
    """Slack takes a message, and the connection ends before it says so."""
    with slack() as bench:
        bench.fake.next("chat.postMessage", Fault("cut_after"))
        send = Send(bench.room, Card(say("Done")))
        try:
            bench.run(bench.adapter.deliver(send, key="k", reader=READER))
        except Exception as error:  # a doubt, as it should be
            told = type(error).__name__
        else:
            told = "nothing"
        there = len(bench.fake.posted("k"))
        if (there, told) != (1, "Doubtful"):
            yield f"it stands there {there}×, and the adapter told of {told}"


def two_accounts() -> Iterator[str]:
    """Of HR, which has to agree: she asks by one account, and approves by another."""
    desk, other = Desk(), Account(PAPER, "home", "hana-at-home")
    with desk.store.transaction() as tx:
        tx.people.link(other, "hana")
    desk.says("hana", "request training start=2026-05-04 end=2026-05-05 amount=900 A course")
    desk.says("grace", "approve 1")
    desk.says("hana-at-home", "approve 1")
    yield from (each.what for each in laws._nobody_decides_for_themselves(desk.store))
    desk.close()


def decided_anew() -> Iterator[str]:
    """Who owns the database changes a decision."""
    desk = Desk()
    desk.says("ann", "request notice The office is closed on Friday.")
    desk.says("sam", "approve 1")
    for deed in ("UPDATE requests SET state = 'rejected'", "UPDATE seats SET state = 'open'"):
        try:
            with desk.store.transaction() as tx:
                changed = tx.rows.conn.execute(sa.text(deed)).rowcount
        except sa.exc.DBAPIError:
            continue
        yield f"{deed}: {changed} rows"
    desk.close()


def swapped_bodies() -> Iterator[str]:
    """Two cards wait to be sent; whoever owns the database exchanges what they say."""
    desk = Desk()
    with desk.store.transaction() as tx:
        ids = [
            tx.outbox.add(Send(account(who), Card(say("For {who}", who=Quoted(who)))), f"k/{who}")
            for who in ("ann", "bob")
        ]
        conn, (first, second) = tx.rows.conn, ids
        change = sa.text("UPDATE outbox SET body = :body WHERE id = :id")
        find = sa.text("SELECT body FROM outbox WHERE id = :id")
        bodies = [conn.execute(find, {"id": id}).scalar() for id in ids]
        for id, body in zip((second, first), bodies, strict=True):
            conn.execute(change, {"id": id, "body": body})
    desk.wait(desk.now - desk.now)
    yield from (f"{line.key} was sent as “{line.text}”" for line in desk.paper.lines)
    desk.close()


def first(breaches: Iterator[str]) -> str | None:
    return next(breaches, None)
