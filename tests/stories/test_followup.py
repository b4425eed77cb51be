"""An important message is followed up until it was received and understood. 2.1.2-followup."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.events import MembershipChanged, MessageChanged, MessageRef
from bot.policy.people import Person
from bot.store.intake import Register
from bot.store.schema import members, outbox
from tests.desk import LOBBY, MONDAY, STAFF, Desk, account, person

H, DAY = timedelta(hours=1), timedelta(days=1)
BUTTON = "Received and understood"


def join(desk: Desk, *names: str) -> None:
    desk.take(
        *(
            MembershipChanged(
                key=f"in/{who}", at=desk.now, account=account(who), place=LOBBY, joined=True
            )
            for who in names
        )
    )


def test_everybody_it_mentions_says_that_they_understood_it(desk: Desk) -> None:
    message = desk.posts("hana", "From May on badges are checked. @ann @bob")
    said = desk.says("hana", f"followup msg:{message}")

    assert desk.titles(said) == [
        "ann: «Hana» asks whether you received and understood this: #1",
        "bob: «Hana» asks whether you received and understood this: #1",
        "hana: 2 people are asked whether they understood it: #1",
    ]
    assert "«From May on badges are checked. @ann @bob»" in said[0]
    assert desk.presses("ann", BUTTON)[0].startswith("ann: Thank you. Confirmed: #1")
    lists = desk.says("hana", "followup 1")[0]
    assert lists.startswith("hana: #1: 1 of 2 have confirmed")
    assert "Not yet: «Bob»" in lists
    said = desk.titles(desk.until(MONDAY + 2 * DAY))
    assert [each for each in said if "Please confirm" in each] == [
        "bob: Please confirm that you have read this: #1",
        "bob: Please confirm today that you have read this: #1",
    ]
    assert "#1 Confirm that you understood a message, to «Hana»" in desk.says("bob", "mine")[0]


def test_who_it_names_nobody_goes_to_everybody_in_the_room(desk: Desk) -> None:
    join(desk, *STAFF)
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("bob"), partner=True)])
    message = desk.posts("sam", "From May on badges are checked.")
    said = desk.says("sam", f"followup msg:{message}")

    assert sorted(each.split(":")[0] for each in said) == sorted(set(STAFF) - {"bob"})


def test_who_is_named_by_hand_is_asked_once(desk: Desk) -> None:
    message = desk.posts("ann", "From May on badges are checked. @bob")
    desk.says("ann", f"followup msg:{message} @eve")
    said = desk.says("ann", f"followup msg:{message} @eve @sam")

    assert desk.titles(said) == [
        "sam: «Ann» asks whether you received and understood this: #1",
        "ann: 1 person is asked whether they understood it: #1",
    ]
    assert desk.says("ann", f"followup msg:{message} @eve")[0].startswith("ann: #1: 0 of 2")


def test_an_agreed_reaction_to_the_message_itself_will_do(desk: Desk) -> None:
    message = desk.posts("ann", "From May on badges are checked. @bob")
    desk.says("ann", f"followup msg:{message}")
    desk.reacts("bob", "✅", message)

    assert desk.says("ann", "followup 1")[0].startswith("ann: #1: 1 of 1 have confirmed")
    desk.reacts("eve", "✅", message)
    assert desk.says("bob", "confirm 1")[0].startswith("bob: You already confirmed #1")


def test_only_the_author_who_leads_them_and_hr_may_ask(desk: Desk) -> None:
    message = desk.posts("ann", "From May on badges are checked. @bob")

    for who in ("bob", "eve", "mei"):
        assert len(desk.says(who, f"followup msg:{message}")) == 1
        with desk.store.transaction() as tx:
            assert tx.notices.by(who, 9) == []
    assert len(desk.says("sam", f"followup msg:{message}")) == 2
    assert desk.says("ann", "followup 1")[0].startswith("ann: #1: 0 of 1 have confirmed")
    assert desk.says("eve", "followup 1")[0].startswith("eve: There is no notice #1.")


@pytest.mark.parametrize("words", ["msg:nowhere", "", "@bob", "77"])
def test_what_cannot_be_followed_up_is_said(desk: Desk, words: str) -> None:
    said = desk.says("ann", f"followup {words}")

    assert len(said) == 1
    with desk.store.transaction() as tx:
        assert tx.notices.by("ann", 9) == []


def test_nobody_to_ask_is_said(desk: Desk) -> None:
    message = desk.posts("ann", "From May on badges are checked.")

    assert desk.says("ann", f"followup msg:{message}")[0].startswith("ann: It names nobody")


def test_the_receipt_is_for_the_words_as_they_were_then(desk: Desk) -> None:
    message = desk.posts("ann", "From May on badges are checked. @bob @eve")
    desk.says("ann", f"followup msg:{message}")
    desk.says("bob", "confirm 1")
    edited = desk.message("ann", "From June on badges are checked. @bob @eve", message)
    desk.take(changed(edited.message, "From June on badges are checked."))
    desk.says("eve", "confirm 1")

    with desk.store.transaction() as tx:
        notice = tx.notices.find(1)
        assert notice is not None
        bob, eve = tx.notices.receipts(notice.id)
    assert bob.digest == notice.digest != eve.digest


def changed(message: MessageRef, text: str) -> MessageChanged:
    return MessageChanged(key="edit", at=MONDAY, author=account("ann"), message=message, text=text)


@pytest.mark.thorough
def test_a_room_of_five_thousand(desk: Desk) -> None:
    crowd = [f"w{n:04}" for n in range(5000)]
    with desk.store.transaction() as tx:
        register = Register(tx)
        register.save(Person(id=who, name=who, zone="Asia/Shanghai") for who in crowd)
        register.link({account(who): who for who in crowd})
        here = {"platform": LOBBY.platform, "realm": LOBBY.realm, "place": LOBBY.id}
        tx.rows.add_all(members, [here | {"account": who, "joined": True} for who in crowd])
    join(desk, "hana")
    message = desk.posts("hana", "From May on badges are checked.")
    asyncio.run(desk.bot.inbox.take((desk.command("hana", f"followup msg:{message}", "once"),)))
    desk.bot.engine.work()

    with desk.store.transaction() as tx:
        notice = tx.notices.find(1)
        assert notice is not None
        assert len(tx.notices.members(notice.id)) == 5000
        assert tx.rows.count(outbox, outbox.c.kind == "Announce") == 5000
