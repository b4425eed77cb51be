"""Looks into other people's records: each is kept, and told to who oversees them. Policy 3.3.2."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.card import Card
from bot.command import Refusal, name_of
from bot.handlers.seeking import Hit, persons_of
from bot.handlers.sight import may_look, oversees
from bot.policy.people import Person
from bot.store import Transaction
from bot.store.looks import Look, LookKind
from bot.words import Code, Quoted, Ref, Say, Value, say, say_many

FRESH = timedelta(hours=8)  # so long a reason holds for what was found by it
SHORTEST = 8  # characters of a reason
LONGEST = 500
SHOWN = 20  # lines of a list
KINDS = {
    "search": say("found"),
    "open": say("opened"),
    "bundle": say("took away as a file"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody looks, and what for; `parent`: the search that it goes on from."""

    why: str
    words: str
    parent: Look | None = None


def allowed(tx: Transaction, person: Person) -> None:
    """Raises Refusal for who may not look into other people's records."""
    if not may_look(tx.policies.current().search, person):
        raise Refusal(
            say(
                "This is not for your role. Your own conversations: {command}",
                command=Code("/duly search WORDS"),
            )
        )


def checked(tx: Transaction, person: Person, why: str) -> str:
    """The reason as it is kept. Raises Refusal for who may not look, and where there is none."""
    allowed(tx, person)
    said = " ".join(why.split())
    if len(said) < SHORTEST:
        raise Refusal(say("Say in a few words why you look into other people's records."))
    if len(said) > LONGEST:
        raise Refusal(
            say("This has {count} characters; at most {most} fit.", count=len(said), most=LONGEST)
        )
    return said


def continued(tx: Transaction, person: Person, number: int) -> Look:
    """A search of theirs whose reason still holds. Raises Refusal."""
    look = tx.looks.find(number)
    mine = look is not None and look.by == person.id and look.kind == "search"
    if look is None or not mine or look.at + FRESH < tx.clock.now():
        raise Refusal(
            say(
                "This search is over. Search again, and say why: {command}",
                command=Code("/duly search all WORDS"),
            )
        )
    checked(tx, person, look.why)  # they may have lost their role meanwhile
    return look


def record(
    tx: Transaction, person: Person, kind: LookKind, reason: Reason, hits: Sequence[Hit]
) -> Look:
    parent = reason.parent
    look = Look(
        id=tx.clock.new_id(),
        number=tx.duties.number("look"),
        by=person.id,
        kind=kind,
        parent=parent.id if parent else None,
        at=tx.clock.now(),
        count=len(hits),
        words=reason.words,
        why=reason.why,
        records=tuple(each.id for each in hits),
        persons=persons_of(hits),
    )
    tx.looks.add(look)
    return look


# Told


@dataclass(frozen=True, slots=True)
class Line:
    """A look as it is told; `why` and `words` only to who oversees it, and who took it."""

    number: Ref
    what: Say
    words: Quoted | None
    why: Quoted | None


def lines(tx: Transaction, person: Person, page: int = 1) -> tuple[list[Line], bool]:
    """Those they may read of, the newest first, and whether there are older ones."""
    skip = (page - 1) * SHOWN
    if oversees(tx.policies.current().search, person):
        found = tx.looks.newest(SHOWN + 1, skip)
    else:
        found = told(tx, person, SHOWN + 1, skip)
    return [line(tx, each, person) for each in found[:SHOWN]], len(found) > SHOWN


def told(tx: Transaction, person: Person, limit: int, skip: int = 0) -> list[Look]:
    """Looks of others at their own records, as long ago as the policy says."""
    until = told_until(tx)
    return [] if until is None else tx.looks.at(person.id, until, limit, skip)


def told_until(tx: Transaction) -> datetime | None:
    """None where nobody is told."""
    rules = tx.policies.current().search
    return tx.clock.now() - rules.tells_after if rules.tells else None


def line(tx: Transaction, look: Look, reader: Person) -> Line:
    directory = tx.people.snapshot().directory
    whole = look.by == reader.id or oversees(tx.policies.current().search, reader)
    values: dict[str, Value] = {"who": name_of(directory, look.by), "at": look.at}
    if not whole:
        what = say("{who} {did} something of yours, at {at}", did=KINDS[look.kind], **values)
        return Line(Ref(look.number), what, None, None)
    what = say_many(
        "{who} {did} {count} record, at {at}",
        "{who} {did} {count} records, at {at}",
        look.count,
        did=KINDS[look.kind],
        **values,
    )
    words = Quoted(look.words, 120) if look.words else None
    return Line(Ref(look.number), what, words, Quoted(look.why, LONGEST))


def listed(tx: Transaction, person: Person) -> Card:
    found, more = lines(tx, person)
    if not found:
        return Card(none(tx, person), tone="good")
    rest = (say("… and older ones: see the page “Looks”."),) if more else ()
    return Card(
        say("Looks into records:"),
        body=(*map(_said, found), *rest),
        why=why(tx, person),
    )


def none(tx: Transaction, person: Person) -> Say:
    if oversees(tx.policies.current().search, person):
        return say("Nobody has looked into other people's records.")
    return say("There is no look into your records to tell you of.")


def why(tx: Transaction, person: Person) -> Say:
    rules = tx.policies.current().search
    if oversees(rules, person):
        return say("Every search with a reason, and every record that was opened by it.")
    return say(
        "You are told {days} days after. Who oversees these looks reads the reasons at once.",
        days=rules.tells_after.days,
    )


def _said(one: Line) -> Say:
    if one.why is None:
        return say("{number} {what}", number=one.number, what=one.what)
    if one.words is None:
        return say("{number} {what}. Why: “{why}”", number=one.number, what=one.what, why=one.why)
    return say(
        "{number} {what}: “{words}”. Why: “{why}”",
        number=one.number,
        what=one.what,
        words=one.words,
        why=one.why,
    )
