"""What is done about a finding: claimed, passed up, noted, closed. Policy 5.1.1, 5.2.2.

Whom it concerns is asked before it is upheld, and told what came of it and how to contest it.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.card import Button, Card, Field, Form
from bot.command import Call, Refusal
from bot.events import MessageRef, conversation
from bot.handlers import (
    attaching,
    correcting,
    deeds,
    findingcards,
    findings,
    happened,
    looking,
    times,
)
from bot.handlers.findings import where
from bot.handlers.rules import named
from bot.policy import findings as rules
from bot.policy import forms
from bot.policy.findings import Claim, Docket, Finding, How, Role
from bot.policy.people import Person
from bot.store import Transaction
from bot.words import Code, Quoted, Ref, Say, Value, say

WEIGHTY = ("serious", "critical")
WHY = Field(
    "why", say("The reason; it is kept, and the person concerned reads it"), "lines", longest=500
)


@dataclass(frozen=True, slots=True)
class Verdict:
    how: How
    why: str = ""
    asked: date | None = None  # on which day whom it concerns was asked, where not by me


def found(call: Call, number: int) -> Finding:
    """Raises Refusal, the same for what is not there and for what is kept from them."""
    finding = call.tx.findings.find(number)
    if finding is None:
        raise none(number)
    return finding


def none(number: int) -> Refusal:
    return Refusal(
        say(
            "There is no finding {number} for you to look at. Yours: {command}",
            number=Ref(number),
            command=Code("/duly finding"),
        )
    )


def readable(call: Call, number: int) -> tuple[Finding, Docket]:
    """Whom it concerns reads their own; else who may look at it, or audits."""
    finding = found(call, number)
    case = findings.docket(call.tx, finding)
    if finding.person != call.person.id and not case.may_read(call.person, call.now):
        raise none(number)
    return finding, case


def in_hand(call: Call, number: int) -> tuple[Finding, Docket]:
    """What the caller may do something about now. Raises Refusal."""
    finding, case = readable(call, number)
    if finding.person == call.person.id:
        raise Refusal(
            say(
                "{number} is about your own message; somebody else has to look at it.",
                number=Ref(finding.number),
            )
        )
    if not case.may_look(call.person, call.now):
        raise Refusal(
            say(
                "You may read {number}, but it is for others to say what comes of it.",
                number=Ref(finding.number),
            )
        )
    if finding.state != "open":
        raise settled(call, finding.number)
    claimant = finding.claimant(call.now)
    if claimant not in (None, call.person.id) and finding.claimed_until:
        raise Refusal(
            say(
                "{person} looks at {number} until {until}. Speak with them.",
                person=call.who(claimant),
                number=Ref(finding.number),
                until=finding.claimed_until,
            )
        )
    return finding, case


def settled(call: Call, number: int) -> Refusal:
    by = call.tx.findings.find(number)
    return Refusal(
        say(
            "{number} was already settled by {person}.",
            number=Ref(number),
            person=call.who(by.settled_by if by else None),
        )
    )


# Before it is closed


def claim(call: Call, number: int) -> Card:
    """For some hours of their working time nobody else closes it; then it is anybody's again."""
    finding, _ = in_hand(call, number)
    calendar, away = (
        times.calendar_of(call.tx, call.person.id),
        times.away_of(call.tx, call.person.id),
    )
    until = times.working(call.now, call.book.findings.claim, calendar, away)
    call.tx.findings.hold(replace(finding, claimed_by=call.person.id, claimed_until=until))
    findings.trace(call.tx, finding, "claimed", call.person.id)
    held = found(call, number)
    shown = findingcards.card(call.tx, held, call.person)
    told = say("{number} is in your hands until {until}.", number=Ref(finding.number), until=until)
    return replace(shown, body=(told, *shown.body), tone="good")


