"""One-time links by which people sign in to the pages, and the sessions that come of them.

Of every secret only its SHA-256 is kept: who reads the database can sign in as nobody.
All times here are lease time, which nobody moves.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.events import Account, Platform
from bot.store.listeners import Listeners
from bot.store.rows import SKEW, Rows, still
from bot.store.schema import links, sessions

WEB = Platform("web")
ADDRESS = "web/address"  # the listener under whose name the pages say where they are
ID, SECRET = 12, 32  # random bytes
ID_LONG = 16  # characters of an id, once written out
TOKEN = re.compile(r"[A-Za-z0-9_-]{59}")

FRESH = timedelta(minutes=15)  # a link can be used
IDLE = timedelta(hours=12)  # a session nobody uses is over
LONGEST = timedelta(days=7)  # … and any session
OFTEN = timedelta(minutes=1)  # how exactly it is known when a session was last used
KEPT = timedelta(days=7)  # how long links and sessions that are over are remembered
BROWSER = 300  # characters of how a browser names itself

Standing = Literal["good", "used", "replaced", "expired", "unknown"]


def web_account(company: str, person: str) -> Account:
    """As whom somebody acts on the pages."""
    return Account(WEB, company, person)


@dataclass(frozen=True, slots=True)
class Token:
    """An id to find a row by, and a secret to be known by."""

    id: str
    secret: str

    def __str__(self) -> str:
        return self.id + self.secret

    @property
    def hash(self) -> bytes:
        return hashlib.sha256(self.secret.encode()).digest()

    def opens(self, row: Any) -> bool:
        return hmac.compare_digest(self.hash, bytes(row.hash))


def fresh_token(random: Callable[[int], bytes]) -> Token:
    id, secret = (urlsafe_b64encode(random(size)).decode().rstrip("=") for size in (ID, SECRET))
    return Token(id, secret)


def token_in(text: str) -> Token | None:
    """None for what can be no token of ours."""
    return Token(text[:ID_LONG], text[ID_LONG:]) if TOKEN.fullmatch(text) else None


@dataclass(frozen=True, slots=True)
class Links:
    rows: Rows

    def announce(self, address: str) -> None:
        """Where the pages are now, for whoever makes links; without a slash at its end."""
        Listeners(self.rows).move(ADDRESS, address)

    def address(self) -> str | None:
        """None where no pages were ever served."""
        return Listeners(self.rows).cursor(ADDRESS)

    def make(self, person: str) -> Token:
        """A new link; their older ones can no longer be used."""
        now, c = self.rows.clock.lease(), links.c
        self.rows.remove(links, c.expires_at < now - KEPT)
        older = c.person == person, c.ended_at.is_(None)
        self.rows.change(links, *older, ended_at=now, how="replaced")
        token = fresh_token(self.rows.clock.random)
        self.rows.add(
            links,
            id=token.id,
            hash=token.hash,
            person=person,
            made_at=now,
            expires_at=now + FRESH,
            how="",
        )
        return token

    def look(self, token: Token) -> tuple[Standing, str]:
        """How a link stands, and whose it is; nothing changes by looking."""
        row = self.rows.one(links, links.c.id == token.id)
        if row is None or not token.opens(row):
            return "unknown", ""
        if row.ended_at is not None:
            return ("used" if row.how == "used" else "replaced"), row.person
        now = self.rows.clock.lease()
        if not now < row.expires_at <= now + FRESH + SKEW:
            return "expired", row.person
        return "good", row.person

    def redeem(self, token: Token) -> str | None:
        """Whose link it is; None where it cannot be used, or somebody else was quicker."""
        standing, person = self.look(token)
        if standing != "good":
            return None
        now, c = self.rows.clock.lease(), links.c
        free = c.id == token.id, c.ended_at.is_(None), *still(c.expires_at, now, FRESH)
        return person if self.rows.change(links, *free, ended_at=now, how="used") else None


@dataclass(frozen=True, slots=True)
class Session:
    id: str
    person: str
    made_at: datetime
    seen_at: datetime
    ends_at: datetime
    language: str | None
    browser: str


@dataclass(frozen=True, slots=True)
class Sessions:
    rows: Rows

    def begin(self, person: str, browser: str) -> Token:
        now, c = self.rows.clock.lease(), sessions.c
        self.rows.remove(sessions, c.ends_at < now - KEPT)
        token = fresh_token(self.rows.clock.random)
        self.rows.add(
            sessions,
            id=token.id,
            hash=token.hash,
            person=person,
            made_at=now,
            seen_at=now,
            ends_at=now + LONGEST,
            browser=self.rows.close(c.browser, token.id, browser[:BROWSER]),
        )
        return token

    def of(self, token: Token) -> Session | None:
        """None where it is over, or never was."""
        row = self.rows.one(sessions, sessions.c.id == token.id, *self._open())
        return self._session(row) if row is not None and token.opens(row) else None

    def open_of(self, person: str) -> list[Session]:
        """The latest first."""
        c = sessions.c
        rows = self.rows.all(sessions, c.person == person, *self._open(), order=[c.made_at.desc()])
        return [self._session(row) for row in rows]

    def stale(self, session: Session) -> bool:
        """It is time to write down that it is still in use."""
        return session.seen_at + OFTEN <= self.rows.clock.lease()

    def touch(self, id: str) -> None:
        self.rows.change(sessions, sessions.c.id == id, seen_at=self.rows.clock.lease())

    def speak(self, id: str, language: str) -> None:
        self.rows.change(sessions, sessions.c.id == id, language=language)

    def end(self, id: str) -> None:
        self._end(sessions.c.id == id)

    def end_all(self, person: str) -> int:
        """Every session of theirs, wherever it is open."""
        return self._end(sessions.c.person == person)

    def _end(self, which: Any) -> int:
        still = which, sessions.c.ended_at.is_(None)
        return self.rows.change(sessions, *still, ended_at=self.rows.clock.lease())

    def _open(self) -> list[Any]:
        now, c = self.rows.clock.lease(), sessions.c
        return [c.ended_at.is_(None), *still(c.ends_at, now, LONGEST), c.seen_at > now - IDLE]

    def _session(self, row: Any) -> Session:
        names = ("id", "person", "made_at", "seen_at", "ends_at", "language")
        browser = self.rows.open(sessions.c.browser, row.id, row.browser)
        return Session(**{name: getattr(row, name) for name in names}, browser=browser)
