"""Legal holds: set with a reason, seen by few, released by two. Policy 3.3.1.

Whom a hold names hears nothing of it, and is told that there is no such hold. It catches what is
said after it as well; what it catches stays when everything around it is disposed of.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.card import Button, Card
from bot.command import Call, Refusal
from bot.events import Place, account_of, conversation
from bot.handlers import custody
from bot.handlers.classes import CLASSES
from bot.handlers.custody import HOLD
from bot.handlers.deeds import person_named
from bot.policy import retention
from bot.policy.holds import Hold, Scope, why_no_consent
from bot.policy.people import Person
from bot.store import Transaction
from bot.store.disposals import Certificate
from bot.words import Code, Quoted, Ref, Rows, Say, Value, say, say_many

SHOWN = 20  # lines of a list
REASON = 500  # characters
WORD = 60
TOO_LATE = 6  # lines
STATES = {
    "active": say("It holds"),
    "releasing": say("It holds; its release waits for a second person"),
    "released": say("Released"),
}
DEEDS = {
    "set": say("set"),
    "asked": say("its release was asked for"),
    "kept": say("its release was refused"),
    "released": say("released"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be held, as it was asked for. `last`: the last day, which is held too."""

    people: tuple[str, ...]
    rooms: tuple[str, ...]
    first: date | None
    last: date | None
    words: tuple[str, ...]
    reason: str


def _may_see(hold: Hold, person: Person) -> bool:
    return person.id not in hold.scope.people


def refuse_others(call: Call) -> None:
    if not call.person.roles & set(call.book.retention.holds):
        raise custody.refuse_role()


def set_(call: Call, wanted: Wanted) -> Card:
    if call.person.id in wanted.people:
        raise Refusal(say("You cannot hold what is yours. Ask somebody else of your role to."))
    scope = Scope(
        people=wanted.people,
        places=tuple(conversation(each) for name in wanted.rooms for each in _rooms(call, name)),
        start=_midnight(call, wanted.first) if wanted.first else None,
        end=_midnight(call, wanted.last + timedelta(days=1)) if wanted.last else None,
        words=wanted.words,
    )
    if scope.everything:
        raise Refusal(say("Name at least one of these: people, rooms, days, words."))
    hold = call.tx.holds.add(
        Hold(
            id="",
            number=call.tx.duties.number(),
            scope=scope,
            reason=wanted.reason,
            set_by=call.person.id,
            at=call.now,
        )
    )
    shown = card(call.tx, hold, call.person)
    return replace(
        shown,
        title=say("Held from now on: {number}", number=Ref(hold.number)),
        body=(*shown.body, *_too_late(call.tx, hold)),
        buttons=(),
        why=say(
            "Clause {clause}: what it catches stays, whatever its term. Nobody it names is told. "
            "Release it: {command}",
            clause=Code(call.book.retention.clause),
            command=Code(f"/duly hold {hold.number} release WHY"),
        ),
        tone="good",
    )


def _midnight(call: Call, day: date) -> datetime:
    """Days are the company's: a hold is read by several people."""
    return datetime.combine(day, time(), ZoneInfo(call.book.zone)).astimezone(UTC)


def _rooms(call: Call, name: str) -> list[Place]:
    found = call.tx.people.places_called(name.lstrip("#＃"))
    if not found:
        raise Refusal(
            say(
                "I know no room called {name}. Write its name as it stands in your chat.",
                name=Quoted(name, WORD),
            )
        )
    return found


def _too_late(tx: Transaction, hold: Hold) -> tuple[Say, ...]:
    """What was of that time and is gone already: nobody is to believe that it is held."""
    gone = [each for each in tx.disposals.certificates() if _of_that_time(hold, each)]
    newest = sorted(gone, key=lambda each: each.at, reverse=True)
    lines = tuple(
        say(
            "Too late for {what}: {count} records were disposed of at {at} ({number}).",
            what=named(each.ring),
            count=each.disposed,
            at=each.at,
            number=Ref(_number(tx, each)),
        )
        for each in newest[:TOO_LATE]
    )
    more = len(newest) - TOO_LATE
    return (*lines, *((_more(more),) if more > 0 else ()))