def escalate(call: Call, number: int, role: Role | None, why: str) -> Card | Form:
    """To who leads who had it, or an office; never to whom it concerns or below them."""
    finding, case = in_hand(call, number)
    if not why:
        line = f"finding {finding.number} escalate {role or ''}".strip()
        return Form(
            line, say("Pass {number} up", number=Ref(finding.number)), (UP,), say("Pass on")
        )
    had = findings.reviewer(call.tx, finding)
    given = {call.person.id, *([had.id] if had else [])}
    beyond = replace(case, around=frozenset(case.around) | given)
    to = _higher(call, beyond, had or call.person) if role in (None, "head") else None
    to = to or findings.next_reviewer(call.tx, beyond, role or "hr")
    if to is None:
        raise Refusal(
            say("There is nobody above who may look at {number}.", number=Ref(finding.number))
        )
    moved = replace(finding, claimed_by=None, claimed_until=None, role=role or finding.role)
    call.tx.findings.hold(moved)
    more = {"from": had.id if had else "", "to": to.id, "note": why}
    findings.trace(call.tx, finding, "escalated", call.person.id, **more)
    _hand(call, moved, to)
    return Card(
        say("{person} looks at {number} now.", person=call.who(to.id), number=Ref(finding.number)),
        tone="good",
    )


def _higher(call: Call, case: Docket, had: Person) -> Person | None:
    return next((each for each in call.directory.above(had) if not case.barred(each)), None)


def _hand(call: Call, finding: Finding, to: Person) -> None:
    """Their clock begins anew; they hear of it in their working time."""
    for duty in call.tx.duties.about(looking.SUBJECT + finding.id):
        deeds.settle(call.tx, duty, "passed", deeds.Ending(f"to:{to.id}", call.now))
    duty = findings.owe(call.tx, finding, to)
    shown = findingcards.card(call.tx, finding, to)
    card = replace(shown, facts=(*shown.facts, (say("Due"), duty.due)))
    deeds.tell(call.tx, to.id, card, f"up/{duty.id}", subject=deeds.subject(duty))


def note(call: Call, number: int, words: str, files: str, link: MessageRef | None) -> Card | Form:
    """Evidence and thoughts, for reviewers alone: words, files, or a link to a message."""
    finding, _ = in_hand(call, number)
    if not (words or files or link):
        fields = (FILES, NOTE)
        return Form(f"finding {finding.number} note", say("Add to it"), fields, say("Add"))
    if link is not None:
        if not call.tx.people.sees(call.person.id, link.place):
            raise Refusal(say("I find no such message where you are."))
        place = conversation(link.place)
        findings.trace(call.tx, finding, "noted", call.person.id, place=place, message=link.id)
    for each in attaching.claim(call.tx, attaching.resolve(call.tx, call.person, files)):
        more = {"file": each.file, "name": each.name}
        findings.trace(call.tx, finding, "noted", call.person.id, **more)
    if words:
        findings.trace(call.tx, finding, "noted", call.person.id, note=words)
    return Card(say("Added to {number}.", number=Ref(finding.number)), tone="good")


def ask(call: Call, number: int) -> Card:
    """For the word of whom it concerns."""
    finding, _ = in_hand(call, number)
    person = call.directory.people.get(finding.person or "")
    if person is None:
        raise Refusal(say("Nobody is named in {number} to be asked.", number=Ref(finding.number)))
    if call.tx.people.reached_at(person.id) is None:
        raise Refusal(
            say(
                "I cannot reach {person}. Ask them yourself, and name the day: {command}",
                person=call.who(person.id),
                command=Code(f"/duly finding {finding.number} upheld asked=2026-03-02 WHY"),
            )
        )
    last = happened.of_round(call.tx, finding, "asked")
    if last is not None and last.by is not None and call.now < _until(call.tx, finding, last.at):
        raise Refusal(
            say(
                "{person} was asked on {day} and has until {until}.",
                person=call.who(person.id),
                day=last.at,
                until=_until(call.tx, finding, last.at),
            )
        )
    findings.trace(call.tx, finding, "asked", call.person.id)
    call.tell(person.id, _asking(call, finding))
    return Card(
        say(
            "{person} is asked for their word on {number}; you hear of it.",
            person=call.who(person.id),
            number=Ref(finding.number),
        ),
        tone="good",
    )


def _asking(call: Call, finding: Finding) -> Card:
    return Card(
        say("{person} asks what you say to this: {number}", **_values(call, finding)),
        body=(
            say("I noticed: {what}", what=named(finding.rule)),
            say(
                "Your word counts before anything is said about it. Please give it by {until}.",
                until=_until(call.tx, finding, call.now),
            ),
        ),
        buttons=looking.authors(finding),
        why=say("Clause {clause}.", clause=Code(finding.clause)),
        about=where(finding),
    )


