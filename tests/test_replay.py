"""A transcript goes through the whole bot at its own times, and nobody sees ahead."""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.cli import replay as command
from bot.cli import whatif
from bot.cli.bar import Bar
from bot.cli.people import spoken
from bot.cli.tables import cut, table, width
from bot.policy.figures import Nudge
from bot.policy.reading import read as read_policy
from bot.replay import Ask, Outcome, Replay, chat, laid_over
from bot.transcript import LONGEST_LINE, LONGEST_TEXT, Row, read
from tests.needs import ROOT, need

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
EXAMPLE = ROOT / "examples" / "transcript.jsonl"
POLICY = (ROOT / "examples" / "replay.toml").read_text(encoding="utf-8")
SPLIT = Path("answered") / "answered-dev.tar.xz"


def line(minute: float, author: str, text: str, **other: Any) -> dict[str, Any]:
    """Who is named in a text is written with an @ before the name."""
    words = (word.strip("@,.?!:") for word in text.split() if word.startswith("@"))
    return {
        "id": f"m{minute}",
        "ts": (START + timedelta(minutes=minute)).isoformat(),
        "channel": "lobby",
        "author": author,
        "text": text,
        "mentions": list(words),
        "reply_to": None,
        "is_bot": False,
    } | other


TALK = (
    line(0, "ann", "@bob when will the samples be ready?"),
    line(1, "eve", "@dan could you send me the price list?"),
    line(2, "bob", "@ann on Thursday, the factory says"),
    line(3, "ann", "does anybody know the room for today?"),
    line(4, "eve", "@ann the big one, third floor"),
    line(9, "bob", "good, see you there"),
    line(30, "dan", "@eve here it is, sorry for the wait"),
    line(31, "eve", "thanks"),
)


def written(folder: Path, lines: Iterable[dict[str, Any] | str | bytes]) -> Path:
    file = folder / "talk.jsonl"
    with file.open("wb") as out:
        for each in lines:
            text = json.dumps(each) if isinstance(each, dict) else each
            out.write((text if isinstance(text, bytes) else text.encode()) + b"\n")
    return file


def played(rows: Iterable[Row], policy: str = POLICY) -> Outcome:
    replay = Replay(chat.script(tuple(rows)), policy)
    try:
        return replay.run()
    finally:
        replay.close()


def decisions(outcome: Outcome) -> dict[tuple[str, str | None], str | None]:
    return {(ask.message, ask.of): ask.answered_by for ask in outcome.asks}


def test_what_is_asked_answered_and_nudged_is_found_as_it_was_said(tmp_path: Path) -> None:
    outcome = played(read(written(tmp_path, TALK)).rows)

    assert outcome.asks == (
        Ask(message="m0", of="bob", answered_by="m2"),
        Ask(message="m1", of="dan", answered_by="m30"),
        Ask(message="m3", of=None, answered_by="m4"),
    )
    minutes = [(n.step, n.person, (n.at - START) / timedelta(minutes=1)) for n, _ in outcome.nudges]
    assert minutes == [(1, "staff/dan", 8.5), (2, "staff/dan", 11), (3, "staff/(head)", 21)]
    assert (outcome.cards, outcome.loads, outcome.needless) == (3, [2], 1)
    assert (outcome.addressed, outcome.to_the_room, outcome.parked) == (2, 1, 0)


def test_the_end_of_the_transcript_is_the_end_of_nudging(tmp_path: Path) -> None:
    outcome = played(read(written(tmp_path, TALK[:2])).rows)

    assert [ask.answered_by for ask in outcome.asks] == [None, None]
    assert outcome.nudges == ()


def test_a_channel_that_ends_is_not_nudged_about_while_another_goes_on(tmp_path: Path) -> None:
    elsewhere = line(90, "eve", "good evening", channel="garden")

    outcome = played(read(written(tmp_path, [*TALK[:1], elsewhere])).rows)

    assert (outcome.channels, outcome.nudges) == (2, ())


def test_a_quoting_reply_answers(tmp_path: Path) -> None:
    talk = (
        line(0, "ann", "@bob when will the samples be ready?"),
        line(1, "bob", "on Thursday", reply_to="m0"),
    )

    assert played(read(written(tmp_path, talk)).rows).asks[0].answered_by == "m1"


