"""From a browser's post to the core: kept first, then handed over, then confirmed."""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from adapters.playground import sealed
from adapters.playground.cast import DIRECT, PLATFORM, REALM, introductions
from adapters.playground.deliveries import Deliveries, Delivery
from adapters.playground.inbound import home_id, read
from adapters.playground.lines import Body, Draft, Line
from adapters.playground.shelf import Shelf
from adapters.playground.slip import SURROGATES, Stamp, Unreadable, delivery_id
from adapters.playground.streams import Streams
from adapters.playground.timeline import Timeline
from bot.clock import Clock
from bot.events import (
    Account,
    ButtonPressed,
    CommandInvoked,
    FormSubmitted,
    Happening,
    MessageChanged,
    MessagePosted,
    MessageRef,
    Place,
    ReactionChanged,
    Unread,
)
from bot.port import Brought, Inbox
from bot.words import Reader, Say, say

INTRODUCED = "introduced"  # the setting that says which cast the core knows
AGAIN = 5.0  # seconds between looks for what the core has not confirmed

log = logging.getLogger(__name__)


class NotListening(Exception):
    """The core has not come up yet, or is gone."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """`errors` of a form, by field; otherwise `message` is the line it made, if any."""

    message: str | None = None
    errors: Mapping[str, Say] | None = None
    shown: str = ""  # of a sealed form: what its dialog shows next


class Receiving:
    def __init__(self, shelf: Shelf, timeline: Timeline, clock: Clock, streams: Streams) -> None:
        self._shelf = shelf
        self._timeline = timeline
        self._deliveries = Deliveries(shelf)
        self._clock = clock
        self._streams = streams
        self._inbox: Inbox | None = None

    async def listen(self, inbox: Inbox) -> None:
        """What was owed comes first, then the company is introduced; then newcomers follow."""
        try:
            while True:
                if await self._catch_up(inbox):
                    self._inbox = inbox
                await asyncio.sleep(AGAIN if self._inbox else AGAIN / 10)
        finally:
            self._inbox = None

    async def receive(self, payload: Mapping[str, Any]) -> Accepted:
        """Raises Unreadable; NotListening or the core's own error where it must come again."""
        id = delivery_id(payload)
        if sealed.is_report(payload):
            return await self._report(self._heard(), payload)
        if sealed.asks(payload):
            return await self._aside(self._heard(), id, payload)
        known = await asyncio.to_thread(self._deliveries.get, id)
        if known is None:
            refused = await self._refused(payload)
            if refused:
                return Accepted(errors=refused)
            known = await asyncio.to_thread(self._accept, id, payload)
            self._streams.came_from(id, str(payload.get("window", "")))
            self._streams.wake()
        if not known.settled:
            await self._hand_over(self._inbox, known)
        line = await asyncio.to_thread(self._timeline.line, known.message)
        return Accepted(message=line.id if line else None)

    async def _report(self, inbox: Inbox, payload: Mapping[str, Any]) -> Accepted:
        form = await asyncio.to_thread(read, payload, self._stamp(), self._timeline)
        assert isinstance(form, FormSubmitted)
        person = self._timeline.cast.person(form.actor.id)
        taken = await sealed.take(inbox, form, person.reader if person else Reader())
        return Accepted(errors=taken.errors, shown=taken.shown)

    async def _aside(self, inbox: Inbox, id: str, payload: Mapping[str, Any]) -> Accepted:
        """Handed over as it is read, in memory alone; the core keeps no word of it either."""
        event = await asyncio.to_thread(read, payload, self._stamp(), self._timeline)
        self._streams.came_from(id, str(payload.get("window", "")))
        await inbox.take([event])
        return Accepted()

    async def largest(self) -> int:
        """Bytes of a file that may be brought. Raises NotListening."""
        return await self._heard().largest()

    async def keep(self, file: Brought) -> str:
        """What a form says to mean the file. Raises Refusal; NotListening or the core's error."""
        return await self._heard().keep(file)

    def _heard(self) -> Inbox:
        if self._inbox is None:
            raise NotListening
        return self._inbox

    async def _refused(self, payload: Mapping[str, Any]) -> Mapping[str, Say]:
        if payload.get("kind") != "form":
            return {}
        form = await asyncio.to_thread(read, payload, self._stamp(), self._timeline)
        inbox = self._heard()
        return inbox.check(form) if isinstance(form, FormSubmitted) else {}

    async def _hand_over(self, inbox: Inbox | None, delivery: Delivery) -> None:
        if inbox is None:
            raise NotListening
        await inbox.take([await asyncio.to_thread(self._again, delivery)])
        await asyncio.to_thread(self._deliveries.settle, delivery.id)

    async def _catch_up(self, inbox: Inbox) -> bool:
        """False where the core would not take something; it is tried again soon."""
        try:
            for delivery in await asyncio.to_thread(self._deliveries.owed):
                await self._hand_over(inbox, delivery)
            cast = self._timeline.cast
            known = await asyncio.to_thread(self._shelf.setting, INTRODUCED)
            if known != cast.fingerprint:
                await inbox.take(introductions(cast, self._clock.now()))
                await asyncio.to_thread(self._introduced, cast.fingerprint)
        except Exception as error:
            log.warning("the core did not take what is owed to it: %s", type(error).__name__)
            return False
        return True

    def _introduced(self, fingerprint: str) -> None:
        with self._shelf.writing():
            self._shelf.set(INTRODUCED, fingerprint)

    def _accept(self, id: str, payload: Mapping[str, Any]) -> Delivery:
        """Kept, and seen by everybody in the place, in one commit."""
        stamp = self._stamp()
        event = read(payload, stamp, self._timeline)
        with self._shelf.writing():
            twin = self._deliveries.get(id)
            if twin is not None:
                return twin
            self._show(event, stamp, str(payload.get("text", "")))
            return self._deliveries.add(id, stamp.at, stamp.message, json.dumps(payload).encode())

    def _show(self, event: Happening, stamp: Stamp, text: str) -> None:
        match event:
            case MessagePosted(author=author, message=ref, quotes=quotes):
                body = Body(text=_whole(event.text), priority=event.priority)
                self._timeline.add(_draft(stamp, ref.place, author, body, quotes))
            case CommandInvoked(actor=actor, place=place) if place.id.startswith(DIRECT):
                self._timeline.add(_draft(stamp, place, actor, Body(text=_whole(text.strip()))))
            case MessageChanged(message=ref, text=None):
                self._timeline.withdraw(self._standing(ref))
            case MessageChanged(message=ref, text=str(changed)):
                line = self._standing(ref)
                self._timeline.amend(line, replace(line.body, text=changed))
            case ReactionChanged(message=ref, actor=actor, emoji=emoji, added=added):
                self._timeline.react(self._standing(ref), actor.id, emoji, on=added)
            case ButtonPressed(message=ref, actor=actor, action=action):
                self._check_offered(ref, actor, action)
            case _:
                pass  # leaves nothing to see until the core answers

    def _check_offered(self, ref: MessageRef, actor: Account, action: str) -> None:
        """A card that was changed or taken back since the browser drew it has other buttons."""
        line, own = self._timeline.line(ref.id), ref.id == home_id(actor.id)
        body = self._timeline.home(actor.id) if own else line.body if line else None
        if body is None or action not in {each for each, _ in body.actions}:
            raise Unreadable(say("This card has changed meanwhile, and that button is gone."))

    def _standing(self, ref: MessageRef) -> Line:
        line = self._timeline.line(ref.id)
        if line is None or line.gone:
            raise Unreadable(say("That message was deleted."))
        return line

    def _stamp(self) -> Stamp:
        return Stamp(self._clock.now(), self._clock.new_id())

    def _again(self, delivery: Delivery) -> Happening:
        """The event as it was read the first time."""
        payload = json.loads(delivery.payload)
        try:
            return read(payload, Stamp(delivery.at, delivery.message), self._timeline)
        except Unreadable:  # the company has changed since
            key = f"{PLATFORM}/{REALM}/{delivery.id}"
            return Unread(key=key, at=delivery.at, payload=delivery.payload.decode())


def _whole(text: str) -> str:
    return SURROGATES.sub("\ufffd", text)


def _draft(
    stamp: Stamp, place: Place, author: Account, body: Body, quotes: str | None = None
) -> Draft:
    return Draft(
        id=stamp.message,
        place=place.id,
        thread=place.thread,
        author=author.id,
        at=stamp.at,
        body=body,
        quotes=quotes,
    )
