"""Nothing of the past is found fault with: nobody would look at it now. Policy 1.3-moderate."""

from bot.clock import Clock
from bot.policy.screening import screen
from bot.seal import KEY, Seal
from bot.store import Store
from bot.store.connecting import in_memory
from bot.store.importing import set_apart
from tests.desk import MONDAY
from tests.screening.table import LOBBY, rows


def test_what_is_imported_is_not_looked_through() -> None:
    store = Store(in_memory(), "acme", Seal(bytes(KEY), bytes), Clock(lease=lambda: MONDAY))
    with store.transaction() as tx:
        tx.policies.adopt("")
        set_apart(tx, "home", lambda _: None)
        rules = tx.policies.current().screening
    store.db.dispose()

    assert not rules.formality
    assert [row.text for row in rows() if screen(row.text, LOBBY, rules)] == []
