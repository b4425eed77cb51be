"""In a thread no number is needed: what is meant is owed for its messages. Policy 2.2.1-reply.

A platform that has no commands in threads hands over a mention there as one.
"""

from dataclasses import replace

from bot.card import Card
from bot.command import Call, number_in
from bot.events import MessageRef, conversation
from bot.handlers import deeds, showing
from bot.policy.duties import AGAIN, INNER, TICKED, Duty
from bot.words import Code, say

OWED = ("done", "promise", "confirm")  # for who owes it
OFFERED = ("accept", "decline")
OTHERS = ("pass", "drop", "explain", "reopen")
MARKING = ("important", "emergency", "followup", "phishing")  # they take a link
SHOWN = 10


def root(call: Call, command: str) -> tuple[tuple[str, MessageRef], ...]:
    """What a command that takes a link means without one."""
    if command not in MARKING or call.place.thread is None:
        return ()
    return (("\0", MessageRef(replace(call.place, thread=None), call.place.thread)),)


def numbered(call: Call, command: str, text: str) -> str | Card:
    """With the number of the one thing that may be meant; a list to choose from otherwise."""
    first = text.partition(" ")[0]
    if command not in (*OWED, *OFFERED, *OTHERS) or number_in(first) is not None:
        return text
    found = _meant(call, command)
    if len(found) == 1:
        return f"{found[0].number} {text}".strip()
    if not found:
        return Card(
            say(
                "Nothing here is yours to do that with. Your list: {command}",
                command=Code("/duly mine"),
            ),
            tone="bad",
        )
    return Card(
        say(
            "Several things here may be meant. Say which, for example: {example}",
            example=_such(command, found[0], text),
        ),
        body=tuple(showing.line(call.tx, duty, call.person.id) for duty in found[:SHOWN]),
        tone="bad",
    )


def _such(command: str, duty: Duty, text: str) -> Code:
    return Code(f"/duly {command} {duty.number} {text}".strip())


def _meant(call: Call, command: str) -> list[Duty]:
    place, thread = conversation(call.place), call.place.thread or ""
    here = call.tx.duties.of_thread(place, thread, live=command not in ("explain", "reopen"))
    found = [each for each in here if each.number < INNER and _fits(call, command, each)]
    live = [each for each in found if each.live]
    return live if command == "explain" and live else found


def _fits(call: Call, command: str, duty: Duty) -> bool:
    own = {call.person.id, *call.directory.stands_in_for(call.person.id, call.now)}
    if command in OFFERED:
        return duty.kind == "accept" and duty.owed_by in own
    if duty.kind not in TICKED:
        return False
    if command in OWED:
        return duty.owed_by in own and (command != "confirm" or duty.kind == "acknowledge")
    if command == "reopen":
        return duty.state in AGAIN and bool(own & {duty.owed_by, duty.owed_to})
    if command == "pass":
        return duty.owed_by in own or deeds.leads(call.tx, call.person, duty.owed_by)
    return deeds.may_close(duty, call.person, call.tx)
