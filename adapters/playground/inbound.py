"""What a browser posts, read into an event. Pure: the same payload gives the same event."""

import re
from collections.abc import Callable, Mapping

from adapters.playground.cast import DIRECT, direct, place
from adapters.playground.slip import (
    SURROGATES,
    Known,
    Slip,
    Stamp,
    Unreadable,
    checked,
    delivery_id,
)
from bot.events import (
    ButtonPressed,
    CommandInvoked,
    FormSubmitted,
    Happening,
    HomeOpened,
    MessageChanged,
    MessagePosted,
    MessageRef,
    Place,
    ReactionChanged,
)
from bot.words import Code, Quoted, say

MOST_FIELDS = 50
LONGEST_EMOJI = 16
COMMAND = re.compile(r"\s*[/／]duly(?:\s+(.*)|\s*)", re.DOTALL | re.IGNORECASE)  # wide: by an IME


def read(payload: Mapping[str, object], stamp: Stamp, known: Known) -> Happening:
    slip = Slip(payload, stamp, known)
    kind = slip.text("kind")
    if kind not in KINDS:
        raise Unreadable(say("The kind {kind} is not known here.", kind=Quoted(kind)))
    return KINDS[kind](slip)


def spoken(text: str) -> str | None:
    """What followed "/duly", or None where the text is no command."""
    found = COMMAND.fullmatch(text)
    return (found.group(1) or "").strip() if found else None


def _message(slip: Slip) -> MessagePosted | CommandInvoked:
    place, text = slip.place(), slip.text("text")
    command = spoken(text)
    if command is not None or place.id.startswith(DIRECT):
        return _invoked(slip, place, text if command is None else command)
    quotes = slip.line("quotes") if slip.maybe("quotes") else None
    if quotes is not None and quotes.place != place.id:
        raise Unreadable(say("That message cannot be answered here."))
    return MessagePosted(
        key=slip.key,
        at=slip.stamp.at,
        author=slip.actor,
        message=MessageRef(place, slip.stamp.message),
        text=text,
        mentions=slip.mentioned(text),
        groups=slip.groups(text, place),
        everyone=slip.everyone(text),
        priority=slip.flag("priority"),
        quotes=quotes.id if quotes else None,
    )


def _command(slip: Slip) -> CommandInvoked:
    text = slip.maybe("text") or ""
    command = spoken(text)
    return _invoked(slip, slip.place(), text if command is None else command)


def _invoked(slip: Slip, place: Place, text: str) -> CommandInvoked:
    return CommandInvoked(
        key=slip.key,
        at=slip.stamp.at,
        actor=slip.actor,
        place=place,
        text=text,
        people=slip.people(text),
        links=slip.links(text),
        reply_handle=delivery_id(slip.payload),
    )


def _edit(slip: Slip) -> MessageChanged:
    line, text = slip.own(), slip.text("text")
    return MessageChanged(
        key=slip.key,
        at=slip.stamp.at,
        author=slip.actor,
        message=line.ref,
        text=text,
        mentions=slip.mentioned(text),
    )


def _delete(slip: Slip) -> MessageChanged:
    ref = slip.own().ref
    return MessageChanged(key=slip.key, at=slip.stamp.at, author=slip.actor, message=ref, text=None)


def _reaction(slip: Slip) -> ReactionChanged:
    emoji = slip.text("emoji")
    if len(emoji) > LONGEST_EMOJI or re.search(r"[\s\x00-\x1f<>&]", emoji):
        raise Unreadable(say("The field {field} must be one emoji.", field=Code("emoji")))
    return ReactionChanged(
        key=slip.key,
        at=slip.stamp.at,
        actor=slip.actor,
        message=slip.line("message").ref,
        emoji=emoji,
        added=slip.flag("added", absent=True),
    )


def _button(slip: Slip) -> ButtonPressed:
    return ButtonPressed(
        key=slip.key,
        at=slip.stamp.at,
        actor=slip.actor,
        message=_card(slip),
        action=slip.text("action"),
        reply_handle=delivery_id(slip.payload),
    )


def _card(slip: Slip) -> MessageRef:
    """A card on a person's own page is no message; it goes by the name of the page."""
    if slip.maybe("message") == home_id(slip.person.id):
        return MessageRef(place(direct(slip.person.id)), home_id(slip.person.id))
    line = slip.line("message")
    if not line.by_duly:
        raise Unreadable(say("That message has no buttons."))
    return line.ref


def home_id(account_id: str) -> str:
    return f"home:{account_id}"


def _form(slip: Slip) -> FormSubmitted:
    fields = slip.payload.get("fields")
    if not isinstance(fields, dict) or len(fields) > MOST_FIELDS:
        raise Unreadable(say("The field {field} is missing.", field=Code("fields")))
    names = {name: SURROGATES.sub("\ufffd", str(name)) for name in fields}
    values = tuple((name, checked(name, fields[raw])) for raw, name in names.items())
    people = (pair for _, value in values for pair in slip.people(value))
    return FormSubmitted(
        key=slip.key,
        at=slip.stamp.at,
        actor=slip.actor,
        place=slip.place() if slip.maybe("place") else place(direct(slip.person.id)),
        form=slip.text("form"),
        fields=values,
        people=tuple(dict.fromkeys(people)),
        reply_handle=delivery_id(slip.payload),
    )


def _home(slip: Slip) -> HomeOpened:
    return HomeOpened(key=slip.key, at=slip.stamp.at, actor=slip.actor)


KINDS: Mapping[str, Callable[[Slip], Happening]] = {
    "message": _message,
    "command": _command,
    "edit": _edit,
    "delete": _delete,
    "reaction": _reaction,
    "button": _button,
    "form": _form,
    "home": _home,
}
