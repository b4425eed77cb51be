"""A request as a card: one for each who has to do with it, equal to its state at any time.

Policy 3.2. Its requester, whoever may decide and whoever has decided see the same facts and the
same thread of what happened; each sees the buttons for what they can do now.
"""

from dataclasses import replace
from datetime import datetime

from bot.card import Button, Card
from bot.command import Call
from bot.effects import Amend, Send
from bot.events import Account, Place
from bot.handlers import threads
from bot.handlers.deeds import person_named
from bot.handlers.seating import SUBJECT, Going, going
from bot.policy import attachments, forms, routes, seats
from bot.policy.approvals import PENDING, Request
from bot.policy.attachments import Attached
from bot.policy.duties import Duty
from bot.policy.people import Person
from bot.policy.seats import Seat
from bot.store import Transaction
from bot.words import Code, Quoted, Ref, Rows, Say, Value, say, say_many

LINES = 8  # of what happened, on a card; a page shows all
KINDS = {  # those of the default policy, in words; a company's own are shown by their names
    "notice": say("A notice"),
    "material": say("Business material"),
    "material.normal": say("Business material"),
    "material.major": say("Business material, major"),
    "work": say("Work information for other departments"),
    "work.cross_department": say("Work information for other departments"),
    "work.important": say("Important work information"),
    "outside_mail": say("Mail to somebody outside"),
    "outside_mail.review": say("Mail to somebody outside"),
    "outside_mail.major": say("Mail to somebody outside, major or sensitive"),
    "leave": say("Leave"),
    "resignation": say("Resignation"),
    "training": say("Training"),
    "account": say("An account or access"),
    "exception": say("An exception from the policy"),
}
STATES = {
    "open": say("Waiting for a decision"),
    "returned": say("Sent back to be changed"),
    "approved": say("Approved"),
    "rejected": say("Rejected"),
    "recalled": say("Recalled"),
}


ENDED = {
    "approved": lambda number: say("{number} was approved", number=number),
    "rejected": lambda number: say("{number} was rejected", number=number),
    "recalled": lambda number: say("{number} was recalled", number=number),
}
SEATS: dict[seats.State, Say] = {
    "waiting": say("waits for somebody before them"),
    "open": say("asked"),
    "approved": say("approved"),
    "rejected": say("rejected"),
    "moved": say("passed on"),
    "dropped": say("not needed any more"),
}


def kind_of(request: Request) -> Say | Code:
    return KINDS.get(request.kind, Code(request.kind))


def sees(tx: Transaction, request: Request, person: Person) -> bool:
    """Who asks, who is or was asked or stands in, and the copies; of what is personal, also HR."""
    if person.id in (request.requester, request.decided_by):
        return True
    if request.class_name == "personal" and "hr" in person.roles:
        return True
    found = Going(tx, request)
    on_route = {name for each in found.all_seats for name in (each.person, each.decided_by)}
    if person.id in on_route or seats.chair_of(found.chairs, person.id) is not None:
        return True
    return request.state == "approved" and person.id in {each.id for each in copies(found)}


def copies(going: Going) -> tuple[Person, ...]:
    return routes.copies(going.route, going.request.form, going.requester, going.directory)


def show(call: Call, going: Going) -> None:
    """Every card about it says how it stands; who is asked now, and was not yet, gets one."""
    box, subject, chairs = call.tx.outbox, going.subject, going.chairs
    for id, effect in box.unsent_about(subject):
        person = _person(going, effect.to)
        if person == going.request.requester or seats.chair_of(chairs, person):
            box.rewrite(id, replace(effect, card=card(going, person)))
        else:
            box.settle(id, "spared", "decided meanwhile")
    about = [subject, *(f"duty/{each.duty}" for each in going.all_seats if each.duty)]
    for arrival in (one for each in about for one in box.told(each)):
        if arrival.message is not None:
            amended = card(going, _person(going, arrival.to))
            call.also(Amend(arrival.to, arrival.message, amended))
    if going.request.state in PENDING:
        _tell(going, going.request.requester, "own", urgent=True)
    tell_chairs(going)


def tell_chairs(going: Going) -> None:
    """Who may decide now, and was not asked on this step yet, gets the card."""
    for person in sorted(seats.everybody(going.chairs)):
        _tell(going, person, f"{going.request.round}/{going.request.step}")


def _tell(going: Going, person: str, which: str, *, urgent: bool = False) -> None:
    """Once: who has it sees it change."""
    tx, key = going.tx, f"{going.subject}/{which}/{person}"
    account = tx.people.reached_at(person)
    if account is not None and tx.outbox.keyed(key) is None:
        sent = Send(account, card(going, person))
        duty = next((each.duty for each in going.seats if each.person == person), None)
        about = duty and tx.duties.get(duty)
        due = about.due if about else None
        tx.outbox.add(sent, key, subject=going.subject, urgent=urgent, deadline=due)


def _person(going: Going, to: Account | Place) -> str:
    known = going.directory.behind(to) if isinstance(to, Account) else None
    return known.id if known else ""


