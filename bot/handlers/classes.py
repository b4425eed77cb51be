"""The class of what was said: its channel's, unless somebody or something gives it another.

Policy 3.1. Given by its author or who leads them, by a rule of the policy, or by the request that
it was approved by. A record is never written anew: another one follows it, and the last is in
force.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.card import Card
from bot.command import Call, Refusal
from bot.events import MessageRef, account_of, conversation
from bot.handlers import deeds, judging
from bot.policy.approvals import Request
from bot.policy.rulebook import Rule
from bot.store import Transaction
from bot.store.classes import Given, Source
from bot.store.records import Saying
from bot.store.wrapping import Belonging
from bot.words import Code, Quoted, Say, say

CLASSES: Mapping[str, Say] = {
    "work": say("Work information"),
    "notice": say("Notices and announcements"),
    "material": say("Business material"),
    "personal": say("Personal matters"),
}
BY_HAND = ("author", "head")
LONGEST = 500  # characters of why
US = "duly"  # the author of a record that no person made


@dataclass(frozen=True, slots=True)
class Wanted:
    """A class for a message, and why."""

    message: MessageRef
    class_name: str
    why: str


@dataclass(frozen=True, slots=True)
class Share:
    """How much of what was said has its class by whom or what."""

    by: Mapping[str, int]  # author, head, rule, request; channel; default: no more than that

    @property
    def all(self) -> int:
        return sum(self.by.values())

    @property
    def unclassified(self) -> int:
        """Neither anybody nor a rule, a request or the policy's word on its channel said so."""
        return self.by.get("default", 0)


def by_hand(call: Call, wanted: Wanted) -> Card:
    """By its author, or who leads them; why is kept with it."""
    tx, place = call.tx, conversation(wanted.message.place)
    found = tx.records.message(place, wanted.message.id)
    if found is None or not tx.people.sees(call.person.id, wanted.message.place):
        raise Refusal(say("I have not seen that message: I only watch rooms I am a member of."))
    author = found[1]["who"]
    source: Source = "author" if author == call.person.id else "head"
    if source == "head" and not deeds.leads(tx, call.person, author):
        raise Refusal(say("Only its author, and who leads them, can give a message its class."))
    given = tx.classes.of(place, wanted.message.id)
    before = tx.records.class_of(place, wanted.message.id)
    if before == wanted.class_name and given and given[-1].source in BY_HAND:
        raise Refusal(say("It is of this class already: {name}.", name=CLASSES[before]))
    _give(tx, wanted, source, call.person.id)
    return Card(
        say("Kept: this message is of the class {name}.", name=CLASSES[wanted.class_name]),
        body=(say("Why: “{words}”", words=Quoted(wanted.why, LONGEST)),),
        facts=((say("Kept for"), _kept(call, wanted.class_name)),),
        why=say("Clause {clause}. What it was before stays known.", clause=Code("3.1")),
        tone="good",
        about=wanted.message,
    )


def _kept(call: Call, class_name: str) -> Say:
    return say("{count} months", count=call.book.classes[class_name].keep_months)


def by_rule(message: judging.Message, rule: Rule) -> bool:
    """Unless a person has given it one, or it has that of the rule; False: nothing was given."""
    tx, place = message.tx, conversation(message.place)
    given = tx.classes.of(place, message.ref.id)
    last = given[-1] if given else None
    if last is not None and (last.source in BY_HAND or last.class_name == rule.class_name):
        return False
    _give(tx, Wanted(message.ref, rule.class_name, ""), "rule", rule.id)
    return True


def by_request(message: judging.Message, request: Request) -> bool:
    """What was approved has the class of its request; False: that is known already."""
    tx, place = message.tx, conversation(message.place)
    if any(each.by == request.id for each in tx.classes.of(place, message.ref.id)):
        return False
    _give(tx, Wanted(message.ref, request.class_name, ""), "request", request.id)
    return True


def _give(tx: Transaction, wanted: Wanted, source: Source, by: str) -> None:
    place, now = conversation(wanted.message.place), tx.clock.now()
    found = tx.records.message(place, wanted.message.id)
    assert found is not None
    row, now_of = found[0], tx.records.belonging(place, wanted.message.id)
    before = (now_of and now_of.class_name) or ""
    body = {
        "who": by,
        "source": source,
        "from": before,
        "to": wanted.class_name,
        "why": wanted.why,
    }
    tx.records.add(
        Saying(
            kind="class",
            conversation=place,
            thread=row.thread,
            message=wanted.message.id,
            author=by if source in BY_HAND else US,
            class_name=wanted.class_name,
            at=now,
            body=body,
            important=bool(now_of and now_of.important),
        )
    )
    tx.records.belongs(place, wanted.message.id, Belonging(class_name=wanted.class_name))
    given = Given(
        source=source,
        by=by,
        before=before,
        class_name=wanted.class_name,
        at=now,
        said_at=row.at,
    )
    tx.classes.add(place, wanted.message.id, given)


def share(tx: Transaction, start: datetime, end: datetime) -> Share:
    """Of what was said from `start` on and before `end`: by which source it has its class.

    `channel`: the policy names its channel; `default`: it has what every channel has.
    """
    named, by = tx.policies.current().channels, dict[str, int](tx.classes.sources(start, end))
    for place, count in tx.classes.untouched(start, end).items():
        at = account_of(place)
        known = tx.people.snapshot().places.get((at.platform, at.realm, at.id))
        source = "channel" if known is not None and known.name in named else "default"
        by[source] = by.get(source, 0) + count
    return Share(by)
