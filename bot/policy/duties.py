"""Somebody owes somebody something by a time, and what may become of it. Policy 2.2.1."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from bot.events import MessageRef
from bot.words import Code, Ref, Say, say

Kind = Literal[
    "reply",
    "decide",
    "acknowledge",
    "minutes",
    "confirm",
    "act",
    "accept",
    "review",
    "attest",
    "handle",
]
State = Literal["open", "promised", "done", "passed", "dropped", "excused", "lapsed"]

LIVE: tuple[State, ...] = ("open", "promised")
ANSWERED: tuple[Kind, ...] = ("reply", "acknowledge")  # settled by what somebody says in the chat
TICKED: tuple[Kind, ...] = (*ANSWERED, "act")  # settled by who owes it saying so
HANDED: tuple[Kind, ...] = (*TICKED, "minutes")  # may go to somebody else
OWN_TIME: tuple[Kind, ...] = (
    "minutes",
    "confirm",
    "act",
    "review",
    "handle",
    "attest",
)  # not that of their level
INNER = 1_000_000_000  # numbers above are not shown: a request's duties go by its number
CASE = "sealed/"  # before the id of a sealed case: the subject of what is owed for a report
NOTICE = "notice/"  # before a notice's id: the subject of what is owed for it
CUSTODY = ("hold/", "disposal/")  # before an id: a second person is to consent to what is kept
ATTEST = "attest/"  # the same before an attestation's
ASSESS = "assess/"  # … before that of an assessment, or of one person in it
AGAIN: tuple[State, ...] = ("done", "dropped", "lapsed", "excused")  # can be reopened


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """All times aware, UTC. `policy` is the version of the rules it was opened under."""

    id: str
    number: int  # short, for people: #12
    kind: Kind
    owed_by: str | None  # a person; None: whoever knows
    owed_to: str | None
    about: MessageRef | None = None
    subject: str = ""  # what else it is about, such as "request/…"
    clause: str
    rule: str
    level: str
    policy: int
    calendar: str
    start: datetime  # when the clock began to run
    due: datetime  # moves once, with a promise made in time
    first_due: datetime
    state: State = "open"
    promised_for: datetime | None = None
    promised_at: datetime | None = None
    closed: datetime | None = None
    how: str = ""  # what closed it
    answer: str | None = None  # the id of the message that did
    step: int = 0  # rungs of the ladder already climbed
    held: datetime | None = None  # since then its clock stands, and nobody is nudged
    held_why: str = ""
    stood: int = 0  # seconds of working time for which it has stood before
    repromised: Literal["", "renegotiated", "broken"] = ""  # once another time was named
    parent: str | None = None  # the id of the duty it came from
    responded: str | None = None  # the id of the message that first responded without settling it
    responded_at: datetime | None = None
    authorised_by: str | None = None  # the person who said that it is an emergency
    marked_by: str | None = None  # the person who marked it as important

    @property
    def personal(self) -> bool:
        """Nobody can do it for somebody else: say that a notice was understood, or attest."""
        return self.subject.startswith((NOTICE, ATTEST))

    @property
    def noticed(self) -> bool:
        """It is owed for a notice."""
        return self.subject.startswith(NOTICE)

    @property
    def secret(self) -> bool:
        """Of a report: nobody but who owes it hears of it, whoever stands above or in for them."""
        return self.subject.startswith(CASE)

    @property
    def custody(self) -> bool:
        """Whether something that is kept may go. It is nobody's business but who was asked."""
        return self.subject.startswith(CUSTODY)

    @property
    def alone(self) -> bool:
        """Nobody stands in, and nobody does it for somebody else."""
        return self.personal or self.custody or self.secret or self.assesses

    @property
    def assesses(self) -> bool:
        """Somebody is to be rated, answered or graded: by who was asked, and nobody else."""
        return self.subject.startswith(ASSESS)

    @property
    def responded_to(self) -> bool:
        """Who owes it has reacted: promised, asked back, or said that it needs no reply."""
        reacted = (self.held, self.promised_for, self.responded)
        return any(each is not None for each in reacted)

    @property
    def late_after(self) -> datetime:
        """From when on it is late: a promise still running is not."""
        return max(self.due, self.promised_for or self.due)

    @property
    def live(self) -> bool:
        return self.state in LIVE


@dataclass(frozen=True, slots=True)
class Promise:
    """A time that was named for an answer: for when, by whom, and how it came. 2.2.1-reply."""

    until: datetime
    by: str
    how: Literal["said", "typed", "taken over"]


def why_settled(duty: Duty) -> Say | None:
    if duty.live:
        return None
    reopen = Code(f"/duly reopen {duty.number}")
    return say(
        "{number} is settled. To open it again: {command}", number=Ref(duty.number), command=reopen
    )


def why_no_promise(duty: Duty, until: datetime, now: datetime, longest: timedelta) -> Say | None:
    """Why no answer can be promised by `until`; None where it can."""
    if why := why_settled(duty):
        return why
    if until <= now:
        return say("{until} has passed. Name a time that is still to come.", until=until)
    if until > now + longest:
        return say(
            "A promise may be at most {days} days away. Name an earlier time, "
            "or ask the other side to drop it.",
            days=longest.days,
        )
    return None


def promise(duty: Duty, until: datetime, now: datetime) -> Duty:
    """A first promise made in time moves the due time; a later one is only kept on record."""
    moved = until if duty.promised_for is None and now <= duty.due else duty.due
    again = duty.repromised
    if duty.promised_for is not None and not again:
        again = "renegotiated" if now <= duty.promised_for else "broken"
    return replace(
        duty, state="promised", promised_for=until, promised_at=now, due=moved, repromised=again
    )


def close(duty: Duty, state: State, how: str, now: datetime, answer: str | None = None) -> Duty:
    return replace(duty, state=state, how=how, closed=now, answer=answer, held=None, held_why="")


def why_no_reopening(duty: Duty) -> Say | None:
    if duty.live:
        return say("{number} is still open.", number=Ref(duty.number))
    if duty.state not in AGAIN:
        return say("{number} was passed on; it stays closed.", number=Ref(duty.number))
    return None


def reopen(duty: Duty, *, step: int) -> Duty:
    """`step`: from where its ladder is climbed anew."""
    return replace(duty, state="open", closed=None, how="", answer=None, step=step)


NAMES: Mapping[Kind, Say] = {
    "reply": say("Reply"),
    "decide": say("Decide"),
    "acknowledge": say("Acknowledge"),
    "minutes": say("Write the minutes"),
    "confirm": say("Confirm"),
    "act": say("Do"),
    "accept": say("Accept"),
    "review": say("Review"),
    "attest": say("Attest"),
    "handle": say("Handle"),
}


def nobody_owes(number: int) -> Say:
    return say(
        "You owe nothing under {number}. Your list: {command}",
        number=Ref(number),
        command=Code("/duly mine"),
    )
