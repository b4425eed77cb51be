from collections.abc import Iterator

import pytest

from tests.matrix.people import People, people_of
from tests.matrix.synapse import Synapse
from tests.matrix.synapse import synapse as running
from tests.needs import need


@pytest.fixture(scope="session")
def synapse() -> Iterator[Synapse]:
    """One for all tests, started when the first of them asks; a test that stops it starts it."""
    with running(need("synapse")) as made:
        yield made


@pytest.fixture(scope="session")
def strict_synapse() -> Iterator[Synapse]:
    """People send no faster than with Synapse's own limits, and no file of more than a megabyte."""
    with running(need("synapse"), strict=True, max_upload_size="1M") as made:
        yield made


@pytest.fixture
def people(synapse: Synapse) -> Iterator[People]:
    synapse.start()
    with people_of(synapse) as made:
        yield made
