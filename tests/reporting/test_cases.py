"""A report from the sealing to its end: who can open it, who owes what, who sees nothing. 5.1.3."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot import reporting, sealing
from bot.command import Refusal
from bot.effects import OpenForm
from bot.handlers import counting
from bot.handlers import sealedcases as cases
from bot.handlers.sealedcases import Step
from bot.policy import periods
from bot.policy.casefile import ACKNOWLEDGE, ANSWER, OUTCOME, REPORTER, STAFF, Part
from bot.reporting import CONFIDENTIAL, OPENLY
from bot.store.reporting import Reporting
from bot.store.traces import ClauseTraces
from tests.desk import Desk, person
from tests.reporting.world import Reader, World

DAY = timedelta(days=1)


@pytest.fixture
def world() -> Iterator[World]:
    desk = Desk()
    yield World(desk)
    desk.close()


def test_only_who_it_is_sealed_to_can_open_it(desk: Desk) -> None:
    world = World(desk)
    number = world.report("ann", "He takes money.", about=("mei",))  # bob works for her

    assert world.eve.opens(number)["text"] == "He takes money."
    assert world.eve.opens(number)["concerns"] == ["Mei"]
    assert world.recovery.opens(number)["text"] == "He takes money."
    for other in (world.bob, world.olga):
        with pytest.raises(LookupError):
            other.opens(number)
    eve, bob = world.eve.person, world.bob.person
    with desk.store.transaction() as tx:
        assert [x.number for x in tx.sealed.of("eve")] == [number]
        assert tx.sealed.of("bob") == []
        assert cases.of(tx, bob, number) is None
        assert cases.of(tx, replace(eve, roles=frozenset()), number) is None


def test_what_concerns_all_investigators_goes_to_who_is_named_for_that(world: World) -> None:
    number = world.report("ann", "The boss.", about=("grace",))
    assert world.olga.opens(number)["text"] == "The boss."
    assert world.owed(number) == {"olga": ACKNOWLEDGE}

    last = world.report("ann", "All of them.", about=("grace", "olga"))
    assert world.recovery.opens(last)["text"] == "All of them."
    assert world.owed(last) == {}  # hana, who keeps a half, works for grace
    told = reporting.readers(world.channel(), world.channel().routing({"x"}))
    assert "Nobody" not in told[0].sentence


def test_a_reporter_who_names_the_only_investigator_left_is_told_who_reads_it(
    world: World,
) -> None:
    channel = world.channel()
    routing = channel.routing({world.eve.holder, world.bob.holder, world.olga.holder})
    card = reporting.received(channel, 7, "0" * 16, routing)

    assert any("both together" in each.sentence for each in card.body if hasattr(each, "sentence"))


def test_a_keeper_who_is_not_near_hears_that_a_case_waits(world: World) -> None:
    out = {world.eve.holder, world.bob.holder, world.olga.holder}
    channel, told = world.channel(), world.told("ann", "x", (), "anonymous")
    report, _ = reporting.seal(channel, told, sealing.new_code())
    asyncio.run(world.desk.bot.inbox.report(replace(report, keys=(), tell=channel.to_be_told(()))))

    assert channel.routing(out).to == ()
    with world.desk.store.transaction() as tx:
        assert [x.owed_by for x in tx.duties.owed_by("hana")] == ["hana"]


def test_the_same_report_twice_is_one_case(world: World) -> None:
    told = world.told("ann", "Once.", (), "anonymous")
    report, _ = reporting.seal(world.channel(), told, "0" * 16)
    again, _ = reporting.seal(world.channel(), told, "0" * 16)
    send = world.desk.bot.inbox.report

    assert asyncio.run(send(report)) == asyncio.run(send(report)) == asyncio.run(send(again))


def test_a_report_for_other_keys_than_there_are_now_is_not_taken(world: World) -> None:
    told = world.told("ann", "Late.", (), "anonymous")
    report, _ = reporting.seal(world.channel(), told, sealing.new_code())
    Reader(world.desk, "eve")  # she has made a new key meanwhile

    with pytest.raises(Refusal):
        asyncio.run(world.desk.bot.inbox.report(report))
    mixed = replace(report, print=world.channel().print)
    with pytest.raises(Refusal):
        asyncio.run(world.desk.bot.inbox.report(mixed))


def test_nothing_is_taken_before_two_have_keys(world: World) -> None:
    told = world.told("ann", "Early.", (), "anonymous")
    report, _ = reporting.seal(world.channel(), told, sealing.new_code())
    with world.desk.store.transaction() as tx:
        tx.people.save([replace(person("bob"), roles=frozenset())])

    assert not world.channel().open
    with pytest.raises(Refusal):
        asyncio.run(world.desk.bot.inbox.report(report))
    said = world.desk.says("ann", "breach he takes money")
    assert "not open yet" in said[0]
    assert "HR" in said[0]


def test_it_is_looked_at_in_time_by_one_who_then_owes_its_end(world: World) -> None:
    desk = world.desk
    number = world.report("ann", "He takes money.")
    assert world.owed(number) == {"eve": ACKNOWLEDGE, "bob": ACKNOWLEDGE}
    nudged = desk.wait(DAY) + desk.wait(DAY)
    for who in ("eve", "bob"):
        assert any(x.startswith(who) and f"#{number} Look at a case" in x for x in nudged), nudged
    assert not [each for each in nudged if each.startswith(("sam", "mei", "grace"))]

    world.does(world.eve, number, cases.move, Step(to="assessed"))
    assert world.owed(number) == {"eve": OUTCOME}
    world.does(world.eve, number, cases.assign, "bob")
    assert world.owed(number) == {"bob": OUTCOME}
    with pytest.raises(Refusal):
        world.does(world.eve, number, cases.assign, "olga")

    with pytest.raises(Refusal):
        world.does(world.bob, number, cases.move, Step(to="closed", outcome="partly"))
    said = world.bob.writes(world.case(number), "It was partly so.")
    world.does(world.bob, number, cases.move, Step(to="closed", outcome="partly", said=said))
    assert world.owed(number) == {}
    assert world.case(number).state == "closed"
    with pytest.raises(Refusal):
        world.does(world.eve, number, cases.move, Step(to="assessed"))


def test_nobody_above_an_investigator_or_standing_in_hears_of_it(world: World) -> None:
    desk = world.desk
    world.report("ann", "He takes money.")
    desk.says("eve", "away 2026-03-02..2026-03-20 @ann")
    desk.now += timedelta(days=5)

    assert "case" not in " ".join(desk.says("sam", "team")).casefold()
    assert "case" not in " ".join(desk.says("ann", "mine")).casefold()
    assert "case" in " ".join(desk.says("bob", "mine")).casefold()
    for who in ("sam", "ann"):
        with desk.store.transaction() as tx:
            duty = tx.duties.owed_by("eve")[0]
        assert "case" not in " ".join(desk.says(who, f"explain {duty.number}")).casefold()


def test_it_can_be_settled_by_no_command(world: World) -> None:
    number = world.report("ann", "He takes money.")
    with world.desk.store.transaction() as tx:
        duty = tx.duties.owed_by("eve")[0]
    for line in ("done", "drop", "pass", "promise"):
        world.desk.says("eve", f"{line} {duty.number} @bob tomorrow 10:00")

    assert world.owed(number)["eve"] == ACKNOWLEDGE


def test_both_sides_write_and_an_answer_is_owed(world: World) -> None:
    number = world.report("ann", "He takes money.")
    world.does(world.eve, number, cases.move, Step(to="assessed"))
    case = world.case(number)
    world.does(world.eve, number, cases.answered, world.eve.writes(case, "When was it?"))
    part = Part(id="b" * 32, kind="message", body=b"sealed")
    with world.desk.store.transaction() as tx:
        assert cases.add(tx, case, REPORTER, (part,))
        assert not cases.add(tx, case, REPORTER, (part,))
        cases.heard(tx, case)
        cases.heard(tx, case)
        duties = tx.duties.about(f"sealed/{case.id}")
    assert sorted(x.rule for x in duties) == [ANSWER, OUTCOME]

    world.does(world.eve, number, cases.answered, world.eve.writes(case, "Thank you."))
    assert world.owed(number) == {"eve": OUTCOME}
    with world.desk.store.transaction() as tx:
        sides = [x.side for x in tx.sealed.said(case.id)]
        huge = Part(id="c" * 32, kind="file", body=bytes(200_000_000))
        with pytest.raises(Refusal):
            cases.add(tx, case, REPORTER, (huge,))
    assert sides == [REPORTER, "eve", REPORTER, "eve"]


def test_a_new_investigator_is_let_in_but_nobody_who_was_left_out(world: World) -> None:
    number = world.report("ann", "She is rude.", about=("mei",))
    case = world.case(number)
    with world.desk.store.transaction() as tx:
        tx.people.save([replace(person("hana"), roles=frozenset({"investigator"}))])
    hana = Reader(world.desk, "hana")
    world.does(world.eve, number, cases.let_in, world.eve.seals_again(case, hana))
    assert hana.opens(number)["text"] == "She is rude."

    Reader(world.desk, "bob")  # a new key makes no new person of him
    for other in (world.bob, hana):
        with pytest.raises(Refusal):
            world.does(world.eve, number, cases.let_in, world.eve.seals_again(case, other))


def test_who_reported_is_seen_by_two_together_and_by_nobody_alone(world: World) -> None:
    number = world.report("ann", "He takes money.", how=CONFIDENTIAL)
    case, eve, bob = world.case(number), world.eve, world.bob
    assert case.identity is not None
    assert "who" not in eve.opens(number)
    context = f"case/{case.id}/identity"
    for one in (eve, bob):
        with pytest.raises(sealing.InvalidTag):
            sealing.open_(one.half(case), case.identity, context)

    world.does(eve, number, cases.ask, eve.holder, b"why")
    with pytest.raises(Refusal):  # not by who asked
        world.does(eve, number, cases.agree, 1, b"half")
    given = sealing.seal(eve.public, bob.half(case), f"case/{case.id}/agreed/1")
    world.does(bob, number, cases.agree, 1, given)
    with pytest.raises(Refusal):
        world.does(bob, number, cases.agree, 1, given)
    other = sealing.unseal(eve.private, given, f"case/{case.id}/agreed/1")
    key = bytes(a ^ b for a, b in zip(eve.half(case), other, strict=True))

    assert json.loads(sealing.open_(key, case.identity, context)) == {"name": "ann"}
    with world.desk.store.transaction() as tx:
        logged = [(row.person, row.what) for row in tx.sealed.logged(case.id)]
    assert logged == [
        ("eve", "asked who reported"),
        ("bob", "agreed that it is seen who reported"),
    ]


def test_who_reports_openly_is_named_within_the_report_alone(world: World) -> None:
    number = world.report("ann", "He takes money.", how=OPENLY)

    assert world.eve.opens(number)["who"] == {"name": "ann"}
    assert world.case(number).identity is None
    with pytest.raises(Refusal):
        world.does(world.eve, number, cases.ask, world.eve.holder, b"why")


@pytest.mark.thorough
def test_the_receipt_code_opens_it_and_another_does_not(world: World) -> None:
    code = sealing.new_code()
    told = world.told("ann", "He takes money.", (), "anonymous")
    report, _ = reporting.seal(world.channel(), told, code)
    asyncio.run(world.desk.bot.inbox.report(report))
    receipt = sealing.receipt(code, "acme")
    with world.desk.store.transaction() as tx:
        case = tx.sealed.of_receipt(receipt.known_by)
    assert case is not None

    key = sealing.open_(receipt.key, case.code, f"case/{case.id}/code")
    assert key == world.eve.key(case)
    assert sealing.receipt(code, "other").known_by != receipt.known_by


def test_the_command_opens_a_form_that_is_sealed_and_its_words_are_dropped(world: World) -> None:
    desk = world.desk
    assert desk.says("ann", "举报 他收钱") == []
    (opened,) = desk.paper.forms
    assert isinstance(opened, OpenForm)
    assert opened.form.sealed
    with desk.store.transaction() as tx:
        assert tx.journal.waiting(10) == []
        assert tx.rows.conn.exec_driver_sql("SELECT count(*) FROM journal").scalar() == 0
        assert tx.rows.conn.exec_driver_sql("SELECT count(*) FROM outbox").scalar() == 0


def test_the_database_changes_nothing_that_was_said_or_done(world: World) -> None:
    number = world.report("ann", "He takes money.")
    case = world.case(number)
    with world.desk.store.transaction() as tx:
        tx.sealed.log(case.id, "eve", "opened")

    def tamper(statement: str) -> Any:
        with world.desk.store.transaction() as tx:
            tx.rows.conn.exec_driver_sql(statement)

    for statement in (
        "UPDATE sealed_parts SET body = x'00'",
        "DELETE FROM sealed_parts",
        "DELETE FROM sealed_log",
        "DELETE FROM sealed_cases",
        "UPDATE sealed_cases SET number = 99",
    ):
        with pytest.raises(Exception, match="case"):
            tamper(statement)


def test_only_totals_are_counted_and_only_of_quarters_that_are_over(world: World) -> None:
    world.report("ann", "He takes money.")
    now = periods.of("quarter", world.desk.now, "Asia/Shanghai")
    with world.desk.store.transaction() as tx:
        tx.policies.adopt("[reporting]\nat_least = 1")
        assert {line.received for line in counting.until(tx, now)} == {None}
    world.desk.now = now.end
    with world.desk.store.transaction() as tx:
        found = counting.until(tx, now)
        assert (found[-1].period, found[-1].received) == (now, 1)
        tx.policies.adopt("")
        assert {line.received for line in counting.until(tx, now)} == {None}
    assert STAFF != REPORTER


def test_no_sheet_and_no_list_of_clauses_tells_that_there_is_one(world: World) -> None:
    world.report("ann", "He takes money.")
    with world.desk.store.transaction() as tx:
        since, until = world.desk.now - DAY, world.desk.now + 200 * DAY
        assert list(Reporting(tx.rows).duties(since, until)) == []
        traces = dict(ClauseTraces(tx.rows, since, until).read())
    assert "5.1.3" not in traces
    assert traces["1.3-timely"].count == 0