def test_a_promise_and_a_question_back_are_responses(tmp_path: Path) -> None:
    talk = (
        line(0, "ann", "@bob could you send me the price list?"),
        line(1, "bob", "@ann I'll send it by 17:00"),
        line(2, "eve", "@dan which samples do we send to the customer?"),
        line(3, "dan", "@eve which customer do you mean?", reply_to="m2"),
        line(5, "eve", "@dan the one in Xiamen", reply_to="m3"),
        line(6, "dan", "@eve the blue ones", reply_to="m2"),
        line(30, "bob", "@ann here is the price list"),
    )

    outcome = played(read(written(tmp_path, talk)).rows)

    assert outcome.asks == (
        Ask(message="m0", of="bob", answered_by="m1"),
        Ask(message="m2", of="dan", answered_by="m3"),
        Ask(message="m3", of="eve", answered_by="m5"),
    )
    assert (outcome.promises, outcome.asked_back, outcome.nudges) == (1, 1, ())


def test_a_question_back_that_names_nobody_is_the_room_s_too(tmp_path: Path) -> None:
    talk = (
        line(0, "ann", "@bob could you send me the price list?"),
        line(1, "bob", "which one, the old or the new?"),
        line(2, "ann", "@bob the new one"),
    )

    asks = played(read(written(tmp_path, talk)).rows).asks

    assert Ask(message="m1", of="ann", answered_by="m2") in asks
    assert Ask(message="m1", of=None, answered_by="m2") in asks


def test_how_long_a_nudge_was_ahead_is_counted_to_the_next_response(tmp_path: Path) -> None:
    talk = (
        line(0, "ann", "@bob could you send me the price list?"),
        line(1, "bob", "@ann I'll send it in 30 minutes"),
        line(34, "bob", "@ann here is the price list"),
    )

    (outcome,) = (played(read(written(tmp_path, talk)).rows),)

    assert [took for _, took in outcome.nudges] == [timedelta(minutes=3)]
    assert outcome.needless == 1


def test_bots_neither_ask_nor_answer_nor_owe(tmp_path: Path) -> None:
    talk = (
        line(0, "robot", "@bob did you see this build fail?", is_bot=True),
        line(1, "ann", "@robot what happened?"),
        line(2, "bob", "@ann no idea"),
    )

    assert played(read(written(tmp_path, talk)).rows).asks == ()


def test_who_never_speaks_can_be_asked_and_is_nudged(tmp_path: Path) -> None:
    talk = line(0, "ann", "@zoe are you there?"), line(20, "ann", "well")

    outcome = played(read(written(tmp_path, talk)).rows)

    assert {nudge.person for nudge, _ in outcome.nudges} == {"staff/zoe"}


@pytest.fixture(scope="module")
def example() -> tuple[tuple[Row, ...], Outcome]:
    rows = read(EXAMPLE).rows
    return rows, played(rows)


def test_the_example_replays_and_something_in_it_goes_unanswered(
    example: tuple[tuple[Row, ...], Outcome],
) -> None:
    rows, outcome = example

    assert len(rows) == outcome.messages == 210
    unanswered = [ask for ask in outcome.asks if ask.of and ask.answered_by is None]
    assert len(unanswered) >= 10
    assert outcome.on_rung(1) >= outcome.on_rung(2) >= outcome.on_rung(3) > 0


SLOW = """
[levels.normal]
within = "600m"
manager_after = "600m"
head_after = "1440h"
lapse_after = "600d"
"""  # sixty times what examples/replay.toml allows


def nudges_of(outcome: Outcome, start: datetime, pace: int) -> list[tuple[str, int, float]]:
    """Who was nudged, on which rung, when: in seconds of talk that goes at `pace`."""
    return [
        (nudge.person, nudge.step, (nudge.at - start).total_seconds() / pace)
        for nudge, _ in outcome.nudges
    ]


@pytest.mark.thorough
def test_slower_talk_is_judged_alike(example: tuple[tuple[Row, ...], Outcome]) -> None:
    rows, outcome = example
    first = rows[0].at
    slow = [replace(row, at=first + 60 * (row.at - first)) for row in rows]

    slower = played(slow, laid_over(POLICY, SLOW))

    assert decisions(slower) == decisions(outcome)
    assert slower.promises == outcome.promises == 0  # their times are not stretched
    assert nudges_of(slower, first, 60) == nudges_of(outcome, first, 1)


