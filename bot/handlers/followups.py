"""Important messages are followed up until they were received and understood.

Policy 2.1.2-followup. Their author may ask for it, who leads the author, and HR.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.card import Card
from bot.command import Call, Refusal
from bot.events import MessageRef, ReactionChanged, conversation
from bot.handlers import deeds, notices, receipts, understanding
from bot.policy.notices import Notice
from bot.policy.people import Person
from bot.store import Transaction
from bot.words import Code, Ref, Say, say, say_many

EVERYWHERE = "members"  # of the groups a message mentions


def follow(call: Call, message: MessageRef, asked: Sequence[Person]) -> Card:
    """Who is to say that they understood it; who is asked already is not asked again."""
    body = _entitled(call, message)
    known = call.tx.notices.following(message)
    people = _people(call, message, body, asked) - _known(call.tx, known)
    if not people:
        if known is not None:
            return receipts.show(call, known.number) or Card(_nobody())
        raise Refusal(_nobody())
    notice = known or call.tx.notices.add(_first(call, message))
    notices.ask(call.tx, notice, people)
    return Card(
        say_many(
            "{count} person is asked whether they understood it: {number}",
            "{count} people are asked whether they understood it: {number}",
            len(people),
            number=Ref(notice.number),
        ),
        body=deeds.quoted(call.tx, message, call.person.id),
        why=say("Who has not yet: {command}", command=Code(f"/duly followup {notice.number}")),
        about=message,
        tone="good",
    )


def _entitled(call: Call, message: MessageRef) -> Mapping[str, Any]:
    """The message, as it was said. Raises Refusal."""
    found = call.tx.records.message(conversation(message.place), message.id)
    if found is None or not call.tx.people.sees(call.person.id, message.place):
        raise Refusal(say("I have not seen that message: I only watch rooms I am a member of."))
    body, person = found[1], call.person
    own = body["who"] == person.id or "hr" in person.roles
    if not own and not deeds.leads(call.tx, person, body["who"]):
        raise Refusal(
            say("Only its author, who leads them, and HR can have a message followed up.")
        )
    return body


def _people(
    call: Call, message: MessageRef, body: Mapping[str, Any], asked: Sequence[Person]
) -> frozenset[str]:
    """Those named; else those the message mentions; else everybody in the room."""
    directory = call.directory.people
    named = [each.id for each in asked] or [*body["mentions"], *body.get(EVERYWHERE, ())]
    found: Iterable[str] = [id for id in named if id in directory and directory[id].active]
    if not named:
        here = call.tx.people.members(message.place)
        found = [id for id in here if not directory[id].partner]
    return frozenset(found) - {body["who"], call.person.id}


def _known(tx: Transaction, notice: Notice | None) -> set[str]:
    return {each.person for each in tx.notices.members(notice.id)} if notice else set()


def _nobody() -> Say:
    return say(
        "It names nobody, and I do not know who is in the room. Say who should: {command}",
        command=Code("/duly followup LINK @name"),
    )


def _first(call: Call, message: MessageRef) -> Notice:
    words = call.tx.records.words(conversation(message.place), message.id)
    return Notice(
        id="",
        number=call.tx.duties.number(),
        kind="message",
        version=1,
        digest=understanding.digest(words),
        class_name=call.book.channel(call.tx.people.place_name(message.place)).class_name,
        author=call.person.id,
        level=call.book.notices.followup_level,
        policy=call.book.version,
        material=True,
        request=None,
        about=message,
        published_at=call.now,
        replaces=None,
        replaced_by=None,
        title="",
        text="",
        audience=(),
        channels=(),
        question="",
        options=(),
        right="",
    )


def reacted(tx: Transaction, event: ReactionChanged, person: str) -> None:
    """An agreed reaction to the message itself: its giver has understood it."""
    notice = tx.notices.following(event.message)
    if notice is not None:
        understanding.reacted(tx, notice, person)
