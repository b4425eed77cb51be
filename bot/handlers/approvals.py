"""Requests: made, shown to who may decide, decided once, and told. Policy 3.2.

Every path (slash command, button, reaction, form) ends in these functions.
"""

from dataclasses import replace
from typing import Literal

from bot.card import Button, Card
from bot.command import Call, Refusal
from bot.effects import Amend
from bot.events import conversation
from bot.handlers import deeds
from bot.handlers.deeds import person_named
from bot.policy import approvals
from bot.policy.approvals import Request
from bot.policy.duties import Duty
from bot.policy.rulebook import Route
from bot.store import Transaction
from bot.words import Code, Quoted, Ref, Say, Value, say

LONGEST = 2000  # characters of a text shown to its approver: all of it
KINDS = {  # those of the default policy, in words; a company's own are shown by their names
    "notice": say("A notice"),
    "material": say("Business material"),
    "work": say("Work information for other departments"),
    "leave": say("Leave"),
}
STATES = {
    "open": say("Waiting for a decision"),
    "approved": say("Approved"),
    "rejected": say("Rejected"),
    "recalled": say("Recalled"),
}


def subject(request: Request) -> str:
    return f"request/{request.id}"


def make(call: Call, route: Route, text: str) -> Request:
    """Raises Refusal where nobody may decide it."""
    form = approvals.canonical({"text": text})
    request = Request(
        id=call.tx.clock.new_id(),
        number=call.tx.duties.number(),
        kind=route.kind,
        requester=call.person.id,
        class_name=route.class_name,
        clause=route.clause,
        policy=call.book.version,
        form=form,
        digest=approvals.digest(form),
        at=call.now,
        place=conversation(call.place),
    )
    call.tx.requests.add(request)
    _ask(call, request, route)
    return request


def _ask(call: Call, request: Request, route: Route) -> None:
    """Each approver of the step that waits, and who stands in for those who are away."""
    requester = call.directory.people[request.requester]
    deciders = approvals.approvers(route, request.step, requester, call.directory)
    if not deciders:
        raise Refusal(
            say(
                "Nobody is there to decide on this: your department has no other head. "
                "Ask HR to name one."
            )
        )
    asked = {each.id: _owe(call, request, route, each.id) for each in deciders}
    call.tx.requests.ask(request.id, request.step, asked)
    told = approvals.entitled(route, request.step, requester, call.directory, call.now)
    for person in sorted(told):
        call.tell(person, card(call.tx, request, deciding=True), subject(request))


def _owe(call: Call, request: Request, route: Route, person: str) -> str:
    opening = deeds.Opening(
        kind="decide",
        owed_by=person,
        owed_to=request.requester,
        level=call.book.levels[route.level],
        clause=route.clause,
        rule=f"routes.{route.kind}",
        start=call.now,
        subject=subject(request),
    )
    return deeds.open_duty(call.tx, opening).id


def decide(call: Call, number: int, *, approve: bool, comment: str) -> Request:
    """Who is the requester, or is not entitled now, is refused; what was decided stays so."""
    request = call.tx.requests.find(number)
    if request is None:
        raise Refusal(no_such(number))
    route = call.tx.policies.version(request.policy).routes[request.kind]
    decider = call.directory.people.get(request.decided_by or "")
    why = (
        approvals.why_not_decide(request, call.person, _entitled(call, request, route))
        if request.state == "open" or call.person.id == request.requester
        else None
    )
    if why := why or approvals.why_decided(request, decider):
        raise Refusal(why)

    if approve and request.step + 1 < len(route.steps):
        return _advance(call, request, route)
    state: approvals.State = "approved" if approve else "rejected"
    decided = approvals.decide(request, state, call.person.id, call.now, comment)
    _close(call, decided, comment)
    call.tell(request.requester, card(call.tx, decided))
    return decided


def _entitled(call: Call, request: Request, route: Route) -> frozenset[str]:
    requester = call.directory.people[request.requester]
    return approvals.entitled(route, request.step, requester, call.directory, call.now)


