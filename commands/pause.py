"""/duly pause: no nudges until a day; what is owed stays owed. Policy 1.3-moderate."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.card import Button, Card, Field, Form
from bot.command import Call, Command, Refusal, Words
from bot.handlers import digests
from bot.policy.dates import moment
from bot.words import Code, Say, say

OFF = ("off", "stop", "end", "关", "关闭", "取消", "结束", "關", "關閉", "結束")
FROM = ("until ", "till ", "to ", "至", "到", "直到")


@dataclass(frozen=True, slots=True)
class Pause:
    until: datetime | None = None
    off: bool = False


def parse(words: Words) -> Pause:
    text = words.text.strip()
    if not text:
        return Pause()
    if text.casefold() in OFF:
        return Pause(off=True)
    until = moment(_bare(text), words.now, words.zone)
    if until is None:
        raise Refusal(
            say(
                "I cannot read this time. For example: {example}",
                example=Code("/duly pause until Fri 09:00"),
            )
        )
    return Pause(until)


def _bare(text: str) -> str:
    for word in FROM:
        if text.casefold().startswith(word):
            return text[len(word) :].strip()
    return text


def run(call: Call, pause: Pause) -> Card | Form:
    running = call.tx.preferences.paused_until(call.person.id)
    if running is not None and running <= call.now:
        running = None
    if pause.off:
        return _over(call, running)
    if pause.until is None:
        return form() if running is None else _state(running)
    return _begin(call, pause.until)


def _begin(call: Call, until: datetime) -> Card:
    longest = call.book.nudges.longest_pause_days
    if until <= call.now:
        raise Refusal(say("{until} has passed. Name a time that is still to come.", until=until))
    if until > call.now + timedelta(days=longest):
        raise Refusal(
            say(
                "A pause may be at most {days} days long. For a longer time away: {command}",
                days=longest,
                command=Code("/duly away FIRST-DAY..LAST-DAY @DELEGATE"),
            )
        )
    call.tx.preferences.pause(call.person.id, until)
    digests.anew(call.tx, call.person.id)
    return _state(until)


def _over(call: Call, running: datetime | None) -> Card:
    if running is None:
        return Card(say("Nothing is paused: nudges reach you in your working time."))
    call.tx.preferences.pause(call.person.id, None)
    digests.anew(call.tx, call.person.id)
    return Card(say("The pause is over: nudges reach you again."), tone="good")


def _state(until: datetime) -> Card:
    return Card(
        say("No nudges until {until}.", until=until),
        body=(_stays(),),
        buttons=(Button(say("End the pause"), "▶️", "pause off"),),
        why=say("Only an emergency that somebody authorises reaches you before."),
        tone="good",
    )


def _stays() -> Say:
    return say(
        "The clock of what you owe goes on, and your manager still hears of what is late. "
        "When you are on leave, use {command} instead.",
        command=Code("/duly away"),
    )


FIELDS = (
    Field(
        "until",
        say("Until when?"),
        "date",
        hint=say("A day and an hour, or words such as “Thu 17:00” or “in 2 hours”."),
        longest=60,
    ),
)


def form() -> Form:
    return Form("pause", say("Pause your nudges"), FIELDS, say("Pause"), intro=(_stays(),))


COMMAND = Command(
    name="pause",
    usage="pause until WHEN",
    summary=say("No nudges for a while; what I owe stays owed."),
    examples=("until Fri 09:00", "in 2 hours", "到明天上午9点", "off", ""),
    parse=parse,
    run=run,
    fields=FIELDS,
)
