"""Duties as cards: what is asked, by when, why, and every cheap way out.

Policy 1.3-moderate: a nudge says why it comes, and offers what to do about it.
"""

from collections.abc import Sequence

from bot.card import Button, Card
from bot.handlers import (
    agreed,
    casework,
    custody,
    findingcards,
    findings,
    looking,
    notice_cards,
    overseeing,
    requestcards,
)
from bot.handlers.deeds import person_named, quoted
from bot.handlers.ladder import DUE, HEAD, MANAGER, rung_of
from bot.handlers.lines import line, number_of, team_line, waiting_line
from bot.handlers.reasons import reason
from bot.handlers.rules import RULES
from bot.policy.duties import NAMES, Duty
from bot.store import Transaction
from bot.words import Code, Quoted, Say, Value, say, say_many

__all__ = [
    "RULES",
    "SHOWN",
    "buttons",
    "exits",
    "line",
    "lists_title",
    "nudge",
    "picks",
    "reason",
    "team_line",
    "waiting_line",
]

SHOWN = 12  # duties on one card
PICKS = 9  # of them with a button; there is a key for each digit


def nudge(tx: Transaction, due: Sequence[tuple[Duty, int]], reader: str) -> Card:
    """One card for everything `reader` is to hear of now."""
    if len(due) == 1:
        return _one(tx, *due[0], reader)
    mine = [(duty, step) for duty, step in due if rung_of(step) <= DUE]
    team = [(duty, step) for duty, step in due if rung_of(step) > DUE]
    body: list[Say | Value] = [line(tx, duty, reader) for duty, _ in mine[:SHOWN]]
    body += [team_line(tx, duty) for duty, _ in team[: SHOWN - len(body)]]
    if len(due) > SHOWN:
        body.append(say("All of them: {command}", command=Code("/duly mine")))
    if not mine:
        return Card(
            lists_title(len(team)),
            body=tuple(body),
            why=say("All of it: {command}", command=Code("/duly team")),
        )
    return Card(
        say_many("{count} thing waits for you", "{count} things wait for you", len(due)),
        body=tuple(body),
        buttons=picks(tx, [duty for duty, _ in mine]),
        why=say(
            "They came due together, so they share one card. To settle one: {command}",
            command=Code("/duly done NUMBER"),
        ),
    )


def picks(tx: Transaction, duties: Sequence[Duty]) -> tuple[Button, ...]:
    """Of several on one card each can be looked at by itself, where its ways out are."""
    if len(duties) < 2:  # noqa: PLR2004
        return ()
    numbers = (number_of(tx, duty) for duty in duties[:PICKS])
    return tuple(
        Button(say("{number}", number=each), f"{place}\ufe0f\u20e3", f"mine {each.number}")
        for place, each in enumerate(numbers, 1)
    )


def lists_title(count: int) -> Say:
    return say_many(
        "{count} answer is late in your team", "{count} answers are late in your team", count
    )


def _one(tx: Transaction, duty: Duty, step: int, reader: str) -> Card:
    if rung_of(step) > DUE:
        return _late(tx, duty, step)
    for_other = () if duty.owed_by == reader else (_stands_in(tx, duty),)
    return Card(
        _title(tx, duty, late=rung_of(step) == DUE),
        body=(*for_other, *_urgent(tx, duty), *_words(tx, duty, reader)),
        facts=_facts(tx, duty),
        buttons=exits(duty),
        why=reason(tx, duty),
        about=duty.about,
    )


def _words(tx: Transaction, duty: Duty, reader: str) -> tuple[Quoted, ...]:
    if agreed.is_agreed(duty):
        return agreed.quoted(tx, duty)
    return quoted(tx, duty.about, reader)


def _title(tx: Transaction, duty: Duty, *, late: bool) -> Say:
    """What it asks: gently before it is due, plainly when it is."""
    if agreed.is_agreed(duty):
        return agreed.title(tx, duty, late=late)
    person = person_named(tx, duty.owed_to)
    match duty.kind:
        case "reply":
            gentle = say("{person} is waiting for your answer", person=person)
            plain = say("Your answer to {person} is due", person=person)
        case "acknowledge":
            gentle = say("{person} waits for your word that you have read this", person=person)
            plain = say("Your word to {person} that you have read it is due", person=person)
        case "accept" if duty.owed_to is None:
            gentle = say("Who takes over what is left open?")
            plain = say("Please name today who takes over what is left open")
        case "accept":
            gentle = say("{person} asks whether you take it over", person=person)
            plain = say("Please tell {person} today whether you take it over", person=person)
        case kind:
            gentle = say("{person} waits for this: {kind}", person=person, kind=NAMES[kind])
            plain = say("Due for {person}: {kind}", person=person, kind=NAMES[kind])
    return plain if late else gentle


