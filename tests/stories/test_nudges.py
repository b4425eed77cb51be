"""Who is nudged, with which card, and how much of it a day. Policy 1.3-moderate, 2.2.1-reply."""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.cli import policy
from bot.handlers import deeds, ladder
from bot.policy.duties import Duty, Kind
from bot.policy.people import Absence
from bot.store.schema import demotions, nudges
from bot.words import Reader, Say, render
from tests.desk import MONDAY, Desk, person

H, M, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
ASK = "@bob when will the samples be ready?"
NUDGED = MONDAY + 4 * H + 30 * M  # three of four working hours, lunch between
QUIET = "[nudges]\ndigest = false\n"


@pytest.fixture
def plain() -> Iterator[Desk]:
    """Nobody gets a digest."""
    desk = Desk(policy=QUIET)
    yield desk
    desk.close()


def opened(desk: Desk, **changes: object) -> Duty:
    """Something that Bob owes Ann, of any kind."""
    with desk.store.transaction() as tx:
        book = tx.policies.current()
        values: dict[str, object] = {
            "kind": "reply",
            "owed_by": "bob",
            "owed_to": "ann",
            "level": book.levels["normal"],
            "clause": "2.2.1-reply",
            "rule": "question-to-person",
            "start": desk.now,
        }
        return deeds.open_duty(tx, deeds.Opening(**(values | changes)))  # type: ignore[arg-type]


def emergency(desk: Desk) -> Duty:
    with desk.store.transaction() as tx:
        level = tx.policies.current().levels["emergency"]
    return opened(desk, level=level, rule="emergency", clause="1.3-moderate", authorised_by="sam")


def cards(desk: Desk, who: str) -> list[str]:
    return [line.text.split("\n")[0] for line in desk.paper.lines if line.to == who]


def whys(desk: Desk, who: str) -> list[str]:
    told = (line.card for line in desk.paper.lines if line.to == who)
    return [in_words(card.why) for card in told if card and card.why]


def in_words(why: object) -> str:
    assert isinstance(why, Say)
    return render(why, Reader("en", "Asia/Shanghai"), str)


# What a nudge says


def test_a_nudge_says_its_rule_its_clause_and_the_arithmetic_of_the_clock(desk: Desk) -> None:
    desk.posts("ann", ASK)
    desk.until(MONDAY + 6 * H)

    gentle, due = whys(desk, "bob")
    assert gentle == "Asked by name: clause 2.2.1-reply; 60 of 240 working minutes left."
    assert due == (
        "Asked by name: clause 2.2.1-reply; the 240 working minutes allowed are over now."
    )
    desk.until(MONDAY + 8 * H)
    assert whys(desk, "mei") == [
        "Asked by name: clause 2.2.1-reply; 120 working minutes over the 240 allowed."
    ]


def test_a_broken_promise_is_told_by_how_much(desk: Desk) -> None:
    desk.posts("ann", ASK)
    desk.says("bob", "promise 1 in 2 hours")
    desk.until(MONDAY + 8 * H)

    assert whys(desk, "mei")[-1].endswith("; 120 minutes over the promised time.")


@pytest.mark.parametrize(
    ("kind", "title", "labels"),
    [
        (
            "acknowledge",
            "«Ann» waits for your word that you have read this",
            ["Received and understood", "No reply needed"],
        ),
        ("accept", "«Ann» asks whether you take it over", ["Accept", "Decline"]),
        (
            "act",
            "«Ann» waits for this: Do",
            ["I have answered", "I will reply by …", "Pass on", "No reply needed"],
        ),
    ],
)
def test_each_kind_has_its_words_and_its_ways_out(
    plain: Desk, kind: Kind, title: str, labels: list[str]
) -> None:
    opened(plain, kind=kind)
    plain.until(NUDGED)

    line = plain.paper.seen_by("bob")[-1]
    assert line.card is not None
    assert line.text.split("\n")[0] == title
    assert [button.label.sentence for button in line.card.buttons] == labels


def test_a_reader_has_one_card_about_a_duty_not_a_row_of_them(plain: Desk) -> None:
    plain.posts("ann", ASK)
    plain.until(MONDAY + 6 * H)

    assert cards(plain, "bob") == [
        "«Ann» is waiting for your answer",
        "Your answer to «Ann» is due",
    ]
    assert [line.text.split("\n")[0] for line in plain.paper.seen_by("bob")] == [
        "Your answer to «Ann» is due"
    ]


