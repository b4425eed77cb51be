"""Says something in one workspace: into a place, to one person, or where only they see it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from adapters.slack.calls import Calls, Refused
from adapters.slack.handle import Handle
from adapters.slack.known import HOME, PLATFORM, Known
from adapters.slack.messages import EVENT_TYPE, KEY
from adapters.slack.remedies import AWAY, NOBODY
from adapters.slack.render import Message
from bot.events import Account, MessageRef, Place
from bot.port import Undeliverable

CALM: dict[str, Any] = {"parse": "none", "link_names": False}  # our words call on nobody …
STILL: dict[str, Any] = {"mrkdwn": False, "unfurl_links": False, "unfurl_media": False}  # … or grow
TIGHTER = (9_000, 4_500, 2_000)  # room for a card, when Slack finds it too long
TOO_LONG = frozenset(("msg_too_long", "msg_blocks_too_long"))
ELSEWHERE = AWAY | NOBODY | {"is_archived", "messages_tab_disabled"}

T = TypeVar("T")
Made = Callable[[int], Message]


@dataclass(slots=True)
class Saying:
    calls: Calls
    known: Known
    now: Callable[[], datetime]
    _direct: dict[str, str] = field(default_factory=dict)

    async def place(self, to: Place | Account) -> Place:
        """Where it stands: of a person, their chat with us. Raises Undeliverable."""
        if isinstance(to, Account):
            return await self.direct(self.user(to))
        if (to.platform, to.realm) != (PLATFORM, self.known.team):
            raise Undeliverable("that is no place of this workspace")
        if to.id.startswith(HOME):
            return await self.direct(to.id.removeprefix(HOME))
        return to

    async def address(self, to: Place | Account) -> Place:
        """Where it is written to: a person by their account, which needs no call more."""
        if not isinstance(to, Account):
            return await self.place(to)
        user = self.user(to)
        return self.known.place(self._direct.get(user, user))

    async def direct(self, user: str) -> Place:
        """The chat of one person with us, opened where there is none yet."""
        if user not in self._direct:
            answer = await self.calls.send("conversations.open", {"users": user}, hurry=True)
            self._direct[user] = answer.at("channel").id("id")
        return self.known.place(self._direct[user])

    def user(self, to: Account) -> str:
        if (to.platform, to.realm) != (PLATFORM, self.known.team):
            raise Undeliverable("that account is of another workspace")
        return to.id

    async def say(self, place: Place, key: str, made: Made) -> MessageRef:
        return await fitted(made, lambda message: self.post(place, message, {KEY: key}))

    async def post(self, place: Place, message: Message, payload: dict[str, Any]) -> MessageRef:
        metadata = {"event_type": EVENT_TYPE, "event_payload": payload}
        args = {"channel": self.known.today(place.id), "metadata": metadata, **_words(message)}
        args |= {**_in_thread(place), **CALM, **STILL}
        answer = await self.calls.send("chat.postMessage", args)
        there = answer.text("channel")
        if there.startswith("D") and there != place.id:  # the chat behind an account
            self._direct[place.id] = there
            place = self.known.place(there, place.thread)
        return MessageRef(place, answer.stamp("ts"))

    async def amend(self, message: MessageRef, made: Made) -> MessageRef:
        where = {"channel": self.known.today(message.place.id), "ts": message.id}

        async def update(new: Message) -> MessageRef:
            await self.calls.send("chat.update", {**where, **_words(new), **CALM})
            return message

        return await fitted(made, update)

    async def aside(self, user: str, near: Place, given: Handle, message: Message) -> bool:
        """Only they see it, until they reload. False: it must be said in their chat with us."""
        if given.url and self.now().timestamp() <= given.answers_until():
            answer = {"response_type": "ephemeral", "replace_original": False, **_words(message)}
            calm = {"unfurl_links": False, "unfurl_media": False}
            if await self.calls.post(given.url, {**answer, **calm, **_in_thread(near)}):
                return True  # by Slack's address for it, which works where we are no member
        args = {"channel": self.known.today(near.id), "user": user, **_words(message)}
        try:
            args |= {**_in_thread(near), **CALM}
            await self.calls.send("chat.postEphemeral", args, hurry=True)
        except Refused as no:
            if no.code not in ELSEWHERE:
                raise
            return False
        return True


async def fitted(made: Made, send: Callable[[Message], Awaitable[T]]) -> T:
    """As long as Slack takes it, and shorter where it does not."""
    for room in TIGHTER[:-1]:
        try:
            return await send(made(room))
        except Refused as no:
            if no.code not in TOO_LONG:
                raise
    return await send(made(TIGHTER[-1]))


def _words(message: Message) -> dict[str, Any]:
    return {"text": message.text, "blocks": list(message.blocks)}


def _in_thread(place: Place) -> dict[str, Any]:
    return {"thread_ts": place.thread} if place.thread else {}
