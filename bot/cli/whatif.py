"""What came of a replay, in words; and of two, side by side. Policy 1.3-moderate."""

from collections.abc import Callable, Iterable, Iterator

from bot.cli.people import spoken
from bot.cli.tables import cut, table
from bot.handlers.ladder import DUE, HEAD, MANAGER, REMIND
from bot.replay import Outcome
from bot.transcript import Row
from bot.words import Code, Quoted, Say, Share, Value, Who, say, say_many

SHOWN = 8  # asks that were never answered
PEOPLE = 10  # of whom somebody above would have heard
NAME = 40  # columns of a name


def _share(one: Outcome) -> Share | Code:
    return Share(round(one.needless / len(one.nudges), 2)) if one.nudges else Code("—")


FIGURES: tuple[tuple[Say, Callable[[Outcome], Value]], ...] = (
    (say("asked of somebody"), lambda one: one.addressed),
    (say("… answered"), lambda one: one.answered(addressed=True)),
    (say("asked of the room"), lambda one: one.to_the_room),
    (say("… answered"), lambda one: one.answered(addressed=False)),
    (say("promises heard"), lambda one: one.promises),
    (say("asked something back"), lambda one: one.asked_back),
    (say("nudges"), lambda one: len(one.nudges)),
    (say("… before it is due"), lambda one: one.on_rung(REMIND)),
    (say("… when it is due"), lambda one: one.on_rung(DUE)),
    (say("… to the manager"), lambda one: one.on_rung(MANAGER)),
    (say("… to who leads the manager"), lambda one: one.on_rung(HEAD)),
    (say("answered within 10 minutes of the nudge anyway"), lambda one: one.needless),
    (say("… of all nudges"), _share),
    (say("people nudged"), lambda one: len(one.loads)),
    (say("nudges a person, median"), lambda one: one.per_person(0.5)),
    (say("nudges a person, 95 of 100 have no more"), lambda one: one.per_person(0.95)),
    (say("people of whom somebody above hears"), lambda one: len(one.escalated)),
)


def told(outcome: Outcome) -> Iterator[Say]:
    rooms = say_many("one channel", "{count} channels", outcome.channels)
    yield say_many(
        "One message in {rooms}.", "{count} messages in {rooms}.", outcome.messages, rooms=rooms
    )
    yield say(
        "Asked of somebody: {asks}, of which {answered} were answered.",
        asks=outcome.addressed,
        answered=outcome.answered(addressed=True),
    )
    yield say(
        "Asked of the room: {asks}, of which {answered} were answered.",
        asks=outcome.to_the_room,
        answered=outcome.answered(addressed=False),
    )
    yield say(
        "Promises heard: {promises}. Asked back: {back}.",
        promises=outcome.promises,
        back=outcome.asked_back,
    )
    yield say(
        "Nudges that would have been sent: {all} ({early} before the answer was due, {due} when it "
        "was due, {managers} to the manager, {heads} to who leads the manager).",
        all=len(outcome.nudges),
        early=outcome.on_rung(REMIND),
        due=outcome.on_rung(DUE),
        managers=outcome.on_rung(MANAGER),
        heads=outcome.on_rung(HEAD),
    )
    yield say_many("One person nudged.", "{count} people nudged.", len(outcome.loads))
    if outcome.parked:
        yield say_many(
            "One message could not be handled, a fault of ours: please report it.",
            "{count} messages could not be handled, a fault of ours: please report it.",
            outcome.parked,
        )


def unanswered(outcome: Outcome, rows: Iterable[Row]) -> Iterator[Say]:
    """Some of what was asked of somebody and never answered."""
    said = {row.id: row for row in rows}
    lost = [ask for ask in outcome.asks if ask.of is not None and ask.answered_by is None]
    if lost:
        yield say("Never answered, among others:")
    for ask in lost[:SHOWN]:
        row = said[ask.message]
        yield say(
            "  {at} {asker} → {owner}: {words}",
            at=Code(f"{row.at:%H:%M}"),
            asker=Who(row.author, row.author),
            owner=Who(ask.of or "", ask.of or ""),
            words=Quoted(row.text, 76),
        )


def compared(before: Outcome, after: Outcome) -> Iterator[str]:
    """A table: what is counted, under the policy as it is, under the new one."""
    words = spoken()
    rows = [("", words(say("now")), words(say("new")))]
    rows += [(words(name), words(of(before)), words(of(after))) for name, of in FIGURES]
    yield from table(rows, right=(1, 2))
    yield from _escalated(before, after)


def _escalated(before: Outcome, after: Outcome) -> Iterator[str]:
    """Those of whom only one policy tells come first."""
    words, old, new = spoken(), before.escalated, after.escalated
    both = old + new
    if not both:
        return
    ordered = sorted(both, key=lambda id: (bool(old[id] and new[id]), -both[id], id))
    yield ""
    yield words(say("Of whom somebody above them hears, and how often:"))
    yield from table(
        [
            (_name(before, id), words(old[id]), words(new[id]), _only(old[id], new[id]))
            for id in ordered[:PEOPLE]
        ],
        right=(1, 2),
    )
    if len(ordered) > PEOPLE:
        more = say_many("… and one more", "… and {count} more", len(ordered) - PEOPLE)
        yield words(more)


def _name(outcome: Outcome, id: str) -> str:
    return cut(spoken()(Who(id, outcome.names.get(id, id))), NAME)


def _only(old: int, new: int) -> str:
    if old and new:
        return ""
    return spoken()(say("only now") if old else say("only new"))
