"""Each input that once broke a parser, and what is said to it now."""

import io
import json
import zipfile
from typing import Any

import pytest

from adapters.slack.calls import Calls
from bot import evidence
from bot.backup.reading import Backup, check
from bot.backup.sealed import Sealing, Unsound
from bot.card import Field
from bot.handlers import menu, minutes
from bot.intake import ratings
from bot.intake.notes import Wrong
from bot.policy import reading
from bot.policy.lookup import query
from bot.words import say

DIGITS = "9" * 5000  # more than Python makes a number of
KEY = bytes(range(32))
CLEAR: dict[str, Any] = {
    **{"kind": "store", "tables": "0001", "made": "2026-03-02T01:00:00+00:00"},
    **{"salt": "00" * 16, "proof": "00" * 16},
}


def test_a_number_without_end_is_no_rating_no_item_and_no_count() -> None:
    with pytest.raises(Wrong):
        ratings.number(DIGITS)
    assert minutes._numbers(f"3 {DIGITS},5") == {3, 5}
    wanted = Field("count", say("How many?"), longest=9000, most=7)
    assert menu._wrong(wanted, {"count": DIGITS}) is not None
    assert menu._wrong(wanted, {"count": "7"}) is None


@pytest.mark.parametrize("text", [f"[nudges]\nlongest = {DIGITS}", "a = " + "[" * 5000])
def test_a_policy_without_end_has_a_mistake(text: str) -> None:
    with pytest.raises(reading.Mistakes) as found:
        reading.read(text)
    assert found.value.found[0].line >= 1


@pytest.mark.parametrize(
    "change",
    [
        *({"made": "yesterday"}, {"made": None}, {"proof": "é"}, {"proof": 5}, {"salt": "x"}),
        {"salt": 5},
    ],
    ids=str,
)
def test_a_backup_with_an_odd_beginning_is_damaged(change: dict[str, Any]) -> None:
    clear = b"DULY BACKUP 1\n" + json.dumps(CLEAR | change).encode() + b"\n"
    with pytest.raises(Unsound):
        Backup(io.BytesIO(clear), KEY).look()


def test_a_backup_that_begins_without_end_is_damaged() -> None:
    with pytest.raises(Unsound):
        Backup(io.BytesIO(b"DULY BACKUP 1\n" + b"[" * 60_000), KEY).look()


@pytest.mark.parametrize(
    "lines",
    [
        *(b'{"company":"main"}\n{"table":"people"}\n', b'{"company":"main"}\n[[1]]\n'),
        *(b'{"company":"main"}\n5\n', b'{"company":"main"}\n\xff\n', b'{"company":"main"}\n{\n'),
        b'{"company":"main"}\n{"table":"people","shape":{"columns":["id"]}}\n[["ann"]]\n',
    ],
)
def test_a_backup_with_odd_contents_is_damaged(lines: bytes) -> None:
    out = io.BytesIO()
    sealing = Sealing(out, KEY, bytes, {**CLEAR})
    sealing.write(lines)
    sealing.close()
    out.seek(0)
    with pytest.raises(Unsound):
        check(Backup(out, KEY))


def test_a_record_with_an_odd_header_is_named() -> None:
    record = {"conversation": "a", "seq": 1, "previous": "00" * 32, "leaf": "", "hash": ""}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        odd = {**record, "header": "x" * 9, "body": ""}
        made.writestr("records.jsonl", json.dumps(odd))
        files = {"files": {}, "public_key": "00", "company": "main"}
        made.writestr("manifest.json", json.dumps(files))
    with zipfile.ZipFile(packed) as found:
        assert "a, record 1: it was changed" in list(evidence.faults(found))


@pytest.mark.parametrize("line", ['from:ann" x', 'a in:sales words："', '"in:sales" a', 'x"y z'])
def test_a_search_that_is_written_down_is_the_same(line: str) -> None:
    found = query.read(line)

    again = query.read(query.written(found))
    assert (again.terms, again.where) == (found.terms, found.where)


@pytest.mark.parametrize(
    "url", ["https://[::1", "https://slack.com:x/", "https://a\u2100b.slack.com"]
)
def test_an_address_that_is_none_is_not_slacks(url: str) -> None:
    assert not Calls("xoxb-1", "https://slack.com/api/").ours(url)
