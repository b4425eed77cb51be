"""What was laid back works like any other store: it can be searched at once."""

from pathlib import Path

from bot.indexing import Indexer
from bot.store.keystore import join
from tests.backup.scene import backed_up, busy, keys_of, restoring, store_in
from tests.desk import Desk


def test_what_was_laid_back_can_be_searched(tmp_path: Path) -> None:
    desk = Desk()
    busy(desk)
    file = backed_up(desk, tmp_path / "acme.duly")

    restoring(file, desk.clock).into_folder(tmp_path, replace=False)

    after = store_in(tmp_path, desk.clock)
    join(after.db, keys_of(desk.store))
    while Indexer(after).work():
        pass
    with after.reading() as tx:
        assert tx.search.behind(9) == 0