def of(tx: Transaction, request: Request, person: str) -> Card:
    return card(Going(tx, request), person)


def card(going: Going, person: str, lines: int = LINES) -> Card:
    """As `person` sees it now, with the last `lines` of what happened."""
    tx, request = going.tx, going.request
    return Card(
        title(tx, request, person),
        body=(
            *text(request),
            *_changed(going),
            *outlook(going),
            *threads.told(tx, request.id, lines),
        ),
        facts=facts(going),
        buttons=buttons(going, person),
        why=say(
            "Clause {clause}: released only after approval. What is approved is this text, "
            "fingerprint {digest}.",
            clause=Code(request.clause),
            digest=Code(request.digest[:12]),
        ),
        tone={"approved": "good", "rejected": "bad"}.get(request.state, "plain"),  # type: ignore[arg-type]
    )


def title(tx: Transaction, request: Request, reader: str = "") -> Say:
    who, number = person_named(tx, request.requester), Ref(request.number)
    ended = ENDED.get(request.state)
    if ended is not None:
        return ended(number)
    match request.state:
        case "returned":
            return say("{number} went back to {person} to be changed", number=number, person=who)
        case "open" if request.recalls is not None:
            return say(
                "{person} asks to take back what was approved: {number}", number=number, person=who
            )
        case _ if reader == request.requester:
            return say("Your request {number}", number=number)
        case _:
            return say("{person} asks for approval: {number}", person=who, number=number)


def text(request: Request) -> tuple[Quoted, ...]:
    """All of it: nobody approves what they were not shown."""
    words = request.form.get(forms.TEXT, "")
    return (Quoted(words, forms.LONGEST),) if words else ()


def facts(going: Going) -> tuple[tuple[Say, Say | Value], ...]:
    tx, request = going.tx, going.request
    found: list[tuple[Say, Say | Value]] = [
        (say("Number"), Ref(request.number)),
        (say("Requested by"), person_named(tx, request.requester)),
        (say("Kind"), kind_of(request)),
        (say("State"), STATES[request.state]),
    ]
    found += [
        (forms.NAMES.get(name, field.label), shown(tx, name, request.form[name]))
        for name, field in forms.FIELDS.items()
        if name != forms.TEXT and request.form.get(name)
    ]
    return (*found, *_ending(going))


def _ending(going: Going) -> tuple[tuple[Say, Say | Value], ...]:
    """How it was decided, as far as it is."""
    tx, request = going.tx, going.request
    found: list[tuple[Say, Say | Value]] = []
    if request.decided_by is not None and request.decided_at is not None:
        found.append((say("Decided by"), person_named(tx, request.decided_by)))
        found.append((say("Decided at"), request.decided_at))
    if request.comment and request.state != "open":
        found.append((say("Reason"), Quoted(request.comment)))
    code = tx.requests.code_of(request.id)
    if code is not None:
        found.append((say("Certificate"), Code(code)))
    return tuple(found)


def shown(tx: Transaction, name: str, value: str) -> Say | Value:
    field = forms.FIELDS[name]
    for choice in field.choices:
        if choice.value == value:
            return choice.label
    if name == forms.FILES:
        return Rows(tuple(map(_file, attachments.bound_in(value))))
    if field.kind == "person":
        return person_named(tx, value)
    return Quoted(value, field.longest)


def _file(each: Attached) -> Say:
    size = say_many("{count} byte", "{count} bytes", each.size)
    return say(
        "{name} ({size}, fingerprint {digest})",
        name=Quoted(each.name),
        size=size,
        digest=Code(each.sha256[:12]),
    )


def _changed(going: Going) -> tuple[Say | Value, ...]:
    """What is new since the last text, for who approved that one."""
    request = going.request
    if request.round == 0 or request.state != "open":
        return ()
    return (
        say("The text was changed; what was approved before is void. It said before:"),
        Quoted(
            going.tx.requests.text_of(request.id, request.round - 1).get(forms.TEXT, ""),
            forms.LONGEST,
        ),
    )


def outlook(going: Going) -> tuple[Say, ...]:
    """What comes next: whom it waits for, or that it may go out."""
    request = going.request
    if request.state == "approved":
        released = going.route.then in ("release", "notice", "mail") and request.recalls is None
        return (say("It may go out now, word for word as it stands here."),) if released else ()
    people = waits_for(going)
    return (say("It waits for {people}.", people=people),) if people else ()


def waits_for(going: Going) -> Rows | None:
    found = dict.fromkeys(person for chair in going.chairs for person in chair.people)
    names = tuple(person_named(going.tx, each) for each in found)
    return Rows(names) if names else None


def way(going: Going) -> tuple[tuple[tuple[str, Seat | None], ...], ...]:
    """The steps it takes: of each the people, and their seats once they are on it."""
    found: list[tuple[tuple[str, Seat | None], ...]] = []
    for number in routes.steps(going.route, going.facts):
        here = (going.request.round, number)
        sat = [s for s in going.all_seats if (s.round, s.step) == here and s.state != "moved"]
        named = routes.approvers(
            going.route.steps[number], going.request.form, going.requester, going.directory
        )
        asked = tuple((seat.person, seat) for seat in sat)
        found.append(asked or tuple((each.id, None) for each in named))
    return tuple(found)


