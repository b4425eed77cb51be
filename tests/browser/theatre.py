"""The real Duly as a process, and people who sit before it, each in a browser window of their own.

with duly(folder) as address, chromium() as browser:
    bob = Window(browser, address, "bob")
    bob.writes("@ann are the samples here?")
"""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from bot.demo import cast
from bot.policy.calendars import Calendar, works
from bot.words import Quoted, Reader, Value, render, say, say_many
from tests.needs import ROOT, need

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
ADDRESS = re.compile(r"http://\S+/playground")
TROUBLE = re.compile(r" (?:ERROR|WARNING) |^Traceback", re.MULTILINE)  # in a log
PATIENCE = 60.0  # seconds; of a machine with much else to do
DAY = timedelta(days=1)
STOPS = 60  # presses of Tab
GAP = Quoted("\u2026")
OFFICE = Calendar(name="office", zone="Asia/Shanghai", country="CN")


@contextmanager
def duly(folder: Path, database: str = "") -> Iterator[str]:
    """`./duly demo` on a port of its own; gives the address it prints."""
    command = [sys.executable, "-m", "bot", "demo", "--port", str(_port())]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, *([] if database else ["--data", str(folder)])],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=_environment(folder, database),
        )
    try:
        said = process.stdout.readline() if process.stdout else ""
        found = ADDRESS.search(said)
        assert found, said + (folder / "log").read_text(encoding="utf-8")
        yield found.group(0)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) in (0, -signal.SIGTERM)
        said = (folder / "log").read_text(encoding="utf-8")
        assert not TROUBLE.search(said), said[-3000:]
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _environment(folder: Path, database: str) -> dict[str, str]:
    """Nothing an operator has set on this machine; the key and the platform's file in `folder`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DULY_")}
    kept.pop("DATABASE_URL", None)
    kept.pop("PORT", None)
    return kept | {"DULY_DATA": str(folder), "DULY_DATABASE_URL": database}


def _port() -> int:
    """One that was free a moment ago."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@contextmanager
def chromium() -> Iterator[Browser]:
    program = need("chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        opened.new_context().close()
        yield opened
        opened.close()


def morning(address: str, hour: int = 9, minute: int = 20) -> None:
    """Set the stage: that hour of the next Monday that begins four whole working days.

    So the story is the same whenever it is told.
    """
    now = datetime.fromisoformat(httpx.get(f"{address}/api/cast").json()["now"])
    local = now.astimezone(ZoneInfo(OFFICE.zone))
    day = local.date() + DAY
    while day.weekday() or not all(works(day + n * DAY, OFFICE) for n in range(4)):
        day += DAY
    to = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(OFFICE.zone))
    httpx.post(f"{address}/clock", json={"to": to.isoformat()}).raise_for_status()


@cache
def reader(who: str) -> Reader:
    person = cast().person(who)
    assert person is not None
    return person.reader


def name(who: str) -> str:
    person = cast().person(who)
    assert person is not None
    return person.name


@dataclass(frozen=True)
class Screen:
    width: int
    height: int
    dark: bool = False
    scale: float = 1


DESK = Screen(1280, 800)


class Window:
    """One person's open page. Whatever the browser complains of is kept in `complaints`."""

    def __init__(self, browser: Browser, address: str, who: str, screen: Screen = DESK) -> None:
        self._context = browser.new_context(
            viewport={"width": screen.width, "height": screen.height},
            color_scheme="dark" if screen.dark else "light",
            reduced_motion="reduce",
            device_scale_factor=screen.scale,
        )
        self._context.set_default_timeout(PATIENCE * 1000)
        self.page: Page = self._context.new_page()
        self.who, self._address = who, address
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._heard)
        self.page.on("requestfailed", lambda one: self._failed(one.url, one.failure))

    def _heard(self, message: object) -> None:
        if getattr(message, "type", "") in ("error", "warning"):
            self.complaints.append(str(getattr(message, "text", "")))

    def _failed(self, url: str, why: str | None) -> None:
        if "/stream" not in url and why != "net::ERR_ABORTED":
            self.complaints.append(f"{url}: {why}")

    def opens(self, place: str) -> "Window":
        """`place`: a channel, "duly" for the chat with Duly, or "home"."""
        where = f"dm:{self.who}" if place == "duly" else place
        self.page.goto(f"{self._address}/?as={self.who}&in={where}")
        return self

    def closes(self) -> None:
        self._context.close()

    def words(self, sentence: str, **values: Value) -> str:
        """One of the bot's sentences as this person reads it."""
        return render(say(sentence, **values), reader(self.who), str)

    def count(self, one: str, many: str, number: int) -> str:
        return render(say_many(one, many, number), reader(self.who), str)

    @property
    def cards(self) -> Locator:
        return self.page.locator("#main .card")

    def card(self, sentence: str, **values: Value) -> Locator:
        """The latest card with that title; waits until there is one.

        A value that the scene cannot know is Quoted(""): the title is then known by its parts.
        """
        parts = self.words(
            sentence, **{k: GAP if v == Quoted("") else v for k, v in values.items()}
        )
        title = re.compile(".*".join(map(re.escape, parts.split(GAP.text))))
        found = self.cards.filter(has=self.page.locator("h3", has_text=title)).last
        expect(found).to_be_visible(timeout=PATIENCE * 1000)
        return found

    def presses(self, card: Locator, label: str) -> None:
        card.get_by_role("button", name=self.words(label)).click()

    def leads_to(self, place: str) -> None:
        """By the list of places, without the page being loaded anew."""
        self.page.locator("#sidebar li a", has_text=place).last.click()
        expect(self.page.locator("#sidebar [aria-current=page]")).to_contain_text(place)

    def tabs_to(self, wanted: str, *, back: bool = False) -> None:
        """By the keyboard, as long as it takes to get there."""
        for _ in range(STOPS):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            if self.page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
                return
        raise AssertionError(f"no key leads to {wanted}")

    def moves(self, sentence: str, times: int = 1) -> None:
        """Press one of the clock's buttons."""
        button = self.page.locator(".clock").get_by_role("button", name=self.words(sentence))
        for _ in range(times):
            with self.page.expect_response(re.compile("/clock$")):
                button.click()
            expect(button).to_be_enabled()

    def writes(self, text: str, composer: str = "#compose") -> None:
        """Type, with whatever completion offers left aside, and send."""
        box = self.page.locator(composer)
        box.fill(text)
        with self.page.expect_response(re.compile("/events$")):
            self.page.locator(f"form:has({composer}) .send").click()
