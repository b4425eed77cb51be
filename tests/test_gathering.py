"""What is read for a report: of whom it is about, once, and with the archive sorted nowhere."""

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.gathering import gather, listed
from bot.policy import periods
from bot.report import Edition, Wanted
from bot.store import Store, Transaction, scope
from bot.store.counting import by_class
from bot.store.reporting import Reporting
from bot.store.schema import records
from bot.words import Reader
from tests.reports.company import FIRST_DAY, NOW, company

ROOT = Path(__file__).parents[1]
SPAN = FIRST_DAY, NOW
OURS = frozenset({"sales-1", "sales-2", "it-1"})
WHOLE_BOT = ("starlette", "slack_sdk", "nio", "commands", "bot.engine", "bot.wiring", "matplotlib")


@pytest.fixture(scope="module")
def store() -> Store:
    return company(120, busy=6)


@pytest.fixture(params=["named", "too many to name"])
def _naming(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param != "named":
        monkeypatch.setattr(scope, "MANY", 0)


@pytest.mark.thorough
@pytest.mark.usefixtures("_naming")
def test_of_some_people_is_read_what_is_theirs_among_everything(store: Store) -> None:
    with store.reading() as tx:
        all, ours = Reporting(tx.rows), Reporting(tx.rows, OURS)
        owners = {each.id: each.owed_by for each in all.duties(*SPAN)}
        theirs = [each for each in all.duties(*SPAN) if each.owed_by in OURS]
        asked = [each for each in all.requests(*SPAN) if each.requester in OURS]
        nudged = [
            each
            for each in all.nudges(*SPAN)
            if each.person in OURS or owners.get(each.duty) in OURS
        ]

        assert theirs
        assert list(ours.duties(*SPAN)) == theirs
        assert asked
        assert list(ours.requests(*SPAN)) == asked
        assert any(each.person not in OURS for each in nudged)
        assert list(ours.nudges(*SPAN)) == nudged


@pytest.mark.thorough
def test_naming_people_leaves_out_nothing_of_what_is_listed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.reading() as tx:
        people = frozenset(tx.people.snapshot().directory.people) - {"it-0"}
        duties = tuple(Reporting(tx.rows, people).duties(*SPAN))
        named = listed.particulars(tx, *SPAN, people, duties)
        monkeypatch.setattr(scope, "MANY", 0)

        assert listed.particulars(tx, *SPAN, people, duties) == named
    lists = named.pledged, named.seated, named.posted, named.met, named.posted[0].readers
    assert all(lists)
    assert not named.said  # how much everybody said is not for who reads of some


def test_duties_come_by_due_time_and_stand_in_the_order_in_which_they_arose(store: Store) -> None:
    with store.reading() as tx:
        come = [(each.due, each.id) for each in Reporting(tx.rows).duties(*SPAN)]
        stand = [each.id for each in gather(tx, _wanted("hr", "hr-0")).duties]

    assert come == sorted(come)
    assert stand == sorted(stand)
    assert stand != [id for _, id in come if id in set(stand)]


def test_records_are_counted_by_class_as_if_grouped(store: Store) -> None:
    c = records.c
    marked = c.kind == "post"
    with store.reading() as tx:
        grouped = sa.select(c.class_name, sa.func.count(), sa.func.sum(sa.cast(marked, sa.Integer)))
        found = tx.rows.conn.execute(grouped.group_by(c.class_name))

        assert by_class(tx.rows, marked=marked) == {name: (all, some) for name, all, some in found}
        assert len(by_class(tx.rows)) > 1
        assert by_class(tx.rows, c.at < datetime(1999, 1, 1, tzinfo=NOW.tzinfo)) == {}


def test_the_archive_is_looked_through_once_and_sorted_nowhere(store: Store) -> None:
    """SQLite sorts in memory, however much it is: half a million records were 36 MB."""
    with store.reading() as tx:
        said = _statements(tx, _wanted("hr", "hr-0"))
        read = [each for each in said if "FROM records" in each]
        sorts = [each for each in read if "FOR GROUP BY" in _plan(tx, each)]

    assert len([each for each in read if "wraps.wrapped" in each]) == 1
    assert len(read) > 3
    assert sorts == []


def test_of_a_statement_that_groups_the_plan_says_that_it_sorts(store: Store) -> None:
    with store.reading() as tx:
        assert "FOR GROUP BY" in _plan(tx, "SELECT class, count(*) FROM records GROUP BY class")


@pytest.mark.thorough
def test_the_process_that_makes_a_workbook_loads_no_bot() -> None:
    code = (
        "import sys, bot.workbooks, reports.build, reports.issue, reports.dashboard\n"
        f"print([name for name in {WHOLE_BOT!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )

    assert done.stdout.strip() == "[]"


def _wanted(edition: Edition, person: str) -> Wanted:
    period = periods.parse("2026-10", "Asia/Shanghai")
    return Wanted(period=period, edition=edition, person=person, reader=Reader())


def _statements(tx: Transaction, wanted: Wanted) -> list[str]:
    """Everything that the driver is asked while it is gathered."""
    said: list[str] = []
    driver = tx.rows.conn.connection.driver_connection
    assert driver is not None
    driver.set_trace_callback(said.append)
    try:
        gather(tx, wanted)
    finally:
        driver.set_trace_callback(None)
    return said


def _plan(tx: Transaction, statement: str) -> str:
    driver = tx.rows.conn.connection.driver_connection
    assert driver is not None
    return "\n".join(row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}"))
