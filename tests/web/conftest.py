import pytest

from tests.desk import Desk
from tests.web.lobby import Lobby


@pytest.fixture
def lobby(desk: Desk) -> Lobby:
    """The pages of a desk, on either database."""
    return Lobby(desk)
