"""Findings to look at, as duties in words: in lists, nudges and digests. Policy 3.2, 5.1.1."""

from collections.abc import Sequence

from bot.card import Button
from bot.handlers import deeds, rules
from bot.handlers.deeds import excerpt, person_named
from bot.handlers.ladder import DUE, HEAD, rung_of
from bot.policy.duties import Duty
from bot.policy.findings import Docket, Finding
from bot.policy.people import Person
from bot.store import Transaction
from bot.words import Ref, Say, Value, say

SUBJECT = deeds.FINDING
CONTEST, MEASURE = "findings.contest", "findings.measure"  # what is asked after it was closed


def is_finding(duty: Duty) -> bool:
    return duty.subject.startswith(SUBJECT)


def of(tx: Transaction, duty: Duty) -> Finding:
    found = tx.findings.get(duty.subject.removeprefix(SUBJECT))
    assert found is not None
    return found


def shown(tx: Transaction, duties: Sequence[Duty], person: str) -> list[Duty]:
    """Without those of which they are to hear nothing."""
    known = tx.people.snapshot().directory.people.get(person)
    if known is None:
        return []
    return [each for each in duties if not deeds.kept_from(tx, each, known)]


def hearer(tx: Transaction, duty: Duty, step: int) -> str | None:
    """Who looks at it just now, or was asked to; later who leads them, else HR: never around."""
    finding, directory, now = of(tx, duty), tx.people.snapshot().directory, tx.clock.now()
    case = Docket(finding=finding, directory=directory)
    owner = directory.people.get(duty.owed_by or "")
    if owner is None or owner.partner:
        return None
    if rung_of(step) <= DUE and owner.active:
        claimant = directory.people.get(finding.claimant(now) or "")
        there = claimant or directory.delegate_of(owner.id, now)
        return there.id if there and not case.barred(there) else owner.id
    told = [each for each in directory.above(owner) if not case.barred(each)]
    place = 1 if rung_of(step) == HEAD else 0
    if place < len(told):
        return told[place].id
    return None if told else _office(case, owner)


def _office(case: Docket, owner: Person) -> str | None:
    """Nobody who leads them may hear of it."""
    fit = (each for each in case.of_role("hr") if not case.barred(each) and each.id != owner.id)
    return next((each.id for each in fit), None)


def what(tx: Transaction, duty: Duty) -> Say:  # noqa: PLR0911
    """In a list of what somebody is to look at."""
    finding = of(tx, duty)
    person = person_named(tx, finding.person)
    if duty.rule == CONTEST:
        return say("Say whether it is looked at again, which {person} asks for", person=person)
    if duty.rule == MEASURE:
        return say("Decide what follows from what was upheld of {person}", person=person)
    if finding.rule == "differs":
        return say("Look at what {person} posted: it differs from what was approved", person=person)
    if finding.rule == "unapproved":
        return say("Look at what {person} posted without approval", person=person)
    if finding.person is None:
        return say("Look at this: {what}", what=rules.named(finding.rule))
    if not finding.screened:
        return say(
            "Look at this of {person}: {what}", person=person, what=rules.named(finding.rule)
        )
    return say(
        "Look at what {person} posted: {what}", person=person, what=rules.named(finding.rule)
    )


def late(tx: Transaction, duty: Duty) -> Say:
    """In a list of what is late in a team."""
    finding = of(tx, duty)
    values: dict[str, Value] = {
        "number": Ref(finding.number),
        "owner": person_named(tx, duty.owed_by),
        "due": duty.due,
    }
    if duty.rule in (CONTEST, MEASURE):
        return say("{number} {owner} has not said since {due} what follows from it", **values)
    if finding.screened:
        return say("{number} {owner} has not looked since {due} at what somebody posted", **values)
    if finding.rule in ("differs", "unapproved"):
        return say(
            "{number} {owner} has not looked since {due} at what somebody posted without approval",
            **values,
        )
    return say("{number} {owner} has not looked since {due} at what was found", **values)


def title(tx: Transaction, finding: Finding) -> Say:
    values: dict[str, Value] = {
        "person": person_named(tx, finding.person),
        "number": Ref(finding.number),
    }
    if finding.rule == "differs":
        return say("{person} posted something else than was approved: {number}", **values)
    if finding.rule == "unapproved":
        return say("{person} posted something that was not approved: {number}", **values)
    what, number = rules.named(finding.rule), Ref(finding.number)
    if finding.state == "open" and finding.person is None:
        return say("To be looked at: {what}, {number}", what=what, number=number)
    if finding.state == "open":
        return say("To be looked at, of {person}: {what}, {number}", what=what, **values)
    if finding.person is None:
        return say("{number} {what}", what=what, number=number)
    return say("{number} {what}, of {person}", what=what, **values)


def words(tx: Transaction, duty: Duty, reader: str) -> str:
    """For who may read them where they stand; empty for anybody else."""
    finding = of(tx, duty)
    return "" if finding.screened else excerpt(tx, finding.about, reader)


def exits_of(finding: Finding, *, claimed: bool = False) -> tuple[Button, ...]:
    """What its reviewer can say came of it, and do before."""
    number = finding.number
    claim = (Button(say("I look at it"), "✋", f"finding {number} claim", "good"),)
    alarm = (Button(say("A false alarm"), "🙅", f"finding {number} false"),)
    ends = (
        Button(say("It was fine"), "✅", f"finding {number} fine"),
        Button(say("Has been put right"), "🔧", f"finding {number} settled"),
    )
    upheld = Button(say("Uphold it"), "⚖️", f"finding {number} upheld", "bad")
    higher = Button(say("Pass it up"), "⏫", f"finding {number} escalate")
    false = alarm if finding.rule not in ("differs", "unapproved") else ()
    return (*(() if claimed else claim), *ends, *false, upheld, higher)


def authors(finding: Finding) -> tuple[Button, ...]:
    """What its author can say of it, beside deleting or editing the message."""
    number = finding.number
    return (
        Button(say("A false alarm"), "🙅", f"finding {number} false"),
        Button(say("Explain"), "💬", f"finding {number} explain"),
    )


def above(finding: Finding) -> tuple[Button, ...]:
    """What who leads its reviewer can do."""
    return (Button(say("Look at it"), "🔎", f"finding {finding.number}"),)
