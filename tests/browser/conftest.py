"""A Chromium, and a running Duly on each database."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests import postgres
from tests.browser.theatre import chromium, duly

DATABASES = [
    pytest.param(name, marks=pytest.mark.xdist_group(f"browser-{name}"))
    for name in ("sqlite", "postgresql")
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for the session: while it is open, an event loop runs in the tests' own thread."""
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module", params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def address(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a whole Duly is running, with an empty database of its own."""
    folder, url = tmp_path_factory.mktemp("duly"), ""
    if database == "postgresql":
        server, name = postgres.server(), f"story_{os.getpid()}"
        server.drop(name)
        server.create(name)
        url = server.url(name)
    with duly(folder, url) as running:
        yield running
