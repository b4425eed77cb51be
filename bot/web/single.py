"""One duty and one request as pages, for those alone whom they concern. Policy 2.2.1-reply, 3.2."""

from bot.card import Button, Card
from bot.handlers import approvals, deeds, life, showing
from bot.policy import approvals as routes
from bot.policy.approvals import Request
from bot.policy.duties import ANSWERED, INNER, Duty
from bot.policy.people import Person
from bot.store import Transaction
from bot.web import listing
from bot.web.showing import View
from bot.words import Ref, Rows, Say, Value, say


def duty(tx: Transaction, person: Person, number: int) -> View | None:
    """Its life, for who owes it, waits for it, or leads who owes it: whom `/duly explain` tells."""
    found = tx.duties.find(number) if number < INNER else None
    if found is None or not deeds.may_close(found, person, tx):
        return None
    values = {
        "line": _line(tx, found, person),
        "facts": _facts(found),
        "told": life.told(tx, found, person.id),
        "buttons": _buttons(tx, found, person),
    }
    title = say("The life of {number}", number=Ref(number))
    return View("duty.html", title, f"/duties/{number}", values)


def _owns(tx: Transaction, duty: Duty, person: Person) -> bool:
    now, directory = tx.clock.now(), tx.people.snapshot().directory
    return duty.owed_by in (person.id, *directory.stands_in_for(person.id, now))


def _line(tx: Transaction, duty: Duty, person: Person) -> Say:
    if not duty.live:
        return say("{number} is settled.", number=Ref(duty.number))
    if _owns(tx, duty, person):
        return showing.line(tx, duty, person.id)
    if duty.owed_to == person.id:
        return showing.waiting_line(tx, duty, person.id)
    return showing.team_line(tx, duty)


def _facts(duty: Duty) -> tuple[tuple[Say, Value], ...]:
    facts: tuple[tuple[Say, Value], ...] = ((say("Due"), duty.due),)
    if duty.promised_for is not None:
        facts = ((say("Promised for"), duty.promised_for), *facts)
    return facts


def _buttons(tx: Transaction, duty: Duty, person: Person) -> tuple[Button, ...]:
    if not duty.live:
        return _reopening(tx, duty, person)
    if _owns(tx, duty, person) or deeds.leads(tx, person, duty.owed_by):
        return showing.buttons(tx, duty, person.id)
    return listing.askers(tx, duty)


def _reopening(tx: Transaction, duty: Duty, person: Person) -> tuple[Button, ...]:
    if duty.kind not in ANSWERED or deeds.why_no_reopening(tx, duty, person) is not None:
        return ()
    return (Button(say("Open it again"), "↩️", f"reopen {duty.number}"),)


def request(tx: Transaction, person: Person, number: int) -> View | None:
    """As it stands, for its requester, who may decide it, and who was asked on its route."""
    found = tx.requests.find(number)
    if found is None:
        return None
    entitled = _entitled(tx, found)
    if person.id not in {found.requester, found.decided_by, *entitled, *_asked(tx, found)}:
        return None
    card = approvals.card(tx, found, deciding=_decides(found, person, entitled))
    values = {"card": card, "waits": _waits(tx, entitled), "buttons": _actions(card, found, person)}
    title = say("Request {number}", number=Ref(number))
    return View("request.html", title, f"/requests/{number}", values)


def _entitled(tx: Transaction, request: Request) -> frozenset[str]:
    """Who may decide it at this moment; nobody once it is decided."""
    directory = tx.people.snapshot().directory
    route = tx.policies.version(request.policy).routes.get(request.kind)
    requester = directory.people.get(request.requester)
    if request.state != "open" or route is None or requester is None:
        return frozenset()
    return routes.entitled(route, request.step, requester, directory, tx.clock.now())


def _asked(tx: Transaction, request: Request) -> set[str]:
    """Everybody its route has led to so far."""
    steps = range(request.step + 1)
    return {person for step in steps for person in tx.requests.asked(request.id, step)}


def _decides(request: Request, person: Person, entitled: frozenset[str]) -> bool:
    return request.state == "open" and not routes.why_not_decide(request, person, entitled)


def _actions(card: Card, request: Request, person: Person) -> tuple[Button, ...]:
    return listing.recalling(request) if person.id == request.requester else card.buttons


def _waits(tx: Transaction, entitled: frozenset[str]) -> Say | None:
    people = tuple(deeds.person_named(tx, each) for each in sorted(entitled))
    return say("It waits for {people}.", people=Rows(people)) if people else None
