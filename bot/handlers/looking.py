"""Findings to look at, as duties in words: in lists, nudges and digests. Policy 3.2."""

from bot.card import Button
from bot.handlers import rules
from bot.handlers.deeds import excerpt, person_named
from bot.policy.duties import Duty
from bot.policy.releases import Finding
from bot.store import Transaction
from bot.words import Ref, Say, Value, say

SUBJECT = "finding/"  # before a finding's id: what the duty to look at it is about


def is_finding(duty: Duty) -> bool:
    return duty.subject.startswith(SUBJECT)


def of(tx: Transaction, duty: Duty) -> Finding:
    found = tx.findings.get(duty.subject.removeprefix(SUBJECT))
    assert found is not None
    return found


def what(tx: Transaction, duty: Duty) -> Say:
    """In a list of what somebody is to look at."""
    finding = of(tx, duty)
    person = person_named(tx, finding.person)
    if finding.screened:
        return say(
            "Look at what {person} posted: {what}", person=person, what=rules.named(finding.rule)
        )
    if finding.rule == "differs":
        return say("Look at what {person} posted: it differs from what was approved", person=person)
    return say("Look at what {person} posted without approval", person=person)


def late(tx: Transaction, duty: Duty) -> Say:
    """In a list of what is late in a team."""
    if of(tx, duty).screened:
        return say(
            "{number} {owner} has not looked since {due} at what somebody posted",
            number=Ref(duty.number),
            owner=person_named(tx, duty.owed_by),
            due=duty.due,
        )
    return say(
        "{number} {owner} has not looked since {due} at what somebody posted without approval",
        number=Ref(duty.number),
        owner=person_named(tx, duty.owed_by),
        due=duty.due,
    )


def title(tx: Transaction, finding: Finding) -> Say:
    values: dict[str, Value] = {
        "person": person_named(tx, finding.person),
        "number": Ref(finding.number),
    }
    if finding.screened:
        what = rules.named(finding.rule)
        if finding.person is None:
            return say("To be looked at: {what}, {number}", what=what, number=Ref(finding.number))
        return say("To be looked at, of {person}: {what}, {number}", what=what, **values)
    if finding.rule == "differs":
        return say("{person} posted something else than was approved: {number}", **values)
    return say("{person} posted something that was not approved: {number}", **values)


def words(tx: Transaction, duty: Duty, reader: str) -> str:
    """For who may read them where they stand; empty for anybody else."""
    finding = of(tx, duty)
    return "" if finding.screened else excerpt(tx, finding.about, reader)


def exits(number: int) -> tuple[Button, ...]:
    return (
        Button(say("It was fine"), "✅", f"finding {number} fine", "good"),
        Button(say("Has been put right"), "🔧", f"finding {number} settled"),
    )


def exits_of(finding: Finding) -> tuple[Button, ...]:
    """What its reviewer can say came of it."""
    if not finding.screened:
        return exits(finding.number)
    alarm = Button(say("A false alarm"), "🙅", f"finding {finding.number} false")
    return (*exits(finding.number), alarm)


def authors(finding: Finding) -> tuple[Button, ...]:
    """What its author can say of it, beside deleting or editing the message."""
    number = finding.number
    return (
        Button(say("A false alarm"), "🙅", f"finding {number} false"),
        Button(say("Explain"), "💬", f"finding {number} explain"),
    )


def above(number: int) -> tuple[Button, ...]:
    """What who leads its reviewer can do."""
    return (Button(say("Look at it"), "🔎", f"finding {number}"),)
