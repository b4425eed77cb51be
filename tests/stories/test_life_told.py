"""The life of a duty, told in order of time, truly, and no more of it than one may read. 1.3."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from bot.events import Group, MembershipChanged, MessageChanged, MessageRef
from bot.handlers import endings, life
from bot.policy.duties import Duty, Kind, State
from bot.policy.judge import Reason
from bot.words import Reader, render
from bot.words.language import LANGUAGES
from tests.desk import LOBBY, MONDAY, Desk, account
from tests.needs import ROOT

H, M = timedelta(hours=1), timedelta(minutes=1)
ASK = "@bob can you send me the test report?"


def asked(desk: Desk) -> str:
    message = desk.posts("ann", ASK)
    desk.now += 10 * M
    return message


def told(desk: Desk, number: int, reader: str | None = "ann", language: str = "en") -> list[str]:
    at = Reader(language, "Asia/Shanghai")
    with desk.store.reading() as tx:
        duty = tx.duties.find(number)
        assert duty is not None
        return [render(each, at, str) for each in life.told(tx, duty, reader)]


def changes(desk: Desk, message: str, text: str | None) -> None:
    event = MessageChanged(
        key=f"change of {message} at {desk.now}",
        at=desk.now,
        author=account("ann"),
        message=MessageRef(LOBBY, message),
        text=text,
        mentions=(account("bob"),),
    )
    desk.take(event)


def test_from_the_question_to_the_answer_every_step_has_its_time(desk: Desk) -> None:
    message = asked(desk)
    desk.until(MONDAY + 32 * H + 10 * M)
    desk.posts("bob", "here it is", reply_to=message)

    assert told(desk, 1) == [
        "Bob owes Ann an answer; the clock began at Mon 2 Mar, 09:00.",
        "Asked by name: clause 2.2.1-reply; 610 working minutes over the 240 allowed.",
        "240 working minutes from Mon 2 Mar, 09:00, in the working time of Bob, end at "
        "Mon 2 Mar, 14:30.",
        "Under policy version 1.",
        "Ann wrote at Mon 2 Mar, 09:00: “@bob can you send me the test report?”",
        "Bob was reminded before it was due, at Mon 2 Mar, 13:30.",
        "Bob was reminded when it was due, at Mon 2 Mar, 14:30.",
        "Mei, who leads them, was told at Mon 2 Mar, 16:30.",
        "Grace, who leads the manager, was told at Tue 3 Mar, 17:00.",
        "Bob wrote at Tue 3 Mar, 17:10: “here it is”",
        "It was settled at Tue 3 Mar, 17:10: it was answered in the chat; "
        "it stands in the thread of the question.",
    ]


def test_who_looks_after_the_bot_reads_where_it_was_said_and_no_words(desk: Desk) -> None:
    asked(desk)
    desk.posts("bob", "@ann the secret report is attached")
    story = told(desk, 1, None)

    assert "Ann wrote at Mon 2 Mar, 09:00: message paper/home/lobby/m1" in story
    assert "Bob wrote at Mon 2 Mar, 09:10: message paper/home/lobby/m2" in story
    assert not [each for each in story if "report" in each or "attached" in each]


def test_who_was_not_in_the_room_reads_no_words(desk: Desk) -> None:
    for name in ("ann", "bob"):
        event = MembershipChanged(
            key=f"{name} came", at=desk.now, account=account(name), place=LOBBY, joined=True
        )
        desk.take(event)
    asked(desk)

    assert any("test report" in each for each in told(desk, 1, "bob"))
    assert told(desk, 1, "mei")[4] == (
        "Ann wrote at Mon 2 Mar, 09:00: a message that is gone, or not for you to read"
    )
    assert "test report" not in "".join(told(desk, 1, "mei"))


def test_a_question_back_stops_the_clock_and_its_answer_starts_it_again(desk: Desk) -> None:
    message = asked(desk)
    desk.posts("bob", "@ann which one do you mean?", reply_to=message)

    assert told(desk, 1)[-2:] == [
        "Bob asked something back at Mon 2 Mar, 09:10, which Ann owed an answer to (#2): "
        "“@ann which one do you mean?”",
        "Its clock has stood since Mon 2 Mar, 09:10: Ann is to answer first what was asked back.",
    ]
    assert "It was asked back about #1." in told(desk, 2)

    desk.now += 20 * M
    desk.posts("ann", "@bob the blue one", reply_to=message)
    story = told(desk, 1)

    assert story[-2:] == [
        "Ann answered that at Mon 2 Mar, 09:30, and the clock went on.",
        "It is still open; it is due at Mon 2 Mar, 14:50.",
    ]
    assert "Its clock has stood in between, for 20 min of working time." in story


def test_a_holding_reply_is_told_with_its_promise_and_whether_that_was_kept(desk: Desk) -> None:
    asked(desk)
    desk.posts("bob", "@ann I'll send it by 11:00")

    assert told(desk, 1)[-3:] == [
        "Bob responded at Mon 2 Mar, 09:10, and did not settle it yet: "
        "“@ann I'll send it by 11:00”",
        "Bob promised at Mon 2 Mar, 09:10 an answer by Mon 2 Mar, 11:00; it is due then.",
        "It is open; an answer is promised for Mon 2 Mar, 11:00.",
    ]
    desk.now = MONDAY + 90 * M
    desk.says("bob", "done 1")
    assert told(desk, 1)[-2:] == [
        "The promise of an answer by Mon 2 Mar, 11:00 was kept.",
        "It was settled at Mon 2 Mar, 10:30: who owed it said so.",
    ]


def test_every_promise_of_the_ledger_has_its_fate(desk: Desk) -> None:
    asked(desk)
    desk.says("bob", "promise 1 by Tue 10:00")
    desk.now += 10 * M
    desk.says("bob", "promise 1 by Tue 11:00")
    desk.until(MONDAY + 28 * H)
    desk.says("bob", "promise 1 by Wed 11:00")
    desk.until(MONDAY + 52 * H)
    story = [each for each in told(desk, 1) if "promise" in each or "named" in each]

    assert story == [
        "Asked by name: clause 2.2.1-reply; 60 minutes over the promised time.",
        "Bob promised at Mon 2 Mar, 09:10 an answer by Tue 3 Mar, 10:00; it is due then.",
        "Bob moved the promise in time, at Mon 2 Mar, 09:20, to Tue 3 Mar, 11:00.",
        "The promised time, Tue 3 Mar, 11:00, passed without an answer.",
        "Bob named another time at Tue 3 Mar, 13:00: Wed 4 Mar, 11:00.",
        "The promised time, Wed 4 Mar, 11:00, passed without an answer.",
    ]


def test_a_promise_made_too_late_says_so(desk: Desk) -> None:
    asked(desk)
    desk.until(MONDAY + 8 * H)
    desk.says("bob", "promise 1 by Tue 10:00")

    assert (
        "Bob promised at Mon 2 Mar, 17:00 an answer by Tue 3 Mar, 10:00; it was due before that."
        in told(desk, 1)
    )


def test_what_was_passed_on_tells_the_whole_chain(desk: Desk) -> None:
    asked(desk)
    desk.says("bob", "promise 1 by Tue 10:00")
    for minute, (who, to, offer) in enumerate((("bob", "eve", 1), ("eve", "wei", 3))):
        desk.now += (10 + minute) * M
        desk.says(who, f"pass {offer} @{to}")
        desk.now += M
        desk.says(to, f"accept {offer}")

    assert told(desk, 1)[-4:] == [
        "Eve was asked at Mon 2 Mar, 09:20 to take it over (#2).",
        "Eve accepted at Mon 2 Mar, 09:21.",
        "It was passed on at Mon 2 Mar, 09:21: to Eve.",
        "From Mon 2 Mar, 09:21 on it was #3 of Eve.",
    ]
    last = told(desk, 5)
    assert "It came from #3 of Eve, #1 of Bob." in last
    assert (
        "Wei took over the promise of an answer by Tue 3 Mar, 10:00, at Mon 2 Mar, 09:33." in last
    )
    assert told(desk, 2)[0] == (
        "Eve is to say whether they take over #1 of Bob; the clock began at Mon 2 Mar, 09:20."
    )
    assert told(desk, 2)[-1] == "It was settled at Mon 2 Mar, 09:21: it was accepted."


def test_what_hangs_on_it_says_what_became_of_it(desk: Desk) -> None:
    asked(desk)
    desk.says("bob", "pass 1 @eve")
    desk.now += 5 * M
    desk.says("ann", "drop 1")

    assert "Eve was asked no more from Mon 2 Mar, 09:15 on." in told(desk, 1)
    assert told(desk, 2)[-1] == ("It was dropped at Mon 2 Mar, 09:15: what it hung on was settled.")


def test_a_group_is_told_that_any_one_may_answer(desk: Desk) -> None:
    both = Group("s1", "testers", (account("bob"), account("wei")))
    desk.take(
        replace(desk.message("ann", "@testers can you send me the report?", "m1"), groups=(both,))
    )
    desk.now += 10 * M
    desk.says("wei", "done 2")

    assert "It was asked of a group: an answer of any one of them is enough." in told(desk, 1)
    assert told(desk, 1)[-1] == (
        "It was dropped at Mon 2 Mar, 09:10: Wei, who was asked too, answered."
    )


def test_an_offer_that_is_declined_stays_in_the_story(desk: Desk) -> None:
    asked(desk)
    desk.says("bob", "pass 1 @eve")
    desk.now += 5 * M
    desk.says("eve", "decline 2 no time")

    assert told(desk, 1)[-2:] == [
        "Eve declined at Mon 2 Mar, 09:15.",
        "It is still open; it is due at Mon 2 Mar, 14:30.",
    ]


def test_no_reply_needed_is_told_while_it_hangs_and_after(desk: Desk) -> None:
    asked(desk)
    desk.says("bob", "drop 1")

    assert told(desk, 1)[-2:] == [
        "Bob said at Mon 2 Mar, 09:10 that no reply is needed.",
        "It is dropped unless Ann objects.",
    ]
    desk.until(MONDAY + 25 * H)
    assert told(desk, 1)[-1] == (
        "It was dropped at Tue 3 Mar, 09:10: no reply was said to be needed, and nobody objected."
    )


def test_edits_and_deletions_are_told_and_deleted_words_are_gone(desk: Desk) -> None:
    message = asked(desk)
    changes(desk, message, "@bob can you send me the test report today?")
    desk.now += M
    changes(desk, message, None)

    assert told(desk, 1)[-4:] == [
        "Ann wrote at Mon 2 Mar, 09:00: a message that is gone, or not for you to read",
        "The message was changed at Mon 2 Mar, 09:10.",
        "The message was deleted at Mon 2 Mar, 09:11.",
        "It was dropped at Mon 2 Mar, 09:11: the question was deleted.",
    ]


def test_who_stands_in_is_named(desk: Desk) -> None:
    asked(desk)
    desk.says("bob", "promise 1 by Tue 10:00")
    desk.says("bob", "away 2026-03-03 @wei")
    desk.until(MONDAY + 26 * H)

    assert told(desk, 1)[-3] == "Wei was reminded in the place of Bob, at Tue 3 Mar, 10:00."


def test_an_emergency_is_reckoned_by_the_clock_on_the_wall(desk: Desk) -> None:
    message = desk.posts("ann", "the line stands still")
    desk.says("sam", f"emergency msg:{message} @bob")
    story = told(desk, 1)

    assert story[0] == (
        "Bob is to tell Ann that they have read it; the clock began at Mon 2 Mar, 09:00."
    )
    assert story[1].startswith("An emergency, authorised by Sam: clause 1.3-moderate;")
    assert story[2] == ("60 minutes from Mon 2 Mar, 09:00, at any hour, end at Mon 2 Mar, 10:00.")


@pytest.mark.thorough
def test_nobody_answering_is_told_with_how_often_they_were_asked(desk: Desk) -> None:
    asked(desk)
    desk.until(MONDAY + 24 * 21 * H)
    story = told(desk, 1)

    assert story[-1].startswith("It lapsed at ")
    assert story[-1].endswith(": nobody answered, however often I asked.")


def test_a_newer_policy_is_named_and_changes_nothing(desk: Desk) -> None:
    asked(desk)
    with desk.store.transaction() as tx:
        tx.policies.adopt('[levels.normal]\nwithin = "1h"\n')
    story = told(desk, 1)

    assert "240 working minutes" in story[2]
    assert story[3:5] == [
        "Under policy version 1.",
        "Version 2 is in force since Mon 2 Mar, 09:10; what was owed before keeps its own.",
    ]


def test_why_a_nudge_was_spared_is_told(desk: Desk) -> None:
    asked(desk)
    duty = desk.duty(1)
    with desk.store.transaction() as tx:
        base = {"duty": duty.id, "person": "bob", "rule": duty.rule, "asker": "ann"}
        early = {"step": 1, "at": MONDAY + 2 * H, "parcel": "a", "sent": False}
        late = {"step": 2, "at": MONDAY + 3 * H, "parcel": "b", "sent": None}
        tx.nudges.add_all([base | early, base | late])
    assert told(desk, 1)[-3:-1] == [
        "A nudge to Bob, due at Mon 2 Mar, 11:00, was spared: it was not the time for it any more.",
        "A nudge to Bob, due at Mon 2 Mar, 12:00, has not left yet.",
    ]
    with desk.store.transaction() as tx:
        tx.nudges.decide("b", [duty.id])
    assert "was spared: the next one spoke of it." in "".join(told(desk, 1))
    with desk.store.transaction() as tx:
        tx.nudges.decide("b", [])
    desk.says("bob", "promise 1 by Tue 10:00")
    assert told(desk, 1)[-2].endswith("was spared: an answer had been promised.")


# Rules about every ending


def test_every_reason_of_the_judge_has_its_words() -> None:
    assert set(endings.REASONS) == set(Reason)
    assert len({each.sentence for each in endings.REASONS.values()}) == len(Reason)


def test_every_state_has_its_words() -> None:
    assert set(endings.STATES) == set(get_args(State))
    assert set(endings.ENDS) == set(get_args(State)) - {"open", "promised"}


def hows_in_the_code() -> Iterator[str]:
    """What is written wherever something is settled; of an f-string, what it begins with."""
    files = [file for name in ("bot", "commands") for file in (ROOT / name).rglob("*.py")]
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Ending"):
                match node.args[0]:
                    case ast.Constant(value=str(how)):
                        yield how
                    case ast.JoinedStr(values=[ast.Constant(value=str(how)), *_]):
                        yield how


@pytest.mark.thorough
def test_every_way_to_end_has_its_words() -> None:
    found = set(hows_in_the_code())

    assert {"said so", "away", "to:"} <= found
    for how in found:
        kind = how.partition(":")[0]
        assert how in endings.HOW or kind in endings.OF_SOMEBODY, how


HOWS = (
    *endings.HOW,
    *(f"answered:{reason}" for reason in Reason),
    *("answered", "answered:unheard_of", "by:bob", "to:nobody", "another:eve", "another:None"),
    *("", "unheard of"),
)


def variants(duty: Duty) -> Iterator[Duty]:
    for state in get_args(State):
        for how in HOWS if state not in ("open", "promised") else ("",):
            closed = MONDAY + H if how or state in endings.ENDS else None
            yield replace(duty, state=state, how=how, closed=closed)
    for kind in get_args(Kind):
        yield replace(duty, kind=kind)
        yield replace(duty, kind=kind, about=None, owed_to=None, subject="accept/gone")
    for why in ("asked_back", "drop", "unheard_of"):
        yield replace(duty, held=MONDAY, held_why=why)
    until = MONDAY + 2 * H
    yield replace(duty, owed_by=None)
    yield replace(duty, owed_by="gone", owed_to="gone", parent="gone")
    yield replace(duty, responded="gone", responded_at=MONDAY, answer="gone", stood=90)
    yield replace(duty, state="promised", promised_for=until, promised_at=MONDAY)
    yield replace(duty, parent=duty.id)


@pytest.mark.thorough
def test_no_life_is_too_strange_to_be_told() -> None:
    desk = Desk()
    asked(desk)
    with desk.store.transaction() as tx:
        duty = tx.duties.find(1)
        assert duty is not None
        for variant in variants(duty):
            tx.duties.save(variant)
            for reader in ("ann", "mei", None):
                story = life.told(tx, variant, reader)
                said = [render(each, Reader(t), str) for each in story for t in LANGUAGES]
                assert all(each.strip() for each in said), variant
    desk.close()


@pytest.mark.parametrize("reader", ["ann", "bob", "mei"])
def test_the_command_tells_it_to_who_has_to_do_with_it(desk: Desk, reader: str) -> None:
    asked(desk)

    assert desk.says(reader, "explain 1")[0].count("\n") >= 5
    assert desk.says("wei", "explain 1")[0].startswith("wei: ")
    assert "#1" in desk.says("wei", "explain 1")[0]
