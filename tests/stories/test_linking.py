"""An account becomes somebody's by a one-time code, where no platform vouches for it."""

import argparse
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.cli import people
from bot.events import AccountChanged
from bot.store.codes import LETTERS, MOST, fresh_code, is_code
from bot.store.schema import codes
from tests.desk import Desk, account

M = timedelta(minutes=1)
CODE = re.compile(r"link ((?:[2-9A-Z]{4}-){2}[2-9A-Z]{4})")


def code_in(said: list[str]) -> str:
    found = CODE.search(said[0])
    assert found is not None, said
    return found[1]


def behind(desk: Desk, who: str) -> str | None:
    with desk.store.reading() as tx:
        person = tx.people.snapshot().directory.behind(account(who))
    return person.id if person else None


@pytest.fixture
def code(desk: Desk) -> str:
    return code_in(desk.says("ann", "link"))


def test_a_code_from_one_account_links_another(desk: Desk, code: str) -> None:
    said = desk.says("ann2", f"link {code}")

    assert said[0].startswith(
        "ann: An account was added to you: «paper/home/ann2»\nWas it not you?"
    )
    assert "./duly people link paper home ann2 -" in said[0]
    assert said[1].startswith("ann2: This account is yours from now on, «Ann».")
    assert behind(desk, "ann2") == "ann"
    assert desk.says("ann2", "mine") == ["ann2: You owe nothing. Enjoy it."]


def test_it_is_heard_of_at_any_hour(desk: Desk, code: str) -> None:
    desk.now += timedelta(minutes=14)
    desk.now = desk.now.replace(hour=1)
    with desk.store.transaction() as tx:
        tx.preferences.pause("ann", desk.now + timedelta(days=2))

    assert len(desk.says("ann2", f"link {code}")) == 2


@pytest.mark.parametrize("typed", ["{}", "  {} ", "lower", "close"])
def test_it_may_be_typed_as_people_type(desk: Desk, code: str, typed: str) -> None:
    shapes = {"lower": code.lower(), "close": code.replace("-", "")}

    desk.says("ann2", f"链接 {shapes.get(typed, typed.format(code))}")
    assert behind(desk, "ann2") == "ann"


def test_it_works_once(desk: Desk, code: str) -> None:
    desk.says("ann2", f"link {code}")

    assert "was used already" in desk.says("mallory", f"link {code}")[0]
    assert behind(desk, "mallory") is None


def test_after_a_quarter_of_an_hour_it_is_too_old(desk: Desk, code: str) -> None:
    desk.now += 15 * M

    assert "This code is too old" in desk.says("ann2", f"link {code}")[0]


def test_a_newer_one_takes_its_place(desk: Desk, code: str) -> None:
    newer = code_in(desk.says("ann", "link"))

    assert "A newer code took its place" in desk.says("ann2", f"link {code}")[0]
    assert "yours from now on" in desk.says("ann2", f"link {newer}")[1]


def test_who_guesses_has_to_wait(desk: Desk, code: str) -> None:
    for _ in range(MOST):
        assert "no code that I know" in desk.says("mallory", "link 2222-2222-2222")[0]

    assert "too many wrong codes" in desk.says("mallory", f"link {code}")[0]
    assert "yours from now on" in desk.says("ann2", f"link {code}")[1]
    desk.now += timedelta(hours=1)
    again = code_in(desk.says("ann", "link"))
    assert "yours from now on" in desk.says("mallory", f"link {again}")[-1]


def test_an_account_that_is_somebodys_stays_theirs(desk: Desk, code: str) -> None:
    refused = desk.says("bob", f"link {code}")

    assert refused[0].startswith("bob: This account is linked already, to «Bob».")
    assert behind(desk, "bob") == "bob"
    assert "yours from now on" in desk.says("ann2", f"link {code}")[1]


def test_guests_and_bots_are_not_linked_by_a_code(desk: Desk, code: str) -> None:
    guest = AccountChanged(
        key="guest", at=desk.now, account=account("guest"), name="Guest", outsider=True
    )
    robot = replace(guest, key="bot", account=account("robot"), outsider=False, automatic=True)
    desk.take(guest, robot)

    for who in ("guest", "robot"):
        assert "linked by HR or IT only" in desk.says(who, f"link {code}")[0]
        assert behind(desk, who) is None


def test_an_account_that_is_nobodys_is_told_how(desk: Desk) -> None:
    for words in ("help", "link", "mine", "approve 1"):
        [said] = desk.says("mallory", words)
        assert "type /duly link there: it gives you a code." in said
        assert "Else ask HR for a code" in said


def test_hr_gives_a_code_to_who_has_no_account(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.people.link(account("eve"), None)
        tx.people.save(
            [replace(tx.people.snapshot().directory.people["bob"], roles=frozenset({"it"}))]
        )
    nobody = desk.says("hana", "link @eve")  # an account of nobody's, whatever it calls itself
    assert "I know nobody called «@eve». Use their whole name" in nobody[0]
    given = desk.says("hana", "link Eve")
    assert given[0].startswith("hana: Tell «Eve» yourself, and nobody else")
    said = desk.says("eve2", f"link {code_in(given)}")

    assert (
        "eve2: This account is yours from now on, «Eve».\nWhat I can do for you: /duly help" in said
    )
    assert any(
        each.startswith("bob: «Eve» has a new account, by a code of «Hana»") for each in said
    )
    assert behind(desk, "eve2") == "eve"


def test_who_sits_at_the_machine_gives_one_too(desk: Desk) -> None:
    told: list[str] = []
    args = argparse.Namespace(deed="code", person="eve")

    assert people.run(args, desk.store, told.append) == 0
    assert told[0].startswith("Tell Eve yourself")
    desk.says("eve2", told[1])
    assert behind(desk, "eve2") == "eve"


def test_only_hr_gives_codes_for_others(desk: Desk) -> None:
    assert desk.says("ann", "link @bob")[0].startswith("ann: Only HR can get a code")
    assert desk.says("ann", "link for")[0].startswith("ann: Only HR can get a code")


def test_hr_is_asked_for_whom(desk: Desk) -> None:
    desk.says("hana", "link for")

    assert desk.submits("hana", person="@bob")[0].startswith("hana: Tell «Bob» yourself")


def test_every_use_is_a_record_and_only_a_hash_is_kept(desk: Desk, code: str) -> None:
    desk.says("ann2", f"link {code}")

    with desk.store.reading() as tx:
        assert tx.records.head("duly/links")[0] == 1
        list(tx.records.verify())
        kept = [bytes(row.hash) for row in tx.rows.all(codes)]
    assert kept
    assert all(code.replace("-", "").encode() not in each for each in kept)


def test_a_code_has_no_letters_that_look_alike_and_none_is_likelier() -> None:
    assert not set("01ILO") & set(LETTERS)
    made = fresh_code(lambda size: bytes([255, 248, 247, *range(size - 3)]))

    assert made.replace("-", "")[0] == LETTERS[247 % len(LETTERS)]
    assert is_code(made)
    assert not is_code("K7MP-2XQR")
