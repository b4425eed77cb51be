"""What people touch: the page, forms, buttons, shortcuts, files; each for who is entitled, once."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from bot.store.schema import outbox, requests
from tests.slack.fake import Person
from tests.slack.fake.delivery import Delivery
from tests.slack.fake.posting import packed
from tests.slack.fake.things import Message
from tests.slack.house import House, house
from tests.slack.scenes import (
    NUDGED,
    asked,
    filled,
    numbers,
    owes,
    parked,
    says,
    whispers,
)

pytestmark = pytest.mark.thorough


def arrives(home: House, told: Delivery, **other: object) -> None:
    """The same once more, signed anew; with some fields changed."""
    kind, body = packed(replace(told, payload={**told.payload, **other}))
    headers = {**home.slack.post._signed(body), "Content-Type": kind}
    assert httpx.post(home.slack.route.url, content=body, headers=headers).status_code == 200


NOTICE = "The office is closed on Friday."


@pytest.fixture
def home() -> Iterator[House]:
    with house() as made:
        made.slack.settings.shortcuts.update(
            important="message", approval="message", mine="global", request="global"
        )
        yield made
        assert parked(made) == []


def requested(home: House) -> tuple[Person, Message, str]:
    """A notice of ann's; who is asked, their card, and what its button is called."""
    home.ann.command(home.sales, f"/duly request notice audience=all {NOTICE}")
    home.settle()
    for who in home.people.values():
        found = home.button(who, "Approve")
        if found is not None:
            return who, *found
    raise AssertionError("nobody is asked")


def trail(home: House) -> list[str]:
    """Every decision that was made."""
    with home.store.reading() as tx:
        (row,) = tx.requests.rows.all(requests)
        return [f"{each.actor} {each.deed}" for each in tx.requests.trail(row.id)]


# --- the page ------------------------------------------------------------------------------------


def test_the_page_shows_what_i_owe_in_my_language_and_its_buttons_work(home: House) -> None:
    says(home, home.ann, "@wei can you send me the test report?")
    home.wei.open_home()
    home.bob.open_home()
    home.settle()
    home.slack.until(lambda: home.wei.id in home.slack.world.homes)
    shown = next(each for each in home.wei.sees if each.kind == "home").plain
    assert "test report" in shown
    assert any("\u4e00" <= each <= "\u9fff" for each in shown), "Chinese"
    assert "test report" not in next(x for x in home.bob.sees if x.kind == "home").plain

    button = next(
        x for x in next(y for y in home.wei.sees if y.kind == "home").controls if "✅" in x
    )
    home.wei.press(home.wei.home, button)
    home.settle()
    assert owes(home, "wei") == []


def test_who_is_unknown_has_an_empty_page_and_no_words_of_others(home: House) -> None:
    asked(home)
    zoe = home.company.hire("Zoe")
    zoe.open_home()
    home.settle()
    shown = [each.plain for each in zoe.sees if each.kind == "home"]
    assert not any("test report" in each for each in shown)


# --- forms ---------------------------------------------------------------------------------------


def test_what_is_wrong_in_a_form_is_said_in_it_in_the_readers_language(home: House) -> None:
    says(home, home.ann, "@wei can you send me the test report?")
    (number,) = numbers(home, "wei")
    home.wei.command(home.sales, f"/duly promise {number}")
    home.settle()
    refused = filled(home, home.wei, until="某个蓝月亮之后")
    errors = refused.answer["errors"]
    assert any("\u4e00" <= each <= "\u9fff" for each in errors["until"])
    assert home.wei.modal is not None
    filled(home, home.wei, until="明天 15:00")
    assert home.wei.modal is None
    (duty,) = owes(home, "wei")
    assert duty.promised_for is not None


def test_a_form_that_arrives_twice_is_one_request(home: House) -> None:
    home.ann.command(home.sales, "/duly request notice")
    home.settle()
    sent = filled(home, home.ann, text=NOTICE, audience="all")
    for _ in range(3):
        arrives(home, sent)
    home.settle()
    with home.store.reading() as tx:
        assert tx.requests.rows.count(requests) == 1


def test_a_form_with_a_file_brings_the_file(home: House) -> None:
    home.ann.command(home.sales, "/duly request notice")
    home.settle()
    plan = home.ann.file("plan.txt", b"Closed on Friday, really.")
    home.slack.until(lambda: home.ann.modal)
    fields = [each["block_id"] for each in home.ann.modal.body["blocks"] if "block_id" in each]  # type: ignore[union-attr]
    assert "files" in fields
    filled(home, home.ann, text=NOTICE, audience="all", files=[plan])
    with home.store.reading() as tx:
        (row,) = tx.requests.rows.all(requests)
        form = tx.requests.get(row.id).form
    assert "plan.txt" in str(form)
    approver = next(x for x in home.people.values() if home.has_button(x, "Approve"))
    assert any("plan.txt" in each for each in home.chat(approver))


def test_a_file_that_is_too_large_is_said_in_the_form(home: House) -> None:
    home.ann.command(home.sales, "/duly request notice")
    home.settle()
    large = home.ann.file("film.bin", b"x" * 60_000_000)
    sent = filled(home, home.ann, text=NOTICE, audience="all", files=[large])
    assert sent.answer["response_action"] == "errors"
    with home.store.reading() as tx:
        assert tx.requests.rows.count(requests) == 0


