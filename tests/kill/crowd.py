"""People who talk all the time: what happens on the platform, drawn by chance."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from random import Random

from bot.events import (
    ButtonPressed,
    CommandInvoked,
    Happening,
    MessageChanged,
    MessagePosted,
    MessageRef,
    ReactionChanged,
)
from tests.desk import LOBBY, STAFF, Line, account
from tests.simulation.storm import ASKS, SAYINGS

NAMES = tuple(STAFF)
WORDS = (
    *("mine", "waiting", "team", "nonsense", "pause off", "promise {} in {} hours", "done {}"),
    *("drop {}", "reopen {}", "pass {} @bob", "explain {}", "approve {}", "reject {} because"),
    *("request notice Closed on Friday, {} of {}", "request leave Three days, {} of {}"),
    *("settings digest 9:00", "recall {} because"),
)


class Crowd:
    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._messages: list[str] = []
        self._count = 0

    def deed(self, at: datetime, lines: Sequence[Line]) -> Happening:
        """`lines`: what stands there of the bot's."""
        self._count += 1
        luck = self._chance.random()
        if luck < 0.45 or not self._messages:
            return self._said(at)
        if luck < 0.75:
            return self._typed(at)
        if luck < 0.85:
            return self._reacted(at, lines)
        pressed = self._pressed(at, lines) if luck < 0.95 else None
        return pressed or self._changed(at)

    def _said(self, at: datetime) -> Happening:
        text = self._chance.choice((*ASKS, *SAYINGS)).format(self._anyone())
        thread = self._chance.choice([None, None, *self._messages[-4:]])
        id = f"m{len(self._messages)}"
        self._messages.append(id)
        words = (word.strip("@,.?!") for word in text.split() if word[0] == "@")
        return MessagePosted(
            key=f"paper/{id}",
            at=at,
            author=account(self._anyone()),
            message=MessageRef(replace(LOBBY, thread=thread), id),
            text=text,
            mentions=tuple(account(word) for word in words if word in STAFF),
        )

    def _typed(self, at: datetime) -> Happening:
        text = self._chance.choice(WORDS).format(self._number(), self._chance.randint(1, 30))
        return CommandInvoked(
            key=f"paper/c{self._count}",
            at=at,
            actor=account(self._anyone()),
            place=LOBBY,
            text=text,
            people=(("@bob", account("bob")),) if "@bob" in text else (),
            reply_handle="window",
        )

    def _reacted(self, at: datetime, lines: Sequence[Line]) -> Happening:
        message = self._chance.choice([self._message(), *(line.ref for line in lines[-5:])])
        key, emoji = f"paper/r{self._count}", self._chance.choice("✅❗👌❌😀")
        actor = account(self._anyone())
        return ReactionChanged(
            key=key, at=at, actor=actor, message=message, emoji=emoji, added=True
        )

    def _pressed(self, at: datetime, lines: Sequence[Line]) -> Happening | None:
        cards = [(each, each.card) for each in lines[-12:] if each.card and each.card.buttons]
        if not cards:
            return None
        line, card = self._chance.choice(cards)
        who = line.to if line.to in STAFF else self._anyone()
        key, action = f"paper/b{self._count}", self._chance.choice(card.buttons).action
        return ButtonPressed(key=key, at=at, actor=account(who), message=line.ref, action=action)

    def _changed(self, at: datetime) -> Happening:
        text = self._chance.choice((None, "never mind", "@bob and now?"))
        key, author = f"paper/e{self._count}", account(self._anyone())
        return MessageChanged(key=key, at=at, author=author, message=self._message(), text=text)

    def _message(self) -> MessageRef:
        return MessageRef(LOBBY, self._chance.choice(self._messages[-8:]))

    def _number(self) -> int:
        return self._chance.randint(max(1, self._count // 4 - 8), 1 + self._count // 4)

    def _anyone(self) -> str:
        return self._chance.choice(NAMES)
