"""The assessment of a period for a report: scores, contests, decisions, measures. Policy 5.2.1.

Nobody else reads a score while whom it is about may still contest it; measures only of what is
closed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.handlers import assesscards, correcting
from bot.policy import measures
from bot.policy.assessment import Assessment, Measured, Standing
from bot.policy.measures import COMMENDATION
from bot.policy.periods import Period
from bot.store import Transaction
from bot.store.assessing import Round

CASES = 500  # of one person, that are looked at


@dataclass(frozen=True, slots=True)
class Whose:
    """Of whom; None: of everybody. `own`: its reader's alone."""

    scope: frozenset[str] | None
    own: bool = False

    def covers(self, person: str) -> bool:
        return self.scope is None or person in self.scope


def assessed(tx: Transaction, period: Period, whose: Whose) -> Assessment | None:
    """None where none was opened for just that period."""
    round = tx.assessments.of_period(period.label)
    if round is None:
        return None
    rules = tx.policies.version(round.policy).assessment
    found = (*_corrections(tx, round), *_commendations(tx, round))
    return Assessment(
        weights=rules.weights,
        least=rules.least,
        standings=tuple(_standings(tx, round, whose)),
        measured=tuple(each for each in found if whose.covers(each.person)),
    )


def _standings(tx: Transaction, round: Round, whose: Whose) -> Iterator[Standing]:
    known, now = tx.assessments.last_ratings(round.id), tx.clock.now()
    for one in tx.assessments.of(round.id):
        if not whose.covers(one.person):
            continue
        ripe = one.shown and (whose.own or not one.may_contest(now))
        yield Standing(
            person=one.person,
            reviewer=one.reviewer,
            state=one.state,
            score=assesscards.score(tx, round, one, known.get(one.id)) if ripe else None,
            contested=one.state in ("contested", "answered"),
            grade=one.grade,
        )


def _corrections(tx: Transaction, round: Round) -> Iterator[Measured]:
    """Of what was upheld in the period."""
    decided = {f.id: trace for f, trace in tx.findings.measures(round.start, tx.clock.now())}
    for finding in tx.findings.upheld(round.start, round.end):
        trace = decided.get(finding.id)
        if finding.person is None or finding.settled_at is None:
            continue
        advised = trace.more["advised"] if trace else correcting.advice(tx, finding).measure
        yield Measured(
            person=finding.person,
            number=finding.number,
            at=finding.settled_at,
            advised=advised,
            taken=trace.more["taken"] if trace else "",
            by=trace.by if trace else None,
        )


def _commendations(tx: Transaction, round: Round) -> Iterator[Measured]:
    """For frauds reported rightly: as the rule recommends, or as HR gave one."""
    rungs = tx.policies.current().findings.measures
    given = dict(tx.cases.trail.between("commended", round.start, tx.clock.now()))
    for case in tx.cases.frauds(round.start, round.end):
        others = tx.cases.of(case.reporter, CASES)
        dates = [e.at for e in others if e.verdict == "true" and e.id != case.id and e.at < case.at]
        advised, trace = measures.commended(rungs, case.at, dates), given.get(case.id)
        if advised or trace:
            yield Measured(
                person=case.reporter,
                number=case.number,
                at=case.at,
                advised=COMMENDATION if advised else "none",
                taken=COMMENDATION if trace else "",
                by=trace.by if trace else None,
            )
