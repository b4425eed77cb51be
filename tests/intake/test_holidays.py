"""HR's days off and make-up days come from a table too."""

from datetime import date
from pathlib import Path

import pytest

from bot.intake.holidays import days, read
from bot.intake.notes import Faults
from bot.policy.reading import default_rulebook
from tests.intake.tables import words, write_csv

HEAD = ("日期", "上班", "日历")


def test_each_calendar_gets_its_days(tmp_path: Path) -> None:
    lines = [HEAD, ("2027-02-06", "是", "office"), ("2027/2/8", "no", ""), ("2027-02-08", "否", "")]

    found = days(read(write_csv(tmp_path / "a.csv", lines)), default_rulebook())

    assert found == {"office": {date(2027, 2, 6): True, date(2027, 2, 8): False}}


def test_every_fault_is_named(tmp_path: Path) -> None:
    lines = [HEAD, ("soon", "yes", "x"), ("2027-02-06", "?", ""), ("2027-02-06", "yes", "")]

    with pytest.raises(Faults) as refused:
        days(read(write_csv(tmp_path / "a.csv", lines)), default_rulebook())

    assert [f"{each.row} {each.column}: {words(each.what)}" for each in refused.value.found] == [
        "2 日期: soon is no date, such as 2026-10-01.",
        "2 日历: x is not a working calendar of the policy file. Known: office.",
        "3 上班: Write yes or no here.",
        "4 上班: A row above says otherwise of 6 Feb 2027: keep one of the two.",
    ]


def test_a_table_without_days_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(Faults):
        days(read(write_csv(tmp_path / "a.csv", [HEAD])), default_rulebook())
