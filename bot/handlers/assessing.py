"""An assessment is opened, rated, shown to everybody it is about, and then waits for HR. 5.2.1.

Nobody reads a figure of somebody's before they could read it themselves; no grade follows from it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.command import Refusal
from bot.handlers import assesscards, deeds, keepers, times
from bot.handlers.deeds import Ending, Opening
from bot.policy import assessment, periods
from bot.policy.assessment import AssessmentRules
from bot.policy.duties import ASSESS, Duty
from bot.policy.measures import months_before
from bot.policy.people import Directory, Person
from bot.policy.periods import NoPeriod, Period
from bot.store import Transaction
from bot.store.assessing import Assessed, Round
from bot.store.duties import Due
from bot.store.evidence import Reach
from bot.words import Code, say

RATE, CONTEST, DECIDE = "assessment.rate", "assessment.contest", "assessment.decide"  # rules
RATED_BY, SHOWN_AT, CONTESTED_BY = "assess rate", "assess show", "assess contest"  # kinds of due
KINDS = (RATED_BY, SHOWN_AT, CONTESTED_BY)
APART = timedelta(seconds=1)  # between two reviewers: what is said meanwhile is not kept waiting
HR = "hr"
MONTH = timedelta(days=31)


# Opened


def open_(tx: Transaction, label: str, by: str | None) -> Round:
    """Of a period that is over, once. Raises Refusal."""
    book, now = tx.policies.current(), tx.clock.now()
    try:
        period = periods.parse(label, book.zone)
    except NoPeriod as error:
        raise Refusal(error.why) from None
    if period.end > now:
        what = say(
            "{period} is not over yet: it ends at {end}.", period=_code(period), end=period.end
        )
        raise Refusal(what)
    if tx.assessments.of_period(period.label) is not None:
        raise Refusal(say("The assessment of {period} is open already.", period=_code(period)))
    staff = [
        p for p in tx.people.snapshot().directory.people.values() if p.active and not p.partner
    ]
    counted = tx.assessments.evidence(_reach(period.start, period.end, now, book.assessment))
    ours = {person.id: counted.get(person.id, assessment.Evidence()) for person in staff}
    new = Round(
        id=tx.new_id(),
        period=period.label,
        start=period.start,
        end=period.end,
        policy=book.version,
        opened_by=by,
        opened_at=now,
        rate_by=times.working_days(now, book.assessment.rate_days, times.calendar_of(tx, None)),
        usual=assessment.usual(ours.values()),
    )
    tx.assessments.begin(new)
    directory = tx.people.snapshot().directory
    rows = [
        Assessed(
            id=f"{new.id}-{n}",
            assessment=new.id,
            person=person.id,
            reviewer=reviewer.id if (reviewer := reviewer_of(directory, person)) else None,
            evidence=ours[person.id],
        )
        for n, person in enumerate(staff, 1)
    ]
    tx.assessments.add_all(rows)
    tx.dues.add(new.rate_by, RATED_BY, new.id)
    _ask(tx, new, rows)
    return new


def meant(tx: Transaction, label: str) -> Round:
    """That of a period, else the newest. Raises Refusal."""
    known = tx.assessments
    found = known.of_period(label.upper()) if label else known.newest()
    if found is None:
        command = Code("/duly assess open 2026-Q4")
        raise Refusal(say("There is no such assessment. HR opens one: {command}", command=command))
    return found


def reviewer_of(directory: Directory, person: Person) -> Person | None:
    """Who leads them; None where nobody does."""
    boss = directory.manager_of(person)
    return boss if boss is not None and not boss.partner else None


def _reach(
    start: datetime,
    end: datetime,
    closes: datetime,
    rules: AssessmentRules,
    person: str | None = None,
) -> Reach:
    since = months_before(end, rules.counted)
    return Reach(start=start, end=end, closes=closes, since=since, person=person)


def _ask(tx: Transaction, round: Round, rows: Sequence[Assessed]) -> None:
    """Who leads people owes their ratings; of whom nobody leads, HR hears."""
    mine: dict[str | None, list[Assessed]] = {}
    for each in rows:
        mine.setdefault(each.reviewer, []).append(each)
    alone = mine.pop(None, [])
    for reviewer in sorted(filter(None, mine)):
        owe_ratings(tx, round, reviewer)
    if alone:
        card = assesscards.unled(tx, round, [each.person for each in alone])
        keepers.tell(tx, HR, card, f"assess/{round.id}/alone")


def owe_ratings(tx: Transaction, round: Round, reviewer: str) -> None:
    """Once; it comes with a card of its own."""
    known = tx.duties.about(ASSESS + round.id)
    if any(each.owed_by == reviewer and each.rule == RATE for each in known):
        return
    due = max(round.rate_by, tx.clock.now())
    duty = owe(tx, Asked(owed_by=reviewer, rule=RATE, id=round.id, due=due))
    card = assesscards.to_rate(tx, round, reviewer)
    deeds.tell(tx, reviewer, card, f"assess/{duty.id}", subject=deeds.subject(duty))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one person owes for an assessment, or for one person in it."""

    owed_by: str
    rule: str
    id: str
    due: datetime
    owed_to: str | None = None