def _of_that_time(hold: Hold, certificate: Certificate) -> bool:
    month, scope = retention.month_named(certificate.ring), hold.scope
    if month is None or not certificate.disposed:
        return False
    before = scope.end is not None and month.start >= scope.end
    return not before and (scope.start is None or month.end > scope.start)


def _number(tx: Transaction, certificate: Certificate) -> int:
    found = tx.disposals.get(certificate.disposal)
    return found.number if found else 0


def named(ring: str) -> Say | Code:
    """What lies under a key, in words."""
    month = retention.month_named(ring)
    if month is None:
        return Code(ring)
    label = Code(f"{month.year:04}-{month.month:02}")
    name = CLASSES.get(month.class_name, Code(month.class_name))
    if month.important:
        return say("{class_name}, important, {month}", class_name=name, month=label)
    return say("{class_name}, {month}", class_name=name, month=label)


def _more(count: int) -> Say:
    return say_many("… and {count} more", "… and {count} more", count)


# Shown


def listed(call: Call) -> Card:
    """Those that hold, the newest first; then those released."""
    seen = [each for each in call.tx.holds.all() if _may_see(each, call.person)]
    if not seen:
        return Card(
            say("There is no legal hold."),
            why=say("Set one: {command}", command=Code("/duly hold set")),
        )
    seen.sort(key=lambda each: not each.active)
    shown = tuple(_line(call.tx, each) for each in seen[:SHOWN])
    more = len(seen) - SHOWN
    return Card(
        say("Legal holds:"),
        body=(*shown, *((_more(more),) if more > 0 else ())),
        buttons=(Button(say("Set another"), "🔒", "hold set"),),
        why=say("Look at one: {command}", command=Code("/duly hold NUMBER")),
    )


def _line(tx: Transaction, hold: Hold) -> Say:
    return say(
        "{number} {state}, since {at}, by {person}: “{reason}”",
        number=Ref(hold.number),
        state=STATES[hold.state],
        at=hold.at,
        person=person_named(tx, hold.set_by),
        reason=Quoted(hold.reason, WORD),
    )


def show(call: Call, number: int) -> Card:
    return card(call.tx, _found(call, number), call.person)


def card(tx: Transaction, hold: Hold, reader: Person) -> Card:
    told = tuple(
        say(
            "{at}: {deed}, by {person}",
            at=each.at,
            deed=DEEDS[each.deed],
            person=person_named(tx, each.actor),
        )
        for each in tx.holds.deeds(hold.id)
    )
    consents = hold.state == "releasing" and hold.asked_by != reader.id
    return Card(
        say("Legal hold {number}", number=Ref(hold.number)),
        body=(Quoted(hold.reason, REASON), *told),
        facts=((say("State"), STATES[hold.state]), *_facts(tx, hold)),
        buttons=custody.hold_exits(hold) if consents else (),
        why=say(
            "What it catches stays until two people have released it. Nobody it names is told."
        ),
    )


def _facts(tx: Transaction, hold: Hold) -> tuple[tuple[Say, Say | Value], ...]:
    scope, facts = hold.scope, list[tuple[Say, Say | Value]]()
    zone = ZoneInfo(tx.home().zone)
    if scope.people:
        facts.append((say("People"), Rows(tuple(person_named(tx, each) for each in scope.people))))
    if scope.places:
        names = tuple(Quoted(tx.people.place_name(_place(each)), WORD) for each in scope.places)
        facts.append((say("Rooms"), Rows(names)))
    if scope.start is not None:
        facts.append((say("First day"), scope.start.astimezone(zone).date()))
    if scope.end is not None:
        last = scope.end - timedelta(seconds=1)
        facts.append((say("Last day"), last.astimezone(zone).date()))
    if scope.words:
        facts.append((say("Words"), Rows(tuple(Quoted(each, WORD) for each in scope.words))))
    return tuple(facts)


