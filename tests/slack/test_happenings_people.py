"""People come, go, are on leave, speak another language; and who is no member of the company."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.events import Account
from tests.desk import person
from tests.slack.fake import Person
from tests.slack.house import House, house
from tests.slack.scenes import (
    ANSWER,
    ASKED,
    NUDGED,
    answered,
    appoint,
    asked,
    kept,
    owes,
    parked,
    says,
    whispers,
)

pytestmark = pytest.mark.thorough

DAY = 86_400.0


@pytest.fixture
def home() -> Iterator[House]:
    with house() as made:
        yield made
        assert parked(made) == []


def employ(home: House, name: str, **more: object) -> None:
    """HR adds somebody to the directory."""
    with home.store.transaction() as tx:
        tx.people.save([replace(person("bob"), id=name, name=name.title(), **more)])  # type: ignore[arg-type]


def linked(home: House, who: Person) -> str | None:
    """Whose account it is, for Duly."""
    one = home.adapter.workspaces[0].known.account(who.id)
    with home.store.reading() as tx:
        found = tx.people.snapshot().directory.behind(one)
    return found.id if found else None


def members(home: House) -> set[str]:
    with home.store.reading() as tx:
        return set(tx.people.members(home.adapter.workspaces[0].known.place(home.sales.id)))


# --- coming and going ----------------------------------------------------------------------------


def test_who_joins_and_leaves_a_room_is_in_it_and_is_not(home: House) -> None:
    assert members(home) == set(home.people)
    home.eve.leave(home.sales)
    home.sales.remove(home.bob)
    home.settle()
    assert members(home) == set(home.people) - {"eve", "bob"}
    home.eve.join(home.sales)
    home.settle()
    assert members(home) == set(home.people) - {"bob"}


def test_a_newcomer_is_known_by_their_address_and_nudged(home: House) -> None:
    employ(home, "zoe", email="Zoe@acme.example")
    zoe = home.company.hire("Zoe", email="zoe@acme.example", tz="Asia/Shanghai")
    home.settle()
    assert linked(home, zoe) == "zoe"

    home.sales.invite(zoe)
    home.settle()
    says(home, home.ann, "@zoe can you send me the test report?")
    home.wait(NUDGED)

    assert "can you send me the test report?" in home.chat(zoe)[-1]


def test_who_is_in_slack_before_hr_has_them_is_linked_when_they_are_seen_again(
    home: House,
) -> None:
    zoe = home.company.hire("Zoe", email="zoe@acme.example")
    home.settle()
    assert linked(home, zoe) is None
    employ(home, "zoe", email="zoe@acme.example")
    home.clock.move(60)
    zoe.change(title="Engineer")
    home.settle()
    assert linked(home, zoe) == "zoe"


def test_a_name_that_changed_is_the_name_from_then_on(home: House) -> None:
    home.bob.change(display_name="Robert")
    home.settle()
    says(home, home.ann, ASKED)
    assert "@Robert" in kept(home)[-1]
    assert len(owes(home, "bob")) == 1


def test_the_last_account_of_somebody_is_closed_and_their_manager_is_asked(home: House) -> None:
    asked(home)
    home.bob.deactivate()
    home.settle()
    home.wait(NUDGED)

    told = home.chat(home.mei)
    assert any("Bob" in each and "#" in each for each in told)
    assert len(owes(home, "mei")) == 1, "whether she takes it over, or who"


# --- language, zone, leave -----------------------------------------------------------------------


def left_to_slack(home: House, name: str) -> None:
    """HR says nothing of their language and zone."""
    with home.store.transaction() as tx:
        tx.people.save([replace(person(name), language="", zone=None)])


def test_the_next_card_is_in_the_language_of_today(home: House) -> None:
    left_to_slack(home, "bob")
    asked(home)
    home.bob.change(locale="zh-CN")
    home.settle()
    home.wait(NUDGED)
    assert "回复" in home.chat(home.bob)[-1] or "答复" in home.chat(home.bob)[-1]

    home.bob.change(locale="zh-TW")
    home.settle()
    chinese = answered(home, home.bob, "/duly mine")
    home.bob.change(locale="fr-FR")
    home.settle()
    english = answered(home, home.bob, "/duly mine")
    assert chinese != english
    assert chinese.isascii() is False


def test_the_next_card_is_in_the_zone_of_today(home: House) -> None:
    left_to_slack(home, "bob")
    asked(home)
    here = answered(home, home.bob, "/duly mine")
    home.bob.change(tz="Europe/London")
    home.settle()
    there = answered(home, home.bob, "/duly mine")
    assert here != there


def test_who_is_on_leave_by_their_status_is_not_nudged_until_it_ends(home: House) -> None:
    back = home.clock.now() + 3 * DAY
    home.bob.change(status_emoji=":palm_tree:", status_text="Hainan", status_expiration=int(back))
    home.settle()
    asked(home)
    home.wait(NUDGED)
    assert [each for each in home.chat(home.bob) if "test report" in each] == []

    home.clock.move(3 * DAY)
    home.settle()
    home.wait(NUDGED)
    assert any("test report" in each for each in home.chat(home.bob))


def test_who_comes_back_before_their_status_ends_is_nudged_again(home: House) -> None:
    back = int(home.clock.now() + 3 * DAY)
    home.bob.change(status_emoji=":palm_tree:", status_expiration=back)
    home.settle()
    home.clock.move(60)
    home.bob.change(status_emoji="", status_expiration=0)
    home.settle()
    asked(home)
    home.wait(NUDGED)
    assert any("test report" in each for each in home.chat(home.bob))


# --- who is none of us ---------------------------------------------------------------------------


def outsiders(home: House) -> dict[str, Person]:
    """All with an address of the company in their profile, which they wrote themselves."""
    employ(home, "zoe", email="zoe@acme.example")
    stranger = home.company.stranger("Zoe Stranger", email="zoe@acme.example")
    home.sales.share_with(stranger.team.id)
    guest = home.company.hire("Zoe Guest", email="zoe@acme.example", is_restricted=True)
    single = home.company.hire("Zoe Single", email="zoe@acme.example", is_ultra_restricted=True)
    home.sales.invite(guest, single, stranger)
    home.settle()
    return {"guest": guest, "single": single, "stranger": stranger}


@pytest.mark.parametrize("kind", ["guest", "single", "stranger"])
def test_a_guest_is_never_taken_for_a_colleague_and_can_do_nothing(home: House, kind: str) -> None:
    who = outsiders(home)[kind]
    assert linked(home, who) is None
    asked(home)
    home.wait(NUDGED)

    before = {name: len(home.chat(each)) for name, each in home.people.items()}
    if kind != "stranger":
        told = answered(home, who, "/duly done 1")
        assert "do not know this account" in told
    says(home, who, "@Duly done 1")
    assert len(owes(home, "bob")) == 1
    assert any("do not know this account" in each for each in whispers(who))
    assert {name: len(home.chat(each)) for name, each in home.people.items()} == before
    assert not any("do not know" in each for each in whispers(home.ann))


def test_a_stranger_in_a_shared_room_is_quoted_and_answers_for_nobody(home: House) -> None:
    stranger = outsiders(home)["stranger"]
    said = asked(home)
    says(home, stranger, ANSWER, said)
    assert len(owes(home, "bob")) == 1
    says(home, stranger, ASKED)
    assert ANSWER in kept(home)


def test_a_guest_is_not_linked_when_everybody_is_looked_at_again(home: House) -> None:
    employ(home, "zoe", email="zoe@acme.example")
    zoe = home.company.hire("Zoe", email="zoe@acme.example", is_restricted=True)
    home.settle()
    home.clock.move(60)
    zoe.change(title="Still a guest")
    home.restart()
    home.settle()
    assert linked(home, zoe) is None


def test_a_message_of_somebody_just_come_asks_slack_who_they_are(home: House) -> None:
    """A stranger of whom no event told."""
    stranger = home.company.stranger("Yann", "Partner")
    home.sales.share_with(stranger.team.id)
    home.sales.members.append(stranger.id)
    says(home, home.ann, f"<@{stranger.id}> welcome")
    stranger.say(home.sales, "Thank you.")
    home.settle()
    known = home.adapter.workspaces[0].known
    assert known.names.get(stranger.id) == "Yann"
    with home.store.reading() as tx:
        login = tx.people.snapshot().logins[Account("slack", known.team, stranger.id)]  # type: ignore[arg-type]
    assert login.name == "Yann"


def test_it_is_told_of_strangers_in_a_room_once(home: House) -> None:
    appoint(home, "eve", "it")
    stranger = home.company.stranger("Yann", "Partner")
    home.sales.share_with(stranger.team.id)
    home.settle()
    home.wait(NUDGED)
    told = [each for each in home.chat(home.eve) if "other companies can read" in each]
    assert len(told) == 1
    assert "sales" in told[0]