def _values(call: Call, finding: Finding) -> dict[str, Value]:
    return {"person": call.who(call.person.id), "number": Ref(finding.number)}


def _until(tx: Transaction, finding: Finding, asked: datetime) -> datetime:
    """Until when whom it concerns has time to answer: of their working time."""
    calendar, away = times.calendar_of(tx, finding.person), times.away_of(tx, finding.person)
    return times.working(asked, tx.policies.current().findings.hear, calendar, away)


def word(call: Call, finding: Finding, how: How, why: str) -> Card:
    """What its author says: of something slight it is the last word, else its reviewer reads it."""
    number = Ref(finding.number)
    if how not in findingcards.CLAIMS:
        raise Refusal(
            say(
                "{number} is about your own message; somebody else has to look at it.",
                number=number,
            )
        )
    claim: Claim = "false" if how == "false" else "explained"
    given = replace(finding, claim=claim, reply=why)
    if finding.state != "open" or not call.tx.findings.claim(given):
        raise settled(call, finding.number)
    findings.trace(call.tx, finding, "word", call.person.id, claim=claim, note=why)
    if finding.severity == "slight" and finding.screened and finding.round == 1:
        findings.close(call.tx, replace(given, how=how), call.person.id)
        return Card(
            say("Noted: {number} is settled.", number=number),
            facts=((say("State"), findingcards.STATES[how]),),
            tone="good",
            about=where(finding),
        )
    _answered(call, given)
    return Card(
        say("Noted on {number}; whoever looks at it reads what you say.", number=number),
        facts=((say("Your word"), findingcards.CLAIMS[claim]),),
        about=where(finding),
    )


def _answered(call: Call, finding: Finding) -> None:
    """Who asked for it hears of it."""
    asked = happened.of_round(call.tx, finding, "asked")
    if asked is None or asked.by is None:
        return
    person = call.directory.people.get(asked.by)
    if person is not None and findings.docket(call.tx, finding).may_look(person, call.now):
        shown = findingcards.card(call.tx, finding, person)
        title = say("{person} gave their word on {number}", **_values(call, finding))
        call.tell(asked.by, replace(shown, title=title))


# Closed


def settle(call: Call, number: int, said: Verdict) -> Card | Form:
    """Once a round; what came of it never changes. Whom it concerns is told."""
    finding, _ = readable(call, number)
    if finding.person == call.person.id:
        return word(call, finding, said.how, said.why)
    if said.how == "explained":
        raise Refusal(
            say(
                "Only its author can explain it. Say what came of it: {fine} or {settled}",
                fine=Code(f"/duly finding {number} fine WHY"),
                settled=Code(f"/duly finding {number} settled WHY"),
            )
        )
    finding, _ = in_hand(call, number)
    if said.how == "upheld" and (unheard := _unheard(call, finding, said)) is not None:
        return unheard
    if not said.why and _wants_reason(finding, said.how):
        return _reason(finding, said)
    return _closed(call, finding, said)


def _wants_reason(finding: Finding, how: How) -> bool:
    return how == "upheld" or (how in ("fine", "false") and finding.severity in WEIGHTY)


def _reason(finding: Finding, said: Verdict) -> Form:
    asked = f" asked={said.asked}" if said.asked else ""
    title = say(
        "Why? {number}: {end}", number=Ref(finding.number), end=findingcards.STATES[said.how]
    )
    return Form(f"finding {finding.number} {said.how}{asked}", title, (WHY,), say("Close it"))


