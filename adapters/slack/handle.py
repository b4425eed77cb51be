"""What a later answer needs of the moment it answers: Slack's trigger, its address, the place."""

import json
from dataclasses import asdict, dataclass

from adapters.slack.slip import Slip

ALIVE = 29 * 60  # seconds an address for answers may be used; Slack says 30 minutes


@dataclass(frozen=True, slots=True)
class Handle:
    """Opaque to the core; `at`: seconds since 1970 when Slack gave it."""

    at: float
    trigger: str = ""
    url: str = ""  # where an answer that only the person sees may be posted
    place: str = ""
    thread: str = ""

    def written(self) -> str:
        return json.dumps({name: value for name, value in asdict(self).items() if value})

    def answers_until(self) -> float:
        return self.at + ALIVE


def handle(written: str | None) -> Handle:
    """An empty one for what is none."""
    try:
        slip = Slip(json.loads(written or "{}"))
    except ValueError:
        slip = Slip(None)
    words = {name: slip.text(name) for name in ("trigger", "url", "place", "thread")}
    return Handle(at=slip.number("at"), **words)
