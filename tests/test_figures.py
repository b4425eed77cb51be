"""Rates, times and promises: worked out by hand, then held against a plain recount."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.policy import figures, particulars, periods
from bot.policy.approvals import Request
from bot.policy.duties import Duty, State
from bot.policy.figures import Beyond, Fact, Nudge, Rate, TooFew
from bot.policy.hours import Calendar, Interval
from bot.policy.people import Absence, Directory

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OFFICE = Calendar(name="office", zone="Asia/Shanghai", country="CN")
OCTOBER = periods.parse("2026-10", "Asia/Shanghai")
MADE = datetime(2026, 11, 3, tzinfo=UTC)
DUE = datetime(2026, 10, 13, 6, tzinfo=UTC)  # a Tuesday, 14:00 in Shanghai
DUTY = Duty(
    id="1", number=1, kind="reply", owed_by="ann", owed_to="bob", clause="2.2.1-reply", rule="r",
    level="normal", policy=1, calendar="office", start=DUE - 4 * HOUR, due=DUE, first_due=DUE,
)  # fmt: skip
REQUEST = Request(
    id="r", number=2, kind="notice", requester="ann", class_name="notice", clause="3.2.2",
    policy=1, form={}, digest="", at=DUE,
)  # fmt: skip


def clock(person: str | None, calendar: str) -> tuple[Calendar, Sequence[Interval]]:
    assert calendar == "office"
    leave = [Interval(DUE + DAY - 10 * HOUR, DUE + DAY + 14 * HOUR)]
    return OFFICE, leave if person == "eve" else []


def duty(closed: datetime | None = None, state: State = "done", **changes: object) -> Duty:
    return replace(DUTY, state=state, closed=closed, **changes)  # type: ignore[arg-type]


def fact(one: Duty, closes: datetime = MADE) -> Fact:
    return figures.fact(one, closes, {"told"}, clock)


def answered(*minutes: int | None) -> list[Fact]:
    spans = [None if each is None else timedelta(minutes=each) for each in minutes]
    return [Fact(DUTY, took, True, None, False) for took in spans]


def test_what_was_not_answered_is_neither_answered_nor_on_time() -> None:
    facts = [
        fact(duty(DUE)),
        fact(duty(DUE + HOUR)),
        fact(duty(None, "open")),
        fact(duty(None, "lapsed")),
    ]

    assert figures.response_rate(facts) == Rate(2, 4)
    assert figures.on_time_rate(facts) == Rate(1, 4)
    assert figures.escalation_rate([*facts, fact(duty(id="told"))]) == Rate(1, 5)


def test_an_answer_after_the_books_closed_does_not_count() -> None:
    late = fact(duty(DUE + HOUR), closes=DUE + HOUR / 2)

    assert late.took is None
    assert not late.answered


def test_a_rate_of_nothing_is_no_number() -> None:
    assert figures.on_time_rate([]) == TooFew(0, 1)
    assert figures.promises_kept([]) == TooFew(0, 1)
    assert figures.holding_share([]) == TooFew(0, 1)


def test_who_is_counted_goes_by_due_time_without_dropped_excused_and_passed() -> None:
    outside = [duty(due=OCTOBER.start - HOUR), duty(due=OCTOBER.end)]
    exempt = [duty(None, "dropped"), duty(None, "excused"), duty(None, "passed")]
    inside = [duty(due=OCTOBER.start), duty(None, "open"), duty(None, "lapsed")]
    everything = [*outside, *exempt, *inside]

    assert figures.cohort(everything, OCTOBER, MADE) == inside
    assert figures.exempt(everything, OCTOBER, MADE) == exempt
    assert figures.cohort(inside, OCTOBER, OCTOBER.start + HOUR) == inside[:1]


@pytest.mark.parametrize("state", ["dropped", "passed"])
def test_to_drop_it_or_to_pass_it_on_when_the_books_have_closed_mends_nothing(
    state: State,
) -> None:
    late = duty(MADE + HOUR, state)

    assert figures.cohort([late], OCTOBER, MADE) == [late]
    assert figures.exempt([late], OCTOBER, MADE) == []
    assert figures.cohort([late], OCTOBER, MADE + HOUR) == []
    assert figures.fact(late, MADE, (), clock).took is None


def test_what_is_recalled_when_the_books_have_closed_waited_until_then() -> None:
    late = replace(REQUEST, state="recalled", decided_at=MADE + HOUR)

    assert figures.submitted([late], OCTOBER, MADE) == [late]
    assert figures.turnaround(late, MADE, clock, "office") is None
    assert figures.submitted([late], OCTOBER, MADE + HOUR) == []


@pytest.mark.parametrize(
    ("deeds", "spans"),
    [
        ("return revise", [(0, 1)]),
        ("return return recall", [(0, 2)]),
        ("revise return revise revise return", [(1, 2), (4, 9)]),
        ("revise recall", []),
    ],
)
def test_a_request_lies_with_who_asked_from_its_return_until_their_next_word(
    deeds: str, spans: list[tuple[int, int]]
) -> None:
    done = [(deed, DUE + hour * HOUR) for hour, deed in enumerate(deeds.split())]

    found = particulars.intervals(done, closes=DUE + 9 * HOUR)
    assert found == tuple(Interval(DUE + a * HOUR, DUE + b * HOUR) for a, b in spans)


def test_what_stands_since_the_books_closed_is_counted_and_what_is_excused_is_not() -> None:
    held = duty(None, "open", held=MADE + HOUR)

    assert figures.cohort([held], OCTOBER, MADE) == [held]
    assert figures.cohort([held], OCTOBER, MADE + HOUR) == []
    assert figures.cohort([duty(MADE + HOUR, "excused")], OCTOBER, MADE) == []


def test_the_books_of_an_earlier_period_close_as_long_after_its_end() -> None:
    september = periods.previous(OCTOBER)

    assert figures.cutoff(OCTOBER, OCTOBER, MADE) == MADE
    assert figures.cutoff(september, OCTOBER, MADE) == september.end + (MADE - OCTOBER.end)
    assert figures.cutoff(OCTOBER, OCTOBER, DUE) == DUE
    assert figures.cutoff(september, OCTOBER, DUE) == september.end


def test_working_time_is_by_the_owners_calendar_and_leave() -> None:
    two_days_later = DUE + 2 * DAY

    plain = fact(duty(two_days_later))
    away = fact(duty(two_days_later, owed_by="eve"))

    assert plain.took == timedelta(hours=2.5 + 15)  # 10:00-12:00, 13:30-14:00; two days
    assert away.took == timedelta(hours=2.5 + 7.5)


@pytest.mark.parametrize(
    ("changes", "closed", "pledge"),
    [
        ({}, DUE, None),
        ({"due": DUE + HOUR, "promised_for": DUE + HOUR}, DUE + HOUR, "kept"),
        ({"due": DUE + HOUR, "promised_for": DUE + HOUR}, DUE + 2 * HOUR, "broken"),
        ({"due": DUE + HOUR, "promised_for": DUE + HOUR}, None, "broken"),
        ({"due": MADE + HOUR, "promised_for": MADE + HOUR}, None, "running"),
        ({"promised_for": DUE + DAY, "repromised": "renegotiated"}, DUE, "renegotiated"),
        ({"promised_for": DUE + DAY, "repromised": "broken"}, DUE + DAY, "broken"),
        ({"promised_for": DUE + DAY, "promised_at": DUE + HOUR}, DUE + DAY, "kept"),
        ({"promised_for": DUE + DAY, "promised_at": DUE + HOUR}, DUE + 2 * DAY, "broken"),
    ],
)
def test_what_became_of_a_promise(
    changes: dict[str, Any], closed: datetime | None, pledge: str | None
) -> None:
    made_at = {"promised_at": DUE - HOUR} if changes else {}
    one = duty(closed, "done" if closed else "promised", **{**made_at, **changes})

    assert fact(one).pledge == pledge


def test_a_promise_made_too_late_does_not_cure_lateness() -> None:
    late = fact(duty(DUE + DAY, promised_for=DUE + DAY, promised_at=DUE + HOUR))

    assert late.pledge == "kept"
    assert not late.punctual


def test_moved_promises_count_and_not_as_kept() -> None:
    facts = [Fact(DUTY, None, False, each, False) for each in ("kept", "renegotiated", "broken")]
    running = Fact(DUTY, None, False, "running", False)

    assert figures.promises_kept([*facts, running]) == Rate(1, 3)
    assert figures.holding_share([*facts, running, *answered(1)]) == Rate(4, 5)


def test_percentiles_are_those_of_excel() -> None:
    facts = answered(*range(1, 21))  # 1..20 minutes

    assert figures.median(facts) == timedelta(minutes=10.5)
    assert figures.ninetieth(facts) == timedelta(minutes=18.1)  # PERCENTILE.INC(1..20, 0.9)
    assert figures.ninetieth(facts[:19]) == TooFew(19, 20)
    assert figures.median([]) == TooFew(0, 1)


def test_what_was_not_answered_took_longer_than_anything() -> None:
    assert figures.median(answered(5, None, None)) == Beyond()
    assert figures.median(answered(5, 7, None)) == timedelta(minutes=7)
    assert figures.median(answered(5, None)) == Beyond()
    assert figures.ninetieth(answered(*range(18), None, None)) == Beyond()


def test_answers_are_spread_over_working_hours() -> None:
    facts = answered(0, 60, 61, 240, 480, 481, 24 * 60, 24 * 60 + 1, None)

    assert figures.spread(facts) == (2, 2, 1, 2, 1, 1)


def test_wilsons_interval_is_that_of_the_textbook() -> None:
    rate = Rate(8, 10)

    assert rate.low == pytest.approx(0.5408, abs=5e-4)
    assert rate.high == pytest.approx(0.9314, abs=5e-4)
    assert Rate(10, 10).high == 1
    assert Rate(0, 10).low == 0


@pytest.mark.parametrize(
    ("rate", "target", "standing"),
    [
        (Rate(990, 1000), 0.95, "met"),
        (Rate(19, 20), 0.95, "unsure"),
        (Rate(20, 20), 0.95, "unsure"),
        (Rate(800, 1000), 0.95, "missed"),
    ],
)
def test_chance_is_given_its_due(rate: Rate, target: float, standing: str) -> None:
    assert figures.standing(rate, target) == standing


def test_an_approval_takes_working_time_until_its_decision() -> None:
    decided = replace(REQUEST, state="approved", decided_by="bob", decided_at=DUE + HOUR)

    assert figures.turnaround(decided, MADE, clock, "office") == HOUR
    assert figures.turnaround(decided, DUE, clock, "office") is None
    assert figures.turnaround(REQUEST, MADE, clock, "office") is None


def test_recalled_requests_are_not_counted() -> None:
    recalled, early = replace(REQUEST, state="recalled"), replace(REQUEST, at=OCTOBER.start - HOUR)

    assert figures.submitted([REQUEST, recalled, early], OCTOBER, MADE) == [REQUEST]


def test_quiet_days_count_for_the_nudge_load() -> None:
    nudges = [Nudge("d", step, "ann", DUE) for step in range(9)]
    nudges.append(Nudge("d", 0, "bob", OCTOBER.end))

    assert figures.nudge_load(nudges, OCTOBER, 19) == TooFew(19, 20)
    assert figures.nudge_load(nudges, OCTOBER, 21) == 0
    assert figures.nudge_load(nudges, OCTOBER, 20) == pytest.approx(9 * 0.05)


def test_a_lone_small_group_takes_others_with_it() -> None:
    people = {"sales": 9, "law": 2, "it": 6, "new": 3}
    counted = {"sales": 40, "law": 9, "it": 30, "new": 0}

    assert figures.hidden(people, counted) == {"law", "it"}
    assert figures.hidden(people, counted | {"law": 0}) == set()
    assert figures.hidden({"law": 2}, {"law": 9}) == {"law"}
    assert figures.hidden(people | {"a": 4}, counted | {"a": 9}) == {"law", "a"}


def test_telling_the_owner_or_their_stand_in_is_no_escalation() -> None:
    leave = Absence(person="ann", start=DUE, end=DUE + DAY, delegate="dan")
    directory = Directory(absences={"ann": (leave,)})
    owners = {"1": "ann", "2": "ann", "3": "ann", "4": None}
    nudges = [
        Nudge("1", 0, "ann", DUE),
        Nudge("2", 0, "dan", DUE),
        Nudge("3", 1, "dan", DUE + 2 * DAY),
        Nudge("4", 0, "eve", DUE),
    ]

    assert figures.escalated(nudges, owners, directory) == {"3"}


def test_coverage_counts_every_blind_minute_once() -> None:
    start, month = OCTOBER.start, OCTOBER.end - OCTOBER.start
    gaps = [
        ("a", start - DAY, start + month / 4),
        ("a", start, start + month / 2),
        ("b", OCTOBER.end - month / 2, OCTOBER.end + DAY),
    ]

    assert figures.coverage([], 0, OCTOBER) == 1
    assert figures.coverage(gaps, 4, OCTOBER) == pytest.approx(0.75)
    assert figures.coverage(gaps, 1, OCTOBER) == pytest.approx(0.5)


minutes = st.integers(-3000, 3000).map(lambda count: timedelta(minutes=count))
STATES: tuple[State, ...] = (
    "open", "promised", "done", "passed", "dropped", "excused", "lapsed",
)  # fmt: skip
states = st.sampled_from(STATES)


@st.composite
def companies(draw: st.DrawFn) -> list[Duty]:
    found = []
    for number in range(draw(st.integers(0, 30))):
        due = OCTOBER.start + draw(minutes) + draw(st.sampled_from([0, 1, 2])) * DAY
        state: State = draw(states)
        moved = draw(st.booleans())
        until = due + timedelta(hours=3)
        promise = {"promised_for": until, "promised_at": due - HOUR, "due": until}
        times: Any = {"due": due} | (promise if moved else {})
        found.append(
            replace(
                DUTY,
                id=str(number),
                start=due - DAY,
                first_due=due,
                state=state,
                closed=due + draw(minutes) if state not in ("open", "promised") else None,
                **times,
            )
        )
    return found


@pytest.mark.thorough
@settings(max_examples=60, deadline=None)
@given(companies())
def test_every_figure_is_that_of_a_plain_recount(duties: list[Duty]) -> None:
    closes = figures.cutoff(OCTOBER, OCTOBER, MADE)
    facts = [fact(each) for each in figures.cohort(duties, OCTOBER, closes)]

    due = answers = punctual = promised = kept = 0
    spans = []
    for each in duties:
        if each.due < OCTOBER.start or each.due >= OCTOBER.end:
            continue
        if each.state in ("dropped", "excused", "passed"):
            continue
        due += 1
        promised += each.promised_for is not None
        if each.state == "done":
            assert each.closed
            answers += 1
            punctual += each.closed <= each.due
            kept += each.promised_for is not None and each.closed <= each.promised_for
            spans.append(worked(each.start, each.closed))
        else:
            spans.append(math.inf)

    assert figures.response_rate(facts) == (Rate(answers, due) if due else TooFew(0, 1))
    assert figures.on_time_rate(facts) == (Rate(punctual, due) if due else TooFew(0, 1))
    assert figures.holding_share(facts) == (Rate(promised, due) if due else TooFew(0, 1))
    assert figures.promises_kept(facts) == (Rate(kept, promised) if promised else TooFew(0, 1))
    assert sum(figures.spread(facts)) == due
    if due:
        assert_same(figures.median(facts), middle(sorted(spans)))


def worked(start: datetime, end: datetime) -> float:
    """Working minutes, one by one: the scene lies in the first days of October and before it."""
    found, at = 0, start
    while at < end:
        local = at + timedelta(hours=8)
        holiday = datetime(2026, 10, 1, tzinfo=UTC) <= local < datetime(2026, 10, 8, tzinfo=UTC)
        feast = datetime(2026, 9, 25, tzinfo=UTC) <= local < datetime(2026, 9, 28, tzinfo=UTC)
        workday = local.weekday() < 5 or (local.month, local.day) in ((9, 20), (10, 10))
        clock = local.hour * 60 + local.minute
        open_now = 540 <= clock < 720 or 810 <= clock < 1080
        found += workday and open_now and not holiday and not feast
        at += timedelta(minutes=1)
    return found


def middle(spans: Sequence[float]) -> float:
    half = len(spans) // 2
    return spans[half] if len(spans) % 2 else (spans[half - 1] + spans[half]) / 2


def assert_same(found: figures.Span, wanted: float) -> None:
    if isinstance(found, timedelta):
        assert found / timedelta(minutes=1) == pytest.approx(wanted)
    else:
        assert found == Beyond()
        assert wanted == math.inf
