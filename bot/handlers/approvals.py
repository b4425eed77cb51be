"""Requests: made, changed, decided once, and everything in between. Policy 3.2, 2.2.1-review.

Every path (slash command, button, reaction, form, page) ends in `make`, `revise` and `act`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.card import Card
from bot.command import Call, Refusal
from bot.effects import Upload
from bot.events import conversation
from bot.handlers import deeds, following, requestcards, seating, times
from bot.handlers.seating import Going
from bot.policy import approvals, attachments, forms, routes, seats
from bot.policy.approvals import Deed, Request
from bot.policy.duties import Promise
from bot.policy.people import Person
from bot.policy.routes import Route
from bot.policy.rulebook import Rulebook
from bot.policy.seats import Seat, Where
from bot.words import Code, Ref, Say, say

QUESTION = "question/"  # before a request's id: what its requester was asked about it


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody wants to do about a request."""

    deed: Deed
    comment: str = ""
    other: Person | None = None  # whom it is given to, or who is added
    where: Where = "after"  # … and where
    until: datetime | None = None
    digest: str = ""  # the beginning of that of the text they were shown; empty: the newest


# Made, and changed


def make(call: Call, kind: str, form: Mapping[str, str], recalls: str | None = None) -> Request:
    """Raises Refusal for what cannot be asked, and where nobody may decide it."""
    form = approvals.canonical(form)
    route = _route(call, kind, form, call.book)
    request = Request(
        id=call.tx.new_id(),
        number=call.tx.duties.number(),
        kind=route.kind,
        requester=call.person.id,
        class_name=route.class_name,
        clause=route.clause,
        policy=call.book.version,
        form=form,
        digest=approvals.digest(form),
        recalls=recalls,
        at=call.now,
        place=conversation(call.place),
    )
    going = Going(call.tx, request)
    following.check(call, going)
    call.tx.requests.add(request)
    going.trace(call.person.id, "submit")
    _begin(call, going)
    return going.request


def _route(call: Call, kind: str, form: Mapping[str, str], book: Rulebook) -> Route:
    directory = call.directory
    fields = routes.fields_of(book.routes, kind)
    for fault in forms.faults(form, fields, directory):
        raise Refusal(fault.why)
    route = routes.choose(book.routes, kind, forms.facts(form, call.person, directory))
    if route is None:
        raise Refusal(
            say(
                "This needs no approval: it is neither important nor does it touch another "
                "department, so you may release it yourself. If it is or does, say so: {example}",
                example=Code(f"/duly request {kind} importance=important …"),
            )
        )
    return route


def _begin(call: Call, going: Going) -> None:
    try:
        asked = seating.open_from(going, 0)
    except LookupError:
        asked = False
    if not asked:
        raise Refusal(
            say(
                "Nobody is there to decide on this: your department has no other head. "
                "Ask HR to name one."
            )
        )
    requestcards.show(call, going)


def revise(call: Call, number: int, form: Mapping[str, str]) -> Request:
    """Another text: what was approved of the old one is void, and everybody is asked anew."""
    going = _load(call, number)
    request = going.request
    _refuse_unless_requester(call, request)
    form = approvals.canonical({**request.form, **form})
    if approvals.digest(form) == request.digest and request.state == "open":
        raise Refusal(say("Nothing has changed in {number}.", number=Ref(number)))
    route = _route(call, request.kind.partition(".")[0], form, going.book)
    seating.clear(going, "revised")
    _answered(call, going)
    new = replace(
        request,
        kind=route.kind,
        clause=route.clause,
        form=form,
        digest=approvals.digest(form),
        state="open",
        step=0,
        round=request.round + 1,
    )
    following.check(call, Going(call.tx, new))
    if not call.tx.requests.revise(request, new):
        raise _overtaken(number)
    going.request = new
    going.trace(call.person.id, "revise")
    for duty in call.tx.duties.about(seating.SUBJECT + request.id):
        deeds.settle(call.tx, duty, "done", deeds.Ending("revised", call.now))
    _begin(call, going)
    return going.request


