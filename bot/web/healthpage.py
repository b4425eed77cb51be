"""How Duly itself does, for IT: what it hears, sends and keeps, and what to do next. Policy 5.1.1.

Names, numbers and times; no words of people, no secrets.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidTag
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot import VERSION
from bot.handlers import ailments, points
from bot.store import Transaction
from bot.store.health import BACKUP, KEYS_BACKUP, Health
from bot.store.migrating import HEAD
from bot.store.rings import KeysAway
from bot.web.showing import View
from bot.web.site import Site
from bot.web.visitors import Visitor
from bot.words import Code, Quoted, Say, Value, say

HERE = "/health"
NEVER = say("never")
Fact = tuple[Say | Value, Say | Value]


@dataclass(frozen=True, slots=True)
class Trouble:
    """`step`: what to do about it, where `what` does not say so itself."""

    what: Say
    step: Say | None = None


@dataclass(frozen=True, slots=True)
class Source:
    name: Quoted
    heard: Say | Value
    told: Say | Value


@dataclass(frozen=True, slots=True)
class Part:
    title: Say
    facts: Sequence[Fact]


class HealthPage:
    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> tuple[Route, ...]:
        return (Route(HERE, self.health),)

    async def health(self, request: Request) -> Response:
        return await self._site.show(request, health)


def health(tx: Transaction, visitor: Visitor) -> View | None:
    if not visitor.minds:
        return None
    known = Health(tx.rows)
    values = {
        "troubles": list(_troubles(tx)),
        "sources": [_source(each.platform, each.heard, each.told) for each in known.sources()],
        "portions": (
            Part(say("Listeners"), list(_listeners(known))),
            Part(say("What waits"), list(_waiting(tx, known))),
            Part(say("What is kept"), list(_kept(tx, known))),
            Part(say("This Duly"), list(_about(tx, known))),
        ),
        "w": WORDS,
    }
    return View("health.html", say("How Duly does"), HERE, values)


def _troubles(tx: Transaction) -> Iterator[Trouble]:
    key = _key(tx)
    if key is not None:
        yield Trouble(*key)
    for what in (*ailments.of_directory(tx), *ailments.of_work(tx)):
        yield Trouble(what)
    for point in points.of(tx):
        told = say("{what}: {count}", what=point.what, count=point.count)
        yield Trouble(told, point.step)


def _key(tx: Transaction) -> tuple[Say, Say] | None:
    """What is wrong with the keys; None: they can be read."""
    look = say("{command}", command=Code("./duly verify"))
    try:
        tx.rows.rings.identity(make=False)
    except KeysAway:
        return say("The store of keys cannot be reached"), look
    except InvalidTag:
        return say("The store of keys is under another key than duly.key"), look
    return None


def _source(platform: str, heard: datetime | None, told: datetime | None) -> Source:
    return Source(Quoted(platform), heard or NEVER, told or NEVER)


def _listeners(known: Health) -> Iterator[Fact]:
    for each in known.ears():
        state = say("listens") if each.listens else say("stopped at {at}", at=each.until)
        yield Quoted(each.name), state


def _waiting(tx: Transaction, known: Health) -> Iterator[Fact]:
    taken, unsent = known.unhandled(), known.unsent()
    yield say("Events to be handled"), _since(taken.count, taken.oldest)
    yield say("Events that could not be handled"), Code(str(tx.dailies.parked()))
    yield say("To be sent"), _since(unsent.count, unsent.oldest)
    yield say("For somebody's working time"), Code(str(known.later()))
    yield say("Perhaps sent, to be looked up"), Code(str(known.doubtful()))


def _since(count: int, oldest: datetime | None) -> Say | Value:
    if oldest is None:
        return Code(str(count))
    return say("{count}, the oldest since {since}", count=count, since=oldest)


def _kept(tx: Transaction, known: Health) -> Iterator[Fact]:
    last, taken = tx.checkpoints.last(), tx.checkpoints.taken_at()
    told = NEVER
    if last is not None and taken is not None:
        told = say("number {number}, {at}", number=last.number, at=taken)
    yield say("Last checkpoint"), told
    yield say("Last backup"), known.noted(BACKUP) or NEVER
    yield say("Last backup of the keys"), known.noted(KEYS_BACKUP) or NEVER
    keys = say("can be read") if _key(tx) is None else say("cannot be read")
    yield say("Store of keys"), keys


def _about(tx: Transaction, known: Health) -> Iterator[Fact]:
    yield say("Version"), Code(VERSION)
    yield say("Tables"), Code(HEAD)
    yield say("Database"), Code(known.engine())
    yield say("Policy"), Code(str(tx.policies.current().version))


WORDS = {
    "well": say("All is well."),
    "troubles": say("What needs a look"),
    "step": say("Next:"),
    "sources": say("What is heard and told"),
    "platform": say("Platform"),
    "heard": say("Last heard from it"),
    "told": say("Last arrived there"),
    "none": say("No account of any platform is known yet."),
    "nothing": say("Nothing yet."),
}
