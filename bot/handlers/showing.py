"""Duties and requests as cards: what is asked, by when, why, and every cheap way out.

Policy 1.3-moderate: a nudge says why it comes, and offers what to do about it.
"""

from collections.abc import Sequence
from datetime import timedelta

from bot.card import Button, Card
from bot.handlers.deeds import DUE, MANAGER, away_of, excerpt, person_named, quoted, rung_of
from bot.policy import hours
from bot.policy.duties import Duty
from bot.store import Transaction
from bot.words import Code, Quoted, Ref, Say, Value, Who, say, say_many

SHOWN = 12  # duties on one card
RULES = {  # those of the default policy, in words; a company's own are shown by their names
    "question-to-person": say("Asked by name"),
    "urgent-words": say("Asked by name, and urgent"),
    "marked": say("Marked as important"),
    "routes.notice": say("A notice waits for approval"),
    "routes.material": say("Business material waits for approval"),
    "routes.work": say("Work information waits for approval"),
    "routes.leave": say("Leave waits for approval"),
}


def nudge(tx: Transaction, due: Sequence[tuple[Duty, int]], reader: str) -> Card:
    """One card for everything `reader` is to hear of now."""
    if len(due) == 1:
        return _one(tx, *due[0], reader)
    mine = [(duty, step) for duty, step in due if rung_of(step) <= DUE]
    team = [(duty, step) for duty, step in due if rung_of(step) == MANAGER]
    body: list[Say | Value] = [line(tx, duty, reader) for duty, _ in mine[:SHOWN]]
    body += [team_line(tx, duty) for duty, _ in team[:SHOWN]]
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
        why=say(
            "They came due together, so they share one card. To settle one: {command}",
            command=Code("/duly done NUMBER"),
        ),
    )


def lists_title(count: int) -> Say:
    return say_many(
        "{count} answer is late in your team", "{count} answers are late in your team", count
    )


def _one(tx: Transaction, duty: Duty, step: int, reader: str) -> Card:
    if rung_of(step) == MANAGER:
        return _late_in_team(tx, duty)
    asker = person_named(tx, duty.owed_to)
    title = (
        say("{person} is waiting for your answer", person=asker)
        if rung_of(step) < DUE
        else say("Your answer to {person} is due", person=asker)
    )
    for_other = () if duty.owed_by == reader else (_stands_in(tx, duty),)
    return Card(
        title,
        body=(*for_other, *quoted(tx, duty.about, reader)),
        facts=_facts(duty),
        buttons=exits(duty),
        why=reason(tx, duty),
        about=duty.about,
    )


def exits(duty: Duty) -> tuple[Button, ...]:
    number = duty.number
    return (
        Button(say("I have answered"), "✅", f"done {number}", "good"),
        Button(say("I will reply by …"), "🕐", f"promise {number}"),
        Button(say("Pass on"), "👉", f"pass {number}"),
        Button(say("No reply needed"), "🚫", f"drop {number}"),
    )


def reason(tx: Transaction, duty: Duty) -> Say:
    """Why this counts: the rule, the clause, and the arithmetic of the clock."""
    book = tx.policies.version(duty.policy)
    allowed = book.levels[duty.level].within
    return say(
        "{why}: clause {clause} allows {allowed} of working time, {left}.",
        why=RULES.get(duty.rule, Code(duty.rule)),
        clause=Code(duty.clause),
        allowed=allowed,
        left=_left(tx, duty),
    )


def _left(tx: Transaction, duty: Duty) -> Say:
    calendar = tx.policies.calendar(duty.calendar, tx.policies.version(duty.policy))
    now, away = duty.closed or tx.clock.now(), away_of(tx, duty.owed_by)
    if timedelta(0) <= now - duty.due < timedelta(minutes=1):
        return say("which is now")
    if now < duty.due:
        return say("{span} left", span=_minutes(hours.between(now, duty.due, calendar, away)))
    return say("{span} over", span=_minutes(hours.between(duty.due, now, calendar, away)))


def _minutes(span: timedelta) -> timedelta:
    return timedelta(minutes=int(span.total_seconds() // 60))


def line(tx: Transaction, duty: Duty, reader: str) -> Say:
    """A duty in a list of what somebody owes."""
    if duty.kind == "decide":
        return say(
            "{number} Decide on a request of {person}, by {due}",
            number=Ref(tx.requests.get(duty.subject.partition("/")[2]).number),
            person=person_named(tx, duty.owed_to),
            due=duty.due,
        )
    if tx.clock.now() > duty.due:
        return say(
            "{number} Answer {person}, overdue since {due}: “{words}”",
            number=Ref(duty.number),
            person=person_named(tx, duty.owed_to),
            due=duty.due,
            words=Quoted(excerpt(tx, duty.about, reader), 80),
        )
    return say(
        "{number} Answer {person} by {due}: “{words}”",
        number=Ref(duty.number),
        person=person_named(tx, duty.owed_to),
        due=duty.due,
        words=Quoted(excerpt(tx, duty.about, reader), 80),
    )


def team_line(tx: Transaction, duty: Duty) -> Say:
    """A duty in a list of what is late in a team: who and since when, never the words."""
    return say(
        "{number} {owner} owes {person} an answer since {due}",
        number=Ref(duty.number),
        owner=person_named(tx, duty.owed_by),
        person=person_named(tx, duty.owed_to),
        due=duty.due,
    )


def waiting_line(tx: Transaction, duty: Duty, reader: str) -> Say:
    """A duty in a list of what somebody waits for."""
    return say(
        "{number} {owner} owes you an answer by {due}: “{words}”",
        number=Ref(duty.number),
        owner=person_named(tx, duty.owed_by),
        due=duty.due,
        words=Quoted(excerpt(tx, duty.about, reader), 80),
    )


def _late_in_team(tx: Transaction, duty: Duty) -> Card:
    owner: Who = person_named(tx, duty.owed_by)
    return Card(
        say("Late in your team: {person}", person=owner),
        body=(team_line(tx, duty),),
        facts=_facts(duty),
        buttons=_for_the_manager(duty),
        why=reason(tx, duty),
        about=duty.about,
    )


def _for_the_manager(duty: Duty) -> tuple[Button, ...]:
    if duty.kind == "decide":  # nobody decides for its approver, or in their place
        return ()
    return (
        Button(say("Pass on"), "👉", f"pass {duty.number}"),
        Button(say("No reply needed"), "🚫", f"drop {duty.number}"),
    )


def _stands_in(tx: Transaction, duty: Duty) -> Say:
    return say("You stand in for {person}, who is away.", person=person_named(tx, duty.owed_by))


def _facts(duty: Duty) -> tuple[tuple[Say, Say | Value], ...]:
    facts: tuple[tuple[Say, Say | Value], ...] = ((say("Number"), Ref(duty.number)),)
    if duty.promised_for is not None:
        facts += ((say("Promised for"), duty.promised_for),)
    return (*facts, (say("Due"), duty.due))
