"""What people read of an assessment: their own card, whom to rate, what HR is to decide. 5.2.1."""

from collections.abc import Iterator, Mapping, Sequence

from bot.card import Button, Card
from bot.handlers.deeds import person_named
from bot.policy import assessment
from bot.policy.assessment import (
    DIMENSIONS,
    FIGURES,
    NAMES,
    STATES,
    TOO_LITTLE,
    Figure,
    Part,
    Score,
)
from bot.policy.duties import ASSESS, Duty
from bot.policy.findings import Severity
from bot.policy.people import Directory
from bot.store import Transaction
from bot.store.assessing import Assessed, Rating, Round
from bot.words import Code, Quoted, Ref, Rows, Say, Value, Who, say, say_many

COUNTED: Mapping[Figure, Say] = {
    "on_time": say("On time"),
    "promises": say("Promises kept"),
    "notices": say("Notices read in time"),
    "confirmed": say("Minutes confirmed in words"),
    "minutes": say("Minutes written in time"),
    "fields": say("Requests complete at first"),
    "attested": say("Security statements in time"),
}
WEIGHTS: Mapping[Severity, Say] = {
    "slight": say("slight"),
    "moderate": say("moderate"),
    "serious": say("serious"),
    "critical": say("critical"),
}
SHOWN = 20  # people in one list
HOW = say(
    "Clause 5.2.1. HR decides on the grade; nothing follows by itself. How it is reckoned: "
    "rates of few cases lie near the company's own; what has no data is left out, not counted as 0."
)


def score(tx: Transaction, round: Round, one: Assessed, rating: Rating | None) -> Score:
    """By the policy under which it was opened."""
    rules = tx.policies.version(round.policy).assessment
    rubric = rating.rubric if rating else None
    return assessment.score(one.evidence, rubric, round.usual, rules, round.end)


def last(tx: Transaction, one: Assessed) -> Rating | None:
    return next(reversed(tx.assessments.ratings(one.id)), None)


# One person's


def own(tx: Transaction, round: Round, one: Assessed) -> Card:
    """To whom it is about."""
    return Card(
        say("Your assessment of {period}", period=Code(round.period)),
        body=(*_evidence(tx, round, one), *_remark(tx, one), *_standing(tx, one)),
        facts=tuple(_facts(tx, round, one)),
        buttons=_own_buttons(tx, round, one),
        why=HOW,
    )


def of_other(tx: Transaction, round: Round, one: Assessed, buttons: Sequence[Button]) -> Card:
    """To who rates them, and to HR: no figure before it was shown to whom it is about."""
    title = say(
        "{person}, assessment of {period}",
        person=person_named(tx, one.person),
        period=Code(round.period),
    )
    if not one.shown:
        state = say("Being rated; its figures can be read once they can read them themselves.")
        facts: tuple[tuple[Say, Say | Value], ...] = (_reviewer(tx, one),)
        return Card(title, body=(state,), facts=facts, buttons=tuple(buttons))
    return Card(
        title,
        body=(*_evidence(tx, round, one), *_remark(tx, one), *_standing(tx, one)),
        facts=(*_facts(tx, round, one), _reviewer(tx, one)),
        buttons=tuple(buttons),
        why=HOW,
    )


def _reviewer(tx: Transaction, one: Assessed) -> tuple[Say, Say | Value]:
    named: Say | Who = person_named(tx, one.reviewer) if one.reviewer else say("nobody yet")
    return say("Rated by"), named


def _facts(tx: Transaction, round: Round, one: Assessed) -> Iterator[tuple[Say, Say | Value]]:
    found = score(tx, round, one, last(tx, one))
    for name in DIMENSIONS:
        yield NAMES[name], _part(found.parts[name])
    if found.off:
        yield say("Points off"), _number(found.off)
    yield say("Total score"), TOO_LITTLE if found.total is None else _number(found.total)
    yield say("Suggested"), Code(found.grade) if found.grade else TOO_LITTLE
    yield say("State"), STATES[one.state]
    if one.grade:
        yield say("Decided by HR"), Code(one.grade)


def _part(part: Part) -> Say | Code:
    if part.score is None:
        return say("no data")
    if part.auto is not None and part.human is not None:
        return say(
            "{score} (counted {auto}, rated {human})",
            score=_number(part.score),
            auto=_number(part.auto),
            human=_number(part.human),
        )
    if part.human is not None:
        return say("{score} (rated)", score=_number(part.score))
    return say("{score} (counted)", score=_number(part.score))


def _number(value: float) -> Code:
    return Code(f"{value:.1f}")


