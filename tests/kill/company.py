"""A client of the playground: says things, notes each acknowledgement and each card it is shown."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

import httpx

PEOPLE = ("ann", "bob", "wei", "leo", "mei", "na", "min", "kai")
PLACE = "general"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
ASKS = ("@{} when is sample {} ready?", "@{} could you send contract {}?", "hello {}, {}")
COMMANDS = (
    "/duly mine",
    "/duly waiting",
    "/duly done {}",
    "/duly promise {} in 3 hours",
    "/duly drop {}",
    "/duly reopen {}",
    "/duly pass {} @wei",
    "/duly request notice The office is closed on Friday",
    "/duly approve {}",
    "/duly reject {} too late",
    "/duly recall {}",
)


@dataclass
class Company:
    """`web` is renewed with every start of the bot; what was noted stays."""

    chance: Random
    web: httpx.Client | None = None
    sent: int = 0
    owed: list[dict[str, Any]] = field(default_factory=list)  # posted, not acknowledged
    acknowledged: dict[str, dict[str, Any]] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)
    cards: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # id: key, place, text
    said: dict[str, str] = field(default_factory=dict)  # line id: text, of people
    now: datetime = LONG_AGO  # by the playground's clock

    def say(self) -> None:
        """One more event, after what is still owed; raises httpx.HTTPError when nobody listens."""
        self.owed.append(self._event())
        self.deliver()

    def deliver(self) -> None:
        while self.owed:
            event = self.owed[0]
            answer = self._post("/playground/events", event)
            if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
                raise httpx.ConnectError("the core does not take it yet")
            self.owed.pop(0)
            if answer.status_code == httpx.codes.OK:
                self.acknowledged[event["id"]] = event
            elif answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
                raise AssertionError(f"{event}: {answer.status_code} {answer.text}")

    def again(self) -> None:
        """The platform repeats something that was acknowledged long ago."""
        if self.acknowledged:
            self._post("/playground/events", self.chance.choice(list(self.acknowledged.values())))

    def move_the_clock(self) -> None:
        self._post("/playground/clock", {"working_minutes": self.chance.choice((30, 90, 200))})

    def look(self) -> None:
        """Read what is new for everybody."""
        assert self.web is not None
        for who in PEOPLE:
            query: dict[str, str | int] = {"as": who, "after": self.after.get(who, 0)}
            answer = self.web.get("/playground/lines", params=query)
            for line in answer.raise_for_status().json():
                self.after[who] = max(self.after.get(who, 0), line["n"])
                if line["kind"] == "line":
                    self._note(line)
        told = self.web.get("/playground/api/cast").raise_for_status().json()
        self.now = datetime.fromisoformat(told["now"])

    def _note(self, line: dict[str, Any]) -> None:
        if line["author"] == "duly":
            self.cards[line["id"]] = (line["key"], line["place"], line["text"])
        else:
            self.said[line["id"]] = line["text"]

    def doubled(self) -> Iterator[str]:
        """By key, and by content where the cause is the same."""
        keys = Counter(key for key, _, _ in self.cards.values())
        yield from (f"{key} was shown {times}×" for key, times in keys.items() if times > 1)
        told = Counter((_cause(key), *rest) for key, *rest in self.cards.values())
        for (cause, place, _), times in told.items():
            if times > 1:
                yield f"{cause} was told {times}× in {place} in the same words"
        said = Counter(self.said.values())
        for event in self.acknowledged.values():
            if event["text"].startswith(("@", "hello")) and said[event["text"]] != 1:
                yield f"{event['id']} stands in the room {said[event['text']]}×"

    def _event(self) -> dict[str, Any]:
        self.sent += 1
        who, number = self.chance.choice(PEOPLE), self.chance.randint(1, 2 + self.sent // 4)
        if self.chance.random() < 0.3:
            text = self.chance.choice(ASKS).format(self.chance.choice(PEOPLE), self.sent)
        else:
            text = self.chance.choice(COMMANDS).format(number)
        event = {"id": f"kill-{self.sent}", "as": who, "place": PLACE, "text": text}
        if self.chance.random() < 0.1:
            return event | {"place": f"dm:{who}", "kind": "message", "text": "mine"}
        if self.chance.random() < 0.1:
            return event | {"kind": "home", "text": ""}
        return event | {"kind": "message"}

    def _post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        assert self.web is not None
        return self.web.post(path, json=body)


def _cause(key: str) -> str:
    """Without the count of what it caused; two days' digests may say the same."""
    return key if key.startswith("digest/") else key.rpartition("/")[0]