def exits(duty: Duty) -> tuple[Button, ...]:
    """The cheap ways out for who owes it."""
    number = duty.number
    if agreed.is_agreed(duty):
        return agreed.exits(duty)
    if duty.secret:
        return ()  # only in the browser
    if duty.kind == "accept":
        other = (
            Button(say("Somebody else"), "👉", f"pass {number}")
            if duty.owed_to is None  # nobody asked for it, so there is nobody to decline to
            else Button(say("Decline"), "❌", f"decline {number}")
        )
        return (Button(say("Accept"), "✅", f"accept {number}", "good"), other)
    not_needed = Button(say("No reply needed"), "🚫", f"drop {number}")
    if duty.kind == "acknowledge":
        return (
            Button(say("Received and understood"), "✅", f"done {number}", "good"),
            not_needed,
        )
    return (
        Button(say("I have answered"), "✅", f"done {number}", "good"),
        Button(say("I will reply by …"), "🕐", f"promise {number}"),
        Button(say("Pass on"), "👉", f"pass {number}"),
        not_needed,
    )


def buttons(tx: Transaction, duty: Duty, reader: str) -> tuple[Button, ...]:  # noqa: PLR0911
    """What `reader` can do about it: who owes it, stands in for them, or leads them."""
    if not duty.live or duty.held is not None:
        return ()
    directory, now = tx.people.snapshot().directory, tx.clock.now()
    if looking.is_finding(duty):
        return _of_finding(tx, duty, reader)
    if casework.is_case(duty):
        known = directory.people[reader]
        return casework.buttons(tx, casework.of(tx, duty), known)
    if duty.owed_by not in (reader, *directory.stands_in_for(reader, now)):
        return _for_who_leads(tx, duty)
    if duty.custody:
        return custody.exits(tx, duty) if duty.owed_by == reader else ()
    if overseeing.is_ours(duty):
        own = overseeing.exits(tx, duty)
    elif duty.noticed:
        own = notice_cards.buttons(notice_cards.of(tx, duty))
    elif duty.kind == "decide":
        return requestcards.reminder(tx, duty, reader).buttons
    else:
        return exits(duty)
    return own if duty.owed_by == reader or not duty.personal else ()


def _of_finding(tx: Transaction, duty: Duty, reader: str) -> tuple[Button, ...]:
    case = findings.docket(tx, looking.of(tx, duty))
    return findingcards.buttons(tx, case, tx.people.snapshot().directory.people[reader])


def _late(tx: Transaction, duty: Duty, step: int) -> Card:
    owner = person_named(tx, duty.owed_by)
    body: tuple[Say, ...] = (team_line(tx, duty),)
    title = say("Late in your team: {person}", person=owner)
    if rung_of(step) == HEAD:
        title = say("Still late, below you: {person}", person=owner)
        body += _told_before(tx, duty)
    return Card(
        title,
        body=(*body, *_urgent(tx, duty)),
        facts=_facts(tx, duty),
        buttons=_for_who_leads(tx, duty),
        why=reason(tx, duty),
        about=duty.about,
    )


def _told_before(tx: Transaction, duty: Duty) -> tuple[Say, ...]:
    told = [row for row in tx.nudges.of(duty.id) if rung_of(row.step) == MANAGER and row.sent]
    return tuple(
        say(
            "{person}, who leads them, heard of it at {at}.",
            person=person_named(tx, row.person),
            at=row.at,
        )
        for row in told[-1:]
    )


def _for_who_leads(tx: Transaction, duty: Duty) -> tuple[Button, ...]:
    ours = duty.alone or overseeing.is_ours(duty)
    if duty.kind in ("decide", "accept") or ours:  # nobody does it for somebody else
        return ()
    if agreed.is_agreed(duty):
        return agreed.above(duty)
    if looking.is_finding(duty):
        return looking.above(looking.of(tx, duty))
    if casework.is_case(duty):
        return casework.above(casework.of(tx, duty))
    return (
        Button(say("Pass on"), "👉", f"pass {duty.number}"),
        Button(say("No reply needed"), "🚫", f"drop {duty.number}"),
    )


def _urgent(tx: Transaction, duty: Duty) -> tuple[Say, ...]:
    """Why it comes at any hour. Policy 1.3-moderate."""
    if duty.authorised_by is None:
        return ()
    who = person_named(tx, duty.authorised_by)
    return (say("This is an emergency; {person} authorised it.", person=who),)


def _stands_in(tx: Transaction, duty: Duty) -> Say:
    return say("You stand in for {person}, who is away.", person=person_named(tx, duty.owed_by))


def _facts(tx: Transaction, duty: Duty) -> tuple[tuple[Say, Say | Value], ...]:
    facts: tuple[tuple[Say, Say | Value], ...] = ((say("Number"), number_of(tx, duty)),)
    if duty.promised_for is not None:
        facts += ((say("Promised for"), duty.promised_for),)
    return (*facts, (say("Due"), duty.due))
