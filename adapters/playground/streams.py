"""The open pages, and how they hear that something changed."""

import asyncio
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from threading import Lock

REMEMBERED = 1000  # deliveries whose window is known


@dataclass(eq=False, slots=True)
class Ear:
    """One open page. It may live in another event loop than whoever calls it."""

    who: str
    window: str
    loop: asyncio.AbstractEventLoop
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    forms: deque[dict[str, object]] = field(default_factory=deque)
    closed: bool = False

    def call(self) -> None:
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.heard.set)


class Streams:
    def __init__(self) -> None:
        self._ears: list[Ear] = []
        self._windows: OrderedDict[str, str] = OrderedDict()  # delivery -> window
        self._turn = Lock()
        self._shut = False

    def open(self) -> None:
        self._shut = False

    def join(self, who: str, window: str) -> Ear:
        ear = Ear(who, window, asyncio.get_running_loop(), closed=self._shut)
        with self._turn:
            self._ears.append(ear)
        return ear

    def leave(self, ear: Ear) -> None:
        with self._turn:
            self._ears.remove(ear)

    def wake(self) -> None:
        for ear in self._open():
            ear.call()

    def came_from(self, delivery: str, window: str) -> None:
        with self._turn:
            self._windows[delivery] = window
            while len(self._windows) > REMEMBERED:
                self._windows.popitem(last=False)

    def open_form(self, who: str, delivery: str | None, form: dict[str, object]) -> bool:
        """In the window the person last touched; False where they have none open."""
        theirs = [each for each in self._open() if each.who == who]
        window = self._windows.get(delivery or "")
        chosen = next((each for each in theirs if each.window == window), None)
        chosen = chosen or next(reversed(theirs), None)
        if chosen is None:
            return False
        chosen.forms.append(form)
        chosen.call()
        return True

    def close(self) -> None:
        """Every open page is told goodbye; it will ask again by itself."""
        self._shut = True
        for ear in self._open():
            ear.closed = True
            ear.call()

    def _open(self) -> list[Ear]:
        with self._turn:
            return [each for each in self._ears if not each.closed]
