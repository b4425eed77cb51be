"""Every way to give Duly a command: typed, by a button, by a reaction, by a form. One function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.card import Button, Card, Field, Form
from bot.clock import wall
from bot.command import Call, Command, Refusal, Words
from bot.effects import Announce, Digest, Effect, OpenForm, Remind, Send, Whisper
from bot.events import (
    Account,
    ButtonPressed,
    CommandInvoked,
    FormSubmitted,
    Place,
    Platform,
    ReactionChanged,
)
from bot.handlers import dialogue, home, inthread, notice_cards, nudging, requestcards, seating
from bot.policy import attachments
from bot.policy.dates import moment
from bot.store import Transaction
from bot.words import Code, Quoted, Say, command_named, say

Caller = CommandInvoked | ButtonPressed | FormSubmitted | ReactionChanged
LONGEST = 8000  # characters of a command line
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Menu:
    """Every command, and the platforms where a form is a dialogue."""

    commands: Sequence[Command[Any]]
    formless: frozenset[Platform] = frozenset()

    def named(self, word: str) -> Command[Any] | None:
        name = command_named(word)
        return next((each for each in self.commands if each.name == name), None)

    def fields(self, line: str) -> tuple[Field, ...]:
        command = self.named((line.split(maxsplit=1) or [""])[0])
        return command.fields if command else ()


def typed(menu: Menu, tx: Transaction, event: CommandInvoked) -> None:
    if event.doubt is not None:
        _doubted(tx, event, event.doubt)
        return
    if event.actor.platform in menu.formless:
        _said(menu, tx, event)
    else:
        _run(menu, tx, event, event.text)


def _doubted(tx: Transaction, event: CommandInvoked, why: Say) -> None:
    """Whoever it was: the person is told, so that they can read it, and nothing is done."""
    card = Card(why, body=(say("Nothing was done."),), tone="bad")
    tx.outbox.add(Whisper(event.actor, event.place, card, clear=True), f"{event.key}/0")


def _said(menu: Menu, tx: Transaction, event: CommandInvoked) -> None:
    """An answer in a dialogue; without one, a command."""
    open_one, text = tx.dialogues.of(event.actor), event.text
    if open_one is None:
        _run(menu, tx, event, text)
        return
    if dialogue.cancelled(text):
        _answer(tx, event, dialogue.cancel(tx, event.actor), 0)
        return
    field = dialogue.pending(open_one)
    value = dialogue.value(field, text)
    if why := dialogue.unread(field, text) or _wrong(field, {field.name: value}):
        _answer(tx, event, dialogue.again(open_one, why), 0)
        return
    made = dialogue.answered(tx, event.actor, open_one, value)
    if isinstance(made, Card):
        _answer(tx, event, made, 0)
    else:
        _run(menu, tx, event, made)


def pressed(menu: Menu, tx: Transaction, event: ButtonPressed) -> None:
    _run(menu, tx, event, event.action)
    if event.message.id.startswith(home.OURS):
        home.show(tx, event.actor, f"{event.key}/home")


def submitted(menu: Menu, tx: Transaction, event: FormSubmitted) -> None:
    errors = check(menu, event)
    if errors:
        _answer(tx, event, Card(next(iter(errors.values()))), 0)
        return
    form = Form(event.form, say("Send"), menu.fields(event.form), say("Send"))
    _run(menu, tx, event, form.line(dict(event.fields)))


def reacted(menu: Menu, tx: Transaction, event: ReactionChanged) -> bool:
    """Where there are no buttons, reacting to a card is pressing. False: it is no card of ours."""
    found = tx.outbox.behind(event.message) if event.added else None
    for button in _buttons(tx, *found) if found and found[1].to == event.actor else ():
        if button.emoji == event.emoji:
            _run(menu, tx, event, button.action)
            return True
    return False


def _buttons(tx: Transaction, parcel: str, effect: Effect) -> tuple[Button, ...]:
    kind, _, id = tx.outbox.subject(parcel).partition("/")
    if kind == "request" and isinstance(effect, Send):
        return _buttons_now(tx, id, effect.to)
    match effect:
        case Send(card=card) | Whisper(card=card):
            return card.buttons
        case Remind(person=person) | Digest(person=person):
            return nudging.buttons(tx, parcel, person)
        case Announce(notice=notice):
            return notice_cards.buttons(tx.notices.get(notice))
        case _:
            return ()


def _buttons_now(tx: Transaction, request: str, to: Account | Place) -> tuple[Button, ...]:
    """What the card of a request shows now, not what it showed when it was sent."""
    person = tx.people.snapshot().directory.behind(to) if isinstance(to, Account) else None
    return requestcards.buttons(seating.going(tx, request), person.id) if person else ()


def check(menu: Menu, form: FormSubmitted) -> Mapping[str, Say]:
    """What is wrong with a form, by field; before the platform is acknowledged."""
    values = dict(form.fields)
    asked = [field for field in menu.fields(form.form) if field.name in values]
    found = {field.name: _wrong(field, values) for field in asked}
    return {name: why for name, why in found.items() if why is not None}


def _wrong(field: Field, values: Mapping[str, str]) -> Say | None:
    text = values.get(field.name, "").strip()
    if not text:
        return say("Please fill this in.") if field.required else None
    if len(text) > field.longest:
        return say(
            "This has {count} characters; at most {most} fit.", count=len(text), most=field.longest
        )
    if field.kind == "choice" and text not in {choice.value for choice in field.choices}:
        return say("Please choose one of the list.")
    if field.kind == "file":
        return attachments.why_not(text)
    return _wrong_time(text) if field.kind == "date" else None


def _wrong_time(text: str) -> Say | None:
    """Whose zone it is said in is not known yet: what passed a day ago has passed everywhere."""
    now = wall()
    found = moment(text, now, "UTC")
    if found is None:
        return say("I cannot read this time. For example: {example}", example=Code("Thu 17:00"))
    if found < now - DAY:
        return say("{until} has passed. Name a time that is still to come.", until=found)
    return None


def _run(menu: Menu, tx: Transaction, event: Caller, line: str) -> None:
    directory, book = tx.people.snapshot().directory, tx.policies.current()
    tx.people.see(event.actor)
    person = directory.behind(event.actor)
    if person is None:
        _answer(tx, event, home.stranger(), 0)
        return
    call = Call(
        tx=tx,
        key=event.key,
        account=event.actor,
        person=person,
        place=_place(event),
        now=tx.clock.now(),
        directory=directory,
        book=book,
        reply_handle=_handle(event),
        card=event.message if isinstance(event, ButtonPressed | ReactionChanged) else None,
    )
    try:
        made = _made(menu, call, event, line)
    except Refusal as refusal:
        made = Card(refusal.why, tone="bad")
    _give(menu, call, made)


def _made(menu: Menu, call: Call, event: Caller, line: str) -> Card | Form:
    if len(line) > LONGEST:
        raise Refusal(
            say(
                "That is too long: {count} characters, at most {most}.",
                count=len(line),
                most=LONGEST,
            )
        )
    name, *rest = line.split(maxsplit=1) or ["help"]
    command = _find(menu, name)
    if not command.allows(call.person):
        raise Refusal(
            say("This is not for your role. What you can do: {help}", help=Code("/duly help"))
        )
    zone = call.tx.people.reader(event.actor, call.tx.home()).zone
    links = event.links if isinstance(event, CommandInvoked) else ()
    text = rest[0].strip() if rest else ""
    if isinstance(event, CommandInvoked) and event.place.thread is not None:
        links = links or inthread.root(call, command.name)
        meant = inthread.numbered(call, command.name, text)
        if isinstance(meant, Card):
            return meant
        text = meant
    words = Words(
        text=text,
        now=call.now,
        zone=zone,
        people=() if isinstance(event, ButtonPressed | ReactionChanged) else event.people,
        links=links,
        directory=call.directory,
        about=event.about if isinstance(event, CommandInvoked) else "",
    )
    with call.tx.savepoint():
        return command.answer(call, words)


def _give(menu: Menu, call: Call, made: Card | Form) -> None:
    if isinstance(made, Form) and call.account.platform in menu.formless:
        made = dialogue.begin(call.tx, call.account, made)
    if isinstance(made, Form):
        instead = Card(
            made.title,
            body=(*made.intro, say("Type: {usage}", usage=Code(f"/duly {made.command} …"))),
        )
        call.also(OpenForm(call.account, made, call.reply_handle, instead))
    else:
        call.also(Whisper(call.account, call.place, made, call.reply_handle))


def _answer(tx: Transaction, event: Caller, card: Card, number: int) -> None:
    effect = Whisper(event.actor, _place(event), card, _handle(event))
    tx.outbox.add(effect, f"{event.key}/{number}")


def _place(event: Caller) -> Place:
    match event:
        case CommandInvoked(place=place) | FormSubmitted(place=place):
            return place
        case ButtonPressed(message=message) | ReactionChanged(message=message):
            return message.place


def _handle(event: Caller) -> str | None:
    return None if isinstance(event, ReactionChanged) else event.reply_handle


def _find(menu: Menu, name: str) -> Command[Any]:
    command = menu.named(name)
    if command is None:
        raise Refusal(
            say(
                "There is no command {name}. All there is: {help}",
                name=Quoted(name, 40),
                help=Code("/duly help"),
            )
        )
    return command
