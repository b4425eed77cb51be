"""Certificates: a short code by which anybody here can see that something was approved.

Policy 3.2, 2.2.1-review. Pasted into a mail, it says who approved which text and when; the text
itself is shown to those alone who have to do with the request.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.card import Card
from bot.command import Refusal
from bot.handlers import requestcards
from bot.handlers.deeds import person_named
from bot.handlers.following import code_in
from bot.policy import approvals, forms
from bot.policy.approvals import Request
from bot.policy.people import Person
from bot.store import Transaction
from bot.words import Code, Quoted, Ref, Rows, Say, Value, say


@dataclass(frozen=True, slots=True)
class Certificate:
    code: str
    request: Request
    approved_by: tuple[tuple[str, datetime], ...]  # who, and when, in order
    withdrawn_at: datetime | None


def find(tx: Transaction, code: str) -> Certificate | None:
    code = code_in(code)
    request = tx.requests.certified(code)
    if request is None:
        return None
    trail = tx.requests.trail(request.id)
    yes = [(t.actor, t.at) for t in trail if t.deed == "approve" and t.round == request.round]
    withdrawn = [each.at for each in trail if each.deed == "withdraw"]
    return Certificate(code, request, tuple(yes), withdrawn[-1] if withdrawn else None)


def verify(tx: Transaction, person: Person, code: str, text: str) -> Card:
    """Raises Refusal for a code that was never given, or is not for them to know of."""
    found = find(tx, code)
    if found is None or not may_know(tx, found.request, person):
        raise Refusal(
            say(
                "There is no certificate {code}. Look whether it was copied whole.",
                code=Quoted(code, 40),
            )
        )
    return card(tx, found, person, text)


def may_know(tx: Transaction, request: Request, person: Person) -> bool:
    """Everybody here, but for what is personal."""
    return request.class_name != "personal" or requestcards.sees(tx, request, person)


def card(tx: Transaction, found: Certificate, person: Person, text: str = "") -> Card:
    request = found.request
    number = Ref(request.number)
    valid = found.withdrawn_at is None
    return Card(
        say("{number} was approved", number=number)
        if valid
        else say("{number} was approved, and taken back later", number=number),
        body=(*compared(request, text), *_words(tx, request, person)),
        facts=facts(tx, found),
        why=say(
            "Clause {clause}: what is released is what was approved.", clause=Code(request.clause)
        ),
        tone="good" if valid else "bad",
    )


def facts(tx: Transaction, found: Certificate) -> tuple[tuple[Say, Say | Value], ...]:
    request = found.request
    names = [
        say("{person} at {at}", person=person_named(tx, who), at=at)
        for who, at in found.approved_by
    ]
    told: list[tuple[Say, Say | Value]] = [
        (say("Certificate"), Code(found.code)),
        (say("Kind"), requestcards.kind_of(request)),
        (say("Requested by"), person_named(tx, request.requester)),
        (say("Approved by"), Rows(tuple(names))),
        (say("Fingerprint"), Code(request.digest[:32])),
    ]
    if found.withdrawn_at is not None:
        told.append((say("Taken back"), found.withdrawn_at))
    return tuple(told)


def same(request: Request, text: str) -> bool:
    """Whether it is the text that was approved, word for word."""
    return approvals.canonical({"": text}) == {"": request.form.get(forms.TEXT, "")}


def compared(request: Request, text: str) -> tuple[Say, ...]:
    if not text:
        return ()
    if same(request, text):
        return (say("The text you give is the one that was approved, word for word."),)
    return (say("The text you give is not the one that was approved."),)


def _words(tx: Transaction, request: Request, person: Person) -> tuple[Quoted, ...]:
    return requestcards.text(request) if requestcards.sees(tx, request, person) else ()
