"""Learns the weights of the judge from annotated chat, and says how well they carry over.

    python3 -m venv /tmp/train && /tmp/train/bin/pip install scikit-learn
    /tmp/train/bin/python -m tools.train_judge TRAIN_LITE_FOLDER [--write]

Cross-validated by whole streams: a fold is judged by weights that have seen none of its streams.
scikit-learn is needed here only; the bot adds up the weights itself.
"""

import argparse
import json
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from bot.policy import judge, weighing
from bot.policy.judge import OpenAsk, Utterance
from tools.answered import TYPES, WINDOW, Gold, Prediction, Split, figures, read, row

FOLDS = 5
ASIDE = 0.3  # how much an answer to what was no question counts beside one that was
KINDS = ("asked", "room")
# What more of can only speak for (1) or against (-1) an answer, whatever chance made of it.
ONE_WAY = {
    "rule_of_thumb": 1, "agrees": 1, "yes_to_ask": 1,
    "shared": 1, "shared_part": 1, "shared_rare": 1,
    "distance": -1, "others_lines": -1, "author_said": -1, "author_to_asker": -1,
    "called_by_others_since": 1, "others_waiting": -1,
}  # fmt: skip
ASKED = (
    "rule_of_thumb", "names_asker", "size", "agrees", "opens", "of_me", "ask_size", "ask_marked",
    "yes_to_ask",
    "distance", "others_lines", "asker_lines", "asker_to_author", "asker_last",
    "asked_again_since", "author_lines", "author_said", "author_to_asker",
    "called_by_others_since", "others_called_last", "called_since_last_word", "author_before",
    "asked_before", "author_to_asker_before", "asker_before", "shared", "shared_part",
    "shared_rare",
)  # fmt: skip
ROOM = (
    "of_you", "ask_what", "ask_of_you", "others", "others_to_asker", "asker_to_others",
    "asker_since", "author_to_nobody", "author_since", "author_named_since",
    "called_by_asker_since", "called_by_others", "others_waiting", "in_dialogue",
    "asker_to_author_before", "others_to_asker_before", "speakers", "marked",
)  # fmt: skip
FACTS = {"asked": ASKED, "room": ASKED + ROOM}
SHAPE: dict[str, Any] = {
    "max_iter": 80,
    "learning_rate": 0.09,
    "max_leaf_nodes": 8,
    "max_features": 0.4,
    "min_samples_leaf": 50,
    "l2_regularization": 2,
    "random_state": 1,
}
# Log odds added to what was learned. The likeliest reading is not the best decision: a nudge for
# what was answered costs more than a nudge too few, so that one half stays the natural threshold.
SHIFT = {"asked": 0.4, "room": 0.7}


@dataclass(frozen=True)
class Candidate:
    """A message that may answer an ask, with the facts about it."""

    message: str
    facts: Mapping[str, float]
    right: bool


@dataclass(frozen=True)
class Case:
    """An annotated ask and every message that may answer it, as it was said."""

    gold: Gold
    found: bool  # the judge sees that it asks something
    candidates: Sequence[Candidate]

    @property
    def counts(self) -> bool:
        return self.gold["type"] in TYPES

    def until_answered(self) -> Sequence[Candidate]:
        """No message is looked at once the ask is settled."""
        ids = [each.message for each in self.candidates]
        answer = self.gold["answered_by"]
        return self.candidates[: ids.index(answer) + 1] if answer in ids else self.candidates


def cases(split: Split, kind: str) -> list[Case]:
    places = {u.id: (stream, n) for stream in split.streams.values() for n, u in enumerate(stream)}
    found = []
    for gold in split.room if kind == "room" else split.asked:
        stream, n = places[gold["message_id"]]
        seen = judge.asks(stream[n], stream[max(0, n - WINDOW) : n]) is not None
        found.append(Case(gold, seen, tuple(candidates(stream, n, gold))))
    return found


def candidates(stream: Sequence[Utterance], n: int, gold: Gold) -> Iterator[Candidate]:
    asked, of = stream[n], gold["addressee"]
    ask = OpenAsk(id=asked.id, seq=asked.seq, asker=asked.author, of=of)
    right = {gold["answered_by"], *gold["also_ok"]}
    for later in range(n + 1, min(len(stream), n + WINDOW + 2)):
        new = stream[later]
        if new.is_bot or new.author == ask.asker or of not in (None, new.author):
            continue
        turn = judge.scene(new, stream[max(0, later - WINDOW) : later]).turn(ask)
        if not new.wording.silent and judge.weighable(turn):
            yield Candidate(new.id, turn.facts, new.id in right)


