"""Accounts that talk in our rooms and are nobody's, and accounts that two people claim.

Policy 2.1.1-account, 4.1.1. Each once, to IT: which links it, vouches for it, or has it removed.
People from outside in internal channels are screening's to find.
"""

from dataclasses import dataclass, replace
from typing import Literal

from bot.card import Card
from bot.command import Call, Refusal
from bot.events import Account, MessagePosted, MessageRef, account_key
from bot.handlers import filing, findings, keepers, linking
from bot.handlers.deeds import person_named
from bot.policy.people import Person
from bot.store import Transaction
from bot.store.codes import is_code
from bot.store.strangers import Standing, Stranger
from bot.words import Code, Quoted, Ref, Say, Value, say, say_many

SHOWN = 20  # accounts of a list
LONGEST = 500  # characters of why
NAME = 80
DIRECT = "direct"
AGAIN = (None, "removed")  # who was to be removed and talks again is found again
SHARED = "account.shared"
RULES = {"stranger": "account.stranger", "bot": "account.bot"}
KINDS: dict[Literal["stranger", "bot"], Say] = {
    "stranger": say("an account that is nobody's"),
    "bot": say("a bot that nobody vouches for"),
}
Deed = Literal["link", "guest", "bot", "remove"]
STANDINGS: dict[Deed, Standing] = {
    "link": "linked",
    "guest": "guest",
    "bot": "bot",
    "remove": "removed",
}
DONE: dict[Deed, Say] = {
    "link": say("Linked. It is theirs from now on."),
    "guest": say("Known as a guest from now on."),
    "bot": say("Known as a bot from now on."),
    "remove": say("To be removed. If it talks again, you will hear of it again."),
}


def posted(tx: Transaction, event: MessagePosted) -> None:
    """Asked of every message: be quick."""
    shot = tx.people.snapshot()
    login = shot.logins.get(event.author)
    if event.direct or (login is not None and login.person is not None):
        return
    place = event.message.place
    room = shot.places.get((place.platform, place.realm, place.id))
    if room is None or room.kind == DIRECT:
        return
    if tx.strangers.standing(event.author) not in AGAIN or tx.people.is_outsider(event.author):
        return
    automatic = event.automatic or (login is not None and login.automatic)
    _spoke(tx, event.author, "bot" if automatic else "stranger", event.message)


def _spoke(
    tx: Transaction, account: Account, kind: Literal["stranger", "bot"], about: MessageRef
) -> None:
    severity: Literal["slight", "serious"] = "slight" if kind == "bot" else "serious"
    number = filing.file(
        tx,
        filing.File(
            rule=RULES[kind],
            clause="2.1.1-account",
            about=about,
            role="it",
            severity=severity,
            account=account,
        ),
    )
    tx.strangers.put(Stranger(account=account, kind=kind, since=tx.clock.now(), finding=number))


def claimed(call: Call, code: str) -> None:
    """A code of somebody else, typed from an account that has an owner: two people use it?

    The code stays as it is, and who typed it learns nothing of it.
    """
    if not is_code(code) or call.tx.codes.tried_enough(call.account):
        return
    whose = call.tx.codes.whose(code)
    if whose is None:
        call.tx.codes.miss(call.account)
    if whose in (None, call.person.id):
        return
    filing.file(
        call.tx,
        filing.File(
            rule=SHARED,
            clause="4.1.1",
            person=call.person.id,
            role="it",
            account=call.account,
            note=f"{call.person.id} {whose}",
        ),
    )


# What IT does about one


@dataclass(frozen=True, slots=True)
class Wanted:
    number: int
    deed: Deed
    person: Person | None
    why: str


def do(call: Call, wanted: Wanted) -> Card:
    known = call.tx.strangers.of_finding(wanted.number)
    if known is None or known.standing != "open":
        raise Refusal(
            say(
                "No account waits under {number}. Those that do: {command}",
                number=Ref(wanted.number),
                command=Code("/duly account"),
            )
        )
    if not wanted.why:
        raise Refusal(
            say(
                "Say why, too: {command}",
                command=Code(f"/duly account {wanted.number} {wanted.deed} WHY"),
            )
        )
    if wanted.deed == "link":
        _link(call, known, wanted)
    settled = replace(
        known,
        standing=STANDINGS[wanted.deed],
        by=call.person.id,
        at=call.now,
        why=wanted.why,
    )
    call.tx.strangers.put(settled)
    _close(call, wanted)
    return Card(
        say("{number}: {done}", number=Ref(wanted.number), done=DONE[wanted.deed]),
        body=(Quoted(wanted.why, LONGEST), *_remove(known, wanted.deed)),
        tone="good",
    )


