"""The annotated chats, played past the judge without the engine.

Shared by `tools.score_judge` and `tools.train_judge`. A split is a folder with `transcripts.jsonl`,
`gold.jsonl` and `gold_open.jsonl`; see ../shared/data/answered/README.md.
"""

import importlib.util
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from bot.policy import judge
from bot.policy.judge import OpenAsk, Utterance

ROOT = Path(__file__).resolve().parent.parent
SCORE = ROOT.parent / "shared" / "data" / "answered" / "score.py"
WINDOW = 60  # as in bot/handlers/talk.py
ASKS_SURE = 0.3  # as in examples/replay.toml
TYPES = {"question", "request"}  # what score.py counts

Owed = Literal["reply", "acknowledge"]
Gold = Mapping[str, Any]
Prediction = dict[str, str | None]


@dataclass(frozen=True)
class Split:
    """Streams by channel, each in the order it was said, and what annotators saw in them."""

    streams: Mapping[str, Sequence[Utterance]]
    asked: Sequence[Gold]
    room: Sequence[Gold]
    seconds: Mapping[str, float] = field(repr=False)  # when each message was said


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def read(folder: Path) -> Split:
    streams: dict[str, list[Utterance]] = {}
    for row in lines(folder / "transcripts.jsonl"):
        stream = streams.setdefault(row["channel"], [])
        stream.append(
            Utterance(
                id=row["id"],
                seq=len(stream) + 1,
                at=datetime.fromisoformat(row["ts"]),
                author=row["author"],
                text=row["text"],
                mentions=tuple(row["mentions"]),
                is_bot=row["is_bot"],
            )
        )
    return Split(
        streams=streams,
        asked=list(lines(folder / "gold.jsonl")),
        room=list(lines(folder / "gold_open.jsonl")),
        seconds={u.id: u.at.timestamp() for stream in streams.values() for u in stream},
    )


def play(
    stream: Sequence[Utterance], sure: float = 0.5, *, thanks: bool = False
) -> Iterator[Prediction]:
    """Every ask the judge sees in a stream, and the first message it takes for the answer.

    With `thanks`, an acknowledgement is one, as in examples/annotators.toml.
    """
    still: list[OpenAsk] = []
    for n, new in enumerate(stream):
        window = stream[max(0, n - WINDOW) : n]
        near = [ask for ask in still if new.seq - ask.seq <= WINDOW + 1]
        got = [a for a in judge.answers(new, window, near) if a.confidence >= sure]
        for answer in got:
            yield {"message_id": answer.ask, "addressee": answer.of, "answered_by": new.id}
        done = {(answer.ask, answer.of) for answer in got}
        still = [ask for ask in near if (ask.id, ask.of) not in done]
        still += opened(new, window, thanks=thanks)


def opened(
    new: Utterance,
    window: Sequence[Utterance],
    sure: float = ASKS_SURE,
    *,
    thanks: bool = False,
) -> list[OpenAsk]:
    """As bot/handlers/judging.py opens them: an instruction is to be acknowledged."""
    ask = judge.asks(new, window)
    if ask is None or ask.confidence < sure:
        return []
    owed: Owed = "acknowledge" if ask.kind == "instruction" else "reply"
    return [
        OpenAsk(
            id=new.id,
            seq=new.seq,
            asker=new.author,
            of=of,
            kind=owed,
            acknowledgement_settles=thanks,
        )
        for of in ask.of or (None,)
    ]


def scorer() -> ModuleType:
    """The score.py that lies with the data, so that nothing here scores itself."""
    spec = importlib.util.spec_from_file_location("score", SCORE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def figures(
    split: Split, predictions: Iterable[Prediction], *, room: bool, rounds: int = 0
) -> dict[str, Any]:
    """What score.py finds; `rounds` of resampling for its intervals."""
    gold = split.room if room else split.asked
    found: dict[str, Any] = scorer().score(
        gold, list(predictions), split.seconds, TYPES, boot=rounds
    )
    return found


def row(name: str, found: Mapping[str, Any]) -> str:
    late, in_time = found["late"], found["n_sla"] - found["late"]
    false, missed = found["false_nudge"], found["missed_nudge"]
    spread = "".join(
        f"  {what} [{found[key][0]:.3f}-{found[key][1]:.3f}]"
        for what, key in (
            ("F1", "F1_ci"),
            ("false", "false_nudge_ci"),
            ("missed", "missed_nudge_ci"),
        )
        if key in found
    )
    return (
        f"{name:<26} F1 {found['F1']:.3f}  P {found['P']:.3f}  R {found['R']:.3f}  "
        f"false {false:.3f} ({false * in_time:.0f} of {in_time})  "
        f"missed {missed:.3f} ({missed * late:.0f} of {late})  "
        f"right {found['nudge_precision']:.3f}{spread}"
    )
