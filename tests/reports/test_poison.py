"""No text in any column of any sheet takes effect, gets lost or stops a report."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.report import EDITIONS, Edition
from bot.store import Store
from reports.sheets import SHEETS
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
    found = spoiled(store, edition, share(FULL), seed(), tmp_path)

    assert set(found) >= {each.name.sentence for each in SHEETS if edition in each.who}
    assert all(found.values())


def spoiled(
    store: Store, edition: Edition, count: int, seed: int, folder: Path
) -> Mapping[str, int]:
    """Columns of text by sheet: each was read back by two programs, with all of the texts."""
    out, poison = folder / f"{edition}.xlsx", Poison(texts(count, seed))
    wanted = poison.build(material(store, edition), out)
    columns = {sheet: sum(len(told.columns) for told in wanted[sheet]) for sheet in wanted}
    for (sheet, rows), (_, others) in zip(
        whole(by_openpyxl(out)), whole(by_calamine(out)), strict=True
    ):
        for told in wanted.pop(sheet, ()):
            assert lost(rows, told) == []
            assert lost(others, told) == []
    assert wanted == {}
    return columns