def _link(call: Call, known: Stranger, wanted: Wanted) -> None:
    """They hear of it where they were known before."""
    person = wanted.person
    if person is None or person.id == call.person.id:
        raise Refusal(
            say(
                "Say whose it is, and not your own: {command}",
                command=Code(f"/duly account {wanted.number} link @ann WHY"),
            )
        )
    card = Card(
        say("An account was added to you: {account}", account=Quoted(account_key(known.account))),
        body=(say("{person} of IT did it.", person=call.who(call.person.id)),),
        why=say("Was it not you? Tell IT at once."),
    )
    call.tell(person.id, card)
    call.tx.people.link(known.account, person.id)
    linking.record(call.tx, call.key, known.account, person.id, call.person.id)


def _remove(known: Stranger, deed: Deed) -> tuple[Say, ...]:
    if deed != "remove":
        return ()
    account = Code(f"{known.account.platform}:{known.account.realm}:{known.account.id}")
    return (say("Take it out where it is kept, in the settings of {account}.", account=account),)


def _close(call: Call, wanted: Wanted) -> None:
    finding = call.tx.findings.find(wanted.number)
    if finding is not None and finding.state != "settled":
        done = replace(finding, how="settled", note=wanted.why)
        findings.close(call.tx, done, call.person.id)


def listed(call: Call) -> Card:
    waiting = call.tx.strangers.waiting()
    if not waiting:
        return Card(say("No strange account has talked in our rooms."), tone="good")
    rest = len(waiting) - SHOWN
    more = (say_many("… and {count} more", "… and {count} more", rest),) if rest > 0 else ()
    first = waiting[0].finding
    return Card(
        say_many(
            "{count} account talks in our rooms and is nobody's",
            "{count} accounts talk in our rooms and are nobody's",
            len(waiting),
        ),
        body=(*(_line(call.tx, each) for each in waiting[:SHOWN]), *more),
        why=say(
            "Each with a reason: {link}, {guest}, {bot} or {remove}",
            link=Code(f"/duly account {first} link @ann WHY"),
            guest=Code(f"/duly account {first} guest WHY"),
            bot=Code(f"/duly account {first} bot WHY"),
            remove=Code(f"/duly account {first} remove WHY"),
        ),
    )


def _line(tx: Transaction, one: Stranger) -> Say:
    login = tx.people.snapshot().logins.get(one.account)
    values: dict[str, Value | Say] = {
        "number": Ref(one.finding or 0),
        "name": Quoted(login.name if login else one.account.id, NAME),
        "account": Code(f"{one.account.platform}:{one.account.realm}:{one.account.id}"),
        "kind": KINDS[one.kind],
        "since": one.since,
    }
    return say("{number} {name} ({account}), {kind}, since {since}", **values)


def shared(tx: Transaction) -> None:
    """Two colleagues with one address: whose account is it? Looked for once a day."""
    owners: dict[str, list[Person]] = {}
    for person in tx.people.snapshot().directory.people.values():
        if person.active and not person.partner and person.email:
            owners.setdefault(person.email.casefold(), []).append(person)
    for people in owners.values():
        if len(people) > 1:
            _same_address(tx, people)


def _same_address(tx: Transaction, people: list[Person]) -> None:
    one, other = sorted(people, key=lambda each: each.id)[:2]
    card = Card(
        say(
            "{one} and {other} have the same mail address in the directory",
            one=person_named(tx, one.id),
            other=person_named(tx, other.id),
        ),
        body=(say("So no account is found by it. Is one account used by two people?"),),
        why=say("Clause {clause}.", clause=Code("4.1.1")),
    )
    keepers.tell(tx, "it", card, f"shared/{one.id}/{other.id}")
