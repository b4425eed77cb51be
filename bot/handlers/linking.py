"""An account becomes somebody's by a one-time code, where no platform vouches for it. Policy 1.2.

Whoever has the code has the person's word, or HR's; every use is a record, and the person hears of
it where they were known before.
"""

from bot.card import Card
from bot.effects import Send
from bot.events import Account, Happening, account_key
from bot.handlers import keepers
from bot.handlers.deeds import person_named
from bot.policy.people import Person
from bot.store import Transaction
from bot.store.codes import FRESH, WITHIN, Standing, is_code
from bot.store.records import Saying
from bot.words import Code, Quoted, Say, say

FREE = ("help", "link")  # what an account that is nobody's may use
OPERATOR = "duly"  # who sits at the machine


def offer(tx: Transaction, person: Person, made_by: str) -> Card:
    """A code for somebody: shown once, to who asked for it."""
    code = Code(f"link {tx.codes.make(person.id, made_by)}")
    if made_by == person.id:
        title = say("To add another account of yours, write this to me from there:")
        why = say(
            "Show it to nobody: who has it becomes you. It works once, within {span}, and older "
            "codes no longer do.",
            span=FRESH,
        )
    else:
        title = say(
            "Tell {person} yourself, and nobody else: “Write this to Duly from your account”:",
            person=person_named(tx, person.id),
        )
        why = say(
            "Who has it becomes them: make sure that it is they who ask. It works once, within "
            "{span}, and older codes no longer do.",
            span=FRESH,
        )
    return Card(title, body=(code,), why=why)


def stranger() -> Card:
    """To an account that is nobody's yet."""
    return Card(
        say("I do not know this account yet, so I can do nothing for it."),
        body=(
            say(
                "If another account of yours is known to me, type {link} there: it gives you a "
                "code. Then type it here: {code}",
                link=Code("/duly link"),
                code=Code("/duly link CODE"),
            ),
            say("Else ask HR for a code, or IT to add this account to the directory."),
        ),
        tone="bad",
    )


def by_stranger(tx: Transaction, event: Happening, account: Account, words: str) -> Card:
    """What an account that is nobody's says behind "link"."""
    if not words:
        return stranger()
    if not tx.people.may_be_linked(account):
        return _no(say("Guests, bots and closed accounts are linked by HR or IT only."))
    if tx.codes.tried_enough(account):
        return _no(
            say("That were too many wrong codes. Wait for {span}, then use a new one.", span=WITHIN)
        )
    found = tx.codes.redeem(words) if is_code(words) else None
    person = tx.people.snapshot().directory.people.get(found.person) if found else None
    if found is None or found.standing != "good" or person is None or not person.active:
        tx.codes.miss(account)
        return _no(_why(found.standing if found else "unknown"))
    _tell(tx, event, account, person, found.made_by)
    tx.people.link(account, person.id)
    record(tx, event.key, account, person.id, found.made_by)
    return Card(
        say("This account is yours from now on, {person}.", person=person_named(tx, person.id)),
        body=(say("What I can do for you: {command}", command=Code("/duly help")),),
        tone="good",
    )


def _tell(
    tx: Transaction, event: Happening, account: Account, person: Person, made_by: str
) -> None:
    """The person, where they were known before; and IT, where the code was not their own."""
    name = Quoted(account_key(account))
    undo = Code(f"./duly people link {account.platform} {account.realm} {account.id} -")
    card = Card(
        say("An account was added to you: {account}", account=name),
        body=(
            say(
                "Was it not you? Tell HR or IT at once, they take it away again: {command}",
                command=undo,
            ),
        ),
    )
    before = tx.people.reached_at(person.id)
    if before is not None:
        tx.outbox.add(Send(before, card), f"{event.key}/linked", urgent=True)
    if made_by != person.id:
        told = Card(
            say(
                "{person} has a new account, by a code of {maker}: {account}",
                person=person_named(tx, person.id),
                maker=person_named(tx, made_by),
                account=name,
            ),
            body=(say("To take it away again: {command}", command=undo),),
        )
        keepers.tell(tx, "it", told, f"{event.key}/linked")


def _no(why: Say) -> Card:
    return Card(why, tone="bad")


def _why(standing: Standing) -> Say:
    again = Code("/duly link")
    match standing:
        case "used":
            return say("This code was used already. For a new one: {command}", command=again)
        case "replaced":
            return say("A newer code took its place. Use the last one you were given.")
        case "expired":
            return say("This code is too old. For a new one: {command}", command=again)
        case _:
            return say(
                "This is no code that I know. Type it as it was shown, or get a new one from your "
                "other account ({command}) or from HR.",
                command=again,
            )


def record(tx: Transaction, key: str, account: Account, person: str, made_by: str) -> None:
    """Who became whom, and by whose word."""
    tx.records.add(
        Saying(
            kind="link",
            conversation="duly/links",
            thread=None,
            message=key,
            author=account_key(account),
            class_name="personal",
            at=tx.clock.now(),
            body={"account": account_key(account), "person": person, "code_of": made_by},
        )
    )
