"""The page in a real browser: two people in two windows, a card, a form, the clock."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bot.card import Button, Card, Field, Form
from bot.effects import OpenForm, Send
from bot.events import ButtonPressed, FormSubmitted
from bot.words import say
from tests.needs import need
from tests.playground.stage import Stage, person, stage, until

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
FORM = Form("away", say("Away"), (Field("why", say("Why")),), say("Send it"))


@pytest.fixture(scope="module")
def scene() -> Iterator[Stage]:
    with stage() as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = need("chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield opened
        opened.close()


def visit(browser: Browser, scene: Stage, query: str, width: int = 1280) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.goto(f"{scene.web.base_url}/playground/?{query}")
    return page


def test_two_people_in_two_windows(browser: Browser, scene: Stage) -> None:
    ann, bob = (visit(browser, scene, f"as={who}") for who in ("ann", "bob"))

    ann.get_by_text("Write it for me").click()
    expect(ann.locator("#compose")).to_have_value(re.compile("^@bob"))
    ann.keyboard.press("Enter")
    line = bob.locator(".line").last
    expect(line.locator(".mention")).to_have_text("@bob")

    line.hover()
    line.get_by_role("button", name="React with ✅").click()
    expect(ann.locator(".reaction")).to_have_text(re.compile("✅ 1"))
    line.get_by_role("link", name="Reply in thread").click()
    bob.locator("#compose-thread").fill("<b>soon</b>")
    bob.keyboard.press("Enter")
    expect(bob.locator("#thread .text").last).to_have_text("<b>soon</b>")
    expect(ann.locator(".replies").last).to_have_text("1 reply")

    ann.locator(".line").last.hover()
    ann.locator(".line").last.get_by_role("button", name="Edit").click()
    ann.locator("#compose").fill("never mind")
    ann.keyboard.press("Enter")
    expect(bob.locator("#main .text").last).to_have_text("never mind")
    ann.close()
    bob.close()


def test_a_card_a_form_and_the_clock(browser: Browser, scene: Stage) -> None:
    bob = visit(browser, scene, "as=bob")
    scene.deliver(
        Send(person("bob"), Card(say("Waiting"), buttons=(Button(say("Done"), "✅", "done 7"),))),
        "card",
    )

    expect(bob.locator(".count[data-of='dm:bob']")).to_have_text("1")
    bob.get_by_role("link", name=re.compile("^Duly")).click()
    bob.get_by_role("button", name="✅ Done").click()
    until(lambda: scene.core.of(ButtonPressed))
    assert scene.core.of(ButtonPressed)[-1].action == "done 7"

    scene.core.errors = {"why": say("Please say why.")}
    scene.deliver(OpenForm(person("bob"), FORM, None, Card(say("Away"))), "form")
    bob.get_by_role("button", name="Send it").click()
    expect(bob.locator("#error-why")).to_have_text("Please say why.")
    scene.core.errors = {}
    bob.get_by_label("Why").fill("a rest")
    bob.get_by_role("button", name="Send it").click()
    expect(bob.locator("#asked")).to_be_hidden()
    assert scene.core.of(FormSubmitted)[-1].fields == (("why", "a rest"),)

    bob.get_by_role("button", name="+2 working hours").click()
    expect(bob.locator("#toast")).to_have_text("The clock was moved.")
    assert scene.moves
    bob.close()


def test_commands_and_names_complete_themselves(browser: Browser, scene: Stage) -> None:
    ann = visit(browser, scene, "as=ann")
    compose = ann.locator("#compose")

    compose.press_sequentially("/")
    expect(ann.locator(".completion li")).to_have_count(4)
    compose.press("ArrowDown")
    compose.press("Enter")
    expect(compose).to_have_value("/duly waiting ")
    compose.fill("hello @car")
    compose.press("Enter")
    expect(compose).to_have_value("hello @bob ")
    ann.close()


def test_on_a_phone_nothing_sticks_out(browser: Browser, scene: Stage) -> None:
    scene.say("ann", "w" * 300)
    page = visit(browser, scene, "as=li.wei", width=390)

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator("#sidebar")).to_be_hidden()
    page.locator(".drawer").click()
    expect(page.locator("#sidebar")).to_be_visible()
    page.close()