# Everything that is done about one


def act(call: Call, number: int, wanted: Act) -> Request:
    """Raises Refusal for who may not do it, and for what is decided already."""
    going = _load(call, number)
    return _DEEDS[wanted.deed](call, going, wanted)


def _load(call: Call, number: int) -> Going:
    request = call.tx.requests.find(number, to_change=True)
    if request is None:
        raise Refusal(no_such(number))
    going = Going(call.tx, request)
    seating.reseat(going)
    if not _knows(call, request):
        raise Refusal(no_such(number))
    return going


def _knows(call: Call, request: Request) -> bool:
    """They have to do with it, or lead who asked; to anybody else it is as if it were not."""
    if requestcards.sees(call.tx, request, call.person):
        return True
    return deeds.leads(call.tx, call.person, request.requester)


def _seat(call: Call, going: Going, wanted: Act) -> Seat:
    """The seat they decide on now. Raises Refusal where there is none for them."""
    request, person = going.request, call.person
    chair = seats.chair_of(going.chairs, person.id)
    closed = approvals.why_closed(request, _decider(call, request))
    if request.requester == person.id or closed is None:
        if request.state == "returned" and requestcards.sees(call.tx, request, person):
            raise Refusal(_is_returned(call, request))
        if why := approvals.why_not(request, person, chair):
            raise Refusal(why)
    if closed is not None:
        raise Refusal(closed)
    if wanted.digest and not request.digest.startswith(wanted.digest):
        raise Refusal(
            say(
                "The text of {number} was changed since you were shown it. "
                "Look at it again: the card says what is new.",
                number=Ref(request.number),
            )
        )
    assert chair is not None
    return chair.seat


def _is_returned(call: Call, request: Request) -> Say:
    return say(
        "{number} went back to {person}, who has to change it first.",
        number=Ref(request.number),
        person=call.who(request.requester),
    )


def _behalf(call: Call, seat: Seat) -> str | None:
    return seat.person if seat.person != call.person.id else None


def _sit(call: Call, seat: Seat, state: seats.State) -> Seat:
    return replace(seat, state=state, decided_by=call.person.id, decided_at=call.now)


def _approve(call: Call, going: Going, wanted: Act) -> Request:
    seat = _seat(call, going, wanted)
    _decide(call, going, _sit(call, seat, "approved"), wanted)
    _advance(call, going)
    return going.request


def _reject(call: Call, going: Going, wanted: Act) -> Request:
    seat = _seat(call, going, wanted)
    _decide(call, going, _sit(call, seat, "rejected"), wanted)
    _advance(call, going)
    return going.request


def _decide(call: Call, going: Going, seat: Seat, wanted: Act) -> None:
    """What was decided on a seat, with the name of who sits there and of who decided."""
    _close(call, seat, seat.state)
    going.sit([seat])
    going.trace(call.person.id, wanted.deed, behalf=_behalf(call, seat), comment=wanted.comment)
    going.request = replace(going.request, comment=wanted.comment)


def _close(call: Call, seat: Seat, how: str) -> None:
    duty = call.tx.duties.get(seat.duty) if seat.duty else None
    if duty is not None and duty.live:
        deeds.settle(call.tx, duty, "done", deeds.Ending(how, call.now))


def _advance(call: Call, going: Going) -> None:
    """Where a step has come to something, the next one opens, or the request is decided."""
    match seats.outcome(going.step, going.seats):
        case "open":
            seating.go_on(going)
            _show(call, going)
        case "rejected":
            seating.clear(going, "rejected")
            _finish(call, going, "rejected")
        case "approved":
            _next_step(call, going)


