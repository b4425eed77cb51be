"""Effects of the core become calls to Slack. Each message carries the key of what it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from adapters.slack import emojis, forms, render
from adapters.slack.calls import MENDING, Calls, Refused
from adapters.slack.finding import Finding
from adapters.slack.handle import Handle, handle
from adapters.slack.known import HOME, PLATFORM, Known
from adapters.slack.limits import ROOM
from adapters.slack.messages import KEY
from adapters.slack.remedies import GONE
from adapters.slack.saying import Made, Saying
from adapters.slack.touched import permalink
from bot.card import Card
from bot.effects import (
    Amend,
    Deliverable,
    Mark,
    OpenForm,
    Publish,
    Send,
    ShowHome,
    Upload,
    Whisper,
    Withdraw,
)
from bot.events import Account, MessageRef, Place
from bot.port import CannotTell, Files, TryLater, Undeliverable
from bot.words import Reader

DONE = frozenset(("already_reacted", "no_reaction"))
LATELY = timedelta(days=1)  # how far back parts of something are looked for before they are sent


@dataclass(frozen=True, slots=True)
class Links:
    known: Known

    def to(self, ref: MessageRef) -> str | None:
        ours = (ref.place.platform, ref.place.realm) == (PLATFORM, self.known.team)
        return permalink(ref, self.known) if ours and not ref.id.startswith(HOME) else None


class Outbound:
    """One workspace. Raises TryLater, Undeliverable or Doubtful."""

    def __init__(
        self, calls: Calls, known: Known, files: Files, now: Callable[[], datetime]
    ) -> None:
        self._calls, self._known, self._files, self._now = calls, known, files, now
        self._saying = Saying(calls, known, now)

    async def deliver(self, effect: Deliverable, key: str, reader: Reader) -> MessageRef | None:
        try:
            return await self._carry_out(effect, key, reader)
        except Refused as no:
            raise no.undeliverable() from None

    async def find(self, effect: Deliverable, key: str, since: datetime) -> MessageRef | None:
        """Only what made a message of its own can be found.

        Raises TryLater where we may not look: what perhaps stands there is not sent again.
        """
        try:
            return await self._found(effect, key, since)
        except Undeliverable:
            return None
        except Refused as no:
            if no.code == "missing_scope":
                raise TryLater(MENDING) from None
            return None

    async def _carry_out(  # noqa: PLR0911
        self, effect: Deliverable, key: str, reader: Reader
    ) -> MessageRef | None:
        match effect:
            case Send(to, card):
                return await self._send(to, card, key, reader)
            case Publish():
                return await self._publish(effect, key, reader)
            case Whisper():
                return await self._whisper(effect, key, reader)
            case Upload():
                return await self._upload(effect, key, reader)
            case Amend(_, message, card):
                return await self._saying.amend(message, self._made(card, reader))
            case Withdraw(_, message):
                return await self._withdraw(message)
            case Mark():
                return await self._mark(effect)
            case OpenForm():
                await self._open(effect, reader)
            case ShowHome():
                await self._show(effect, reader)
            case _:
                assert_never(effect)
        return None

    def _made(self, card: Card, reader: Reader) -> Made:
        return lambda room: render.message(card, reader, Links(self._known), room)

    async def _send(self, to: Place | Account, card: Card, key: str, reader: Reader) -> MessageRef:
        place = await self._saying.address(to)
        try:
            return await self._saying.say(place, key, self._made(card, reader))
        except Refused as no:
            if isinstance(to, Account) and no.code == "channel_not_found":
                raise Refused(no.method, "user_not_found", no.told) from None
            raise

    async def _publish(self, effect: Publish, key: str, reader: Reader) -> MessageRef:
        """A long text in several messages: which of them stand there already is looked up."""
        place, messages = await self._saying.place(effect.to), render.published(effect, reader)
        if len(messages) == 1:
            return await self._saying.post(place, messages[0], {KEY: key})
        there = await self._finding(place).parts(key, self._now() - LATELY)
        for number, message in enumerate(messages):
            if number not in there:
                payload = {KEY: key, "part": number, "of": len(messages)}
                there[number] = await self._saying.post(place, message, payload)
        return there[0]

    async def _whisper(self, effect: Whisper, key: str, reader: Reader) -> MessageRef | None:
        """What only they see is no message that could be changed; in their chat with us it is."""
        user, place = self._saying.user(effect.to), await self._alone(effect)
        made = self._made(effect.card, reader)
        if place is None:
            given = handle(effect.reply_handle)
            if await self._saying.aside(user, effect.near, given, made(ROOM)):
                return None
            place = await self._saying.direct(user)
        return await self._saying.say(place, key, made)

    async def _alone(self, effect: Whisper) -> Place | None:
        """Where nobody else reads it anyway, so that it is a message like any other."""
        user, near = self._saying.user(effect.to), effect.near
        ours = (near.platform, near.realm) == (PLATFORM, self._known.team)
        if not ours or near.id in (user, HOME + user):
            return await self._saying.direct(user)
        alone = near.id.startswith("D") and (await self._saying.direct(user)).id == near.id
        return near if alone else None

    async def _withdraw(self, message: MessageRef) -> MessageRef:
        """What is gone already has been withdrawn."""
        channel = self._known.today((await self._saying.place(message.place)).id)
        try:
            await self._calls.send("chat.delete", {"channel": channel, "ts": message.id})
        except Refused as no:
            if no.code not in GONE:
                raise
        return message

    async def _mark(self, effect: Mark) -> MessageRef:
        name, message = emojis.name(effect.emoji), effect.message
        if name is None:
            raise Undeliverable("Slack has no such emoji")
        channel = self._known.today((await self._saying.place(message.place)).id)
        args = {"channel": channel, "timestamp": message.id, "name": name}
        try:
            await self._calls.send("reactions.add" if effect.on else "reactions.remove", args)
        except Refused as no:
            if no.code not in DONE:
                raise
        return message

    async def _open(self, effect: OpenForm, reader: Reader) -> None:
        given = handle(effect.reply_handle)
        self._saying.user(effect.to)
        if not given.trigger:
            raise Undeliverable("nothing that would let us open a form")
        origin = Handle(given.at, "", given.url, given.place, given.thread)
        try:
            view = forms.view(effect.form, reader, origin.written())
        except ValueError as reason:
            raise Undeliverable(f"the form does not fit: {reason}") from None
        args = {"trigger_id": given.trigger, "view": view}
        await self._calls.send("views.open", args, hurry=True)

    async def _show(self, effect: ShowHome, reader: Reader) -> None:
        blocks = render.home(effect.cards, reader, Links(self._known))
        view = {"type": "home", "blocks": list(blocks)}
        args = {"user_id": self._saying.user(effect.to), "view": view}
        await self._calls.send("views.publish", args)

    async def _upload(self, effect: Upload, key: str, reader: Reader) -> MessageRef:
        """The card first, which can be found again; then the file, unless it stands there."""
        try:
            body = await self._files.read(effect.file)
        except LookupError:
            raise Undeliverable("the file has expired") from None
        place = await self._saying.place(effect.to)
        finding = self._finding(place)
        card = (await finding.parts(key, self._now() - LATELY)).get(0)
        if card is None:
            card = await self._saying.say(place, key, self._made(effect.card, reader))
        elif await finding.file_after(card, effect.name):
            return card
        await self._share(place, effect.name, body)
        return card

    async def _share(self, place: Place, name: str, body: bytes) -> None:
        slot = await self._calls.read("files.getUploadURLExternal", filename=name, length=len(body))
        await self._calls.put(slot.text("upload_url"), body)
        files = [{"id": slot.id("file_id"), "title": name}]
        args = {"files": files, "channel_id": self._known.today(place.id)}
        await self._calls.send("files.completeUploadExternal", args)

    async def _found(self, effect: Deliverable, key: str, since: datetime) -> MessageRef | None:
        if not isinstance(effect, Send | Publish | Whisper | Upload):
            return None
        alone = await self._alone(effect) if isinstance(effect, Whisper) else None
        if isinstance(effect, Whisper) and alone is None:
            raise CannotTell
        finding = self._finding(alone or await self._saying.place(effect.to))
        there = await finding.parts(key, since)
        card = there.get(0) if len(there) >= finding.of else None
        if card is None or not isinstance(effect, Upload):
            return card
        return card if await finding.file_after(card, effect.name) else None

    def _finding(self, place: Place) -> Finding:
        return Finding(self._calls, self._known, place)
