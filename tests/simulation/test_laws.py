"""The laws that are asked at every step see what breaks them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
import sqlalchemy as sa

from bot import engine, outbox
from bot.store.schema import duties, journal, policies, records, requests, seats
from tests.desk import Desk, Line
from tests.simulation.deeds import CANARY
from tests.simulation.growing import Growing
from tests.simulation.wide import Wide

LATER = datetime(2027, 1, 1, tzinfo=UTC)

Breaking = Callable[[sa.Connection], object]


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    made.posts("ann", "@bob when will the samples be ready?")
    made.says("eve", "request notice The office is closed on Friday.")
    made.says("sam", "approve 2")
    yield made
    made.close()


def without_guards(desk: Desk, *deeds: Breaking) -> None:
    """What the triggers refuse, done all the same."""
    with desk.store.db.begin() as conn:
        for (name,) in conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='trigger'"):
            conn.exec_driver_sql(f"DROP TRIGGER {name}")
        for deed in deeds:
            deed(conn)


def said(desk: Desk, growing: Growing) -> list[str]:
    known = {row.key: row for row in _all(desk, journal)}
    return [each.what for each in growing.look(known, desk.paper.lines)]


def _all(desk: Desk, table: sa.Table) -> list[Any]:
    with desk.store.db.connect() as conn:
        return list(conn.execute(sa.select(table)))


def test_of_a_story_that_went_well_they_say_nothing(desk: Desk) -> None:
    growing = Growing(desk.store)

    assert said(desk, growing) == []
    assert said(desk, growing) == []


@pytest.mark.parametrize(
    ("deed", "found"),
    [
        (lambda c: c.execute(requests.update().values(state="rejected")), "was ('approved'"),
        (lambda c: c.execute(seats.update().values(decided_by="eve")), "the decision "),
        (lambda c: c.execute(requests.delete()), "is gone"),
    ],
)
def test_a_decision_that_changes_is_seen(desk: Desk, deed: Breaking, found: str) -> None:
    growing = Growing(desk.store)
    assert said(desk, growing) == []
    without_guards(desk, deed)

    assert any(found in each for each in said(desk, growing))


@pytest.mark.parametrize(
    ("deed", "found"),
    [
        (lambda c: c.execute(duties.update().values(policy=7)), "stands under the policy 7"),
        (lambda c: c.execute(duties.update().values(clause="")), "says of no rule"),
        (
            lambda c: c.execute(policies.update().values(since=LATER)),
            "stands under the policy 1",
        ),
        (lambda c: c.execute(journal.update().values(settled_at=None)), "was not handled"),
        (
            lambda c: c.execute(records.delete().where(records.c.kind == "decision")),
            "is not on record",
        ),
    ],
)
def test_what_is_not_whole_or_not_explained_is_seen(desk: Desk, deed: Breaking, found: str) -> None:
    without_guards(desk, deed)

    assert any(found in each for each in said(desk, Growing(desk.store)))


def test_what_was_acknowledged_and_is_not_kept_is_seen(desk: Desk) -> None:
    breaches = list(Growing(desk.store).look({"paper/never": None}, []))

    assert [each.kind for each in breaches] == ["lost"]


def test_what_stands_there_twice_is_seen(desk: Desk) -> None:
    line: Line = desk.paper.lines[0]

    assert [each.kind for each in Growing(desk.store).look({}, [line, line])] == ["doubled"]


# Mistakes planted in Duly: a story in which one is seen


def _chatty(self: Any, tx: Any, row: Any) -> bool:
    engine.log.info("handling %s", tx.journal.read(row))
    return _HANDLED(self, tx, row)


_HANDLED = engine.Engine._handled


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("planted", "found"),
    [
        (patch.object(engine.Engine, "_handled", _chatty), f"{CANARY} stands in a log"),
        (patch.object(outbox, "QUARANTINE", timedelta(seconds=1)), " stands there 2×"),
    ],
)
def test_a_planted_mistake_is_seen(planted: Any, found: str) -> None:
    with planted:
        for seed in range(2, 40, 2):
            if any(found in each.what for each in Wide(seed).run()):
                return

    pytest.fail(f"nobody has seen that {found}")
