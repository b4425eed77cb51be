"""Sheet 16: what was kept of each class, whether it is unchanged, and what is past its term."""

from collections.abc import Iterator

from bot.policy import figures, oversight
from bot.policy.oversight import Archive, Check, Kept
from bot.report import Column, Layout, Material, Row, Sheet, Shown, Table
from bot.words import say
from reports import showing
from reports.naming import CLASSES, named
from reports.overseen import ABOVE

NAMED = ("hr", "audit")  # who reads the names of rooms
LOST = (None,) * 4
HASH = 16  # hex digits of a checkpoint's hash that are shown


def build(material: Material) -> Layout:
    archive = material.now.watched.archive
    tables = [
        Table(columns=COLUMNS, rows=tuple(_rows(archive))),
        Table(columns=FACTS, rows=tuple(_facts(archive)), title=say("How we know")),
    ]
    if archive.unseen and material.edition in NAMED:
        rows = tuple((each.source, each.room, each.since) for each in archive.unseen)
        tables.append(Table(columns=ROOMS, rows=rows, title=say("Rooms that are not seen")))
    return Layout(
        title=say("Archive"),
        shows=say("What was kept by class, whether it is unchanged, and what is past its term"),
        tables=tuple(tables),
        notes=(EXPECTED, TERM),
    )


def _rows(archive: Archive) -> Iterator[Row]:
    total = Kept()
    for name, each in archive.classes.items():
        yield named(name, CLASSES), each.archived, *_figures(each, each.archived)
        total += each
    for words, count in ((UNREAD, archive.unread), (UNHANDLED, archive.unhandled)):
        if count:
            yield words, count, 0, 0, showing.figure(figures.share(0, count)), *LOST
    yield Shown(say("Total"), tone="strong"), archive.expected, *_figures(total, archive.expected)


def _figures(kept: Kept, expected: int) -> Row:
    return (
        kept.archived,
        kept.verified,
        showing.figure(figures.share(kept.verified, expected)),
        kept.stored,
        Shown(kept.due, tone="bad" if kept.due else "plain"),
        kept.held,
        kept.disposed,
    )


def _facts(archive: Archive) -> Iterator[Row]:
    check, rooms = archive.check, oversight.seen(archive)
    if check is None:
        yield say("The whole archive was looked through"), Shown(say("■ never"), tone="bad")
        yield say("What to do"), say("Run ./duly verify on the machine, best every night.")
    else:
        yield from _check(check)
    yield say("Rooms in use that Duly knows of"), Shown(archive.rooms, "whole")
    yield say("Of these, not seen at the period's end or now"), Shown(len(archive.unseen), "whole")
    yield say("Rooms that are seen"), showing.figure(rooms)


def _check(check: Check) -> Iterator[Row]:
    result = Shown(say("● nothing kept was changed"), tone="good")
    if not check.holds:
        words = say("■ {count} broken places: run ./duly verify", count=check.broken)
        result = Shown(words, tone="bad")
    yield say("The whole archive was looked through"), Shown(check.at, "moment")
    yield say("Result"), result
    yield say("Records looked at"), Shown(check.records, "whole")
    if not check.head:
        yield say("Last checkpoint then"), say("none yet")
        return
    yield say("Last checkpoint then"), Shown(check.checkpoint, "whole")
    yield say("Its hash begins with"), check.head[:HASH]


UNREAD = say("could not be read")
UNHANDLED = say("could not be handled")
EXPECTED = say(
    "Reached us: messages, edits and deletions of the period that a platform handed to Duly. What "
    "was kept since the last look through the archive is not yet found unchanged."
)
TERM = say(
    "Past its term, and held: as things are now; all that is kept, files and requests too. "
    "Disposed of: in the period, by certificate."
)
COLUMNS = (
    Column(header=say("Class"), width=22),
    Column(header=say("Reached us"), kind="whole"),
    Column(header=say("Kept"), kind="whole"),
    Column(header=say("Found unchanged"), kind="whole"),
    Column(header=say("Share"), kind="percent", bar=True),
    Column(header=say("There in all"), kind="whole"),
    Column(header=say("Past its term"), kind="whole"),
    Column(header=say("Held past its term"), kind="whole"),
    Column(header=say("Disposed of"), kind="whole"),
)
FACTS = (
    Column(header=say("What"), width=38, wrap=True),
    Column(header=say("Value"), width=22, wrap=True),
)
ROOMS = (
    Column(header=say("Source"), width=38, wrap=True),
    Column(header=say("Room"), width=22, wrap=True),
    Column(header=say("Not seen from"), kind="moment"),
)
SHEET = Sheet(name=say("Archive"), who=ABOVE, build=build)
