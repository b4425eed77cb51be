"""Random deeds of random people on requests, by every path; after each, the laws are asked.

The same seed is the same story. People come and go, have several accounts, lend their decisions and
are away; texts change under what was shown; now and then somebody tries it with SQL.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from bot.card import Card
from bot.events import CommandInvoked, FormSubmitted, Happening, ReactionChanged
from bot.handlers import delegating
from bot.store.connecting import in_memory
from tests.approvals.laws import Happened, Laws
from tests.approvals.picture import taken
from tests.approvals.world import POLICIES, Form, Spell, World, midnight
from tests.desk import LOBBY, Desk, account

STORY = 150  # steps of one company, before the next begins
MANY = 6  # requests on their way at a time
WORDS = ("one", "two", "three", "four", "five", "six")
TAMPER = (
    "UPDATE requests SET state = 'approved' WHERE state IN ('rejected', 'recalled')",
    "UPDATE requests SET digest = 'x' WHERE state = 'approved'",
    "UPDATE seats SET state = 'open' WHERE state IN ('approved', 'rejected')",
    "UPDATE seats SET decided_by = 'eve' WHERE state = 'approved'",
    "DELETE FROM seats WHERE state = 'rejected'",
    "UPDATE trail SET actor = 'eve'",
    "DELETE FROM trail",
    "UPDATE versions SET digest = 'x'",
    "DELETE FROM certificates",
    "DELETE FROM requests",
)


@dataclass
class Story:
    seed: int
    db: sa.Engine = field(default_factory=in_memory)

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        self.desk = Desk(db=self.db, policy=POLICIES[0], chance=Random(self.seed))
        self.world = World()
        self.laws = Laws(self.world)
        self.loop = asyncio.new_event_loop()
        self.count = 0
        with self.desk.store.transaction() as tx:
            self.laws.variants[tx.policies.current().version] = 0
        self._people()
        self.picture = taken(self.desk.store)

    def run(self, steps: int) -> Iterator[str]:
        try:
            for _ in range(steps):
                for breach in self._step():
                    yield f"seed {self.seed}, step {self.count}: {breach}"
                self.count += 1
        finally:
            self.loop.close()
            self.desk.close()

    def _step(self) -> Iterator[str]:
        deeds = (
            (self._ask, 3 if len(self._open()) < MANY else 0.3),
            (self._decide, 12),
            (self._react, 2),
            (self._revise, 1.2),
            (self._away, 0.8),
            (self._lend, 0.8),
            (self._time, 2),
            (self._hr, 1.2),
            (self._tamper, 0.3),
        )
        deed = self.chance.choices([d for d, _ in deeds], [weight for _, weight in deeds])[0]
        what = deed()
        before, self.picture = self.picture, taken(self.desk.store)
        yield from self.laws.broken(before, self.picture, what)

    # What people do

    def _open(self) -> list[Any]:
        return [r for r in self.picture.requests.values() if r.state in ("open", "returned")]

    def _ask(self) -> Happened:
        kind, form = self.chance.choice(
            (
                ("notice", {}),
                ("work", {"departments": self.chance.choice(("tech", "office", "sales,tech"))}),
                ("work", {"importance": "important"}),
                ("material", {"amount": self.chance.choice(("10", "500000"))}),
                ("training", {"start": "2026-05-04", "amount": self.chance.choice(("0", "9"))}),
                ("resignation", {"start": "2026-05-04"}),
                ("account", {"account": "CRM"}),
                ("exception", self.chance.choice(({}, {"end": "2026-05-04"}))),
            )
        )
        form = {**form, "text": self._text()}
        pairs = " ".join(f'{name}="{value}"' for name, value in form.items())
        return self._typed(f"request {kind} {pairs}", form=form)

    def _text(self) -> str:
        return " ".join(self.chance.choices(WORDS, k=3))

    def _decide(self) -> Happened:
        row = self._some_request()
        if row is None:
            return self._ask()
        deed = self.chance.choices(
            ("approve", "reject", "return", "transfer", "sign", "defer", "question", "comment",
             "urge", "recall"),
            (12, 2, 1, 2, 2, 0.7, 0.7, 0.7, 0.5, 0.7),
        )[0]  # fmt: skip
        other = self.chance.choice(list(self.world.people))
        where = self.chance.choice(("before", "after", "beside"))
        words = {
            "transfer": f"@{other} please",
            "sign": f"{where} @{other}",
            "defer": "in 2 hours",
            "reject": "no",
            "return": "again",
            "question": "why?",
            "comment": "well",
            "recall": self.chance.choice(("", "off")),
        }.get(deed, "")
        seen = self._digest(row) if deed in ("approve", "reject", "return", "transfer") else ""
        line = f"{deed} {row.number}{f' ={seen}' if seen else ''} {words}".strip()
        form: Form = {}
        if deed == "recall" and words:
            known = self.laws.forms.get((row.id, row.round), {})
            form = {**known, "text": words}
        return self._typed(line, row, deed=deed, digest=seen, form=form)

    def _some_request(self) -> Any | None:
        rows = self._open() if self.chance.random() < 0.9 else list(self.picture.requests.values())
        return self.chance.choice(rows) if rows else None

    def _digest(self, row: Any) -> str:
        """What stood on the card they press: the text of now, of before, or nothing (typed)."""
        kept = self.picture.kept["versions"]
        texts = [each.digest[:12] for (id, _), each in kept.items() if id == row.id]
        now = str(row.digest[:12])
        return str(self.chance.choice(["", now, now, *texts]))

    def _revise(self) -> Happened:
        row = self._some_request()
        if row is None:
            return self._ask()
        form = {"text": self._text()}
        who = row.requester if self.chance.random() < 0.8 else None
        return self._typed(f'request {row.number} text="{form["text"]}"', who=who, form=form)

    def _react(self) -> Happened:
        """✅ or ❌ on a card about a request, whatever it shows by now."""
        self._turn()
        lines = [each for each in self.desk.paper.lines if each.card and _decides(each.card)]
        if not lines:
            return self._time()
        line = self.chance.choice(lines[-40:])
        name = line.to if self.chance.random() < 0.8 else self._account()
        emoji = self.chance.choice(("✅", "✅", "❌"))
        event = ReactionChanged(
            key=self._key(), at=self.desk.now, actor=account(name), message=line.ref,
            emoji=emoji, added=True,
        )  # fmt: skip
        return self._done(event, name, Happened(None, self.desk.now))

    def _away(self) -> Happened:
        return self._spell("away", self.world.leaves)

    def _lend(self) -> Happened:
        return self._spell("delegate", self.world.given)

    def _spell(self, command: str, spells: dict[str, list[Spell]]) -> Happened:
        who = self.chance.choice([n for n, each in self.world.people.items() if each.here])
        to = self.chance.choice([n for n in self.world.people if n != who and self.world.fit(n)])
        first = self.chance.choice((0, 0, 1))
        last = first + self.chance.choice((0, 1, 2))
        start, end = (midnight(self.desk.now, d) for d in (first, last + 1))
        days = f"{self._day(first)}..{self._day(last)}"
        nobody = command == "away" and self.chance.random() < 0.3
        line = f"delegate @{to} {days}" if command == "delegate" else f"away {days}"
        line += "" if nobody or command == "delegate" else f" @{to}"
        spells.setdefault(who, []).append(Spell(start, end, None if nobody else to))
        return self._typed(line, who=who)

    def _day(self, days: int) -> str:
        return (midnight(self.desk.now, days) + timedelta(hours=12)).date().isoformat()

    # What happens by itself

    def _time(self) -> Happened:
        hours = self.chance.choice((0.1, 1, 1, 4, 12, 24))
        self.desk.now += timedelta(hours=hours)
        self.desk.bot.ticker.ring()
        return Happened(None, self.desk.now)

    def _hr(self) -> Happened:
        """Somebody leaves or comes back, has another role, leads a department; a new policy."""
        change: Callable[[], None] = self.chance.choice(
            (self._leave, self._leave, self._role, self._head, self._boss, self._second, self._book)
        )
        change()
        self._people()
        if self.chance.random() < 0.6:  # as an import of people does
            with self.desk.store.transaction() as tx:
                delegating.look_again(tx)
        return Happened(None, self.desk.now)

    def _leave(self) -> None:
        one = self.chance.choice(list(self.world.people.values()))
        gone = [each for each in self.world.people.values() if not each.here]
        if one.here and len(gone) >= 2:
            one = gone[0]
        one.here = not one.here

    def _role(self) -> None:
        one = self.chance.choice(list(self.world.people.values()))
        one.roles ^= {self.chance.choice(("it", "hr", "business_head", "executive"))}

    def _head(self) -> None:
        unit = self.chance.choice(list(self.world.heads))
        self.world.heads[unit] = self.chance.choice(list(self.world.people))

    def _boss(self) -> None:
        one = self.chance.choice(list(self.world.people.values()))
        one.boss = self.chance.choice([None, *self.world.people])

    def _second(self) -> None:
        one = self.chance.choice(list(self.world.people))
        self.world.accounts[f"{one}2"] = one

    def _book(self) -> None:
        variant = self.chance.randrange(len(POLICIES))
        with self.desk.store.transaction() as tx:
            tx.policies.adopt(POLICIES[variant])
            self.laws.variants[tx.policies.current().version] = variant

    def _people(self) -> None:
        with self.desk.store.transaction() as tx:
            tx.people.save(each.as_person() for each in self.world.people.values())
            tx.people.save_departments(self.world.departments())
            for name, person in self.world.accounts.items():
                tx.people.link(account(name), person)

    def _tamper(self) -> Happened:
        """The database refuses; whatever matches no row changes nothing."""
        try:
            with self.desk.store.db.begin() as conn:
                conn.exec_driver_sql(self.chance.choice(TAMPER))
        except sa.exc.DBAPIError:
            pass
        return Happened(None, self.desk.now)

    # How it is done

    def _account(self) -> str:
        return self.chance.choice(list(self.world.accounts))

    def _likely(self, row: Any) -> str:
        """Mostly somebody who sits there, by one of their accounts."""
        seats = self.picture.sitting(row.id, row.round, row.step)
        people = [s.person for s in seats if s.state == "open"] or [row.requester]
        who = self.chance.choice(people)
        mine = [name for name, person in self.world.accounts.items() if person == who]
        return self.chance.choice(mine)

    def _typed(  # noqa: PLR0913
        self, line: str, row: Any = None, *, who: str | None = None, deed: str = "",
        digest: str = "", form: Form | None = None,
    ) -> Happened:  # fmt: skip
        name = who or self._account()
        if row is not None and self.chance.random() < 0.75:
            name = row.requester if deed in ("urge", "recall") else self._likely(row)
        people = tuple((w, account(w[1:])) for w in line.split() if w.startswith("@"))
        event: Happening = CommandInvoked(
            key=self._key(), at=self.desk.now, actor=account(name), place=LOBBY, text=line,
            people=people, reply_handle="window",
        )  # fmt: skip
        if deed in ("reject", "return") and self.chance.random() < 0.3:
            command, _, why = line.rpartition(" ")
            event = FormSubmitted(
                key=self._key(), at=self.desk.now, actor=account(name), place=LOBBY,
                form=command, fields=(("why", why),),
            )  # fmt: skip
        number = row.number if row is not None else 0
        what = Happened(None, self.desk.now, deed, number, digest, form or {})
        return self._done(event, name, what)

    def _key(self) -> str:
        return f"{self.seed}/{self.count}/{self.chance.random()}"

    def _done(self, event: Happening, name: str, what: Happened) -> Happened:
        self.loop.run_until_complete(self.desk.bot.inbox.take([event]))
        while self.desk.bot.engine.work():
            pass
        person = self.world.accounts.get(name)
        here = person is not None and self.world.people[person].here
        return replace(what, actor=person if here else None)

    def _turn(self) -> None:
        async def turns() -> None:
            while await self.desk.bot.turn():
                pass

        self.loop.run_until_complete(turns())


def _decides(card: Card) -> bool:
    return any(each.action.startswith("approve ") for each in card.buttons)


def stories(seed: int, steps: int, database: Callable[[], sa.Engine] = in_memory) -> Iterator[str]:
    """Violations, story after story, until so many steps were made."""
    for number in range((steps + STORY - 1) // STORY):
        story = Story(seed + number, database())
        yield from story.run(min(STORY, steps - number * STORY))
