"""What was said while Duly did not listen is there afterwards: all of it, once, and in order."""

import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.events import MessageChanged, MessagePosted
from bot.store.reporting import Reporting
from bot.store.schema import journal
from tests.slack.fake import Channel, Fault
from tests.slack.fake.things import Message
from tests.slack.house import House, Transport, house
from tests.slack.scenes import (
    ANSWER,
    ASKED,
    NUDGED,
    asked,
    caught_up,
    gaps,
    happened,
    kept,
    owes,
    parked,
    says,
)

pytestmark = pytest.mark.thorough

HOUR = 3600.0
DAY = 24 * HOUR
NUMBER = re.compile(r"\d{4}")


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Duly looks twice a second whether something is to be filled."""
    monkeypatch.setattr("adapters.slack.workspace.BEAT", 0.5)


@pytest.fixture
def home() -> Iterator[House]:
    with house() as made:
        yield made
        assert parked(made) == []


def away(home: House, seconds: float, steps: int = 1) -> Iterator[int]:
    """Duly is stopped for so long; what is done meanwhile is spread over it."""
    home.close()
    for step in range(steps):
        yield step
        home.clock.move(seconds / steps)
        home.slack.settle()
    home.open()


def passes(home: House, seconds: float) -> None:
    """Time goes by, and Duly notes that it was there."""
    home.clock.move(seconds)
    name = f"slack/{home.company.id}/alive"

    def noted() -> bool:
        with home.store.transaction() as tx:
            return float(tx.listeners.cursor(name) or 0) >= home.clock.now() - 1

    home.slack.until(noted, 10)
    home.settle()


def numbered(home: House, where: Channel | None = None) -> list[str]:
    """The numbers in what is kept, as the archive has them."""
    found = (NUMBER.search(each) for each in kept(home, where))
    return [each.group() for each in found if each is not None]


# --- stopped -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [3 * HOUR, 3 * DAY], ids=["three hours", "three days"])
def test_three_hundred_messages_that_were_missed_are_there_once_and_in_order(
    home: House, seconds: float
) -> None:
    old = says(home, home.ann, "An old thread.")
    passes(home, HOUR)
    roots: list[Message] = []
    for step in away(home, seconds, 300):
        who = home.people[sorted(home.people)[step % 8]]
        if step % 10 == 3:
            who.say(home.sales, f"reply {step:04}", thread=roots[-1])
        elif step % 10 == 7:
            who.say(home.sales, f"reply {step:04}", thread=old)
        else:
            roots.append(who.say(home.sales, f"message {step:04}"))
    caught_up(home)

    found = numbered(home)
    assert Counter(found) == Counter(f"{step:04}" for step in range(300))
    posts = [x for x in happened(home) if isinstance(x, MessagePosted) and NUMBER.search(x.text)]
    assert len({each.message.place.thread for each in posts}) > 20
    assert found == sorted(found), "as they were said, threads and all"
    assert gaps(home) == []


def test_questions_and_answers_edits_and_commands_of_a_gap_count_as_if_they_had_been_heard(
    home: House,
) -> None:
    before = asked(home)
    other = says(home, home.ann, "@wei the plan is at hand.")
    passes(home, HOUR)
    for _ in away(home, 2 * HOUR):
        home.bob.say(home.sales, ANSWER, thread=before)
        home.ann.edit(other, "@wei can you send me the plan?")
        new = home.ann.say(home.sales, "@eve the price list?")
        home.ann.edit(new, "@eve can you send me the price list?")
        home.ann.say(home.sales, "@hana can you book a room?")
        done = home.ann.say(home.sales, "@mei can you sign it?")
        home.mei.say(home.sales, "It is signed, you find it in the folder.", thread=done)
        home.ann.write("request notice audience=all We are closed on Friday.")
    caught_up(home)

    owing = {name: len(owes(home, name)) for name in ("bob", "wei", "eve", "hana", "mei")}
    assert owing == {"bob": 0, "wei": 1, "eve": 1, "hana": 1, "mei": 0}
    edits = [each.text for each in happened(home) if isinstance(each, MessageChanged)]
    assert sorted(edits, key=str) == [
        "@Eve can you send me the price list?",
        "@Wei can you send me the plan?",
    ]
    assert len([x for x in home.chat(home.ann) if "Sent for approval" in x]) == 1


def test_a_reply_is_read_though_the_message_it_answers_was_deleted_meanwhile(home: House) -> None:
    for _ in away(home, 3 * HOUR):
        root = home.ann.say(home.sales, ASKED)
        home.eve.say(home.sales, "I should like to know, too.", thread=root)
        home.ann.delete(root)
    home.slack.until(lambda: any("I should like to know" in each for each in kept(home)), 10)


def test_a_gap_that_was_filled_twice_holds_nothing_twice(home: House) -> None:
    for _ in away(home, HOUR):
        home.ann.say(home.sales, ASKED)
    caught_up(home)
    with home.store.reading() as tx:
        before = tx.journal.rows.count(journal)
    home.within(home.adapter.workspaces[0].missed(_moment(home) - timedelta(hours=2)))
    caught_up(home)
    with home.store.reading() as tx:
        assert tx.journal.rows.count(journal) == before
    assert len(owes(home, "bob")) == 1


def _moment(home: House) -> datetime:
    return datetime.fromtimestamp(home.clock.now(), UTC)


def test_what_is_late_by_then_comes_as_one_digest_and_not_at_night(home: House) -> None:
    home.clock.move(9.5 * HOUR)  # Monday 18:30, after work
    home.settle()
    for step in away(home, 2.2 * DAY, 5):  # until Wednesday 23:20
        asker = home.people[("ann", "eve", "sam", "hana", "wei")[step]]
        asker.say(home.sales, f"@bob can you send me report {step:04}?")
        home.grace.say(home.sales, f"Noise {step:04}.")
    caught_up(home)
    assert len(owes(home, "bob")) == 5
    assert home.chat(home.bob) == [], "nothing at night"

    home.wait(timedelta(hours=12))
    told = home.chat(home.bob)
    assert 1 <= len(told) <= 2, "one digest, and no storm"
    assert all(f"report {step:04}" in "".join(told) for step in range(5))


def test_what_was_said_before_duly_was_invited_is_not_read_though_it_was_in_the_gap(
    home: House,
) -> None:
    board = home.company.channel("board", home.ann, home.bob)
    for step in away(home, 2 * HOUR, 2):
        if step == 0:
            home.ann.say(board, "a secret, said before")
        else:
            board.invite_bot()
            home.ann.say(board, "said afterwards")
    home.slack.until(lambda: "said afterwards" in kept(home, board), 30)
    caught_up(home)
    assert "a secret, said before" not in kept(home, board)


def test_a_room_that_duly_is_not_in_is_no_gap_though_slack_tells_of_it(home: House) -> None:
    board = home.company.channel("board", home.ann)
    board.rename("board-two")
    board.archive()
    board.unarchive()
    home.settle()
    home.within(home.adapter.workspaces[0].missed(_moment(home) - timedelta(hours=2)))
    caught_up(home)
    assert gaps(home, board) == []
    assert not [x for x in home.slack.calls if x.error == "not_in_channel"]


# --- what cannot be filled -----------------------------------------------------------------------


def test_history_that_slack_refuses_is_a_known_gap_and_duly_goes_on(home: House) -> None:
    scope = home.slack.settings.scopes
    for _ in away(home, HOUR):
        home.ann.say(home.sales, ASKED)
        home.slack.settings.scopes = scope - {"channels:history"}
    home.slack.until(lambda: gaps(home), 30)
    home.settle()
    ((since, until),) = gaps(home)
    assert timedelta(minutes=59) < until - since < timedelta(hours=1, minutes=2)
    assert not any("test report" in each for each in kept(home))
    with home.store.reading() as tx:
        (told,) = Reporting(tx.rows).gaps(since, until)
    assert told[1:] == (since, until)


def test_a_room_that_cannot_be_filled_now_holds_up_no_other(home: House) -> None:
    board = home.company.channel("board", home.ann, home.bob)
    board.invite_bot()
    home.settle()
    home.slack.until(lambda: board.id in home.adapter.workspaces[0].known.rooms)
    for _ in away(home, HOUR):
        for room in (home.sales, board):
            home.ann.say(room, f"said in {room.name} 1234")
        home.slack.next("conversations.history", *[Fault("internal_error")] * 3)
    home.slack.until(lambda: numbered(home) or numbered(home, board), 30)
    caught_up(home)
    assert (numbered(home), numbered(home, board)) == (["1234"], ["1234"])


def test_who_is_stopped_in_the_middle_of_filling_goes_on_afterwards(home: House) -> None:
    for step in away(home, 3 * DAY, 30):
        home.ann.say(home.sales, f"message {step:04}")
        if step == 29:  # the first pages come, and then nothing more
            home.slack.next("conversations.history", *([Fault("slow")] * 2))
            home.slack.next("conversations.history", *([Fault("internal_error")] * 99))
    home.slack.until(lambda: numbered(home), 20)
    assert len(numbered(home)) < 30
    home.close()
    home.slack.faults._ordered.clear()
    home.clock.move(60)
    home.open()
    caught_up(home)
    assert Counter(numbered(home)) == Counter(f"{step:04}" for step in range(30))


# --- lines that break ----------------------------------------------------------------------------


@pytest.fixture
def lines() -> Iterator[House]:
    with house("socket") as made:
        yield made
        assert parked(made) == []


def test_after_a_long_silence_slack_may_have_tried_in_vain(home: House) -> None:
    """As when the proxy before us was broken for hours, and nothing of ours was."""
    says(home, home.ann, "Good morning.")
    home.slack.route.url, url = "http://127.0.0.1:9/", home.slack.route.url
    home.eve.say(home.sales, "Nobody hears this.")
    home.clock.move(10 * HOUR)
    home.slack.settle()
    assert not any("Nobody hears" in each for each in kept(home))
    home.slack.route.url = url

    home.ann.say(home.sales, "Good evening.")
    home.slack.until(lambda: any("Nobody hears" in each for each in kept(home)), 10)
    assert len([each for each in kept(home) if "Good" in each]) == 2


def test_what_is_said_while_no_line_is_up_is_filled(lines: House) -> None:
    faults = [Fault("error503")] * 12
    lines.slack.next("apps.connections.open", *faults)
    lines.slack.cut_sockets()
    lines.slack.until(lambda: not lines.slack.connections.live(), 10)
    time.sleep(1.2)
    for step in range(8):
        lines.ann.say(lines.sales, f"message {step:04}")
        lines.clock.move(60)
        lines.slack.settle()
    lines.slack.faults._ordered.clear()
    lines.slack.until(lines.slack.connections.live, 60)
    lines.slack.until(lambda: len(set(numbered(lines))) == 8, 30)
    caught_up(lines)
    assert Counter(numbered(lines)) == Counter(f"{step:04}" for step in range(8))


@pytest.mark.parametrize("transport", ["socket"])
def test_lines_that_slack_renews_lose_nothing_of_a_steady_stream(transport: Transport) -> None:
    with house(transport) as home:
        stopped = threading.Event()

        def renewed() -> None:
            while not stopped.wait(0.5):
                home.slack.renew_sockets(warned=False)

        thread = threading.Thread(target=renewed)
        thread.start()
        for step in range(120):
            home.ann.say(home.sales, f"message {step:04}")
            time.sleep(0.02)
        stopped.set()
        thread.join()
        home.slack.until(home.slack.connections.live, 30)
        home.clock.move(61)
        home.slack.settle()
        home.clock.move(301)
        home.slack.settle()
        home.settle()
        assert Counter(numbered(home)) == Counter(f"{step:04}" for step in range(120))


def test_a_nudge_after_a_gap_comes_once(home: House) -> None:
    asked(home)
    for _ in away(home, NUDGED.total_seconds()):
        pass
    caught_up(home)
    home.wait(timedelta(minutes=30))
    assert len([each for each in home.chat(home.bob) if "test report" in each]) == 1
