"""Accounts that talk in our rooms and are nobody's, as conversations. Policy 2.1.1-account, 4.1."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.events import AccountChanged, MessagePosted, MessageRef, Place, PlaceChanged
from bot.policy.findings import Finding
from tests.desk import LOBBY, PAPER, Desk, account, person

QUIET = "[supervision]\ndaily = false\n"
DIRECT = Place(PAPER, "home", "dm:mallory")


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk(policy=QUIET)
    with made.store.transaction() as tx:
        tx.people.save([replace(person("eve"), roles=frozenset({"it"}))])
    yield made
    made.close()


def talks(desk: Desk, who: str, id: str, place: Place = LOBBY, *, automatic: bool = False) -> None:
    said = MessagePosted(
        key=f"{who}/{id}",
        at=desk.now,
        author=account(who),
        message=MessageRef(place, id),
        text="hello there",
        automatic=automatic,
    )
    desk.take(said)


def found(desk: Desk) -> list[Finding]:
    with desk.store.reading() as tx:
        day = timedelta(days=1)
        return tx.findings.between(desk.now - day, desk.now + day)


def standing(desk: Desk, who: str) -> str | None:
    with desk.store.reading() as tx:
        return tx.strangers.standing(account(who))


def test_it_hears_once_of_an_account_that_is_nobodys(desk: Desk) -> None:
    for number in range(3):
        talks(desk, "mallory", f"s{number}")
    (finding,) = found(desk)

    assert (finding.rule, finding.clause, finding.person) == (
        "account.stranger",
        "2.1.1-account",
        None,
    )
    assert finding.about == MessageRef(LOBBY, "s0")
    with desk.store.reading() as tx:
        assert [each.owed_by for each in tx.duties.about(f"finding/{finding.id}")] == ["eve"]
    (listed,) = desk.says("eve", "account")
    assert "1 account talks in our rooms and is nobody's" in listed
    assert "#1 «mallory» (paper:home:mallory), an account that is nobody's" in listed


def test_guests_direct_chats_and_unknown_rooms_are_none(desk: Desk) -> None:
    guest = AccountChanged(
        key="g", at=desk.now, account=account("guest"), name="Guest", outsider=True
    )
    room = PlaceChanged(key="p", at=desk.now, place=DIRECT, name="", kind="direct")
    desk.hears(guest, room)
    talks(desk, "guest", "1")
    talks(desk, "mallory", "2", DIRECT)
    talks(desk, "mallory", "3", Place(PAPER, "home", "nowhere"))
    talks(desk, "ann", "4")

    assert found(desk) == []


def test_a_bot_is_slight_and_vouched_for(desk: Desk) -> None:
    talks(desk, "builds", "1", automatic=True)
    (finding,) = found(desk)

    assert (finding.rule, finding.severity) == ("account.bot", "slight")
    desk.says("eve", f"account {finding.number} bot It posts the builds.")
    talks(desk, "builds", "2", automatic=True)
    assert standing(desk, "builds") == "bot"
    assert [each.state for each in found(desk)] == ["settled"]


def test_it_links_it_to_whose_it_is_with_a_reason_and_they_hear_of_it(desk: Desk) -> None:
    talks(desk, "mallory", "1")
    refused = desk.says("eve", "account 1 link @ann")
    assert "Say why, too" in refused[0]
    assert "not your own" in desk.says("eve", "account 1 link @eve It is me.")[0]
    said = desk.says("eve", "account 1 link @ann Her new telephone.")

    assert any(each.startswith("ann: An account was added to you") for each in said)
    assert any("#1: Linked. It is theirs from now on." in each for each in said)
    with desk.store.reading() as tx:
        known = tx.people.snapshot().directory.behind(account("mallory"))
        assert known is not None
        assert known.id == "ann"
        settled = tx.findings.find(1)
        assert settled is not None
        assert (settled.state, settled.how, settled.note) == (
            "settled",
            "settled",
            "Her new telephone.",
        )
    assert desk.says("eve", "account")[0] == "eve: No strange account has talked in our rooms."
    assert "No account waits under #1." in desk.says("eve", "account 1 guest again")[0]


def test_who_was_to_be_removed_and_talks_again_is_found_again(desk: Desk) -> None:
    talks(desk, "mallory", "1")
    (said,) = desk.says("eve", "account 1 remove Nobody knows it.")
    assert "Take it out where it is kept, in the settings of paper:home:mallory." in said
    talks(desk, "mallory", "2")

    assert [each.state for each in found(desk)] == ["settled", "open"]


def test_a_guest_is_known_as_one(desk: Desk) -> None:
    talks(desk, "mallory", "1")
    desk.says("eve", "account 1 guest The auditors, until June.")
    talks(desk, "mallory", "2")
    assert (standing(desk, "mallory"), len(found(desk))) == ("guest", 1)


def test_a_code_of_somebody_else_from_an_account_with_an_owner_is_two_people(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        code = tx.codes.make("bob", "bob")
        own = tx.codes.make("ann", "ann")
    assert "linked already, to «Ann»" in desk.says("ann", f"link {own}")[0]
    assert found(desk) == []
    assert "linked already, to «Ann»" in desk.says("ann", f"link {code}")[0]

    (finding,) = found(desk)
    assert (finding.rule, finding.person) == ("account.shared", "ann")
    assert "yours from now on" in "\n".join(desk.says("bob2", f"link {code}"))


def test_two_colleagues_with_one_address_are_told_of_once(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("bob"), email="ANN@acme.example")])
    desk.posts("ann", "good morning")
    desk.until(desk.now + timedelta(days=3))

    told = [line for line in desk.paper.seen_by("eve") if "same mail address" in line.text]
    assert len(told) == 1
    assert "«Ann» and «Bob»" in told[0].text
