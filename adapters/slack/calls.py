"""Calls to Slack's Web API, and what their failures mean: later, never, or nobody knows."""

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.pace import Pace
from adapters.slack.remedies import BUSY, FOR_NOW, NEVER, SHUT_OUT, remedy
from adapters.slack.slip import Slip
from bot.logs import Told
from bot.port import Doubtful, TryLater, Undeliverable

LONGEST = 30  # seconds for one call
SOON = timedelta(seconds=10)
MENDING = timedelta(minutes=5)  # to look again where somebody has to mend something first
AGAIN = 2  # further tries of a call that only reads
PAGE = 200  # of a list
TOO_MANY, BROKEN = 429, 500
HERE = frozenset(("localhost", "127.0.0.1", "::1"))  # one machine under several names
ABSENT = frozenset((404, 405, 501))  # without a word of Slack's: nobody serves that method there
UNCERTAIN = frozenset(("fatal_error", "internal_error", "request_timeout", "service_unavailable"))

log = logging.getLogger(__name__)


class Refused(Told):
    """Slack answered no, in a word of its own."""

    def __init__(self, method: str, code: str, told: Mapping[str, Any]) -> None:
        super().__init__(f"{method}: {code}")
        self.method, self.code, self.told = method, code, told

    def undeliverable(self) -> Undeliverable:
        return Undeliverable(str(self), remedy(self.code, self.told))


class Missing(TryLater):
    """Nobody answers to that method. Slack itself would; what stands in for it may not."""


class _Absent(Doubtful):
    """The address of a method leads nowhere."""


