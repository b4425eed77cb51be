"""The whole of it in a real browser: keys, a report, answers, who reported, both halves. 5.1.3."""

import re
import subprocess
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, FilePayload, Locator, Page, expect

from bot.cli.verifypages import run as verify
from tests.browser.theatre import PATIENCE, Window, chromium, duly, morning

CANARY = "canary-51c0de"
PHRASE = "correct horse battery staple"
LINK = re.compile(r"http://\S+?/sign-in/[\w-]+")


class Seat:
    """A browser window before which somebody sits; what it complains of fails the test."""

    def __init__(self, browser: Browser, base: str) -> None:
        self.base, self.complaints = base, list[str]()
        self.page: Page = browser.new_context().new_page()
        self.page.set_default_timeout(PATIENCE * 1000)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._heard)

    def _heard(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.complaints.append(said.text)

    def opens(self, path: str) -> None:
        self.page.goto(self.base + path)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def fills(self, **fields: str) -> None:
        for id, value in fields.items():
            self.page.fill(f"#{id.replace('_', '-')}", value)

    def unlocks(self, phrase: str = PHRASE) -> None:
        self.fills(phrase=phrase)
        self.button("Unlock").click()

    def opens_case(self) -> None:
        self.page.locator("#page a[href^='#']").first.click()
        self.sees("#answer")

    def sees(self, wanted: str, text: str = "") -> None:
        found = self.page.locator(wanted, has_text=text) if text else self.page.locator(wanted)
        expect(found.first).to_be_visible(timeout=PATIENCE * 1000)


@contextmanager
def signed_in(browser: Browser, address: str, who: str) -> Iterator[Seat]:
    window = Window(browser, address, who).opens("duly")
    window.writes("web")
    expect(window.page.locator("#main")).to_contain_text("/sign-in/", timeout=PATIENCE * 1000)
    found = LINK.search(window.page.content())
    assert found is not None
    window.closes()
    seat = Seat(browser, address.removesuffix("/playground"))
    seat.page.goto(found.group(0))
    seat.page.locator("main button").first.click()
    seat.page.wait_for_url(re.compile("/mine"))
    yield seat
    assert seat.complaints == []


def english(seat: Seat) -> None:
    seat.page.select_option("#language", "en")
    seat.page.locator("form.language button").click()
    seat.page.wait_for_url(re.compile("/mine"))


@pytest.mark.thorough
def test_from_the_keys_to_both_halves_of_the_recovery_key(tmp_path: Path) -> None:
    with duly(tmp_path) as address, chromium() as browser:
        morning(address)
        with (
            signed_in(browser, address, "sofia") as sofia,
            signed_in(browser, address, "qing") as qing,
        ):
            english(qing)
            halves = set_up(sofia, qing)
            code = report(Seat(browser, sofia.base))
            handled(sofia, qing, code)
            answered(Seat(browser, sofia.base), code)
        with signed_in(browser, address, "hana") as hana:
            recovered(hana, halves)
        in_the_chat(browser, address)
        told: list[str] = []
        assert verify(Namespace(address=sofia.base), None, told.append) == 0, told
    for file in (each for each in tmp_path.rglob("*") if each.is_file()):
        assert CANARY.encode() not in file.read_bytes(), file.name
    found = subprocess.run(["grep", "-rl", CANARY, str(tmp_path)], capture_output=True, check=False)
    assert found.stdout == b""


def set_up(*seats: Seat) -> list[str]:
    for seat in seats:
        seat.opens("/sealed")
        seat.fills(phrase_new="too short", phrase_again="too short")
        seat.button("Make my key").click()
        seat.sees("#fault", "16 characters")
        seat.fills(phrase_new=PHRASE, phrase_again=PHRASE)
        seat.button("Make my key").click()
        seat.sees("#phrase")
    first = seats[0]
    first.unlocks("another passphrase")
    first.sees("#fault", "not your passphrase")
    first.unlocks()
    first.fills(keeper1="林涛 Lin Tao", keeper2="Hana Sato")
    first.button("Make the recovery key").click()
    first.sees(".half code")
    halves = first.page.locator(".half code").all_inner_texts()
    for number, half in enumerate(halves):
        first.fills(**{f"last{number}": half.replace("-", "")[-4:]})
    first.button("Both are on paper").click()
    first.sees("p", "The channel is open")
    return halves


def report(seat: Seat) -> str:
    """One that names an investigator's boss first, and is asked for what is missing."""
    page = seat.page
    seat.opens("/report")
    seat.button("Seal and send").click()
    seat.sees("#what-fault", "fill")
    seat.fills(what="x" * 20_001)
    seat.button("Seal and send").click()
    seat.sees("#what-fault", "too long")
    seat.fills(what=f"{CANARY} He pays himself.", concerns="Sofia Rossi")
    seat.sees("#readers", "周清 Zhou Qing.")
    seat.fills(concerns="Grace Liu 刘慧")
    seat.sees("#readers", "both together")
    seat.fills(concerns="Leo Zhang 张磊")
    seat.sees("#readers", "Sofia Rossi and")
    page.locator("[value=confidential]").check()
    seat.fills(who=f"{CANARY} Bob")
    file: FilePayload = {
        "name": f"{CANARY}.txt",
        "mimeType": "text/plain",
        "buffer": CANARY.encode(),
    }
    page.set_input_files("#files", file)
    seat.button("Seal and send").click()
    seat.sees("#done")
    assert seat.complaints == []
    assert page.context.cookies() == []
    return page.locator("#code").inner_text()


def handled(sofia: Seat, qing: Seat, code: str) -> None:
    sofia.opens("/sealed")
    sofia.unlocks()
    sofia.opens_case()
    sofia.sees("blockquote", f"{CANARY} He pays himself.")
    with sofia.page.expect_download() as download:
        sofia.page.get_by_role("button", name="Download").click()
    assert Path(download.value.path()).read_bytes() == CANARY.encode()
    sofia.fills(answer=f"{CANARY} Thank you. When?")
    sofia.button("Seal and send").click()
    sofia.sees("blockquote", "Thank you. When?")
    sofia.button("I have looked at it and look after it").click()
    sofia.sees("dd", "Assessed")
    sofia.fills(why=f"{CANARY} witnesses")
    sofia.button("Ask to see it").click()
    sofia.sees("p", "is to agree")

    qing.opens("/sealed")
    qing.unlocks()
    qing.opens_case()
    qing.sees("p", f"{CANARY} witnesses")
    assert code not in qing.page.content()
    qing.button("Agree").click()
    qing.sees("p", "has agreed")

    sofia.page.get_by_role("link", name="All cases").click()
    sofia.opens_case()
    sofia.button("Who reported").click()
    sofia.sees(".receipt", f"{CANARY} Bob")


def answered(seat: Seat, code: str) -> None:
    """Typed by hand, as people do; and a code that is none."""
    seat.opens("/report/continue")
    seat.fills(code="not a code")
    seat.button("Open it").click()
    seat.sees("#fault", "16 letters")
    seat.fills(code=code.lower().replace("0", "o").replace("-", " "))
    seat.button("Open it").click()
    seat.sees("blockquote", "Thank you. When?")
    seat.fills(text=f"{CANARY} In May.")
    seat.button("Seal and send").click()
    seat.sees("blockquote", "In May.")
    assert seat.complaints == []


def recovered(hana: Seat, halves: list[str]) -> None:
    hana.opens("/sealed")
    assert "no such page" in hana.page.content()
    hana.complaints.clear()  # that page was not there
    hana.opens("/sealed/recover")
    hana.fills(half1=halves[0], half2=halves[0])
    hana.button("Unlock").click()
    hana.sees("#fault")
    hana.complaints.clear()
    hana.fills(half1=halves[0], half2=halves[1].lower())
    hana.button("Unlock").click()
    hana.opens_case()
    hana.sees("blockquote", "In May.")
    hana.button("Who reported").click()
    hana.sees(".receipt", f"{CANARY} Bob")
    hana.sees(".life li", "both halves")


def in_the_chat(browser: Browser, address: str) -> None:
    """Words behind the command are gone; the form shows the receipt, and nothing else does."""
    bob = Window(browser, address, "bob").opens("duly")
    bob.writes(f"breach {CANARY} he")
    expect(bob.page.locator("#asked[open] textarea")).to_be_visible(timeout=PATIENCE * 1000)
    bob.page.fill("#field-what", f"{CANARY} in the chat")
    bob.page.locator("#asked .press").click()
    expect(bob.page.locator("#asked h2")).to_contain_text("has arrived", timeout=PATIENCE * 1000)
    assert CANARY not in bob.page.locator("#main").inner_text()
    bob.closes()
