"""Files chosen in a real browser, sent as it sends them, and saved again."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import FilePayload, expect

from commands import COMMANDS
from tests import prompt
from tests.browser.theatre import chromium
from tests.desk import Desk
from tests.enclosing import command
from tests.playground.stage import until
from tests.web.lobby import Lobby

PATIENCE = 5.0  # seconds
MOST = 15_000  # milliseconds
OFFER: FilePayload = {
    "name": '报价单 "三月"; x.pdf',
    "mimeType": "application/pdf",
    "buffer": b"%PDF-1.7 \r\n\x00\xff",
}
EMPTY: FilePayload = {"name": "empty.txt", "mimeType": "text/plain", "buffer": b""}


@contextmanager
def served(lobby: Lobby, listener: socket.socket) -> Iterator[None]:
    config = uvicorn.Config(lobby.app, log_level="error", lifespan="off")
    server = prompt.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    until(lambda: server.started)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(PATIENCE)


@pytest.fixture
def link(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where Ann signs in, at a server of this process."""
    monkeypatch.setattr("bot.wiring.COMMANDS", (*COMMANDS, command()))
    desk = Desk()
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        lobby = Lobby(desk, f"http://127.0.0.1:{listener.getsockname()[1]}")
        path = lobby.link("ann")
        with served(lobby, listener):
            yield f"{lobby.origin}{path}"
    desk.close()


@pytest.mark.thorough
def test_a_file_is_chosen_sent_shown_and_saved_again(link: str, tmp_path: Path) -> None:
    with chromium() as browser:
        page = browser.new_page()
        page.set_default_timeout(MOST)
        page.goto(link)
        page.get_by_role("button").click()
        page.locator("#line").fill("enclose")
        page.get_by_role("button", name="Send").last.click()

        page.locator("#field-note").fill("look")
        page.locator("#field-files").set_input_files([OFFER, EMPTY])
        page.locator(".fill button").click()
        expect(page.locator("#fault-files")).to_have_text("empty.txt is empty. Choose it again.")
        kept = page.get_by_role("checkbox")
        expect(kept).to_be_checked()
        assert kept.evaluate("each => each.labels.length") == 1
        page.locator(".fill button").click()

        expect(page.locator(".note h2")).to_have_text("Enclosed: 1")
        file = page.locator(".note dd code").inner_text().split()[-1]
        origin = link.partition("/sign-in")[0]
        with page.expect_download() as saved:
            page.evaluate(f"location.href = '{origin}/files/{file}'")
        saved.value.save_as(tmp_path / "saved")
        assert saved.value.suggested_filename.startswith("报价单")
    assert (tmp_path / "saved").read_bytes() == OFFER["buffer"]