# Up the ladder


@pytest.mark.thorough
def test_who_leads_the_manager_hears_of_it_last_and_then_it_lapses(plain: Desk) -> None:
    plain.posts("ann", ASK)
    plain.until(MONDAY + 3 * DAY)

    told = [(line.to, line.text.split("\n")[0]) for line in plain.paper.lines]
    assert told[-2:] == [
        ("mei", "您的团队有逾期：«Bob»"),
        ("grace", "Still late, below you: «Bob»"),
    ]
    assert "«Mei», who leads them, heard of it at Mon 2 Mar, 16:30." in plain.paper.lines[-1].text
    plain.until(MONDAY + 30 * DAY)
    assert plain.duty(1).state == "lapsed"
    assert cards(plain, "ann")[-1].startswith("«Bob» never answered #1")


@pytest.mark.parametrize(
    ("asker", "hears"),
    [
        pytest.param("grace", [], id="never who waits for it"),
        pytest.param("mei", ["grace"], id="the manager waits: only who leads them hears"),
    ],
)
def test_nobody_hears_of_what_they_wait_for_themselves(
    plain: Desk, asker: str, hears: list[str]
) -> None:
    opened(plain, owed_to=asker)
    plain.until(MONDAY + 3 * DAY)

    assert [line.to for line in plain.paper.lines if line.to == "grace"] == hears
    assert not cards(plain, "mei") or asker != "mei"


def test_after_an_outage_nothing_lapses_before_somebody_heard_of_it(plain: Desk) -> None:
    plain.posts("ann", ASK)
    plain.wait(42 * DAY)
    assert (plain.duty(1).live, cards(plain, "bob")) == (True, ["Your answer to «Ann» is due"])

    plain.until(plain.now + DAY + M)
    assert cards(plain, "grace") == ["Still late, below you: «Bob»"]
    plain.until(plain.now + DAY + M)
    assert plain.duty(1).state == "lapsed"


def test_what_is_held_is_left_alone(plain: Desk) -> None:
    duty = opened(plain)
    with plain.store.transaction() as tx:
        deeds.hold(tx, duty, "asked_back")
        tx.dues.add(plain.now, ladder.LADDER, duty.id, 2)  # though one should be left over

    assert plain.until(MONDAY + 10 * DAY) == []


def test_what_is_held_while_its_nudge_waits_is_not_nudged_about(plain: Desk) -> None:
    duty = opened(plain)
    plain.now = NUDGED
    plain.bot.ticker.ring()
    with plain.store.transaction() as tx:
        deeds.hold(tx, duty, "asked_back")

    assert plain.wait(M) == []


# An emergency


def test_an_emergency_is_nudged_at_night_and_says_who_authorised_it(desk: Desk) -> None:
    desk.now += 12 * H  # nine in the evening
    emergency(desk)
    said = desk.until(desk.now + 2 * H)

    assert [each.split(":")[0] for each in said] == ["bob", "bob", "mei"]
    assert "This is an emergency; «Sam» authorised it." in said[0]
    assert whys(desk, "bob")[0] == (
        "An emergency, authorised by Sam: clause 1.3-moderate; 59 of 60 minutes left."
    )


def test_an_emergency_minds_no_pause_no_leave_and_no_cap() -> None:
    desk = Desk(policy="[nudges]\nper_day = 0\nper_pair = 0\nper_sender = 0\n")
    desk.says("bob", "pause until Fri 09:00")
    desk.says("bob", "away 2026-03-02..2026-03-04")
    emergency(desk)

    assert cards(desk, "bob")[2:] == []
    desk.until(MONDAY + 45 * M)
    assert cards(desk, "bob")[2:] == ["«Ann» is waiting for your answer"]
    desk.close()


# Enough for a day


def ask_in_threads(desk: Desk, whom: str, asker: str, many: int) -> None:
    for number in range(many):
        desk.posts(
            asker,
            f"@{whom} when will the samples be ready? ({number})",
            reply_to=desk.posts("grace", "a thread"),
        )


def test_what_one_asker_wants_beyond_the_cap_of_a_pair_waits_for_the_digest(desk: Desk) -> None:
    ask_in_threads(desk, "bob", "ann", 5)
    desk.until(MONDAY + 8 * H)
    assert cards(desk, "bob") == ["3 things wait for you"] * 2

    desk.until(MONDAY + DAY)
    assert cards(desk, "bob")[2:] == ["Your day: 5 things wait"]


