"""What was made of samples, for a report: verdicts and counts, nobody's words. Policy 5.1.2."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.policy.oversight import Pair, Sampled
from bot.store.rows import Rows
from bot.store.schema_supervision import drawn, samples, verdicts

LEFT = "skip"  # they left it to somebody else
Word = Mapping[tuple[int, str], Any]  # the last one, by message and whose it is


@dataclass(frozen=True, slots=True)
class Sampling:
    rows: Rows

    def read(self, start: datetime, end: datetime, closes: datetime) -> Iterator[Sampled]:
        """Samples drawn from `start` until just before `end`, as they stood at `closes`."""
        c = samples.c
        planned, said = self._planned(), self._said(start, end, closes)
        for row in self.rows.all(samples, c.drawn_at >= start, c.drawn_at < end):
            words = said[row.id]
            reviewed = {number for (number, _), word in words.items() if word.verdict != LEFT}
            yield Sampled(
                department=row.department,
                period=row.period,
                drawn_at=row.drawn_at,
                population=row.population,
                planned=planned[row.id],
                reviewed=len(reviewed),
                findings=len({word.finding for word in words.values()} - {None}),
                pairs=tuple(_pairs(words, row.reviewer, row.seconder)),
            )

    def _planned(self) -> Counter[str]:
        c = drawn.c
        ours = sa.select(c.sample, sa.func.count()).where(c.company == self.rows.company)
        found = self.rows.conn.execute(ours.group_by(c.sample))
        return Counter({sample: int(count) for sample, count in found})

    def _said(
        self, start: datetime, end: datetime, closes: datetime
    ) -> dict[str, dict[tuple[int, str], Any]]:
        v, s = verdicts.c, samples.c
        same = (s.company == v.company) & (s.id == v.sample)
        ours = sa.select(v.sample, v.number, v.person, v.verdict, v.finding).join(samples, same)
        then = v.company == self.rows.company, s.drawn_at >= start, s.drawn_at < end
        ours = ours.where(*then, v.at <= closes).order_by(v.sample, v.number, v.round)
        found = defaultdict[str, dict[tuple[int, str], Any]](dict)
        for row in self.rows.conn.execute(ours):
            found[row.sample][row.number, row.person] = row
        return found


def _pairs(words: Word, first: str, second: str | None) -> Sequence[Pair]:
    return [
        (words[number, first].verdict, word.verdict)
        for (number, who), word in words.items()
        if who == second and (number, first) in words
    ]
