"""Files that somebody added to a form: fetched from Slack and kept, before the form is taken.

And what a file is called, where an event does not say.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from adapters.slack.calls import Calls, Refused
from adapters.slack.slip import Slip, Unreadable
from bot.command import Refusal
from bot.events import FilePublished, FormSubmitted, Happening
from bot.port import Brought, Doubtful, Inbox, TryLater, Undeliverable
from bot.words import Code, Say, say

SPAN = 2.0  # seconds: Slack waits three for an answer

Files = Sequence[tuple[str, Sequence[Mapping[str, Any]]]]


async def bring(
    inbox: Inbox, calls: Calls, form: FormSubmitted, files: Files
) -> tuple[FormSubmitted, dict[str, Say]]:
    """The form with its files in place, and what is wrong with them, by field."""
    values, errors = dict(form.fields), dict[str, Say]()
    name = next((each for each, brought in files if brought), None)
    if name is None:
        return form, errors
    try:
        async with asyncio.timeout(SPAN):
            longest = await inbox.largest()
            for name, brought in files:
                kept = [await _kept(inbox, calls, form, each, longest) for each in brought]
                values[name] = " ".join(kept) or values.get(name, "")
    except Refusal as refusal:
        errors[name] = refusal.why
    except (TimeoutError, TryLater, Doubtful, Undeliverable, Refused, Unreadable):
        errors[name] = say(
            "The file could not be fetched from Slack in time. "
            "Try again, or use the page: {command}",
            command=Code("/duly web"),
        )
    return replace(form, fields=tuple(values.items())), errors


async def called(calls: Calls, event: Happening) -> Happening:
    """With the name of a file of which Slack tells only the id, where it says so in time."""
    if not isinstance(event, FilePublished) or event.file.name != event.file.id:
        return event
    try:
        async with asyncio.timeout(SPAN):
            told = (await calls.read("files.info", file=event.file.id)).at("file")
    except (TimeoutError, TryLater, Refused):
        return event
    name, size = told.text("name") or event.file.name, int(told.number("size"))
    return replace(event, file=replace(event.file, name=name, size=size))


async def _kept(
    inbox: Inbox, calls: Calls, form: FormSubmitted, file: Mapping[str, Any], longest: int
) -> str:
    told = Slip(file)
    url = told.text("url_private_download") or told.text("url_private")
    if not url:
        answer = await calls.read("files.info", file=told.id("id"))
        url = answer.at("file").text("url_private_download")
    body = await calls.fetch(url, longest)
    name = told.text("name") or told.id("id")
    return await inbox.keep(Brought(form.actor, f"{form.key}/{told.id('id')}", name, body))
