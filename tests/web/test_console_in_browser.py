"""The console in a real browser: wide and narrow, light and dark, by what a screen reader hears."""

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from bot.store.sessions import web_account
from tests.browser.theatre import chromium
from tests.desk import Desk, person
from tests.web.lobby import Lobby

TABLE = "id,name,email,department,roles\nzoe,Zoe,zoe@acme.example,sales,\n"
FAULTY = "工号,姓名,邮箱\nzoe,,no address\n"
PAGES = ("/policy", "/people", "/health", "/settings")
SCREENS = ((1200, 900, "light"), (390, 844, "dark"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def lobby() -> Iterator[Lobby]:
    """Served on loopback by a thread of this process."""
    listening = socket.create_server(("127.0.0.1", 0))
    desk = Desk()
    made = Lobby(desk, f"http://127.0.0.1:{listening.getsockname()[1]}")
    with desk.store.transaction() as tx:
        ivan = replace(person("hana"), id="ivan", name="Ivan", email="ivan@acme.example")
        tx.people.save([replace(ivan, roles=frozenset({"it", "hr"}))])
    server = uvicorn.Server(uvicorn.Config(made.app, log_level="error", lifespan="off"))
    serving = Thread(target=lambda: asyncio.run(server.serve([listening])))
    serving.start()
    yield made
    server.should_exit = True
    serving.join()
    desk.close()


@pytest.fixture(params=SCREENS, ids=lambda screen: screen[2])
def page(browser: Browser, lobby: Lobby, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Ivan's, who is IT and HR; nothing is complained of in it."""
    width, height, light = request.param
    with lobby.desk.store.transaction() as tx:
        tx.people.link(web_account("acme", "ivan"), "ivan")
        token = str(tx.sessions.begin("ivan", "a browser"))
        tx.sessions.speak(token[:16], "zh_Hans" if light == "dark" else "en")
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=light)
    context.add_cookies([{"name": "duly", "value": token, "url": lobby.address.url}])
    opened, complaints = context.new_page(), list[str]()
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console", lambda said: complaints.append(said.text) if said.type == "error" else None
    )
    yield opened
    context.close()
    assert [each for each in complaints if "422" not in each] == []


def fits(page: Page) -> None:
    """Nothing is wider than the screen; one heading leads; each field says what it is."""
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) == 0, page.url
    assert page.locator("h1").count() == 1
    for each in page.locator("main input:not([type=hidden])").all():
        assert each.evaluate("one => one.labels.length > 0"), each.get_attribute("name")
    for each in page.locator("table").all():
        assert each.locator("thead th[scope=col]").count() > 1
        assert each.locator("tbody th[scope=row]").count() > 0


@pytest.mark.thorough
def test_each_page_fits_and_names_its_parts(page: Page, lobby: Lobby) -> None:
    for path in PAGES:
        page.goto(lobby.address.url + path)
        fits(page)


@pytest.mark.thorough
def test_a_table_is_looked_over_in_the_browser(page: Page, lobby: Lobby, tmp_path: Path) -> None:
    for name, text in (("faulty.csv", FAULTY), ("people.csv", TABLE)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        page.goto(f"{lobby.address.url}/people")
        page.set_input_files("#table", tmp_path / name)
        page.locator("form[action$='/people/check'] button").click()
        page.wait_for_load_state()
        fits(page)
    if page.locator("form[action$='/people/import']").count():
        page.locator("form[action$='/people/import'] button").click()
        page.wait_for_load_state()
        fits(page)
    with lobby.desk.store.reading() as tx:
        assert "zoe" in tx.people.snapshot().directory.people
