"""Duly's main job as a newcomer sees it, with a real process and in a real browser."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Locator, expect

from bot.words import Code, Quoted, Ref, Who
from tests.browser.conftest import DATABASES
from tests.browser.theatre import DESK, PATIENCE, Screen, Window, morning, name
from tests.needs import need

PHONE = Screen(390, 844, dark=True)
LINE = "xpath=ancestor::article"  # of a card
NUMBER = re.compile(r"#(\d+)")


@dataclass(frozen=True)
class People:
    """`language` is that of the asker and the owner; the boss reads Chinese in both."""

    language: str
    asker: str
    owner: str
    boss: str
    helper: str
    question: str
    answer: str
    matter: str
    promise: str
    bad_time: str
    requester: str
    head: str
    above: str
    notice: str
    reporter: str


ENGLISH = People(
    language="en",
    asker="ann",
    owner="bob",
    boss="mei",
    helper="priya",
    question="when can the samples for Harbor Foods be sent?",
    answer="On Thursday, I have just heard from the factory.",
    matter="what does a sample for Harbor Foods cost?",
    promise="I will tell you by Thursday 15:00.",
    bad_time="whenever",
    requester="ann",
    head="leo",
    above="grace",
    notice="The office closes at noon on Friday.",
    reporter="hana",
)
CHINESE = People(
    language="zh-Hans",
    asker="na",
    owner="wei",
    boss="mei",
    helper="jun",
    question="请问样品什么时候可以寄出？",
    answer="周四寄出，刚刚跟工厂确认过。",
    matter="请问一份样品多少钱？",
    promise="我周四下午3点前答复你。",
    bad_time="改天",
    requester="wei",
    head="mei",
    above="grace",
    notice="周五中午十二点起办公室关闭。",
    reporter="mei",
)


@dataclass(frozen=True)
class Scene:
    browser: Browser
    address: str
    people: People
    windows: ExitStack

    def window(self, who: str, place: str = "duly", screen: Screen = DESK) -> Window:
        made = Window(self.browser, self.address, who, screen)
        self.windows.callback(made.closes)
        return made.opens(place)


@pytest.fixture(params=[ENGLISH, CHINESE], ids=lambda people: people.language)
def scene(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Scene]:
    """A Monday morning at twenty past nine; nobody has said anything yet."""
    with _scene(browser, address, request.param) as made:
        yield made


@pytest.fixture
def one_scene(browser: Browser, address: str, database: str) -> Iterator[Scene]:
    """Where one language on each database is enough."""
    people = ENGLISH if database == "sqlite" else CHINESE
    with _scene(browser, address, people) as made:
        yield made


@contextmanager
def _scene(browser: Browser, address: str, people: People) -> Iterator[Scene]:
    morning(address)
    with ExitStack() as windows:
        yield Scene(browser, address, people, windows)


def who(id: str) -> Who:
    return Who(id, name(id))


def test_a_question_is_chased_until_it_is_promised_and_answered(scene: Scene) -> None:
    people = scene.people
    asker, owner = scene.window(people.asker, "sales"), scene.window(people.owner)
    boss = scene.window(people.boss)

    _asks(asker, people)
    expect(owner.cards).to_have_count(0)
    asker.moves("+2 working hours")
    asker.moves("+1 working hour")
    gentle = owner.card("{person} is waiting for your answer", person=who(people.asker))
    expect(gentle.locator("blockquote")).to_contain_text(people.question)
    expect(gentle.locator(".why")).to_contain_text("2.2.1-reply")
    asker.moves("+1 working hour")
    due = owner.card("Your answer to {person} is due", person=who(people.asker))
    number, nudge = _number(due), _line(owner, due)
    asker.moves("+2 working hours")
    late = boss.card("Late in your team: {person}", person=who(people.owner))
    expect(boss.page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(late).not_to_contain_text(people.question)

    _promises(owner, due, people)
    asker.leads_to(asker.words("Duly"))
    told = "{person} promises an answer to {number} by {until}."
    asker.card(told, person=who(people.owner), number=Ref(number), until=Quoted(""))

    _answers(asker, owner, nudge, people)
    owner.opens("duly").writes("/duly mine")
    owner.card("You owe nothing. Enjoy it.")
    assert asker.complaints == boss.complaints == []
    assert all("422" in each for each in owner.complaints)  # the bad time


def _asks(asker: Window, people: People) -> None:
    """The name is picked from what is offered."""
    box = asker.page.locator("#compose")
    box.press_sequentially(f"@{people.owner[:2]}")
    asker.page.locator(".completion li", has_text=name(people.owner)).click()
    expect(box).to_have_value(f"@{people.owner} ")
    box.press_sequentially(people.question)
    box.press("Enter")
    expect(asker.page.locator("#main .mention").last).to_have_text(f"@{people.owner}")


def _promises(owner: Window, due: Locator, people: People) -> None:
    """A time nobody understands is explained in the form, which stays open."""
    owner.presses(due, "I will reply by …")
    form = owner.page.locator("#asked")
    expect(form.locator("h2")).to_have_text(owner.words("When will you answer?"))
    form.locator("input").fill(people.bad_time)
    form.get_by_role("button", name=owner.words("Promise"), exact=True).click()
    unread = "I cannot read this time. For example: {example}"
    expect(form.locator(".error")).to_have_text(owner.words(unread, example=Code("Thu 17:00")))
    form.get_by_role("button", name=owner.words("tomorrow 10:00")).click()
    form.get_by_role("button", name=owner.words("Promise"), exact=True).click()
    expect(form).to_be_hidden()
    told = owner.cards.filter(has_text=owner.words("Change the time")).last
    expect(told).to_contain_text(name(people.asker))


def _answers(asker: Window, owner: Window, nudge: Locator, people: People) -> None:
    """From the card to the thread; who asked sees the answer come."""
    asker.leads_to("sales")
    nudge.get_by_role("link", name=owner.words("Go to the message")).click()
    expect(owner.page.locator("#thread .text").first).to_contain_text(people.question)
    owner.writes(people.answer, "#compose-thread")
    expect(asker.page.locator(".replies").last).to_have_text(
        asker.count("{count} reply", "{count} replies", 1)
    )


@pytest.mark.thorough
def test_a_duty_is_promised_in_plain_words_passed_on_and_explained(one_scene: Scene) -> None:
    people = one_scene.people
    asker, owner = one_scene.window(people.asker, "sales"), one_scene.window(people.owner)
    helper = one_scene.window(people.helper)

    asker.writes(f"@{people.owner} {people.matter}")
    asker.moves("+2 working hours")
    asker.moves("+1 working hour")
    nudge = owner.card("{person} is waiting for your answer", person=who(people.asker))
    number = _number(nudge)
    owner.opens("sales").writes(f"@{people.asker} {people.promise}")
    noted = owner.card(
        "Noted: you answer {person} by {until}.", person=who(people.asker), until=Quoted("")
    )
    expect(noted).to_contain_text("15:00")
    asker.leads_to(asker.words("Duly"))
    told = "{person} promises an answer to {number} by {until}."
    asker.card(told, person=who(people.owner), number=Ref(number), until=Quoted(""))

    taken = _passes_on(owner, helper, number, people)
    asker.card("{number} is now with {person}.", number=Ref(number), person=who(people.helper))
    helper.writes(f"/duly explain {taken}")
    life = helper.card("The life of {number}", number=Ref(taken))
    expect(life).to_contain_text(people.matter)
    assert asker.complaints == owner.complaints == helper.complaints == []


def _passes_on(owner: Window, helper: Window, number: int, people: People) -> int:
    """Gives the number it has with who accepts it; what they pressed cannot be pressed again."""
    owner.opens("duly").writes(f"/duly pass {number} @{people.helper}")
    asked = "{person} asks you to take over {number}"
    offered = helper.card(asked, person=who(people.owner), number=Ref(number))
    line = _line(helper, offered)
    helper.presses(offered, "Accept")
    taken = helper.card("It is yours now: {number}.", number=Quoted(""))
    expect(line.locator(".press")).to_have_count(0)
    return _number(taken)


@pytest.mark.thorough
def test_a_request_is_approved_by_the_head_and_by_nobody_for_themselves(one_scene: Scene) -> None:
    scene, people = one_scene, one_scene.people
    requester = scene.window(people.requester, "general")
    head, other = scene.window(people.head), scene.window("min", "general")

    _requests(requester, people)
    sent = requester.card("Sent for approval: {number}", number=Quoted(""))
    number = _number(sent)
    asked = head.card(
        "{person} asks for approval: {number}", person=who(people.requester), number=Ref(number)
    )
    expect(asked.locator("blockquote")).to_have_text(people.notice)
    expect(other.cards).to_have_count(0)
    line = _line(head, asked)

    head.presses(asked, "Approve")
    same = line.locator(".card")
    approved = head.words("{number} was approved", number=Ref(number))
    expect(same.locator("h3")).to_have_text(approved)
    expect(same.get_by_role("button")).to_have_count(0)
    expect(same).to_contain_text(name(people.head))
    requester.leads_to(requester.words("Duly"))
    told = requester.card("{number} was approved", number=Ref(number))
    expect(told).to_contain_text(name(people.head))

    head.writes(f"/duly request notice {people.notice}")
    own = _number(head.card("Sent for approval: {number}", number=Quoted("")))
    head.writes(f"/duly approve {own}")
    refusal = "{number} is your own request; somebody else has to decide it."
    head.card(refusal, number=Ref(own))
    scene.window(people.above).card(
        "{person} asks for approval: {number}", person=who(people.head), number=Ref(own)
    )
    assert requester.complaints == head.complaints == other.complaints == []


def _requests(requester: Window, people: People) -> None:
    """The command is picked from what is offered."""
    box = requester.page.locator("#compose")
    box.press_sequentially("/duly req")
    first = requester.page.locator(".completion li").first
    expect(first).to_contain_text("/duly request")
    box.press("Enter")
    expect(box).to_have_value("/duly request ")
    box.press_sequentially(f"notice {people.notice}")
    box.press("Enter")


@pytest.mark.thorough
def test_a_report_is_asked_for_and_downloaded(one_scene: Scene, tmp_path: Path) -> None:
    people = one_scene.people
    reporter = one_scene.window(people.reporter)

    reporter.writes("/duly report")
    file = reporter.page.locator(".file").last
    expect(file).to_be_visible(timeout=30_000)
    with reporter.page.expect_download() as download:
        file.click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)

    book = load_workbook(saved)
    assert len(book.sheetnames) >= 5
    book.close()
    assert reporter.complaints == []
    if people is ENGLISH:
        _printed(saved)


def _printed(saved: Path) -> None:
    office = need("libreoffice")
    profile = f"-env:UserInstallation={(saved.parent / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(saved.parent)]
    subprocess.run([*command, str(saved)], check=True, capture_output=True, timeout=120)
    assert saved.with_suffix(".pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.thorough
@pytest.mark.parametrize("database", DATABASES[:1], indirect=True)
def test_the_guide_leads_a_newcomer_to_a_nudge(browser: Browser, address: str) -> None:
    """At whatever time of the day, by doing no more than it says."""
    newcomer = Window(browser, address, "ann")
    page, guide = newcomer.page, newcomer.page.locator(".guide")
    page.goto(f"{address}/")

    guide.get_by_role("link", name="Write it for me").click()
    box = page.locator("#compose")
    expect(box).to_have_value(re.compile("^@"))
    question = box.input_value().partition(" ")[2]
    box.press("Enter")
    expect(page.locator("#main .text").last).to_contain_text(question)
    guide.get_by_role("button", name="+3 working hours").click()
    guide.get_by_role("link", name=re.compile("^Switch to")).click()
    nudge = newcomer.cards.filter(has_text=question)
    expect(nudge).to_have_count(1, timeout=PATIENCE * 1000)
    expect(nudge.get_by_role("button")).to_have_count(4)
    assert newcomer.complaints == []
    newcomer.closes()


@pytest.mark.thorough
@pytest.mark.parametrize("database", DATABASES[:1], indirect=True)
def test_on_a_dark_phone_everything_is_done_by_keys_alone(browser: Browser, address: str) -> None:
    with _scene(browser, address, ENGLISH) as scene:
        window = scene.window("fang", screen=PHONE)
        page = window.page

        window.tabs_to("#compose")
        page.keyboard.type("/duly request notice Lunch is on us.")
        page.keyboard.press("Enter")
        sent = window.card("Sent for approval: {number}", number=Quoted(""))
        window.tabs_to(".press[data-action^='recall']", back=True)
        page.keyboard.press("Enter")
        window.card("Recalled: {number}.", number=Ref(_number(sent)))

        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        red = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]")
        assert int(red) < 64
        assert window.complaints == []


def _line(window: Window, card: Locator) -> Locator:
    """It stays the same when its card says something else."""
    id = card.locator(LINE).get_attribute("data-id")
    return window.page.locator(f".line[data-id='{id}']")


def _number(card: Locator) -> int:
    found = NUMBER.search(card.inner_text())
    assert found, card.inner_text()
    return int(found.group(1))
