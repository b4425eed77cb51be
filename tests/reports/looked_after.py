"""Who looks after a made-up company: samples, signed days, reports of breaches, an archive."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.events import Account, MessageRef, Place, Platform
from bot.handlers import disposing
from bot.policy import hours
from bot.policy.findings import Finding
from bot.policy.holds import Hold, Scope
from bot.policy.holds import State as HoldState
from bot.policy.people import Absence, Person
from bot.policy.reading import default_rulebook
from bot.policy.rulebook import Quota
from bot.store import Transaction
from bot.store.dailies import Daily
from bot.store.disposals import Count, Disposal
from bot.store.gaps import OPEN
from bot.store.records import Kind, Saying
from bot.store.samples import Drawn, Judged, Sample
from bot.store.schema import journal, places
from bot.store.schema_sealed import sealed_cases

OFFICE = default_rulebook().calendars["office"]
QUOTA = Quota(share=2, least=5, most=40, risk=50)
CLASSES = ("work", "notice", "material")
KINDS: tuple[Kind, ...] = ("post", "post", "post", "edit", "deletion", "look")
OLD = datetime(2019, 3, 1, tzinfo=UTC)  # past every term of "work", and not of "material"
OVER = datetime(2026, 10, 31, 16, tzinfo=UTC)  # October, in Shanghai
REALM = "playground/acme"


@dataclass(slots=True)
class Watch:
    """`now`: nothing happens after it."""

    tx: Transaction
    dice: random.Random
    people: tuple[Person, ...]
    first: datetime
    now: datetime

    def settle(self, size: int) -> None:
        staff = [each for each in self.people if each.department]
        for unit in sorted({each.department or "" for each in staff}):
            for month in ("2026-08", "2026-09"):
                self._sample(unit, month, staff)
        self._days(date(2026, 9, 7))
        late = self.dice.choice((0.0, 0.15, 0.5))
        for number in range(size * 8):
            self._case(number, late)
        for number in range(size * 3):
            self._said(number, self._at())
        for number in range(size):
            self._unread(number)
            self._unhandled(number)
            self._room(number)
        if size:
            self._holding(size)
            self._ended(self.dice.choice((0, 0, 70)))
            first = self.people[0].id
            self.tx.people.absent(
                Absence(person=first, start=self.now - timedelta(days=9), end=self.now)
            )

    def _at(self) -> datetime:
        minutes = int((self.now - self.first) / timedelta(minutes=1))
        return self.first + timedelta(minutes=self.dice.randrange(minutes))

    # Samples

    def _sample(self, unit: str, month: str, staff: list[Person]) -> None:
        planned = self.dice.randrange(0, self.dice.choice((12, 120)))
        drawn_at = datetime(2026, int(month[-2:]) + 1, self.dice.randrange(1, 9), tzinfo=UTC)
        reviewer, seconder = self.dice.sample(staff, 2)
        sample = Sample(
            id=self.tx.clock.new_id(), number=self.tx.duties.number(), department=unit,
            period=month, start=drawn_at - timedelta(days=31), end=drawn_at,
            reviewer=reviewer.id, seconder=seconder.id, seed="s", fingerprint="f",
            population=planned + self.dice.randrange(200), drawn_at=drawn_at, accounts=(),
            risky={}, quota=QUOTA, rooms=(),
        )  # fmt: skip
        drawn = [
            Drawn(number=n, record=f"r{n}", conversation=f"{REALM}/lobby", message=f"m{n}",
                  author=self.dice.choice(staff).id, risks=(), twice=self.dice.random() < 0.4)
            for n in range(1, planned + 1)
        ]  # fmt: skip
        self.tx.samples.add(sample, drawn)
        for each in drawn:
            if self.dice.random() < 0.85:
                self._judge(sample, each.number, reviewer.id)
            if each.twice and self.dice.random() < 0.8:
                self._judge(sample, each.number, seconder.id)

    def _judge(self, sample: Sample, number: int, person: str) -> None:
        for _ in range(self.dice.choice((1, 1, 1, 2))):
            verdict = self.dice.choices(("fine", "word", "breach", "skip"), (6, 2, 3, 1))[0]
            self.tx.samples.judge(
                sample.id,
                Judged(
                    number=number,
                    person=person,
                    by=person,
                    verdict=verdict,  # type: ignore[arg-type]
                    at=sample.drawn_at + timedelta(hours=self.dice.randrange(24 * 35)),
                    finding=number if verdict == "breach" else None,
                ),
            )

    # Findings

    def _ended(self, count: int) -> None:
        """Of one rule more than count, mostly false of late."""
        for number in range(count):
            at = self._at()
            settled = min(at + timedelta(hours=self.dice.choice((1, 200))), self.now)
            wrong = self.dice.random() < (0.8 if at > self.now - timedelta(days=60) else 0.2)
            self.tx.findings.add(
                Finding(
                    id=self.tx.clock.new_id(), number=self.tx.duties.number(), rule="house.busy",
                    clause="4.2.1", severity="moderate", person=self.people[number % 9].id,
                    about=None, request=None, at=at, state="settled",
                    how="false" if wrong else "upheld", settled_at=settled,
                )
            )  # fmt: skip

    # IT's days

    def _days(self, first: date) -> None:
        for offset in range((self.now.date() - first).days + 1):
            day = first + timedelta(days=offset)
            if not hours.works(day, OFFICE) or self.dice.random() < 0.05:
                continue
            self.tx.dailies.open(day.isoformat())
            if self.dice.random() < 0.8:
                morning = datetime.combine(day, time(2), UTC)
                late = timedelta(days=self.dice.choice((0, 0, 0, 0, 1)))
                signed = Daily(
                    day=day.isoformat(),
                    opened_at=morning,
                    signed_by=self.people[0].id,
                    signed_at=morning + late,
                )
                assert self.tx.dailies.sign(signed)

    # Reports of breaches

    def _case(self, number: int, late: float) -> None:
        """`late`: the chance that nobody looks at it within a day."""
        at = self._at()
        days = (2, 3, 4, 9) if self.dice.random() < late else (0, 1)
        assessed = at + timedelta(days=self.dice.choice(days))
        closed = assessed + timedelta(days=self.dice.randrange(1, 90))
        ends = ("substantiated", "partly", "unsubstantiated", "elsewhere")
        over = closed < self.now and self.dice.random() < 0.8
        self.tx.rows.add(
            sealed_cases,
            id=f"case{number}",
            number=10_000 + number,
            receipt=f"receipt{number}",
            code=b"c",
            recovery=b"r",
            recovery_holder="h",
            state="closed" if over else "assessed",
            outcome=self.dice.choice(ends) if over else "",
            at=at,
            assessed_at=assessed if assessed < self.now else None,
            closed_at=closed if over else None,
        )

    # The archive

    def _room(self, number: int) -> None:
        """Some are not seen when October ends, or from just then on."""
        keys = {"platform": "playground", "realm": "branch", "id": f"room{number}"}
        kind = self.dice.choice(("channel", "channel", "group", "direct"))
        archived = self.dice.random() < 0.2
        self.tx.rows.put(places, keys, name=f"room-{number}", kind=kind, archived=archived)
        if self.dice.random() < 0.4:
            since = self.dice.choice((self._at(), OVER))
            until = self.dice.choice((OPEN, OVER, max(since, self.now)))
            self.tx.gaps.add(f"playground/branch/room{number}", since, until)

    def _said(self, number: int, at: datetime, class_name: str = "") -> None:
        self.tx.records.add(
            Saying(
                kind=self.dice.choice(KINDS),
                conversation=f"{REALM}/room{number % 3}",
                thread=None,
                message=f"m{number}",
                author=f"{REALM}/{self.dice.choice(self.people).id}",
                class_name=class_name or self.dice.choice(CLASSES),
                at=at,
                body={"who": "x", "text": "Nobody reads this.", "mentions": ()},
                important=self.dice.random() < 0.2,
            )
        )

    def _unread(self, number: int) -> None:
        place = Place(Platform("playground"), "acme", "room0", None)
        message = MessageRef(place, f"u{number}")
        author = Account(Platform("playground"), "acme", self.people[0].id)
        self.tx.unreadable.note(message, author, self._at())
        if self.dice.random() < 0.5:
            self.tx.unreadable.read((f"{REALM}/room0", message.id))

    def _unhandled(self, number: int) -> None:
        failed = self.dice.random() < 0.5
        self.tx.rows.add(
            journal,
            id=self.tx.clock.new_id(),
            key=f"{REALM}/e{number}",
            place=f"{REALM}/room1",
            taken_at=self._at(),
            settled_at=None if failed else self.now,
            error=b"sealed" if failed else None,
        )

    def _holding(self, size: int) -> None:
        """Of what is old some goes; a hold on one room comes before that, or after, or never."""
        for number in range(size * 5):
            month = timedelta(days=31 * self.dice.randrange(12))
            self._said(1_000 + number, OLD + month)
        turn = self.dice.randrange(3)
        if turn == 0:
            self._hold()
        self._disposals()
        if turn == 1:
            self._hold()

    def _hold(self) -> None:
        state: HoldState = self.dice.choice(("active", "releasing", "released"))
        self.tx.holds.add(
            Hold(id="", number=self.tx.duties.number(), scope=Scope(places=(f"{REALM}/room0",)),
                 reason="Nobody reads this.", set_by=self.people[0].id, at=self.now, state=state)
        )  # fmt: skip

    def _disposals(self) -> None:
        """A list of some of what is past its term, consented to and carried out in October."""
        clock = self.tx.clock
        clock.ahead = -timedelta(days=self.dice.choice((5, 12, 40)))
        found = disposing.due(self.tx)
        some = self.dice.sample(sorted(found), self.dice.randrange(len(found) // 2 + 1))
        disposal = self.tx.disposals.add(
            Disposal(
                id="",
                number=self.tx.duties.number(),
                at=clock.now(),
                policy=1,
                counts={ring: Count(goes=1) for ring in some},
                counted_at=clock.now(),
            ).agreed(self.people[0].id, self.people[1].id, clock.now())
        )
        disposing.carry_out(self.tx, disposal)
        clock.ahead = timedelta()