def _place(key: str) -> Place:
    at = account_of(key)
    return Place(at.platform, at.realm, at.id)


def reminder(tx: Transaction, hold: Hold, reader: Person, due: datetime) -> Card:
    shown = card(tx, hold, reader)
    return replace(
        shown,
        title=say("May this legal hold be released? {number}", number=Ref(hold.number)),
        facts=(*shown.facts, (say("Due"), due)),
    )


def _found(call: Call, number: int) -> Hold:
    found = call.tx.holds.find(number)
    if found is None or not _may_see(found, call.person):
        raise Refusal(
            say(
                "There is no legal hold {number}. All there are: {command}",
                number=Ref(number),
                command=Code("/duly hold"),
            )
        )
    return found


# Released


def ask_release(call: Call, number: int, why: str) -> Card:
    """It holds until a second person has consented."""
    hold, tx = _found(call, number), call.tx
    if hold.state == "released":
        raise _over(hold)
    if hold.state == "releasing":
        raise Refusal(
            say(
                "The release of {number} was asked for by {person}; a second person is to consent.",
                number=Ref(number),
                person=call.who(hold.asked_by),
            )
        )
    others = [each for each in _holders(tx, hold) if each.id != call.person.id]
    if not others:
        raise Refusal(
            say(
                "Nobody else may consent to it. Somebody else needs one of these roles: {roles}",
                roles=Rows(tuple(map(Code, call.book.retention.holds))),
            )
        )
    asked = replace(hold, state="releasing", asked_by=call.person.id)
    tx.holds.move(asked, call.person.id, "asked", why)
    custody.ask(tx, [each.id for each in others], HOLD + hold.id, custody.HOLDS)
    return Card(
        say("{number} holds until a second person consents to its release.", number=Ref(number)),
        facts=((say("Asked"), Rows(tuple(call.who(each.id) for each in others))),),
    )


def _holders(tx: Transaction, hold: Hold) -> list[Person]:
    found = custody.trusted(tx, tx.policies.current().retention.holds)
    return [each for each in found if _may_see(hold, each)]


def agree(call: Call, number: int) -> Card:
    """A second person consents: what only this hold caught has its own term again."""
    hold = _consented(call, number)
    done = hold.released(call.now, call.person.id)
    call.tx.holds.move(done, call.person.id, "released")
    call.tx.expiring.let_go(HOLD + hold.id)
    return _ended(call, done, say("Released: {number}", number=Ref(number)))


def keep(call: Call, number: int, why: str) -> Card:
    hold = _consented(call, number)
    call.tx.holds.move(replace(hold, state="active", asked_by=None), call.person.id, "kept", why)
    return _ended(call, hold, say("It goes on to hold: {number}", number=Ref(number)))


def _consented(call: Call, number: int) -> Hold:
    hold = _found(call, number)
    if hold.state == "released":
        raise _over(hold)
    match why_no_consent(hold, call.person.id):
        case "nobody asked":
            raise Refusal(
                say(
                    "Nobody has asked to release {number}. Ask: {command}",
                    number=Ref(number),
                    command=Code(f"/duly hold {number} release WHY"),
                )
            )
        case "own":
            raise Refusal(
                say(
                    "You asked for it yourself; somebody else has to decide on {number}.",
                    number=Ref(number),
                )
            )
    return hold


def _over(hold: Hold) -> Refusal:
    return Refusal(
        say(
            "{number} was released at {at}. Set another: {command}",
            number=Ref(hold.number),
            at=hold.released_at or hold.at,
            command=Code("/duly hold set"),
        )
    )


def _ended(call: Call, hold: Hold, title: Say) -> Card:
    """Who asked hears of it, and nobody else need look."""
    told = Card(
        title,
        facts=((say("By"), call.who(call.person.id)),),
        tone="good",
    )
    custody.settled(call.tx, HOLD + hold.id, told)
    call.tell(hold.asked_by, told)
    return Card(title, tone="good")
