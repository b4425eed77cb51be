"""Whatever comes in: a clear answer, no crash, nothing lost, nobody else held up."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.events import (
    Account,
    AccountChanged,
    ButtonPressed,
    FormSubmitted,
    HomeOpened,
    MembershipChanged,
    MessageChanged,
    MessageRef,
    PlaceChanged,
    ReactionChanged,
)
from bot.policy.people import Absence, Department
from bot.port import Ability
from tests.conftest import desk as either
from tests.desk import LOBBY, MONDAY, PAPER, Desk, account, person

H, M = timedelta(hours=1), timedelta(minutes=1)
ASKS = "@bob when will the samples be ready?"
NOWHERE = MessageRef(LOBBY, "never seen")

__all__ = ["either"]  # the desk on both databases; most here need one


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.close()


def parked(desk: Desk) -> list[str]:
    with desk.store.transaction() as tx:
        return [tx.journal.error(row) for row in tx.journal.parked()]


def heard_of(desk: Desk) -> int:
    with desk.store.transaction() as tx:
        return tx.records.head("paper/home/lobby")[0]


def away(desk: Desk, who: str, span: timedelta, delegate: str | None = None) -> None:
    with desk.store.transaction() as tx:
        leave = Absence(person=who, start=desk.now, end=desk.now + span, delegate=delegate)
        tx.people.absent(leave)


def left(desk: Desk, who: str) -> None:
    with desk.store.transaction() as tx:
        tx.people.save([replace(person(who), active=False)])


def titles(desk: Desk, to: str) -> list[str]:
    return [line.text.split("\n")[0] for line in desk.paper.lines if line.to == to]


# What passes


ODD = [
    "",
    "   ",
    "frobnicate",
    "🎉🎉🎉",
    "done",
    "done x",
    "done -1",
    "done 7.5",
    "done 99999999999999999999",
    "done 999999999",
    "promise 1 by the end of time",
    "promise 1 by 32 May",
    "pass 1 @nobody",
    "pass 1 {person}",
    "approve %s",
    "approve 1",
    "reject",
    "reopen 0",
    "explain ٧",
    "away tomorrow",
    "away 2026-13-45",
    "away 2020-01-01",
    "away 2026-10-07..2026-10-01",
    "away 2026-10-01 @nobody",
    "away 2026-10-01 @ann",
    "important",
    "important msg:gone",
    "important msg:gone @bob",
    "report 2026-99",
    "report {0}",
    "request party now",
    "\u202eevah ot",
    "\u200b\u200b",
    "mine\x00",
    "<@U123> <!channel> [x](y) *b* &lt;",
    "x" * 100_000,
    "drop " + "9" * 7_000,
    "\ud800",
]


def test_every_odd_command_gets_one_answer_and_breaks_nothing(either: Desk) -> None:
    for words in ODD:
        said = either.says("ann", words)
        assert [line.partition(":")[0] for line in said] == ["ann"], words[:100]
    assert not parked(either)


MESSAGES = [
    "@bob " + "when? " * 50_000,
    "@bob " + "?" * 200_000,
    "@bob 请问" + "什么时候" * 30_000 + "？",
    "@bob " + "> " * 100_000,
    "@bob {} {0} {person} %s %(x)s when?",
    "@bob \u202ewhen\u2066 will it be \x00ready\x1b[31m? \ud800",
    "🎉" * 1000,
    "",
]


def test_odd_messages_are_kept_and_read_within_a_second_or_two(either: Desk) -> None:
    for number, words in enumerate(MESSAGES, 1):
        began = time.monotonic()
        either.posts("ann", words)
        assert time.monotonic() - began < 3, words[:50]
        assert heard_of(either) == number
    assert not parked(either)
    assert len(either.says("bob", "mine")) == 1


def test_ten_thousand_mentions_of_strangers_still_find_the_one_colleague(desk: Desk) -> None:
    crowd = tuple(Account(PAPER, "home", f"x{number}") for number in range(10_000))
    asked = replace(desk.message("ann", ASKS, "m1"), mentions=(account("bob"), *crowd))
    began = time.monotonic()
    desk.take(asked)

    assert time.monotonic() - began < 3
    assert desk.duty(1).owed_by == "bob"


def test_what_was_never_seen_can_be_edited_deleted_reacted_to_and_pressed(desk: Desk) -> None:
    desk.take(
        MessageChanged(key="1", at=desk.now, author=account("ann"), message=NOWHERE, text=ASKS),
        MessageChanged(key="2", at=desk.now, author=account("zed"), message=NOWHERE, text=None),
        ReactionChanged(
            key="3", at=desk.now, actor=account("bob"), message=NOWHERE, emoji="✅", added=True
        ),
        ReactionChanged(
            key="4", at=desk.now, actor=account("bob"), message=NOWHERE, emoji="❗", added=False
        ),
        HomeOpened(key="5", at=desk.now, actor=account("zed")),
        MembershipChanged(key="6", at=desk.now, account=account("zed"), place=LOBBY, joined=False),
    )
    assert not parked(desk)


@pytest.mark.parametrize("action", ["", "approve 1 %s {0}", "drop drop", "\x00", "a" * 9000])
def test_a_button_with_a_tampered_action_is_only_a_command(desk: Desk, action: str) -> None:
    said = desk.hears(
        ButtonPressed(key="b", at=desk.now, actor=account("ann"), message=NOWHERE, action=action)
    )
    assert len(said) == 1
    assert not parked(desk)


def test_a_form_of_no_command_with_odd_fields_is_answered(desk: Desk) -> None:
    said = desk.hears(
        FormSubmitted(
            key="f",
            at=desk.now,
            actor=account("ann"),
            place=LOBBY,
            form="nonsense 1",
            fields=(("is", "Say"), ("", "\ud800\x00"), ("x", "y" * 100_000)),
        )
    )
    assert said == ["ann: There is no command «nonsense». All there is: /duly help"]


def test_an_org_chart_with_circles_and_nobody_on_top_is_lived_with(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        circle = {"sam": "ann", "ann": "sam", "mei": "mei", "grace": None}
        tx.people.save(replace(person(who), manager=boss) for who, boss in circle.items())
        units = ("sales", "ann", "tech"), ("tech", "mei", "sales"), ("office", None, "gone")
        tx.people.save_departments(
            Department(id=id, name=id, head=head, parent=parent) for id, head, parent in units
        )
    desk.posts("sam", "@ann when will the samples be ready?")
    desk.posts("ann", "@mei when will the report be ready?")
    desk.posts("ann", "@grace when will the board meet?")
    for who in ("ann", "sam", "mei", "grace"):
        for words in ("team", "request notice hello there", "request leave 2026-03-06 Ski"):
            assert desk.says(who, words)
    desk.until(MONDAY + 30 * H)

    assert not parked(desk)


def test_with_everybody_away_and_no_one_to_stand_in_the_bot_is_silent(desk: Desk) -> None:
    desk.posts("ann", ASKS)
    for who in ("bob", "mei", "grace", "sam", "ann"):
        away(desk, who, 72 * H)

    assert desk.until(MONDAY + 70 * H) == []


def test_two_absent_people_who_stand_in_for_each_other_go_round_in_no_circle(desk: Desk) -> None:
    desk.posts("ann", ASKS)
    away(desk, "bob", 48 * H, "eve")
    away(desk, "eve", 48 * H, "bob")

    assert desk.until(MONDAY + 30 * H) == []
    assert not parked(desk)


def test_words_of_people_are_never_format_strings(desk: Desk) -> None:
    odd = "{person} {0} {} %s %(a)s {{x}}"
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("ann"), name=odd)])
    said = desk.says("ann", f"request notice {odd}")
    assert f"«{odd}» asks for approval" in said[1]
    assert f"«{odd}»" in said[1].split("\n")[1]
    said = desk.says("sam", f"reject 1 {odd}")
    assert f"Reason: «{odd}»" in said[0]


def test_the_form_opened_by_request_kind_can_be_sent(desk: Desk) -> None:
    desk.says("ann", "request notice")

    said = desk.submits("ann", text="The office closes at noon.")
    assert desk.titles(said)[-1].startswith("ann: Sent for approval")


def test_explain_knows_every_way_in_which_the_judge_settles(desk: Desk) -> None:
    desk.posts("ann", ASKS)
    desk.now += 20 * M
    desk.posts("bob", "@ann on Thursday, I have just heard from the factory")
    assert desk.duty(1).state == "done"

    assert len(desk.says("ann", "explain 1")) == 1
    assert not parked(desk)


@pytest.mark.parametrize(
    "words",
    [
        "promise 1 by 0001-01-01 00:00",
        "away 9999-12-31",
        "away 2026-03-03..9999-12-31",
    ],
)
def test_a_date_at_the_edge_of_time_is_answered(desk: Desk, words: str) -> None:
    desk.posts("ann", ASKS)

    assert len(desk.says("bob", words)) == 1
    assert not parked(desk)


@pytest.fixture
def plain() -> Iterator[Desk]:
    made = Desk(abilities=~Ability.FORMS)
    yield made
    made.close()


def test_a_number_of_five_thousand_digits_in_a_dialogue_is_answered(plain: Desk) -> None:
    plain.says("ann", "request")

    assert len(plain.says("ann", "9" * 5000)) == 1
    assert not parked(plain)


def test_one_persons_long_leave_does_not_stop_everybody_elses_nudges(desk: Desk) -> None:
    desk.posts("ann", ASKS)
    desk.posts("ann", "@wei when will the report be ready?")
    away(desk, "bob", timedelta(days=2000))

    said = desk.until(MONDAY + 5 * H)
    assert [line for line in said if line.startswith("wei:")]


def test_a_message_to_someone_on_a_long_leave_is_kept_as_evidence(desk: Desk) -> None:
    away(desk, "bob", timedelta(days=2000))
    desk.posts("ann", ASKS)

    assert heard_of(desk) == 1
    assert not parked(desk)


def test_a_calendar_that_never_opens_loses_no_message_and_answers_a_request() -> None:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday")
    desk = Desk(policy="[calendars.office]\n" + "".join(f"{day} = []\n" for day in days))
    desk.posts("ann", ASKS)
    said = desk.says("ann", "request notice The office is closed.")
    kept, broken = heard_of(desk), parked(desk)
    desk.close()

    assert kept == 1
    assert said
    assert not broken


@pytest.mark.parametrize("at", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)])
def test_a_message_from_the_edge_of_time_is_kept(desk: Desk, at: datetime) -> None:
    desk.take(replace(desk.message("ann", ASKS, "m1"), at=at))

    assert heard_of(desk) == 1
    assert not parked(desk)


def test_a_zone_that_nobody_knows_is_read_as_the_companys(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("bob"), zone=None)])
    bob = AccountChanged(
        key="z", at=desk.now, account=account("bob"), name="Bob", zone="Mars/Olympus"
    )
    desk.take(bob)
    desk.posts("ann", ASKS)

    assert len(desk.says("bob", "mine")) == 1
    assert len(desk.says("bob", "promise 1 by Thu 17:00")) == 2
    assert not parked(desk)


@pytest.mark.parametrize("name", ["a\x00b", "a\ud800b"])
def test_names_with_what_a_database_cannot_hold_are_cleaned(either: Desk, name: str) -> None:
    new = Account(PAPER, "home", "new")
    either.take(
        AccountChanged(key="a", at=either.now, account=new, name=name),
        PlaceChanged(key="p", at=either.now, place=replace(LOBBY, id="x"), name=name),
    )
    assert not parked(either)


@pytest.mark.parametrize("key", ["k\x00", "k\ud800"])
def test_an_odd_delivery_key_does_not_take_its_neighbours_down(either: Desk, key: str) -> None:
    good = either.message("ann", ASKS, "m1")

    either.take(good, either.command("ann", "mine", key))
    assert heard_of(either) == 1


def test_a_tab_or_a_wide_space_parts_words_too(desk: Desk) -> None:
    desk.posts("ann", ASKS)

    assert desk.says("bob", "done\u30001")[0].startswith("bob: Done: #1.")


def test_the_report_a_refusal_recommends_can_be_asked_for(desk: Desk) -> None:
    assert desk.says("ann", "report mine")[0].startswith("ann: I am preparing")


def test_this_month_is_the_month_where_the_reader_is(desk: Desk) -> None:
    desk.now = datetime(2026, 2, 28, 17, tzinfo=UTC)

    assert "2026-03" in desk.says("hana", "report")[0]


def test_who_has_left_owes_nothing_by_a_mark(desk: Desk) -> None:
    message = desk.posts("ann", "@bob the customer wants it today")
    left(desk, "bob")

    assert "It names nobody" in desk.says("ann", f"important msg:{message}")[0]


def test_after_an_outage_nobody_is_nudged_for_what_an_event_already_taken_answers(
    desk: Desk,
) -> None:
    then, desk.now = desk.now, MONDAY + 49 * H
    notes = [desk.message("eve", f"note {number}", f"n{number}") for number in range(220)]
    answer = desk.message("bob", "on Thursday, says the factory", "a1", "q1")
    events = [desk.message("ann", ASKS, "q1"), *notes, answer]
    desk.take(*(replace(event, at=then) for event in events))

    assert desk.duty(1).state == "done"
    assert desk.paper.lines == []


def test_who_decides_is_not_asked_any_more_for_what_was_recalled_in_the_night(desk: Desk) -> None:
    desk.now = MONDAY - 12 * H
    desk.says("ann", "request notice The office is closed on Friday.")
    desk.says("ann", "recall 1")

    assert desk.until(MONDAY + H) == []


def test_who_was_passed_an_answer_in_the_night_is_not_asked_once_it_is_given(desk: Desk) -> None:
    desk.now = MONDAY - 12 * H
    desk.posts("ann", ASKS)
    desk.says("bob", "pass 1 @eve")
    desk.says("eve", "done 2")
    desk.until(MONDAY + H)

    assert not [title for title in titles(desk, "eve") if "passed an answer" in title]


def test_who_waits_is_never_nudged_even_when_standing_in(desk: Desk) -> None:
    desk.posts("ann", ASKS)
    away(desk, "bob", 48 * H, "ann")
    desk.until(MONDAY + 10 * H)

    assert titles(desk, "ann") == []


def test_who_stands_in_can_press_what_their_nudge_offers(desk: Desk) -> None:
    desk.posts("ann", ASKS)
    away(desk, "bob", 48 * H, "eve")
    desk.until(MONDAY + 5 * H)

    assert desk.presses("eve", "I have answered")[0].startswith("eve: Done: #1.")


def test_who_stands_in_for_an_approver_is_shown_the_request(desk: Desk) -> None:
    away(desk, "sam", 48 * H, "eve")
    said = desk.says("ann", "request notice The office is closed on Friday.")

    assert [line for line in said if line.startswith("eve:")]
    assert "Decide" in desk.says("eve", "waiting")[0]


def test_the_card_about_a_late_decision_has_no_button_that_is_refused(desk: Desk) -> None:
    desk.says("ann", "request notice The office is closed on Friday.")
    desk.until(MONDAY + 4 * 24 * H)
    card = next(line.card for line in reversed(desk.paper.lines) if line.to == "grace")

    assert card is not None
    assert card.buttons == ()


def test_a_request_whose_approver_has_left_can_still_be_decided_by_who_is_asked_now(
    desk: Desk,
) -> None:
    desk.says("ann", "request notice The office is closed on Friday.")
    left(desk, "sam")
    desk.until(MONDAY + 24 * H)

    assert desk.presses("grace", "Approve")[-1].startswith("grace: Approved: #1.")


def test_nudges_go_to_an_account_that_still_works(desk: Desk) -> None:
    old = Account(PAPER, "home", "bob-old")
    with desk.store.transaction() as tx:
        tx.people.link(old, "bob")
    desk.now += M
    desk.take(AccountChanged(key="k", at=desk.now, account=old, name="Bob", active=False))
    desk.posts("ann", ASKS)

    assert {line.partition(":")[0] for line in desk.until(MONDAY + 5 * H)} == {"bob"}


def test_a_card_to_someone_on_a_long_leave_waits_and_is_not_lost(desk: Desk) -> None:
    away(desk, "sam", timedelta(days=2000))
    said = desk.says("ann", "request notice The office is closed.")
    desk.until(MONDAY + 50 * H)

    assert not [line for line in said if line.startswith("sam:")]
    with desk.store.transaction() as tx:
        assert tx.outbox.unsent() >= 1