def _next_step(call: Call, going: Going) -> None:
    here = going.request
    seating.clear(going, "approved")
    try:
        more = seating.open_from(going, here.step + 1)
    except LookupError:
        raise Refusal(
            say("Nobody is there to decide on the next step. Ask HR to name somebody.")
        ) from None
    if not more:
        going.request = replace(going.request, step=here.step)
        _finish(call, going, "approved")
        return
    if not call.tx.requests.advance(here, going.request.step):
        raise _overtaken(here.number)
    _show(call, going)


def _finish(call: Call, going: Going, state: approvals.State) -> None:
    by = None if state == "recalled" else call.person.id
    going.request = replace(going.request, state=state, decided_by=by, decided_at=call.now)
    if not call.tx.requests.decide(going.request, going.request.comment):
        raise _overtaken(going.request.number)
    _answered(call, going)
    following.decided(call, going)
    _show(call, going)


def _return(call: Call, going: Going, wanted: Act) -> Request:
    """Back to its requester, who changes it; nobody decides meanwhile. 退回"""
    seat = _seat(call, going, wanted)
    going.trace(call.person.id, "return", behalf=_behalf(call, seat), comment=wanted.comment)
    seating.clear(going, "returned")
    if not call.tx.requests.turn(going.request, "returned"):
        raise _overtaken(going.request.number)
    going.request = replace(going.request, state="returned", comment=wanted.comment)
    deeds.open_duty(
        call.tx,
        deeds.Opening(
            kind="act",
            owed_by=going.request.requester,
            owed_to=call.person.id,
            level=going.book.levels[going.route.level],
            clause=going.request.clause,
            rule="returned",
            start=call.now,
            subject=going.subject,
        ),
    )
    call.tell(going.request.requester, requestcards.returned(going, call.person.id))
    _show(call, going)
    return going.request


def _transfer(call: Call, going: Going, wanted: Act) -> Request:
    """Somebody else decides in their place. 转交"""
    seat = _seat(call, going, wanted)
    to = _another(call, going, wanted)
    seating.rise(going, seat, "transferred")
    going.sit(seats.moved(going.seats, seat, to.id))
    going.trace(
        call.person.id, "transfer", behalf=_behalf(call, seat), other=to.id, comment=wanted.comment
    )
    seating.go_on(going)
    _show(call, going)
    return going.request


def _sign(call: Call, going: Going, wanted: Act) -> Request:
    """Somebody more must approve: before them, after them, or beside them. 加签"""
    seat = _seat(call, going, wanted)
    to = _another(call, going, wanted)
    if wanted.where == "before":
        seating.rise(going, seat, "waits")
        seat = replace(seat, duty=None)
    going.sit(seats.added(going.seats, seat, to.id, wanted.where))
    going.trace(
        call.person.id, "sign", behalf=_behalf(call, seat), other=to.id, comment=wanted.comment
    )
    seating.go_on(going)
    _show(call, going)
    return going.request


def _another(call: Call, going: Going, wanted: Act) -> Person:
    """Raises Refusal for who cannot sit there: outsiders, its requester, who sits there already."""
    to = wanted.other
    if to is None or to.partner or not to.active:
        raise Refusal(say("Name a colleague who is to decide."))
    if to.id == going.request.requester:
        raise Refusal(
            say(
                "{person} asked for it, so somebody else has to decide.",
                person=call.who(to.id),
            )
        )
    taken = {each.person for each in going.seats if each.state not in ("moved", "dropped")}
    if to.id in taken or to.id in {each.decided_by for each in going.seats}:
        raise Refusal(
            say(
                "{person} is on this step of {number} already.",
                person=call.who(to.id),
                number=Ref(going.request.number),
            )
        )
    return to