def _evidence(tx: Transaction, round: Round, one: Assessed) -> Iterator[Say]:
    """The counts behind the scores, so that they can be checked."""
    evidence, rules = one.evidence, tx.policies.version(round.policy).assessment
    known = [(each, evidence.tally(each)) for each in FIGURES if evidence.tally(each).n]
    rows = [
        say("{what}: {met} of {n}", what=COUNTED[each], met=tally.met, n=tally.n)
        for each, tally in known
    ]
    if evidence.released:
        rows.append(
            say(
                "Released: {count}, of these corrected: {again}",
                count=evidence.released,
                again=evidence.corrected,
            )
        )
    if evidence.reports:
        rows.append(say("Frauds reported rightly: {count}", count=evidence.reports))
    yield from rows or [say("Nothing of yours was counted in this period.")]
    for each in evidence.violations:
        yield say(
            "Upheld: {number}, {weight}, clause {clause}, {points} points",
            number=Ref(each.number),
            weight=WEIGHTS[each.severity],
            clause=Code(each.clause),
            points=Code(f"{assessment.points(each, rules, round.end):g}"),
        )


def _remark(tx: Transaction, one: Assessed) -> Iterator[Say]:
    rating = last(tx, one)
    if rating is not None and rating.remark:
        yield say(
            "{person} remarks: {remark}",
            person=person_named(tx, rating.by),
            remark=Quoted(rating.remark, 500),
        )


def _standing(tx: Transaction, one: Assessed) -> Iterator[Say]:
    """What was contested and answered, and what can be done now."""
    for each in tx.assessments.trail.all(one.id):
        why = Quoted(each.more.get("why", ""), 500)
        who = person_named(tx, each.by)
        if each.deed == "contested":
            yield say("{person} contests it: {why}", person=who, why=why)
        elif each.deed == "kept":
            yield say("{person} keeps it: {why}", person=who, why=why)
        elif each.deed == "corrected":
            yield say("{person} corrected it: {why}", person=who, why=why)
        elif each.deed == "decided":
            grade = Code(each.more["grade"])
            yield say("{person} decided {grade}: {why}", person=who, grade=grade, why=why)
    if one.may_contest(tx.clock.now()) and one.contest_by is not None:
        yield say("Until {until} it can be contested.", until=one.contest_by)


def _own_buttons(tx: Transaction, round: Round, one: Assessed) -> tuple[Button, ...]:
    if not one.may_contest(tx.clock.now()):
        return ()
    return (
        Button(say("I agree"), "✅", f"assess {round.period} agree", "good"),
        Button(say("I contest it …"), "✋", f"assess {round.period} contest"),
    )


# Whom to rate, and what to decide


def to_rate(tx: Transaction, round: Round, reviewer: str) -> Card:
    """Everybody of theirs who is not rated yet."""
    known = tx.assessments.last_ratings(round.id, reviewer)
    own, directory = tx.assessments.of(round.id, reviewer), tx.people.snapshot().directory
    waiting = [e for e in own if e.id not in known and not e.shown and there(directory, e)]
    title = say_many(
        "{period}: {count} person waits for your rating",
        "{period}: {count} people wait for your rating",
        len(waiting),
        period=Code(round.period),
    )
    rate = tuple(
        Button(
            say("Rate {person}", person=person_named(tx, each.person)),
            KEYS[place],
            f"assess {round.period} @{each.person} rate",
        )
        for place, each in enumerate(waiting[: len(KEYS)])
    )
    sheet = Button(say("As a sheet"), "📄", f"assess {round.period} template")
    return Card(
        title,
        body=_listed(tx, waiting),
        facts=((say("Due"), round.rate_by),),
        buttons=(*rate, sheet) if waiting else (),
        why=say(
            "Clause 5.2.1: accuracy and attitude, by what you saw; everything else is counted."
        ),
    )


KEYS = ("1️⃣", "2️⃣", "3️⃣", "4️⃣", "5️⃣")


def to_decide(tx: Transaction, round: Round) -> Card:
    """To HR: who can be decided on, and who cannot yet."""
    rows = tx.assessments.of(round.id)
    waiting = ready(tx, rows)
    title = say_many(
        "{period}: {count} person waits for HR's decision",
        "{period}: {count} people wait for HR's decision",
        len(waiting),
        period=Code(round.period),
    )
    waits = Code(f"/duly assess {round.period} @ann decide B WHY")
    return Card(
        title,
        body=(
            *_listed(tx, waiting),
            say("Look at one: {command}", command=Code(f"/duly assess {round.period} @ann")),
            say("Decide: {command}", command=waits),
        ),
        facts=tuple(_counts(rows)),
        why=say("Clause 5.2.1: the grade is suggested by rule and decided by a person."),
    )


