"""What an edition on the made-up company's October is made from."""

from bot.gathering import gather
from bot.policy import periods
from bot.report import Edition, Material, Wanted
from bot.store import Store
from bot.words import Reader
from tests.reports.test_recount import READERS


def material(store: Store, edition: Edition, language: str = "en") -> Material:
    wanted = Wanted(
        period=periods.parse("2026-10", "Asia/Shanghai"),
        edition=edition,
        person=READERS[edition],
        reader=Reader(language, "Asia/Shanghai"),
    )
    with store.reading() as tx:
        return gather(tx, wanted)
