"""What people say, in every way Slack has of saying it, and what follows from it."""

from collections.abc import Iterator

import pytest

from tests.slack.fake.delivery import Delivery
from tests.slack.house import House, Transport, house
from tests.slack.scenes import (
    ANSWER,
    ASKED,
    NUDGED,
    answered,
    asked,
    kept,
    numbers,
    owes,
    parked,
    says,
    whispers,
)

DOORS: tuple[Transport, ...] = ("http", "socket")


@pytest.fixture
def home() -> Iterator[House]:
    with house() as made:
        yield made
        assert parked(made) == []


@pytest.fixture(params=DOORS)
def both(request: pytest.FixtureRequest) -> Iterator[House]:
    """Over HTTP, and over sockets."""
    with house(request.param) as made:
        yield made
        assert parked(made) == []


# --- edits and deletions -------------------------------------------------------------------------


def test_a_statement_that_becomes_a_question_is_owed_an_answer(both: House) -> None:
    said = says(both, both.ann, "@bob the test report is at hand.")
    assert owes(both, "bob") == []

    both.ann.edit(said, ASKED)
    both.settle()

    assert len(owes(both, "bob")) == 1
    both.wait(NUDGED)
    assert "can you send me the test report?" in both.chat(both.bob)[-1]


def test_a_question_that_becomes_a_statement_is_owed_nothing(home: House) -> None:
    said = asked(home)
    home.ann.edit(said, "@bob I have found the test report.")
    home.settle()
    assert owes(home, "bob") == []


def test_a_deleted_question_is_owed_nothing_and_its_words_stay_in_the_archive(
    both: House,
) -> None:
    said = asked(both)
    both.ann.delete(said)
    both.settle()

    assert owes(both, "bob") == []
    both.wait(NUDGED)
    assert both.chat(both.bob) == []
    assert any("test report" in each for each in kept(both))


def test_a_question_with_a_thread_that_is_deleted_leaves_only_its_tombstone(home: House) -> None:
    said = asked(home)
    says(home, home.eve, "I wonder too.", said)
    home.ann.delete(said)
    home.settle()
    assert owes(home, "bob") == []


def test_a_deleted_answer_is_no_answer(home: House) -> None:
    said = asked(home)
    answer = says(home, home.bob, ANSWER, said)
    assert owes(home, "bob") == []

    home.bob.delete(answer)
    home.settle()

    assert len(owes(home, "bob")) == 1


def test_a_link_that_slack_unfolds_changes_nothing(home: House) -> None:
    said = asked(home)
    before = owes(home, "bob")
    home.slack.unfurl(said, "The report, which @bob can you send?")
    home.settle()
    assert owes(home, "bob") == before


# --- every way of speaking -----------------------------------------------------------------------


def test_a_reply_that_is_sent_to_the_channel_too_is_one_answer(both: House) -> None:
    said = asked(both)
    both.bob.say(both.sales, ANSWER, thread=said, broadcast=True)
    both.settle()

    assert owes(both, "bob") == []
    assert kept(both).count(ANSWER) == 1


def test_what_bots_say_is_kept_and_asks_nobody(home: House) -> None:
    for legacy in (False, True):
        robot = home.company.robot(f"Jenkins{legacy}", legacy=legacy)
        home.sales.invite(robot)
        robot.say(home.sales, f"<@{home.bob.id}> can you look at build {legacy}?")
    home.settle()

    assert owes(home, "bob") == []
    assert sum("can you look at build" in each for each in kept(home)) == 2


def test_a_bot_is_never_owed_to_nor_owing(home: House) -> None:
    robot = home.company.robot("Jenkins")
    home.sales.invite(robot)
    said = home.ann.say(home.sales, "@jenkins can you build the release?")
    home.settle()
    robot.say(home.sales, f"<@{home.ann.id}> which one do you want?", thread=said)
    home.settle()
    assert owes(home, "ann") == []


def test_what_is_done_with_slash_me_is_kept_as_what_they_said(home: House) -> None:
    home.slack.world.send(_as_me(home, "wonders, @bob, could you send the test report today?"))
    home.settle()

    assert any("could you send" in each for each in kept(home))
    assert len(owes(home, "bob")) == 1


def _as_me(home: House, text: str) -> Delivery:
    ts = home.slack.world.ids.ts()
    inner = {
        **{"type": "message", "subtype": "me_message", "channel": home.sales.id},
        **{"user": home.ann.id, "ts": ts, "event_ts": ts, "channel_type": "channel"},
        "text": text.replace("@bob", f"<@{home.bob.id}>"),
    }
    outer = {"type": "event_callback", "team_id": home.company.id, "event_id": "Ev0ME"}
    return Delivery("event", {**outer, "event": inner})


def test_of_a_group_any_one_answers_for_all(home: House) -> None:
    home.company.group("support", home.bob, home.wei)
    home.restart()
    said = says(home, home.ann, "@support can you reset the router?")
    assert (len(owes(home, "bob")), len(owes(home, "wei"))) == (1, 1)

    says(home, home.wei, "I have reset it, it works again.", said)

    assert (owes(home, "bob"), owes(home, "wei")) == ([], [])


def test_a_group_is_who_is_in_it_now(home: House) -> None:
    group = home.company.group("support", home.bob)
    home.restart()
    home.company.regroup(group, home.eve, home.wei)
    home.settle()

    says(home, home.ann, "@support can you reset the router?")

    assert [len(owes(home, each)) for each in ("bob", "eve", "wei")] == [0, 1, 1]


def test_a_group_that_is_new_is_known_at_once(home: House) -> None:
    group = home.company.group("support", home.bob)
    home.company.regroup(group, home.wei)
    home.settle()
    says(home, home.ann, "@support can you reset the router?")
    assert [len(owes(home, each)) for each in ("bob", "wei")] == [0, 1]


