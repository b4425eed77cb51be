"""What becomes of rooms, files, cards and of our own access, and what follows from it."""

import time
from collections.abc import Iterator

import pytest

from adapters.slack.workspace import Workspace, workspace
from bot.store.gaps import OPEN
from bot.store.schema import records, requests
from tests.slack.house import House, house
from tests.slack.scenes import (
    ANSWER,
    ASKED,
    NUDGED,
    answered,
    appoint,
    asked,
    gaps,
    kept,
    numbers,
    owes,
    parked,
    says,
    whispers,
)

pytestmark = pytest.mark.thorough

NOTICE = "The office is closed on Friday."


@pytest.fixture
def home() -> Iterator[House]:
    with house() as made:
        yield made
        assert parked(made) == []


def said_by_duly(home: House, where: str = "sales") -> list[str]:
    """What Duly said in a room, for all to read."""
    ours = home.company.bot.id
    seen = home.ann.sees
    return [x.plain for x in seen if x.where == where and x.by == ours and x.kind == "message"]


def place_name(home: House, id: str) -> str:
    with home.store.reading() as tx:
        return tx.people.place_name(home.adapter.workspaces[0].known.place(id))


# --- coming into a room, and out of it -----------------------------------------------------------


def test_a_room_that_duly_joins_is_told_once_what_that_means(home: House) -> None:
    assert len([x for x in said_by_duly(home) if "from now on" in x]) == 1
    home.restart()
    home.settle()
    home.clock.move(3700)
    home.settle()
    assert len([x for x in said_by_duly(home) if "from now on" in x]) == 1

    board = home.company.channel("board", home.ann, private=True)
    board.invite_bot()
    home.settle()
    assert len([x for x in said_by_duly(home, "board") if "from now on" in x]) == 1
    home.slack.until(lambda: place_name(home, board.id) == "board")


def test_what_was_said_before_duly_joined_is_not_read(home: House) -> None:
    board = home.company.channel("board", home.ann, home.bob)
    home.ann.say(board, "@bob can you keep a secret?")
    board.invite_bot()
    home.ann.say(board, "@bob can you send me the test report?")
    home.settle()
    home.restart()
    home.settle()
    assert not any("secret" in each for each in kept(home, board))
    assert len(owes(home, "bob")) == 1


def test_a_room_that_duly_was_taken_out_of_is_a_gap_until_it_is_back(home: House) -> None:
    home.sales.remove_bot()
    home.settle()
    assert [until for _, until in gaps(home)] == [OPEN]
    home.ann.say(home.sales, "@bob can you keep a secret?")
    home.settle()
    assert not any("secret" in each for each in kept(home))

    home.clock.move(3600)
    home.sales.invite_bot()
    home.settle()
    ((since, until),) = gaps(home)
    assert (until - since).total_seconds() == pytest.approx(3600, abs=5)
    asked(home)
    assert len(owes(home, "bob")) == 1
    assert not any("secret" in each for each in kept(home))


def test_it_is_told_once_how_duly_gets_back_into_a_room_it_should_write_in(home: House) -> None:
    appoint(home, "eve", "it")
    for text in ("Closed on Friday.", "Closed on Monday."):
        home.ann.command(home.sales, f"/duly request notice channels=sales {text}")
        home.settle()
    home.sales.remove_bot()
    home.settle()
    home.approve_all()
    home.approve_all()
    home.wait(NUDGED)

    told = [each for each in home.chat(home.eve) if "/invite @Duly" in each]
    assert len(told) == 1
    assert "sales" in told[0]


# --- what rooms become ---------------------------------------------------------------------------


def test_a_room_has_the_name_it_has_now(home: House) -> None:
    home.sales.rename("sales-emea")
    home.settle()
    assert place_name(home, home.sales.id) == "sales-emea"
    asked(home)
    assert len(owes(home, "bob")) == 1


def test_in_an_archived_room_nothing_is_said_and_nobody_is_late(home: House) -> None:
    asked(home)
    home.sales.archive()
    home.settle()
    home.wait(NUDGED)
    calls = [x for x in home.slack.calls if x.error == "is_archived"]
    assert calls == []

    home.sales.unarchive()
    home.settle()
    says(home, home.ann, "@eve can you send me the test report?")
    home.wait(NUDGED)
    assert any("test report" in each for each in home.chat(home.eve))


def test_it_is_told_when_others_can_read_a_room(home: House) -> None:
    appoint(home, "eve", "it")
    home.sales.share_with("T0PARTNER")
    home.settle()
    home.wait(NUDGED)
    told = [x for x in home.chat(home.eve) if "other companies can read" in x]
    assert len(told) == 1
    home.restart()
    home.clock.move(3700)
    home.settle()
    assert len([x for x in home.chat(home.eve) if "other companies can read" in x]) == 1

    home.sales.unshare("T0PARTNER")
    home.settle()
    home.sales.share_with("T0OTHER")
    home.settle()
    home.wait(NUDGED)
    assert len([x for x in home.chat(home.eve) if "other companies can read" in x]) == 2


@pytest.mark.parametrize("again", [False, True], ids=["running", "restarted"])
def test_a_room_of_another_id_is_the_room_it_was(home: House, again: bool) -> None:
    said = asked(home)
    (number,) = numbers(home, "bob")
    before = home.sales.id
    new = home.sales.change_id()
    home.settle()
    if again:
        home.restart()
        home.settle()

    link = answered(home, home.bob, f"/duly explain {number}")
    shown = next(x for x in reversed(home.bob.sees) if x.plain == link)
    assert f"/archives/{new}/" in str(shown.blocks)
    assert before not in str(shown.blocks)
    home.wait(NUDGED)
    assert any("test report" in each for each in home.chat(home.bob))
    card = home.last_card(home.bob)
    assert f"/archives/{new}/" in str(card.blocks)

    says(home, home.bob, ANSWER, said)
    assert owes(home, "bob") == []
    says(home, home.ann, "@eve can you send me the test report?")
    assert len(owes(home, "eve")) == 1


