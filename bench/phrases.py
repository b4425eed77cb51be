"""How well times are read in chat, ours beside libraries. Run: python -m bench.phrases

With `afterwards` as its word: only what was written when our reader already stood.

All read `tests/phrases.toml`. A library is asked only where it is installed, and held to less: to
the minute where people named an hour, to the day where the hour is a convention of ours. `wrong` is
a time other than the one meant, or one where none was meant; in promises it must find the time in
the message, and what it finds in a text that promises nothing counts as wrong.
"""

import logging
import sys
import tomllib
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from bot.policy.dates import moment
from bot.policy.hours import Calendar
from bot.policy.promising import holding

TABLE = Path(__file__).parent.parent / "tests" / "phrases.toml"
LANGUAGES = ("en", "zh_Hans", "zh_Hant")
KINDS = ("moments", "holdings", "nothing")


@dataclass(frozen=True, slots=True)
class Row:
    kind: str
    language: str
    text: str
    meant: datetime | str  # "none", "open"
    remarks: str
    now: datetime
    zone: str
    country: str
    afterwards: bool

    @property
    def here(self) -> datetime:
        return self.now.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)


def rows() -> Iterator[Row]:
    for scene in tomllib.loads(TABLE.read_text(encoding="utf-8"))["scene"]:
        zone = ZoneInfo(scene["zone"])
        now = datetime.fromisoformat(scene["now"]).replace(tzinfo=zone).astimezone(UTC)
        setting = (now, scene["zone"], scene.get("country", ""), scene.get("afterwards", False))
        for kind in KINDS:
            for row in scene.get(kind, ()):
                language, text, until, remarks = (*row, "none", "")[:4]
                yield Row(kind, language, text, _meant(until, scene), remarks, *setting)


def _meant(until: str, scene: dict[str, Any]) -> datetime | str:
    """Wall-clock time becomes UTC; of an hour that comes twice the later one."""
    if until in ("none", "open"):
        return until
    whole = until if len(until) > len("MM-DD HH:MM") else f"{scene['now'][:4]}-{until}"
    wall = datetime.fromisoformat(whole)
    return wall.replace(tzinfo=ZoneInfo(scene["zone"]), fold=1).astimezone(UTC)


Reader = Callable[[Row], Iterable[datetime]]
"""The times that a library finds in a row, local or aware; the last one counts."""


def ours() -> Reader:
    def find(row: Row) -> Iterable[datetime]:
        calendar = Calendar(name="table", zone=row.zone, country=row.country)
        kept = calendar if row.country else None
        if row.kind == "moments":
            found = moment(row.text, row.now, row.zone, kept)
        else:
            held = holding(row.text, row.now, row.zone, kept)
            found = held.until if held else None
        return () if found is None else (found,)

    return find


def dateparser() -> Reader:
    library, search = import_module("dateparser"), import_module("dateparser.search")
    spoken = {"en": ["en"], "zh_Hans": ["zh"], "zh_Hant": ["zh-Hant", "zh"]}

    def find(row: Row) -> Iterable[datetime]:
        settings = {"RELATIVE_BASE": row.here, "PREFER_DATES_FROM": "future", "DATE_ORDER": "DMY"}
        asked = {"languages": spoken[row.language], "settings": settings}
        if row.kind == "moments":
            found = library.parse(row.text, **asked)
            return () if found is None else (found,)
        return [each for _, each in search.search_dates(row.text, **asked) or ()]

    return find


def parsedatetime() -> Reader:
    calendar = import_module("parsedatetime").Calendar()

    def find(row: Row) -> Iterable[datetime]:
        found = calendar.nlp(row.text, sourceTime=row.here) or ()
        return [each[0] for each in found]

    return find


def recognizers() -> Reader:
    library = import_module("recognizers_date_time")

    def find(row: Row) -> Iterable[datetime]:
        culture = library.Culture.English if row.language == "en" else library.Culture.Chinese
        found = library.recognize_datetime(row.text, culture, reference=row.here)
        return [at for each in found if (at := _resolved(each.resolution, row)) is not None]

    return find


