"""The page in a real browser: two people in two windows, a card, a form, the clock."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect, sync_playwright

from bot.card import Button, Card, Field, Form
from bot.effects import Amend, OpenForm, Send, Withdraw
from bot.events import (
    ButtonPressed,
    CommandInvoked,
    FormSubmitted,
    MessageChanged,
    MessagePosted,
)
from bot.port import Undeliverable
from bot.words import Code, say
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


@pytest.mark.thorough
def test_two_people_in_two_windows(browser: Browser, scene: Stage) -> None:
    ann, bob = (visit(browser, scene, f"as={who}") for who in ("ann", "bob"))

    ann.get_by_role("link", name="Write it for me").click()
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

    menu(ann, "Edit")
    ann.locator("#compose").fill("@bob never mind")
    ann.keyboard.press("Enter")
    expect(bob.locator("#main .text").last).to_have_text("@bob never mind")
    assert scene.core.of(MessageChanged)[-1].mentions == (person("bob"),)
    ann.close()
    bob.close()


def menu(page: Page, item: str) -> None:
    """Of the last message."""
    line = page.locator("#main .line").last
    line.hover()
    line.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name=item).click()


def test_an_urgent_message_is_marked_by_keys_and_the_mark_is_used_up(
    browser: Browser, scene: Stage
) -> None:
    ann = visit(browser, scene, "as=ann")
    toggle = ann.get_by_role("button", name=re.compile("^Mark as urgent"))

    ann.locator("#compose").fill("@finance who can look at it?")
    ann.keyboard.press("Tab")
    ann.keyboard.press("Space")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    expect(ann.locator("#compose")).to_be_focused()
    ann.keyboard.press("Enter")
    line = ann.locator(".line").last
    expect(line.locator(".urgent")).to_have_text("Urgent")
    expect(line.locator(".mention")).to_have_attribute("title", re.compile("Bob Carter"))
    expect(toggle).to_have_attribute("aria-pressed", "false")
    posted = scene.core.of(MessagePosted)[-1]
    assert (posted.priority, posted.groups[0].id) == (True, "finance")
    ann.goto(f"{scene.web.base_url}/playground/?as=ann&in=dm:ann")
    expect(toggle).to_have_count(0)
    ann.close()


@pytest.mark.thorough
def test_the_menu_of_a_message_runs_commands_and_is_used_by_keys(
    browser: Browser, scene: Stage
) -> None:
    id = scene.say("bob", "the pump is broken")
    ann = visit(browser, scene, "as=ann")
    link = f"#msg-{id}"

    menu(ann, "Mark as important")
    until(lambda: scene.core.of(CommandInvoked))
    got = scene.core.of(CommandInvoked)[-1]
    assert (got.text, got.links[0][1].id) == (f"important {link}", id)

    line = ann.locator("#main .line").last
    more = line.get_by_role("button", name="More")
    line.hover()
    more.focus()
    ann.keyboard.press("Enter")
    expect(ann.get_by_role("menuitem", name="Mark as important")).to_be_focused()
    expect(ann.get_by_role("menuitem", name="Edit")).to_be_hidden()
    ann.keyboard.press("End")
    expect(ann.get_by_role("menuitem", name="Copy link")).to_be_focused()
    ann.keyboard.press("Escape")
    expect(ann.get_by_role("menu")).to_be_hidden()
    expect(more).to_be_focused()

    ann.keyboard.press("Enter")
    ann.keyboard.press("ArrowDown")
    ann.keyboard.press("Enter")
    sure = ann.get_by_role("menuitem", name="Press again")
    expect(sure).to_be_focused()
    assert scene.core.of(CommandInvoked)[-1] == got
    ann.keyboard.press("Enter")
    until(lambda: scene.core.of(CommandInvoked)[-1].text == f"emergency {link}")

    menu(ann, "Reply in thread")
    expect(ann.locator("#thread .text")).to_have_text("the pump is broken")
    ann.close()


@pytest.mark.thorough
def test_a_card_that_changes_or_goes_leaves_no_button_behind(
    browser: Browser, scene: Stage
) -> None:
    eve = visit(browser, scene, "as=eve&in=dm:eve")
    card = Card(say("First"), buttons=(Button(say("Done"), "✅", "done 8"),))
    older, newer = (scene.deliver(Send(person("eve"), card), each) for each in ("old", "new"))
    lines = [eve.locator(f".line[data-id='{each.id}']") for each in (older, newer)]
    expect(lines[1].get_by_role("button", name="✅ Done")).to_be_visible()

    scene.deliver(Amend(person("eve"), older, Card(say("Second"))), "amended")
    expect(lines[0].locator(".card h3")).to_have_text("Second")
    expect(lines[0].locator(".press")).to_have_count(0)
    scene.deliver(Withdraw(person("eve"), older), "withdrawn")
    expect(lines[0]).to_have_count(0)
    expect(lines[1].locator(".press")).to_have_count(1)
    eve.close()


@pytest.mark.thorough
def test_the_guide_goes_on_by_itself_and_can_be_put_away(browser: Browser, scene: Stage) -> None:
    ann = visit(browser, scene, "as=ann&in=sales")
    strip, now = ann.locator("#guide"), ann.locator("#guide li:visible")
    box = strip.bounding_box()
    assert box is not None
    assert box["height"] < 60

    expect(now).to_contain_text("Step 1 of")
    now.get_by_role("link").click()
    ann.keyboard.press("Enter")
    expect(now).to_contain_text("Step 2 of")
    now.get_by_role("button", name="+3 working hours").click()
    expect(now).to_contain_text("Step 3 of")
    now.get_by_role("link", name="Switch to Bob").click()
    expect(now).to_contain_text("Step 4 of")
    expect(ann.locator("html")).to_have_attribute("lang", "en")
    ann.get_by_role("button", name="Previous step").click()
    expect(now).to_contain_text("Step 3 of")
    now.get_by_role("button", name="Next step").click()
    expect(now).to_contain_text("Step 4 of")

    strip.get_by_role("button", name="Dismiss").click()
    expect(strip).to_be_hidden()
    ann.reload()
    expect(strip).to_be_hidden()
    ann.get_by_role("button", name="Try this").click()
    expect(now).to_contain_text("Step 4 of")
    ann.close()


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


def opened(scene: Stage, form: OpenForm) -> bool:
    """The page listens a moment after it is there."""
    try:
        scene.deliver(form, "files")
    except Undeliverable:
        return False
    return True


@pytest.mark.thorough
def test_files_go_ahead_of_their_form_and_only_once(browser: Browser, scene: Stage) -> None:
    ann = visit(browser, scene, "as=ann")
    scene.core.errors = {"why": say("Please say why.")}
    asked = replace(FORM, fields=(*FORM.fields, Field("files", say("Files"), "file")))
    until(lambda: opened(scene, OpenForm(person("ann"), asked, None, Card(say("Away")))))
    chosen = ann.get_by_label("Files")
    offer: FilePayload = {"name": "报价单.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}
    empty: FilePayload = {"name": "empty.txt", "mimeType": "text/plain", "buffer": b""}

    chosen.set_input_files([offer, empty])
    ann.get_by_role("button", name="Send it").click()
    expect(ann.locator("#error-files")).to_have_text("empty.txt is empty. Choose it again.")
    chosen.set_input_files([offer])
    ann.get_by_role("button", name="Send it").click()
    expect(ann.locator("#error-why")).to_have_text("Please say why.")
    brought = len(scene.core.brought)
    scene.core.errors = {}
    ann.get_by_role("button", name="Send it").click()
    expect(ann.locator("#asked")).to_be_hidden()

    assert len(scene.core.brought) == brought
    assert {each.name for each in scene.core.brought} == {"报价单.pdf"}
    fields = dict(scene.core.of(FormSubmitted)[-1].fields)
    assert fields["files"] == f"file:{brought:032x}"
    ann.close()


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
    compose.fill("hello @fin")
    expect(ann.locator(".completion li")).to_contain_text("any one of them may answer")
    compose.press("Enter")
    expect(compose).to_have_value("hello @finance ")
    compose.fill("@全")
    compose.press("Enter")
    expect(compose).to_have_value("@全体成员 ")
    ann.close()


@pytest.mark.thorough
def test_a_chinese_reader_completes_commands_by_their_chinese_names(
    browser: Browser, scene: Stage
) -> None:
    wei = visit(browser, scene, "as=li.wei")
    compose = wei.locator("#compose")

    compose.fill("/duly 承")
    expect(wei.locator(".completion li")).to_contain_text("/duly 承诺")
    compose.press("Enter")
    expect(compose).to_have_value("/duly 承诺 ")
    compose.fill("/duly pro")
    compose.press("Enter")
    expect(compose).to_have_value("/duly promise ")
    wei.close()


@pytest.mark.thorough
@pytest.mark.parametrize("width", [1280, 360])
def test_what_a_long_command_does_stands_beside_or_below_it(
    browser: Browser, scene: Stage, width: int
) -> None:
    long = Code("/duly requests [mine|waiting|department] [since:DATE] [until:DATE] [WORDS]")
    card = Card(
        say("What I can do for you"),
        facts=((say("{command}", command=long), say("Requests: mine.")),),
    )
    scene.deliver(Send(person("li.wei"), card), f"help {width}")
    page = visit(browser, scene, "as=li.wei&in=dm:li.wei", width)

    told = page.locator(".card dd").last.bounding_box()
    whole = page.locator(".card").last.bounding_box()
    assert told
    assert whole
    assert told["width"] > whole["width"] / 3
    assert told["x"] + told["width"] <= whole["x"] + whole["width"]
    assert not page.locator(".trying").is_visible() or width > 420
    page.close()


@pytest.mark.thorough
def test_on_a_phone_nothing_sticks_out(browser: Browser, scene: Stage) -> None:
    scene.say("ann", "w" * 300)
    page = visit(browser, scene, "as=li.wei", width=390)

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator("#sidebar")).to_be_hidden()
    page.locator(".drawer").click()
    expect(page.locator("#sidebar")).to_be_visible()
    page.close()
