"""What is written some hundred at a time is what is written one by one, and zips up the same."""

import zipfile
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.report import Column, Shown
from bot.words import say
from reports import offsets
from reports.ink import Ink
from reports.lines import Lines
from reports.offsets import Offsets, Uneven
from reports.packed import Packed, checksum
from reports.proof import Broken
from reports.splice import Filling, splice
from tests.reports.hostile import texts
from tests.reports.test_workbook import book, column

ZONES = st.sampled_from([UTC, ZoneInfo("Asia/Tokyo")])
NOW = st.datetimes(datetime(1999, 1, 1), datetime(2030, 1, 1), timezones=ZONES)  # noqa: DTZ001
MOMENTS = st.datetimes(timezones=st.just(UTC)) | NOW
NUMBERS = st.integers() | st.integers(-(10**16), 10**16)
WORDS = st.text(alphabet=st.characters(exclude_categories=()), max_size=12)
SPANS = st.timedeltas(timedelta(hours=-1), timedelta(days=90))
KINDS = (MOMENTS, NUMBERS, st.floats(allow_nan=False, allow_infinity=False), WORDS, SPANS)


def ink(zone: str = "Europe/Berlin") -> Ink:
    pen = book().pen
    pen.zone = ZoneInfo(zone)
    return Ink(pen, 5, Offsets(pen.zone))


def quickly(pen: Ink, values: Sequence[Any]) -> list[str] | None:
    quick = pen.quick(type(values[0]))
    assert quick is not None
    return quick(values)


@pytest.mark.thorough
@settings(max_examples=300, deadline=None)
@given(st.sampled_from(KINDS).flatmap(lambda kind: st.lists(st.none() | kind, max_size=9)))
def test_haste_changes_nothing(values: list[Any]) -> None:
    some = [value for value in values if value is not None]
    if not some:
        return
    pen = ink()
    made = quickly(pen, [some[0], *values])
    if made is not None:
        assert made[1:] == [pen.one(value) for value in values]


def test_haste_is_given_up_for_hostile_texts_alone() -> None:
    plain = [f"asker {number} 部门" for number in range(99)]
    pen = ink()

    assert quickly(pen, plain) == [pen.one(words) for words in plain]
    for words in texts(500, 3):
        made = quickly(pen, [*plain, words])
        assert made is None or made[-1] == pen.one(words)


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ("Europe/Berlin", "2026-10-25T00:59:59"),
        ("Europe/Berlin", "2026-10-25T01:00:00"),
        ("Asia/Kathmandu", "2026-01-01T00:00:00"),
        ("Africa/Monrovia", "1972-01-07T00:44:29"),  # its clocks changed at no quarter of an hour
        ("Africa/Monrovia", "1972-01-07T00:44:31"),
    ],
)
def test_moments_stand_on_the_readers_clock(zone: str, at: str) -> None:
    moment, pen = datetime.fromisoformat(at).replace(tzinfo=UTC), ink(zone)

    made = quickly(pen, [moment])
    assert made in (None, [pen.one(moment)])
    local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC)
    days = (local - datetime(1899, 12, 30, tzinfo=UTC)) / timedelta(days=1)
    assert pen.one(moment) == f'<c s="5"><v>{days!r}</v></c>'


def test_a_quarter_of_an_hour_in_which_clocks_change_is_not_remembered() -> None:
    offsets = Offsets(ZoneInfo("Africa/Monrovia"))
    quarter = datetime(1972, 1, 7, 0, 30, tzinfo=UTC).timestamp() // 900

    with pytest.raises(Uneven):
        offsets[quarter]
    with pytest.raises(Uneven):
        offsets[10.0**12]
    assert not offsets


def test_no_more_is_remembered_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offsets, "MOST", 1)
    known, march = Offsets(ZoneInfo("Europe/Berlin")), datetime(2026, 3, 1, tzinfo=UTC).timestamp()
    quarters = [(march + months * 31 * 86_400) // offsets.QUARTER for months in (0, 1, 2)]

    assert [known[each] for each in quarters] == [3600, 7200, 7200]
    assert list(known) == quarters[:1]


def test_rows_are_put_only_below_a_row_that_is_there(tmp_path: Path) -> None:
    draft, part = tmp_path / "draft.zip", "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(draft, "w") as file:
        file.writestr(part, b'<sheet><dimension ref="A1"/><row r="1"></row></sheet>')
    rows = Packed(b'<row r="2"></row>')

    with pytest.raises(Broken, match="no row 4"):
        splice(draft, tmp_path / "out.zip", {part: Filling(rows, 4, "A1:A2")})
    splice(draft, tmp_path / "out.zip", {part: Filling(rows, 1, "A1:A2")})
    with zipfile.ZipFile(tmp_path / "out.zip") as made:
        assert made.read(part) == (
            b'<sheet><dimension ref="A1:A2"/><row r="1"></row><row r="2"></row></sheet>'
        )
    rows.drop()


def test_a_row_says_which_it_is_where_it_cannot_be_written() -> None:
    made = book()
    paper = made.book.create_sheet("One")
    columns: tuple[Column, ...] = (column("a"), column("b", "decimal"))
    lines = Lines(made.pen, paper, columns, (9, 9))
    rows = [("x", 1.0), ("y", Shown(2.0, tone="grey")), ("z", float("nan"))]

    with pytest.raises(Broken, match="row 7"):
        lines.xml(5, rows)
    assert lines.xml(5, rows[:2]).count("</row>") == 2


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=200), min_size=1, max_size=5))
def test_what_is_packed_apart_unpacks_as_one(bodies: list[bytes]) -> None:
    parts, known = [Packed(body) for body in bodies], 0
    for part in parts:
        part.end(last=part is parts[-1])
        known = checksum(known, part)
    packed = b"".join(piece for part in parts for piece in part.pieces())
    for part in parts:
        part.drop()

    assert zlib.decompress(packed, -zlib.MAX_WBITS) == b"".join(bodies)
    assert known == zlib.crc32(b"".join(bodies))
    assert sum(part.length for part in parts) == len(packed)


def test_sentences_of_ours_are_written_in_the_readers_language() -> None:
    assert ink().one(say("Status")) == '<c s="5" t="inlineStr"><is><t>Status</t></is></c>'
