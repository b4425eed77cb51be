"""Each mistake that is planted is caught; where none is planted nothing is seen."""

import gc
from collections.abc import Iterator

import pytest

from tests.mutations import harnesses
from tests.mutations.harnesses import first
from tests.mutations.mistakes import MISTAKES, Mistake

LOOKS = (
    harnesses.heard_and_cut_off,
    harnesses.told_again,
    harnesses.filled_again,
    harnesses.two_accounts,
    harnesses.decided_anew,
    harnesses.swapped_bodies,
)


# Who dies in the midst of a call leaves its sockets open, and closes them in no test but its own.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def buried() -> Iterator[None]:
    yield
    gc.collect()


@pytest.mark.no_cover
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_planted_mistake_is_caught(mistake: Mistake) -> None:
    with mistake.plant():
        assert first(mistake.look()) is not None


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.__name__)
def test_where_none_is_planted_nothing_is_seen(look: "harnesses.Look") -> None:
    assert list(look()) == []