def steps(going: Going) -> tuple[Say, ...]:
    """The way it takes: who sits on each step, and how that stands."""
    return tuple(
        say(
            "Step {number}: {people}",
            number=place,
            people=Rows(tuple(_sits(going, *each) for each in people)),
        )
        for place, people in enumerate(way(going), 1)
    )


def _sits(going: Going, person: str, seat: Seat | None) -> Say:
    who = person_named(going.tx, person)
    if seat is None:
        return say("{person}: not asked yet", person=who)
    return say("{person}: {state}", person=who, state=SEATS[seat.state])


def buttons(going: Going, person: str) -> tuple[Button, ...]:
    """What `person` can do about it now."""
    request = going.request
    if person == request.requester:
        return _own(request)
    if seats.chair_of(going.chairs, person) is None:
        return ()
    return (*_deciding(request), *_fetching(request))


def _own(request: Request) -> tuple[Button, ...]:
    if request.state not in PENDING:
        return ()
    change = Button(say("Change the text"), "✏️", f"request {request.number}")
    recall = Button(say("Recall"), "↩️", f"recall {request.number}")
    if request.state == "returned":
        return (change, recall)
    return (Button(say("Urge"), "🔔", f"urge {request.number}"), change, recall)


def _deciding(request: Request) -> tuple[Button, ...]:
    """The press is bound to the text it stands under: a changed one is not approved by it."""
    number, seen = request.number, f"={request.digest[:12]}"
    return (
        Button(say("Approve"), "✅", f"approve {number} {seen}", "good"),
        Button(say("Reject"), "❌", f"reject {number} {seen}", "bad"),
        Button(say("Send back"), "↩️", f"return {number} {seen}"),
        Button(say("Ask first"), "❓", f"question {number} {seen}"),
        Button(say("Later"), "🕐", f"defer {number} {seen}"),
        Button(say("Somebody else"), "👉", f"transfer {number} {seen}"),
    )


def _fetching(request: Request) -> tuple[Button, ...]:
    if not request.form.get(forms.FILES):
        return ()
    return (Button(say("Send me the attachments"), "📎", f"attachments {request.number}"),)


# Single messages, to one of those on it


def decided(going: Going) -> Card:
    """Short: their own card shows the whole of it."""
    request = going.request
    return Card(
        title(going.tx, request, request.requester),
        body=(*outlook(going), *threads.told(going.tx, request.id, LINES)),
        facts=(*facts(going)[2:3], *_ending(going)),
        tone="good" if request.state == "approved" else "bad",
    )


def returned(going: Going, by: str) -> Card:
    request = going.request
    return _note(
        say(
            "{person} sent {number} back to you",
            person=person_named(going.tx, by),
            number=Ref(request.number),
        ),
        request.comment,
        _own(request),
        say("Change the text and send it again; then everybody decides anew."),
    )


def deferred(going: Going, by: str, until: datetime) -> Card:
    title = say(
        "{person} decides on {number} by {until}",
        person=person_named(going.tx, by),
        number=Ref(going.request.number),
        until=until,
    )
    return _note(title, "", ())


def commented(going: Going, by: str, words: str) -> Card:
    title = say(
        "{person} about {number}",
        person=person_named(going.tx, by),
        number=Ref(going.request.number),
    )
    return _note(title, words, (_answering(going.request),))


def questioned(going: Going, by: str, words: str) -> Card:
    title = say(
        "{person} asks you about {number} before they decide",
        person=person_named(going.tx, by),
        number=Ref(going.request.number),
    )
    return _note(title, words, (_answering(going.request),))


def _answering(request: Request) -> Button:
    return Button(say("Answer"), "💬", f"comment {request.number}")


def urged(going: Going, person: str) -> Card:
    return replace(
        card(going, person),
        title=say(
            "{person} asks you to decide on {number} soon",
            person=person_named(going.tx, going.request.requester),
            number=Ref(going.request.number),
        ),
    )


def _note(title: Say, words: str, buttons: tuple[Button, ...], why: Say | None = None) -> Card:
    """The words are for those on it alone; so this goes to nobody else."""
    said: tuple[Value, ...] = (Quoted(words, forms.LONGEST),) if words else ()
    return Card(title, body=said, buttons=buttons, why=why)


def reminder(tx: Transaction, duty: Duty, reader: str) -> Card:
    """The request once more, for who still has to decide."""
    found = going(tx, duty.subject.removeprefix(SUBJECT))
    return replace(card(found, reader), title=_waits(found))


def _waits(going: Going) -> Say:
    return say(
        "{person} is waiting for your decision on {number}",
        person=person_named(going.tx, going.request.requester),
        number=Ref(going.request.number),
    )