# --- cards ---------------------------------------------------------------------------------------


def test_a_card_that_is_pressed_after_it_was_decided_decides_nothing(home: House) -> None:
    who, card, button = requested(home)
    pressed = who.press(card, button)
    home.settle()
    decided = trail(home)

    arrives(home, pressed, trigger_id="1234567890.1234567890.abcdef0123456789")
    home.settle()

    assert trail(home) == decided


def test_who_is_not_asked_decides_nothing_whatever_they_press(home: House) -> None:
    who, card, button = requested(home)
    others = [each for each in home.people.values() if each is not who]
    home.slack.route.url, url = "", home.slack.route.url
    pressed = who.press(card, button)  # which never got here
    home.slack.route.url = url
    before = trail(home)

    for each in others:
        user = {**pressed.payload["user"], "id": each.id}
        arrives(home, pressed, user=user, trigger_id=f"1234567890.123456789.{each.id.lower()}")
        home.settle()

    assert trail(home) == before


@pytest.mark.parametrize("words", [("Approve", "Approve"), ("Approve", "Reject")])
def test_two_who_press_in_the_same_millisecond_decide_once(
    home: House, words: tuple[str, str]
) -> None:
    home.sam.command(home.sales, "/duly delegate @grace 2026-03-02..2026-03-06")
    home.settle()
    requested(home)
    before = decisions(home)
    home.slack.route.url, url = "", home.slack.route.url
    told = []
    for who, word in zip((home.sam, home.grace), words, strict=True):
        found = home.button(who, word)
        assert found is not None
        told.append(who.press(*found))
    home.slack.route.url = url

    threads = [
        threading.Thread(target=arrives, args=(home, each)) for each in told for _ in range(4)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    home.settle()

    assert len(decisions(home)) == len(before) + 1
    later = [x for who in (home.sam, home.grace) for x in [*whispers(who), *home.chat(who)]]
    told_so = any("decided" in each or "⚠️" in each for each in later)
    assert told_so or home.grace.modal is not None, "or asked for the reason first"


def decisions(home: House) -> list[str]:
    return [each for each in trail(home) if each.split()[-1] in ("approve", "reject")]


# --- shortcuts -----------------------------------------------------------------------------------


def test_a_message_is_marked_as_important_by_its_menu(home: House) -> None:
    said = says(home, home.ann, "@bob the customer has called again.")
    home.ann.shortcut("important", said)
    home.settle()
    (duty,) = owes(home, "bob")
    assert duty.about is not None
    assert duty.about.id == said.ts
    assert any("Marked as important" in each for each in whispers(home.ann))


def test_a_reply_in_a_thread_is_marked_too(home: House) -> None:
    root = says(home, home.ann, "About the customer.")
    said = says(home, home.ann, "@bob they have called again.", root)
    home.ann.shortcut("important", said)
    home.settle()
    (duty,) = owes(home, "bob")
    assert duty.about is not None
    assert duty.about.place.thread == root.ts


def test_a_message_becomes_a_request_for_approval_by_its_menu(home: House) -> None:
    said = says(home, home.ann, NOTICE)
    home.ann.shortcut("approval", said)
    home.settle()
    home.slack.until(lambda: home.ann.modal)
    assert home.ann.modal is not None
    assert NOTICE in str(home.ann.modal.body)


def test_a_shortcut_from_anywhere_shows_my_list(home: House) -> None:
    asked(home)
    home.bob.shortcut("mine")
    home.settle()
    assert any("test report" in each for each in [*whispers(home.bob), *home.chat(home.bob)])


def test_a_request_is_begun_from_anywhere(home: House) -> None:
    home.ann.shortcut("request")
    home.settle()
    home.slack.until(lambda: home.ann.modal)


# --- reports -------------------------------------------------------------------------------------


def workbooks(who: Person) -> list[str]:
    shared = (each.source.files for each in who.sees if isinstance(each.source, Message))
    return [each.name for files in shared for each in files if each.name.endswith(".xlsx")]


def test_a_report_comes_as_one_card_and_one_file_to_who_asked(home: House) -> None:
    asked(home)
    home.hana.command(home.sales, "/duly report")
    home.settle()
    home.slack.until(lambda: workbooks(home.hana), 60)
    home.settle()
    assert len(workbooks(home.hana)) == 1
    with home.store.reading() as tx:
        assert tx.outbox.rows.count(outbox, outbox.c.kind == "Upload") == 1
    for name in set(home.people) - {"hana"}:
        assert not any(".xlsx" in each for each in home.chat(home.people[name]))
    assert len([each for each in home.chat(home.hana) if "xlsx" in each]) <= 2


def test_a_nudge_in_the_chat_is_settled_by_its_button_and_says_so(home: House) -> None:
    asked(home)
    home.wait(NUDGED)
    home.bob.press(home.last_card(home.bob), "I have answered")
    home.settle()
    assert owes(home, "bob") == []
    assert any("is settled" in each for each in home.chat(home.bob))