def there(directory: Directory, one: Assessed) -> bool:
    """They have not left meanwhile."""
    person = directory.people.get(one.person)
    return person is not None and person.active


def ready(tx: Transaction, rows: Sequence[Assessed]) -> list[Assessed]:
    """On whom HR can decide, and has not."""
    directory, now = tx.people.snapshot().directory, tx.clock.now()
    open_ones = [each for each in rows if each.decidable(now) and not each.grade]
    return [each for each in open_ones if there(directory, each)]


def overview(tx: Transaction, round: Round) -> Card:
    """To HR: how far it is."""
    rows = tx.assessments.of(round.id)
    return Card(
        say("Assessment of {period}", period=Code(round.period)),
        body=(say("Look at one: {command}", command=Code(f"/duly assess {round.period} @ann")),),
        facts=((say("To be rated by"), round.rate_by), *_counts(rows)),
    )


def _counts(rows: Sequence[Assessed]) -> Iterator[tuple[Say, Say | Value]]:
    for state, name in STATES.items():
        if count := sum(each.state == state and not each.grade for each in rows):
            yield name, count
    if count := sum(bool(each.grade) for each in rows):
        yield say("decided"), count


def unled(tx: Transaction, round: Round, persons: Sequence[str]) -> Card:
    """To HR: nobody leads them, so nobody would rate them."""
    return Card(
        say_many(
            "{period}: {count} person has nobody who leads them",
            "{period}: {count} people have nobody who leads them",
            len(persons),
            period=Code(round.period),
        ),
        body=(
            Rows(tuple(person_named(tx, each) for each in persons[:SHOWN])),
            say(
                "Name who rates them: {command}",
                command=Code(f"/duly assess {round.period} @ann reviewer @bob"),
            ),
        ),
    )


def _listed(tx: Transaction, rows: Sequence[Assessed]) -> tuple[Value, ...]:
    if not rows:
        return ()
    names: tuple[Value, ...] = tuple(person_named(tx, each.person) for each in rows[:SHOWN])
    more = len(rows) - SHOWN
    rest = (say_many("… and {count} more", "… and {count} more", more),) if more > 0 else ()
    return (Rows(names), *rest)


# As duties


def round_of(tx: Transaction, duty: Duty) -> Round:
    id = duty.subject.removeprefix(ASSESS)
    one = tx.assessments.person(id)
    found = tx.assessments.get(one.assessment if one else id)
    assert found is not None
    return found


def what(tx: Transaction, duty: Duty) -> Say:
    """In a list of what somebody owes."""
    period = Code(round_of(tx, duty).period)
    match duty.rule.partition(".")[2]:
        case "rate":
            return say("Rate whom you lead, for {period}", period=period)
        case "contest":
            person = person_named(tx, duty.owed_to)
            return say("Answer {person}, who contests {period}", person=person, period=period)
        case _:
            return say("Decide on the grades of {period}", period=period)


def late(duty: Duty, values: Mapping[str, Value]) -> Say:
    """In a list of what is late in a team."""
    match duty.rule.partition(".")[2]:
        case "rate":
            return say("{number} {owner} has not rated since {due} whom they lead", **values)
        case "contest":
            return say("{number} {owner} has not answered since {due} who contests", **values)
        case _:
            return say("{number} {owner} has not decided since {due} on grades", **values)


def exits(tx: Transaction, duty: Duty) -> tuple[Button, ...]:
    period = round_of(tx, duty).period
    if duty.rule.endswith(".contest"):
        return answers(period, duty.owed_to or "")
    return (Button(say("Look at it"), "🔎", f"assess {period}"),)


def answers(period: str, person: str) -> tuple[Button, ...]:
    return (
        Button(say("Correct it …"), "✏️", f"assess {period} @{person} correct"),
        Button(say("Keep it …"), "📌", f"assess {period} @{person} keep"),
    )


def card(tx: Transaction, duty: Duty) -> Card:
    """It alone, as it stands when it is sent."""
    round = round_of(tx, duty)
    one = tx.assessments.person(duty.subject.removeprefix(ASSESS))
    if one is not None:
        return of_other(tx, round, one, exits(tx, duty))
    if duty.rule.endswith(".rate"):
        return to_rate(tx, round, duty.owed_by or "")
    return to_decide(tx, round)
