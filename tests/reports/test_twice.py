"""Every key figure of made-up companies is what two other computations find. Policy 5.2.1."""

import pytest
import sqlalchemy as sa

from reports.measures import MEASURES
from tests.needs import seed, share

FULL = 200  # companies: python -m tests.reports --count 200


def test_every_figure_is_found_three_times() -> None:
    from tests.reports.thrice import differing  # noqa: PLC0415  (pandas takes a second to load)

    found: set[str] = set()
    for number in range(share(FULL)):
        found |= differing(seed() + number)

    assert found == set()


@pytest.mark.thorough
def test_both_databases_give_the_same_figures(postgresql: sa.Engine) -> None:
    from tests.reports.company import company  # noqa: PLC0415
    from tests.reports.thrice import counted  # noqa: PLC0415

    assert counted(company(60, 5, busy=6, db=postgresql)) == counted(company(60, 5, busy=6))


def test_none_of_the_three_leaves_a_figure_out() -> None:
    from tests.reports.company import company  # noqa: PLC0415
    from tests.reports.thrice import counted, framed, plainly  # noqa: PLC0415

    store, shown = company(0), {each.id for each in MEASURES}

    assert shown <= counted(store).keys() == framed(store).keys() == plainly(store).keys()


@pytest.mark.thorough
def test_whatever_is_done_to_the_archive_all_three_find_it() -> None:
    from tests.reports import thrice  # noqa: PLC0415
    from tests.reports.company import company  # noqa: PLC0415

    ways = thrice.counted, thrice.plainly, thrice.framed
    for deed in (None, *thrice.TAMPERED):
        store = company(0, 5, busy=2)
        if deed is not None:
            thrice.tamper(store, deed)

        found = [way(store)["K23"] for way in ways]
        assert [bool(each) for each in found] == [deed is None] * 3, deed