def test_what_one_asker_wants_of_everybody_has_a_cap_too() -> None:
    desk = Desk(policy="[nudges]\nper_sender = 2\n")
    for whom in ("bob", "wei", "eve"):
        ask_in_threads(desk, whom, "ann", 1)
    desk.until(MONDAY + 6 * H)

    nudged = {line.to for line in desk.paper.lines}
    assert len(nudged) == 2
    desk.until(MONDAY + DAY)
    assert {line.to for line in desk.paper.lines if line.key.startswith("digest/")} >= {
        "bob",
        "wei",
        "eve",
    }
    desk.close()


def test_without_digests_what_waits_comes_at_their_hour_as_one_card() -> None:
    desk = Desk(policy=QUIET + 'per_pair = 1\ndigest_at = "10:00"\n')
    ask_in_threads(desk, "bob", "ann", 4)
    desk.until(MONDAY + DAY + H - M)
    assert cards(desk, "bob") == ["«Ann» is waiting for your answer", "Your answer to «Ann» is due"]
    desk.until(MONDAY + DAY + H + M)

    assert cards(desk, "bob")[2:] == ["3 things wait for you"]
    desk.close()


# A pause


def test_a_paused_person_hears_nothing_and_then_all_of_it_in_one_card(desk: Desk) -> None:
    assert desk.says("bob", "pause until Wed 09:00")[0].startswith(
        "bob: No nudges until Wed 4 Mar, 09:00.\n"
        "The clock of what you owe goes on, and your manager still hears of what is late."
    )
    desk.posts("ann", ASK)
    desk.posts("eve", "@bob could you send me the contract?")
    desk.until(MONDAY + 2 * DAY - M)
    assert cards(desk, "bob")[1:] == []
    assert cards(desk, "mei")[:1] == ["您的团队有 2 项逾期未答复"]

    desk.until(MONDAY + 2 * DAY + H)
    assert cards(desk, "bob")[1:] == ["Your day: 2 things wait"]


def test_a_pause_is_shown_asked_for_ended_and_never_too_long(desk: Desk) -> None:
    desk.says("bob", "pause")
    assert desk.submits("bob", until="in 2 hours")[0].startswith("bob: No nudges until")
    assert desk.says("bob", "pause")[0].startswith("bob: No nudges until Mon 2 Mar, 11:00.")
    assert desk.presses("bob", "End the pause") == [
        "bob: The pause is over: nudges reach you again."
    ]
    assert desk.says("bob", "pause off") == [
        "bob: Nothing is paused: nudges reach you in your working time."
    ]
    assert desk.says("bob", "pause until 2026-03-30 09:00")[0].startswith(
        "bob: A pause may be at most 14 days long."
    )
    assert "has passed" in desk.says("bob", "pause until 2026-03-01 09:00")[0]
    assert desk.says("bob", "pause whenever")[0].startswith("bob: I cannot read this time.")


def test_a_pause_that_ends_early_lets_nudges_through(desk: Desk) -> None:
    desk.says("bob", "pause until Wed 09:00")
    desk.posts("ann", ASK)
    desk.until(MONDAY + 8 * H)
    desk.says("bob", "pause off")

    assert "bob: Your day: 1 thing waits" in desk.titles(desk.until(MONDAY + DAY + M))


# Whose nudges are right


def settled(desk: Desk, words: str, many: int) -> None:
    """So many mornings on which Bob answers a nudge with `words`."""
    for _ in range(many):
        morning, duty = desk.now, opened(desk)
        desk.until(morning + 5 * H)
        desk.says("bob", f"{words} {duty.number}")
        desk.until(morning + DAY)


def labels(desk: Desk) -> set[str | None]:
    with desk.store.db.connect() as conn:
        return {row.label for row in conn.execute(sa.select(nudges))}


def demoted(desk: Desk) -> list[tuple[str, int, int]]:
    with desk.store.db.connect() as conn:
        found = conn.execute(sa.select(demotions))
        return [(row.rule, row.wrong, row.judged) for row in found]


