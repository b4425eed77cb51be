"""The company's own last weeks, played again: alike under its policy, otherwise under another."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.clock import Clock, wall
from bot.events import MembershipChanged, MessageChanged, MessageRef
from bot.policy.duties import ANSWERED
from bot.replay import Outcome, Replay, laid_over, ledger
from bot.seal import Seal
from bot.settings import Settings, key
from bot.store import Store, Transaction
from bot.store.connecting import connect, sqlite_url
from bot.store.past import Past
from tests.desk import LOBBY, MONDAY, STAFF, Desk, account, person
from tests.test_cli import folder_with_a_story

H, M = timedelta(hours=1), timedelta(minutes=1)


def weeks(desk: Desk) -> None:
    """A bit of everything that can happen to an ask."""
    for name in STAFF:
        key = f"{name} came"
        desk.take(
            MembershipChanged(key=key, at=desk.now, account=account(name), place=LOBBY, joined=True)
        )
    desk.says("wei", "away 2026-03-03 @mei")
    with desk.store.transaction() as tx:
        tx.people.hear_hr("office", {date(2026, 3, 4): False})
    desk.posts("ann", "@bob can you send me the test report?")
    desk.until(MONDAY + 5 * H)
    desk.posts("bob", "@ann here it is")
    desk.posts("ann", "@eve could you book the room?")
    desk.now += 5 * M
    desk.says("eve", "promise 2 by Tue 10:00")
    back = desk.posts("mei", "@wei when is the audit?")
    desk.now += 5 * M
    desk.posts("wei", "@mei which audit do you mean?", reply_to=back)
    desk.now += 5 * M
    marked = desk.posts("sam", "the customer wants the certificate")
    desk.says("sam", f"important msg:{marked} @bob")
    desk.now += M
    edited = desk.posts("ann", "@wei can you send me the price list?")
    desk.now += M
    desk.take(
        MessageChanged(
            key="an edit",
            at=desk.now,
            author=account("ann"),
            message=MessageRef(LOBBY, edited),
            text="@wei thanks",
            mentions=(account("wei"),),
        )
    )
    seen = desk.posts("hana", "@grace can we meet today?")
    desk.now += M
    desk.reacts("grace", "✅", seen)
    desk.posts("hana", "@bob can you call me today?")
    desk.now += M
    desk.says("bob", "pass 8 @eve")
    desk.now += M
    desk.says("eve", "accept 8")
    desk.until(MONDAY + 104 * H)


def owed(tx: Transaction, since: datetime) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """What became of every duty, and every nudge, told by what does not depend on ids."""
    duties = {duty.id: duty for duty in Past(tx.rows).owed(since) if duty.kind in ANSWERED}
    told, nudges = [], []
    for id, duty in duties.items():
        assert duty.about is not None
        ends = (duty.state, duty.how, str(duty.responded), str(duty.answer))
        told.append((duty.about.id, str(duty.owed_by), duty.rule, *ends, f"{duty.due}"))
        nudges += [
            (duty.about.id, str(row.step), row.person, f"{row.at}") for row in tx.nudges.of(id)
        ]
    return sorted(told), sorted(nudges)


def played(desk: Desk, since: datetime, change: str = "") -> Outcome:
    with desk.store.reading() as tx:
        script, policy = ledger.script(tx, since), tx.policies.text()
    assert script is not None
    replay = Replay(script, laid_over(policy, change))
    try:
        return replay.run()
    finally:
        replay.close()


@pytest.mark.thorough
def test_under_the_policy_of_then_all_happens_as_it_did(desk: Desk) -> None:
    weeks(desk)
    with desk.store.reading() as tx:
        script, policy = ledger.script(tx, MONDAY), tx.policies.text()
        then = owed(tx, MONDAY)
    assert script is not None
    replay = Replay(script, policy)
    replay.run()
    with replay.store.reading() as tx:
        again = owed(tx, MONDAY)
    replay.close()

    assert again == then
    assert {ending for _, _, _, _, ending, *_ in then[0]} >= {"reaction", "to:eve", "edited"}
    assert len(then[1]) > 10


@pytest.mark.thorough
def test_under_another_policy_it_is_counted_otherwise_and_nothing_is_changed(desk: Desk) -> None:
    weeks(desk)
    with desk.store.reading() as tx:
        before = owed(tx, MONDAY)

    now = played(desk, MONDAY)
    new = played(desk, MONDAY, '[levels.normal]\nremind_at = 0\nmanager_after = "40h"\n')

    assert now.on_rung(1) > new.on_rung(1)
    assert set(now.escalated) == {"bob", "eve", "mei"}
    assert set(new.escalated) == {"bob"}  # marked as important
    with desk.store.reading() as tx:
        assert owed(tx, MONDAY) == before


def test_what_was_settled_by_hand_counts_as_answered() -> None:
    desk = Desk()
    desk.posts("ann", "@bob can you send me the test report?")
    desk.until(MONDAY + 4 * H + 32 * M)
    desk.says("bob", "done 1")
    outcome = played(desk, MONDAY)
    desk.close()

    assert outcome.answered(addressed=True) == 1
    assert [took for _, took in outcome.nudges] == [2 * M]


def test_who_has_left_since_is_taken_to_be_there_still() -> None:
    desk = Desk()
    desk.posts("ann", "@bob can you send me the test report?")
    desk.now += 10 * M
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("bob"), active=False)])
        tx.people.save([replace(person("ann"), active=False)])
    desk.now = MONDAY + 6 * H
    outcome = played(desk, MONDAY)
    desk.close()

    assert [(ask.of, ask.answered_by) for ask in outcome.asks] == [("Bob", None)]
    assert [nudge.person for nudge, _ in outcome.nudges] == ["bob", "bob"]


def test_strangers_and_what_is_said_to_the_bot_alone_ask_nothing() -> None:
    desk = Desk()
    desk.posts("mallory", "@bob when will the samples be ready?")
    direct = replace(desk.message("ann", "@bob are you there?", "m9"), direct=True)
    desk.take(direct)
    outcome = played(desk, MONDAY)
    desk.close()

    assert (outcome.messages, outcome.asks) == (1, ())


def test_where_nothing_was_said_there_is_nothing_to_play(desk: Desk) -> None:
    desk.posts("ann", "@bob can you send me the test report?")
    with desk.store.reading() as tx:
        assert ledger.script(tx, MONDAY + M) is None


def test_what_began_before_is_left_out() -> None:
    desk = Desk()
    first = desk.posts("ann", "@bob can you send me the test report?")
    desk.now += 24 * H
    desk.posts("ann", "good morning")
    desk.says("bob", "promise 1 by Wed 10:00")
    desk.says("sam", f"important msg:{first} @eve")
    outcome = played(desk, MONDAY + M)
    desk.close()

    assert (outcome.messages, outcome.asks, outcome.parked) == (1, (), 0)


# On the terminal


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ann asked, Bob was done with it at once; that was the day before."""
    for name in ("DULY_DATA", "DULY_DATABASE_URL", "DATABASE_URL", "DULY_KEY", "LANG", "LC_ALL"):
        monkeypatch.delenv(name, raising=False)
    found = folder_with_a_story(tmp_path / "data")
    move(found, MONDAY + 24 * H)
    return found