def test_a_room_whose_id_changed_twice_is_still_the_same(home: House) -> None:
    said = asked(home)
    home.sales.change_id()
    home.sales.change_id()
    home.settle()
    home.restart()
    home.settle()
    says(home, home.bob, ANSWER, said)
    assert owes(home, "bob") == []
    assert len([x for x in said_by_duly(home) if "from now on" in x]) == 1


# --- files and cards -----------------------------------------------------------------------------


def test_who_makes_a_file_public_is_told_so_privately(home: House) -> None:
    plan = home.ann.file("plan.txt", b"secret")
    home.ann.say(home.sales, "The plan.", files=[plan])
    home.settle()
    home.ann.make_public(plan)
    home.settle()
    told = [each for each in home.chat(home.ann) if "Anybody who has the link" in each]
    assert len(told) == 1
    assert "plan.txt" in told[0]
    for name in set(home.people) - {"ann"}:
        assert home.chat(home.people[name]) == []


def request(home: House) -> int:
    home.ann.command(home.sales, f"/duly request notice audience=all {NOTICE}")
    home.settle()
    with home.store.reading() as tx:
        return int(max(row.number for row in tx.requests.rows.all(requests)))


def test_a_card_that_an_admin_deleted_is_on_record_and_what_it_asked_can_be_decided(
    home: House,
) -> None:
    number = request(home)
    asked_one = next(x for x in home.people.values() if home.has_button(x, "Approve"))
    card = home.last_card(asked_one)
    asked_one.is_admin = True
    asked_one.delete(card)
    home.settle()

    assert deletions(home, card.ts) == 1
    told = answered(home, asked_one, f"/duly approve {number}")
    assert "⚠️" not in told
    home.approve_all()
    assert any(NOTICE in each for each in home.chat(home.bob))


def deletions(home: House, ts: str) -> int:
    with home.store.reading() as tx:
        is_one = records.c.kind == "deletion", records.c.message == ts
        return int(tx.records.rows.count(records, *is_one))


# --- our own access ------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["revoked", "uninstalled"])
def test_what_is_to_be_said_while_slack_shuts_us_out_is_said_afterwards(
    home: House, how: str
) -> None:
    asked(home)
    if how == "revoked":
        home.slack.revoke_tokens(home.company)
    else:
        home.slack.uninstall(home.company)
    home.slack.settle()
    for _ in range(10):
        home.clock.move(1750)
        home.slack.settle()
        time.sleep(0.15)
    assert home.chat(home.bob) == []

    home.company.revoked, home.company.installed = False, True
    home.restart()
    home.wait(NUDGED)
    assert len([each for each in home.chat(home.bob) if "test report" in each]) == 1


def test_what_slack_held_back_is_filled_from_history(home: House) -> None:
    home.slack.route.url, url = "", home.slack.route.url
    said = home.ann.say(home.sales, ASKED)
    home.eve.say(home.sales, "Me too.", thread=said)
    home.slack.route.url = url
    home.slack.rate_limit_events(home.company)
    home.slack.until(lambda: len([x for x in kept(home) if "test report" in x]) == 1, 20)
    home.settle()
    home.slack.until(lambda: "Me too." in kept(home), 20)
    assert len(owes(home, "bob")) == 1
    assert whispers(home.bob) == []


# --- several processes ---------------------------------------------------------------------------


def another(home: House) -> Workspace:
    """A second process at the same store, which has been up for a while and is told of nothing."""
    one = home.adapter.workspaces[0]
    made = workspace(one.install, one.files, one.now)
    made.known.team, made.known.bot_user = one.known.team, one.known.bot_user
    made.known.bot_id, made.known.url = one.known.bot_id, one.known.url
    made.inbox = one.inbox
    return made


def test_a_process_that_was_not_told_of_another_id_learns_it_with_the_next_message(
    home: House,
) -> None:
    said = asked(home)
    other = another(home)
    assert other.inbox is not None
    home.within(other.roster.load(other.inbox))
    new = home.sales.change_id()
    home.settle()
    home.slack.route.url, url = "", home.slack.route.url
    home.bob.say(home.sales, ANSWER, thread=said)
    home.slack.route.url = url
    assert new not in other.known.rooms

    home.within(other.take(home.slack.deliveries[-1].payload))
    home.settle()

    assert owes(home, "bob") == []
    assert new in other.known.rooms
    home.within(other.calls.close())


def test_a_process_that_reads_of_people_it_has_not_heard_of_asks_for_their_names(
    home: House,
) -> None:
    other = another(home)
    home.slack.route.url, url = "", home.slack.route.url
    home.ann.say(home.sales, ASKED)
    home.slack.route.url = url
    home.within(other.take(home.slack.deliveries[-1].payload))
    home.settle()
    assert kept(home)[-1] == "@Bob can you send me the test report?"
    assert len(owes(home, "bob")) == 1
    home.within(other.calls.close())


def test_a_chat_that_somebody_begins_is_filled_after_a_gap_too(home: House) -> None:
    home.hana.write("help")
    home.settle()
    known = home.adapter.workspaces[0].known
    home.slack.until(lambda: home.hana.desk().id in known.rooms, 10)
