"""A report from a form of Slack's: sealed here, before anything of it is handed over. 5.1.3."""

import asyncio
from collections.abc import Mapping
from typing import Any

from adapters.slack import forms, render
from adapters.slack.limits import TITLE
from adapters.slack.modal import SEALED
from adapters.slack.rich import label, line
from bot import reporting
from bot.card import Card
from bot.command import Refusal
from bot.events import FormSubmitted, MessageRef
from bot.port import Inbox
from bot.words import Reader, Say, say


class Nowhere:
    """No message is linked to."""

    def to(self, ref: MessageRef) -> str | None:
        return None


class Lost(ConnectionError):
    """Nothing of it was kept: Slack is to say so, and what was typed still stands in the form."""


def is_sealed(payload: Mapping[str, Any]) -> bool:
    view = payload.get("view")
    return isinstance(view, Mapping) and view.get("callback_id") == SEALED


async def take(inbox: Inbox, form: FormSubmitted, view: Mapping[str, Any]) -> Mapping[str, Any]:
    """What Slack shows next: the receipt code, in the form itself and nowhere else."""
    answers, channel = forms.submitted(view), await inbox.channel()
    wrong = {**inbox.check(form), **reporting.unread(form, channel)}
    if not channel.open:
        wrong["what"] = say("The reporting channel is not open yet.")
    if wrong:
        return forms.errors(wrong, view, answers.reader)
    what = reporting.told(form, channel)
    report, routing = await asyncio.to_thread(reporting.seal, channel, what, answers.code)
    try:
        number = await inbox.report(report)
    except Refusal as refusal:
        return forms.errors({"what": refusal.why}, view, answers.reader)
    return _shown(reporting.received(channel, number, answers.code, routing), answers.reader)


def _shown(card: Card, reader: Reader) -> Mapping[str, Any]:
    view = {
        "type": "modal",
        "title": label(_line(say("Report a breach"), reader), TITLE),
        "close": label(_line(say("Close"), reader), TITLE),
        "blocks": list(render.message(card, reader, Nowhere()).blocks),
    }
    return {"response_action": "update", "view": view}


def _line(text: Say, reader: Reader) -> str:
    return line(text, reader)