@pytest.mark.thorough
def test_slower_talk_under_the_same_policy_is_judged_alike_and_nudged_more(
    example: tuple[tuple[Row, ...], Outcome],
) -> None:
    rows, outcome = example
    first = rows[0].at

    slow = played(replace(row, at=first + 60 * (row.at - first)) for row in rows)

    assert decisions(slow) == decisions(outcome)
    assert len(slow.nudges) > len(outcome.nudges)


@pytest.mark.parametrize("length", [40, 111, 160])
def test_nothing_is_judged_by_what_came_later(
    example: tuple[tuple[Row, ...], Outcome], length: int
) -> None:
    rows, outcome = example
    known = {row.id for row in rows[:length]}

    early = decisions(played(rows[:length]))

    later = decisions(outcome)
    assert early == {
        ask: answer if answer in known else None for ask, answer in later.items() if ask[0] in known
    }


def test_working_hours_of_a_policy_hold_nudges_back(tmp_path: Path) -> None:
    late = timedelta(hours=11)  # 20:00
    rows = read(written(tmp_path, TALK[1:2])).rows
    rows = tuple(replace(row, at=row.at + late) for row in rows)
    ending = replace(rows[0], id="end", author="ann", at=rows[0].at + timedelta(days=1), text="hi")
    hours = "\n".join(f'{day} = ["09:00-17:00"]' for day in ("monday", "tuesday"))

    outcome = played(
        (*rows, replace(ending, mentions=())), laid_over(POLICY, f"[calendars.office]\n{hours}")
    )

    first = outcome.nudges[0][0].at - START
    assert first == timedelta(days=1, minutes=7.5)


BROKEN = [
    ("{", "is not JSON"),
    ("[" * 100_000, "is not JSON"),
    ("[]", "no JSON object"),
    ('{"id": "a"}', "There is no ts: add it."),
    (b"\xff\xfe{}", "is not UTF-8"),
    ({"ts": "yesterday"}, "ts must be a time with its zone"),
    ({"ts": "2026-03-02T09:00:00"}, "ts must be a time with its zone"),
    ({"ts": "0001-01-01T00:00:00+00:00"}, "ts must be a time with its zone"),
    ({"ts": 7}, "ts must be a time with its zone"),
    ({"ts": "2026-03-02T08:59:00+00:00"}, "said before line 1 of the same channel"),
    ({"id": "m0"}, "stands on line 1 already"),
    ({"id": ""}, "id must be a text that is not empty"),
    ({"author": None}, "author must be a text"),
    ({"channel": "\ud800"}, "channel must be a text"),
    ({"text": 3}, "text must be a text"),
    ({"mentions": "bob"}, "mentions must be a list of names"),
    ({"mentions": [["bob"]]}, "mentions must be a list of names"),
    ({"reply_to": 5}, "reply_to must be the id of a message, or null"),
    ({"is_bot": "no"}, "is_bot must be true or false"),
    ({"text": "x" * (LONGEST_TEXT + 1)}, "more than the 40,000"),
    ('{"text": "' + "x" * LONGEST_LINE + '"}', "longer than a message can be"),
]


@pytest.mark.parametrize(("broken", "why"), BROKEN, ids=[why for _, why in BROKEN])
def test_a_broken_line_is_left_out_and_explained(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    broken: dict[str, Any] | str | bytes,
    why: str,
) -> None:
    bad = line(1, "eve", "hello") | broken if isinstance(broken, dict) else broken
    file = written(tmp_path, [TALK[0], bad, TALK[2]])

    code = main(["replay", str(file)])

    said = capsys.readouterr().out
    assert code == 1
    assert "Line 2: " in said
    assert why in said
    assert "One line was left out" in said
    assert "2 messages in one channel" in said
    assert "Asked of somebody: 1, of which 1 were answered." in said


