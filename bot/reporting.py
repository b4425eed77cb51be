"""A report on its way in: sealed where it is typed, and kept apart from all else. Policy 5.1.3.

Adapters use this before anything reaches the inbox. Who used the channel is written down nowhere:
what asks for it is no event, its answer no delivery, and a report no happening of anybody's.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot import sealing
from bot.card import Card, Choice, Field, Form
from bot.events import (
    ButtonPressed,
    CommandInvoked,
    FileShared,
    FormSubmitted,
    Happening,
    MessageChanged,
    MessagePosted,
    Unread,
)
from bot.policy.casefile import REPORTER, Identity, Key, Part, Report
from bot.policy.people import Person
from bot.policy.reporting import SLACK_LONGEST, Channel, Routing, halves
from bot.words import Code, Link, Quoted, Ref, Rows, Say, Value, command_named, say

COMMAND = "breach"
MARK = "duly-sealed-form"  # in whatever a platform sends back of such a form
CALLS = re.compile(r"\s*[@!/／]?duly\b[\s,:，：]*", re.IGNORECASE)
PADDED = 1024  # bytes: how long a text is shows only so roughly
NAMED = ("about", "about2", "about3")  # the fields for people
ANONYMOUS, CONFIDENTIAL, OPENLY = "anonymous", "confidential", "named"
HOW: Mapping[str, Say] = {
    ANONYMOUS: say("Without my name"),
    CONFIDENTIAL: say("With my name, sealed: two investigators open it together, on record"),
    OPENLY: say("With my name, for whoever reads the report"),
}

Event = CommandInvoked | ButtonPressed


def is_private(line: str) -> bool:
    """It begins with the command of the channel, whatever stands around and behind it."""
    rest = line
    for _ in range(2):  # a name and a command word
        word = rest.split(maxsplit=1)[:1]
        if word and command_named(word[0].strip("\"'“”,.:：，。!！?？")) == COMMAND:
            return True
        found = CALLS.match(rest)
        if found is None:
            return False
        rest = rest[found.end() :]
    return False


# Kept apart from what is written down


def apart(
    events: Sequence[Happening], private: Callable[[str], bool] = is_private
) -> tuple[list[Happening], list[Event]]:
    """What may be written down, and who asked for the channel: bare, without their words."""
    asked = [each for each in events if _asks(each, private)]
    hidden = {each.message for each in asked if isinstance(each, CommandInvoked) and each.message}
    times = {(each.actor, each.at) for each in asked if isinstance(each, CommandInvoked)}
    kept = [
        _blank(each, private)
        for each in events
        if not _asks(each, private) and not _belongs(each, hidden, times, private)
    ]
    return kept, [_bare(each) for each in asked if isinstance(each, CommandInvoked | ButtonPressed)]


def _asks(event: Happening, private: Callable[[str], bool]) -> bool:
    match event:
        case CommandInvoked(text=text):
            return private(text)
        case ButtonPressed(action=action):
            return private(action)
        case FormSubmitted(form=form):
            return private(form)  # never: adapters seal it first
        case _:
            return False


def _belongs(
    event: Happening, hidden: set[Any], times: set[Any], private: Callable[[str], bool]
) -> bool:
    """The message that a command stood in, its files, and what became of it later."""
    match event:
        case MessagePosted(author=author, message=message, at=at, direct=direct):
            same = message in hidden or (direct and (author, at) in times)
            return same or (direct and private(event.text))
        case MessageChanged(text=text):
            return text is not None and CALLS.match(text) is not None and private(text)
        case FileShared(actor=actor, message=message, at=at):
            return message in hidden or (actor, at) in times
        case _:
            return False


def _bare(event: Event) -> Event:
    if isinstance(event, ButtonPressed):
        return replace(event, action=COMMAND)
    return replace(event, text=COMMAND, people=(), links=(), about="", message=None)


def _blank(event: Happening, private: Callable[[str], bool]) -> Happening:
    """What nobody can read may be a report: of that only is kept that it came."""
    if not isinstance(event, Unread) or not _may_be(event.payload, private):
        return event
    return replace(event, payload=json.dumps({"left out": "it may be a report"}))


def _may_be(payload: str, private: Callable[[str], bool]) -> bool:
    if MARK in payload:
        return True
    try:
        return any(map(private, _texts(json.loads(payload))))
    except (ValueError, RecursionError):
        return COMMAND in payload.casefold()


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [text for each in value for text in _texts(each)] if isinstance(value, list) else []


# The form, and what is answered

FIELDS = (
    Field("what", say("What happened"), kind="lines", longest=SLACK_LONGEST, named=True),
    Field(
        "about",
        say("It concerns"),
        kind="person",
        required=False,
        named=True,
        hint=say("They, who stands above them and who works for them cannot read it."),
    ),
    Field("about2", say("and"), kind="person", required=False, named=True),
    Field("about3", say("and"), kind="person", required=False, named=True),
    Field(
        "how",
        say("How you report"),
        kind="choice",
        choices=tuple(Choice(value, label) for value, label in HOW.items()),
        initial=ANONYMOUS,
        named=True,
    ),
)


def form(channel: Channel) -> Form:
    """Only of an open channel. What the platform itself sees, its adapter adds."""
    return Form(
        COMMAND,
        say("Report a breach"),
        FIELDS,
        say("Send sealed"),
        intro=(
            say(
                "What you write is sealed to these people before it is kept: {names}.",
                names=names(channel.investigators),
            ),
            *more(channel),
        ),
        sealed=True,
    )


def more(channel: Channel) -> tuple[Say | Value, ...]:
    if channel.address is None:
        return ()
    return (
        say("This page protects you better: your browser seals, and nobody asks who you are."),
        Link(f"{channel.address}/report"),
    )


def names(holders: Sequence[Any]) -> Rows:
    return Rows(tuple(Quoted(each.name, 80) for each in holders))


def card(channel: Channel) -> Card:
    """Where the platform has no forms, or none can be opened now."""
    if not channel.open:
        return closed(channel)
    if channel.address is None:
        return Card(
            say("Reports can be made on a page that is not running now."),
            body=(*elsewhere(channel), _dropped()),
        )
    return Card(
        say("Report a breach"),
        body=(
            say("Open this page. Your browser seals what you write, and nobody asks who you are:"),
            Link(f"{channel.address}/report"),
            _dropped(),
        ),
        why=say("I write down nowhere that you asked for it. The chat itself may."),
    )


def _dropped() -> Say:
    return say(
        "Words behind the command I have not read. The chat may have kept them: delete them there."
    )


def closed(channel: Channel) -> Card:
    return Card(
        say("The reporting channel is not open yet."),
        body=(
            say("At least two investigators must set up their keys, and a recovery key, first."),
            *elsewhere(channel),
        ),
        tone="bad",
    )


def elsewhere(channel: Channel) -> tuple[Say, ...]:
    if not channel.elsewhere:
        return (say("Until then turn to HR, to the company's auditor, or to the authorities."),)
    return (say("Turn to: {whom}", whom=Quoted(channel.elsewhere, 400)),)


def received(channel: Channel, number: int, code: str, routing: Routing) -> Card:
    """Said once, in the answer itself: it stands in no chat and in none of our tables."""
    address = channel.address
    return Card(
        say("Your report has arrived: {number}", number=Ref(number)),
        body=(
            say(
                "Write this receipt code down now. It is shown this once, and cannot be had again:"
            ),
            Code("-".join(code[at : at + 4] for at in range(0, len(code), 4))),
            say("With it you read the answers and write again:"),
            *((Link(f"{address}/report/continue"),) if address else ()),
            *readers(channel, routing),
        ),
        tone="good",
    )


def readers(channel: Channel, routing: Routing) -> tuple[Say, ...]:
    if routing.to and not routing.beyond:
        return (say("These people can read it: {names}.", names=names(routing.to)),)
    if routing.to:
        return (
            say(
                "No investigator may read it, so it goes to {names} instead.",
                names=names(routing.to),
            ),
        )
    return (
        say(
            "Nobody who reads reports may read this one. Only {names} can open it, both together.",
            names=names(channel.keepers),
        ),
        *elsewhere(channel),
    )


# Sealing


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody wrote, before it is sealed."""

    text: str
    named: tuple[Person, ...]  # whom it concerns
    how: str
    who: Mapping[str, str]  # who reports


