"""The state of things, in numbers, each with the next step: what IT signs daily. Policy 5.1.1.

Another part of Duly that has something to say there adds a function to POINTS.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from bot.handlers.drawing import SAMPLE, reviewer_of
from bot.store import Transaction
from bot.words import Code, Say, say

LATELY = timedelta(days=1)  # what is told once, where the day before was not signed either
OUTSIDERS = ("screening.outsider",)


@dataclass(frozen=True, slots=True)
class Point:
    """`name`: how it is kept with the signature; `step`: what to do about it."""

    name: str
    what: Say
    count: int
    step: Say


Points = Callable[[Transaction], Iterator[Point]]


def of(tx: Transaction) -> list[Point]:
    """Those of which there is anything."""
    return [point for points in POINTS for point in points(tx) if point.count]


def _command(words: str) -> Say:
    return say("{command}", command=Code(words))


def _accounts(tx: Transaction) -> Iterator[Point]:
    waiting = tx.strangers.waiting()
    strangers = sum(each.kind == "stranger" for each in waiting)
    what = say("Accounts that talk in our rooms and are nobody's")
    yield Point("strangers", what, strangers, _command("/duly account"))
    bots = len(waiting) - strangers
    yield Point("bots", say("Bots that nobody vouches for"), bots, _command("/duly account"))
    guests = tx.dailies.open_of(OUTSIDERS)
    what = say("People from outside in internal channels")
    yield Point("guests", what, guests, _command("/duly findings"))


def _events(tx: Transaction) -> Iterator[Point]:
    doctor, since = _command("./duly doctor"), tx.clock.lease() - LATELY
    parked = tx.dailies.parked()
    yield Point("parked", say("Events that could not be handled"), parked, doctor)
    lost = tx.dailies.undelivered(since)
    yield Point("undelivered", say("Cards of the last day that reached nobody"), lost, doctor)
    counted = tx.unreadable.counted(tx.clock.now() - LATELY)
    what = say("Messages of the last day that could not be decrypted")
    yield Point("unreadable", what, counted.count - counted.read, doctor)


def _coverage(tx: Transaction) -> Iterator[Point]:
    doctor = _command("./duly doctor")
    closed = len(tx.gaps.lost())
    yield Point("platforms", say("Platforms that let Duly in no more"), closed, doctor)
    silent = len(tx.dailies.silent())
    yield Point("listeners", say("Listeners that have stopped"), silent, doctor)
    gaps = tx.dailies.gaps(tx.clock.now() - LATELY)
    what = say("Rooms of which something was not seen since yesterday")
    yield Point("gaps", what, gaps, doctor)


def _work(tx: Transaction) -> Iterator[Point]:
    now = tx.clock.now()
    waiting, late = tx.dailies.findings(now)
    look = _command("/duly findings")
    yield Point("findings", say("Findings that are open"), waiting, look)
    yield Point("late findings", say("Findings that are late"), late, look)
    samples = tx.dailies.late(SAMPLE, now)
    what = say("Samples that a head has not looked at in time")
    yield Point("late samples", what, samples, _command("/duly team"))
    demoted = len(tx.demotions.of(tx.policies.current().version))
    what = say("Rules that were wrong too often, and are silent now")
    yield Point("demoted", what, demoted, _command("./duly policy adopt FILE"))


def _directory(tx: Transaction) -> Iterator[Point]:
    directory = tx.people.snapshot().directory
    units = directory.departments.values()
    headless = sum(reviewer_of(directory, each) is None for each in units)
    what = say("Departments that nobody looks after")
    yield Point("headless", what, headless, _command("./duly people import FILE"))


POINTS: tuple[Points, ...] = (_accounts, _events, _coverage, _work, _directory)