def _defer(call: Call, going: Going, wanted: Act) -> Request:
    """They decide later, at a time they name; who waits for it is told. 暂缓"""
    seat = _seat(call, going, wanted)
    assert wanted.until is not None
    last = times.working_days(
        call.now, going.book.approvals.defer_days, times.calendar_of(call.tx, call.person.id)
    )
    if wanted.until > last:
        raise Refusal(
            say(
                "A decision can be put off until {day} at most. Return it or reject it if it "
                "takes longer.",
                day=last,
            )
        )
    duty = call.tx.duties.get(seat.duty) if seat.duty else None
    if duty is not None:
        made = Promise(until=wanted.until, by=call.person.id, how="typed")
        deeds.promise(call.tx, duty, made)
    going.trace(
        call.person.id,
        "defer",
        behalf=_behalf(call, seat),
        until=wanted.until,
        comment=wanted.comment,
    )
    call.tell(going.request.requester, requestcards.deferred(going, call.person.id, wanted.until))
    _show(call, going)
    return going.request


def _comment(call: Call, going: Going, wanted: Act) -> Request:
    """A word to everybody on it; from its requester also the answer to what they were asked."""
    if not requestcards.sees(call.tx, going.request, call.person):
        raise Refusal(no_such(going.request.number))
    answers = call.person.id == going.request.requester
    going.trace(call.person.id, "reply" if answers else "comment", comment=wanted.comment)
    if answers:
        _answered(call, going)
    told = {person for chair in going.chairs for person in chair.people} | {going.request.requester}
    for person in sorted(told - {call.person.id}):
        call.tell(person, requestcards.commented(going, call.person.id, wanted.comment))
    _show(call, going)
    return going.request


def _question(call: Call, going: Going, wanted: Act) -> Request:
    """Its requester is asked something first; the clock of who asks stands meanwhile."""
    seat = _seat(call, going, wanted)
    duty = call.tx.duties.get(seat.duty) if seat.duty else None
    if duty is not None and duty.live and duty.held is None:
        deeds.hold(call.tx, duty, "asked_back")
    going.trace(call.person.id, "question", behalf=_behalf(call, seat), comment=wanted.comment)
    deeds.open_duty(
        call.tx,
        deeds.Opening(
            kind="reply",
            owed_by=going.request.requester,
            owed_to=call.person.id,
            level=going.book.levels[going.route.level],
            clause=going.request.clause,
            rule="asked_back",
            start=call.now,
            subject=QUESTION + going.request.id,
        ),
    )
    asker = call.person.id
    call.tell(going.request.requester, requestcards.questioned(going, asker, wanted.comment))
    _show(call, going)
    return going.request


def _answered(call: Call, going: Going) -> None:
    """What its requester was asked is answered, or no longer matters: the clocks go on."""
    for asked in call.tx.duties.about(QUESTION + going.request.id):
        deeds.settle(call.tx, asked, "done", deeds.Ending("answered", call.now))
    for seat in going.seats:
        duty = call.tx.duties.get(seat.duty) if seat.duty and seat.state == "open" else None
        if duty is not None and duty.live and duty.held_why == "asked_back":
            deeds.resume(call.tx, duty)


def _urge(call: Call, going: Going, wanted: Act) -> Request:
    """Who has to decide is reminded at their requester's wish; not too soon, nor too often. 催办"""
    del wanted
    request = going.request
    _refuse_unless_requester(call, request)
    if request.state == "returned":
        raise Refusal(_is_returned(call, request))
    rules, urged = (
        going.book.approvals,
        [t for t in going.tx.requests.trail(request.id) if t.deed == "urge"],
    )
    if len(urged) >= rules.urge_most:
        raise Refusal(
            say(
                "You have urged {number} {count} times; that is as often as the policy allows. "
                "Their manager hears of it when it is late.",
                number=Ref(request.number),
                count=len(urged),
            )
        )
    soonest = _soonest(call, request, rules.urge_after, urged[-1].at if urged else request.at)
    if call.now < soonest:
        raise Refusal(
            say(
                "Give them some time: you can urge {number} from {at} on.",
                number=Ref(request.number),
                at=soonest,
            )
        )
    going.trace(call.person.id, "urge")
    _show(call, going)
    for chair in going.chairs:
        for person in chair.people[-1:]:
            card = requestcards.urged(going, person)
            call.tell(person, card, going.subject)
    return request


