"""Samples of what a department said: drawn once, frozen, and what was made of each message.

Policy 5.1.2. Kept are the ids of records, whose words stay where they are.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from bot.policy.rulebook import Quota
from bot.policy.sampling import Risk, Verdict
from bot.store.rows import Rows
from bot.store.schema import duties, findings, records
from bot.store.schema_classes import classes
from bot.store.schema_supervision import drawn, samples, verdicts

AT_ONCE = 10_000  # values in one statement
Key = tuple[str, str]  # a conversation, and a message in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """`accounts`, `rooms`: where it was drawn from; `risky`: which records bore which risk.

    These and the `quota` of that day are enough to draw it again.
    """

    id: str
    number: int
    department: str
    period: str
    start: datetime
    end: datetime
    reviewer: str
    seconder: str | None
    seed: str
    population: int
    fingerprint: str
    drawn_at: datetime
    accounts: tuple[str, ...]
    risky: Mapping[str, tuple[Risk, ...]]
    quota: Quota
    rooms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    number: int  # its place in the sample, counted from 1
    record: str
    conversation: str
    message: str
    author: str
    risks: tuple[Risk, ...]
    twice: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    number: int
    person: str  # whose turn it was
    verdict: Verdict
    by: str
    at: datetime
    why: str = ""
    finding: int | None = None


SEALED = ("accounts", "risky", "quota", "rooms")
PLAIN = tuple(each.name for each in fields(Sample) if each.name not in SEALED)


@dataclass(frozen=True, slots=True)
class Samples:
    rows: Rows

    # What there is to draw from

    def posts(
        self, accounts: Sequence[str], span: tuple[datetime, datetime], before: str
    ) -> list[Any]:
        """Rows of `id`, `conversation`, `message`, `author`, `class_name`, without their words.

        `before`: only what was kept before that id was made.
        """
        start, end = span
        c, found = records.c, list[Any]()
        wanted = sa.select(c.id, c.conversation, c.message, c.author, c.class_name).where(
            c.company == self.rows.company,
            c.kind == "post",
            c.at >= start,
            c.at < end,
            c.id < before,
        )
        for some in _some(accounts):
            found += self.rows.conn.execute(wanted.where(c.author.in_(some)))
        return found

    def classes(self, start: datetime, end: datetime, until: datetime) -> dict[Key, str]:
        """What was said then and given another class since, and which it had at `until`."""
        c = classes.c
        rows = self.rows.all(
            classes, c.said_at >= start, c.said_at < end, c.at <= until, order=[c.number]
        )
        return {(row.conversation, row.message): row.class_name for row in rows}

    def deleted(self, key: Key, before: str) -> bool:
        c = records.c
        here = c.conversation == key[0], c.message == key[1], c.kind == "deletion"
        return self.rows.one(records, *here, c.id < before) is not None

    def looked(self, place: str, number: int) -> bool:
        """A look at that message of a sample is kept there."""
        c = records.c
        return self.rows.one(records, c.conversation == place, c.message == str(number)) is not None

    def with_findings(self, persons: Sequence[str], since: datetime) -> set[Key]:
        c, found = findings.c, set[Key]()
        for some in _some(persons):
            rows = self.rows.all(findings, c.person.in_(some), c.at >= since)
            found |= {(row.conversation, row.message) for row in rows if row.message}
        return found

    def with_duties(
        self, askers: Sequence[str], levels: Collection[str], start: datetime, end: datetime
    ) -> set[Key]:
        """What they asked as important, or that was marked so."""
        c, found = duties.c, set[Key]()
        then = c.start >= start, c.start < end, c.level.in_(list(levels))
        for some in _some(askers):
            rows = self.rows.all(duties, c.owed_to.in_(some), *then)
            found |= {(row.conversation, row.message) for row in rows if row.message}
        return found

    # What was drawn

    def add(self, sample: Sample, messages: Iterable[Drawn]) -> None:
        values = {name: getattr(sample, name) for name in PLAIN}
        body = {name: getattr(sample, name) for name in ("accounts", "risky", "rooms")}
        body["quota"] = asdict(sample.quota)
        sealed = self.rows.close(samples.c.body, sample.id, body)
        self.rows.add(samples, **values, body=sealed)
        self.rows.add_all(drawn, [_values(sample.id, each) for each in messages])

    def find(self, number: int) -> Sample | None:
        return self._first(samples.c.number == number)

    def get(self, id: str) -> Sample | None:
        return self._first(samples.c.id == id)

    def of_department(self, department: str, period: str) -> Sample | None:
        return self._first(samples.c.department == department, samples.c.period == period)

    def of(self, person: str, limit: int) -> list[Sample]:
        """Drawn for them to look at, as the first or a second; the newest first."""
        c = samples.c
        theirs = sa.or_(c.reviewer == person, c.seconder == person)
        rows = self.rows.all(samples, theirs, order=[c.number.desc()], limit=limit)
        return [self._sample(row) for row in rows]

    def between(self, start: datetime, end: datetime) -> list[Sample]:
        """Of what was said in periods that ended then; the newest first."""
        c = samples.c
        rows = self.rows.all(samples, c.end > start, c.end <= end, order=[c.end.desc(), c.id])
        return [self._sample(row) for row in rows]

    def messages(self, sample: str) -> list[Drawn]:
        c = drawn.c
        return [_drawn(row) for row in self.rows.all(drawn, c.sample == sample, order=[c.number])]

    # What was made of it

    def judge(self, sample: str, judged: Judged) -> None:
        """Again: the last word counts."""
        c = verdicts.c
        one = c.sample == sample, c.number == judged.number, c.person == judged.person
        round = self.rows.count(verdicts, *one) + 1
        sealed = None
        if judged.why:
            slot = f"{sample}/{judged.number}/{judged.person}/{round}"
            sealed = self.rows.close(c.why, slot, judged.why)
        values = {name: getattr(judged, name) for name in ("verdict", "by", "at", "finding")}
        keys = {"number": judged.number, "person": judged.person, "round": round}
        self.rows.add(verdicts, sample=sample, **keys, **values, why=sealed)

    def judged(self, sample: str, person: str | None = None) -> dict[tuple[int, str], Judged]:
        """The last word of each on each message, by its number and whose it is."""
        c = verdicts.c
        whose = () if person is None else (c.person == person,)
        rows = self.rows.all(verdicts, c.sample == sample, *whose, order=[c.number, c.round])
        return {(row.number, row.person): self._judged(row) for row in rows}

    def _judged(self, row: Any) -> Judged:
        slot = f"{row.sample}/{row.number}/{row.person}/{row.round}"
        why = self.rows.open(verdicts.c.why, slot, row.why) if row.why else ""
        return Judged(
            number=row.number,
            person=row.person,
            verdict=cast(Verdict, row.verdict),
            by=row.by,
            at=row.at,
            why=why,
            finding=row.finding,
        )

    def _first(self, *where: Any) -> Sample | None:
        row = self.rows.one(samples, *where)
        return self._sample(row) if row else None

    def _sample(self, row: Any) -> Sample:
        body = dict(self.rows.open(samples.c.body, row.id, row.body))
        body["quota"] = Quota(**body["quota"])
        body["risky"] = {record: tuple(risks) for record, risks in body["risky"].items()}
        return Sample(**{name: getattr(row, name) for name in PLAIN}, **body)


def _some(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


def _values(sample: str, each: Drawn) -> dict[str, Any]:
    same = ("number", "record", "conversation", "message", "author", "twice")
    return {
        "sample": sample,
        "risks": " ".join(each.risks),
        **{name: getattr(each, name) for name in same},
    }


def _drawn(row: Any) -> Drawn:
    same = ("number", "record", "conversation", "message", "author", "twice")
    risks = cast(tuple[Risk, ...], tuple(row.risks.split()))
    return Drawn(risks=risks, **{name: getattr(row, name) for name in same})