def told(form: FormSubmitted, channel: Channel) -> Told:
    values, people = dict(form.fields), dict(form.people)
    accounts = [people.get(values.get(name, "").strip()) for name in NAMED]
    found = [channel.directory.behind(each) for each in accounts if each is not None]
    person = channel.directory.behind(form.actor)
    who = {"name": person.name if person else "", "account": form.actor.id}
    how = values.get("how", "")
    return Told(
        text=values.get("what", "").strip(),
        named=tuple(each for each in found if each is not None),
        how=how if how in HOW else ANONYMOUS,
        who={name: value for name, value in who.items() if value},
    )


def unread(form: FormSubmitted, channel: Channel) -> Mapping[str, Say]:
    """Whom it concerns must be known, or it could reach them."""
    values, people = dict(form.fields), dict(form.people)
    wrong = {}
    for name in NAMED:
        value = values.get(name, "").strip()
        account = people.get(value)
        if value and (account is None or channel.directory.behind(account) is None):
            wrong[name] = say(
                "I do not know who this is. Leave it empty, and use the page instead."
            )
    return wrong


def seal(channel: Channel, what: Told, code: str) -> tuple[Report, Routing]:
    """To who may read it, and to nobody else; it takes a quarter of a second."""
    routing = channel.routing(channel.near(what.named))
    receipt = sealing.receipt(code, channel.company)
    key = sealing.new_key()
    case = hashlib.sha256(receipt.token + b"|case").hexdigest()[:32]
    identity, shares = _identity(channel, routing, case, what)
    message = hashlib.sha256(receipt.token + b"|first").hexdigest()[:32]
    body = sealing.close(key, _said(what), f"case/{case}/message/{message}/{REPORTER}")
    assert channel.recovery is not None
    recovery = sealing.seal(channel.recovery.public, key, f"case/{case}/recovery")
    keys = tuple(
        Key(
            holder=each.id,
            sealed=sealing.seal(each.public, key, f"case/{case}/key/{each.id}"),
            **shares.get(each.id, {}),
        )
        for each in routing.to
    )
    report = Report(
        case=case,
        receipt=receipt.known_by,
        code=sealing.close(receipt.key, key, f"case/{case}/code"),
        keys=keys,
        recovery=recovery,
        parts=(Part(id=message, kind="message", body=body),),
        print=channel.print,
        identity=identity,
        tell=channel.to_be_told(what.named) if not routing.to else (),
    )
    return report, routing


def _identity(
    channel: Channel, routing: Routing, case: str, what: Told
) -> tuple[Identity | None, Mapping[str, Any]]:
    """Under a key of its own, of which nobody who reads the report has more than a half."""
    if what.how != CONFIDENTIAL or channel.recovery is None:
        return None, {}
    key = sealing.new_key()
    parts = dict(zip("ab", sealing.split(key), strict=True))
    context = f"case/{case}/identity"
    shares = {
        each.id: {
            "half": half,
            "share": sealing.seal(each.public, parts[half], f"case/{case}/share/{each.id}"),
        }
        for each, half in zip(routing.to, halves(len(routing.to)), strict=True)
    }
    body = sealing.close(key, _padded(what.who), context)
    return Identity(body=body, recovery=sealing.seal(channel.recovery.public, key, context)), shares


def _said(what: Told) -> bytes:
    said: dict[str, Any] = {
        "text": what.text,
        "how": what.how,
        "concerns": [each.name for each in what.named],
    }
    if what.how == OPENLY:
        said["who"] = what.who
    return _padded(said)


def _padded(said: Mapping[str, Any]) -> bytes:
    text = json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")
    return text + b" " * (-len(text) % PADDED)
