"""What people touch in Slack, read into events: commands, buttons, shortcuts, forms, the page."""

import re
from dataclasses import replace
from datetime import datetime

from adapters.slack import forms, keys
from adapters.slack.handle import Handle, handle
from adapters.slack.known import HOME, Known
from adapters.slack.messages import Ignored, Read, command_words, links
from adapters.slack.slip import Slip, Unreadable
from adapters.slack.text import read as plain
from bot.events import (
    Account,
    ButtonPressed,
    CommandInvoked,
    FormSubmitted,
    HomeOpened,
    MessageRef,
    Place,
)

PRESS = "press/"  # how the action of a button of ours begins
SHORTCUTS = {  # of a message: the command it is
    "important": "important",
    "approval": "request",
    "phishing": "phishing",
}
GLOBAL = {"mine": "mine", "request": "request"}  # from anywhere
LONGEST = 8000  # characters of a line that could still be a command


def command(slip: Slip, known: Known, now: datetime) -> Read:
    """A slash command; ids are Slack's own, the text is whatever somebody typed."""
    actor, channel = known.account(slip.id("user_id")), slip.id("channel_id")
    words, people = command_words(slip.text("text"), known)
    place = known.place(channel)
    return (
        CommandInvoked(
            key=_key(slip, known, "command", slip.data),
            at=now,
            actor=actor,
            place=place,
            text=words,
            people=people,
            links=links(words, known),
            reply_handle=_handle(slip, place, now).written(),
        ),
    )


def pressed(slip: Slip, known: Known, now: datetime) -> Read:
    """Ours carry a command line; what else can be clicked (a link, a menu of a form) says nothing.

    A value that somebody altered is a command line of theirs, under their own rights.
    """
    action = next((each for each in slip.all("actions") if _ours(each)), None)
    if action is None:
        return Ignored("nothing of ours was pressed")
    actor = _actor(slip, known)
    message = _card(slip, known, actor)
    return (
        ButtonPressed(
            key=_key(slip, known, "press", [action.text("action_ts"), slip.data]),
            at=now,
            actor=actor,
            message=message,
            action=action.text("value")[:LONGEST],
            reply_handle=_handle(slip, message.place, now).written(),
        ),
    )


def _ours(action: Slip) -> bool:
    return action.text("action_id").startswith(PRESS) and bool(action.text("value"))


def _card(slip: Slip, known: Known, actor: Account) -> MessageRef:
    """A card on somebody's page is no message: it goes by the page."""
    held = slip.at("container")
    if held.text("type") == "view" or (slip.at("view") and not held.text("message_ts")):
        return MessageRef(known.place(HOME + actor.id), HOME + actor.id)
    channel = held.text("channel_id") or slip.at("channel").id("id")
    ts = held.text("message_ts") or slip.at("message").stamp("ts")
    thread = held.text("thread_ts") or slip.at("message").text("thread_ts")
    return MessageRef(known.place(channel, thread if thread and thread != ts else None), ts)


def shortcut(slip: Slip, known: Known, now: datetime) -> Read:
    """One used on a message becomes a command about it, with its words; another, a command."""
    name = slip.text("callback_id")
    if slip.text("type") == "shortcut":
        return _anywhere(slip, known, now)
    if name not in SHORTCUTS:
        raise Unreadable("a shortcut of no name of ours")
    channel, said = slip.at("channel").id("id"), slip.at("message")
    ts = said.text("ts") or slip.stamp("message_ts")
    thread = said.text("thread_ts")
    ref = MessageRef(known.place(channel, thread if thread and thread != ts else None), ts)
    link = permalink(ref, known)
    words = plain(said.text("text"), known.names)
    return (
        CommandInvoked(
            key=_key(slip, known, "shortcut", slip.data),
            at=now,
            actor=_actor(slip, known),
            place=ref.place,
            text=f"{SHORTCUTS[name]} {link}",
            links=((link, ref),),
            reply_handle=_handle(slip, ref.place, now).written(),
            about=words.text,
        ),
    )


def _anywhere(slip: Slip, known: Known, now: datetime) -> Read:
    name, actor = slip.text("callback_id"), _actor(slip, known)
    if name not in GLOBAL:
        raise Unreadable("a shortcut of no name of ours")
    place = known.place(HOME + actor.id)
    return (
        CommandInvoked(
            key=_key(slip, known, "shortcut", slip.data),
            at=now,
            actor=actor,
            place=place,
            text=GLOBAL[name],
            reply_handle=_handle(slip, place, now).written(),
        ),
    )


def submitted(slip: Slip, known: Known, now: datetime) -> FormSubmitted:
    """A form sent off. A view is answered once, whatever arrives twice. Raises Unreadable."""
    actor, view = _actor(slip, known), slip.at("view")
    try:
        answers = forms.submitted(view.data)
    except forms.Unreadable as reason:
        raise Unreadable(str(reason)) from None
    origin = handle(answers.origin)
    place = known.place(origin.place or HOME + actor.id, origin.thread or None)
    again = replace(origin, trigger=slip.text("trigger_id"), at=origin.at or now.timestamp())
    return FormSubmitted(
        key=keys.told(known.team, "view", view.id("id")),
        at=now,
        actor=actor,
        place=place,
        form=answers.command,
        fields=answers.fields,
        people=tuple((token, known.account(id)) for token, id in answers.people),
        reply_handle=again.written(),
    )


def opened(slip: Slip, known: Known, key: str, now: datetime) -> Read:
    if slip.text("tab") not in ("", "home"):
        return Ignored("another tab of our page")
    return (HomeOpened(key=key, at=now, actor=known.account(slip.id("user"))),)


def permalink(ref: MessageRef, known: Known) -> str:
    """Where a message can be read, as Slack itself writes it."""
    base = known.url.rstrip("/") or "https://slack.com"
    channel, ts = known.today(ref.place.id), ref.id.replace(".", "")
    inside = f"?thread_ts={ref.place.thread}&cid={channel}" if ref.place.thread else ""
    return f"{base}/archives/{channel}/p{ts}{inside}"


def _actor(slip: Slip, known: Known) -> Account:
    return known.account(slip.at("user").id("id"))


def _key(slip: Slip, known: Known, kind: str, facts: object) -> str:
    """By the trigger, which Slack makes anew for every deed."""
    trigger = slip.text("trigger_id")
    if re.fullmatch(r"[\w.-]{8,128}", trigger):
        return keys.told(known.team, kind, trigger)
    return keys.alike(known.team, kind, facts)


def _handle(slip: Slip, place: Place, now: datetime) -> Handle:
    return Handle(
        at=now.timestamp(),
        trigger=slip.text("trigger_id"),
        url=slip.text("response_url"),
        place=place.id,
        thread=place.thread or "",
    )
