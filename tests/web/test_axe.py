"""Every page before axe, which looks for what shuts people out; and at the width of a phone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.theatre import Screen, chromium
from tests.needs import need
from tests.web.hall import Hall, hall

PHONE = Screen(360, 740)
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
Look = Literal["light", "dark"]
NOT_SO_BAD = ("minor", "moderate")
PAGES = (  # who sees something there, and where; a word in braces is the number of such a thing
    ("ann", "/mine"), ("ann", "/waiting"), ("ann", "/requests"), ("ann", "/requests/new"),
    ("ann", "/requests/new/notice"), ("ann", "/requests/{request}"), ("ann", "/duties/{duty}"),
    ("ann", "/notices"), ("ann", "/notices/{notice}"), ("ann", "/meetings"),
    ("ann", "/meetings/{meeting}"),
    ("ann", "/cases"), ("ann", "/cases/{case}"), ("ann", "/reports"), ("ann", "/reports/{report}"),
    ("ann", "/settings"), ("ann", "/search"), ("ann", "/looks"), ("ann", "/nothing"),
    ("hana", "/dashboard"), ("hana", "/reports/all"), ("hana", "/notices"),
    ("hana", "/findings"), ("hana", "/findings/{hrfinding}"), ("hana", "/search/others"),
    ("sam", "/team"), ("sam", "/samples"), ("sam", "/samples/{sample}"),
    ("sam", "/requests/department"), ("sam", "/dashboard"), ("ivan", "/cases"),
    ("ivan", "/daily"), ("oda", "/dashboard"), ("grace", "/dashboard"), ("ines", "/sealed"),
    ("ann", "/policy"), ("hana", "/policy"), ("hana", "/people"), ("ivan", "/health"),
    ("ann", "/report"),
)  # fmt: skip


@pytest.fixture(scope="module")
def house() -> Iterator[Hall]:
    need("axe")
    need("chromium")
    with hall() as made:
        for who in ("hana", "sam", "oda", "grace"):
            made.asks_for_figures(who)
        yield made


@pytest.fixture(scope="module")
def browser(house: Hall) -> Iterator[Browser]:  # noqa: ARG001
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def axe() -> str:
    return Path(need("axe")).read_text(encoding="utf-8")


def faults(page: Page, only: str = "") -> list[str]:
    """What shuts somebody out, and where. `only`: one of axe's rules."""
    asked: dict[str, Any] = {"resultTypes": ["violations"]}
    asked |= {"runOnly": [only]} if only else {}
    found = page.evaluate("asked => axe.run(document, asked)", asked)
    return [
        f"{each['id']}: {node['html'][:200]}"
        for each in found["violations"]
        if each["impact"] not in NOT_SO_BAD
        for node in each["nodes"]
    ]


@pytest.mark.thorough
@pytest.mark.parametrize(("language", "looks"), [("en", ("light", "dark")), ("zh_Hans", ("dark",))])
def test_no_page_shuts_anybody_out(
    house: Hall, browser: Browser, axe: str, language: str, looks: tuple[Look, ...]
) -> None:
    seats = {
        who: house.seat(browser, who, PHONE, language, bypass_csp=True)
        for who in {who for who, _ in PAGES}
    }
    wrong = []
    for who, path in PAGES:
        page = seats[who]
        page.emulate_media(color_scheme=looks[0])
        page.goto(path.format_map(house.company.things))
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        page.evaluate(axe)
        wrong += [f"{who} {path} {each}" for each in faults(page)]
        for look in looks[1:]:  # nothing else is different
            page.emulate_media(color_scheme=look)
            wrong += [f"{who} {path} {look} {each}" for each in faults(page, "color-contrast")]
        if page.evaluate(WIDER) > 0:
            wrong.append(f"{who} {path} is wider than a phone")
    assert wrong == []


@pytest.mark.thorough
def test_what_shuts_somebody_out_is_found(house: Hall, browser: Browser, axe: str) -> None:
    page = house.seat(browser, "ann", PHONE, bypass_csp=True)
    page.goto("/mine")
    page.evaluate(axe)
    body = "<img src=/x><p class=pale>pale</p><hr class=far>"
    page.set_content(f"<html lang=en><title>x</title><main>{body}</main></html>")
    page.add_style_tag(content=".pale { color: #bbb; background: #fff } .far { width: 900px }")
    assert {each.partition(":")[0] for each in faults(page)} == {"image-alt", "color-contrast"}
    assert page.evaluate(WIDER) > 0


@pytest.mark.thorough
def test_a_workbook_is_made_before_their_eyes(house: Hall, browser: Browser) -> None:
    page = house.seat(browser, "mei")
    page.goto("/reports")
    page.get_by_label("Period").select_option("2026-05")
    page.get_by_label("Edition").select_option("head")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_text("It waits for its turn.")).to_be_visible()
    house.works()
    taken = page.get_by_role("link", name="Download").last  # the script shows it by itself
    with page.expect_download() as download:
        taken.click()
    assert Path(download.value.path()).read_bytes().startswith(b"PK")
    page.locator(".entries .line a").first.click()
    expect(page.locator(".days li")).to_contain_text("taken from this page")


@pytest.mark.thorough
def test_figures_come_by_themselves_and_a_chart_can_be_read_as_a_table(
    house: Hall, browser: Browser
) -> None:
    page = house.seat(browser, "hana")
    page.goto("/dashboard?period=2026-05")
    expect(page.get_by_role("status")).to_contain_text("being computed")
    house.works()
    expect(page.locator(".figure").first).to_be_visible()
    expect(page.locator("svg[role=img]").first).to_be_visible()
    page.locator(".chart summary").first.press("Enter")
    expect(page.locator(".chart table").first.get_by_role("rowheader").last).to_be_visible()


@pytest.mark.thorough
def test_the_menu_of_a_phone_opens_by_the_keyboard(house: Hall, browser: Browser) -> None:
    page = house.seat(browser, "sam", PHONE)
    page.goto("/mine")
    summary = page.locator(".drawer summary")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(".drawer a").first).to_be_focused()
    expect(page.locator(".side")).to_be_hidden()
    page.locator(".drawer").get_by_role("link", name="Reports").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Reports")
    page.close()