@pytest.mark.parametrize(
    ("state", "how", "label"),
    [
        ("done", "answered:thread", "right"),
        ("done", "reaction", "right"),
        ("passed", "to:eve", "right"),
        ("done", "said so", "wrong"),
        ("dropped", "by:ann", "wrong"),
        ("dropped", "silence", "wrong"),
        ("dropped", "deleted", None),
        ("dropped", "edited", None),
        ("excused", "away", None),
        ("lapsed", "nobody answered", None),
    ],
)
def test_what_ended_it_says_whether_its_nudge_was_right(
    desk: Desk, state: str, how: str, label: str | None
) -> None:
    duty = opened(desk)
    desk.until(NUDGED)
    with desk.store.transaction() as tx:
        ending = deeds.Ending(how, desk.now)
        deeds.settle(tx, tx.duties.many([duty.id])[duty.id], state, ending)  # type: ignore[arg-type]

    assert labels(desk) == {label}


def test_a_promise_after_the_nudge_says_that_it_was_right(desk: Desk) -> None:
    desk.posts("ann", ASK)
    desk.until(NUDGED)
    desk.says("bob", "promise 1 in 2 hours")
    desk.says("bob", "done 1")

    assert labels(desk) == {"right"}


def test_a_rule_that_is_mostly_wrong_waits_for_the_digest_and_it_is_told() -> None:
    text = "[nudges]\njudged = 3\nwrong_at_most = 40\nper_day = 99\n"
    desk = Desk(policy=f"{text}[supervision]\ndaily = false\n")
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("wei"), roles=frozenset({"it"}))])
    settled(desk, "done", 2)
    assert demoted(desk) == []
    settled(desk, "done", 1)
    assert demoted(desk) == [("question-to-person", 3, 3)]
    assert len(cards(desk, "wei")) == 1

    seen = len(desk.paper.lines)
    desk.posts("ann", ASK)
    desk.until(MONDAY + 4 * DAY - M)
    assert [line.key.split("/")[0] for line in desk.paper.lines[seen:] if line.to == "bob"] == []
    desk.until(MONDAY + 4 * DAY)
    assert [line.key.split("/")[0] for line in desk.paper.lines[seen:] if line.to == "bob"] == [
        "digest"
    ]
    desk.close()


def test_a_new_version_of_the_policy_starts_afresh() -> None:
    text = "[nudges]\njudged = 2\nper_day = 99\n"
    desk = Desk(policy=text)
    settled(desk, "done", 2)
    assert demoted(desk) != []
    with desk.store.transaction() as tx:
        tx.policies.adopt(text + "per_pair = 4\n")
    seen = len(desk.paper.lines)
    desk.posts("ann", ASK)
    desk.until(desk.now + 5 * H)

    assert "nudge" in {line.key.split("/")[0] for line in desk.paper.lines[seen:]}
    desk.close()


def test_when_it_is_sent_is_when_it_is_told(desk: Desk) -> None:
    """Planned in the evening at the last minute, sent in the morning."""
    opened(desk)
    desk.now = NUDGED
    desk.bot.ticker.ring()
    desk.now = MONDAY + 5 * H
    desk.wait(timedelta(0))

    with desk.store.db.connect() as conn:
        [row] = conn.execute(sa.select(nudges))
    assert row.at == MONDAY + 5 * H
    assert (row.rule, row.asker, row.sent) == ("question-to-person", "ann", True)


def test_somebody_on_leave_hears_of_it_when_they_are_back_at_once(plain: Desk) -> None:
    with plain.store.transaction() as tx:
        tx.people.absent(Absence(person="mei", start=MONDAY, end=MONDAY + 2 * DAY))
    plain.posts("ann", ASK)
    plain.until(MONDAY + 2 * DAY - M)
    assert cards(plain, "mei") == []
    plain.until(MONDAY + 2 * DAY + M)

    assert cards(plain, "mei") == ["您的团队有逾期：«Bob»"]


def test_the_terminal_shows_how_often_each_rule_was_right() -> None:
    desk = Desk(policy="[nudges]\njudged = 2\n")
    settled(desk, "done", 2)
    duty = opened(desk, rule="marked")
    desk.until(desk.now + 5 * H)
    with desk.store.transaction() as tx:
        deeds.settle(
            tx, tx.duties.many([duty.id])[duty.id], "done", deeds.Ending("reaction", desk.now)
        )
    lines: list[str] = []

    assert policy.run(argparse.Namespace(deed="rules"), desk.store, lines.append) == 0
    assert lines[0] == "Under policy version 1:"
    assert "question-to-person: 2 nudges judged, 100% of them wrong; waits for the digest" in lines
    assert "marked: 1 nudge judged, 0% of them wrong; goes out at once" in lines
    assert "urgent-words: 0 nudges judged; goes out at once" in lines
    desk.close()
