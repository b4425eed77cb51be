"""Everything Duly holds about somebody, as a file for them; and cases for who may take them."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from bot import evidence
from bot.store.holdings import HELD, LEFT_OUT, PERSONAL
from bot.store.schema import meta
from tests.desk import Desk
from tests.stories.test_search import TEAM, WHY, becomes, edits, goes_through, posts, room, says

SECRET = "Tr0ub4dor&3x"


def packed(desk: Desk, who: str, line: str) -> dict[str, str]:
    """The files of what `who` is given, by their names."""
    goes_through(desk)
    desk.says(who, line)
    desk.bot.packer.work()
    desk.wait(timedelta(0))
    with desk.store.transaction() as tx:
        order = tx.bundles.of(who)[-1]
        assert order.state == "made"
        body = tx.files.read(order.file)
    with zipfile.ZipFile(io.BytesIO(body)) as pack:
        assert pack.testzip() is None
        return {
            name: pack.read(name).decode("latin-1" if name.endswith(".zip") else "utf-8")
            for name in pack.namelist()
        }


def rows(files: dict[str, str], name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files[f"data/{name}.jsonl"].splitlines()]


def sums_hold(files: dict[str, str]) -> bool:
    lines = (line.split("  ", 1) for line in files["SHA256SUMS"].splitlines())
    told = {name: sum_ for sum_, name in lines}
    return {
        name: hashlib.sha256(_bytes(name, text)).hexdigest()
        for name, text in files.items()
        if name != "SHA256SUMS"
    } == told


def _bytes(name: str, text: str) -> bytes:
    return text.encode("latin-1" if name.endswith(".zip") else "utf-8")


@pytest.fixture
def busy(desk: Desk) -> Desk:
    room(desk, TEAM, "team", "ann", "sam")
    posts(desk, "ann", "@bob when will the samples be ready?")
    posts(desk, "bob", "a word of bob about nobody")
    posts(desk, "ann", f"the password for staging is {SECRET}")
    posts(desk, "ann", "<script>alert(1)</script> 你好", TEAM)
    desk.says("ann", "request leave 2026-03-10 Tuesday off")
    desk.says("bob", "promise 1 by Thu 17:00")
    return desk


def test_it_has_what_is_theirs_and_not_what_is_others(busy: Desk) -> None:
    files = packed(busy, "ann", "mydata")

    assert sums_hold(files)
    assert rows(files, "person")[0]["email"] == "ann@acme.example"
    said = [each["text"] for each in rows(files, "messages")]
    assert "<script>alert(1)</script> 你好" in said
    assert rows(files, "awaited")[0]["owed_by"] == "Bob"
    assert rows(files, "requests")[0]["body"]["text"] == "Tuesday off"
    assert len(rows(files, "findings")) == 1
    assert "a word of bob" not in "".join(files.values())
    assert SECRET not in json.dumps(rows(files, "findings"))
    assert "<script>alert" not in files["index.html"]
    assert "你好" in files["index.html"]


def test_it_is_in_the_language_of_who_asks(busy: Desk) -> None:
    files = packed(busy, "wei", "mydata")

    assert "您在通讯录中的信息" in files["index.html"] or "通讯录中的您" in files["index.html"]
    assert "生成于" in files["README.txt"]


def test_it_is_packed_once_at_a_time_and_nobody_else_has_it(busy: Desk) -> None:
    assert "I am packing" in busy.says("ann", "mydata")[0]
    assert "already packing" in busy.says("ann", "mydata")[0]

    busy.bot.packer.work()
    said = busy.wait(timedelta(0))
    assert [each.split(":")[0] for each in said] == ["ann"]
    busy.now += timedelta(days=8)
    with busy.store.transaction() as tx, pytest.raises(LookupError):
        tx.files.read(tx.bundles.of("ann")[0].file)


def test_every_table_that_names_people_is_told_or_left_out_with_a_reason() -> None:
    naming = {table.name for table in meta.sorted_tables if set(table.c.keys()) & set(PERSONAL)} | {
        "people"
    }
    told = {each.table for each in HELD}

    assert naming - told - set(LEFT_OUT) == set()
    assert set(LEFT_OUT) <= set(meta.tables)
    assert all(LEFT_OUT.values())


# A case


@pytest.fixture
def case(busy: Desk) -> Desk:
    id = posts(busy, "sam", "our price is secretly lower", TEAM)
    edits(busy, "sam", id, None, TEAM)
    goes_through(busy)
    return busy


def test_a_case_has_what_was_found_why_and_by_whom(case: Desk) -> None:
    says(case, "hana", f"search all {WHY} price")
    files = packed(case, "hana", "bundle 1")

    assert sums_hold(files)
    (record,) = [json.loads(line) for line in files["records.jsonl"].splitlines()]
    assert record["body"]["text"] == "our price is secretly lower"
    manifest = json.loads(files["manifest.json"])
    assert (manifest["by"], manifest["why"]) == ("hana", "A complaint of 3 March")
    assert "A complaint of 3 March" in files["index.html"]
    with zipfile.ZipFile(io.BytesIO(_bytes(".zip", files["evidence.zip"]))) as proof:
        assert list(evidence.faults(proof)) == []
        shown = [json.loads(line) for line in proof.read("records.jsonl").splitlines()]
    assert [each["plain"]["text"] for each in shown if "plain" in each] == [
        "our price is secretly lower"
    ]
    with case.store.transaction() as tx:
        assert [each.kind for each in tx.looks.newest(9)] == ["bundle", "search"]
        assert tx.looks.newest(1)[0].persons == ("sam",)


@pytest.mark.thorough
def test_nobody_takes_the_search_of_another_or_an_old_one(case: Desk) -> None:
    says(case, "hana", f"search all {WHY} price")

    assert "This search is over" in says(case, "sam", "bundle 1")
    assert "This search is over" in says(case, "hana", "bundle 2")
    case.now += timedelta(hours=9)
    assert "This search is over" in says(case, "hana", "bundle 1")
    assert "Say which search" in says(case, "hana", "bundle")


def test_who_lost_the_role_meanwhile_is_given_nothing(case: Desk) -> None:
    says(case, "hana", f"search all {WHY} price")
    case.says("hana", "bundle 1")
    becomes(case, "hana")

    case.bot.packer.work()
    assert "not for your role" in case.wait(timedelta(0))[0]
    with case.store.transaction() as tx:
        assert tx.bundles.of("hana")[0].state == "failed"
