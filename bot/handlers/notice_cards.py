"""A notice as its readers see it: announced, reminded of, corrected, confirmed.

Policy 3.2.2, 2.1.2-followup.
"""

from dataclasses import replace

from bot.card import Button, Card
from bot.effects import Announce, Send
from bot.handlers.deeds import person_named, quoted
from bot.policy.duties import NOTICE, Duty
from bot.policy.notices import LONGEST, OPTION, QUESTION, TITLE, Change, Notice, changes
from bot.store import Transaction
from bot.store.outbox import Parcel
from bot.words import Code, Quoted, Ref, Say, Value, say, say_many

LINE = 60  # characters of a title in a line of a list
CHANGES = 6  # shown of a correction
PIECE = 200  # characters of a change
DIGITS = ("1️⃣", "2️⃣", "3️⃣", "4️⃣", "5️⃣", "6️⃣", "7️⃣", "8️⃣", "9️⃣")


def of(tx: Transaction, duty: Duty) -> Notice:
    """What a duty to confirm is about."""
    return tx.notices.get(duty.subject.removeprefix(NOTICE))


def compose(tx: Transaction, parcel: Parcel, announced: Announce) -> Send | None:
    """What is said now, or nothing: it was corrected meanwhile, and the correction is announced."""
    duty = tx.duties.get(announced.duty)
    if duty is None or duty.subject != NOTICE + announced.notice:
        tx.outbox.settle(parcel.id, "spared", "another version took its place")
        return None
    return Send(announced.to, card(tx, of(tx, duty), duty))


def card(tx: Transaction, notice: Notice, duty: Duty | None, reader: str | None = None) -> Card:
    """`duty`: what its reader owes; without one there is nothing to confirm."""
    reader = duty.owed_by if duty else reader
    facts: tuple[tuple[Say, Say | Value], ...] = (
        (say("Sender"), person_named(tx, notice.author)),
        (say("Published"), notice.published_at),
    )
    if duty is not None:
        facts += ((say("Please confirm by"), duty.late_after),)
    return Card(
        title(tx, notice),
        body=(*_text(tx, notice, reader), *_changed(tx, notice), *_question(notice, duty)),
        facts=facts,
        buttons=buttons(notice) if duty else (),
        why=_why(tx, notice),
        about=notice.about,
    )


def title(tx: Transaction, notice: Notice) -> Say:
    if notice.kind == "message":
        return say(
            "{person} asks whether you received and understood this: {number}",
            person=person_named(tx, notice.author),
            number=Ref(notice.number),
        )
    return headline(tx, notice)


def headline(tx: Transaction, notice: Notice) -> Say:
    """The same for everybody, as it stands in channels too."""
    named: dict[str, Value] = {
        "number": Ref(notice.number),
        "title": Quoted(notice.title, TITLE),
    }
    if notice.replaces is None:
        return say("Notice {number}: {title}", **named)
    before = Ref(tx.notices.get(notice.replaces).number)
    return say("Notice {number}, which corrects {before}: {title}", before=before, **named)


def _text(tx: Transaction, notice: Notice, reader: str | None) -> tuple[Say | Value, ...]:
    if notice.kind == "message":
        return quoted(tx, notice.about, reader)
    return (Quoted(notice.text, LONGEST),)


def _changed(tx: Transaction, notice: Notice) -> tuple[Say, ...]:
    """What a correction changed, before against after."""
    if notice.replaces is None:
        return ()
    before = tx.notices.get(notice.replaces)
    found = (*changes(before.title, notice.title), *changes(before.text, notice.text))
    shown = tuple(_change(each) for each in found[:CHANGES])
    more = len(found) - CHANGES
    rest = (say_many("… and {count} more", "… and {count} more", more),) if more > 0 else ()
    return (say("What has changed:"), *shown, *rest) if found else ()


def _change(each: Change) -> Say:
    if not each.before:
        return say("Added: “{words}”", words=Quoted(each.after, PIECE))
    if not each.after:
        return say("Left out: “{words}”", words=Quoted(each.before, PIECE))
    return say(
        "Before: “{before}” Now: “{after}”",
        before=Quoted(each.before, PIECE),
        after=Quoted(each.after, PIECE),
    )


def _question(notice: Notice, duty: Duty | None) -> tuple[Say, ...]:
    if not notice.question or duty is None:
        return ()
    asked = say("To confirm, answer this: {question}", question=Quoted(notice.question, QUESTION))
    if notice.options:
        return (asked,)
    example = Code(f"/duly confirm {notice.number} …")
    return (asked, say("Type your answer: {command}", command=example))


def buttons(notice: Notice) -> tuple[Button, ...]:
    """One to confirm with or, where a question is to be answered, one for each answer."""
    if notice.options:
        return tuple(
            Button(
                say("{answer}", answer=Quoted(option, OPTION)),
                DIGITS[number - 1],
                f"confirm {notice.number} {number}",
            )
            for number, option in enumerate(notice.options, 1)
        )
    label = (
        say("Received and understood")
        if notice.kind == "message"
        else say("I have read and understood it")
    )
    return (Button(label, "✅", f"confirm {notice.number}", "good"),)


def _why(tx: Transaction, notice: Notice) -> Say:
    clause = Code(tx.policies.version(notice.policy).levels[notice.level].clause)
    if notice.kind == "message":
        return say("Clause {clause}: it is followed up until it was understood.", clause=clause)
    return say(
        "Clause {clause}: a notice is confirmed by everybody it is for. Its fingerprint is "
        "{digest}.",
        clause=clause,
        digest=Code(notice.digest[:12]),
    )


def reminder(tx: Transaction, duty: Duty, *, late: bool) -> Card:
    """The whole notice once more, for who has not confirmed it yet."""
    notice = of(tx, duty)
    number = Ref(notice.number)
    told = (
        say("Please confirm today that you have read this: {number}", number=number)
        if late
        else say("Please confirm that you have read this: {number}", number=number)
    )
    shown = card(tx, notice, duty)
    name = (say("{title}", title=Quoted(notice.title, TITLE)),) if notice.title else ()
    return replace(shown, title=told, body=(*name, *shown.body))


def confirmed(tx: Transaction, notice: Notice) -> Card:
    """What the card becomes once its reader has confirmed it."""
    return Card(
        say("Confirmed: {number}", number=Ref(notice.number)),
        body=(Quoted(notice.title, TITLE),) if notice.title else (),
        facts=((say("Confirmed at"), tx.clock.now()),),
        tone="good",
        about=notice.about,
    )


def what(tx: Transaction, notice: Notice) -> Say:
    """What there is to do about it, in a line of a list."""
    if notice.kind == "message":
        author = person_named(tx, notice.author)
        return say("Confirm that you understood a message, to {person}", person=author)
    return say("Read and confirm the notice “{title}”", title=Quoted(notice.title, LINE))
