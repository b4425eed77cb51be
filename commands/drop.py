"""/duly drop: no reply is needed. Policy 2.2.1-reply, 1.3-moderate."""

from bot.card import Button, Card
from bot.command import Call, Command, Refusal, Words
from bot.handlers import deeds
from bot.policy import duties
from bot.words import Code, Ref, say
from commands import reading


def parse(words: Words) -> int:
    return reading.number(words, "drop 7")[0]


def run(call: Call, number: int) -> Card:
    duty = call.tx.duties.find(number)
    if duty is None or duty.kind != "reply" or not deeds.may_close(duty, call.person, call.tx):
        raise Refusal(duties.nobody_owes(number))
    if why := duties.why_settled(duty):
        raise Refusal(why)

    deeds.settle(call.tx, duty, "dropped", deeds.Ending(f"by:{call.person.id}", call.now))
    dropped = say(
        "{person} says {number} needs no reply.",
        person=call.who(call.person.id),
        number=Ref(number),
    )
    reopen = Button(say("I do need one"), "↩️", f"reopen {number}")
    for other in {duty.owed_by, duty.owed_to} - {call.person.id}:
        buttons = (reopen,) if other == duty.owed_to else ()
        words = deeds.quoted(call.tx, duty.about, other)
        card = Card(dropped, body=words, buttons=buttons, about=duty.about)
        call.tell(other, card)
    return Card(
        say("Dropped: {number} needs no reply.", number=Ref(number)),
        why=say("Undo: {command}", command=Code(f"/duly reopen {number}")),
        tone="good",
    )


COMMAND = Command(
    name="drop",
    usage="drop NUMBER",
    summary=say("No reply is needed."),
    examples=("7",),
    parse=parse,
    run=run,
)
