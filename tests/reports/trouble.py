"""What goes wrong in a made-up company: findings, cases of IT, and what people are let off."""

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.events import MessageRef, Place, Platform
from bot.handlers.happened import CONTESTED
from bot.policy import duties, hours
from bot.policy.approvals import Request, digest
from bot.policy.cases import Case, Kind, Verdict
from bot.policy.duties import ATTEST, Duty
from bot.policy.findings import SEVERITIES, Finding, Trace
from bot.policy.findings import How as End
from bot.policy.people import Person
from bot.policy.reading import default_rulebook
from bot.store import Transaction
from bot.store.attesting import Round

OFFICE = default_rulebook().calendars["office"]
HOUR = timedelta(hours=1)
RULES = (
    *("screening.card", "screening.password", "screening.mark", "screening.known-bad"),
    *("differs", "unapproved", "account.shared", "supervision.sample", "house.rule"),
)


class Scene(Protocol):
    """Where it happens. `last`: nothing happens after it."""

    tx: Transaction
    dice: random.Random
    last: datetime

    def at(self) -> datetime: ...
    def staff(self, count: int) -> list[Person]: ...
    def duty(
        self, kind: duties.Kind, person: str, subject: str, start: datetime, late: float
    ) -> Duty: ...


@dataclass(slots=True)
class Trouble:
    scene: Scene

    def happen(self) -> None:
        """Some of each."""
        for _ in range(3):
            self._finding()
        self._attestation()
        self._case()
        self._let_off()
        self._asked(self.scene.dice.choice(("exception", "leave")))

    def _finding(self) -> None:
        """Noticed, and mostly closed; now and then asked to be looked at again, or opened again."""
        person, at = self.scene.staff(1)[0], self.scene.at()
        about = MessageRef(
            Place(Platform("slack"), "T1", "C1", None), f"9{self.scene.dice.random()}"
        )
        finding = Finding(
            id=self.scene.tx.clock.new_id(), number=self.scene.tx.duties.number(),
            rule=self.scene.dice.choice(RULES), clause="4.2.1",
            severity=self.scene.dice.choice(SEVERITIES), person=person.id,
            about=about, request=None,
            at=at, state=self.scene.dice.choices(("open", "collected", "repeat"), (9, 1, 1))[0],
            note="Nobody reads this.", tail="…42", reply="Nor this.",
            reporter=self.scene.staff(1)[0].id if self.scene.dice.random() < 0.3 else None,
        )  # fmt: skip
        self.scene.tx.findings.add(finding)
        closed = hours.add(at, timedelta(hours=self.scene.dice.uniform(1, 30)), OFFICE)
        if finding.state == "open" and closed < self.scene.last and self.scene.dice.random() < 0.85:
            self._closed(finding, closed)

    def _closed(self, finding: Finding, at: datetime) -> None:
        hows: tuple[End, ...] = ("upheld", "fine", "settled", "edited", "false", "explained")
        how = self.scene.dice.choices((*hows, "again"), (9, 2, 2, 2, 2, 1, 1))[0]
        done = replace(finding, state="settled", how=how, settled_by="hr-0", settled_at=at)
        self.scene.tx.findings.settle(done)
        lines, chance = self.scene.tx.findings.trail, self.scene.dice.random()
        if how == "upheld" and self.scene.dice.random() < 0.6:
            taken = {"taken": "talk", "advised": "talk"}
            lines.add(finding.id, Trace(round=1, deed="measure", by="hr-0", at=at, more=taken))
        if chance > 0.6 or how not in CONTESTED:
            return
        later = at + timedelta(hours=1)
        lines.add(finding.id, Trace(round=1, deed="contested", by=finding.person, at=later))
        if chance < 0.3:
            lines.add(finding.id, Trace(round=1, deed="stays", by="hr-0", at=later))
        elif chance < 0.45:
            self.scene.tx.findings.reopen(replace(done, state="open", how="", round=2))
            lines.add(finding.id, Trace(round=2, deed="reopened", by="hr-0", at=later))

    def _attestation(self) -> None:
        at = self.scene.at()
        round = Round(
            id=self.scene.tx.clock.new_id(), number=self.scene.tx.duties.number(), rule="lent",
            period=self.scene.tx.clock.new_id(), policy=1, at=at,
        )  # fmt: skip
        self.scene.tx.attestations.begin(round)
        for person in self.scene.staff(4):
            duty = self.scene.duty("attest", person.id, ATTEST + round.id, at, late=0.2)
            self.scene.tx.attestations.ask(round.id, {person.id: duty.id})

    def _case(self) -> None:
        verdicts: tuple[Verdict, ...] = ("true", "false", "unclear", "")
        kinds: tuple[Kind, ...] = ("account", "phishing")
        kind, verdict = self.scene.dice.choice(kinds), self.scene.dice.choice(verdicts)
        self.scene.tx.cases.add(
            Case(
                id=self.scene.tx.clock.new_id(),
                number=self.scene.tx.duties.number(),
                kind=kind,
                reporter=self.scene.staff(1)[0].id,
                at=self.scene.at(),
                words="Nobody reads this.",
                verdict=verdict if kind == "phishing" else "",
            )
        )

    def _let_off(self) -> None:
        """By who waits, by who leads, because nobody objected, or because somebody was away."""
        asker, owner, head = self.scene.staff(3)
        at = self.scene.at()
        hows = (f"by:{asker.id}", f"by:{asker.id}", f"by:{head.id}", "silence", "away", "gap")
        how = self.scene.dice.choice(hows)
        due = hours.add(at, timedelta(hours=4), OFFICE)
        self.scene.tx.duties.add(
            Duty(
                id="", number=0, kind="reply", owed_by=owner.id, owed_to=asker.id,
                clause="2.2.1-reply", rule="question-to-person", level="normal", policy=1,
                calendar="office", start=at, due=due, first_due=due,
                state="excused" if how in ("away", "gap") else "dropped", closed=due, how=how,
            )
        )  # fmt: skip

    def _asked(self, kind: str) -> None:
        """An exception, or leave that begins before, or after, it is granted."""
        asker, decider = self.scene.staff(2)
        at = self.scene.at()
        first = at.date() + timedelta(days=self.scene.dice.choice((-3, 9)))
        form = {"text": "Nobody reads this.", "start": f"{first}", "end": f"{first}"}
        request = Request(
            id=self.scene.tx.clock.new_id(), number=self.scene.tx.duties.number(), kind=kind,
            requester=asker.id, class_name="personal", clause="3.2.4", policy=1, form=form,
            digest=digest(form), at=at,
        )  # fmt: skip
        self.scene.tx.requests.add(request)
        state = self.scene.dice.choice(("approved", "rejected", "open"))
        if state != "open":
            decided = hours.add(at, 3 * HOUR, OFFICE)
            done = replace(request, state=state, decided_by=decider.id, decided_at=decided)  # type: ignore[arg-type]
            self.scene.tx.requests.decide(done, "")
