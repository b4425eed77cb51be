"""Clause by clause: what carries it out, with which evidence. Policy 5.1.2, 5.2."""

from datetime import datetime, timedelta

from bot.citing import controls
from bot.policy.clauses import CLAUSES, serves
from bot.policy.coverage import Covered, Traces, coverage
from bot.store.traces import ClauseTraces
from tests.desk import MONDAY, Desk
from tests.test_docs import clauses


def test_every_clause_of_the_docs_is_in_the_list_and_no_other() -> None:
    known = {each.id for each in CLAUSES}
    chapters = {each for each in clauses() if any(serves(each, one) for one in known)}

    assert chapters == clauses()
    assert len(known) == len(CLAUSES)


def test_what_a_file_says_first_makes_it_a_control() -> None:
    found = controls()

    assert "bot/handlers/nudging.py" in found["2.2.1-reply"]
    assert "bot/handlers/approvals.py" in found["3.2.1"]  # by its chapter, 3.2
    assert "bot/handlers/approvals.py" not in found["3.1"]
    assert not [each for each in found["1.2"] if "migrations" in each]


def test_a_chapter_serves_its_clauses_and_no_neighbour() -> None:
    assert serves("3.2", "3.2.1")
    assert serves("2.2.1", "2.2.1-reply")
    assert not serves("3.2.1", "3.2.2")
    assert not serves("3.2", "3.3.1")


def test_what_nothing_carries_out_is_a_gap_whatever_there_is_of_it() -> None:
    found = {
        each.clause.id: each
        for each in coverage({"3.1": ("a.py",), "3.2.1": ("b.py",)}, [("3.1", Traces(2, MONDAY))])
    }

    assert found["3.1"].standing == "runs"
    assert found["3.2.1"].standing == "quiet"
    assert found["5.1.3"].standing == "gap"


def read(desk: Desk, start: datetime) -> dict[str, Covered]:
    with desk.store.reading() as tx:
        traces = ClauseTraces(tx.rows, start, start + timedelta(days=2))
        return {each.clause.id: each for each in coverage({}, traces.read())}


def test_what_was_asked_is_evidence_of_its_clause() -> None:
    desk = Desk()
    desk.posts("ann", "@bob can you send me the price list?")

    found = read(desk, MONDAY - timedelta(days=1))
    later = read(desk, MONDAY + timedelta(days=1))

    assert found["2.2.1-reply"].traces.count == 1
    assert found["3.3.2"].traces.count >= 1
    assert later["2.2.1-reply"].traces.count == 0
