"""`duly replay`: what would have been asked, answered, nudged in a transcript. Policy 2.2.1."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO
from unicodedata import east_asian_width

from bot.cli.common import FINE, FOUND, MISUSED, Out

if TYPE_CHECKING:
    from bot.replay import Outcome, Replay
    from bot.store import Store
    from bot.transcript import Row, Transcript
    from bot.words import Say, Value

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "replay.toml"
SHOWN = 8  # asks that were never answered
FAULTS_SHOWN = 20
PATIENCE = 5.0  # seconds after which we say how far we are, where nobody watches
OFTEN = 0.1  # seconds between two drawings of the bar
BAR = 30  # characters


def add(sub: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    one = sub.add_parser("replay", help="what would have been asked, answered and nudged in a chat")
    one.add_argument("file", metavar="FILE.jsonl", type=Path)
    one.add_argument(
        "--predictions", metavar="OUT.jsonl", type=Path, help="what answered which ask"
    )
    one.add_argument("--policy", metavar="FILE", type=Path, help="laid over examples/replay.toml")
    one.add_argument(
        "--compare", metavar="NEW.toml", type=Path, help="the same with another policy"
    )
    one.add_argument("--report", metavar="FILE.xlsx", type=Path, help="the workbook of its period")
    one.set_defaults(needs_store=False)


def run(args: argparse.Namespace, store: "Store | None", out: Out) -> int:  # noqa: ARG001
    """0: done, 1: lines were left out, 2: asked for wrongly, or nothing to replay."""
    from bot.cli.people import readable

    given = [args.file, *filter(None, (args.policy, args.compare))]
    if not all(readable(file, out) for file in given) or not _writable(args, out):
        return MISUSED
    policies = [
        _policy(file, out) for file in (args.policy, args.compare)[: 1 + bool(args.compare)]
    ]
    transcript = _transcript(args.file, out)
    if transcript is None or None in policies:
        return MISUSED

    with _played(transcript.rows, policies[0] or "") as (replay, outcome):
        written = _write(args, replay, outcome, out)
    if args.compare:
        with _played(transcript.rows, policies[1] or "") as (_, other):
            for line in _compared(outcome, other):
                out(line)
    else:
        for what in (*_told(outcome), *_unanswered(outcome, transcript.rows)):
            out(_words()(what))
    if not written:
        return MISUSED
    return FOUND if transcript.faults or outcome.parked else FINE


def _words() -> "Callable[[Say | Value], str]":
    from bot.cli.people import spoken

    return spoken()


def _writable(args: argparse.Namespace, out: Out) -> bool:
    """Before a long run rather than after it."""
    from bot.words import Quoted, say

    if args.report and args.report.suffix.lower() != ".xlsx":
        out(_words()(say("The report is a workbook: give it a name that ends in .xlsx.")))
        return False
    for file in filter(None, (args.predictions, args.report)):
        folder = file.resolve().parent
        if file.is_dir() or not os.access(folder, os.W_OK):
            what = say(
                "{file} cannot be written: name a file in a folder that is there.",
                file=Quoted(str(file)),
            )
            out(_words()(what))
            return False
    return True


def _policy(file: Path | None, out: Out) -> str | None:
    """Ours for replaying, with `file` laid over it; None, its mistakes told, where it has any."""
    from bot.policy.reading import Mistakes, read
    from bot.replay import laid_over
    from bot.words import Code, Quoted, say

    ours = EXAMPLE.read_text(encoding="utf-8")
    if file is None:
        return ours
    words, name = _words(), Quoted(str(file))
    try:
        theirs = file.read_text(encoding="utf-8-sig")
        read(theirs)
        return laid_over(ours, theirs)
    except Mistakes as mistakes:
        for each in mistakes.found:
            line = Code(str(each.line))
            out(words(say("{file}, line {line}: {what}", file=name, line=line, what=each.what)))
    except UnicodeError:
        out(words(say("{file} is not UTF-8 text: save it as UTF-8.", file=name)))
    except OSError as error:
        reason = Quoted(error.strerror or str(error))
        out(words(say("{file} cannot be opened: {reason}.", file=name, reason=reason)))
    return None


def _transcript(file: Path, out: Out) -> "Transcript | None":
    """What can be used of it; None where there is nothing."""
    from bot.transcript import read
    from bot.words import Code, Quoted, say, say_many

    words, name = _words(), Quoted(str(file))
    try:
        transcript = read(file)
    except OSError as error:
        reason = Quoted(error.strerror or str(error))
        out(words(say("{file} cannot be opened: {reason}.", file=name, reason=reason)))
        return None
    for fault in transcript.faults[:FAULTS_SHOWN]:
        out(words(say("Line {line}: {what}", line=Code(str(fault.line)), what=fault.what)))
    hidden = len(transcript.faults) - FAULTS_SHOWN
    if hidden > 0:
        more = say_many(
            "One more line is broken in such a way.",
            "{count} more lines are broken in such ways.",
            hidden,
        )
        out(words(more))
    if transcript.faults and transcript.rows:
        left_out = say_many(
            "One line was left out; the rest is replayed.",
            "{count} lines were left out; the rest is replayed.",
            len(transcript.faults),
        )
        out(words(left_out))
    if not transcript.rows:
        what = say(
            "There is no message in {file}: each line is one, as in examples/transcript.jsonl.",
            file=name,
        )
        out(words(what))
        return None
    return transcript


@contextmanager
def _played(rows: "tuple[Row, ...]", policy: str) -> "Iterator[tuple[Replay, Outcome]]":
    from bot.replay import Replay

    bar = Bar(len(rows), sys.stderr)
    replay = Replay(rows, policy)
    try:
        outcome = replay.run(bar.draw)
        bar.clear()
        yield replay, outcome
    finally:
        replay.close()


def _write(args: argparse.Namespace, replay: "Replay", outcome: "Outcome", out: Out) -> bool:
    """The files that were asked for; False where one could not be written."""
    from bot.wiring import workbook
    from bot.words import Quoted, say

    words, fine = _words(), True
    wanted: tuple[tuple[Path | None, Callable[[Path], object]], ...] = (
        (args.predictions, lambda file: _predict(outcome, file)),
        (args.report, lambda file: workbook(replay.material(), file)),
    )
    for file, write in wanted:
        if file is None:
            continue
        name = Quoted(str(file))
        try:
            write(file)
            out(words(say("{file} is written.", file=name)))
        except OSError as error:
            fine, reason = False, Quoted(error.strerror or str(error))
            out(words(say("{file} cannot be written: {reason}.", file=name, reason=reason)))
    return fine


def _predict(outcome: "Outcome", file: Path) -> None:
    with file.open("w", encoding="utf-8") as written:
        for ask in outcome.asks:
            written.write(json.dumps(ask.prediction(), ensure_ascii=False) + "\n")


def _told(outcome: "Outcome") -> "Iterator[Say]":
    from bot.handlers.deeds import DUE, MANAGER, REMIND
    from bot.words import say, say_many

    rooms = say_many("one channel", "{count} channels", outcome.channels)
    yield say_many(
        "One message in {rooms}.", "{count} messages in {rooms}.", outcome.messages, rooms=rooms
    )
    yield say(
        "Asked of somebody: {asks}, of which {answered} were answered.",
        asks=outcome.addressed,
        answered=outcome.answered(addressed=True),
    )
    yield say(
        "Asked of the room: {asks}, of which {answered} were answered.",
        asks=outcome.to_the_room,
        answered=outcome.answered(addressed=False),
    )
    yield say(
        "Nudges that would have been sent: {all} ({early} before the answer was due, {due} when it "
        "was due, {managers} to the manager).",
        all=len(outcome.nudges),
        early=outcome.on_rung(REMIND),
        due=outcome.on_rung(DUE),
        managers=outcome.on_rung(MANAGER),
    )
    yield say_many("One person nudged.", "{count} people nudged.", len(outcome.owners))
    if outcome.parked:
        yield say_many(
            "One message could not be handled, a fault of ours: please report it.",
            "{count} messages could not be handled, a fault of ours: please report it.",
            outcome.parked,
        )


def _unanswered(outcome: "Outcome", rows: "tuple[Row, ...]") -> "Iterator[Say]":
    """Some of what was asked of somebody and never answered."""
    from bot.words import Code, Quoted, Who, say

    said = {row.id: row for row in rows}
    lost = [ask for ask in outcome.asks if ask.of is not None and ask.answered_by is None]
    if lost:
        yield say("Never answered, among others:")
    for ask in lost[:SHOWN]:
        row = said[ask.message]
        yield say(
            "  {at} {asker} → {owner}: {words}",
            at=Code(f"{row.at:%H:%M}"),
            asker=Who(row.author, row.author),
            owner=Who(ask.of or "", ask.of or ""),
            words=Quoted(row.text, 76),
        )


def _compared(before: "Outcome", after: "Outcome") -> "Iterator[str]":
    """A table: what is counted, under the policy as it is, under the new one."""
    from bot.handlers.deeds import DUE, MANAGER, REMIND
    from bot.words import Say, say

    figures: tuple[tuple[Say, Callable[[Outcome], int]], ...] = (
        (say("asked of somebody"), lambda one: one.addressed),
        (say("… answered"), lambda one: one.answered(addressed=True)),
        (say("asked of the room"), lambda one: one.to_the_room),
        (say("… answered"), lambda one: one.answered(addressed=False)),
        (say("nudges"), lambda one: len(one.nudges)),
        (say("… before it is due"), lambda one: one.on_rung(REMIND)),
        (say("… when it is due"), lambda one: one.on_rung(DUE)),
        (say("… to the manager"), lambda one: one.on_rung(MANAGER)),
        (say("answered within 10 minutes of the nudge anyway"), lambda one: one.needless),
        (say("people nudged"), lambda one: len(one.owners)),
        (say("nudges a person, median"), lambda one: one.per_person(0.5)),
        (say("nudges a person, 95 of 100 have no more"), lambda one: one.per_person(0.95)),
    )
    words = _words()
    rows = [("", words(say("now")), words(say("new")))]
    rows += [(words(name), words(of(before)), words(of(after))) for name, of in figures]
    wide = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    for name, old, new in rows:
        yield "  ".join(
            (
                name + " " * (wide[0] - _width(name)),
                " " * (wide[1] - _width(old)) + old,
                " " * (wide[2] - _width(new)) + new,
            )
        )


def _width(text: str) -> int:
    """Columns of a terminal: a Chinese character takes two."""
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in text)


@dataclass(slots=True)
class Bar:
    """How far we are: a line that is drawn again where somebody watches, else one now and then."""

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
