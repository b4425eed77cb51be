"""No text in any column of any sheet takes effect, gets lost or stops a report."""

from pathlib import Path

import pytest

from bot.report import EDITIONS, Edition
from bot.store import Store
from tests.needs import seed, share
from tests.reports.asking import material
from tests.reports.company import company
from tests.reports.hostile import texts
from tests.reports.poison import Poison, by_calamine, by_openpyxl, lost, whole

FULL = 10_000  # in every column: python -m tests.reports --texts 10000


@pytest.fixture(scope="module")
def store() -> Store:
    return company(60, busy=8)


@pytest.mark.parametrize("edition", EDITIONS)
def test_hostile_text_in_every_column_of_every_sheet_is_read_as_it_was(
    store: Store, edition: Edition, tmp_path: Path
) -> None:
    assert cells(store, edition, share(FULL), seed(), tmp_path) > 0


def cells(store: Store, edition: Edition, count: int, seed: int, folder: Path) -> int:
    """How many were read back by two programs."""
    out, poison = folder / f"{edition}.xlsx", Poison(texts(count, seed))
    spoiled = poison.build(material(store, edition), out)
    read, other = dict(by_openpyxl(out)), dict(by_calamine(out))
    assert {sheet for sheet, tables in spoiled.items() if tables} <= set(read)
    found = 0
    for sheet, tables in spoiled.items():
        for told in tables:
            assert lost(whole(read, sheet), told) == []
            assert lost(whole(other, sheet), told) == []
            found += len(told.columns) * len(told.wanted)
    return found
