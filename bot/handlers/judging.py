"""Does a message answer what somebody owes, and does it ask something itself.

Policy 2.2.1-reply: who is asked answers in time, or says when they will.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.card import Card
from bot.effects import Effect, Whisper
from bot.events import Account, MessageRef, Place, conversation
from bot.handlers import deeds, pledging
from bot.handlers.deeds import ANY, BACK, Ending
from bot.policy import judge, promising
from bot.policy.duties import ANSWERED, Duty, Kind
from bot.policy.importance import Said, class_rule, rules_that_fit
from bot.policy.judge import OpenAsk, Utterance
from bot.policy.people import Directory, Person
from bot.policy.replies import Meaning, meaning
from bot.policy.rulebook import Rule, Rulebook
from bot.store import Transaction
from bot.store.duties import Near
from bot.words import Code, Who, say

MOST = 50  # people who owe an answer to one message; more are not asked but told
GROUP = 8  # people of a group, any of whom may answer; a larger one is the room
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as it is to be judged: just said, or edited."""

    tx: Transaction
    key: str  # of the event
    at: datetime
    author: Account
    ref: MessageRef
    class_name: str
    said: Utterance
    members: tuple[str, ...] = ()  # of the groups it mentions
    gone: tuple[Person, ...] = ()  # whom it mentions who have left
    priority: bool = False

    @property
    def place(self) -> Place:
        return self.ref.place

    def whisper(self, card: Card, what: str) -> None:
        """To its author, who has just said it."""
        effect: Effect = Whisper(self.author, self.place, card)
        self.tx.outbox.add(effect, f"{self.key}/{what}")


def hear(message: Message, window: Sequence[Utterance]) -> Rule | None:
    """Settle what the message answers; then open what it asks.

    Returns the rule of the policy that gives it a class.
    """
    back = answer(message, window)
    ask, asking = judge.asks(message.said, window), Asking(message)
    asking.open(ask, window, back)
    return asking.class_rule(ask)


def answer(message: Message, window: Sequence[Utterance]) -> frozenset[str]:
    """What the message does to what its author owes; returns whom they asked something back.

    Where each ask is judged by itself, a second question back is one more.
    Whoever stands in for somebody answers for them too.
    """
    tx, new = message.tx, message.said
    directory = tx.people.snapshot().directory
    owing = {new.author, *directory.stands_in_for(new.author, message.at)}
    near = Near(
        since=new.seq - len(window) - 1,
        thread=new.thread,
        quotes=new.quotes,
        owed_by=sorted(owing),
    )
    asked = tx.duties.asks(conversation(message.place), near)
    if not asked:
        return frozenset()
    owed: dict[tuple[str, str | None], list[str]] = {}
    for row in asked:
        owed.setdefault((row.message, row.owed_by and new.author), []).append(row.id)
    book = tx.policies.current()
    sure, back = book.sure(message.class_name), set()
    for found in judge.answers(new, window, [_open_ask(row, message) for row in asked]):
        for id in owed.pop((found.ask, found.of), ()) if found.confidence >= sure else ():
            duty = tx.duties.get(id)
            if duty is None or not duty.live:
                continue
            asked_back = _respond(message, duty, found) is Meaning.ASKED_BACK
            if asked_back and duty.owed_to and (duty.held is None or book.bursts):
                back.add(duty.owed_to)
    return frozenset(back)


def _respond(message: Message, duty: Duty, found: judge.Answer) -> Meaning:
    tx, new = message.tx, message.said
    heard = pledging.Heard(message.key, message.author, message.ref)
    holding = _holding(message) if duty.kind == "reply" else None
    asked = deeds.words(tx, duty) if holding is not None else ""
    means = meaning(duty.kind, asked, found, holding)
    if means is Meaning.ASKED_BACK and not _can_be_asked(tx, duty):
        means = Meaning.ANSWER
    if means is Meaning.PROMISE and holding is not None:
        pledging.promised(heard, tx, duty, holding)
    match means:
        case Meaning.ANSWER:
            how = f"answered:{found.reasons[0]}"
            deeds.settle(tx, duty, "done", Ending(how, message.at, new.id))
            if duty.subject.startswith(BACK):  # the next word on the first question is awaited now
                tx.duties.place_at(duty.subject.removeprefix(BACK), new.seq)
        case Meaning.ASKED_BACK if duty.held is None:
            deeds.ask_back(tx, duty, message.ref, new.seq, message.at)
        case Meaning.LATER:
            pledging.ask_when(heard, tx, duty)
    return means