def _resolved(resolution: dict[str, Any] | None, row: Row) -> datetime | None:
    """The last reading, which lies ahead; a range ends, a bare hour is today's."""
    value = (resolution or {"values": [{}]})["values"][-1]
    text = value.get("end") or value.get("value") or ""
    if value.get("type") == "duration":
        return datetime.fromtimestamp(row.here.timestamp() + float(text))  # noqa: DTZ006
    if len(text) == len("HH:MM:SS"):
        text = f"{row.here.date()} {text}"
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def jionlp() -> Reader:
    library = import_module("jionlp")

    def find(row: Row) -> Iterable[datetime]:
        if row.kind == "moments":
            return _ended(library.parse_time(row.text, time_base=row.here))
        base = row.here.timestamp()
        found = library.ner.extract_time(row.text, time_base=base, with_parsing=True)
        return [at for each in found for at in _ended(each["detail"])]

    return find


def _ended(found: dict[str, Any]) -> list[datetime]:
    """A point begins at its first time, a stretch ends at its last."""
    times = found.get("time")
    if not isinstance(times, list):
        return []
    text = times[-1 if found["type"] == "time_span" else 0]
    return [datetime.fromisoformat(text)] if text and text[0].isdigit() else []


def ctparse() -> Reader:
    library = import_module("ctparse")

    def find(row: Row) -> Iterable[datetime]:
        found = library.ctparse(row.text, ts=row.here, timeout=2)
        at = getattr(getattr(found, "resolution", None), "dt", None)
        return () if at is None else (at,)

    return find


def timefhuman() -> Reader:
    library = import_module("timefhuman")

    def find(row: Row) -> Iterable[datetime]:
        found = library.timefhuman(row.text, config=library.tfhConfig(now=row.here))
        return [each for each in found or () if isinstance(each, datetime)]

    return find


READERS: tuple[tuple[str, Callable[[], Reader], frozenset[str]], ...] = (
    ("duly", ours, frozenset(LANGUAGES)),
    ("dateparser", dateparser, frozenset(LANGUAGES)),
    ("parsedatetime", parsedatetime, frozenset({"en"})),
    ("recognizers-text-date-time", recognizers, frozenset(LANGUAGES)),
    ("jionlp", jionlp, frozenset({"zh_Hans", "zh_Hant"})),
    ("ctparse", ctparse, frozenset({"en"})),
    ("timefhuman", timefhuman, frozenset({"en"})),
)


def verdict(row: Row, found: Iterable[datetime], strict: bool) -> str:
    last = next(reversed(tuple(found)), None)
    if isinstance(row.meant, str):
        return "right" if last is None else "wrong"
    if last is None:
        return "none"
    zone = ZoneInfo(row.zone)
    at = last.astimezone(zone) if last.tzinfo else last.replace(tzinfo=zone, fold=1)
    meant = row.meant.astimezone(zone)
    if strict or not row.remarks.startswith("~"):
        same = at.astimezone(UTC).replace(second=0, microsecond=0) == row.meant
    else:
        same = at.date() == meant.date()
    return "right" if same else "wrong"


def judged(reader: Reader, row: Row, strict: bool) -> str:
    try:
        return verdict(row, reader(row), strict)
    except Exception:  # a library may raise on what it does not know
        return "none" if not isinstance(row.meant, str) else "right"


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def report(name: str, make: Callable[[], Reader], table: list[Row]) -> None:
    number = "here" if name == "duly" else _installed(name)
    if number is None:
        print(f"{name:<28} not installed")
        return
    try:
        reader = make()
    except Exception as trouble:
        print(f"{name:<28} {number} does not start: {trouble}")
        return
    judged(reader, table[0], strict=False)
    begun = perf_counter()
    counts = Counter(
        (row.kind, row.language, judged(reader, row, strict=name == "duly")) for row in table
    )
    spent = (perf_counter() - begun) / len(table)
    print(f"{name} {number}: {spent * 1000:.2f} ms a text")
    for kind in KINDS:
        cells = [
            f"{language} " + "/".join(str(counts[kind, language, each]) for each in VERDICTS)
            for language in LANGUAGES
            if any(row.language == language for row in table)
        ]
        print(f"    {kind:<9} {'   '.join(cells)}")


VERDICTS = ("right", "wrong", "none")


def main() -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    print("right/wrong/none of each language")
    late = "afterwards" in sys.argv[1:]
    for name, make, speaks in READERS:
        table = [row for row in rows() if row.language in speaks and row.afterwards >= late]
        report(name, make, table)


if __name__ == "__main__":
    main()
