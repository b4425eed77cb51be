"""One thing that Slack tells the app: what, how often tried, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.slack.fake.wire import Json

Sort = Literal["event", "interactive", "command", "options"]
RETRIES = (0.0, 60.0, 300.0)  # seconds to the first, second and third retry
IN_TIME = 3.0  # seconds an app has


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back of one attempt: acknowledged with something, or why not."""

    acknowledged: bool
    reason: str = ""  # http_timeout | http_error | connection_failed | too_many_redirects | …
    status: int = 0
    body: Any = None  # JSON where it was JSON, else the text; None where there was nothing
    no_retry: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    at: float
    number: int  # 0 the first time
    reason: str  # why it is tried again
    outcome: Outcome


@dataclass(slots=True, eq=False)
class Delivery:
    sort: Sort
    payload: Json
    answered: Callable[[Outcome], None] | None = None  # what Slack does with the answer
    attempts: list[Attempt] = field(default_factory=list)
    settled: bool = False
    twice: bool = False  # a fault: it is sent once more after it was acknowledged

    @property
    def key(self) -> str:
        """`event_id` of an event, `trigger_id` of what a person did."""
        return str(self.payload.get("event_id") or self.payload.get("trigger_id") or "")

    @property
    def event(self) -> Json:
        inner: Json = self.payload.get("event", {})
        return inner

    @property
    def type(self) -> str:
        """`message`, `reaction_added`, `block_actions`, `view_submission`, `/duly`, …"""
        named = self.event.get("type") or self.payload.get("type") or self.payload.get("command")
        return str(named or "")

    @property
    def acknowledged(self) -> bool:
        return any(each.outcome.acknowledged for each in self.attempts)

    @property
    def answer(self) -> Any:
        """What the app answered when it acknowledged."""
        said = [x.outcome.body for x in self.attempts if x.outcome.acknowledged]
        return said[0] if said else None
