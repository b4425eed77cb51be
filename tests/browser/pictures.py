"""The README's pictures, taken of the real thing: python -m tests.browser.pictures

Made smaller by pngquant where that is installed.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

import httpx
from playwright.sync_api import Browser, expect

from bot.words import Quoted, Ref, Value
from tests.browser.test_story import CHINESE, ENGLISH, People, who
from tests.browser.theatre import Screen, Window, chromium, duly, morning
from tests.needs import ROOT
from tests.web.test_browser import link, says

PICTURES = ROOT / "docs" / "pictures"
DESK = Screen(1200, 640)
DARK = replace(DESK, height=800, dark=True)
PHONE = Screen(390, 780, scale=2)
NUMBER = re.compile(r"Number: #(\d+)\nLeft")


def main() -> None:
    with TemporaryDirectory() as folder, duly(Path(folder)) as address, chromium() as browser:
        morning(address)
        _nudge(browser, address)
        _approval(browser, address)
        _request(browser, address)
        _chinese(browser, address)
        _records(browser, address)


def _nudge(browser: Browser, address: str) -> None:
    with _window(browser, address, "ann", "sales") as ann:
        _ask(ann, ENGLISH)
        _ask(_window_of(browser, address, "na"), CHINESE)
        ann.moves("+2 working hours")
        ann.moves("+1 working hour")
        for screen, file in ((DESK, "nudge"), (PHONE, "phone")):
            with _window(browser, address, "bob", "duly", screen) as bob:
                card = bob.card("{person} is waiting for your answer", person=who("ann"))
                _take(bob, file)
                if screen is PHONE:
                    bob.presses(card, "I have answered")
                    bob.card(
                        "Done: {number}. {person} can open it again.",
                        number=Ref(1),
                        person=who("ann"),
                    )


def _approval(browser: Browser, address: str) -> None:
    with _window(browser, address, "na", "general") as na:
        na.writes("/duly request notice 周五下午两点全员大会，请准时参加。")
    with _window(browser, address, "ann", "general") as ann:
        ann.writes(f"/duly request notice {ENGLISH.notice}")
    with _window(browser, address, "leo", "duly", replace(DESK, height=920)) as leo:
        ask = "{person} asks for approval: {number}"
        leo.card(ask, person=who("na"), number=Quoted(""))
        leo.presses(leo.card(ask, person=who("ann"), number=Quoted("")), "Approve")
        leo.card("{number} was approved", number=Quoted(""))
        _take(leo, "approval")


MAIL = "Dear Ms Li, here is our offer for the spring. Please answer by Friday. Kind regards, Ann"


def _request(browser: Browser, address: str) -> None:
    """From the form to the certificate."""
    with _window(browser, address, "ann", "duly", replace(DESK, height=860)) as ann:
        ann.writes("/duly request outside_mail")
        for field, words in {
            "recipients": "li@harbor-foods.example",
            "subject": "Our offer for the spring",
            "text": MAIL,
        }.items():
            ann.page.locator(f"#asked [name={field}]").fill(words)
        _take(ann, "request-form")
        ann.page.locator("#asked").get_by_role("button", name=ann.words("Send")).click()
        shown = ann.page.get_by_text(ann.words("Look at this before it goes to review"))
        shown.wait_for()
        _take(ann, "request-check")
        ann.page.locator("#asked select").select_option("send")
        ann.page.locator("#asked").get_by_role("button", name=ann.words("Go on")).click()
        number = (
            ann.card("Sent for approval: {number}", number=Quoted("")).locator("h3").inner_text()
        )
    with _window(browser, address, "leo", "duly", replace(DESK, height=860)) as leo:
        ask = "{person} asks for approval: {number}"
        card = leo.card(ask, person=who("ann"), number=Ref(int(number.split("#")[1])))
        _take(leo, "request-card")
        leo.presses(card, "Approve")
        told = leo.page.locator("#main dd code").last
        told.wait_for()
        code = told.inner_text()
    page = browser.new_page(viewport={"width": 1200, "height": 860})
    page.goto(link(address, "ann"))
    page.get_by_role("button").first.click()
    base = address.removesuffix("/playground")
    page.goto(f"{base}/certificates/{code}")
    page.screenshot(path=PICTURES / "certificate.png")
    page.close()


def _chinese(browser: Browser, address: str) -> None:
    with _window(browser, address, "wei", "sales") as wei:
        wei.writes(f"/duly request notice {CHINESE.notice}")
        wei.moves("+2 working hours")
        wei.moves("+1 working hour")
    with _window(browser, address, "mei", "duly", DARK) as mei:
        mei.page.locator("#main .card").first.wait_for()
        _take(mei, "chinese-dark")


def _records(browser: Browser, address: str) -> None:
    """A finding as its department's head has it, and a message of a sample."""
    with _window(browser, address, "ann", "sales") as ann:
        ann.writes("The password of the test server is Tr0ub4dor&3x-blue.")
        ann.writes("Harbor Foods takes 400 boxes a month from March on; the contract is signed.")
        for _ in range(3):
            ann.moves("+2 working hours")
    with _window(browser, address, "leo", "duly", replace(DESK, height=760)) as leo:
        ask = "To be looked at, of {person}: {what}, {number}"
        values: dict[str, Value] = {
            "person": who("ann"),
            "what": Quoted(""),
            "number": Quoted(""),
        }
        leo.presses(leo.card(ask, **values), "I look at it")
        leo.page.get_by_text(leo.words("took it into their hands"), exact=False).wait_for()
        _take(leo, "finding")
    httpx.post(f"{address}/clock", json={"month_of": "leo"}).raise_for_status()
    page = browser.new_page(viewport={"width": 1200, "height": 760})
    page.goto(link(address, "leo"))
    page.get_by_role("button").first.click()
    page.goto(f"{address.removesuffix('/playground')}/samples/{_sample(address)}")
    page.screenshot(path=PICTURES / "sample.png")
    page.close()


def _sample(address: str) -> str:
    """Its number, as soon as it is drawn."""
    for _ in range(120):
        says(address, "leo", "sample")
        lines = httpx.get(f"{address}/lines", params={"as": "leo", "after": 0}).json()
        found = [m[1] for each in lines if (m := NUMBER.search(str(each.get("text"))))]
        if found:
            return found[-1]
        sleep(0.5)
    raise AssertionError("no sample was drawn")


def _ask(asker: Window, people: People) -> None:
    asker.writes(f"@{people.owner} {people.question}")
    expect(asker.page.locator("#main .mention").last).to_be_visible()


def _window_of(browser: Browser, address: str, person: str) -> Window:
    return Window(browser, address, person, DESK).opens("sales")


@contextmanager
def _window(
    browser: Browser, address: str, person: str, place: str = "duly", screen: Screen = DESK
) -> Iterator[Window]:
    """Without the guide, which would fill half of a picture."""
    made = Window(browser, address, person, screen).opens(place)
    if made.page.locator(".guide").is_visible():
        made.page.locator(".guide [data-tool=guide]").click()
    yield made
    made.closes()


def _take(window: Window, name: str) -> None:
    file = PICTURES / f"{name}.png"
    window.page.mouse.move(0, 0)
    window.page.wait_for_function("!document.getAnimations().length")
    window.page.screenshot(path=file)
    if smaller := shutil.which("pngquant"):
        subprocess.run([smaller, "--force", "--strip", "--output", file, file], check=True)


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    main()
