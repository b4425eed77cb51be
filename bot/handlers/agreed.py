"""Duties that come of meetings, in words: minutes to write and confirm, objections, actions.

Policy 2.2.2-minutes. They are known by their rule, and their subject names the meeting.
"""

from bot.card import Button
from bot.handlers.deeds import person_named
from bot.policy.duties import Duty
from bot.store import Transaction
from bot.words import Quoted, Ref, Say, Value, say

RULES = "meetings."  # how the rules of all of them begin
TEXT = 600


def is_agreed(duty: Duty) -> bool:
    return duty.rule.startswith(RULES)


def meeting_of(duty: Duty) -> str:
    """Its id."""
    return duty.subject.partition("/")[2].partition("/")[0]


def last_of(duty: Duty) -> str:
    return duty.subject.rpartition("/")[2]


def words(tx: Transaction, duty: Duty) -> str:
    """What it is about, for who owes it: an action's own words, else the topic."""
    meeting = tx.meetings.get(meeting_of(duty))
    if meeting is None:
        return ""
    if duty.kind == "act":
        minutes = tx.meetings.minutes(meeting.id)
        item = minutes.item(int(last_of(duty))) if minutes else None
        return item.text if item else meeting.topic
    return meeting.topic


def what(tx: Transaction, duty: Duty) -> Say:
    """In a list of what somebody owes."""
    match duty.kind:
        case "minutes":
            return say("Write the minutes")
        case "confirm":
            return say("Confirm the minutes of {person}", person=person_named(tx, duty.owed_to))
        case "review":
            return say("Look at what {person} objects to", person=person_named(tx, duty.owed_to))
        case _:
            return say("Do what a meeting has agreed on")


def waiting(tx: Transaction, duty: Duty) -> Say:
    """In a list of what somebody waits for."""
    values: dict[str, Value] = {
        "number": Ref(duty.number),
        "owner": person_named(tx, duty.owed_by),
        "due": duty.due,
    }
    match duty.kind:
        case "confirm":
            return say("{number} {owner} is to confirm the minutes by {due}", **values)
        case "review":
            return say("{number} {owner} is to look at your objection by {due}", **values)
        case _:
            return say("{number} {owner} is to do by {due} what was agreed", **values)


def late(tx: Transaction, duty: Duty) -> Say:
    """In a list of what is late in a team."""
    values: dict[str, Value] = {
        "number": Ref(duty.number),
        "owner": person_named(tx, duty.owed_by),
        "due": duty.due,
    }
    match duty.kind:
        case "minutes":
            return say("{number} {owner} has owed the minutes of a meeting since {due}", **values)
        case "confirm":
            return say("{number} {owner} has not confirmed minutes since {due}", **values)
        case "review":
            return say("{number} {owner} has not looked at an objection since {due}", **values)
        case _:
            return say("{number} {owner} has not done since {due} what was agreed", **values)


def title(tx: Transaction, duty: Duty, *, late: bool) -> Say:
    """Of a nudge: gently before it is due, plainly when it is."""
    person = person_named(tx, duty.owed_to)
    match duty.kind:
        case "minutes":
            gentle = say("The minutes are still to be written")
            plain = say("The minutes are due")
        case "confirm":
            gentle = say("{person} waits for your word on the minutes", person=person)
            plain = say("Your word to {person} on the minutes is due", person=person)
        case "review":
            gentle = say("{person} waits for what you make of an objection", person=person)
            plain = say("Your word to {person} on an objection is due", person=person)
        case _:
            gentle = say("Still to be done, as a meeting has agreed")
            plain = say("Due now, as a meeting has agreed")
    return plain if late else gentle


def exits(duty: Duty) -> tuple[Button, ...]:
    """The cheap ways out for who owes it."""
    number = duty.number
    match duty.kind:
        case "minutes":
            return (
                Button(say("Write the minutes"), "📝", f"minutes {number}", "good"),
                Button(say("Pass on"), "👉", f"pass {number}"),
            )
        case "confirm":
            return (
                Button(say("Read and confirm"), "📖", f"minutes {number}", "good"),
                Button(say("Object or amend"), "✋", f"minutes {number} object"),
            )
        case "review":
            return (
                Button(say("Look at it"), "🔎", f"minutes {number}", "good"),
                Button(say("Keep my words"), "📌", f"minutes {number} keep"),
            )
        case _:
            return (
                Button(say("Done"), "✅", f"done {number}", "good"),
                Button(say("I will do it by …"), "🕐", f"promise {number}"),
                Button(say("Pass on"), "👉", f"pass {number}"),
            )


def above(duty: Duty) -> tuple[Button, ...]:
    """What who leads its owner can do: nobody confirms in somebody else's place."""
    if duty.kind in ("minutes", "act"):
        return (Button(say("Pass on"), "👉", f"pass {duty.number}"),)
    return ()


def quoted(tx: Transaction, duty: Duty) -> tuple[Quoted, ...]:
    found = words(tx, duty)
    return (Quoted(found, TEXT),) if found else ()