def _unheard(call: Call, finding: Finding, said: Verdict) -> Card | None:
    """Why it cannot be upheld yet: whom it concerns has not been heard."""
    if finding.person is None or finding.claim:
        return None
    number = Ref(finding.number)
    if said.asked is not None:
        return _wrong_day(call, finding, said.asked)
    asked = rules.heard(call.tx.findings.trail.all(finding.id))
    person, day = (
        call.who(finding.person),
        Code(f"/duly finding {finding.number} upheld asked=DAY WHY"),
    )
    theirs = say("If you have asked them yourself, name the day: {command}", command=day)
    if asked is None:
        return Card(
            say(
                "{person} has not been asked yet what they say to {number}.",
                person=person,
                number=number,
            ),
            body=(say("Ask them first; then it can be upheld."), theirs),
            buttons=(Button(say("Ask them"), "💬", f"finding {finding.number} ask"),),
            tone="bad",
        )
    until = _until(call.tx, finding, asked)
    if call.now >= until:
        return None
    return Card(
        say(
            "{person} may still answer on {number}, until {until}.",
            person=person,
            number=number,
            until=until,
        ),
        body=(say("After that it can be upheld without their word."), theirs),
        tone="bad",
    )


def _wrong_day(call: Call, finding: Finding, asked: date) -> Card | None:
    zone = ZoneInfo(call.book.zone)
    first, today = finding.at.astimezone(zone).date(), call.now.astimezone(zone).date()
    if first <= asked <= today:
        return None
    return Card(
        say(
            "They can have been asked from {first} to {today}.",
            first=Code(f"{first}"),
            today=Code(f"{today}"),
        ),
        tone="bad",
    )


def _closed(call: Call, finding: Finding, said: Verdict) -> Card:
    done = replace(finding, how=said.how, note=said.why)
    if not findings.close(call.tx, done, call.person.id, **_asked_on(call, finding, said)):
        raise settled(call, finding.number)
    call.tell(finding.person, _outcome(call, done))
    _tell_reporter(call, done)
    closed = found(call, finding.number)
    case = findings.docket(call.tx, closed)
    body: tuple[Say, ...] = ()
    offered: tuple[Button, ...] = ()
    if said.how == "upheld":
        correcting.due(call, closed)
        body = correcting.recommended(call.tx, closed)
        may = correcting.open_for(call.tx, case, call.person)
        offered = correcting.buttons(call.tx, closed) if may else ()
    return Card(
        say("{number} is settled.", number=Ref(finding.number)),
        body=body,
        facts=((say("State"), findingcards.STATES[said.how]),),
        buttons=offered,
        tone="good",
        about=where(finding),
    )


def _asked_on(call: Call, finding: Finding, said: Verdict) -> dict[str, str]:
    """Upheld without their word it says when they were asked for it."""
    if said.how != "upheld" or finding.claim or finding.person is None:
        return {}
    asked = rules.heard(call.tx.findings.trail.all(finding.id))
    day = said.asked or (asked and asked.astimezone(ZoneInfo(call.book.zone)).date())
    return {"asked": f"{day}"}


def _outcome(call: Call, finding: Finding) -> Card:
    values = _values(call, finding)
    title = say("{person} has looked at what you posted: it was fine ({number})", **values)
    more: tuple[Say, ...] = ()
    if finding.how == "false":
        title = say(
            "{person} has looked at what you posted: it was a false alarm ({number})", **values
        )
    elif finding.how == "upheld":
        title = say("{person} has looked at it and upholds what I noticed ({number})", **values)
        more = (
            say("I noticed: {what}", what=named(finding.rule)),
            say(
                "It counts from now on; what follows from it a person decides, and you hear of it."
            ),
            correcting.contest_how(finding),
        )
    elif finding.how != "fine":
        title = say(
            "{person} has looked at what you posted: it has been put right ({number})", **values
        )
    note = (Quoted(finding.note, forms.LONGEST),) if finding.note else ()
    buttons = happened.contesting(finding) if finding.how == "upheld" else ()
    card = Card(title, body=(*note, *more), buttons=buttons, about=where(finding))
    return card if finding.how == "upheld" else replace(card, tone="good")


def _tell_reporter(call: Call, finding: Finding) -> None:
    """That it was looked at; not what was found out."""
    if finding.reporter not in (None, call.person.id):
        told = say("What you reported has been looked at: {number}.", number=Ref(finding.number))
        call.tell(finding.reporter, Card(told, tone="good"))


UP = Field("why", say("Why somebody above is to look at it"), "lines", longest=500)
NOTE = Field("why", say("What you have to add"), "lines", required=False, longest=500)
FILES = Field("files", say("Files"), "file", required=False, named=True)