def _can_be_asked(tx: Transaction, duty: Duty) -> bool:
    """The asker can owe the next word. Who asks back when asked back has responded."""
    asker = tx.people.snapshot().directory.people.get(duty.owed_to or "")
    there = asker is not None and asker.active and not asker.partner
    return there and duty.owed_by is not None and not duty.subject.startswith(BACK)


def _holding(message: Message) -> promising.Holding | None:
    own = message.said.wording.text  # without the names of those it is said to
    return pledging.read(message.tx, message.said.author, own, message.at)


def _open_ask(row: Any, message: Message) -> OpenAsk:
    book = message.tx.policies.current()
    return OpenAsk(
        id=row.message,
        seq=row.seq,
        asker=row.owed_to or "",
        of=row.owed_by and message.said.author,
        thread=row.thread,
        kind="acknowledge" if row.kind == "acknowledge" else "reply",
        acknowledgement_settles=book.acknowledgement_settles(message.class_name),
    )


def edited(message: Message, window: Callable[[], Sequence[Utterance]]) -> Rule | None:
    """A message says something else now: what it asks is owed, what it no longer asks is not.

    Returns the rule of the policy that gives it a class now.
    """
    tx, new = message.tx, message.said
    known = tx.duties.of_message(conversation(message.place), message.ref.id)
    answer(message, window())
    asking = Asking(message)
    ask = asking.sure(judge.asks(new, ()))
    still = asking.owing(ask) if ask else ()
    for duty in known:
        if duty.live and duty.kind in ANSWERED and duty.rule in asking.rules:
            first = _first_owner(tx, duty)
            if ask is None or (first is not None and first not in still):
                deeds.settle(tx, duty, "dropped", Ending("edited", message.at))
        elif duty.how == "edited" and ask is not None and duty.owed_by in still:
            deeds.reopen(tx, duty)
    asking.open(ask, (), frozenset(duty.owed_by for duty in known))
    return asking.class_rule(ask)


def _first_owner(tx: Transaction, duty: Duty) -> str | None:
    """Whom the message asked, where it was passed on since."""
    while duty.parent is not None and (before := tx.duties.get(duty.parent)) is not None:
        if before.state != "passed":
            break
        duty = before
    return duty.owed_by


def deleted(tx: Transaction, ref: MessageRef, at: datetime) -> None:
    """What it asked is asked no more; what it answered is not answered."""
    place = conversation(ref.place)
    for duty in tx.duties.of_message(place, ref.id):
        if duty.live:
            deeds.settle(tx, duty, "dropped", Ending("deleted", at))
    for duty in tx.duties.answered_by(place, ref.id):
        again = deeds.recent(tx, duty) and not deeds.needless(tx, duty)
        if duty.state == "done" and again:
            deeds.reopen(tx, duty)


