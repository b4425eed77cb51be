from collections.abc import Iterator

import pytest

from tests.desk import Desk
from tests.simulation import fresh


@pytest.fixture
def desk() -> Iterator[Desk]:
    """On SQLite: what differs on PostgreSQL has tests of its own."""
    with fresh.database("sqlite") as db:
        made = Desk(db=db)
        yield made
        made.close()
