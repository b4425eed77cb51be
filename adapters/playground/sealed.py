"""The reporting channel in the playground: nothing of it is kept by this platform. Policy 5.1.3."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from adapters.playground import forms
from adapters.playground.cast import DIRECT
from adapters.playground.inbound import spoken
from bot import reporting
from bot.command import Refusal
from bot.events import FormSubmitted
from bot.port import Inbox
from bot.words import Reader, Say, say


@dataclass(frozen=True, slots=True)
class Taken:
    """What the dialog shows next; or what is wrong, by field."""

    shown: str = ""
    errors: Mapping[str, Say] | None = None


def asks(payload: Mapping[str, Any]) -> bool:
    """It calls for the channel: it is neither kept nor shown to anybody."""
    match payload.get("kind"):
        case "message" | "command" | "edit":
            text = payload.get("text")
            line = spoken(text) if isinstance(text, str) else None
            if line is None and str(payload.get("place", "")).startswith(DIRECT):
                line = text if isinstance(text, str) else None
            return line is not None and reporting.is_private(line)
        case "button":
            return reporting.is_private(str(payload.get("action", "")))
        case _:
            return False


def is_report(payload: Mapping[str, Any]) -> bool:
    return payload.get("kind") == "form" and reporting.is_private(str(payload.get("form", "")))


async def take(inbox: Inbox, form: FormSubmitted, reader: Reader) -> Taken:
    """Sealed before anything of it is handed over. Raises where it was not taken."""
    values, channel = dict(form.fields), await inbox.channel()
    code = values.pop(forms.CODE, "")
    bare = replace(form, fields=tuple(values.items()))
    wrong = {**inbox.check(bare), **reporting.unread(bare, channel)}
    if not channel.open or not code:
        wrong["what"] = say("The reporting channel is not open yet.")
    if wrong:
        return Taken(errors=wrong)
    what = reporting.told(bare, channel)
    report, routing = await asyncio.to_thread(reporting.seal, channel, what, code)
    try:
        number = await inbox.report(report)
    except Refusal as refusal:
        return Taken(errors={"what": refusal.why})
    return Taken(forms.receipt(reporting.received(channel, number, code, routing), reader))
