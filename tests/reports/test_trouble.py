"""Violations, security, exemptions: every number found again in the tables, by who may see it."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from openpyxl import load_workbook

from bot.gathering import gather
from bot.handlers import attesting
from bot.policy.duties import CASE, Duty
from bot.policy.findings import Finding, How, Trace
from bot.policy.people import Department
from bot.report import EDITIONS, Edition, Layout, Material, Shown, Wanted
from bot.store import Store
from bot.words import Reader, Say
from reports import dashboard, exemptions, picture, security, violations
from reports.build import build
from tests.reports.company import NAMES, SECRET, company
from tests.reports.reading import everything
from tests.reports.test_recount import OCTOBER, READERS, micros

OURS = (dashboard.SHEET, violations.SHEET, security.SHEET, exemptions.SHEET)
SHEETS = {
    "dashboard": dashboard.SHEET,
    "violations": violations.SHEET,
    "security": security.SHEET,
    "exempt": exemptions.SHEET,
}
HOUR = timedelta(hours=1)
WITHIN = {"start": micros(OCTOBER.start), "end": micros(OCTOBER.end)}
CONTESTED = (
    "EXISTS (SELECT 1 FROM finding_trail t WHERE t.finding = f.id AND t.round = f.round "
    "AND t.deed = 'contested') AND NOT EXISTS (SELECT 1 FROM finding_trail t WHERE "
    "t.finding = f.id AND t.round = f.round AND t.deed = 'stays')"
)
DECIDED = (
    f"f.state = 'settled' AND f.how <> 'again' AND f.settled_at >= :start "
    f"AND f.settled_at < :end AND NOT ({CONTESTED})"
)


@pytest.fixture(scope="module")
def store() -> Store:
    return company(120, seed=6, busy=60)


@pytest.fixture(scope="module")
def known(store: Store) -> dict[Edition, Material]:
    return {edition: material(store, edition) for edition in EDITIONS}


def material(store: Store, edition: Edition, person: str = "") -> Material:
    wanted = Wanted(
        period=OCTOBER,
        edition=edition,
        person=person or READERS[edition],
        reader=Reader("en", "Asia/Shanghai"),
    )
    with store.reading() as tx:
        return gather(tx, wanted)


def laid(known: Material, sheet: str) -> Layout:
    return SHEETS[sheet].build(known)


def lines(layout: Layout, number: int = 0) -> list[dict[str, Any]]:
    """A table by its headers, in the words of the code."""
    table = layout.tables[number]
    names = [column.header.sentence for column in table.columns]
    return [dict(zip(names, map(plain, row), strict=True)) for row in table.rows]


def plain(value: Any) -> Any:
    bare = value.value if isinstance(value, Shown) else value
    return bare.sentence if isinstance(bare, Say) else bare


def sql(store: Store, query: str) -> list[tuple[Any, ...]]:
    with store.db.connect() as conn:
        return [tuple(row) for row in conn.execute(sa.text(query), WITHIN)]


# Violations


@pytest.mark.thorough
def test_every_decided_finding_has_its_line_and_its_name(
    store: Store, known: dict[Edition, Material]
) -> None:
    rows = lines(laid(known["hr"], "violations"))
    closed = [row for row in rows if row["Status"] == "closed"]

    found = sql(store, f"SELECT number, person FROM findings f WHERE {DECIDED}")
    assert {(row["No."], row["Id"]) for row in closed} == {(f"#{n}", who) for n, who in found}
    assert all(row["Name"] for row in closed)
    assert {"■ upheld", "▲ put right"} < {row["What came of it"] for row in closed}


@pytest.mark.thorough
def test_nobody_is_named_before_it_is_closed(store: Store, known: dict[Edition, Material]) -> None:
    rows = lines(laid(known["hr"], "violations"))
    open_ones = [row for row in rows if row["Status"] != "closed"]

    still = (
        f"f.state IN ('open', 'settled') AND f.how <> 'again' AND f.at < :end "
        f"AND (f.settled_at IS NULL OR f.settled_at >= :start AND ({CONTESTED}))"
    )
    found = {f"#{n}" for (n,) in sql(store, f"SELECT number FROM findings f WHERE {still}")}
    assert found <= {row["No."] for row in open_ones}
    assert {row["Status"] for row in open_ones} == {"open", "looked at again"}
    told = ("Id", "Name", "Department", "What came of it", "Measure", "Closed at")
    assert {row[name] for row in open_ones for name in told} == {None}


def test_the_matrix_and_the_density_count_the_lines(
    store: Store, known: dict[Edition, Material]
) -> None:
    layout, now = laid(known["hr"], "violations"), known["hr"].now
    rows, matrix = lines(layout), lines(layout, 1)
    upheld = Counter(
        (row["Class"], row["Severity"]) for row in rows if row["What came of it"] == "■ upheld"
    )

    severities = ("Slight", "Moderate", "Serious", "Critical")
    cells = {(row["Class"], name): row[name] for row in matrix for name in severities}
    assert {cell: count for cell, count in cells.items() if count} == dict(upheld)
    assert sum(row["Upheld"] for row in matrix) == upheld.total() == len(now.upheld)
    waiting = sum(row["Status"] != "closed" for row in rows)
    assert sum(row["Still open"] for row in matrix) == waiting
    for row in matrix:
        assert row["Per 100 staff-months"] == pytest.approx(100 * row["Upheld"] / now.staff)
    decided = sql(store, f"SELECT COUNT(*) FROM findings f WHERE {DECIDED} AND f.how = 'upheld'")
    assert decided == [(upheld.total(),)]


@pytest.mark.thorough
def test_every_rule_is_judged_by_its_last_findings(
    store: Store, known: dict[Edition, Material]
) -> None:
    found = lines(laid(known["hr"], "violations"), 2)

    ends = "'settled', 'edited', 'deleted', 'upheld', 'false', 'fine'"
    rows = sql(
        store,
        "SELECT rule, SUM(how NOT IN ('false', 'fine')), SUM(how IN ('false', 'fine')) "
        f"FROM findings WHERE state = 'settled' AND how IN ({ends}) AND settled_at < :end "
        "GROUP BY rule ORDER BY rule",
    )
    assert [(row["Confirmed"], row["False alarms"]) for row in found] == [row[1:] for row in rows]
    with store.reading() as tx:
        each = {rule: tx.findings.judged(rule, 50) for rule, *_ in rows}
    assert each  # the store's own count has no end: it may know of later ones
    assert all(sum(each[rule]) >= right + wrong for rule, right, wrong in rows)


def test_of_a_rule_only_the_last_fifty_count() -> None:
    small = company(0)
    with small.transaction() as tx:
        for number in range(60):
            finding = closed(f"f{number}", number, person=None)
            how: How = "false" if number < 10 else "upheld"
            tx.findings.add(replace(finding, how=how, settled_at=finding.at + number * HOUR))

    (judged,) = material(small, "hr").now.judged

    assert (judged.confirmed, judged.wrong) == (50, 0)


def closed(id: str, number: int, person: str | None) -> Finding:
    at = OCTOBER.start + HOUR
    return Finding(
        id=id, number=number, rule="house.rule", clause="4.2.1", severity="slight", person=person,
        about=None, request=None, at=at, state="settled", how="upheld", settled_by="hr-1",
        settled_at=at + HOUR,
    )  # fmt: skip


@pytest.mark.thorough
def test_a_head_reads_nothing_open_and_no_name(
    store: Store, known: dict[Edition, Material]
) -> None:
    layout = laid(known["head"], "violations")
    rows = lines(layout)

    theirs = sql(store, f"SELECT number FROM findings f WHERE {DECIDED} AND person LIKE 'sales-%'")
    assert {row["No."] for row in rows} == {f"#{number}" for (number,) in theirs}
    assert {row["Status"] for row in rows} == {"closed"}
    headers = {column.header.sentence for table in layout.tables for column in table.columns}
    assert not headers & {"Id", "Name", "Department", "Still open"}
    assert len(layout.tables) == 2  # nothing rule by rule


def under_their_boss() -> Store:
    """sales-1 heads a department to which sales-0 belongs, who leads them; each has a finding."""
    small = company(0)
    with small.transaction() as tx:
        tx.people.save_departments([Department(id="east", name="East", head="sales-1")])
        people = tx.people.snapshot().directory.people
        for person in ("sales-0", "sales-1", "sales-2"):  # sales-0 leads the others
            tx.people.save([replace(people[person], department="east")])
        for number in (0, 1, 2):
            tx.findings.add(closed(f"f{number}", number + 1, person=f"sales-{number}"))
    return small


def test_a_head_reads_nothing_of_who_leads_them() -> None:
    small = under_their_boss()

    rows = lines(laid(material(small, "head", "sales-1"), "violations"))

    assert [row["No."] for row in rows] == ["#2", "#3"]


def test_no_key_figure_tells_a_head_what_is_still_looked_at() -> None:
    small = company(0)
    decided = replace(closed("f1", 1, person="sales-1"), rule="unapproved")
    still = replace(decided, id="f2", number=2, state="open", how="", settled_at=None)
    with small.transaction() as tx:
        for each in (decided, still):
            tx.findings.add(each)

    found = {edition: material(small, edition).now.releases.unapproved for edition in EDITIONS}

    assert (found["hr"], found["board"], found["head"]) == (2, 2, 1)


def in_picture(known: Material) -> dict[str, int]:
    """How many of each severity its bars show, whoever they are about."""
    axes = Figure().subplots()
    picture._violations(axes, known, picture.pen_for(known.reader))
    return {
        str(bars.get_label()): round(sum(bar.get_width() for bar in bars))
        for bars in axes.containers
        if isinstance(bars, BarContainer)
    }


def test_the_picture_shows_a_head_nothing_of_who_leads_them_nor_what_is_looked_at_again() -> None:
    small = under_their_boss()
    with small.transaction() as tx:
        again = Trace(round=1, deed="contested", by="sales-2", at=OCTOBER.start + 2 * HOUR)
        tx.findings.trail.add("f2", again)

    assert in_picture(material(small, "head", "sales-1")) == {"Slight": 1}


def test_the_picture_shows_what_the_dashboard_shows(known: dict[Edition, Material]) -> None:
    for edition in EDITIONS:
        layout = laid(known[edition], "dashboard")
        kind = layout.tables[-1].title
        assert kind is not None
        rows = lines(layout, -1) if kind.sentence.startswith("Violations") else []
        sums = {
            name: sum(row[name] for row in rows if row[name] != "—")
            for name in ("Slight", "Moderate", "Serious", "Critical")
        }
        assert in_picture(known[edition]) == {name: n for name, n in sums.items() if n}


def test_everybody_reads_their_own_closed_ones_alone(store: Store) -> None:
    owners = Counter(who for (who,) in sql(store, f"SELECT person FROM findings f WHERE {DECIDED}"))
    ((person, count),) = owners.most_common(1)

    rows = lines(laid(material(store, "mine", person), "violations"))

    assert len(rows) == count
    assert {row["Status"] for row in rows} == {"closed"}


def test_the_board_reads_totals_without_small_cells(known: dict[Edition, Material]) -> None:
    layout = laid(known["board"], "violations")
    numbers = {row["Violations"]: row["Value"] for row in lines(layout)}
    cells = [value for row in lines(layout, 1) for value in list(row.values())[1:]]

    whole = len(known["hr"].now.upheld)
    assert numbers["Violations upheld"] == whole
    shown = [value for value in cells if value != "—"]
    assert all(value == 0 or value >= 5 for value in shown)
    hidden = whole - sum(shown)
    assert hidden >= 5
    assert shown


def test_auditors_read_pseudonyms(known: dict[Edition, Material]) -> None:
    rows = lines(laid(known["audit"], "violations")) + lines(laid(known["audit"], "exempt"))

    found = {row[name] for row in rows for name in ("Id", "Name") if row[name]}
    assert found
    assert all(each.startswith("P-") for each in found)


# Security


def test_departments_are_recounted(store: Store, known: dict[Edition, Material]) -> None:
    rows = {row["Department"]: row for row in lines(laid(known["hr"], "security"))}

    due = (
        "SELECT SUBSTR(owed_by, 1, 3), COUNT(*), SUM(how = 'confirmed' AND closed <= due) "
        "FROM duties WHERE kind = 'attest' AND due >= :start AND due < :end "
        "AND state NOT IN ('dropped', 'excused', 'passed') GROUP BY 1"
    )
    cases = (
        "SELECT SUBSTR(reporter, 1, 3), SUM(kind = 'account'), SUM(verdict = 'true'), "
        "SUM(verdict = 'false') FROM cases WHERE at >= :start AND at < :end GROUP BY 1"
    )
    names = {"Sales 销售部": "sal", "IT 信息部": "it-", "Legal 法务": "law", "HR 人事": "hr-"}
    attested = {unit: counts for unit, *counts in sql(store, due)}
    brought = {unit: counts for unit, *counts in sql(store, cases)}
    for name, unit in names.items():
        row = rows[name]
        assert [row["Attestations due"], row["Attested on time"]] == attested.get(unit, [0, 0])
        told = [
            row[n] for n in ("Account trouble", "Fraud reported, true", "Fraud reported, false")
        ]
        assert told == brought.get(unit, [0, 0, 0])
    for name in ("Attestations due", "Account trouble", "Leaks warned of", "Leaks upheld"):
        assert rows["Total"][name] == sum(rows[unit][name] for unit in rows if unit != "Total")
    with store.reading() as tx:
        rate = attesting.rate(tx, OCTOBER.start, OCTOBER.end)
    assert rows["Total"]["Attestations on time"] == rate.of_one  # type: ignore[union-attr]


def test_leaks_are_those_that_were_told_and_those_upheld(
    store: Store, known: dict[Edition, Material]
) -> None:
    rows = lines(laid(known["hr"], "security"))
    leaks = "rule IN ('screening.card', 'screening.password', 'screening.mark')"

    told = (
        f"SELECT COUNT(*) FROM findings WHERE {leaks} AND at >= :start AND at < :end "
        "AND state IN ('open', 'settled') AND how <> 'again'"
    )
    upheld = f"SELECT COUNT(*) FROM findings f WHERE {DECIDED} AND {leaks} AND how = 'upheld'"
    assert rows[-1]["Department"] == "Total"
    assert [(rows[-1]["Leaks warned of"],)] == sql(store, told)
    assert [(rows[-1]["Leaks upheld"],)] == sql(store, upheld)


def test_the_board_reads_of_no_small_department(known: dict[Edition, Material]) -> None:
    rows = {row["Department"]: row for row in lines(laid(known["board"], "security"))}

    hidden = {name for name, row in rows.items() if row["Attestations due"] == "—"}
    assert hidden == {"Legal 法务", "none", "IT 信息部"}  # 3 and 1 people, and 5 to hide them
    assert rows["Legal 法务"]["Leaks upheld"] == "—"
    everything_else = {name for name in rows if name not in hidden}
    assert everything_else == {"Sales 销售部", "HR 人事", "Total"}


# Exemptions and appeals


def test_every_exemption_has_its_line(store: Store, known: dict[Edition, Material]) -> None:
    rows = lines(laid(known["hr"], "exempt"))

    off = "SELECT number FROM duties WHERE state IN ('dropped', 'excused') "
    off += "AND due >= :start AND due < :end"
    asked = "SELECT number FROM requests WHERE kind = 'exception' AND state <> 'recalled' "
    asked += "AND at >= :start AND at < :end"
    appeals = "SELECT f.number FROM findings f JOIN finding_trail t ON t.finding = f.id "
    appeals += "WHERE t.deed = 'contested' AND t.at >= :start AND t.at < :end"
    late = {each.number for each in known["hr"].exempted.late if each.at in OCTOBER}
    wanted = Counter(n if n < 1_000_000_000 else None for (n,) in sql(store, off))
    wanted += Counter(n for query in (asked, appeals) for (n,) in sql(store, query))
    wanted += Counter(late)
    assert Counter(row["No."] for row in rows) == Counter(
        {number and f"#{number}": count for number, count in wanted.items()}
    )
    assert late
    reasons = {reason.sentence for reason in exemptions.REASONS.values()}
    assert {row["Kind of reason"] for row in rows} <= reasons
    assert SECRET not in str(rows)  # how some duties ended, in words


def test_leave_is_late_when_it_was_granted_after_its_first_day_began(
    store: Store, known: dict[Edition, Material]
) -> None:
    late = {each.number for each in known["hr"].exempted.late}

    numbers = [number for (number,) in sql(store, LEAVE)]
    with store.reading() as tx:
        leave = [tx.requests.find(number) for number in numbers]
    began = {
        each.number
        for each in leave
        if each
        and each.decided_at
        and "" < each.form.get("start", "") <= f"{each.decided_at + 8 * HOUR:%F}"
    }
    start = OCTOBER.start - timedelta(days=30)  # the whole of September, in Shanghai
    inside = {
        each.number for each in leave if each and each.decided_at and each.decided_at >= start
    }
    assert late == began & inside
    assert began - inside


LEAVE = (
    "SELECT number FROM requests WHERE kind = 'leave' AND state = 'approved' "
    "AND decided_at < :end AND requester <> ''"
)


def test_who_appealed_is_named_once_it_is_closed_for_good(
    store: Store, known: dict[Edition, Material]
) -> None:
    appeals = [
        row
        for row in lines(laid(known["hr"], "exempt"))
        if row["Kind of reason"] == "appeal against a finding"
    ]

    final = {
        f"#{number}"
        for (number,) in sql(
            store, f"SELECT number FROM findings f WHERE state = 'settled' AND NOT ({CONTESTED})"
        )
    }
    assert {row["No."] for row in appeals if row["Name"]} == {
        row["No."] for row in appeals if row["No."] in final
    }
    assert {row["Granted"] for row in appeals} == {"● yes", "■ no", "▲ not decided"}
    heads = lines(laid(known["head"], "exempt"))
    theirs = [row for row in heads if row["Kind of reason"] == "appeal against a finding"]
    assert {row["Name"] for row in theirs} <= {None}
    assert {row["No."] for row in theirs} <= final


def test_who_lets_off_is_recounted(store: Store, known: dict[Edition, Material]) -> None:
    rows = lines(laid(known["hr"], "exempt"), 1)

    duties = sql(
        store,
        "SELECT state, how, owed_to, owed_by FROM duties WHERE due >= :start AND due < :end",
    )
    granted = defaultdict[str, Counter[str]](Counter)
    for state, how, waits, owner in duties:
        if state in ("dropped", "excused"):
            by = how[3:] if how.startswith("by:") else waits if how == "silence" else None
            if by:
                granted[by][owner] += 1
    found = {row["Id"]: row for row in rows}
    assert {who: row["Let off"] for who, row in found.items() if row["Let off"]} == {
        who: each.total() for who, each in granted.items()
    }
    mean = sum(each.total() for each in granted.values()) / len(duties)
    for who, each in granted.items():
        assert found[who]["Most to one"] == max(each.values())
        assert found[who]["Mean"] == pytest.approx(mean)
        could = sum(
            waits == who
            or how == f"by:{who}"
            or (who.endswith("-0") and (owner or "").startswith(who[:-1]) and owner != who)
            for state, how, waits, owner in duties
        )
        assert found[who]["Could have"] == could


def test_nothing_of_a_sealed_report_is_listed() -> None:
    small = company(0)
    duty = Duty(
        id="", number=0, kind="handle", owed_by="hr-1", owed_to=None, subject=f"{CASE}1",
        clause="5.1.3", rule="reporting.outcome", level="normal", policy=1, calendar="office",
        start=OCTOBER.start, due=OCTOBER.start + HOUR, first_due=OCTOBER.start + HOUR,
        state="dropped", closed=OCTOBER.start + HOUR, how="handled",
    )  # fmt: skip
    with small.transaction() as tx:
        tx.duties.add(duty)

    for edition in ("hr", "audit"):
        assert lines(laid(material(small, edition), "exempt")) == []


# All of them


@pytest.mark.thorough
def test_it_is_the_same_on_postgresql(postgresql: sa.Engine) -> None:
    ours, other = (company(0, seed=9, busy=6, db=db) for db in (None, postgresql))

    for sheet in SHEETS:
        one, two = laid(material(ours, "hr"), sheet), laid(material(other, "hr"), sheet)
        tables = range(len(one.tables))
        assert [lines(one, at) for at in tables] == [lines(two, at) for at in tables]


@pytest.mark.parametrize("edition", EDITIONS)
def test_no_chart_is_empty_and_no_words_are_printed(
    known: dict[Edition, Material], tmp_path: Path, edition: Edition
) -> None:
    file = build(known[edition], tmp_path / "ours.xlsx", OURS).path
    words = everything(file)

    assert not [each for each in (SECRET, "Nobody reads", "Nor this", "…42") if each in words]
    if edition == "board":
        assert not [each for each in (*NAMES, "sales-", "law-") if each in words]
    charts = list(drawn(file))
    assert len(charts) >= {"hr": 6, "head": 5, "board": 4, "audit": 6, "mine": 2}[edition]
    for title, names, values in charts:
        assert all(isinstance(name, str) for name in names), title
        assert any(isinstance(value, int | float) and value for value in values), title


def drawn(file: Path) -> Iterator[tuple[str, list[Any], list[Any]]]:
    """Of every chart its sheet, what stands under its points, and all that it draws."""
    book = load_workbook(file)
    for sheet in book:
        for chart in sheet._charts:  # type: ignore[attr-defined]
            values: list[Any] = []
            for series in chart.series:
                column = cells(sheet, series.val.numRef.f)
                assert not any(isinstance(each, str) and each != "—" for each in column)
                values += column
            yield sheet.title, cells(sheet, chart.series[0].cat.numRef.f), values
    book.close()


def cells(sheet: Any, formula: str) -> list[Any]:
    area = formula.rpartition("!")[2].replace("$", "")
    found = sheet[area]
    rows = found if isinstance(found, tuple) else ((found,),)
    return [cell.value for row in rows for cell in row]
