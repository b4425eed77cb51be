"""One duty as a page, for those alone whom it concerns. Policy 2.2.1-reply."""

from bot.card import Button
from bot.handlers import deeds, life, showing
from bot.policy.duties import ANSWERED, INNER, Duty
from bot.policy.people import Person
from bot.store import Transaction
from bot.web import listing
from bot.web.showing import View
from bot.words import Ref, Say, Value, say


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
