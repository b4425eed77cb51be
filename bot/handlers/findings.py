"""Findings: filed for who must look at them, and closed once a round. Policy 3.2, 5.1.1.

Who must look is the head of whose it is, or the office that was named; never whom it concerns, nor
who reported it: else who stands above them, else HR. `open_` is the one way in, for every rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.events import Account, MessageRef, account_key, conversation
from bot.handlers import deeds, learning, looking
from bot.policy.duties import Duty
from bot.policy.findings import (
    Deed,
    Docket,
    Finding,
    How,
    Role,
    Severity,
    State,
    Trace,
    around,
)
from bot.policy.people import Person
from bot.store import Transaction

Evidence = MessageRef | Account | str  # a record, whose account, or words of a rule of ours
HOW: Mapping[How, str] = {  # as a duty's end says it
    "fine": "fine",
    "settled": "put right",
    "edited": "put right",
    "deleted": "put right",
    "false": "false alarm",
    "upheld": "upheld",
    "explained": "explained",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspected:
    """What appears to break a rule, filed with `open_`.

    `role`: who is to look. `evidence`: what it rests on, never the secret itself. `heard`: whose it
    is has been told of it with a way to answer, or is told in the same breath.
    """

    rule: str
    clause: str
    person: Person | None
    about: MessageRef | None = None
    request: str | None = None
    severity: Severity = "serious"
    hash: bytes | None = None  # of what was found
    tail: str = ""  # what may be shown of it
    role: Role = "head"
    evidence: tuple[Evidence, ...] = ()
    reporter: str | None = None  # a person; None: a rule found it
    heard: bool = False


def open_(tx: Transaction, found: Suspected, state: State = "open") -> Finding:
    """It goes by the number of the duty to look at it.

    What stands in a message and is slight, or is not told to its author, nobody has to look at.
    """
    looked_at = state == "open" and (found.severity != "slight" or found.hash is None)
    finding = Finding(
        id=tx.new_id(),
        number=0,
        rule=found.rule,
        clause=found.clause,
        severity=found.severity,
        person=found.person.id if found.person else None,
        about=found.about,
        request=found.request,
        at=tx.clock.now(),
        state=state,
        hash=found.hash,
        tail=found.tail,
        role=found.role,
        reporter=found.reporter,
    )
    reviewer = next_reviewer(tx, docket(tx, finding), found.role) if looked_at else None
    duty = owe(tx, finding, reviewer) if reviewer else None
    finding = replace(finding, number=duty.number if duty else tx.duties.number())
    tx.findings.add(finding)
    if state == "open":
        _record(tx, finding, found)
    return finding


def _record(tx: Transaction, finding: Finding, found: Suspected) -> None:
    trace(tx, finding, "opened", found.reporter)
    if found.heard and found.person is not None:
        trace(tx, finding, "asked", None)
    for each in found.evidence:
        match each:
            case MessageRef():
                more = {"place": conversation(each.place), "message": each.id}
            case Account():
                more = {"account": account_key(each)}
            case _:
                more = {"fact": each}
        trace(tx, finding, "noted", found.reporter, **more)


def trace(tx: Transaction, finding: Finding, deed: Deed, by: str | None, **more: str) -> None:
    """One line more on its trail, for good."""
    said = {name: words for name, words in more.items() if words}
    line = Trace(round=finding.round, deed=deed, by=by, at=tx.clock.now(), more=said)
    tx.findings.trail.add(finding.id, line)


def owe(tx: Transaction, finding: Finding, reviewer: Person, rule: str = "") -> Duty:
    """`reviewer` is to look at it; `rule`: at what was asked of it afterwards."""
    book = tx.policies.current()
    own = finding.rule if "." in finding.rule else f"releases.{finding.rule}"
    severity: Severity = "slight" if rule else finding.severity
    return deeds.open_duty(
        tx,
        deeds.Opening(
            kind="review",
            owed_by=reviewer.id,
            owed_to=None,
            level=book.levels[book.findings.levels[severity]],
            clause=finding.clause,
            rule=rule or own,
            start=tx.clock.now(),
            subject=looking.SUBJECT + finding.id,
            inner=finding.number > 0,
        ),
    )


# Who looks at it


def docket(tx: Transaction, finding: Finding) -> Docket:
    """What decides who may look at it, as things stand."""
    trail = tx.findings.trail.all(finding.id) if finding.number else []
    asked = [each.owed_by for each in tx.duties.about(looking.SUBJECT + finding.id)]
    return Docket(
        finding=finding,
        directory=tx.people.snapshot().directory,
        asked=[each for each in asked if each],
        around=around(finding, trail),
    )


def next_reviewer(tx: Transaction, case: Docket, role: Role) -> Person | None:
    """Of an office, who has least to look at; else the first who may look at it at all."""
    fit = list(case.reviewers(role))
    office = [each for each in fit if role in each.roles]
    if not office:
        return next(iter(fit), None)
    owed = tx.duties.owed_by_any([each.id for each in office])
    looks = [each.owed_by for each in owed if looking.is_finding(each)]
    return min(office, key=lambda each: looks.count(each.id))


def reviewer(tx: Transaction, finding: Finding) -> Person | None:
    """Who is to look at it now."""
    people = tx.people.snapshot().directory.people
    owed = tx.duties.about(looking.SUBJECT + finding.id)
    return next((found for each in owed if (found := people.get(each.owed_by or ""))), None)


# Closed


def close(tx: Transaction, finding: Finding, by: str, **more: str) -> bool:
    """False where somebody else came first."""
    now = tx.clock.now()
    if not tx.findings.settle(replace(finding, state="settled", settled_by=by, settled_at=now)):
        return False
    trace(tx, finding, "closed", by, how=finding.how, note=finding.note, **more)
    for duty in tx.duties.about(looking.SUBJECT + finding.id):
        deeds.settle(tx, duty, "done", deeds.Ending(HOW[finding.how], now))
    learning.learn(tx, finding)
    return True


def mended(tx: Transaction, finding: Finding, how: How, by: str) -> bool:
    """What was found is gone from the message. False: somebody has it in hand, and decides."""
    if finding.state == "open" and _in_hand(tx, finding):
        trace(tx, finding, "mended", by, how=how)
        return False
    return close(tx, replace(finding, how=how), by)


def _in_hand(tx: Transaction, finding: Finding) -> bool:
    if finding.round > 1 or finding.claimant(tx.clock.now()):
        return True
    return bool(around(finding, tx.findings.trail.all(finding.id)))


def where(finding: Finding) -> MessageRef | None:
    """The message it is about; None where it is a room or a file."""
    return finding.about if finding.about is not None and finding.about.id else None
