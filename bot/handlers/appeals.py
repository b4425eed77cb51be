"""A closed finding is looked at again: asked for by whom it concerns, decided by HR. Policy 5.2.2.

Opened again it goes into a new round, to somebody who has not closed it before.
"""

from dataclasses import replace

from bot.card import Card, Field, Form
from bot.command import Call, Refusal
from bot.handlers import deeds, findingcards, findings, happened, looking, verdicts
from bot.policy.findings import REOPENERS, Finding
from bot.policy.people import Person
from bot.words import Quoted, Ref, say

WHY = Field("why", say("The reason; whoever looks at it reads it"), "lines", longest=500)


def contest(call: Call, number: int, why: str) -> Card | Form:
    """By whom it concerns, once a round; HR is asked, and not who closed it."""
    finding = verdicts.found(call, number)
    if finding.person != call.person.id:
        raise verdicts.none(number)
    if not_now := happened.why_no_contest(call.tx, finding, call.person):
        raise Refusal(not_now)
    if not why:
        title = say("Why is {number} to be looked at again?", number=Ref(finding.number))
        return Form(f"finding {finding.number} contest", title, (WHY,), say("Send"))
    findings.trace(call.tx, finding, "contested", call.person.id, note=why)
    judge = _judge(call, finding)
    if judge is None:
        return Card(say("It is noted. Speak with HR: nobody else there may look at it."))
    duty = findings.owe(call.tx, finding, judge, looking.CONTEST)
    shown = findingcards.card(call.tx, finding, judge)
    title = say(
        "{person} asks for another look at {number}",
        person=call.who(call.person.id),
        number=Ref(finding.number),
    )
    deeds.tell(
        call.tx,
        judge.id,
        replace(shown, title=title),
        f"contest/{duty.id}",
        subject=deeds.subject(duty),
    )
    return Card(
        say(
            "{person} says whether {number} is looked at again; you hear of it.",
            person=call.who(judge.id),
            number=Ref(finding.number),
        ),
        tone="good",
    )


def _judge(call: Call, finding: Finding) -> Person | None:
    """Of HR, else an auditor: neither whom it concerns nor who closed it."""
    case = findings.docket(call.tx, finding)
    fit = [each for role in REOPENERS for each in case.of_role(role)]
    apart = (finding.settled_by, finding.reporter)
    return next((each for each in fit if not case.concerns(each) and each.id not in apart), None)


def stays(call: Call, number: int, why: str) -> Card | Form:
    """Another look was asked for, and it is left as it is."""
    finding = _decidable(call, number)
    if happened.contested(call.tx, finding) is None:
        raise Refusal(say("Nobody has asked for another look at {number}.", number=Ref(number)))
    if not why:
        return Form(
            f"finding {finding.number} stays",
            say("Why does it stay?"),
            (verdicts.WHY,),
            say("Send"),
        )
    findings.trace(call.tx, finding, "stays", call.person.id, note=why)
    _done(call, finding, looking.CONTEST)
    told = say(
        "{person} has read what you say to {number}: it stays as it is.",
        person=call.who(call.person.id),
        number=Ref(finding.number),
    )
    call.tell(finding.person, Card(told, body=(Quoted(why, 500),), about=findings.where(finding)))
    return Card(
        say("{number} stays as it is; they have been told.", number=Ref(number)), tone="good"
    )


def reopen(call: Call, number: int, why: str) -> Card | Form:
    """Its former end stays on record, and counts no more."""
    finding = _decidable(call, number)
    if not why:
        title = say("Why is {number} opened again?", number=Ref(finding.number))
        return Form(
            f"finding {finding.number} reopen", title, (verdicts.WHY,), say("Open it again")
        )
    again = replace(
        finding,
        state="open",
        how="",
        settled_by=None,
        settled_at=None,
        note="",
        claimed_by=None,
        claimed_until=None,
        round=finding.round + 1,
    )
    if not call.tx.findings.reopen(again):
        raise verdicts.none(number)
    _done(call, finding)
    findings.trace(call.tx, again, "reopened", call.person.id, note=why)
    reviewer = findings.next_reviewer(call.tx, findings.docket(call.tx, again), again.role)
    if reviewer is not None:
        findings.owe(call.tx, again, reviewer)
    _tell(call, again, reviewer)
    return Card(
        say("{number} is open again.", number=Ref(finding.number)),
        body=(say("{person} looks at it.", person=call.who(reviewer.id)),) if reviewer else (),
        tone="good",
    )


def _tell(call: Call, finding: Finding, reviewer: Person | None) -> None:
    """Whom it concerns, and who is to look at it now."""
    if reviewer is not None and reviewer.id != call.person.id:
        call.tell(reviewer.id, findingcards.card(call.tx, finding, reviewer))
    told = say(
        "{number} is looked at again: what came of it before counts no more.",
        number=Ref(finding.number),
    )
    call.tell(finding.person, Card(told, about=findings.where(finding)))


def _decidable(call: Call, number: int) -> Finding:
    """By HR and auditors; of a finding of their own they know no more than anybody."""
    finding, case = verdicts.readable(call, number)
    if finding.person == call.person.id or not case.may_reopen(call.person):
        raise Refusal(
            say(
                "HR and auditors open {number} again. Its person asks for it.",
                number=Ref(finding.number),
            )
        )
    if finding.state != "settled":
        raise Refusal(say("{number} is still open.", number=Ref(finding.number)))
    return finding


def _done(call: Call, finding: Finding, rule: str = "") -> None:
    """What was still asked about it."""
    for duty in call.tx.duties.about(looking.SUBJECT + finding.id):
        if rule in ("", duty.rule):
            deeds.settle(call.tx, duty, "done", deeds.Ending("decided", call.now))