def _advance(call: Call, request: Request, route: Route) -> Request:
    """One step is approved; the next one's approvers are asked."""
    following = replace(request, step=request.step + 1)
    if not call.tx.requests.advance(request, following.step):
        raise Refusal(say("{number} was decided a moment ago.", number=Ref(request.number)))
    _settle(call, request, "approved")
    _ask(call, following, route)
    return following


def _settle(call: Call, request: Request, how: str) -> None:
    for duty in call.tx.duties.about(subject(request)):
        state: Literal["done", "dropped"] = "dropped" if how == "recalled" else "done"
        deeds.settle(call.tx, duty, state, deeds.Ending(how, call.now))


def recall(call: Call, number: int) -> Request:
    request = call.tx.requests.find(number)
    if request is None:
        raise Refusal(no_such(number))
    if request.requester != call.person.id:
        raise Refusal(
            say(
                "Only {person} can recall {number}.",
                person=call.who(request.requester),
                number=Ref(number),
            )
        )
    if why := approvals.why_decided(request, call.directory.people.get(request.decided_by or "")):
        raise Refusal(why)
    recalled = approvals.decide(request, "recalled", None, call.now, "")
    _close(call, recalled, "")
    return recalled


def _close(call: Call, decided: Request, comment: str) -> None:
    if not call.tx.requests.decide(decided, comment):
        raise Refusal(say("{number} was decided a moment ago.", number=Ref(decided.number)))
    _settle(call, decided, decided.state)
    amended = card(call.tx, replace(decided, comment=comment))
    for arrival in call.tx.outbox.told(subject(decided)):
        if arrival.message is not None:
            call.also(Amend(arrival.to, arrival.message, amended))


def card(tx: Transaction, request: Request, *, deciding: bool = False) -> Card:
    """A request as it stands now; the same for who asks and who decides."""
    facts: tuple[tuple[Say, Say | Value], ...] = (
        (say("Number"), Ref(request.number)),
        (say("Requested by"), person_named(tx, request.requester)),
        (say("Kind"), KINDS.get(request.kind, Code(request.kind))),
        (say("State"), STATES[request.state]),
    )
    if request.decided_by is not None and request.decided_at is not None:
        facts += (
            (say("Decided by"), person_named(tx, request.decided_by)),
            (say("Decided at"), request.decided_at),
        )
    if request.comment:
        facts += ((say("Reason"), Quoted(request.comment)),)
    return Card(
        _title(tx, request),
        body=(*(Quoted(text, LONGEST) for text in request.form.values()), *_next(request)),
        facts=facts,
        buttons=_buttons(request) if deciding else (),
        why=say(
            "Clause {clause}: released only after approval. What is approved is this text, "
            "fingerprint {digest}.",
            clause=Code(request.clause),
            digest=Code(request.digest[:12]),
        ),
        tone={"approved": "good", "rejected": "bad"}.get(request.state, "plain"),  # type: ignore[arg-type]
    )


def _title(tx: Transaction, request: Request) -> Say:
    who, number = person_named(tx, request.requester), Ref(request.number)
    match request.state:
        case "approved":
            return say("{number} was approved", number=number)
        case "rejected":
            return say("{number} was rejected", number=number)
        case "recalled":
            return say("{number} was recalled", number=number)
        case "open":
            return say("{person} asks for approval: {number}", person=who, number=number)


def _next(request: Request) -> tuple[Say, ...]:
    if request.state != "approved" or request.kind == "leave":
        return ()
    return (say("It may go out now, word for word as it stands here."),)


def _buttons(request: Request) -> tuple[Button, ...]:
    return (
        Button(say("Approve"), "✅", f"approve {request.number}", "good"),
        Button(say("Reject"), "❌", f"reject {request.number}", "bad"),
    )


def reminder(tx: Transaction, duty: Duty) -> Card:
    """The request once more, for who still has to decide."""
    request = tx.requests.get(duty.subject.partition("/")[2])
    return replace(card(tx, request, deciding=True), title=_waits(tx, request))


def _waits(tx: Transaction, request: Request) -> Say:
    return say(
        "{person} is waiting for your decision on {number}",
        person=person_named(tx, request.requester),
        number=Ref(request.number),
    )


def no_such(number: int) -> Say:
    return say(
        "There is no request {number}. Yours: {command}",
        number=Ref(number),
        command=Code("/duly waiting"),
    )
