"""What follows a decision: the certificate, the record, and what was asked for itself.

Policy 3.2 (released is what was approved), 3.2.4 (an approved leave stops the clock; who resigns
hands over), 3.3 (decisions are kept).
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.card import Card
from bot.command import Call, Refusal, number_in
from bot.effects import Publish
from bot.events import Place
from bot.handlers import absences, notices, passing, requestcards
from bot.handlers.seating import Going
from bot.policy import forms
from bot.policy.notices import TITLE, Draft
from bot.policy.people import Absence
from bot.policy.routes import Then
from bot.store.records import Saying
from bot.words import Quoted, Ref, Rows, say

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none is taken for another
HALF = 5  # digits of a code, before and after its hyphen


def decided(call: Call, going: Going) -> None:
    """Keeps what was decided, tells its requester and the copies, and does what was asked for."""
    request = going.request
    _record(call, going)
    if request.state == "approved":
        call.tx.requests.certify(request.id, new_code(call), request.digest, call.now)
        if request.recalls is not None:
            _take_back(call, going)
        else:
            _THEN[going.route.then](call, going)
        for person in requestcards.copies(going):
            if person.id != call.person.id:
                call.tell(person.id, requestcards.card(going, person.id))
    if request.state != "recalled":
        call.tell(request.requester, requestcards.decided(going))


def _record(call: Call, going: Going) -> None:
    request = going.request
    last = going.tx.requests.trail(request.id)[-1]
    call.tx.records.add(
        Saying(
            kind="decision",
            conversation="duly/decisions",
            thread=request.id,
            message=f"{request.id}/{last.number}",
            author=call.person.id,
            class_name=request.class_name,
            at=call.now,
            body={
                "number": request.number,
                "kind": request.kind,
                "state": request.state,
                "digest": request.digest,
                "requester": request.requester,
                "form": dict(request.form),
                "comment": request.comment,
            },
        )
    )


def new_code(call: Call) -> str:
    drawn = int.from_bytes(call.tx.clock.random(8), "big")
    digits = []
    for _ in range(2 * HALF):
        drawn, digit = divmod(drawn, len(DIGITS))
        digits.append(DIGITS[digit])
    return f"{''.join(digits[:HALF])}-{''.join(digits[HALF:])}"


def code_in(text: str) -> str:
    """A code as people copy it: small letters, O for 0, without its hyphen."""
    plain = text.strip().upper().replace("O", "0").replace("I", "1").replace("L", "1")
    plain = "".join(each for each in plain if each in DIGITS)
    return f"{plain[:HALF]}-{plain[HALF:]}"


def _release(call: Call, going: Going) -> None:
    """Word for word as it was approved, into the channels that were named."""
    request = going.request
    title = say("Approved for release: {number}", number=Ref(request.number))
    for place in channels(call, request.form):
        key = f"release/{request.id}/{place.platform}/{place.realm}/{place.id}"
        call.tx.outbox.add(Publish(place, title, request.form[forms.TEXT]), key)


def channels(call: Call, form: Mapping[str, str]) -> tuple[Place, ...]:
    """The channels a form names. Raises Refusal for one I am not in."""
    found: list[Place] = []
    for name in forms.listed(form.get("channels", "")):
        places = call.tx.people.places_named(name.lstrip("#"))
        if not places:
            raise Refusal(say("I am in no channel called {name}.", name=Quoted(name, 60)))
        found += places
    return tuple(dict.fromkeys(found))


def _announce(call: Call, going: Going) -> None:
    """To its audience, who confirm it; without one, into its channels alone. Policy 3.2.2"""
    wanted = draft(going)
    if wanted is None:
        _release(call, going)
    else:
        notices.publish(call.tx, wanted)


def draft(going: Going) -> Draft | None:
    """The notice a request asks for; None where nobody is to confirm it."""
    request, form = going.request, going.request.form
    audience = forms.listed(form.get("audience", ""))
    if going.route.then != "notice" or not audience:
        return None
    text = form.get(forms.TEXT, "")
    answers = forms.listed(form.get("answer", ""))
    return Draft(
        title=form.get("subject") or text.split("\n")[0][:TITLE],
        text=text,
        audience=audience,
        channels=forms.listed(form.get("channels", "")),
        question=form.get("question", ""),
        options=tuple(sorted(answers)) if len(answers) > 1 else (),  # the right one is not first
        right=answers[0] if answers else "",
        material=form.get("again", "yes") == "yes",
        replaces=number_in(form.get("replaces", "")),
        request=request.id,
        request_number=request.number,
        requester=request.requester,
        digest=request.digest,
        class_name=request.class_name,
    )


def check(call: Call, going: Going) -> None:
    """Whether what is asked for can be done once it is approved. Raises Refusal."""
    channels(call, going.request.form)
    wanted = draft(going)
    if wanted is not None:
        notices.check(call.tx, wanted)


def _absent(call: Call, going: Going) -> None:
    """An approved leave is the absence that stops the clock. Policy 3.2.4"""
    request = going.request
    days = forms.span(request.form)
    assert days is not None
    absence = Absence(
        person=request.requester,
        start=_midnight(going, days[0]),
        end=_midnight(going, days[1] + timedelta(days=1)),
        delegate=request.form.get("delegate") or None,
    )
    call.tx.people.absent(absence)
    absences.began(call.tx, absence)
    if absence.delegate is not None:
        call.tell(
            absence.delegate,
            Card(
                say("You stand in for {person}, who is away.", person=call.who(request.requester)),
                facts=((say("First day"), days[0]), (say("Last day"), days[1])),
            ),
        )


def _hand_over(call: Call, going: Going) -> None:
    """Who resigns passes on what they owe: to who was named, or to whom their manager names."""
    receiver = going.directory.people.get(going.request.form.get("receiver", ""))
    if receiver is not None and receiver.active:
        passing.hand_everything(call, going.requester, receiver)
    else:
        passing.begin(call.tx, going.request.requester)


def _keep(call: Call, going: Going) -> None:
    """Its decision is all there is to it."""


_THEN: Mapping[Then, Callable[[Call, Going], None]] = {
    "release": _release,
    "notice": _announce,
    "mail": _keep,
    "absence": _absent,
    "handover": _hand_over,
    "record": _keep,
}


def _take_back(call: Call, going: Going) -> None:
    """The approved request stays as it was decided; that it was taken back is added to it."""
    request = going.request
    assert request.recalls is not None
    taken = Going(call.tx, call.tx.requests.get(request.recalls))
    taken.trace(request.requester, "withdraw", comment=request.form.get(forms.TEXT, ""))
    if taken.route.then == "absence":
        days = forms.span(taken.request.form)
        if days is not None:
            call.tx.people.back(request.requester, _midnight(going, days[0]))
    told = say("{number} was taken back", number=Ref(taken.request.number))
    names = Rows((call.who(request.requester),))
    for person in requestcards.copies(taken):
        call.tell(person.id, Card(told, body=(say("At the wish of {people}.", people=names),)))
    requestcards.show(call, taken)


def _midnight(going: Going, day: date) -> datetime:
    zone = ZoneInfo(going.requester.zone or going.book.zone)
    return datetime.combine(day, time(), zone).astimezone(UTC)
