"""A company made up from a seed: people, leave, duties, requests, nudges, put into a real store."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from bot.clock import Clock
from bot.events import Account, MessageRef, Place, Platform
from bot.policy import hours
from bot.policy.approvals import Request, digest
from bot.policy.approvals import State as Outcome
from bot.policy.duties import Duty, Kind, State
from bot.policy.people import Absence, Department, Person
from bot.policy.reading import default_rulebook
from bot.seal import Seal
from bot.store import Store, Transaction
from bot.store.connecting import in_memory
from bot.store.schema import nudges
from tests.reports.busy import Busy

NOW = datetime(2026, 11, 3, 1, 30, tzinfo=UTC)  # 09:30 in Shanghai
FIRST_DAY = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)
SECRET = "sesame-never-print-this"
OFFICE = default_rulebook().calendars["office"]
KINDS: tuple[Kind, ...] = ("reply", "reply", "reply", "decide", "confirm", "act")
NAMES = (
    "Ann Lee", "Bob Müller", "Eve O'Hara", "王小明", "李静", "陳大文", "Zoë Quinn", "Tom Ade",
    "赵敏", "周杰", "Ida Bø", "Max Roth", "محمد علي", "Olga Petrova", "林志玲", "Sam Poe",
)  # fmt: skip
UNITS = (
    ("sales", "Sales 销售部", 7),
    ("it", "IT 信息部", 5),
    ("law", "Legal 法务", 3),
    ("hr", "HR 人事", 6),
)


def store_at(now: datetime = NOW, db: sa.Engine | None = None) -> Store:
    dice = random.Random(7)
    clock = Clock(lease=lambda: now, random=dice.randbytes)
    return Store(in_memory() if db is None else db, "acme", Seal(bytes(32), clock.random), clock)


@dataclass(slots=True)
class Company:
    """`size`: duties; `busy`: requests with their steps, notices and meetings, so many of each."""

    dice: random.Random
    size: int
    busy: int = 0
    people: tuple[Person, ...] = ()

    def settle(self, tx: Transaction) -> None:
        tx.people.save_departments(
            Department(id=id, name=name, head=f"{id}-0") for id, name, _ in UNITS
        )
        self.people = tuple(_people())
        tx.people.save(self.people)
        for person in self.dice.sample(self.people, 5):
            start = FIRST_DAY + timedelta(days=self.dice.randrange(170))
            tx.people.absent(
                Absence(
                    person=person.id, start=start, end=start + timedelta(days=3), delegate="hr-0"
                )
            )
        busy = Busy(tx, self.dice, self.people, FIRST_DAY, NOW)
        for number in range(self.size):
            busy.promised(self._duty(tx, number))
        for number in range(self.size // 12):
            self._request(tx, number)
        busy.settle(self.busy)

    def _duty(self, tx: Transaction, number: int) -> Duty:
        dice = self.dice
        start = FIRST_DAY + timedelta(minutes=dice.randrange(183 * 24 * 60))
        due = hours.add(start, timedelta(hours=4), OFFICE)
        owner, asker = dice.sample([each for each in self.people if not each.partner], 2)
        if self.busy and dice.random() < 0.1:
            asker = next(each for each in self.people if each.partner)
        level = dice.choice(("normal", "important", "emergency")) if self.busy else "normal"
        place = Place(Platform("slack"), "T1", f"C{dice.randrange(9)}", None)
        duty = Duty(
            id="", number=0, kind=dice.choice(KINDS),
            owed_by=owner.id if dice.random() < 0.97 else None, owed_to=asker.id,
            about=MessageRef(place, f"17{number:014}") if dice.random() < 0.9 else None,
            subject="request/7", clause="2.2.1-reply", rule="question-to-person", level=level,
            policy=1, calendar="office", start=start, due=due, first_due=due,
        )  # fmt: skip
        kept = tx.duties.add(self._fate(duty))
        for step in range(dice.choice((0, 0, 0, 1, 1, 2))):
            self._nudge(tx, kept, step, asker.id if step == 1 else owner.id)
        return kept

    def _nudge(self, tx: Transaction, duty: Duty, step: int, person: str) -> None:
        at = duty.first_due + timedelta(minutes=step)
        sent = self.dice.choice((True, True, True, False, None))
        row = {"duty": duty.id, "step": step, "person": person, "at": at, "sent": sent}
        why = {"rule": duty.rule, "asker": duty.owed_to}
        tx.rows.add(nudges, parcel=f"{duty.id}/{step}/{person}", **row, **why)

    def _fate(self, duty: Duty) -> Duty:
        dice = self.dice
        chance = dice.random()
        if chance < 0.15:
            duty = self._promised(duty)
        took = timedelta(minutes=round(dice.lognormvariate(4.6, 0.9)))
        end = hours.add(duty.start, took, OFFICE)
        if chance < 0.12 and dice.random() < 0.9:
            end = duty.due - timedelta(minutes=5)
        fates: tuple[State, ...] = ("done", "open", "dropped", "excused", "passed", "lapsed")
        state = dice.choices(fates, (88, 3, 3, 3, 1, 2))[0]
        if state == "open" or end > NOW:
            return replace(duty, state="promised" if duty.promised_for else "open")
        how = SECRET if state == "dropped" else "answered"
        return replace(duty, state=state, closed=end, how=how)

    def _promised(self, duty: Duty) -> Duty:
        until = hours.add(duty.due, timedelta(hours=self.dice.choice((4, 8, 20))), OFFICE)
        match self.dice.randrange(4):
            case 0:  # promised when it was late already
                late = duty.due + timedelta(hours=1)
                return replace(duty, state="promised", promised_for=until, promised_at=late)
            case 1:  # promised, and again
                again = until + timedelta(days=1)
                at = until + timedelta(hours=self.dice.choice((-1, 1)))
                return replace(
                    duty,
                    state="promised",
                    due=until,
                    promised_for=again,
                    promised_at=at,
                    repromised="renegotiated" if at <= until else "broken",
                )
            case _:
                at = duty.due - timedelta(hours=1)
                return replace(
                    duty, state="promised", due=until, promised_for=until, promised_at=at
                )

    def _request(self, tx: Transaction, number: int) -> None:
        dice = self.dice
        asker, decider = dice.sample(self.people, 2)
        at = FIRST_DAY + timedelta(minutes=dice.randrange(182 * 24 * 60))
        form = {"text": f"{SECRET} {number}"}
        request = Request(
            id=tx.clock.new_id(), number=tx.duties.number(), kind=dice.choice(("notice", "leave")),
            requester=asker.id, class_name="notice", clause="3.2.2", policy=1, form=form,
            digest=digest(form), at=at,
        )  # fmt: skip
        tx.requests.add(request)
        outcomes: tuple[Outcome, ...] = ("approved", "approved", "rejected", "recalled", "open")
        state = dice.choice(outcomes)
        decided = hours.add(at, timedelta(minutes=dice.randrange(900)), OFFICE)
        if state != "open" and decided < NOW:
            done = replace(request, state=state, decided_by=decider.id, decided_at=decided)
            assert tx.requests.decide(done, SECRET)


def _people() -> Sequence[Person]:
    found: list[Person] = []
    for unit, _, size in UNITS:
        for number in range(size):
            roles = {"hr": {"hr"}, "it": {"auditor"}}.get(unit, {"executive"})
            name = NAMES[len(found) % len(NAMES)]
            found.append(
                Person(
                    id=f"{unit}-{number}",
                    name=name,
                    department=unit,
                    manager=f"{unit}-0",
                    roles=frozenset(roles if number == 0 else ()),
                    email=f"{unit}{number}@acme.test",
                )
            )
    found.append(Person(id="guest", name="Gus Guest", partner=True))
    found.append(Person(id="board", name="Bea Board", roles=frozenset({"executive"})))
    return found


def account(person: str) -> Account:
    return Account(Platform("playground"), "acme", person)


def company(size: int = 400, seed: int = 1, busy: int = 0, db: sa.Engine | None = None) -> Store:
    """Without `db`: in memory."""
    store = store_at(db=db)
    with store.transaction() as tx:
        Company(random.Random(seed), size, busy).settle(tx)
    return store
