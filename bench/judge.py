"""How many messages a second the judge reads, beside the naive rule, and how often both are right.

    python -m bench.judge [--count 1000000]

The naive rule: whoever was asked has answered when they say anything. A million messages are told
over from examples/transcript.jsonl; figures of annotated chat are printed where ../shared lies.
"""

import argparse
import resource
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bot.policy import judge
from bot.policy.judge import OpenAsk, Utterance
from bot.transcript import read
from tools.answered import SCORE, WINDOW, Prediction, figures, opened, row
from tools.answered import read as read_split

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "transcript.jsonl"

Window = Sequence[Utterance]
Answering = Callable[[Utterance, Window, Sequence[OpenAsk]], list[OpenAsk]]


def judged(new: Utterance, window: Window, still: Sequence[OpenAsk]) -> list[OpenAsk]:
    got = {(a.ask, a.of) for a in judge.answers(new, window, still) if a.confidence >= 0.5}
    return [ask for ask in still if (ask.id, ask.of) in got]


def naive(new: Utterance, _: Window, still: Sequence[OpenAsk]) -> list[OpenAsk]:
    return [a for a in still if a.of == new.author or (a.of is None and a.asker != new.author)]


def play(stream: Iterator[Utterance], answering: Answering) -> Iterator[Prediction | None]:
    """For each message None, after one prediction for each ask it settles."""
    window: deque[Utterance] = deque(maxlen=WINDOW)
    still: list[OpenAsk] = []
    for new in stream:
        before = tuple(window)
        near = [ask for ask in still if new.seq - ask.seq <= WINDOW + 1]
        done = answering(new, before, near)
        for ask in done:
            yield {"message_id": ask.id, "addressee": ask.of, "answered_by": new.id}
        still = [ask for ask in near if ask not in done] + opened(new, before)
        window.append(new)
        yield None


def told_over(count: int) -> Iterator[Utterance]:
    """The example again and again, with new ids, as one conversation."""
    rows = read(EXAMPLE).rows
    for n in range(count):
        said = rows[n % len(rows)]
        yield Utterance(
            id=f"{n}", seq=n + 1, at=said.at, author=said.author, text=said.text,
            mentions=said.mentions, is_bot=said.is_bot,
        )  # fmt: skip


def memory() -> float:
    """MiB in use now; where the system does not say, the most there ever were."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 2**20


def speed(name: str, count: int, answering: Answering) -> None:
    begun, messages, settled, marks = time.process_time(), 0, 0, []
    for found in play(told_over(count), answering):
        settled += found is not None
        messages += found is None
        if found is None and messages in (max(1, count // 100), count // 2, count):
            marks.append(f"{memory():.1f}")
    spent = time.process_time() - begun
    print(
        f"{name:<10} {messages / spent:>9,.0f} messages/s on one core ({messages:,} messages, "
        f"{settled:,} asks settled), memory {' / '.join(marks)} MiB at start / middle / end",
        flush=True,
    )


def accuracy(folder: Path) -> None:
    packed = SCORE.parent / "answered-dev.tar.xz"
    subprocess.run(["tar", "-xJf", str(packed), "-C", str(folder)], check=True)
    split = read_split(next(folder.rglob("train_lite")))
    for name, answering in (("the judge", judged), ("naive", naive)):
        found = [
            each
            for stream in split.streams.values()
            for each in play(iter(stream), answering)
            if each is not None
        ]
        for room in (False, True):
            whom = "of the room" if room else "of somebody"
            print(row(f"{name}, {whom}", figures(split, found, room=room)))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--count", type=int, default=1_000_000)
    args = options.parse_args()
    speed("the judge", args.count, judged)
    speed("naive", args.count, naive)
    if not SCORE.exists():
        print("Without ../shared there are no annotated chats to be right or wrong about.")
        return
    with tempfile.TemporaryDirectory() as name:
        accuracy(Path(name))


if __name__ == "__main__":
    main()
