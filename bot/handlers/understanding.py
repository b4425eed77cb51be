"""Notices and messages that are followed up: confirmed by who read and understood them.

Policy 3.2.2, 2.1.2-followup. A confirmation is bound to the version it was given for, and to its
hash.
"""

import hashlib

from bot.card import Card
from bot.command import Call, Refusal
from bot.events import conversation
from bot.handlers import deeds, notice_cards
from bot.handlers.deeds import Ending
from bot.policy import notices as policy
from bot.policy.duties import Duty, nobody_owes
from bot.policy.notices import How, Notice, Receipt
from bot.store import Transaction
from bot.store.sessions import WEB
from bot.words import Code, Ref, say, say_many


def confirm(call: Call, number: int, words: str) -> Card | None:
    """None: there is no such notice for them."""
    notice = call.tx.notices.find(number)
    if notice is None or not _concerns(call, notice):
        return None
    if notice.replaced_by is not None:
        return _newer(call, notice)
    duty = _duty(call, notice)
    if isinstance(duty, Card):
        return duty
    if notice.question and not words:
        return notice_cards.card(call.tx, notice, duty)
    right = not notice.question or policy.answered(notice, words)
    _receive(call.tx, notice, call.person.id, right=right, how=_how(call))
    if not right:
        return _wrong(call, notice, duty)
    settle(call.tx, notice, duty)
    return Card(
        say("Thank you. Confirmed: {number}", number=Ref(notice.number)),
        facts=((say("Fingerprint"), Code(notice.digest[:12])),),
        tone="good",
        about=notice.about,
    )


def _concerns(call: Call, notice: Notice) -> bool:
    """It was sent to them, or by them."""
    member = call.tx.notices.member(notice.id, call.person.id)
    return member is not None or notice.author == call.person.id


def _duty(call: Call, notice: Notice) -> Duty | Card:
    """What the caller owes for it; a card where that is settled. Raises Refusal for others."""
    number = Ref(notice.number)
    if call.person.id == notice.author:
        raise Refusal(say("{number} is your own; you need not confirm it.", number=number))
    member = call.tx.notices.member(notice.id, call.person.id)
    if member is None or member.left_at is not None:
        raise Refusal(nobody_owes(notice.number))
    if member.carried:
        return Card(say("You confirmed it before it was corrected: {number}", number=number))
    duty = call.tx.duties.get(member.duty or "")
    if duty is not None and duty.live:
        return duty
    if duty is not None and duty.state == "done" and duty.closed is not None:
        return Card(
            say("You already confirmed {number}, on {at}.", number=number, at=duty.closed),
            tone="good",
        )
    raise Refusal(say("{number} need not be confirmed any more.", number=number))


def _newer(call: Call, old: Notice) -> Card:
    """What they read was corrected: they are shown what counts now."""
    notice = call.tx.notices.newest(old)
    member = call.tx.notices.member(notice.id, call.person.id)
    duty = call.tx.duties.get(member.duty) if member and member.duty else None
    told = say(
        "{number} was corrected: {newest} takes its place.",
        number=Ref(old.number),
        newest=Ref(notice.number),
    )
    if member is None or member.left_at is not None:
        return Card(told)
    if duty is None or not duty.live:
        return Card(told, body=(say("You need not confirm it again."),))
    shown = notice_cards.card(call.tx, notice, duty)
    return Card(
        told,
        body=(say("Please read it as it is now, and confirm that."), shown.title, *shown.body),
        facts=shown.facts,
        buttons=shown.buttons,
        why=shown.why,
    )


def _wrong(call: Call, notice: Notice, duty: Duty) -> Card:
    tries = sum(not each.right for each in call.tx.notices.tries(notice.id, call.person.id))
    shown = notice_cards.card(call.tx, notice, duty)
    return Card(
        say("That is not what it says. Please read {number} again.", number=Ref(notice.number)),
        body=shown.body,
        facts=shown.facts,
        buttons=shown.buttons,
        why=say_many("{count} wrong answer so far.", "{count} wrong answers so far.", tries),
        tone="bad",
    )


def owed(tx: Transaction, number: int, person: str) -> Duty | None:
    """What somebody owes, or owed, for the notice of that number."""
    notice = tx.notices.find(number)
    member = tx.notices.member(notice.id, person) if notice else None
    return tx.duties.get(member.duty) if member and member.duty else None


def settle(tx: Transaction, notice: Notice, duty: Duty) -> None:
    """Who owes it has confirmed it; their cards say so."""
    closed = deeds.settle(tx, duty, "done", Ending("confirmed", tx.clock.now()))
    deeds.amend(tx, closed, notice_cards.confirmed(tx, notice))


def reacted(tx: Transaction, notice: Notice, person: str) -> None:
    """A reaction agreed on, given to the message that is followed up, confirms it."""
    member = tx.notices.member(notice.id, person)
    duty = tx.duties.get(member.duty) if member and member.duty else None
    if duty is not None and duty.live:
        _receive(tx, notice, person, right=True, how="reaction")
        settle(tx, notice, duty)


def _receive(tx: Transaction, notice: Notice, person: str, *, right: bool, how: How) -> None:
    tx.notices.receive(
        Receipt(
            notice=notice.id,
            person=person,
            number=len(tx.notices.tries(notice.id, person)) + 1,
            version=notice.version,
            digest=_digest(tx, notice),
            at=tx.clock.now(),
            right=right,
            how=how,
        )
    )


def _digest(tx: Transaction, notice: Notice) -> str:
    """Of what they confirm: a message may have been edited since it was followed up."""
    if notice.about is None:
        return notice.digest
    words = tx.records.words(conversation(notice.about.place), notice.about.id)
    return digest(words)


def digest(words: str) -> str:
    """SHA-256 in hex, of a message's words."""
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def _how(call: Call) -> How:
    if call.account.platform == WEB:
        return "web"
    return "button" if call.card is not None else "command"