@dataclass(frozen=True, slots=True)
class Asking:
    message: Message

    @property
    def tx(self) -> Transaction:
        return self.message.tx

    @property
    def book(self) -> Rulebook:
        return self.tx.policies.current()

    @property
    def directory(self) -> Directory:
        return self.tx.people.snapshot().directory

    @property
    def rules(self) -> frozenset[str]:
        """Those by which a message opens something by itself."""
        return frozenset(rule.id for rule in self.book.rules)

    def sure(self, ask: judge.Ask | None) -> judge.Ask | None:
        """The ask, if it is as sure as the policy wants it."""
        least = self.book.asks_sure(self.message.class_name)
        return ask if ask is not None and ask.confidence >= least else None

    def open(
        self, found: judge.Ask | None, window: Sequence[Utterance], known: Collection[str | None]
    ) -> None:
        """`known` owe something for this message already; None among them: the room does.

        What is asked back without a name is owed by who asked first, and whoever knows may answer.
        """
        new, ask = self.message.said, self.sure(found)
        asker = self.directory.people.get(new.author)
        if asker is None or (found is not None and ask is None):
            return
        if ask is None and not (new.mentions or self.message.members or self.message.priority):
            return
        owing = [each for each in self.owing(ask) if each not in known]
        if ask is not None and not owing and not known:
            self._nobody_there()
        rule = self._rule(asker, ask, owing)
        if rule is None:
            return
        to_room = not rule.addressed and ask is not None and not ask.of and None not in known
        room: list[str | None] = [None] if to_room else []
        for person in owing or room:
            if not (self.book.bursts and self._same_burst(person, window)):
                self._open_one(rule, person, _owed(ask))

    def owing(self, ask: judge.Ask | None) -> tuple[str, ...]:
        """Who can owe an answer: staff, present in the directory, not the asker."""
        new = self.message.said
        named: Sequence[str] = ask.of if ask else new.mentions
        if not named and len(self.message.members) <= GROUP:
            named = self.message.members
        if ask is not None and ask.scope == "all":
            named = tuple(dict.fromkeys((*named, *self._everybody())))
        people = [self.directory.people.get(id) for id in named]
        return tuple(
            each.id
            for each in people
            if each and each.active and not each.partner and each.id != new.author
        )[:MOST]

    def _everybody(self) -> tuple[str, ...]:
        """The members of the place; nobody where they are too many, or not known."""
        members = self.tx.people.members(self.message.place)
        return members if len(members) <= MOST else ()

    def _rule(self, asker: Person, ask: judge.Ask | None, owing: Sequence[str]) -> Rule | None:
        """The first rule that fits and for which the asker has not used up what is urgent."""
        for rule in rules_that_fit(self._said(asker, ask, owing), self.book):
            if not rule.urgent or urgent_left(self.tx, asker.id) > 0:
                return rule
        return None

    def class_rule(self, found: judge.Ask | None) -> Rule | None:
        """Which gives the message a class of its own. Policy 3.1."""
        if not any(rule.class_name for rule in self.book.rules):
            return None
        ask = self.sure(found)
        author = self.directory.people.get(self.message.said.author)
        return class_rule(self._said(author, ask, self.owing(ask)), self.book)

    def _said(self, asker: Person | None, ask: judge.Ask | None, owing: Sequence[str]) -> Said:
        people = self.directory.people
        return Said(
            text=self.message.said.text,
            ask=ask,
            addressed=bool(owing),
            channel=self.tx.people.place_name(self.message.place),
            class_name=self.message.class_name,
            departments=len({people[id].department for id in owing if people[id].department}),
            roles=asker.roles if asker else frozenset(),
            partner=asker is not None and asker.partner,
            priority=self.message.priority,
        )

    def _nobody_there(self) -> None:
        """Whom they asked has left: they are told at once, not after days of silence."""
        for person in self.message.gone[:1]:
            boss = self.directory.manager_of(person)
            asked = Who(person.id, person.name)
            title = say("{person} has left the company and cannot answer.", person=asked)
            body = (
                (say("Ask {person} instead, who led them.", person=Who(boss.id, boss.name)),)
                if boss
                else ()
            )
            self.message.whisper(Card(title, body=body), "left")
        if len(self.message.members) > GROUP:
            card = Card(
                say(
                    "{count} people are in this group, so I watch for no answer of theirs.",
                    count=len(self.message.members),
                ),
                body=(
                    say(
                        "Name who should answer with @, or: {command}",
                        command=Code("/duly important LINK @name"),
                    ),
                ),
            )
            self.message.whisper(card, "group")

    def _same_burst(self, person: str | None, window: Sequence[Utterance]) -> bool:
        """The asker goes on asking before who owes it has said a word: one ask, one duty."""
        new = self.message.said
        before = [
            seq
            for duty, seq in self.tx.duties.asked_by(
                conversation(self.message.place), new.author, person
            )
            if duty.about and duty.about.place.thread == new.thread and not duty.responded_to
        ]
        return bool(before) and not any(
            each.seq > max(before) and each.author == person for each in window
        )

    def _open_one(self, rule: Rule, person: str | None, kind: Kind) -> None:
        message = self.message
        any_of = person in message.members and person not in message.said.mentions
        opening = deeds.Opening(
            kind=kind,
            owed_by=person,
            owed_to=message.said.author,
            level=self.book.levels[rule.level],
            clause=rule.clause,
            rule=rule.id,
            start=message.at,
            about=message.ref,
            seq=message.said.seq,
            subject=f"{ANY}{conversation(message.place)}/{message.ref.id}" if any_of else "",
        )
        deeds.open_duty(self.tx, opening)


def _owed(ask: judge.Ask | None) -> Kind:
    """An instruction, and what is urgent and asks nothing, is to be acknowledged."""
    return "acknowledge" if ask is None or ask.kind == "instruction" else "reply"


def urgent_left(tx: Transaction, asker: str) -> int:
    """How many messages somebody may still send or mark as urgent this week."""
    book = tx.policies.current()
    if not book.marks.per_week:
        return MOST
    rules = [rule.id for rule in book.rules if rule.urgent]
    used = tx.duties.urgent_of(asker, rules, tx.clock.now() - WEEK)
    return max(0, book.marks.per_week - used)
