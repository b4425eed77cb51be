"""The platform as the parent keeps it: a sea at its worst, and what was acknowledged to it."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from random import Random
from typing import Any, TypeVar

from bot.events import Echoed, Happening
from bot.port import CannotTell, Doubtful, TryLater
from tests.kill.wire import Answer, Said
from tests.simulation.sea import Sea

T = TypeVar("T")


class Shore(Sea):
    def __init__(self, chance: Random, now: Callable[[], datetime], *, echoes: bool) -> None:
        super().__init__(chance, echoes=echoes)
        self.now, self.sleep, self.watch = now, lambda _: None, lambda _, __: None
        self.acknowledged: dict[str, Happening] = {}
        self.pending: dict[str, Happening] = {}  # what nobody has acknowledged

    def tell(self, *events: Happening) -> None:
        """It happened: we are told of it until somebody says that it is kept."""
        self.pending |= {event.key: event for event in events}

    def hear(self, said: Said) -> Answer | None:
        """What a child said to us, and what it is answered, if anything."""
        what, number, words = said
        if what == "listening":
            return None
        if what == "all told?":
            return number, None, Doubtful if self.pending else None
        if what == "kept":
            known = self.pending.pop(words, None) or self.acknowledged[words]
            self.acknowledged[words] = known
            return None
        answer = self._answer(what, words)
        self._show()
        return number, *answer

    def _answer(self, what: str, words: tuple[Any, ...]) -> tuple[Any, type[Exception] | None]:
        effect, key, third = words
        try:
            if what == "find":
                return at_once(self.find(effect, key=key, since=third)), None
            return at_once(self.deliver(effect, key=key, reader=third)), None
        except TryLater as busy:
            return busy.after, None
        except CannotTell:
            return None, CannotTell
        except Exception:
            return None, Doubtful

    def _show(self) -> None:
        """One that `echoes` tells us what stands there of ours."""
        shown, self.shown = self.shown, []
        if self.echoes:
            self.tell(
                *(
                    Echoed(key=f"paper/echo/{ref.id}", at=self.now(), message=ref, sent=key)
                    for key, ref in shown
                )
            )

    def hurry(self) -> None:
        """What it still dawdles over is there now."""
        at_once(self.catch_up())
        self._show()


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """The result of what never waits."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise RuntimeError("it waits")
