"""Heads go through a fair sample of what their department said, as conversations. Policy 5.1.2."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from bot.cli import sample as cli
from bot.events import MessageChanged, MessagePosted, MessageRef, Place, PlaceChanged
from bot.handlers import drawing
from bot.policy import oversight
from bot.policy.figures import Rate
from bot.policy.people import Absence
from bot.store.sampled import Sampling
from bot.store.samples import Drawn, Sample
from bot.store.schema import records
from tests.desk import LOBBY, PAPER, Desk, account, person

SHANGHAI = ZoneInfo("Asia/Shanghai")
SMALL = "[supervision]\nshare = 10\nleast = 4\nsecond = 25\n"
CLUB = Place(PAPER, "home", "club")
DIRECT = Place(PAPER, "home", "dm:ann-eve")


def at(day: int, hour: float, month: int = 4) -> datetime:
    return datetime(2026, month, day, tzinfo=SHANGHAI) + timedelta(hours=hour)


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk(policy=SMALL)
    yield made
    made.close()


def talk(desk: Desk, count: int = 20) -> None:
    """Ann, Eve and Sam of sales, and Bob of another department."""
    for number in range(count):
        for who in ("ann", "eve", "sam", "bob"):
            desk.posts(who, f"the samples of lot {number} are on their way, says {who}")


def say_in(desk: Desk, place: Place, who: str, text: str, id: str) -> None:
    said = MessagePosted(
        key=id, at=desk.now, author=account(who), message=MessageRef(place, id), text=text
    )
    desk.take(said)


def drawn(desk: Desk, unit: str = "sales") -> tuple[Sample, list[Drawn]]:
    with desk.store.reading() as tx:
        sample = tx.samples.of_department(unit, "2026-03")
        assert sample is not None
        return sample, tx.samples.messages(sample.id)


def a_month_later(desk: Desk) -> list[str]:
    return [each for each in desk.until(at(1, 9.5)) if each.startswith("sam: ")]


@pytest.mark.thorough
def test_after_a_month_a_head_gets_a_sample_with_its_seed(desk: Desk) -> None:
    talk(desk)
    said = a_month_later(desk)

    card = next(each for each in said if "Look at a sample" in each.split("\n")[0])
    sample, messages = drawn(desk)
    assert "what «Sales» said in 2026-03" in card
    assert "4 messages of 40: 4 by chance, 0 by risk." in card
    assert f"Seed: {sample.seed}" in card
    assert sample.reviewer == "sam"
    assert {each.author for each in messages} <= {"ann", "eve"}
    with desk.store.reading() as tx:
        assert drawing.check(tx, sample) == []


@pytest.mark.thorough
def test_one_message_at_a_time_until_the_last_and_every_look_is_a_record(desk: Desk) -> None:
    talk(desk)
    a_month_later(desk)
    sample, messages = drawn(desk)
    (shown,) = desk.presses("sam", "Go through it")

    assert f"#{sample.number}: message 1 of 4" in shown
    assert "Where: «#lobby»" in shown
    (shown,) = desk.presses("sam", "Fine")
    assert "message 2 of 4" in shown
    (shown,) = desk.presses("sam", "Needs a word")
    assert "message 3 of 4" in shown
    desk.presses("sam", "Fine")
    (shown,) = desk.presses("sam", "Not mine to judge")
    assert "you have looked at all of it" in shown
    assert "Fine: 2" in shown
    with desk.store.reading() as tx:
        looks = tx.rows.all(records, records.c.kind == "look", order=[records.c.seq])
        assert [each.message for each in looks] == ["1", "2", "3", "4"]
        mine = records.c.id == looks[0].id
        ((_, body),) = tx.records._open(mine, limit=1, kinds=("look",))
        assert (body["who"], body["message"]) == ("sam", messages[0].message)
        assert not [each for each in tx.records.verify() if not isinstance(each, int)]
    assert desk.says("sam", f"sample {sample.number} 1 word again")[0].startswith(
        f"sam: There is no sample #{sample.number} for you"
    )


@pytest.mark.thorough
def test_a_breach_needs_a_reason_and_becomes_a_finding_that_its_finder_does_not_decide(
    desk: Desk,
) -> None:
    talk(desk)
    a_month_later(desk)
    sample, messages = drawn(desk)
    number = sample.number
    desk.says("sam", f"sample {number} 1 breach")
    desk.submits("sam", why="This is not how we speak of customers.")

    with desk.store.reading() as tx:
        said = tx.samples.judged(sample.id, "sam")[(1, "sam")]
        assert said.verdict == "breach"
        assert said.finding is not None
        finding = tx.findings.find(said.finding)
        assert finding is not None
        assert (finding.rule, finding.person) == ("supervision.sample", messages[0].author)
        owed = tx.duties.about(f"finding/{finding.id}")
        assert [each.owed_by for each in owed] == ["grace"]
    desk.says("sam", f"sample {number} 1 breach The same once more.")
    with desk.store.reading() as tx:
        assert len(tx.findings.between(desk.now - timedelta(days=1), desk.now + timedelta(1))) == 1


@pytest.mark.thorough
def test_another_head_looks_at_a_share_and_at_what_the_first_left_and_learns_nothing(
    desk: Desk,
) -> None:
    talk(desk)
    a_month_later(desk)
    sample, messages = drawn(desk)
    twice = next(each.number for each in messages if each.twice)
    other = next(each.number for each in messages if not each.twice)
    for number in range(1, 5):
        verdict = "skip" if number == other else "fine"
        desk.says("sam", f"sample {sample.number} {number} {verdict}")

    assert sample.seconder in ("mei", "grace")
    (card,) = desk.says(sample.seconder, "sample")
    desk.says(sample.seconder, f"sample {sample.number} {twice} word Too short.")
    (end,) = desk.says(sample.seconder, f"sample {sample.number} {other} fine")
    assert "2 " in card
    assert "you have looked at all of it" in end or "看过" in end
    with desk.store.reading() as tx:
        every = Sampling(tx.rows).read(sample.drawn_at, desk.now, desk.now)
        found = [each for each in every if each.department == sample.department]
    assert oversight.covered(found).of_planned == Rate(4, 4)
    assert oversight.covered(found).of_all == Rate(4, 40)
    assert oversight.agreed(found).same == Rate(0, 1)


@pytest.mark.thorough
def test_never_what_is_direct_personal_deleted_apart_or_the_heads_own() -> None:
    policy = SMALL.replace("least = 4", "least = 100")
    desk = Desk(policy=f'{policy}apart = ["club"]\n')
    desk.hears(
        PlaceChanged(key="p1", at=desk.now, place=CLUB, name="club"),
        PlaceChanged(key="p2", at=desk.now, place=DIRECT, name="", kind="direct"),
    )
    for number in range(5):
        say_in(desk, CLUB, "ann", "chess tonight?", f"c{number}")
        say_in(desk, DIRECT, "ann", "between us", f"d{number}")
        desk.posts("sam", "the head speaks")
    kept, gone, private = (desk.posts("eve", f"about lot {each}") for each in "abc")
    say_in(desk, Place(PAPER, "home", "unknown"), "eve", "where is this?", "u1")
    desk.says("eve", f"class msg:{private} personal My leave.")
    ref = MessageRef(LOBBY, gone)
    desk.hears(MessageChanged(key="x", at=desk.now, author=account("eve"), message=ref, text=None))
    a_month_later(desk)
    sample, messages = drawn(desk)

    assert [each.message for each in messages] == [kept]
    assert sample.population == 2  # what was deleted counted, until it was to be drawn
    desk.close()


@pytest.mark.thorough
def test_what_became_personal_after_the_draw_is_shown_to_nobody(desk: Desk) -> None:
    for each in "abcd":
        desk.posts("eve", f"my leave, part {each}")
    a_month_later(desk)
    sample, messages = drawn(desk)
    desk.says("eve", f"class msg:{messages[0].message} personal My leave.")

    (card,) = desk.says("sam", f"sample {sample.number} next")

    assert "my leave" not in card
    assert "personal since it was drawn" in card
    (card,) = desk.says("sam", f"sample {sample.number} 1 skip")
    assert "my leave" in card


@pytest.mark.thorough
def test_part_is_drawn_by_risk(desk: Desk) -> None:
    talk(desk)
    leak = desk.posts("ann", "the password for staging is Tr0ub4dor&3x, use it today")
    desk.posts("eve", "@bob urgent: which carrier takes lot 7?")
    said = a_month_later(desk)

    assert any("2 by chance, 2 by risk" in each or "3 by chance, 2" in each for each in said)
    sample, messages = drawn(desk)
    why = {each.message: each.risks for each in messages if each.risks}
    assert why[leak] == ("finding",)
    with desk.store.reading() as tx:
        assert drawing.check(tx, sample) == []
    assert ("important",) in why.values()
    sample, _ = drawn(desk)
    place = next(each.number for each in messages if each.message == leak)
    for number in range(1, place):
        desk.says("sam", f"sample {sample.number} {number} fine")
    (shown,) = desk.says("sam", f"sample {sample.number}")
    assert "the password for staging is ▇▇▇▇, use it today" in shown


@pytest.mark.thorough
def test_what_was_drawn_stays_whatever_happens_to_it(desk: Desk) -> None:
    talk(desk)
    a_month_later(desk)
    sample, messages = drawn(desk)
    first, second = messages[0], messages[1]
    for key, message, text in (("x", first, None), ("y", second, "I take it back")):
        ref = MessageRef(LOBBY, message.message)
        event = MessageChanged(
            key=key, at=desk.now, author=account(message.author), message=ref, text=text
        )
        desk.hears(event)
    (shown,) = desk.says("sam", f"sample {sample.number}")
    assert "the samples of lot" in shown
    assert "It has been deleted since." in shown
    (shown,) = desk.says("sam", f"sample {sample.number} 1 fine")
    assert "It has been changed since, and now says:" in shown
    assert "I take it back" in shown
    with desk.store.reading() as tx:
        assert drawing.check(tx, sample) == []
        assert tx.samples.messages(sample.id) == messages


@pytest.mark.thorough
def test_who_stands_in_goes_through_it_but_not_their_own_words(desk: Desk) -> None:
    talk(desk)
    with desk.store.transaction() as tx:
        end = desk.now + timedelta(days=60)
        tx.people.absent(Absence(person="sam", start=desk.now, end=end, delegate="ann"))
    a_month_later(desk)
    sample, messages = drawn(desk)
    own = next(each for each in messages if each.author == "ann")

    (said,) = desk.says("ann", f"sample {sample.number} {own.number} fine")
    assert "This is your own message." in said
    desk.says("ann", f"sample {sample.number} {own.number} skip")
    with desk.store.reading() as tx:
        judged = tx.samples.judged(sample.id, "sam")[(own.number, "sam")]
        assert (judged.verdict, judged.by) == ("skip", "ann")


def test_nobody_else_learns_that_there_is_a_sample(desk: Desk) -> None:
    talk(desk)
    a_month_later(desk)
    sample, _ = drawn(desk)
    refused = desk.says("bob", "sample 99")[0].replace("99", str(sample.number))

    assert desk.says("bob", f"sample {sample.number}")[0] == refused
    assert desk.says("bob", f"sample {sample.number} 1 fine")[0] == refused
    assert desk.says("ann", "sample")[0].startswith("ann: There is no sample for you")


@pytest.mark.thorough
def test_a_late_one_goes_up(desk: Desk) -> None:
    talk(desk)
    desk.until(at(14, 18))

    late = [line.text for line in desk.paper.seen_by("grace") if "Late in your team" in line.text]
    assert any("has not looked since" in each for each in late)


@pytest.mark.thorough
def test_a_department_without_a_head_goes_to_who_heads_the_one_above(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        units = tx.people.snapshot().directory.departments
        tx.people.save_departments(
            [replace(units["sales"], head=None, parent="office"), replace(units["tech"], head=None)]
        )
    talk(desk, 3)
    a_month_later(desk)

    assert drawn(desk)[0].reviewer == "grace"
    with desk.store.reading() as tx:
        assert tx.samples.of_department("tech", "2026-03") is None


@pytest.mark.thorough
def test_an_auditor_is_the_second_before_other_heads(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("hana"), roles=frozenset({"auditor"}))])
    talk(desk, 3)
    a_month_later(desk)
    assert drawn(desk)[0].seconder == "hana"


@pytest.mark.thorough
def test_what_was_drawn_cannot_be_changed_and_a_changed_seed_is_noticed(desk: Desk) -> None:
    talk(desk)
    a_month_later(desk)
    sample, _ = drawn(desk)
    for change in ("UPDATE drawn SET number = 9", "DELETE FROM samples", "DELETE FROM verdicts"):
        if "verdicts" in change:
            desk.says("sam", f"sample {sample.number} 1 fine")
        with pytest.raises(sa.exc.DBAPIError), desk.store.db.begin() as conn:
            conn.exec_driver_sql(change)
    with desk.store.reading() as tx:
        assert drawing.check(tx, replace(sample, seed="0" * 32)) == ["seed", "messages"]
        assert drawing.check(tx, replace(sample, accounts=())) == ["population", "messages"]


@pytest.mark.thorough
def test_the_machine_draws_it_again(desk: Desk) -> None:
    talk(desk)
    a_month_later(desk)
    sample, _ = drawn(desk)
    out: list[str] = []

    class Args:
        check = sample.number

    assert cli.run(Args(), desk.store, out.append) == 0  # type: ignore[arg-type]
    assert out == [f"#{sample.number} holds: 4 of 40 messages, by the seed {sample.seed}."]
    Args.check = 99
    assert cli.run(Args(), desk.store, out.append) == 2  # type: ignore[arg-type]
