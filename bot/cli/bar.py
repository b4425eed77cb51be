"""How far a long run is: a line drawn again where somebody watches, else one now and then."""

import time
from dataclasses import dataclass, field
from typing import TextIO

PATIENCE = 5.0  # seconds after which we say how far we are, where nobody watches
OFTEN = 0.1  # seconds between two drawings of the bar
BAR = 30  # characters


@dataclass(slots=True)
class Bar:
    whole: int
    stream: TextIO
    started: float = field(default_factory=time.monotonic)
    drawn: float = 0.0

    def draw(self, number: int) -> None:
        now, seen = time.monotonic(), self.stream.isatty()
        if now - max(self.drawn, self.started) < (OFTEN if seen else PATIENCE):
            return
        self.drawn = now
        part = number / self.whole
        line = f"[{'#' * round(BAR * part):<{BAR}}] {part:4.0%}  {number:,} / {self.whole:,}"
        print(f"\r{line}" if seen else line, end="" if seen else "\n", file=self.stream, flush=True)

    def clear(self) -> None:
        if self.drawn and self.stream.isatty():
            print("\r\x1b[K", end="", file=self.stream, flush=True)
