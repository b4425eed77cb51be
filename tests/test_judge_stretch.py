"""No decision depends on how fast people talk: sixty times slower, all of them stay the same."""

import random
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

import pytest

from bot.policy.judge import Answer, Ask, OpenAsk, Utterance, answers, asks
from bot.transcript import Row, read
from tests.needs import ROOT, need, seed, share

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
SLOWER = 60
WINDOW = 60  # as the caller keeps it
EXAMPLE = ROOT / "examples" / "transcript.jsonl"
PEOPLE = ("ann", "bob", "eve", "dan", "zoe", "kim")
WORDS = (
    "is the build green?", "which printer?", "since noon", "yes", "ok", "thanks", "no idea",
    "please send the file", "the printer is out of paper", "收到", "报告交了吗？", "在共享盘",
    "could you look at the build", "why?", "what do you mean?", "lunch", "on Thursday", "不行",
)  # fmt: skip

Decision = tuple[str, Ask | None, tuple[Answer, ...]]


def decisions(stream: Sequence[Utterance]) -> list[Decision]:
    """All that is decided about a stream, each ask open until it is answered."""
    found: list[Decision] = []
    still: list[OpenAsk] = []
    for n, new in enumerate(stream):
        window = stream[max(0, n - WINDOW) : n]
        got = answers(new, window, still)
        ask = asks(new, window)
        found.append((new.id, ask, got))
        done = {(each.ask, each.of) for each in got if each.confidence >= 0.5}
        still = [each for each in still if (each.id, each.of) not in done][-WINDOW:]
        if ask is not None:
            whom: Iterable[str | None] = ask.of or (None,)
            still += [OpenAsk(id=new.id, seq=new.seq, asker=new.author, of=of) for of in whom]
    return found


def slowed(stream: Sequence[Utterance]) -> list[Utterance]:
    return [replace(each, at=START + SLOWER * (each.at - START)) for each in stream]


def talk(rnd: random.Random, length: int) -> list[Utterance]:
    stream: list[Utterance] = []
    now = START
    for n in range(length):
        now += timedelta(seconds=rnd.choice((1, 5, 30, 300, 4000)))
        author = rnd.choice(PEOPLE)
        others = [each for each in PEOPLE if each != author]
        named = tuple(rnd.sample(others, rnd.choice((0, 0, 1, 1, 1, 2))))
        text = f"{' '.join(named)}{': ' if named else ''}{rnd.choice(WORDS)}"
        quoted = stream[-1].id if stream and rnd.random() < 0.05 else None
        stream.append(
            Utterance(
                id=f"m{n}", seq=n + 1, at=now, author=author, text=text, mentions=named,
                quotes=quoted,
            )
        )  # fmt: skip
    return stream


def streams(rows: Iterable[Row]) -> list[list[Utterance]]:
    by_channel = sorted(rows, key=lambda row: row.channel)
    return [
        [
            Utterance(
                id=row.id, seq=n, at=row.at, author=row.author, text=row.text,
                mentions=tuple(row.mentions), quotes=row.reply_to, is_bot=row.is_bot,
            )
            for n, row in enumerate(group, 1)
        ]
        for _, group in groupby(by_channel, key=lambda row: row.channel)
    ]  # fmt: skip


@pytest.mark.thorough
def test_made_up_talk_is_judged_alike_at_any_pace() -> None:
    rnd = random.Random(seed())
    for n in range(share(2000)):
        stream = talk(rnd, 120)
        assert decisions(stream) == decisions(slowed(stream)), f"talk {n} of seed {seed()}"


def test_the_example_is_judged_alike_at_any_pace() -> None:
    for stream in streams(read(EXAMPLE).rows):
        first = decisions(stream)

        assert first == decisions(slowed(stream))
        assert sum(ask is not None for _, ask, _ in first) > 20


def test_a_decision_needs_nothing_of_what_comes_later() -> None:
    stream = talk(random.Random(seed()), 200)

    assert decisions(stream)[:90] == decisions(stream[:90])


@pytest.mark.thorough
@pytest.mark.slow
@pytest.mark.no_cover
def test_the_annotated_chats_are_judged_alike_at_any_pace(tmp_path: Path) -> None:
    """The training split, which may be looked at as often as one likes."""
    packed = Path(need("shared")) / "data" / "answered" / "answered-dev.tar.xz"
    subprocess.run(["tar", "-xJf", str(packed), "-C", str(tmp_path)], check=True)
    rows = read(next(tmp_path.rglob("train_lite/transcripts.jsonl"))).rows

    every = [stream for stream in streams(rows) if stream]
    for stream in every[: max(9, share(20 * len(every)))]:
        assert decisions(stream) == decisions(slowed(stream))