def owe(tx: Transaction, asked: Asked) -> Duty:
    book = tx.policies.current()
    opening = Opening(
        kind="review",
        owed_by=asked.owed_by,
        owed_to=asked.owed_to,
        level=book.levels[book.assessment.level],
        clause=book.assessment.clause,
        rule=asked.rule,
        start=tx.clock.now(),
        subject=ASSESS + asked.id,
        due=asked.due,
    )
    return deeds.open_duty(tx, opening)


def recounted(tx: Transaction, round: Round, one: Assessed) -> Assessed:
    """What was counted of them, as it stands now: data may have been put right."""
    rules = tx.policies.version(round.policy).assessment
    reach = _reach(round.start, round.end, tx.clock.now(), rules, one.person)
    found = tx.assessments.evidence(reach).get(one.person, assessment.Evidence())
    return replace(one, evidence=found)


# Shown


def rated(tx: Transaction, round: Round, reviewer: str) -> None:
    """When the last of theirs is rated, all are shown; what is rated late, at once."""
    own = tx.assessments.of(round.id, reviewer)
    known = tx.assessments.last_ratings(round.id, reviewer)
    directory = tx.people.snapshot().directory
    waiting = [
        e for e in own if e.id not in known and not e.shown and assesscards.there(directory, e)
    ]
    if waiting and tx.clock.now() < round.rate_by:
        return
    show(tx, round, [each for each in own if each.id in known])
    if not waiting:
        for duty in tx.duties.about(ASSESS + round.id):
            if duty.owed_by == reviewer and duty.rule == RATE:
                deeds.settle(tx, duty, "done", Ending("rated", tx.clock.now()))


def show(tx: Transaction, round: Round, rows: Iterable[Assessed]) -> None:
    """To whom each is about; from now on they can contest it, for some working days of theirs."""
    days, now = tx.policies.current().assessment.contest_days, tx.clock.now()
    for each in rows:
        if each.shown:
            continue
        calendar, away = times.calendar_of(tx, each.person), times.away_of(tx, each.person)
        until = times.working_days(now, days, calendar, away)
        shown = replace(each, state="shown", shown_at=now, contest_by=until)
        tx.assessments.save(shown)
        tx.assessments.note(shown, "shown", None)
        tx.dues.add(until, CONTESTED_BY, each.id)
        deeds.tell(tx, each.person, assesscards.own(tx, round, shown), f"assess/{each.id}/shown")


# Time goes by


def fallen(tx: Transaction, dues: Sequence[Due]) -> None:
    """The time to rate is over, or somebody's time to contest."""
    over = set[str]()
    for due in dues:
        if due.kind == RATED_BY:
            _apart(tx, due.subject)
        elif due.kind == SHOWN_AT:
            _show_rated(tx, *due.subject.split("/", 1))
        elif (one := tx.assessments.person(due.subject)) is not None:
            over.add(one.assessment)
    for id in sorted(over):
        ask_hr(tx, id)


def _apart(tx: Transaction, id: str) -> None:
    """One reviewer's people after another."""
    now = tx.clock.now()
    reviewers = sorted({each.reviewer for each in tx.assessments.of(id) if each.reviewer})
    due = [(now + APART * n, SHOWN_AT, f"{id}/{each}", 0) for n, each in enumerate(reviewers)]
    tx.dues.add_all(due)


def _show_rated(tx: Transaction, id: str, reviewer: str) -> None:
    """Who is not rated yet waits for it; their head hears that it is late."""
    round = tx.assessments.get(id)
    if round is not None:
        known = tx.assessments.last_ratings(id, reviewer)
        show(tx, round, [each for each in tx.assessments.of(id, reviewer) if each.id in known])


def ask_hr(tx: Transaction, id: str) -> None:
    """Once there is something to decide, one of HR owes it; whoever of HR decides does."""
    round, now = tx.assessments.get(id), tx.clock.now()
    if round is None or any(each.rule == DECIDE for each in tx.duties.about(ASSESS + id)):
        return
    ready = assesscards.ready(tx, tx.assessments.of(id))
    office = tx.people.snapshot().directory.with_role(HR)
    chosen = next((each for each in office if each.id == round.opened_by), None)
    chosen = chosen or next(iter(office), None)
    if not ready or chosen is None:
        return
    days = tx.policies.current().assessment.rate_days
    due = times.working_days(now, days, times.calendar_of(tx, chosen.id))
    duty = owe(tx, Asked(owed_by=chosen.id, rule=DECIDE, id=id, due=due))
    card = assesscards.to_decide(tx, round)
    deeds.tell(tx, chosen.id, card, f"assess/{duty.id}", subject=deeds.subject(duty))


def decided(tx: Transaction, round: Round) -> None:
    """Nothing is left that could be decided now."""
    if assesscards.ready(tx, tx.assessments.of(round.id)):
        return
    for duty in tx.duties.about(ASSESS + round.id):
        if duty.rule == DECIDE:
            deeds.settle(tx, duty, "done", Ending("decided", tx.clock.now()))


def plan(tx: Transaction) -> None:
    """A working day has begun: the period before is opened where the policy says so, once."""
    book = tx.policies.current()
    if book.assessment.opens == "never":
        return
    period = periods.previous(periods.of(book.assessment.opens, tx.clock.now(), book.zone))
    lately = tx.clock.now() - period.end < MONTH  # not of one long past, when the policy is changed
    if lately and tx.assessments.of_period(period.label) is None:
        open_(tx, period.label, None)


def _code(period: Period) -> Code:
    return Code(period.label)
