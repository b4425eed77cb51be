"""What else happens in a made-up company: approvals step by step, notices, meetings, findings."""

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.policy import hours
from bot.policy.approvals import Request, Trace, digest
from bot.policy.duties import Duty, Kind, Promise, State
from bot.policy.meetings import Answer, Invitee, Meeting
from bot.policy.minutes import Item, Minutes, Response, Said
from bot.policy.notices import Notice, Receipt
from bot.policy.particulars import How
from bot.policy.people import Person
from bot.policy.reading import default_rulebook
from bot.policy.seats import Seat
from bot.store import Transaction
from tests.reports.trouble import Trouble

OFFICE = default_rulebook().calendars["office"]
TITLE = "Fire drill"


@dataclass(slots=True)
class Busy:
    """`last`: nothing happens after it."""

    tx: Transaction
    dice: random.Random
    people: tuple[Person, ...]
    first: datetime
    last: datetime

    def settle(self, size: int) -> None:
        trouble = Trouble(self)
        for _ in range(size):
            self._request()
            self._notice()
            self._meeting()
            trouble.happen()

    def promised(self, duty: Duty) -> None:
        """The ledger of a duty that was promised."""
        if duty.promised_for is None or duty.promised_at is None:
            return
        by = duty.owed_by or ""
        if duty.repromised:
            first = duty.promised_at - timedelta(hours=2)
            self.tx.duties.promised(duty.id, Promise(duty.due, by, "said"), first)
        hows: tuple[How, ...] = ("said", "typed", "taken over")
        how = self.dice.choice(hows)
        self.tx.duties.promised(duty.id, Promise(duty.promised_for, by, how), duty.promised_at)

    def at(self) -> datetime:
        minutes = int((self.last - self.first) / timedelta(minutes=1)) - 60 * 24 * 6
        return self.first + timedelta(minutes=self.dice.randrange(minutes))

    def staff(self, count: int) -> list[Person]:
        return self.dice.sample([each for each in self.people if not each.partner], count)

    def duty(self, kind: Kind, person: str, subject: str, start: datetime, late: float) -> Duty:
        due = hours.add(start, timedelta(hours=8), OFFICE)
        took = timedelta(hours=self.dice.uniform(1, 8) if self.dice.random() > late else 20)
        closed: datetime | None = hours.add(start, took, OFFICE)
        state: State = self.dice.choices(("done", "dropped", "open"), (18, 1, 2))[0]
        if closed is None or closed > self.last or state == "open":
            closed, state = None, "open"
        return self.tx.duties.add(
            Duty(
                id="",
                number=0,
                kind=kind,
                owed_by=person,
                owed_to=None,
                subject=subject,
                clause="3.2",
                rule="made-up",
                level="decision",
                policy=1,
                calendar="office",
                start=start,
                due=due,
                first_due=due,
                state=state,
                closed=closed,
                how=self._how(kind) if state == "done" else "",
            )
        )

    def _how(self, kind: Kind) -> str:
        return self.dice.choices(("confirmed", "cannot"), (6, 1))[0] if kind == "attest" else ""

    # Approvals

    def _request(self) -> None:
        asker, *deciders = self.staff(4)
        at, form = self.at(), {"text": "Nobody reads this."}
        request = Request(
            id=self.tx.clock.new_id(), number=self.tx.duties.number(), kind="material.normal",
            requester=asker.id, class_name="material", clause="3.2.3", policy=1, form=form,
            digest=digest(form), at=at,
        )  # fmt: skip
        self.tx.requests.add(request)
        for step, person in enumerate(deciders):
            at = self._seat(request, step, person, at)
        for number in range(self.dice.choice((0, 0, 1, 2))):
            self._trace(request, "urge", asker.id, request.at + timedelta(hours=number))
        if self.dice.random() < 0.3:
            self._returned(request, deciders[0].id, asker.id)
        if self.dice.random() < 0.4:
            self._trace(request, "released", asker.id, request.at + timedelta(days=1))
        state = self.dice.choice(("approved", "rejected", "open"))
        if state != "open":
            decided = hours.add(request.at, timedelta(hours=self.dice.uniform(1, 30)), OFFICE)
            by = deciders[-1].id
            done = replace(request, state=state, decided_by=by, decided_at=decided)  # type: ignore[arg-type]
            self.tx.requests.decide(done, "")

    def _returned(self, request: Request, decider: str, asker: str) -> None:
        back = request.at + timedelta(hours=1)
        self._trace(request, "return", decider, back)
        if self.dice.random() < 0.8:
            again = back + timedelta(hours=self.dice.uniform(0.5, 9))
            self._trace(request, "revise", asker, again)

    def _seat(self, request: Request, step: int, person: Person, at: datetime) -> datetime:
        duty = self.duty("decide", person.id, f"request/{request.id}", at, late=0.2)
        done = duty.state == "done"
        seat = Seat(
            request=request.id,
            round=0,
            step=step,
            person=person.id,
            state="approved" if done else "dropped" if duty.state == "dropped" else "open",
            duty=duty.id,
            decided_by=person.id if done else None,
            decided_at=duty.closed if done else None,
        )
        self.tx.requests.sit([seat])
        return duty.closed or at + timedelta(hours=1)

    def _trace(self, request: Request, deed: str, actor: str, at: datetime) -> None:
        self.tx.requests.trace(request.id, Trace(number=0, at=at, actor=actor, deed=deed))  # type: ignore[arg-type]

    # Notices

    def _notice(self) -> None:
        author, *audience = self.staff(self.dice.randrange(3, 9))
        at = self.at()
        asks = self.dice.random() < 0.5
        notice = self.tx.notices.add(
            Notice(
                id="",
                number=self.tx.duties.number(),
                kind=self.dice.choice(("notice", "message")),
                version=1,
                digest="",
                class_name="notice",
                author=author.id,
                level="notice",
                policy=1,
                material=True,
                request=None,
                about=None,
                published_at=at,
                replaces=None,
                replaced_by=None,
                title=TITLE,
                text="At ten.",
                audience=("all",),
                channels=(),
                question="When?" if asks else "",
                options=("ten",) if asks else (),
                right="ten",
            )
        )
        for person in audience:
            self._reader(notice, person.id, asks=asks)

    def _reader(self, notice: Notice, person: str, *, asks: bool) -> None:
        if self.dice.random() < 0.1:
            self.tx.notices.ask(notice.id, {person: None}, carried=True)
            return
        duty = self.duty(
            "acknowledge", person, f"notice/{notice.id}", notice.published_at, late=0.2
        )
        self.tx.notices.ask(notice.id, {person: duty.id})
        if self.dice.random() < 0.1:
            self.tx.notices.leave(notice.id, [person])
        if not asks or duty.closed is None or duty.state != "done":
            return
        wrong = self.dice.choice((0, 0, 1, 2))
        for number in range(wrong + 1):
            self.tx.notices.receive(
                Receipt(
                    notice=notice.id,
                    person=person,
                    number=number + 1,
                    version=1,
                    digest="",
                    at=duty.closed,
                    right=number == wrong,
                    how="button",
                )
            )

    # Meetings

    def _meeting(self) -> None:
        organiser, *asked = self.staff(self.dice.randrange(3, 7))
        start = self.at()
        meeting = Meeting(
            id=self.tx.clock.new_id(), number=self.tx.duties.number(), organiser=organiser.id,
            topic="Budget", start=start, end=start + timedelta(hours=1), policy=1,
            state=self.dice.choices(("held", "cancelled"), (8, 1))[0],
            booked_at=start - timedelta(days=2),
            invitees=tuple(
                Invitee(person=each.id, answer=self._answer()) for each in asked
            ),
        )  # fmt: skip
        self.tx.meetings.add(meeting)
        if meeting.state != "held":
            return
        if self.dice.random() < 0.5:
            there = [each.id for each in asked if self.dice.random() < 0.7]
            self.tx.meetings.attend(meeting.id, there)
        duty = self.duty("minutes", organiser.id, f"meeting/{meeting.id}", meeting.end, late=0.3)
        if duty.state == "done" and duty.closed is not None:
            self._minutes(meeting, duty.closed)

    def _answer(self) -> Answer:
        return self.dice.choices(("accepted", "asked", "declined"), (6, 2, 1))[0]

    def _minutes(self, meeting: Meeting, at: datetime) -> None:
        for version in range(1, self.dice.choice((1, 1, 2)) + 1):
            items = tuple(
                Item(number=number, kind=self.dice.choice(("decision", "action", "note")),
                     text="Done.", since=self.dice.randrange(1, version + 1))
                for number in range(1, self.dice.randrange(2, 5))
            )  # fmt: skip
            minutes = Minutes(
                id=self.tx.clock.new_id(), meeting=meeting.id, version=version, at=at,
                by=meeting.organiser, confirm_by=at + timedelta(days=2), digest="", items=items,
            )  # fmt: skip
            self.tx.meetings.minuted(minutes, "Done.")
            for each in meeting.invitees:
                self._responses(minutes, each.person or "", at)

    def _responses(self, minutes: Minutes, person: str, at: datetime) -> None:
        said: Said = self.dice.choices(("confirm", "silent", "object"), (7, 2, 1))[0]
        if self.dice.random() < 0.2:
            return
        for item in minutes.items:
            self.tx.meetings.respond(
                minutes.meeting,
                Response(
                    id=self.tx.clock.new_id(),
                    version=minutes.version,
                    item=item.number,
                    person=person,
                    by=person,
                    said=said,
                    at=at,
                    late=self.dice.random() < 0.05,
                ),
            )
