"""Supervision, reports, archive, data quality, meetings, changes: what is said, and to whom."""

import argparse
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from bot import workbooks
from bot.cli import verify
from bot.events import AccountChanged, Place, PlaceChanged, Platform
from bot.gathering import gather, watching
from bot.handlers import filing
from bot.making import Build
from bot.policy import changing
from bot.policy.changing import Leave, RoleChange, Setting
from bot.policy.particulars import Met, Particulars
from bot.policy.people import Absence
from bot.report import Edition, Material, Shown, Wanted, silent
from bot.store import Store
from bot.store.gaps import OPEN
from bot.store.intake import Register
from bot.store.schema import journal
from bot.store.schema_sealed import sealed_cases
from bot.words import Reader, say
from reports import meetings, quality
from reports.build import Report
from tests.reports.company import NOW, account, company
from tests.reports.reading import by_openpyxl, everything, table
from tests.reports.test_recount import OCTOBER, Recount, made

ROOMS = ("general", "sales", "ann")
LATELY, DAY = timedelta(days=10), timedelta(days=1)
OPENS = datetime(2026, 10, 5, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def store() -> Store:
    store = company(200, seed=4, busy=10)
    with store.transaction() as tx:
        for number, name in enumerate(ROOMS):
            place = Place(Platform("playground"), "acme", f"C{number}")
            room = PlaceChanged(
                key="", at=NOW, place=place, name=name, kind="channel", archived=False
            )
            tx.people.settle_in(replace(room, kind="direct") if name == "ann" else room)
        day = datetime(2026, 10, 5, 8, tzinfo=UTC)
        tx.gaps.add("playground/acme/C0", day, day + timedelta(hours=31))
        tx.gaps.add("playground/acme/C1", day, OPEN)
        tx.gaps.add("playground/acme/C2", day, day + timedelta(hours=1))
        tx.people.meet(AccountChanged(key="", at=NOW, account=account("who"), name="Who?"))
        tx.clock.ahead = -LATELY
        tx.policies.adopt("[targets]\non_time = 90\n")
        _grant(tx, "law-1", {"it"})
        _grant(tx, "law-1", set())
        tx.clock.ahead = timedelta()
    return store


def _grant(tx: Any, person: str, roles: set[str]) -> None:
    known = tx.people.snapshot().directory.people[person]
    tx.people.save([replace(known, roles=frozenset(roles))])


@pytest.fixture(scope="module")
def hr(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Report:
    return made(store, "hr", tmp_path_factory.mktemp("hr"))


def names(report: Report) -> set[str]:
    return {sheet.name for sheet in report.sheets}


# Supervision


@pytest.mark.thorough
def test_samples_of_each_department_equal_a_recount(store: Store, hr: Report) -> None:
    cursor = Recount(store).conn.cursor()
    rows = table(hr.path, "Supervision")

    assert {row["Department"] for row in rows} == {
        "Sales 销售部", "IT 信息部", "Legal 法务", "HR 人事", "Total",
    }  # fmt: skip
    cursor.execute(
        "SELECT COUNT(*) FROM drawn d JOIN samples s ON s.id = d.sample WHERE s.period = '2026-09'"
    )
    assert (rows[-1]["In the sample"],) == cursor.fetchone()
    assert sum(row["Looked at"] for row in rows[:-1]) == rows[-1]["Looked at"] > 0
    assert sum(row["Findings"] for row in rows[:-1]) == rows[-1]["Findings"] > 0


@pytest.mark.thorough
def test_a_head_reads_of_their_own_samples_and_not_whether_the_second_agreed(
    store: Store, tmp_path: Path
) -> None:
    (row,) = table(made(store, "head", tmp_path).path, "Supervision")

    assert row["Department"] == "Sales 销售部"
    assert {row["Judged twice"], row["Said the same"], row["Cohen's κ"]} == {"—"}


@pytest.mark.thorough
def test_the_board_reads_nothing_of_a_small_department(store: Store, tmp_path: Path) -> None:
    rows = {
        row["Department"]: row for row in table(made(store, "board", tmp_path).path, "Supervision")
    }

    assert rows["Legal 法务"]["Findings"] == rows["Legal 法务"]["Messages in all"] == "—"
    assert rows["Total"]["In the sample"] > 0


@pytest.mark.thorough
def test_days_that_nobody_signed_are_named(hr: Report) -> None:
    (row,) = [each for each in by_openpyxl(hr.path, "Supervision") if each[0] == "2026-10"]
    _, expected, signed, share, missed, days = row[:6]

    assert expected == 18  # October 2026 in China: holidays until the 7th, a Saturday made up
    assert (signed + missed, share) == (expected, pytest.approx(signed / expected))
    assert len(days.split(", ")) == missed > 0


# Reports of breaches


@pytest.mark.thorough
@pytest.mark.parametrize("edition", ["head", "mine"])
def test_nobody_else_reads_of_reports_or_the_archive(
    store: Store, tmp_path: Path, edition: Edition
) -> None:
    report = made(store, edition, tmp_path)

    assert not names(report) & {"Reports of breaches", "Archive"}
    assert not {"K22", "K23", "K24"} & {row["No."] for row in table(report.path, "Dashboard")}


@pytest.mark.thorough
def test_a_report_more_or_less_among_few_changes_no_cell(tmp_path: Path) -> None:
    store = company(0)
    without = by_openpyxl(made(store, "hr", tmp_path).path, "Reports of breaches")
    at = datetime(2026, 8, 3, tzinfo=UTC)
    same = {"receipt": "r", "code": b"", "recovery": b"", "recovery_holder": "h", "outcome": ""}
    with store.transaction() as tx:
        tx.rows.add(sealed_cases, id="c", number=1, state="received", at=at, **same)

    assert by_openpyxl(made(store, "hr", tmp_path).path, "Reports of breaches") == without


# The archive


@pytest.mark.thorough
def test_the_archive_is_looked_through_and_rooms_not_seen_are_named(
    hr: Report, store: Store, tmp_path: Path
) -> None:
    words = everything(hr.path)
    rows = table(hr.path, "Archive")

    assert "● nothing kept was changed" in words
    assert rows[-1]["Found unchanged"] == rows[-1]["Kept"] < rows[-1]["Reached us"]
    assert any(row[:2] == ["playground/acme", "sales"] for row in by_openpyxl(hr.path, "Archive"))
    assert "sales" not in {
        row[1] for row in by_openpyxl(made(store, "board", tmp_path).path, "Archive")
    }


@pytest.mark.thorough
def test_what_was_changed_is_found_unchanged_no_more(tmp_path: Path) -> None:
    store = company(0, seed=4, busy=6)
    with store.transaction() as tx:
        tx.rows.conn.exec_driver_sql("DROP TRIGGER records_no_update")
        tx.rows.conn.exec_driver_sql("UPDATE records SET at = at + 1 WHERE seq = 1")

    report = made(store, "hr", tmp_path)
    assert table(report.path, "Archive")[-1]["Found unchanged"] == 0
    assert "broken places: run ./duly verify" in everything(report.path)


@pytest.mark.thorough
def test_of_a_large_archive_the_last_look_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = company(0, seed=4, busy=6)
    monkeypatch.setattr(watching, "FEW", 0)
    assert "■ never" in everything(made(store, "hr", tmp_path).path)

    args = argparse.Namespace(key=False, bundle=None, against=None)
    assert verify.run(args, store, print) == 0
    report = made(store, "hr", tmp_path)
    assert table(report.path, "Archive")[-1]["Found unchanged"] > 0
    assert "● nothing kept was changed" in everything(report.path)


# Data quality


@pytest.mark.thorough
def test_every_source_has_its_gaps_and_accounts(hr: Report, store: Store, tmp_path: Path) -> None:
    (row,) = (
        each for each in table(hr.path, "Data quality") if each["Source"] == "playground/acme"
    )
    hours = 31 + (31 - 5) * 24 + 8 + 1  # to the end of the month in Shanghai, over three rooms

    assert (row["Source"], row["Rooms"], row["Gaps"], row["Of nobody"]) == (
        "playground/acme",
        3,
        3,
        1,
    )
    assert row["Seen"] == pytest.approx(1 - hours / (3 * 31 * 24))
    rooms = {each[1] for each in by_openpyxl(hr.path, "Data quality")}
    assert {"general", "sales", "a direct chat"} < rooms
    assert "ann" not in rooms
    board = {row[1] for row in by_openpyxl(made(store, "board", tmp_path).path, "Data quality")}
    assert not board & {"general", "sales"}


@pytest.mark.thorough
@pytest.mark.parametrize("make", [workbooks.workbook, workbooks.issued])
def test_each_platform_tells_what_it_can_do(make: Build, tmp_path: Path) -> None:
    store, names = company(0), ("slack", "matrix", "old")
    with store.transaction() as tx:
        for name in names:
            place = Place(Platform(name), "home", "C1")
            room = PlaceChanged(
                key="", at=NOW, place=place, name="hall", kind="channel", archived=False
            )
            tx.people.settle_in(room)
    with store.reading() as tx:
        reader = Reader("en", "Asia/Shanghai")
        material = gather(tx, Wanted(period=OCTOBER, edition="hr", person="hr-0", reader=reader))
    make(material, tmp_path / "book.xlsx", silent)

    rows = {row[0]: row[1:7] for row in by_openpyxl(tmp_path / "book.xlsx", "Data quality")}
    assert rows["slack"] == ["● yes"] * 6
    assert rows["matrix"] == ["● yes"] * 3 + ["no"] * 3  # threads, edits, files
    assert rows["old"] == ["not known"] * 6


def of_hr(store: Store) -> Material:
    reader = Reader("en", "Asia/Shanghai")
    with store.reading() as tx:
        return gather(tx, Wanted(period=OCTOBER, edition="hr", person="hr-0", reader=reader))


def test_what_could_not_be_handled_and_is_of_no_source_is_counted_too() -> None:
    store = company(0)
    with store.transaction() as tx:
        tx.rows.add(journal, id="e", key="e", place="", taken_at=OPENS, error=b"sealed")

    (row,) = quality.build(of_hr(store)).tables[0].rows
    assert (row[0], row[-1]) == (say("of no source"), 1)


# Meetings


@pytest.mark.parametrize(
    ("minuted", "due", "said"),
    [
        (None, OPENS + DAY, "■ no minutes"),
        (OPENS + DAY, OPENS + DAY, "● on time"),
        (OPENS + 2 * DAY, None, "● on time"),  # nobody owed them
        (OPENS + 2 * DAY, OPENS + DAY, "▲ late"),
    ],
)
def test_whether_minutes_came_in_time_is_said(
    minuted: datetime | None, due: datetime | None, said: str
) -> None:
    counts = dict.fromkeys(
        ("versions", "explicit", "silent", "objected", "waiting", "actions", "open_actions"), 0
    )
    met = Met(
        number=7, organiser="hr-0", start=OPENS - DAY / 24, end=OPENS, booked_at=OPENS - DAY,
        minuted_at=minuted, minutes_due=due, invited=(), attended=None, **counts,
    )  # fmt: skip
    known = replace(of_hr(company(0)), particulars=Particulars(met=(met,)))

    (row,) = meetings.build(known).tables[0].rows
    (shown,) = (each.value for each in row if isinstance(each, Shown))
    assert shown == say(said)


# Departments and individuals


@pytest.mark.thorough
def test_departments_have_their_samples_decisions_and_colours(hr: Report) -> None:
    rows = {row["Department"]: row for row in table(hr.path, "Departments")}
    samples = {row["Department"]: row for row in table(hr.path, "Supervision")}
    book = load_workbook(hr.path)
    coloured = [
        rule
        for each in book["Departments"].conditional_formatting
        for rule in each.rules
        if rule.type == "colorScale"
    ]

    assert rows["Total"]["Samples looked at"] == samples["Total"]["Of the sample"]
    assert rows["Sales 销售部"]["Samples looked at"] == samples["Sales 销售部"]["Of the sample"]
    assert rows["Legal 法务"]["Samples looked at"] == rows["Legal 法务"]["Violations"] == "—"
    assert isinstance(rows["Total"]["Decided in, median"], timedelta)
    assert 0 < rows["Total"]["Asked outside hours"] <= 1
    assert len(coloured) == 9


def test_a_head_is_not_told_in_part_what_they_ask_of_others(store: Store, tmp_path: Path) -> None:
    rows = table(made(store, "head", tmp_path).path, "Departments")

    assert {row["Asked outside hours"] for row in rows} == {"—"}


def test_a_head_reads_of_no_other_department(store: Store, tmp_path: Path) -> None:
    """Those who asked something of theirs would stand there with nobody in them."""
    rows = table(made(store, "head", tmp_path).path, "Departments")

    assert [row["Department"] for row in rows] == ["Sales 销售部", "Total"]


@pytest.mark.thorough
def test_violations_are_those_upheld_for_each_hundred_and_month(tmp_path: Path) -> None:
    store = company(300, seed=3)
    with store.transaction() as tx:
        tx.clock.ahead = -LATELY
        for number in range(6):
            rule = "supervision.sample"
            filed = filing.File(rule=rule, clause="5.1.2", person=f"sales-{number}", by="hr-0")
            found = tx.findings.find(filing.file(tx, filed))
            assert found is not None
            if number:
                upheld = replace(found, state="settled", how="upheld", settled_at=tx.clock.now())
                assert tx.findings.settle(upheld)
        tx.clock.ahead = timedelta()
        people = tx.people.snapshot().directory.people
        tx.people.save([replace(people["it-1"], active=False)])  # who has left owes something yet

    file = made(store, "hr", tmp_path).path
    rows = {row["Department"]: row for row in table(file, "Departments")}
    staff = 22 - 1
    assert rows["Sales 销售部"]["Violations"] == pytest.approx(5 * 100 / 7)
    assert rows["Total"]["Violations"] == pytest.approx(100 * 5 / staff)
    (k17,) = [row for row in table(file, "Dashboard") if row["No."] == "K17"]
    assert k17["Value"] == pytest.approx(rows["Total"]["Violations"])


def test_leave_and_decided_steps_stand_beside_each_person(hr: Report, store: Store) -> None:
    rows = {row["Id"]: row for row in table(hr.path, "Individuals")}
    cursor = Recount(store).conn.cursor()
    cursor.execute(
        "SELECT COUNT(*) FROM seats WHERE decided_by IS NOT NULL "
        "AND decided_at >= :start AND decided_at < :end",
        Recount(store).times,
    )

    assert rows["sales-0"]["Days of leave"] == 5.0  # from Sunday the 25th on
    assert (sum(row["Steps decided"] for row in rows.values()),) == cursor.fetchone() != (0,)


# Changes


def test_what_changed_is_told_with_before_and_now(hr: Report) -> None:
    (row,) = table(hr.path, "Changes")
    roles = [each for each in by_openpyxl(hr.path, "Changes") if each[1] == "law-1"]

    assert [row[name] for name in ("Version", "Area", "Key", "Before", "Now")] == [
        "1", "Targets", "targets.on_time", "95", "90",
    ]  # fmt: skip
    assert [each[3:5] for each in roles] == [
        ["IT department", "given"],
        ["IT department", "taken back"],
    ]


def test_the_board_reads_of_rules_and_of_nobody(store: Store, tmp_path: Path) -> None:
    rows = by_openpyxl(made(store, "board", tmp_path).path, "Changes")

    assert any("targets.on_time" in row for row in rows)
    assert not any("law-1" in row for row in rows)


def test_an_import_notes_only_the_roles_that_change() -> None:
    store = company(0)
    with store.transaction() as tx:
        before, now = len(tx.oversight.granted(NOW, NOW + LATELY)), tx.clock.now()
        known = tx.people.snapshot().directory.people
        Register(tx).save(
            [replace(known["hr-0"], roles=frozenset({"hr", "it"})), replace(known["it-0"])]
        )
        new = tx.oversight.granted(NOW, NOW + LATELY)[before:]

    assert new == [RoleChange(now, "hr-0", "it", granted=True)]


@pytest.mark.thorough
def test_leave_that_is_written_down_later_is_told(tmp_path: Path) -> None:
    store = company(0)
    with store.transaction() as tx:
        for person, days in (("sales-2", 4), ("it-1", 9), ("it-2", 0)):
            start = NOW - timedelta(days=days)
            tx.people.absent(Absence(person=person, start=start, end=start + timedelta(days=1)))

    def told(edition: Edition) -> set[tuple[str, str]]:
        rows = by_openpyxl(made(store, edition, tmp_path, "2026-11").path, "Changes")
        return {(row[1], f"{row[4]:%m-%d}") for row in rows if isinstance(row[4], datetime)}

    assert {("sales-2", "10-30"), ("it-1", "10-25")} <= told("hr")
    assert ("it-2", "11-03") not in told("hr")
    assert {who[:5] for who, _ in told("head")} == {"sales"}


def test_two_policies_are_compared_key_by_key() -> None:
    old = '[supervision]\nshare = 5\n[[rules]]\nid = "x"\nwhen = "a"\n'
    new = '[supervision]\nshare = 2\n[[rules]]\nid = "x"\nwhen = "b"\n[lists]\nall = ["ann"]\n'

    assert changing.compare(old, new) == (
        Setting("lists.all", None, '["ann"]'),
        Setting("rules.x.when", "a", "b"),
        Setting("supervision.share", "5", "2"),
    )
    assert changing.compare(new, new) == ()
    assert len(changing.compare("", f'name = "{"long" * 100}"')[0].new or "") == changing.LONGEST


def test_a_leave_is_late_by_the_days_of_the_company() -> None:
    start = datetime(2026, 10, 5, 16, 30, tzinfo=UTC)  # the 6th in Shanghai

    assert not Leave(start + timedelta(hours=15), "ann", start, start).late("Asia/Shanghai")
    assert Leave(start + timedelta(hours=24), "ann", start, start).late("Asia/Shanghai")
