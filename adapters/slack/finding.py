"""Whether a message of ours stands in a place after all: by the key that it carries."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adapters.slack.calls import Calls
from adapters.slack.known import Known
from adapters.slack.messages import KEY
from adapters.slack.slip import Slip
from bot.events import MessageRef, Place

BEGINNING = datetime(2013, 8, 1, tzinfo=UTC)  # of Slack
SKEW = timedelta(minutes=5)  # by which Slack's clock and ours may differ
PAGES = 10  # of a busy channel that are looked through


@dataclass(slots=True)
class Finding:
    calls: Calls
    known: Known
    place: Place
    of: int = 1  # how many parts the message says it has

    async def parts(self, key: str, since: datetime) -> dict[int, MessageRef]:
        """The messages that stand there under `key`, by which part each is; the oldest of two."""
        found: dict[int, MessageRef] = {}
        async for each in self._ours(since):
            told = each.at("metadata", "event_payload")
            if told.text(KEY) != key:
                continue
            part, ts = int(told.number("part")), each.text("ts")
            self.of = max(self.of, int(told.number("of")))
            if part not in found or ts < found[part].id:
                found[part] = MessageRef(self.place, ts)
        return found

    async def file_after(self, card: MessageRef, name: str) -> bool:
        """A file of that name follows the card, before any other card of ours."""
        later: list[Slip] = []
        async for each in self._ours(None, after=card.id):
            later.insert(0, each)
        for each in later:
            if any(file.text("name") == name for file in each.all("files")):
                return True
            if each.at("metadata", "event_payload").text(KEY):
                return False
        return False

    async def _ours(self, since: datetime | None, after: str = "") -> AsyncIterator[Slip]:
        """Newest first, as Slack lists them; in a thread, oldest first."""
        oldest = after or f"{((since or BEGINNING) - SKEW).timestamp():.6f}"
        channel = self.known.today(self.place.id)
        args = {"channel": channel, "oldest": oldest, "include_all_metadata": "true", "limit": 200}
        method = "conversations.history"
        if self.place.thread:
            method, args = "conversations.replies", {**args, "ts": self.place.thread}
        cursor = ""
        for _ in range(PAGES):
            page = await self.calls.read(method, **args, **({"cursor": cursor} if cursor else {}))
            for each in page.all("messages"):
                if self.known.is_us(each.text("user"), each.text("bot_id")):
                    yield each
            cursor = page.at("response_metadata").text("next_cursor")
            if not cursor:
                return
