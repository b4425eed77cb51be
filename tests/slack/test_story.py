"""The story of a duty and of an approval, in Slack, over both doors, with real sockets."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.slack.fake.things import Message
from tests.slack.house import House, Transport, house

DOORS: tuple[Transport, ...] = ("http", "socket")
NUDGED = timedelta(hours=4, minutes=40)


@pytest.fixture(params=DOORS)
def home(request: pytest.FixtureRequest) -> Iterator[House]:
    with house(request.param) as made:
        yield made


def asked(home: House) -> Message:
    said = home.ann.say(home.sales, "@bob can you send me the test report?")
    home.settle()
    return said


def test_who_owes_an_answer_is_nudged_once_with_the_reason_and_the_ways_out(home: House) -> None:
    asked(home)
    home.wait(NUDGED)

    (nudge,) = home.chat(home.bob)
    assert "can you send me the test report?" in nudge
    for way_out in ("I have answered", "I will reply by", "Pass on", "No reply needed"):
        assert way_out in nudge
    home.wait(timedelta(minutes=20))
    assert home.chat(home.bob) == [nudge]


def test_an_answer_in_the_thread_is_enough(home: House) -> None:
    said = asked(home)
    home.bob.say(home.sales, "It is in the shared folder, page 3 has the figures.", thread=said)
    home.settle()
    home.wait(NUDGED)

    assert home.chat(home.bob) == []


def test_a_slash_command_is_answered_where_it_was_typed_and_only_for_who_typed_it(
    home: House,
) -> None:
    asked(home)
    home.bob.command(home.sales, "/duly mine")
    home.settle()

    seen = [each for each in home.bob.sees if each.kind == "ephemeral"]
    assert len(seen) == 1
    assert "test report" in seen[0].plain
    assert not [each for each in home.ann.sees if each.kind == "ephemeral"]


def test_a_promise_is_made_in_a_form_opened_by_a_button(home: House) -> None:
    asked(home)
    home.wait(NUDGED)
    home.bob.press(home.last_card(home.bob), "I will reply by")
    home.slack.until(lambda: home.bob.modal)
    refused = home.bob.submit(until="next blue moon")
    home.settle()
    assert "Thu 17:00" in str(refused.answer)
    assert home.bob.modal is not None

    home.bob.submit(until="tomorrow 15:00")
    home.settle()
    assert home.bob.modal is None
    assert any("3" in each and "Mar" in each for each in home.chat(home.ann))


def test_a_thread_takes_our_name_instead_of_a_slash(home: House) -> None:
    said = asked(home)
    home.bob.say(home.sales, "@Duly done 1", thread=said)
    home.settle()
    home.wait(NUDGED)

    assert home.chat(home.bob) == []


def test_a_request_is_approved_by_a_button_and_published(home: House) -> None:
    notice = "The office is closed on Friday."
    home.ann.command(home.sales, f"/duly request notice audience=all {notice}")
    home.settle()
    approver = next(x for x in home.people.values() if home.has_button(x, "Approve"))
    assert approver is not home.ann
    home.approve_all()

    assert any(notice in each for each in home.chat(home.bob))