def test_any_text_at_all_is_heard(tmp_path: Path) -> None:
    texts = (
        "",
        "  ",
        "🙂",
        "\u202egnp.exe",
        "\x00\x07",
        "\ud800",
        "<@U1> *b* =1+1",
        "x" * LONGEST_TEXT,
    )
    talk = [line(n, "ann", text, mentions=["bob"]) for n, text in enumerate(texts)]

    outcome = played(read(written(tmp_path, talk)).rows)

    assert (outcome.messages, outcome.parked) == (len(texts), 0)


@pytest.mark.parametrize("lines", [[], ["", "  "], ["no", "json"]])
def test_nothing_usable_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: list[str]
) -> None:
    assert main(["replay", str(written(tmp_path, lines))]) == 2
    assert "There is no message in" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["nowhere.jsonl"], "There is no file nowhere.jsonl."),
        ([str(EXAMPLE), "--policy", "nowhere.toml"], "There is no file nowhere.toml."),
        ([str(EXAMPLE), "--predictions", "/no/such/folder/x"], "cannot be written"),
        ([str(EXAMPLE), "--report", "report.pdf"], "ends in .xlsx"),
        ([str(EXAMPLE), "--policy", str(EXAMPLE)], "line 1: This is not TOML"),
    ],
)
def test_wrong_use_says_what_to_do(
    capsys: pytest.CaptureFixture[str], words: list[str], why: str
) -> None:
    assert main(["replay", *words]) == 2
    assert why in capsys.readouterr().out


def test_predictions_and_the_workbook_are_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    predictions, report = tmp_path / "out.jsonl", tmp_path / "out.xlsx"
    file = written(tmp_path, TALK)

    code = main(["replay", str(file), "--predictions", str(predictions), "--report", str(report)])

    assert code == 0
    assert [json.loads(each) for each in predictions.read_text().splitlines()] == [
        {"message_id": "m0", "addressee": "bob", "answered_by": "m2"},
        {"message_id": "m1", "addressee": "dan", "answered_by": "m30"},
        {"message_id": "m3", "addressee": None, "answered_by": "m4"},
    ]
    assert report.read_bytes().startswith(b"PK")
    assert capsys.readouterr().out.splitlines()[2:] == [
        "8 messages in one channel.",
        "Asked of somebody: 2, of which 2 were answered.",
        "Asked of the room: 1, of which 1 were answered.",
        "Promises heard: 0. Asked back: 0.",
        "Nudges that would have been sent: 3 (1 before the answer was due, 1 when it was due, "
        "1 to the manager, 0 to who leads the manager).",
        "One person nudged.",
    ]


