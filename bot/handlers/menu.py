"""Every way to give Duly a command: typed, by a button, by a reaction, by a form. One function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from bot.card import Button, Card, Field, Form
from bot.clock import wall
from bot.command import Call, Command, Refusal, Words, number_in
from bot.effects import Amend, Announce, Digest, Effect, OpenForm, Remind, Send, Whisper
from bot.events import (
    Account,
    ButtonPressed,
    CommandInvoked,
    FileShared,
    FormSubmitted,
    Place,
    Platform,
    ReactionChanged,
    bare_emoji,
)
from bot.handlers import (
    dialogue,
    home,
    inthread,
    linking,
    notice_cards,
    nudging,
    requestcards,
    seating,
)
from bot.policy import attachments
from bot.policy.dates import moment
from bot.port import Ability
from bot.store import Transaction
from bot.store.dialogues import Dialogue
from bot.words import Code, Quoted, Say, command_named, say

Caller = CommandInvoked | ButtonPressed | FormSubmitted | ReactionChanged
LONGEST = 8000  # characters of a command line
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Menu:
    """Every command, and what each platform can do."""

    commands: Sequence[Command[Any]]
    abilities: Mapping[Platform, Ability] = field(default_factory=dict)

    def can(self, account: Account, ability: Ability) -> bool:
        """Where they are; a platform that nobody told us of can do everything."""
        return ability in self.abilities.get(account.platform, ~Ability.NONE)

    def talk(self, tx: Transaction, account: Account) -> dialogue.Talk:
        return dialogue.Talk(tx, account, self.can(account, Ability.FILES))

    def named(self, word: str) -> Command[Any] | None:
        name = command_named(word)
        return next((each for each in self.commands if each.name == name), None)

    def meant(self, line: str) -> Command[Any] | None:
        return self.named((line.split(maxsplit=1) or [""])[0])

    def fields(self, line: str) -> tuple[Field, ...]:
        command = self.meant(line)
        return command.fields if command else ()


def typed(menu: Menu, tx: Transaction, event: CommandInvoked) -> None:
    """An answer in a dialogue, if it does not name us; else a command, and the dialogue stays."""
    if event.doubt is not None:
        _doubted(tx, event, event.doubt)
        return
    if menu.can(event.actor, Ability.FORMS):
        _run(menu, tx, event, event.text)
        return
    talk, open_one = menu.talk(tx, event.actor), tx.dialogues.of(event.actor)
    if dialogue.cancelled(event.text):
        _answer(tx, event, talk.cancel(), 0)
    elif open_one is None or not event.bare:
        _run(menu, tx, event, event.text)
    elif not tx.dialogues.over(open_one):
        _answered(menu, tx, event, open_one)
    else:
        _answer(tx, event, talk.too_late(open_one), "late")
        if menu.meant(event.text) is not None:
            _run(menu, tx, event, event.text)


def _doubted(tx: Transaction, event: CommandInvoked, why: Say) -> None:
    """Whoever it was: the person is told, so that they can read it, and nothing is done."""
    card = Card(why, body=(say("Nothing was done."),), tone="bad")
    tx.outbox.add(Whisper(event.actor, event.place, card, clear=True), f"{event.key}/0")


def _answered(menu: Menu, tx: Transaction, event: CommandInvoked, open_one: Dialogue) -> None:
    talk, asked = menu.talk(tx, event.actor), dialogue.pending(open_one)
    value = dialogue.value(open_one, event.text)
    if why := dialogue.unread(asked, event.text) or _wrong(asked, {asked.name: value}):
        _answer(tx, event, talk.again(open_one, why), 0)
        return
    people = (*open_one.people, *event.people)
    made = talk.answered(replace(open_one, people=people), value)
    if isinstance(made, Card):
        _answer(tx, event, made, 0)
    else:
        _run(menu, tx, replace(event, people=people), made)


def brought(menu: Menu, tx: Transaction, event: FileShared) -> None:
    """A file that a dialogue asked for. Any other is in the journal, and that is all."""
    if not event.brought and event.refused is None:
        return
    open_one = tx.dialogues.of(event.actor)
    if open_one is None or not dialogue.awaits_file(tx, event.actor):
        card = Card(say("This file was added to nothing: no question of mine waits for one."))
    elif event.refused is not None:
        card = menu.talk(tx, event.actor).again(open_one, event.refused)
    else:
        card = menu.talk(tx, event.actor).added(open_one, event.brought)
    _answer(tx, event, card, 0)


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
    found, emoji = tx.outbox.behind(event.message) if event.added else None, bare_emoji(event.emoji)
    if found is None or not (isinstance(found[1].to, Place) or found[1].to == event.actor):
        return False
    for button in _buttons(tx, *found):
        if bare_emoji(button.emoji) == emoji:
            _meant(menu, tx, event, button.action)
            return True
    return False


def _meant(menu: Menu, tx: Transaction, event: ReactionChanged, line: str) -> None:
    """What is for good is not decided by what cannot be proved to be theirs."""
    command = menu.meant(line)
    if command is None or not command.typed or menu.can(event.actor, Ability.BUTTONS):
        _run(menu, tx, event, line)
        return
    shown = " ".join(word for word in line.split() if not word.startswith("="))
    card = Card(
        say("Nothing is decided yet: this needs your words, not a reaction."),
        body=(say("Type: {usage}", usage=Code(f"/duly {shown}")),),
        why=say("A reaction cannot be proved to be yours, and a decision is for good."),
    )
    _answer(tx, event, card, 0)


def _buttons(tx: Transaction, parcel: str, effect: Effect) -> tuple[Button, ...]:
    kind, _, id = tx.outbox.subject(parcel).partition("/")
    if kind == "request" and isinstance(effect, Send | Amend):
        return _buttons_now(tx, id, effect.to)
    match effect:
        case Send(card=card) | Whisper(card=card) | Amend(card=card):
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
    if field.most is not None and not _up_to(field.most, text):
        return say("Please give a whole number from 0 to {most}.", most=field.most)
    if field.kind == "choice" and text not in {choice.value for choice in field.choices}:
        return say("Please choose one of the list.")
    if field.kind == "file":
        return attachments.why_not(text)
    return _wrong_time(text) if field.kind == "date" else None


def _up_to(most: int, text: str) -> bool:
    found = number_in(text) if text.isascii() and text.isdecimal() else None
    return found is not None and found <= most


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
    person = tx.people.asks(event.actor)
    if person is None:
        _answer(tx, event, _to_stranger(menu, tx, event, line), 0)
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


def _to_stranger(menu: Menu, tx: Transaction, event: Caller, line: str) -> Card:
    """An account that is nobody's can only become somebody's."""
    command, (_, *rest) = menu.meant(line), line.split(maxsplit=1) or ["help"]
    if command is None or command.name != "link" or len(line) > LONGEST:
        return linking.stranger()
    return linking.by_stranger(tx, event, event.actor, rest[0].strip() if rest else "")


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
    if isinstance(made, Form) and not menu.can(call.account, Ability.FORMS):
        asked = menu.talk(call.tx, call.account).begin(made)
        call.also(Whisper(call.account, _beneath(call), asked, call.reply_handle, begins=True))
    elif isinstance(made, Form):
        instead = Card(
            made.title,
            body=(*made.intro, say("Type: {usage}", usage=Code(f"/duly {made.command} …"))),
        )
        call.also(OpenForm(call.account, made, call.reply_handle, instead))
    else:
        whisper = Whisper(call.account, call.place, made, call.reply_handle)
        call.also(whisper, "".join(call.subject))


def _beneath(call: Call) -> Place:
    """Who reacted to a card is asked in its thread."""
    if call.card is None or call.reply_handle is not None or call.place.thread is not None:
        return call.place
    return replace(call.place, thread=call.card.id)


def _answer(tx: Transaction, event: Caller | FileShared, card: Card, number: int | str) -> None:
    effect = Whisper(event.actor, _place(event), card, _handle(event))
    tx.outbox.add(effect, f"{event.key}/{number}")


def _place(event: Caller | FileShared) -> Place:
    match event:
        case CommandInvoked(place=place) | FormSubmitted(place=place):
            return place
        case ButtonPressed() | ReactionChanged() | FileShared():
            return event.message.place


def _handle(event: Caller | FileShared) -> str | None:
    return None if isinstance(event, ReactionChanged | FileShared) else event.reply_handle


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
