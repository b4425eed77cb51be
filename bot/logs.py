"""What the log of a process may say: events, ids and numbers; nobody's words. docs/deploying.md.

What is not known to be harmless is not written: only our own sentences, which are constants, and
in them only values of a harmless shape. Of others, whose sentences may hold anything, it is written
where they were said. Of an error its kind and where it happened, never what it says.
"""

import json
import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TextIO

OURS = ("bot", "adapters", "commands", "reports")
ROOT = Path(__file__).resolve().parent.parent
LONGEST = 200  # characters of one value
SHAPE = re.compile(rf"[\w.:/@#$!+=%~<>\[\],-]{{1,{LONGEST}}}", re.ASCII)  # no blank: no sentence
DEEP = 20  # errors that one came of, and frames of each

Form = Literal["text", "json"]
Trace = list[dict[str, Any]]


class Told(Exception):
    """Its words are ours, or a code of a platform's: they may stand in a log."""


class Own(str):
    """Words of ours: they may stand in a log."""

    __slots__ = ()


def set_up(form: Form, level: int = logging.INFO) -> None:
    """Everything that is logged in this process, from now on, and what nobody has caught."""
    handler = Quiet(sys.stderr)
    handler.setFormatter(Lines() if form == "json" else Plain())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("apscheduler", "uvicorn", "httpx", "httpx2", "httpcore", "aiohttp", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = _fell
    threading.excepthook = lambda args: _fell(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: _fell(args.exc_type, args.exc_value, args.exc_traceback)


def form() -> Form:
    """As it was set up; for a process that we start."""
    formats = (each.formatter for each in logging.getLogger().handlers)
    return "json" if any(isinstance(each, Lines) for each in formats) else "text"


def _fell(kind: type[BaseException], error: BaseException | None, trace: object) -> None:  # noqa: ARG001
    """What nobody has caught."""
    if error is not None:
        logging.getLogger(__name__).critical("it cannot go on", exc_info=error)


class Quiet(logging.StreamHandler[TextIO]):
    """Where nobody reads what we write, the library tells that with everybody's words."""

    def handleError(self, record: logging.LogRecord) -> None:
        pass


class Lines(logging.Formatter):
    """One object of JSON a line."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told = {"time": at, "level": record.levelname.lower(), "logger": record.name}
        event, values = said(record)
        more: dict[str, Any] = {"values": values} if values else {}
        if trace := trace_of(record):
            more["errors"] = trace
        return json.dumps({**told, "event": event, **more}, ensure_ascii=True)


class Plain(logging.Formatter):
    """For people who look at it as it goes by."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%d %H:%M:%S")
        event, values = said(record)
        lines = [f"{at} {record.levelname} {record.name} {_filled(event, values)}"]
        for each in trace_of(record):
            lines.append(f"  {each['type']}")
            lines += [f"    {where}" for where in each["at"]]
        return "\n".join(lines)


def said(record: logging.LogRecord) -> tuple[str, list[Any]]:
    """The sentence as it stands in the code, and what is put into it."""
    if not isinstance(record.msg, str) or record.name.partition(".")[0] not in OURS:
        return f"said at {_place(record.pathname)}:{record.lineno}", []
    args = record.args or ()
    values = list(args.values()) if isinstance(args, Mapping) else list(args)
    return record.msg, [harmless(each) for each in values]


def harmless(value: object) -> str | int | float | bool | None:
    """As it is, where it has the shape of an id, a number or a name in the code."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime | timedelta):
        return str(value)
    words = str(value)
    if isinstance(value, Told | Own):
        return words[:LONGEST]
    if isinstance(value, BaseException):
        return type(value).__name__
    return words if SHAPE.fullmatch(words) else f"({len(words)} characters)"


def trace_of(record: logging.LogRecord) -> Trace:
    """The kinds of errors and where they came from, the outermost first. No word of theirs."""
    if not record.exc_info or not isinstance(record.exc_info, tuple):
        return []
    error = record.exc_info[1]
    return [_told(each) for each in _line(error)] if error is not None else []


def _line(error: BaseException) -> Iterator[BaseException]:
    """It, what it holds, and what it came of."""
    left, seen = [error], set[int]()
    while left and len(seen) < DEEP:
        one = left.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, BaseExceptionGroup):
            left += one.exceptions
        cause = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
        if cause is not None:
            left.append(cause)


def _told(error: BaseException) -> dict[str, Any]:
    kind = type(error)
    frames = traceback.extract_tb(error.__traceback__)[-DEEP:]
    at = [f"{_place(each.filename)}:{each.lineno} {each.name}" for each in frames]
    code = getattr(getattr(error, "orig", error), "sqlstate", None)
    more = {"code": code} if isinstance(code, str) and SHAPE.fullmatch(code) else {}
    return {"type": f"{kind.__module__}.{kind.__qualname__}", **more, "at": at}


def _place(file: str) -> str:
    """As it is known here, or in the package it is of."""
    path = Path(file)
    if path.is_relative_to(ROOT) and "site-packages" not in path.parts:
        return str(path.relative_to(ROOT))
    return "/".join(path.parts[-2:])


def _filled(sentence: str, values: list[Any]) -> str:
    try:
        return sentence % tuple(map(_worded, values)) if values else sentence
    except (TypeError, ValueError):
        return sentence


def _worded(value: object) -> object:
    return "-" if value is None else value