def test_two_policies_are_compared_side_by_side(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = tmp_path / "new.toml"
    new.write_text('[levels.normal]\nwithin = "25m"\nremind_at = 0\n', encoding="utf-8")

    assert main(["replay", str(written(tmp_path, TALK)), "--compare", str(new)]) == 0

    table = [row.rsplit(maxsplit=2) for row in capsys.readouterr().out.splitlines()]
    assert table[0] == ["now", "new"]
    assert ["nudges", "3", "1"] in table
    assert ["… before it is due", "1", "0"] in table
    assert ["answered within 10 minutes of the nudge anyway", "1", "1"] in table


def test_of_whom_only_one_policy_tells_is_marked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = tmp_path / "new.toml"
    new.write_text('[levels.normal]\nmanager_after = "20m"\n', encoding="utf-8")

    assert main(["replay", str(written(tmp_path, TALK)), "--compare", str(new)]) == 0

    said = capsys.readouterr().out.splitlines()
    assert said[-2:] == [
        "Of whom somebody above them hears, and how often:",
        "dan  1  0  only now",
    ]


@pytest.mark.parametrize("tongue", ["C", "zh_CN.UTF-8", "zh_TW.UTF-8"])
def test_the_table_fits_a_terminal_in_every_language(
    monkeypatch: pytest.MonkeyPatch,
    example: tuple[tuple[Row, ...], Outcome],
    tongue: str,
) -> None:
    monkeypatch.setenv("LC_ALL", tongue)
    _, outcome = example
    crowd = {f"staff/{n}": "某某某 with a name that goes on and on and on " * n for n in range(12)}
    late = [(Nudge(id, 4, "boss", START), None) for id in crowd]
    many = replace(
        outcome,
        names=dict(outcome.names) | crowd,
        owners=dict(outcome.owners) | {id: id for id in crowd},
        nudges=(*outcome.nudges, *late),
    )

    said = list(whatif.compared(many, outcome))

    assert max(map(width, said)) <= 80
    assert len(said[said.index("") :]) == 13  # a heading, ten people, how many more
    assert len({width(each) for each in said[: said.index("")]}) == 1


def test_our_own_faults_are_counted(example: tuple[tuple[Row, ...], Outcome]) -> None:
    words = spoken()

    said = [words(what) for what in whatif.told(replace(example[1], parked=2))]

    assert said[-1] == "2 messages could not be handled, a fault of ours: please report it."


def test_tables_stand_straight_and_names_are_cut() -> None:
    rows = [("a", "1"), ("中文", "1,000")]

    assert list(table(rows, right=(1,))) == ["a         1", "中文  1,000"]
    assert cut("中文中文中文", 7) == "中文中…"
    assert cut("two\nlines", 20) == "two lines"


def test_one_policy_file_over_another_reads_as_both() -> None:
    rule = 'id = "ünusual \\"rule\\""\nclause = "2.2.1-reply"\nlevel = "normal"\n'
    theirs = f"[answers]\nsure = 0.7\n[[rules]]\n{rule}"

    both = read_policy(laid_over(POLICY, theirs))

    assert (both.answers.sure, both.bursts, both.name) == (0.7, False, "Replay")
    assert [rule.id for rule in both.rules][-1] == 'ünusual "rule"'
    assert len(both.rules) == len(read_policy(POLICY).rules) + 1


def test_the_policy_of_the_annotators_differs_in_nothing_but_what_thanks_are() -> None:
    theirs = (ROOT / "examples" / "annotators.toml").read_text(encoding="utf-8")
    ours, both = read_policy(POLICY), read_policy(laid_over(POLICY, theirs))

    assert not ours.answers.acknowledgement_settles
    assert both == replace(ours, answers=replace(ours.answers, acknowledgement_settles=True))


def test_long_runs_say_how_far_they_are() -> None:
    class Screen:
        def __init__(self, *, watched: bool) -> None:
            self.watched, self.text = watched, ""

        def isatty(self) -> bool:
            return self.watched

        def write(self, text: str) -> int:
            self.text += text
            return len(text)

        def flush(self) -> None:
            pass

    seen, unseen = Screen(watched=True), Screen(watched=False)
    for screen in (seen, unseen):
        bar = Bar(2000, screen, started=-100.0)  # type: ignore[arg-type]
        bar.draw(500)
        bar.draw(501)
        bar.clear()

    assert seen.text.startswith("\r[########")
    assert "25%  500 / 2,000" in seen.text
    assert seen.text.endswith("\r\x1b[K")
    assert unseen.text.count("\n") == 1


def test_looking_at_the_help_loads_nothing_heavy() -> None:
    sub = argparse.ArgumentParser().add_subparsers()
    command.add(sub)
    code = "import bot.cli.replay, sys; raise SystemExit('sqlalchemy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 0


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.no_cover
def test_the_annotated_chats_are_judged_as_well_as_ever(tmp_path: Path) -> None:
    """Floors, well below the figures in docs/judgement.md."""
    folder = Path(need("shared")) / "data" / "answered"
    subprocess.run(["tar", "-xJf", str(folder / SPLIT.name), "-C", str(tmp_path)], check=True)
    found = next(tmp_path.rglob("dev/transcripts.jsonl"))
    predictions = tmp_path / "dev.jsonl"
    assert main(["replay", str(found), "--predictions", str(predictions)]) == 0

    def scored(*options: str) -> dict[str, float]:
        words = ["--gold", str(found.parent), "--pred", str(predictions), "--json", "--boot", "0"]
        done = subprocess.run(
            [sys.executable, str(folder / "score.py"), *words, *options],
            check=True,
            capture_output=True,
            text=True,
        )
        figures: dict[str, float] = json.loads(done.stdout)
        return figures

    addressed, to_the_room = scored(), scored("--open")
    assert addressed["F1"] > 0.82
    assert addressed["false_nudge"] < 0.11
    assert to_the_room["F1"] > 0.72
    assert to_the_room["false_nudge"] < 0.21
