"""Single calls to Slack, with their headers: for a look from outside the running bot."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from adapters.slack.slip import Slip
from bot.clock import fault_point

PATIENCE = 5.0  # seconds for one call
PAGES = 5  # of a list that are looked through
BUSY = 429


class Unreachable(Exception):
    """No answer of Slack's; says in a word why."""


@dataclass(frozen=True, slots=True)
class Answer:
    told: Slip
    scopes: frozenset[str]  # that the token was granted
    at: datetime | None  # Slack's time

    @property
    def refused(self) -> str:
        """Slack's word for no; empty for yes."""
        return "" if self.told.flag("ok") else self.told.text("error") or "no_answer"


@dataclass(frozen=True, slots=True)
class Asking:
    line: aiohttp.ClientSession
    url: str  # of the Web API

    async def ask(self, method: str, token: str, **args: str) -> Answer:
        """Raises Unreachable."""
        sign = {"Authorization": f"Bearer {token}"}
        fault_point("slack is looked over")
        try:
            async with self.line.post(self.url + method, data=args, headers=sign) as answer:
                if answer.status == BUSY:
                    told = {"error": "ratelimited", "after": answer.headers.get("Retry-After", "")}
                else:
                    told = await answer.json(content_type=None)
                scopes = map(str.strip, answer.headers.get("x-oauth-scopes", "").split(","))
                at = _time(answer.headers.get("Date", ""))
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Unreachable(type(error).__name__) from None
        return Answer(Slip(told), frozenset(scopes) - {""}, at)

    async def channels(self, method: str, token: str, **args: str) -> list[Slip] | None:
        """Those it lists; None where Slack refuses. Raises Unreachable."""
        found: list[Slip] = []
        cursor = ""
        for _ in range(PAGES):
            more = {"cursor": cursor} if cursor else {}
            answer = await self.ask(
                method, token, limit="200", exclude_archived="true", **args, **more
            )
            if answer.refused:
                return None
            found += answer.told.all("channels")
            cursor = answer.told.at("response_metadata").text("next_cursor")
            if not cursor:
                break
        return found


def _time(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except ValueError:
        return None
