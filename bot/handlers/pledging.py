"""Promises: heard in the chat or typed, noted once, shown back for correction, told to who waits.

Policy 2.2.1-reply: who cannot answer in time says so and agrees when.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.card import Button, Card
from bot.effects import Whisper
from bot.events import Account, MessageRef
from bot.handlers import deeds, times
from bot.handlers.deeds import person_named
from bot.policy import duties, promising
from bot.policy.duties import Duty, Promise
from bot.policy.promising import Holding
from bot.store import Transaction
from bot.words import Code, Quoted, Ref, Say, Value, render, say

NOTES = {  # what to know about a time that was named
    "rest_day": say("That is a day off for you; the promise stands all the same."),
    "ambiguous_hour": say("The clocks go back then: of the two such hours I took the later."),
    "skipped_hour": say("The clocks go forward then: I took the first moment after."),
}
LONGEST = 2000  # characters of a message that may name a time; promises are short


def read(tx: Transaction, author: str, text: str, at: datetime) -> Holding | None:
    """Whether somebody says by when they will answer, in their own zone."""
    if len(text) > LONGEST:
        return None
    return promising.holding(text, at, zone_of(tx, author), times.calendar_of(tx, author))


def zone_of(tx: Transaction, person: str) -> str:
    known = tx.people.snapshot().directory.people.get(person)
    return (known and known.zone) or times.calendar_of(tx, person).zone


@dataclass(frozen=True, slots=True)
class Heard:
    """The message in which something was promised: its event's key, its author, itself."""

    key: str
    author: Account
    ref: MessageRef

    def whisper(self, tx: Transaction, card: Card, what: str, duty: Duty) -> None:
        """Filed under the duty, so that the card says how it stands when that changes."""
        key, subject = f"{self.key}/{what}/{duty.number}", deeds.subject(duty)
        tx.outbox.add(Whisper(self.author, self.ref.place, card), key, subject=subject)


def promised(heard: Heard, tx: Transaction, duty: Duty, holding: Holding) -> None:
    """Note what was promised in a message, and show it back to who said it."""
    until, now = holding.until, tx.clock.now()
    assert until is not None
    longest = tx.policies.current().longest_promise
    why = duties.why_no_promise(duty, until, now, longest)
    duty = deeds.respond(tx, duty, heard.ref.id, now)
    if duty.promised_for == until:  # said again, or its spelling mended
        return
    if why is not None:
        note = Card(why, buttons=(_other_time(duty),), about=duty.about, tone="bad")
        heard.whisper(tx, note, "no promise", duty)
        return
    by = tx.people.snapshot().directory.behind(heard.author)
    made = Promise(until, by.id if by else duty.owed_by or "", "said")
    pledge(tx, duty, made, heard.key)
    body: tuple[Say | Value, ...] = (say("You wrote: “{words}”", words=Quoted(holding.words, 80)),)
    if not holding.exact:
        body += (say("You named no hour, so I took the end of that time."),)
    if holding.note in NOTES:
        body += (NOTES[holding.note],)
    note = Card(
        say(
            "Noted: you answer {person} by {until}.",
            person=person_named(tx, duty.owed_to),
            until=until,
        ),
        body=body,
        facts=((say("Number"), Ref(duty.number)),),
        buttons=(
            _other_time(duty),
            Button(say("That was the answer"), "✅", f"done {duty.number}", "good"),
        ),
        why=say("Clause {clause}: until then nobody is nudged about it.", clause=Code(duty.clause)),
        about=duty.about,
        tone="good",
    )
    heard.whisper(tx, note, "promised", duty)


def _other_time(duty: Duty) -> Button:
    return Button(say("Change the time"), "🕐", f"promise {duty.number}")


def pledge(tx: Transaction, duty: Duty, made: Promise, key: str) -> Duty:
    """The promise is noted, and who waits is told."""
    kept = deeds.promise(tx, duty, made)
    told = say(
        "{person} promises an answer to {number} by {until}.",
        person=person_named(tx, made.by),
        number=Ref(duty.number),
        until=made.until,
    )
    words = deeds.quoted(tx, duty.about, duty.owed_to)
    deeds.tell(
        tx, duty.owed_to, Card(told, body=words, about=duty.about), f"{key}/pledge/{duty.number}"
    )
    return kept


def ask_when(heard: Heard, tx: Transaction, duty: Duty) -> None:
    """They said they will come back to it: once, they are asked by when."""
    if duty.responded is not None or duty.promised_for is not None:
        return
    deeds.respond(tx, duty, heard.ref.id, tx.clock.now())
    number = duty.number
    card = Card(
        say("By when will you answer {person}?", person=person_named(tx, duty.owed_to)),
        body=deeds.quoted(tx, duty.about, duty.owed_by),
        facts=((say("Number"), Ref(number)), (say("Due"), duty.due)),
        buttons=(
            Button(say("In 2 hours"), "2️⃣", f"promise {number} in 2 hours"),
            Button(say("Tomorrow at noon"), "🌤️", f"promise {number} tomorrow 12:00"),
            Button(say("Another time"), "🕐", f"promise {number}"),
            Button(say("That was the answer"), "✅", f"done {number}", "good"),
        ),
        why=say(
            "Clause {clause}: who cannot answer in time names a time.", clause=Code(duty.clause)
        ),
        about=duty.about,
    )
    heard.whisper(tx, card, "when", duty)


def holding_reply(tx: Transaction, duty: Duty, until: datetime) -> str:
    """Words to tell who waits, in their language and zone."""
    account = tx.people.reached_at(duty.owed_to or "")
    reader = tx.people.reader(account, tx.home()) if account else tx.home()
    words = say("I have your question and will answer by {until}.", until=until)
    return render(words, reader, lambda text: text)
