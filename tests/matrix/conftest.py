from collections.abc import Iterator

import pytest

from tests.matrix.people import People, people_of
from tests.matrix.synapse import Synapse


@pytest.fixture
def people(synapse: Synapse) -> Iterator[People]:
    synapse.start()
    with people_of(synapse) as made:
        yield made
