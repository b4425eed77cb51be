"""/duly promise: say when an answer will come, instead of leaving someone waiting.

Policy 2.2.1-reply: who cannot answer in time says so and names a time.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.card import Button, Card, Field, Form
from bot.command import Call, Command, Refusal, Words
from bot.handlers import pledging
from bot.policy import duties
from bot.policy.dates import moment
from bot.words import Code, Quoted, Ref, say
from commands import reading

EXAMPLE = "promise 7 by Thu 17:00"


@dataclass(frozen=True, slots=True)
class Promise:
    number: int
    until: datetime | None  # None: still to be asked


def parse(words: Words) -> Promise:
    number, rest = reading.number(words, EXAMPLE)
    if not rest:
        return Promise(number, None)
    until = moment(rest, words.now, words.zone)
    if until is None:
        raise Refusal(
            say("I cannot read this time. For example: {example}", example=Code(f"/duly {EXAMPLE}"))
        )
    return Promise(number, until)


def run(call: Call, promise: Promise) -> Card | Form:
    duty, until = reading.owed(call, promise.number), promise.until
    if until is None:
        return form(promise.number)
    if why := duties.why_no_promise(duty, until, call.now, call.book.longest_promise):
        raise Refusal(why)

    pledging.pledge(call.tx, duty, duties.Promise(until, call.person.id, "typed"), call.key)
    words = pledging.holding_reply(call.tx, duty, until)
    return Card(
        say("Promised: {number} by {until}.", number=Ref(duty.number), until=until),
        body=(
            say("{person} has been told.", person=call.who(duty.owed_to)),
            say("If you want to write to them yourself: “{words}”", words=Quoted(words)),
        ),
        buttons=(Button(say("Change the time"), "🕐", f"promise {duty.number}"),),
        tone="good",
    )


FIELDS = (
    Field(
        "until",
        say("By when?"),
        "date",
        hint=say("A day and an hour, or words such as “Thu 17:00” or “in 2 hours”."),
        longest=60,
    ),
)


def form(number: int) -> Form:
    return Form(f"promise {number}", say("When will you answer?"), FIELDS, say("Promise"))


COMMAND = Command(
    name="promise",
    usage="promise NUMBER by WHEN",
    summary=say("Promise an answer by a given time."),
    examples=("7 in 2 hours", "#7 by Thu 17:00", "7 2小时后", "7 明天下午3点", "7"),
    parse=parse,
    run=run,
    fields=FIELDS,
)
