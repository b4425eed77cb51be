"""Two kinds of no: a refusal of the Web API, which names its rule, and what a client cannot do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.slack.fake.wire import Json


class Refusal(Exception):
    """Slack answers `error`; `rules` say in our words which rule was broken."""

    def __init__(self, error: str, *rules: str, **extra: Any) -> None:
        super().__init__(error, *rules)
        self.error = error
        self.rules: Sequence[str] = rules
        self.extra = extra

    def answer(self) -> Json:
        said = [f"[ERROR] {rule}" for rule in self.rules]
        refused = {"ok": False, "error": self.error, **self.extra}
        return refused | {"response_metadata": {"messages": said}}


class Impossible(Exception):
    """A person tried what their Slack client would not let them do."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One line of the fake's own log of refusals."""

    where: str  # a method, `response_url`, `view_submission`, …
    error: str
    rules: tuple[str, ...]
    given: Json = field(default_factory=dict)
