"""`duly replay`: what would have been asked, answered, nudged in a transcript. Policy 2.2.1.

With `--ledger`, in the company's own last weeks: a policy is tried before it is adopted.
"""

import argparse
import json
import os
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.common import FINE, FOUND, MISUSED, Out, opened, where

if TYPE_CHECKING:
    from bot.replay import Outcome, Replay, Script
    from bot.store import Store
    from bot.transcript import Transcript
    from bot.words import Say, Value

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "replay.toml"
FAULTS_SHOWN = 20
DAYS, LONGEST = 28, 366


def add(sub: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    one = sub.add_parser("replay", help="what would have been asked, answered and nudged in a chat")
    one.add_argument("file", metavar="FILE.jsonl", type=Path, nargs="?")
    one.add_argument("--ledger", action="store_true", help="our own last weeks instead of a file")
    one.add_argument("--days", metavar="N", type=int, default=DAYS, help="how many of them")
    one.add_argument(
        "--predictions", metavar="OUT.jsonl", type=Path, help="what answered which ask"
    )
    one.add_argument("--policy", metavar="FILE", type=Path, help="laid over examples/replay.toml")
    one.add_argument(
        "--compare", metavar="NEW.toml", type=Path, help="the same with another policy"
    )
    one.add_argument("--report", metavar="FILE.xlsx", type=Path, help="the workbook of its period")
    where(one)
    one.set_defaults(needs_store=False)


def run(args: argparse.Namespace, store: "Store | None", out: Out) -> int:  # noqa: ARG001
    """0: done, 1: lines were left out, 2: asked for wrongly, or nothing to replay."""
    from bot.cli.people import readable

    given = [*filter(None, (args.file, args.policy, args.compare))]
    if (
        not _clear(args, out)
        or not all(readable(file, out) for file in given)
        or not _writable(args, out)
    ):
        return MISUSED
    return (_ledger if args.ledger else _transcript)(args, out)


def _clear(args: argparse.Namespace, out: Out) -> bool:
    """What is to be replayed; of our own weeks nothing is written to files."""
    from bot.words import Code, say

    if args.ledger == bool(args.file):
        what = say(
            "Name a transcript, or our own last weeks: {one} or {other}",
            one=Code("./duly replay FILE.jsonl"),
            other=Code("./duly replay --ledger"),
        )
    elif args.ledger and (args.predictions or args.report):
        what = say("Only a transcript is replayed into files: leave --predictions and --report.")
    elif not 1 <= args.days <= LONGEST:
        what = say("Name between 1 and {most} days.", most=LONGEST)
    else:
        return True
    out(_words()(what))
    return False


def _transcript(args: argparse.Namespace, out: Out) -> int:
    from bot.cli import whatif
    from bot.replay import chat

    policies = _policies(args, EXAMPLE.read_text(encoding="utf-8"), out)
    transcript = _read(args.file, out)
    if transcript is None or policies is None:
        return MISUSED

    script = chat.script(transcript.rows)
    with _played(script, policies[0]) as (replay, outcome):
        written = _write(args, replay, outcome, out)
    if args.compare:
        _compare(script, outcome, policies[1], out)
    else:
        _tell((*whatif.told(outcome), *whatif.unanswered(outcome, transcript.rows)), out)
    if not written:
        return MISUSED
    return FOUND if transcript.faults or outcome.parked else FINE


def _ledger(args: argparse.Namespace, out: Out) -> int:
    """Counts and names only: nobody's words."""
    from bot.cli import whatif
    from bot.replay import ledger
    from bot.words import say

    with opened(args) as store, store.reading() as tx:
        ours = tx.policies.text()
        script = ledger.script(tx, tx.clock.now() - timedelta(days=args.days))
    policies = _policies(args, ours, out)
    if policies is None:
        return MISUSED
    if script is None:
        out(_words()(say("Nothing was said in that time, as far as I saw.")))
        return MISUSED
    with _played(script, policies[0]) as (_, outcome):
        pass
    if args.compare:
        _compare(script, outcome, policies[1], out)
    else:
        _tell(whatif.told(outcome), out)
    return FOUND if outcome.parked else FINE


def _compare(script: "Script", outcome: "Outcome", policy: str, out: Out) -> None:
    from bot.cli import whatif

    with _played(script, policy) as (_, other):
        for line in whatif.compared(outcome, other):
            out(line)


def _tell(said: "Iterator[Say] | tuple[Say, ...]", out: Out) -> None:
    words = _words()
    for what in said:
        out(words(what))


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


def _policies(args: argparse.Namespace, ours: str, out: Out) -> list[str] | None:
    """Ours with each file laid over it; None, its mistakes told, where one has any."""
    found = [_policy(file, ours, out) for file in (args.policy, args.compare)]
    return None if None in found else [text for text in found if text is not None]


def _policy(file: Path | None, ours: str, out: Out) -> str | None:
    from bot.policy.reading import Mistakes
    from bot.words import Code, Quoted, say

    if file is None:
        return ours
    words, name = _words(), Quoted(str(file))
    try:
        return _both(ours, file.read_text(encoding="utf-8-sig"))
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


def _both(ours: str, theirs: str) -> str:
    """Raises Mistakes, with the lines of `theirs` where they are in it alone."""
    from bot.policy.reading import Mistakes, read
    from bot.replay import laid_over

    try:
        both = laid_over(ours, theirs)
        read(both)
    except (tomllib.TOMLDecodeError, Mistakes):
        read(theirs)
        raise
    return both


def _read(file: Path, out: Out) -> "Transcript | None":
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
def _played(script: "Script", policy: str) -> "Iterator[tuple[Replay, Outcome]]":
    from bot.cli.bar import Bar
    from bot.replay import Replay

    bar = Bar(len(script.steps), sys.stderr)
    replay = Replay(script, policy)
    try:
        outcome = replay.run(bar.draw)
        bar.clear()
        yield replay, outcome
    finally:
        replay.close()


def _write(args: argparse.Namespace, replay: "Replay", outcome: "Outcome", out: Out) -> bool:
    """The files that were asked for; False where one could not be written."""
    from bot.words import Quoted, say
    from bot.workbooks import workbook

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
