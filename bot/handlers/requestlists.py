"""Lists of requests: mine, waiting for me, my department's; searched by words. Policy 3.2, 5.1.2.

Who leads a department sees which requests its people made and how they stand, and never what is
personal; the words of a request are for those who have to do with it.
"""

from collections.abc import Sequence

from bot.card import Card
from bot.command import Refusal
from bot.handlers import requestcards, seating
from bot.handlers.deeds import person_named
from bot.policy import forms
from bot.policy.approvals import Request
from bot.policy.people import Person
from bot.store import Transaction
from bot.words import Quoted, Ref, Say, Value, say, say_many

LISTS = ("mine", "waiting", "department")
SHOWN = 20  # lines of a list
SEARCHED = 500  # the newest requests that are looked through for words
WORDS = 60  # characters of a request's text in a line


def card(tx: Transaction, person: Person, which: str, words: str = "") -> Card:
    found = of(tx, person, which, words, SHOWN + 1)
    body: tuple[Say | Value, ...] = tuple(line(tx, each, person) for each in found[:SHOWN])
    if len(found) > SHOWN:
        body += (say("There are more; add words to search."),)
    if which == "department":
        body = (*counted(tx, person), *body)
    title = TITLES[which] if found or body else say("No requests.")
    return Card(title, body=body)


TITLES = {
    "mine": say("Your requests"),
    "waiting": say("Waiting for your decision:"),
    "department": say("Requests of the people you lead"),
}


def of(tx: Transaction, person: Person, which: str, words: str, most: int) -> list[Request]:
    """The newest first; those that wait for somebody, the oldest first. Raises Refusal."""
    limit, wanted = SEARCHED if words else most, words.casefold().split()
    match which:
        case "waiting":
            theirs = seating.undecided(tx, person.id, most, lambda each: _says(tx, each, wanted))
            return [request for request, _ in theirs]
        case "department":
            found = tx.requests.by_any(led(tx, person), limit, apart_from="personal")
        case _:
            found = tx.requests.of(person.id, limit)
    return [each for each in found if _has(tx, each, person, wanted)][:most]


def led(tx: Transaction, person: Person) -> list[str]:
    people = tx.people.snapshot().directory.leads(person)
    if not people:
        raise Refusal(say("You lead nobody here; this list is for managers."))
    return [each.id for each in people]


def _has(tx: Transaction, request: Request, person: Person, wanted: Sequence[str]) -> bool:
    """Each word stands in its number, its kind, who asked or, where they may read it, its text."""
    if not wanted:
        return True
    if not _says(tx, request, wanted):
        return False
    heading = _heading(tx, request)
    return all(word in heading for word in wanted) or requestcards.sees(tx, request, person)


def _says(tx: Transaction, request: Request, wanted: Sequence[str]) -> bool:
    text = " ".join([_heading(tx, request), *request.form.values()]).casefold()
    return all(word in text for word in wanted)


def _heading(tx: Transaction, request: Request) -> str:
    """What everybody may know who has it in a list."""
    name = person_named(tx, request.requester).name
    return f"#{request.number} {request.kind} {name}".casefold()


def line(tx: Transaction, request: Request, reader: Person) -> Say:
    told = say(
        "{number} {kind} of {person}, asked for at {at}: {state}",
        number=Ref(request.number),
        kind=requestcards.kind_of(request),
        person=person_named(tx, request.requester),
        at=request.at,
        state=requestcards.STATES[request.state],
    )
    words = request.form.get(forms.TEXT, "")
    if not words or not requestcards.sees(tx, request, reader):
        return told
    return say("{line}: “{words}”", line=told, words=Quoted(words, WORDS))


def counted(tx: Transaction, person: Person) -> tuple[Say, ...]:
    """How many of their people's requests stand how: for who leads them."""
    counts: dict[str, int] = {}
    for (_, state), count in tx.requests.counts(led(tx, person), apart_from="personal").items():
        counts[state] = counts.get(state, 0) + count
    return tuple(
        say_many("{state}: {count} request", "{state}: {count} requests", count, state=words)
        for state, words in requestcards.STATES.items()
        if (count := counts.get(state, 0))
    )
