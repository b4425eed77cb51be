"""What was laid back works like any other store, and says nothing again that it has said."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from bot import clock
from bot.handlers import restored
from bot.indexing import Indexer
from bot.store import Store
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


class Copy:
    """Of the database as it is now; the platform goes on, and forgets nothing."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.at, self.kept = desk, desk.now, sqlite3.connect(":memory:")
        raw(desk).backup(self.kept)

    def laid_back(self) -> None:
        with closing(self.kept):
            self.kept.backup(raw(self.desk))
        with anew(self.desk).transaction() as tx:
            restored.reconcile(tx, self.at, "restored")
        self.desk.store = anew(self.desk)
        self.desk.restart()


def raw(desk: Desk) -> sqlite3.Connection:
    fairy: Any = desk.store.db.raw_connection()
    return cast("sqlite3.Connection", fairy.driver_connection)


def anew(desk: Desk) -> Store:
    """As another process has it."""
    return Store(desk.store.db, desk.company, desk.store.seal, desk.clock)


def test_what_a_card_that_is_found_perhaps_did_not_say_is_said_on_another() -> None:
    """Nudges share cards: which of them the one did that stands there, its key does not tell."""
    desk, copies = Desk(), list[Copy]()
    for what in ("samples", "figures"):
        desk.posts("ann", f"@bob when will the {what} be ready?", reply_to=what)

    def strike(point: str) -> None:
        if point == "before deliver":
            copies.append(Copy(desk))

    clock.faults.append(strike)
    assert desk.titles(desk.wait(timedelta(hours=4, minutes=30))) == ["bob: 2 things wait for you"]
    clock.faults.remove(strike)
    copies[0].laid_back()
    said = [line for minutes in (5, 15) for line in desk.wait(timedelta(minutes=minutes))]

    assert desk.titles(said) == ["bob: «Ann» is waiting for your answer"]
    assert "«@bob when will the figures be ready?»" in said[0]
    assert "You may have heard of this" in said[0]
    desk.close()


def test_an_answer_that_stands_there_already_is_not_given_again() -> None:
    desk = Desk()
    typed, copy = desk.command("ann", "mine", "typed"), Copy(desk)
    assert desk.titles(desk.hears(typed)) == ["ann: You owe nothing. Enjoy it."]
    copy.laid_back()
    desk.take(typed)  # the platform tells it again

    assert desk.wait(timedelta(minutes=5)) == []
    with desk.store.reading() as tx:
        assert tx.outbox.unsent() == 0
    desk.close()
