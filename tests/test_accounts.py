"""Whose an account is: linked by an e-mail a platform vouches for, and against nobody's word."""

import logging
from dataclasses import replace
from typing import Any

import pytest

from bot.cli import findings
from bot.events import Account, AccountChanged
from bot.store.people import People, Snapshot
from tests.desk import MONDAY, Desk, account, person

NEW = account("u7")


def told(account: Account = NEW, **more: Any) -> AccountChanged:
    fresh: dict[str, Any] = {"email": "BOB@acme.example", "name": "Bobby"}
    return AccountChanged(
        key=f"told/{account.id}/{more}", at=MONDAY, account=account, **fresh | more
    )


def owner(desk: Desk, account: Account = NEW) -> str | None:
    with desk.store.transaction() as tx:
        return tx.people.snapshot().directory.accounts.get(account)


def test_an_account_is_linked_to_the_one_colleague_with_its_email(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        desk.take(told())

    assert owner(desk) == "bob"
    assert "linked paper/home/u7 to bob" in caplog.messages


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"outsider": True}, id="a guest"),
        pytest.param({"automatic": True}, id="a bot"),
        pytest.param({"email": None}, id="no e-mail that is vouched for"),
        pytest.param({"email": ""}, id="an empty one"),
        pytest.param({"email": "nobody@acme.example"}, id="nobody's"),
        pytest.param({"active": False}, id="an account that is closed"),
    ],
)
def test_whose_it_is_is_never_guessed(desk: Desk, more: dict[str, Any]) -> None:
    desk.take(told(**more))

    assert owner(desk) is None


def test_two_people_with_one_email_are_told_apart_by_nobody(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("eve"), email="bob@acme.example")])
    desk.take(told())

    assert owner(desk) is None


@pytest.mark.parametrize("change", [{"partner": True}, {"active": False}])
def test_who_left_and_partners_are_not_linked(desk: Desk, change: dict[str, Any]) -> None:
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("bob"), **change)])
    desk.take(told())

    assert owner(desk) is None


def test_what_is_linked_stays_linked(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.people.link(NEW, "ann")
    desk.take(told(), told(name="Robert"))

    assert owner(desk) == "ann"


def test_an_account_that_was_there_first_waits_for_its_person(desk: Desk) -> None:
    desk.take(told(email="zoe@acme.example"))
    assert owner(desk) is None
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("eve"), id="zoe", email="Zoe@acme.example")])
        assert tx.people.link_by_email() == {NEW: "zoe"}

    assert owner(desk) == "zoe"


def test_a_platform_that_says_no_email_any_more_takes_none_away(desk: Desk) -> None:
    desk.take(told(email="zoe@acme.example"), told(email=None))
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("eve"), id="zoe", email="zoe@acme.example")])
        assert tx.people.link_by_email() == {NEW: "zoe"}


def test_the_doctor_counts_guests_and_lists_strangers(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("eve"), roles=frozenset({"it"}))])
    guests = [told(account(f"g{n}"), outsider=True, email=None) for n in range(3)]
    desk.take(*guests, told(email=None))
    with desk.store.reading() as tx:
        assert (tx.people.outsiders(), [row.id for row in tx.people.strangers()]) == (3, ["u7"])
        [note] = findings.outsiders(tx)

    assert dict(note.values)["count"] == 3


def test_a_whole_company_is_met_without_the_directory_being_read_anew_for_each(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody is told of when a workspace is first looked at: else that takes squares of time."""
    reads: list[int] = []
    read = People._read

    def counted(people: People, version: int) -> Snapshot:
        reads.append(version)
        return read(people, version)

    monkeypatch.setattr(People, "_read", counted)
    many = [told(account(f"u{n}"), email=f"{n}@x.example", status="present") for n in range(50)]
    desk.take(*many)

    assert len(reads) < 5
