"""The pages in a real browser, of a real process: by mouse and keyboard, on a desk and a phone."""

import os
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from bot.words import Value, render, say
from tests.browser.theatre import DESK, Screen, chromium, duly, morning, reader
from tests.browser.theatre import name as name_of

DATABASES = [
    pytest.param(name, marks=pytest.mark.xdist_group(f"browser-{name}"))
    for name in ("sqlite", "postgresql")
]
PHONE = Screen(390, 844, dark=True)
LINK = re.compile(r"http://\S+?/sign-in/[\w-]+")
MOST = 15_000  # milliseconds
numbers = count()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of the playground; the pages are beside it. tests/browser tells its story on both engines."""
    with duly(tmp_path_factory.mktemp("duly"), "") as running:
        yield running


def says(address: str, who: str, text: str, place: str = "") -> None:
    kind = "message" if place else "command"
    event = {"id": f"scene-{next(numbers)}-{who}", "as": who, "kind": kind, "text": text}
    where = {"place": place or f"dm:{who}"}
    httpx.post(f"{address}/events", json=event | where).raise_for_status()


def link(address: str, who: str) -> str:
    """Asked for in the chat, as whoever reads it there."""
    says(address, who, "web")
    for _ in range(200):
        lines = httpx.get(f"{address}/lines", params={"as": who, "after": 0}).json()
        found = [link for each in lines for link in LINK.findall(each.get("text", ""))]
        if found and found[-1] not in _used:
            _used.add(found[-1])
            return str(found[-1])
    raise AssertionError("no link came")


_used: set[str] = set()


class Seat:
    """Somebody before their browser. What it complains of is kept."""

    def __init__(self, browser: Browser, address: str, who: str, screen: Screen = DESK) -> None:
        self._context = browser.new_context(
            viewport={"width": screen.width, "height": screen.height},
            color_scheme="dark" if screen.dark else "light",
        )
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(MOST)
        self.who, self.complaints = who, list[str]()
        self.page.on("console", lambda message: self._heard(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(link(address, who))

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)

    def words(self, sentence: str, **values: Value) -> str:
        return render(say(sentence, **values), reader(self.who), str)

    def presses(self, label: str) -> None:
        self.page.get_by_role("button", name=label).first.click()
        self.page.wait_for_load_state()

    def goes(self, sentence: str) -> None:
        """By the menu, which a phone opens first."""
        drawer = self.page.locator(".drawer summary")
        if drawer.is_visible():
            drawer.click()
        menu = self.page.get_by_role("navigation", name=self.words("Pages"), exact=True)
        menu.get_by_role("link", name=self.words(sentence), exact=True).click()
        here = self.page.locator(".side [aria-current=page]")
        expect(here).to_have_text(self.words(sentence))

    def fits(self) -> None:
        """Nothing is wider than the screen, and every field and button says what it is."""
        self.page.wait_for_load_state()  # what was pressed may lead to another page
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert self.page.evaluate(wide) == 0, self.page.url
        for each in self.page.locator("input:not([type=hidden]), select, textarea").all():
            assert each.evaluate("each => each.labels.length") == 1

    def takes(self, name: str) -> None:
        """A picture, where somebody wants to look at it."""
        if folder := os.environ.get("DULY_TEST_PICTURES"):
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    def closes(self) -> None:
        self._context.close()
        assert self.complaints == []


@pytest.mark.parametrize(
    ("who", "screen"),
    [
        ("bob", DESK),
        ("wei", PHONE),
        *(
            pytest.param(*each, marks=pytest.mark.thorough)
            for each in (("yating", PHONE), ("bob", PHONE), ("wei", DESK))
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value.width}",
)
def test_somebody_signs_in_promises_and_is_done(
    browser: Browser, address: str, who: str, screen: Screen
) -> None:
    morning(address)
    says(address, "ann", f"@{who} when can the samples for Harbor Foods be sent?", "sales")
    if who == "bob":
        says(address, "bob", "request notice The laboratory is closed on <b>Friday</b>.")
    seat = Seat(browser, address, who, screen)
    page, shot = seat.page, f"{who}-{screen.width}"
    seat.fits()
    seat.takes(f"{shot}-0-sign-in")
    page.get_by_role("button").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(seat.words("What I owe"))
    seat.fits()
    seat.takes(f"{shot}-1-mine")
    seat.presses(seat.words("I will reply by …"))
    page.locator("#field-until").fill("whenever")
    seat.takes(f"{shot}-2-form")
    seat.presses(seat.words("Promise"))
    expect(page.locator("#field-until")).to_have_attribute("aria-invalid", "true")
    seat.fits()
    seat.takes(f"{shot}-3-fault")
    page.locator("#field-until").fill("in 3 hours")
    seat.presses(seat.words("Promise"))
    expect(page.locator(".note h2")).to_contain_text("#")
    seat.takes(f"{shot}-4-promised")

    seat.goes("Waiting")
    seat.fits()
    seat.takes(f"{shot}-5-waiting")
    seat.goes("Settings")
    seat.fits()
    seat.takes(f"{shot}-6-settings")
    seat.goes("What I owe")
    page.locator(".line a").first.click()
    expect(page.locator(".life li").first).to_be_visible()
    seat.fits()
    seat.takes(f"{shot}-7-duty")
    seat.presses(seat.words("I have answered"))
    seat.takes(f"{shot}-8-done")
    seat.presses(seat.words("Sign out"))
    expect(page.get_by_role("heading", level=1)).to_have_text(seat.words("You are signed out"))
    seat.complaints = [each for each in seat.complaints if "422" not in each]
    seat.closes()


@pytest.mark.thorough
def test_a_head_decides_and_looks_at_their_team(browser: Browser, address: str) -> None:
    morning(address)
    says(address, "wei", "request notice 周五中午十二点起办公室关闭。")
    seat = Seat(browser, address, "mei")
    seat.page.get_by_role("button").click()
    seat.goes("My team")
    seat.fits()
    seat.takes("mei-1-team")
    seat.goes("Waiting")
    seat.takes("mei-2-waiting")
    seat.page.locator(".line a", has_text=name_of("wei")).last.click()
    expect(seat.page.locator("blockquote")).to_contain_text("办公室关闭")
    seat.takes("mei-3-request")
    seat.presses(seat.words("Approve"))

    expect(seat.page.locator(".sheet.tone-good")).to_be_visible()
    seat.takes("mei-4-approved")
    seat.closes()


@pytest.mark.thorough
@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_a_request_is_made_changed_approved_and_certified(
    browser: Browser, address: str, screen: Screen
) -> None:
    morning(address)
    seat = Seat(browser, address, "ann", screen)
    page = seat.page
    page.get_by_role("button").click()
    seat.goes("Requests")
    page.get_by_role("link", name="New request").click()
    seat.fits()
    page.get_by_role("link", name="A notice").click()
    page.get_by_label("The text").fill("The office is closed on Friday.")
    page.get_by_label("Where is it published?").fill("no-such-room")
    seat.presses("Send")
    expect(page.get_by_role("alert")).to_contain_text("I am in no channel")
    seat.fits()
    page.get_by_label("Where is it published?").fill("")
    seat.presses("Send")
    expect(page.locator(".note h2")).to_contain_text("Sent for approval")
    page.locator(".line a").first.click()
    number = page.url.rpartition("/")[2]
    says(address, "ann", f"request {number} The office is closed on <b>Monday</b>.")
    says(address, "leo", f"approve {number}")
    for _ in range(50):
        page.reload()
        if page.locator(".sheet.tone-good").count():
            break
    expect(page.locator("ins").first).to_contain_text("<b>Monday</b>")
    seat.fits()
    page.get_by_role("link", name="See the certificate").click()
    page.get_by_label("The text you have before you").fill("The office is closed on Friday.")
    seat.presses("Compare")
    expect(page.get_by_role("status")).to_contain_text("is not the one")
    seat.fits()
    seat.complaints = [each for each in seat.complaints if "422" not in each]
    seat.closes()


def test_it_can_be_used_by_the_keyboard_alone(browser: Browser, address: str) -> None:
    morning(address)
    says(address, "ann", "@bob when can the samples for Harbor Foods be sent?", "sales")
    seat = Seat(browser, address, "bob")
    page = seat.page
    page.keyboard.press("Tab")  # the way past the menu comes first
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What I owe")

    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    page.get_by_role("button", name="I have answered").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".note h2")).to_contain_text("Done")
    expect(page.locator(".news")).to_be_focused()  # a screen reader begins with what is new
    seat.closes()


@pytest.mark.thorough
def test_a_page_brings_nothing_but_itself(browser: Browser, address: str) -> None:
    seat, asked = Seat(browser, address, "bob"), list[str]()
    seat.page.on("request", lambda request: asked.append(request.url))
    seat.page.get_by_role("button").click()
    seat.page.goto(seat.page.url)

    here = address.removesuffix("/playground")
    assert asked
    assert all(url.startswith(here) for url in asked)
    seat.page.evaluate("document.body.append(document.createElement('script'))")
    assert seat.page.evaluate("document.cookie") == ""
    assert name_of("bob") in seat.page.locator(".me").inner_text()
    seat.closes()