def _soonest(call: Call, request: Request, span: timedelta, since: datetime) -> datetime:
    calendar = times.calendar_of(call.tx, request.requester)
    return times.working(since, span, calendar, ())


def _recall(call: Call, going: Going, wanted: Act) -> Request:
    """Taken back by its requester. What is approved already, only by a request of its own. 撤回"""
    request = going.request
    if request.requester != call.person.id:
        raise Refusal(
            say(
                "Only {person} can recall {number}.",
                person=call.who(request.requester),
                number=Ref(request.number),
            )
        )
    if request.state == "approved":
        return _ask_to_withdraw(call, going, wanted)
    if why := approvals.why_closed(request, _decider(call, request)):
        raise Refusal(why)
    going.trace(call.person.id, "recall", comment=wanted.comment)
    seating.clear(going, "recalled")
    for duty in call.tx.duties.about(going.subject):
        deeds.settle(call.tx, duty, "dropped", deeds.Ending("recalled", call.now))
    going.request = replace(request, comment="")
    _finish(call, going, "recalled")
    return going.request


def _ask_to_withdraw(call: Call, going: Going, wanted: Act) -> Request:
    """An approved request stays as it is; another, on the same route, may take it back."""
    request = going.request
    if request.recalls is not None:
        raise Refusal(say("{number} cannot be taken back again.", number=Ref(request.number)))
    for other in call.tx.requests.recalling(request.id):
        if other.state in (*approvals.PENDING, "approved"):
            raise Refusal(
                say(
                    "{other} takes {number} back already.",
                    other=Ref(other.number),
                    number=Ref(request.number),
                )
            )
    if not wanted.comment:
        raise Refusal(
            say(
                "{number} is approved; to take it back needs an approval too. Say why: {example}",
                number=Ref(request.number),
                example=Code(f"/duly recall {request.number} WHY"),
            )
        )
    form = {**request.form, "text": wanted.comment}
    return make(call, request.kind, form, recalls=request.id)


def _refuse_unless_requester(call: Call, request: Request) -> None:
    if request.requester != call.person.id:
        raise Refusal(
            say(
                "Only {person}, who asked for it, can do this.",
                person=call.who(request.requester),
            )
        )
    if why := approvals.why_closed(request, _decider(call, request)):
        raise Refusal(why)


def _decider(call: Call, request: Request) -> Person | None:
    return call.directory.people.get(request.decided_by or "")


def _overtaken(number: int) -> Refusal:
    return Refusal(say("{number} was decided a moment ago.", number=Ref(number)))


def _show(call: Call, going: Going) -> None:
    requestcards.show(call, going)


def fetch(call: Call, number: int) -> int:
    """Its files, to who has to do with it; how many. Raises Refusal."""
    request = call.tx.requests.find(number)
    if request is None or not requestcards.sees(call.tx, request, call.person):
        raise Refusal(no_such(number))
    files = attachments.bound_in(request.form.get(forms.FILES, ""))
    if not files:
        raise Refusal(say("Nothing is attached to {number}.", number=Ref(number)))
    title = say("Attached to {number}", number=Ref(number))
    for place, each in enumerate(files):
        upload = Upload(call.account, each.file, each.name, Card(title))
        call.tx.outbox.add(upload, f"{call.key}/file/{place}", urgent=True)
    return len(files)


def no_such(number: int) -> Say:
    return say(
        "There is no request {number}. Yours: {command}",
        number=Ref(number),
        command=Code("/duly waiting"),
    )


_DEEDS: Mapping[Deed, Callable[[Call, Going, Act], Request]] = {
    "approve": _approve,
    "reject": _reject,
    "return": _return,
    "transfer": _transfer,
    "sign": _sign,
    "defer": _defer,
    "comment": _comment,
    "question": _question,
    "urge": _urge,
    "recall": _recall,
}