def test_a_group_is_known_before_everything_is_read(home: House) -> None:
    """Right after a start, when a large company is still being listed."""
    group = home.company.group("support", home.bob)
    roster = home.adapter.workspaces[0].roster
    roster.loaded = False
    assert group.id not in roster.known.groups
    says(home, home.ann, "@support can you reset the router?")
    assert len(owes(home, "bob")) == 1


def test_here_calls_on_everybody_who_is_in_the_room(home: House) -> None:
    says(home, home.ann, "@here can everybody send me their figures by tomorrow?")
    owing = {name for name in home.people if owes(home, name)}
    assert owing == set(home.people) - {"ann"}
    assert "@here" in kept(home)[-1]


def test_who_is_sought_among_all_is_nobody_in_particular(home: House) -> None:
    says(home, home.ann, "@channel who can come tomorrow?")
    assert not any(owes(home, name) for name in home.people)


@pytest.mark.parametrize("emoji", ["white_check_mark", "ballot_box_with_check", "ok_hand"])
def test_an_agreed_reaction_settles_what_its_giver_owes(home: House, emoji: str) -> None:
    said = asked(home)
    home.eve.react(said, emoji)
    home.settle()
    assert len(owes(home, "bob")) == 1

    home.bob.react(said, emoji)
    home.settle()
    assert owes(home, "bob") == []


def test_a_reaction_in_another_skin_is_the_same_and_others_settle_nothing(home: House) -> None:
    said = asked(home)
    home.bob.react(said, "eyes")
    home.settle()
    assert len(owes(home, "bob")) == 1
    home.bob.react(said, "ok_hand::skin-tone-3")
    home.settle()
    assert owes(home, "bob") == []


def test_marking_with_a_reaction_makes_it_important(home: House) -> None:
    said = says(home, home.ann, "@bob the customer has called again.")
    home.ann.react(said, "exclamation")
    home.settle()

    assert len(owes(home, "bob")) == 1
    assert any("Marked as important" in each for each in whispers(home.ann))
    assert not any("Marked" in each for each in whispers(home.bob))


def test_emoji_are_kept_as_signs(home: House) -> None:
    says(home, home.ann, "thanks 👍 see you :tada: at 10:30:00 :no_such_thing:")
    assert kept(home)[-1] == "thanks 👍 see you 🎉 at 10:30:00 :no_such_thing:"


def test_what_is_said_in_code_and_links_is_kept_as_it_reads(home: House) -> None:
    home.ann.say(home.sales, "`1 < 2` & *now*")
    home.settle()
    assert kept(home)[-1] == "`1 < 2` & *now*"


# --- commands ------------------------------------------------------------------------------------


def test_the_chinese_name_of_a_command_does_the_same(home: House) -> None:
    asked(home)
    (number,) = numbers(home, "bob")
    home.bob.command(home.sales, f"/duly 承诺 {number} 明天下午三点")
    home.settle()
    (duty,) = owes(home, "bob")
    assert duty.promised_for is not None


SPECIAL = [
    "<@U0>",
    "<!channel>",
    "<script>alert(1)</script>",
    "&amp; &lt;b&gt;",
    "a\nb\r\nc\td",
    "=SUM(A1)",
    "*bold* _it_ ~no~ `code`",
    "\u202eright to left",
    "\u0000",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "„Anführung“ «guillemets» “quotes”",
    "%s %d {0} {person}",
    "'; DROP TABLE duties; --",
    "\u2028\u2029",
    "ﷺ",
    "\\n \\\\",
    "/duly /duly mine",
    "http://x.example|y",
]


@pytest.mark.parametrize("text", SPECIAL, ids=repr)
def test_whatever_is_typed_is_asked_for_approval_letter_by_letter(home: House, text: str) -> None:
    notice = f"before {text} after"
    home.ann.command(home.sales, f"/duly request notice audience=all {notice}")
    home.settle()

    found = [each for each in home.cards(home.sam) if "before" in str(each.blocks)]
    assert found, home.chat(home.sam)
    seen = next(each for each in home.sam.sees if each.source is found[-1])
    assert not [each for each in seen.live if each.kind not in ("bold", "emoji")]
    assert home.slack.refusals == []


def test_three_thousand_characters_and_more_are_taken(home: House) -> None:
    request = "/duly request notice audience=all "
    assert "at most 2,000 fit" in answered(home, home.ann, request + "字" * 3000)
    assert "#1" in answered(home, home.ann, request + "字" * 2000)
    assert answered(home, home.ann, "/duly " + "x" * 9000)
    assert home.slack.refusals == []


def test_a_link_to_a_message_says_which_is_meant(home: House) -> None:
    said = says(home, home.ann, "@bob the customer has called again.")
    link = f"{home.adapter.workspaces[0].known.url}archives/{home.sales.id}/p"
    link += said.ts.replace(".", "")
    home.ann.command(home.sales, f"/duly important {link} @bob")
    home.settle()
    (duty,) = owes(home, "bob")
    assert duty.about is not None
    assert duty.about.id == said.ts


def test_only_who_asked_sees_the_answer(home: House) -> None:
    answer = answered(home, home.ann, "/duly help")
    for name in home.people:
        if name != "ann":
            assert answer not in whispers(home.people[name])


@pytest.mark.thorough
def test_long_lists_keep_within_slacks_limits(home: House) -> None:
    for number in range(70):
        home.ann.say(home.sales, f"@bob can you send me report {number} {'long ' * 60}?")
        home.eve.say(home.sales, "Noise in between.")
    home.settle()
    assert answered(home, home.bob, "/duly mine")
    assert answered(home, home.ann, "/duly waiting")
    home.bob.open_home()
    home.settle()
    assert home.slack.refusals == []