@dataclass(slots=True)
class Calls:
    """One token's. What is sent is never sent again here: who asked decides what a doubt means."""

    token: str
    url: str
    pace: Pace = field(default_factory=Pace)
    today: Callable[[], str] = str  # the token as it is set now; empty: it is not known again
    shut_out: str = ""  # the word by which Slack last refused the token itself
    scopes: frozenset[str] = frozenset()
    _web: AsyncWebClient | None = None
    _line: aiohttp.ClientSession | None = None
    _shut: bool = False  # nobody would close another line

    async def send(self, method: str, args: Mapping[str, Any], *, hurry: bool = False) -> Slip:
        """`hurry`: somebody waits for it. Raises TryLater, Doubtful, or Refused."""
        channel = str(args.get("channel") or args.get("channel_id") or "")
        await self.pace.turn(method, channel, hurry=hurry)
        return await self._call(method, channel, json=dict(args))

    async def read(self, method: str, **args: Any) -> Slip:
        """A call that changes nothing, tried again where that may help.

        Raises TryLater (Missing where nobody serves it), Refused.
        """
        for _ in range(AGAIN):
            try:
                return await self._read(method, args)
            except _Absent:
                break
            except Doubtful:
                await self.pace.sleep(1)
        try:
            return await self._read(method, args)
        except _Absent:
            raise Missing(SOON) from None
        except Doubtful:
            raise TryLater(SOON) from None

    async def pages(self, method: str, name: str, **args: Any) -> AsyncIterator[Slip]:
        """Everything in the list `name`, page by page."""
        cursor = ""
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = await self.read(method, **{"limit": PAGE, **args, **more})
            for each in page.all(name):
                yield each
            before, cursor = cursor, page.at("response_metadata").text("next_cursor")
            if not cursor or cursor == before:
                return

    async def post(self, url: str, body: Mapping[str, Any]) -> bool:
        """To an address for answers. False: it is used up. Raises Doubtful, TryLater."""
        if not self.ours(url):
            return False
        try:
            async with self.line().post(url, json=body, allow_redirects=False) as answer:
                text = await answer.text()
        except aiohttp.ClientConnectorError:
            raise TryLater(SOON) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Doubtful(type(error).__name__) from None
        if answer.status >= BROKEN:
            raise Doubtful(f"status {answer.status}")
        return answer.status == 200 and "error" not in text[:200]  # noqa: PLR2004

    async def put(self, url: str, body: bytes) -> None:
        """The bytes of a file, to where Slack said. Repeating it does no harm."""
        if not self.ours(url):
            raise Undeliverable("Slack named a strange address for a file")
        try:
            async with self.line().post(url, data=body, allow_redirects=False) as answer:
                if answer.status >= BROKEN or answer.status == TOO_MANY:
                    raise TryLater(SOON)
                if answer.status >= 300:  # noqa: PLR2004
                    raise Undeliverable(f"the file was refused: {answer.status}")
        except (aiohttp.ClientError, TimeoutError):
            raise TryLater(SOON) from None

    async def fetch(self, url: str, longest: int) -> bytes:
        """A file of theirs, at most `longest` bytes. Raises TryLater, Undeliverable."""
        if not self.ours(url):
            raise Undeliverable("Slack named a strange address for a file")
        sign = {"Authorization": f"Bearer {self.token}"}
        try:
            async with self.line().get(url, headers=sign, allow_redirects=False) as answer:
                if answer.status != 200:  # noqa: PLR2004
                    raise Undeliverable(f"the file could not be read: {answer.status}")
                body = await answer.content.read(longest + 1)
                while len(body) <= longest and (more := await answer.content.read(longest)):
                    body += more
        except (aiohttp.ClientError, TimeoutError):
            raise TryLater(SOON) from None
        if len(body) > longest:
            raise Undeliverable("the file is too large")
        return body

    def ours(self, url: str) -> bool:
        """An address of Slack's, or of who stands in for it: nothing else is ever called."""
        home = urlsplit(self.url)
        try:
            there, _ = urlsplit(url), urlsplit(url).port
        except ValueError:
            return False
        if (there.scheme, there.netloc) == (home.scheme, home.netloc):
            return True
        host = there.hostname or ""
        if host in HERE and home.hostname in HERE:
            return (there.scheme, there.port) == (home.scheme, home.port)
        return there.scheme == "https" and (host == "slack.com" or host.endswith(".slack.com"))

    def line(self) -> aiohttp.ClientSession:
        """Raises TryLater where we are about to end."""
        if self._shut:
            raise TryLater(SOON)
        if self._line is None or self._line.closed:
            self._line = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=LONGEST), trace_configs=[_stays()]
            )
        return self._line

    def open(self) -> None:
        self._shut = False

    async def close(self) -> None:
        self._shut = True
        line, self._line, self._web = self._line, None, None
        if line is not None:
            await line.close()

    async def _read(self, method: str, args: Mapping[str, Any]) -> Slip:
        """As a form in the body, which whoever stands in for Slack reads as well as Slack does."""
        await self.pace.turn(method)
        return await self._call(method, "", data={name: str(args[name]) for name in args})

    def _client(self) -> AsyncWebClient:
        line = self.line()
        if self._web is None or self._web.session is not line:
            quiet = logging.getLogger("duly.slack.web")
            quiet.setLevel(logging.CRITICAL)  # it would log what is said; we log what went wrong
            self._web = AsyncWebClient(
                token=self.token,
                base_url=self.url,
                timeout=LONGEST,
                session=line,
                logger=quiet,
                retry_handlers=[],
            )
        return self._web

    async def _call(self, method: str, channel: str, **how: Any) -> Slip:
        try:
            answer = await self._client().api_call(method, **how)
        except SlackApiError as error:
            if self._renewed(error):
                return await self._call(method, channel, **how)
            raise self._meant(method, channel, error) from None
        except aiohttp.ClientConnectorError:
            raise TryLater(SOON) from None
        except (TimeoutError, aiohttp.ClientError, ValueError, OSError) as error:
            raise Doubtful(f"{method}: {type(error).__name__}") from None
        self.pace.passed(method)
        self.shut_out = ""
        granted = answer.headers.get("x-oauth-scopes") or ""
        if granted:
            self.scopes = frozenset(map(str.strip, granted.split(",")))
        return Slip(answer.data)

    def _renewed(self, error: SlackApiError) -> bool:
        """Refused for its token, which somebody has replaced meanwhile: nothing was done yet."""
        told: Any = getattr(error.response, "data", None)
        if not isinstance(told, Mapping) or told.get("error") not in SHUT_OUT:
            return False
        today = self.today()
        if not today or today == self.token:
            return False
        log.warning("slack refused our token, and a new one was set")
        self.token, self._web = today, None
        return True

    def _meant(self, method: str, channel: str, error: SlackApiError) -> Exception:
        """Slack's own doubt stays one: after an error on its side it may have happened."""
        answer: Any = error.response
        status = int(getattr(answer, "status_code", 0) or getattr(answer, "status", 0))
        told = answer.data if isinstance(getattr(answer, "data", None), Mapping) else {}
        code = str(told.get("error") or "")
        if status == TOO_MANY or code in BUSY:
            after = _seconds(getattr(answer, "headers", {}))
            self.pace.refused(method, channel, after)
            return TryLater(timedelta(seconds=after))
        if status in ABSENT and not code:
            return _Absent(f"{method}: {status}")
        if status >= BROKEN or code in UNCERTAIN or not code:
            return Doubtful(f"{method}: {code or status}")
        if code in SHUT_OUT:
            self.shut_out = code
            log.error("slack refused our token: %s", code)
            return TryLater(MENDING)
        if code in FOR_NOW:
            return TryLater(MENDING)
        if code not in NEVER:
            log.warning("slack said %s to %s", code, method)
        return Refused(method, code, told)


def _stays() -> aiohttp.TraceConfig:
    """Slack sends nobody elsewhere: whoever does is not followed, and gets no token of ours."""

    async def refuse(*told: Any) -> None:
        params: aiohttp.TraceRequestRedirectParams = told[-1]
        params.response.close()
        raise aiohttp.ClientError("a redirect")

    made = aiohttp.TraceConfig()
    made.on_request_redirect.append(refuse)
    return made


def _seconds(headers: Mapping[str, str]) -> float:
    found = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    try:
        return min(3600.0, max(1.0, float(found)))
    except ValueError:
        return 30.0
