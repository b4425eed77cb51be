"""What is past its term is disposed of by two; a hold wins. Policy 3.3.1, as conversations."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.events import MessageChanged, MessageRef
from bot.store.disposals import Certificate
from bot.store.verifying import Broken
from tests.desk import LOBBY, Desk, account
from tests.simulation import fresh

CHAIN = "paper/home/lobby"
EXPIRED = datetime(
    2029, 4, 2, 1, tzinfo=UTC
)  # 09:00 in Shanghai; what was said in March 2026 is due
H, MINUTES = timedelta(hours=1), timedelta(minutes=7)


@pytest.fixture
def desk() -> Iterator[Desk]:
    """On SQLite; at the end some of it is told once more on PostgreSQL."""
    with fresh.database("sqlite") as db:
        made = Desk(db=db)
        yield made
        made.close()


def later(desk: Desk, at: datetime = EXPIRED) -> list[str]:
    """The months go by at once: what is due first is the list."""
    seen = len(desk.paper.lines)
    desk.now = at
    desk.wait(H)
    return desk.read(seen)


def words(desk: Desk, id: str) -> str:
    with desk.store.reading() as tx:
        return tx.records.words(CHAIN, id)


def broken(desk: Desk) -> list[Broken]:
    with desk.store.reading() as tx:
        return [each for each in tx.verifying.steps() if isinstance(each, Broken)]


def certificates(desk: Desk) -> dict[str, Certificate]:
    with desk.store.reading() as tx:
        return {each.ring: each for each in tx.disposals.certificates()}


def disposed(desk: Desk, number: int) -> list[str]:
    """Proposed, consented to, carried out, and the key is gone."""
    desk.says("hana", f"disposal {number} propose")
    desk.says("grace", f"disposal {number} consent")
    said = desk.wait(timedelta(minutes=2))  # the keys are closed …
    return [*said, *desk.wait(MINUTES), *desk.wait(MINUTES)]  # … and then destroyed


def number_of(desk: Desk) -> int:
    with desk.store.reading() as tx:
        return tx.disposals.latest(1)[0].number


def first(said: list[str], who: str, *parts: str) -> str:
    mine = [each for each in said if each.startswith(f"{who}: ")]
    return next(each for each in mine if all(part in each for part in parts))


def test_what_is_past_its_term_is_gone_once_two_people_have_consented(desk: Desk) -> None:
    id = desk.posts("ann", "the offer to Brightwater is 40,000")
    later(desk)
    number = number_of(desk)
    listed = desk.says("hana", f"disposal {number}")[0]
    assert "«Work information», 2026-03" in listed or "Work information, 2026-03" in listed
    assert "Records to go: 1" in listed

    asked = desk.says("hana", f"disposal {number} propose")
    assert asked[0].startswith(f"hana: Proposed: #{number}")
    assert words(desk, id)
    said = desk.says("grace", f"disposal {number} consent")
    assert f"Both consent: #{number} is carried out within a quarter of an hour." in said[0]
    desk.wait(timedelta(minutes=2))
    told = desk.wait(MINUTES)

    assert words(desk, id) == ""
    assert broken(desk) == []
    for who in ("hana", "grace"):
        assert "Disposed of for good: 1 record, by certificate" in first(told, who, "Disposed")
    found = certificates(desk)["work/2026-03"]
    assert (found.disposed, found.proposed_by, found.consented_by) == (1, "hana", "grace")
    shown = desk.says("grace", f"disposal {number}")[0]
    assert "Consented to by: «Grace»" in shown
    assert "backup" not in shown


def test_the_list_is_a_duty_of_who_proposes_and_then_of_who_consents(desk: Desk) -> None:
    desk.posts("ann", "the offer to Brightwater is 40,000")
    later(desk)
    number = number_of(desk)

    mine = desk.says("hana", "mine")[0]
    assert f"#{number} Look through what is past its term, and propose its disposal" in mine
    assert "Past its term" in desk.says("hana", f"mine {number}")[0]
    desk.presses("hana", "Propose it")
    assert "You owe nothing" in desk.says("hana", "mine")[0]
    assert f"#{number} Say whether what is past its term" in desk.says("grace", "mine")[0]
    digest = desk.until(desk.now + timedelta(hours=26))
    assert any(f"#{number}" in each for each in digest if each.startswith("grace: "))
    desk.says("grace", f"mine {number}")
    desk.presses("grace", "I consent")
    assert "You owe nothing" in desk.says("grace", "mine")[0]


def test_neither_can_do_it_alone(desk: Desk) -> None:
    desk.posts("ann", "the offer to Brightwater is 40,000")
    with desk.store.transaction() as tx:
        hana = tx.people.snapshot().directory.people["hana"]
        tx.people.save([replace(hana, roles=frozenset({"hr", "auditor"}))])
    later(desk)
    number = number_of(desk)

    assert "one of these roles is needed: hr" in desk.says("grace", f"disposal {number} propose")[0]
    assert "cannot be decided on like this" in desk.says("hana", f"disposal {number} consent")[0]
    desk.says("hana", f"disposal {number} propose")
    said = desk.says("hana", f"disposal {number} consent")[0]
    assert f"You proposed #{number} yourself; somebody else has to consent." in said


def test_whoever_was_asked_can_stop_it_until_it_is_carried_out(desk: Desk) -> None:
    id = desk.posts("ann", "the offer to Brightwater is 40,000")
    later(desk)
    number = number_of(desk)
    desk.says("hana", f"disposal {number} propose")
    desk.says("grace", f"disposal {number} consent")
    desk.wait(timedelta(minutes=2))

    said = desk.says("hana", f"disposal {number} refuse The audit is not over.")
    assert first(said, "hana", f"Not now: #{number} comes again next month.")
    assert any(each.startswith("grace: Not now") and "audit" in each for each in said)
    desk.wait(MINUTES)
    assert words(desk, id)
    assert certificates(desk) == {}
    later(desk, datetime(2029, 5, 2, 1, tzinfo=UTC))
    assert number_of(desk) > number
    disposed(desk, number_of(desk))
    assert words(desk, id) == ""


def test_nobody_else_sees_any_of_it(desk: Desk) -> None:
    desk.posts("ann", "the offer to Brightwater is 40,000")
    later(desk)

    for line in ("disposal", f"disposal {number_of(desk)}", "hold", "hold 1", "hold set"):
        for who in ("ann", "sam"):
            assert "This is not for your role" in desk.says(who, line)[0]


def test_a_hold_keeps_what_it_catches_and_what_is_said_after_it(desk: Desk) -> None:
    before = desk.posts("bob", "the rebate was agreed")
    said = desk.says(
        "hana", 'hold set people=@bob words="rebate, 折扣" The dispute with Brightwater.'
    )
    assert said[0].startswith("hana: Held from now on: #1")
    assert len(said) == 1
    after, other = desk.posts("bob", "another REBATE"), desk.posts("bob", "lunch?")
    named, eve = desk.posts("eve", "@bob about the rebate: see me"), desk.posts("eve", "rebate")
    desk.says("bob", "done 2")
    later(desk)

    told = disposed(desk, number_of(desk))

    assert [bool(words(desk, each)) for each in (before, after, named)] == [True] * 3
    assert "Make a backup now" in first(told, "grace", "Disposed of")
    assert [words(desk, each) for each in (other, eve)] == ["", ""]
    assert broken(desk) == []
    kept = certificates(desk)["work/2026-03"].kept
    assert kept["held"] >= 3


def test_a_message_is_held_as_a_whole_whichever_of_its_versions_says_the_word(desk: Desk) -> None:
    id = desk.posts("bob", "we talked about it")
    changed = MessageChanged(
        key="e", at=desk.now, author=account("bob"), message=MessageRef(LOBBY, id), text="a rebate"
    )
    desk.hears(changed)
    desk.says("hana", "hold set words=rebate The dispute.")
    later(desk)

    assert all(each.disposed == 0 for each in certificates(desk).values())
    with desk.store.reading() as tx:
        assert tx.disposals.latest(1) == []  # nothing can go: nobody is asked
        found = tx.records.message(CHAIN, id)
    assert found is not None
    assert words(desk, id) == "a rebate"


def test_whom_a_hold_names_is_told_that_there_is_none(desk: Desk) -> None:
    desk.says("hana", "hold set people=@grace The inquiry.")

    missing = desk.says("grace", "hold 99")[0].replace("#99", "#1")
    for line in (
        "hold 1",
        "hold 1 release It is over.",
        "hold 1 agree",
        "hold 1 keep",
        "hold 1 release",
    ):
        assert desk.says("grace", line)[0] == missing
    assert desk.says("grace", "hold")[0].startswith("grace: There is no legal hold.")
    assert "The inquiry." in desk.says("hana", "hold 1")[0]


def test_nobody_holds_what_is_their_own(desk: Desk) -> None:
    said = desk.says("hana", "hold set people=@hana I need it.")

    assert "You cannot hold what is yours" in said[0]


def test_a_release_needs_a_second_person_and_then_the_old_term_counts(desk: Desk) -> None:
    id, other = desk.posts("bob", "the rebate was agreed"), desk.posts("bob", "lunch?")
    desk.says("hana", "hold set words=rebate The dispute.")
    later(desk)
    disposed(desk, number_of(desk))
    assert words(desk, id)
    assert words(desk, other) == ""

    asked = desk.says("hana", "hold 1 release It is settled.")
    assert "#1 holds until a second person consents to its release." in asked[0]
    assert "You asked for it yourself" in desk.says("hana", "hold 1 agree")[0]
    assert "#1 Say whether a legal hold may be released" in desk.says("grace", "mine")[0]
    desk.says("grace", "mine 1")
    said = desk.presses("grace", "Release it")
    assert first(said, "grace", "Released: #1")
    assert any(each.startswith("hana: Released: #1") for each in said)
    assert words(desk, id)
    desk.wait(timedelta(minutes=2))
    later(desk, datetime(2029, 5, 2, 1, tzinfo=UTC))
    disposed(desk, number_of(desk))
    assert words(desk, id) == ""
    assert broken(desk) == []
    names = {each.name for each in desk.store.rings.known() if each.destroyed_at is None}
    assert not any(name.startswith("hold/") for name in names)  # of which old copies know


def test_a_release_that_is_refused_goes_on_to_hold(desk: Desk) -> None:
    desk.says("hana", "hold set words=rebate The dispute.")
    desk.says("grace", "hold 1 release It seems to be over.")
    said = desk.says("hana", "hold 1 keep The court has not decided.")

    assert first(said, "hana", "It goes on to hold: #1")
    assert any(each.startswith("grace: It goes on to hold: #1") for each in said)
    shown = desk.says("hana", "hold 1")[0]
    assert "State: It holds" in shown
    assert "its release was refused" in shown
    assert "Nobody has asked to release #1" in desk.says("hana", "hold 1 agree")[0]


def test_a_manager_of_who_is_asked_reads_nothing_of_a_hold(desk: Desk) -> None:
    """Grace leads Hana, and is whom the hold names."""
    with desk.store.transaction() as tx:
        sam = tx.people.snapshot().directory.people["sam"]
        tx.people.save([replace(sam, roles=sam.roles | {"auditor"})])
    desk.says("sam", "hold set people=@grace The inquiry.")
    desk.says("sam", "hold 1 release It is over.")
    said = desk.until(desk.now + timedelta(days=4))

    grace = [each for each in said if each.startswith("grace: ")]
    assert not any("hold" in each.casefold() or "inquiry" in each for each in grace)
    late = "«Hana» has not looked since"
    assert any(late in each and "at something that is kept" in each for each in grace)


def test_a_hold_set_while_a_disposal_is_under_way_wins(desk: Desk) -> None:
    id, other = desk.posts("bob", "the rebate was agreed"), desk.posts("bob", "lunch?")
    later(desk)
    number = number_of(desk)
    desk.says("hana", f"disposal {number} propose")
    desk.says("grace", f"disposal {number} consent")
    desk.wait(timedelta(minutes=2))
    desk.says("hana", "hold set words=rebate The dispute.")
    desk.wait(MINUTES)
    desk.wait(MINUTES)

    assert words(desk, id)
    assert words(desk, other) == ""


def test_a_hold_that_comes_too_late_is_told_so(desk: Desk) -> None:
    desk.posts("bob", "the rebate was agreed")
    later(desk)
    number = number_of(desk)
    disposed(desk, number)

    said = desk.says("hana", "hold set words=rebate The dispute.")[0]
    assert "Too late for Work information, 2026-03: 1 records were disposed of" in said
    assert f"(#{number})" in said
    later_only = "hold set first=2028-01-01 words=rebate The dispute."
    assert "Too late" not in desk.says("hana", later_only)[0]


def test_what_somebody_still_owes_an_answer_for_stays_until_it_is_settled(desk: Desk) -> None:
    id, other = desk.posts("ann", "@bob when will it be ready?"), desk.posts("bob", "lunch?")
    desk.says("bob", "promise 1 in 2 weeks")
    with desk.store.transaction() as tx:
        duty = tx.duties.find(1)
        assert duty is not None
        tx.duties.save(replace(duty, held=desk.now, held_why="asked_back"))
    later(desk)
    disposed(desk, number_of(desk))

    assert words(desk, other) == ""
    assert words(desk, id)
    assert certificates(desk)["work/2026-03"].kept == {"needed": 1}
    with desk.store.transaction() as tx:
        duty = tx.duties.find(1)
        assert duty is not None
        tx.duties.save(replace(duty, state="done", held=None))
    later(desk, datetime(2029, 5, 2, 1, tzinfo=UTC))
    disposed(desk, number_of(desk))
    assert words(desk, id) == ""
    assert "work/2026-03+2" in certificates(desk)
    assert broken(desk) == []


def test_what_somebody_is_still_to_look_at_stays(desk: Desk) -> None:
    leak = desk.posts("ann", "the password for staging is Tr0ub4dor&3x, use it today")
    other = desk.posts("bob", "lunch?")
    later(desk)
    disposed(desk, number_of(desk))

    assert words(desk, other) == ""
    assert words(desk, leak)
    assert certificates(desk)["work/2026-03"].kept == {"needed": 1}


def test_what_was_given_another_class_or_was_important_has_that_term(desk: Desk) -> None:
    plain, material = desk.posts("ann", "lunch?"), desk.posts("ann", "the price list")
    desk.says("ann", f"class msg:{material} material It names our prices.")
    urgent = desk.posts("ann", "@bob asap: is it signed?")
    desk.says("bob", "done 1")
    later(desk)
    disposed(desk, number_of(desk))

    assert words(desk, plain) == ""
    assert words(desk, material)
    assert words(desk, urgent)


def test_a_shorter_policy_that_counts_back_says_so_on_the_list(desk: Desk) -> None:
    desk.posts("ann", "the offer to Brightwater is 40,000")
    desk.now += timedelta(days=300)
    shorter = "[classes.work]\nkeep_months = 12\nimportant_months = 12\n"
    with desk.store.transaction() as tx:
        tx.policies.adopt(shorter)
    later(desk, datetime(2027, 6, 2, 1, tzinfo=UTC))
    assert "Nothing was ever past its term." in desk.says("hana", "disposal")[0]
    with desk.store.transaction() as tx:
        tx.policies.adopt(shorter + "[retention]\nshorter_counts_back = true\n")
    later(desk, datetime(2027, 7, 2, 1, tzinfo=UTC))

    shown = desk.says("hana", f"disposal {number_of(desk)}")[0]
    assert "(an older policy promised 36 months)" in shown


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("hold x", "Say which hold and what about it"),
        ("hold 7 burn", "Say which hold and what about it"),
        ("hold 7", "There is no legal hold #7."),
        ("hold set rooms=nowhere Why.", "I know no room called «nowhere»."),
        ("hold set people=zed Why.", "I know nobody called «zed»."),
        ("hold set first=yesterday Why.", "I cannot read the day «yesterday»."),
        ("hold set first=2026-05-02 last=2026-05-01 Why.", "The last day is before the first."),
        ("hold set words=a Why.", "Name at most 50 words, each of two characters or more."),
        ('hold set people="," Why.', "Name at least one of these: people, rooms, days, words."),
        ("disposal x", "Say which list, and what about it"),
        ("disposal 7", "There is no disposal #7."),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_to_do(desk: Desk, line: str, answer: str) -> None:
    assert answer in desk.says("hana", line)[0]


def test_a_form_asks_for_what_is_missing_and_sets_the_hold(desk: Desk) -> None:
    desk.says("hana", "hold set people=@bob")
    form = desk.paper.forms[-1].form
    assert [each.name for each in form.fields] == [
        "people",
        "rooms",
        "first",
        "last",
        "words",
        "why",
    ]
    assert form.fields[0].initial == "@bob"
    said = desk.submits(
        "hana",
        people="Bob",
        rooms="lobby",
        first="2026-01-01",
        last="2026-03-31",
        why="The dispute.",
    )

    assert said[0].startswith("hana: Held from now on: #1")
    for fact in ("People: «Bob»", "Rooms: «lobby»", "First day: 1 Jan", "Last day: 31 Mar"):
        assert fact in said[0]


@pytest.mark.parametrize(
    "story",
    [
        test_a_hold_keeps_what_it_catches_and_what_is_said_after_it,
        test_a_release_needs_a_second_person_and_then_the_old_term_counts,
        test_what_somebody_still_owes_an_answer_for_stays_until_it_is_settled,
    ],
)
def test_it_is_the_same_on_postgresql(postgresql: sa.Engine, story: Callable[[Desk], None]) -> None:
    desk = Desk(db=postgresql)
    story(desk)
    desk.close()