def move(folder: Path, at: datetime) -> None:
    """It is that time in the story, as on the clock of the playground."""
    clock = Clock(ahead=at - wall())
    db = connect(sqlite_url(folder))
    store = Store(db, "main", Seal(key(Settings(data=folder), clock.random), clock.random), clock)
    with store.transaction() as tx:
        tx.listeners.move_clock(clock.ahead)
    db.dispose()


@pytest.mark.thorough
def test_the_last_weeks_are_told_in_counts_and_names(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", "--ledger", "--data", str(folder)]) == 0

    said = capsys.readouterr().out
    assert said.splitlines()[:2] == [
        "One message in one channel.",
        "Asked of somebody: 1, of which 1 were answered.",
    ]
    assert "samples" not in said


@pytest.mark.thorough
def test_a_policy_is_compared_with_the_companys_own(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = tmp_path / "new.toml"
    new.write_text(
        '[[rules]]\nid = "question-to-person"\nclause = "2.2.1-reply"\n'
        'level = "normal"\nwords = ["nothing like it"]\n',
        encoding="utf-8",
    )

    words = ["replay", "--ledger", "--data", str(folder), "--days", "2", "--compare", str(new)]
    assert main(words) == 0

    table = [row.rsplit(maxsplit=2) for row in capsys.readouterr().out.splitlines() if row]
    assert table[:2] == [["now", "new"], ["asked of somebody", "1", "0"]]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("words", "why"),
    [
        ([], "Name a transcript, or our own last weeks: "),
        (["talk.jsonl", "--ledger"], "Name a transcript, or our own last weeks: "),
        (["--ledger", "--days", "0"], "Name between 1 and 366 days."),
        (["--ledger", "--report", "x.xlsx"], "leave --predictions and --report."),
        (["--ledger", "--policy", "nowhere.toml"], "There is no file nowhere.toml."),
    ],
)
def test_wrong_use_says_what_to_do(
    folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], why: str
) -> None:
    assert main(["replay", *words, "--data", str(folder)]) == 2
    assert why in capsys.readouterr().out


def test_a_time_in_which_nothing_was_said_is_told_so(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    move(folder, MONDAY + 90 * 24 * H)

    assert main(["replay", "--ledger", "--data", str(folder)]) == 2
    assert capsys.readouterr().out == "Nothing was said in that time, as far as I saw.\n"