class Table:
    """The facts of many candidates as numbers, with what is right and how much each counts."""

    def __init__(self, known: Sequence[Case], names: Sequence[str]) -> None:
        rows = [(case, each) for case in known for each in case.until_answered()]
        self.facts = np.array([[each.facts[name] for name in names] for _, each in rows])
        self.right = np.array([each.right for _, each in rows])
        self.weights = np.array([1.0 if case.counts else ASIDE for case, _ in rows])


def learned(known: Sequence[Case], names: Sequence[str]) -> Any:
    model = HistGradientBoostingClassifier(
        **SHAPE, monotonic_cst=[ONE_WAY.get(name, 0) for name in names]
    )
    table = Table(known, names)
    return model.fit(table.facts, table.right, sample_weight=table.weights)


def predictions(
    known: Sequence[Case], sure: float, odds: Callable[[Sequence[Candidate]], Sequence[float]]
) -> Iterator[Prediction]:
    for case in known:
        if not (case.found and case.counts and case.candidates):
            continue
        chances = zip(case.candidates, odds(case.candidates), strict=True)
        first = next((each.message for each, chance in chances if chance >= sure), None)
        gold = case.gold
        yield {
            "message_id": gold["message_id"], "addressee": gold["addressee"], "answered_by": first
        }  # fmt: skip


def cross_validated(known: Sequence[Case], names: Sequence[str], kind: str) -> list[float]:
    """For every candidate in turn, the chance given by weights that never saw its stream."""
    channels = sorted({case.gold["channel"] for case in known})
    random.Random(3).shuffle(channels)
    folds = {channel: n % FOLDS for n, channel in enumerate(channels)}
    chances: dict[int, list[float]] = {}
    for fold in range(FOLDS):
        model = learned([c for c in known if folds[c.gold["channel"]] != fold], names)
        for n, case in enumerate(known):
            if folds[case.gold["channel"]] == fold and case.candidates:
                chances[n] = odds(model, case.candidates, names, kind)
    return [chance for n in sorted(chances) for chance in chances[n]]


def odds(model: Any, said: Sequence[Candidate], names: Sequence[str], kind: str) -> list[float]:
    table = np.array([[each.facts[name] for name in names] for each in said])
    return list(1 / (1 + np.exp(-model.decision_function(table) - SHIFT[kind])))


def told(model: Any, names: Sequence[str], kind: str) -> dict[str, Any]:
    """The weights as `judge.json` holds them."""
    trees = [_node(each[0].nodes, 0, names)[0] for each in model._predictors]
    start = float(model._baseline_prediction[0, 0]) + SHIFT[kind]
    return {"start": round(start, 4), "trees": [tree for tree in trees if isinstance(tree, dict)]}


def _node(nodes: Any, n: int, names: Sequence[str]) -> tuple[dict[str, Any] | float, float, int]:
    """A branch or an end, what it is worth on average, and how many examples came there."""
    node = nodes[n]
    if node["is_leaf"]:
        worth = round(float(node["value"]), 4)
        return worth, worth, int(node["count"])
    yes, yes_worth, yes_count = _node(nodes, int(node["left"]), names)
    no, no_worth, no_count = _node(nodes, int(node["right"]), names)
    count = yes_count + no_count
    worth = round((yes_worth * yes_count + no_worth * no_count) / count, 4)
    branch = {
        "fact": names[int(node["feature_idx"])],
        "at_most": round(float(node["num_threshold"]), 4),
        "worth": worth, "yes": yes, "no": no,
    }  # fmt: skip
    return branch, worth, count


def written(weights: Mapping[str, Any]) -> str:
    """One tree a line, so that what changed can be seen."""
    parts = (
        f'"{kind}": {{\n "start": {each["start"]},\n "trees": [\n  '
        + ",\n  ".join(map(json.dumps, each["trees"]))
        + "\n ]\n}"
        for kind, each in weights.items()
    )
    return "{\n" + ",\n".join(parts) + "\n}\n"


def report(split: Split, known: Sequence[Case], chances: Sequence[float], kind: str) -> None:
    for sure in (0.4, 0.5, 0.6):
        left = iter(chances)
        by_case = {id(c): [next(left) for _ in c.candidates] for c in known if c.candidates}
        each = {id(c.candidates): by_case[id(c)] for c in known if c.candidates}
        found = predictions(known, sure, lambda said, each=each: each[id(said)])
        told = row(f"{kind}, sure {sure}", figures(split, found, room=kind == "room"))
        sys.stdout.write(told + "\n")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--write", action="store_true", help="keep the weights in judge.json")
    args = options.parse_args()
    split, weights = read(args.folder), {}
    for kind in KINDS:
        known = cases(split, kind)
        names = FACTS[kind]
        report(split, known, cross_validated(known, names, kind), kind)
        weights[kind] = told(learned(known, names), names, kind)
    if args.write:
        weighing.WEIGHTS.write_text(written(weights), encoding="utf-8")


if __name__ == "__main__":
    main()
