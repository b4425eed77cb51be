"""What is counted of findings, exemptions and cases: worked out by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.policy import brought, exemptions, periods, violations
from bot.policy.brought import Brought, Ledger, Safety
from bot.policy.density import Density, density
from bot.policy.duties import Duty
from bot.policy.exemptions import Item, Reason
from bot.policy.figures import Fact, Rate, TooFew
from bot.policy.findings import How
from bot.policy.screening.rules import RULES
from bot.policy.violations import CLASSES, Cell, Ended, Judged, Violation, Violations

DAY = timedelta(days=1)
NOON = datetime(2026, 10, 13, 4, tzinfo=UTC)
SEEN = Violation(
    number=7, rule="screening.card", clause="4.2.1", severity="serious", person="ann",
    reported=False, at=NOON, how="upheld", settled_at=NOON + DAY,
)  # fmt: skip
DUTY = Duty(
    id="1", number=1, kind="reply", owed_by="ann", owed_to="bob", clause="2.2.1-reply", rule="r",
    level="normal", policy=1, calendar="office", start=NOON, due=NOON, first_due=NOON,
)  # fmt: skip


# K17: the bounds are those of the printed tables of exact Poisson limits, at 90 %


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [
        (0, 0.0, 2.9957),
        (1, 0.05129, 4.7439),
        (2, 0.35536, 6.2958),
        (3, 0.81769, 7.7537),
        (4, 1.3663, 9.1535),
        (10, 5.4254, 16.962),
        (100, 84.139, 118.08),
    ],
)
def test_the_interval_of_a_rare_count_is_the_exact_one(count: int, low: float, high: float) -> None:
    found = Density(count, 100.0)

    assert found.per_hundred == count
    assert [found.low, found.high] == pytest.approx([low, high], rel=1e-4)


def test_a_density_is_of_staff_and_months() -> None:
    assert density(3, 50, 3.0) == Density(3, 150.0)
    assert Density(3, 150.0).per_hundred == pytest.approx(2.0)
    assert density(3, 4, 1.0) == TooFew(4, 5)
    assert density(0, 50, 0.0) == TooFew(0, 1)


@pytest.mark.parametrize(
    ("label", "months"), [("2026-02", 1), ("2026-Q4", 3), ("2026", 12), ("2026-W41", 7 / 31)]
)
def test_a_period_has_so_many_months(label: str, months: float) -> None:
    found = periods.parse(label, "Asia/Shanghai")

    assert periods.length_in_months(found.start, found.end, found.zone) == pytest.approx(months)


def test_a_month_that_runs_is_a_part_of_one() -> None:
    november = periods.parse("2026-11", "Asia/Shanghai")

    assert (
        periods.length_in_months(november.start, november.start + 3 * DAY, "Asia/Shanghai") == 0.1
    )
    assert periods.length_in_months(november.start, november.start, "Asia/Shanghai") == 0


# Findings


def test_every_rule_has_a_class() -> None:
    ours = {f"screening.{rule}" for rule in RULES} | {
        "differs",
        "account.bot",
        "supervision.sample",
    }

    kinds = {replace(SEEN, rule=rule).kind for rule in (*ours, "house.rule")}

    assert kinds == set(CLASSES)
    assert replace(SEEN, rule="house.rule").kind == "other"


def test_a_source_is_a_rule_a_person_or_a_sample() -> None:
    assert SEEN.source == "rule"
    assert replace(SEEN, reported=True).source == "person"
    assert replace(SEEN, reported=True, rule="supervision.sample").source == "sample"


def test_what_is_open_or_looked_at_again_is_not_upheld() -> None:
    start, until = NOON - DAY, NOON + 2 * DAY
    again, later = replace(SEEN, contested=True), replace(SEEN, settled_at=until)
    fresh = replace(SEEN, how="", settled_at=None)
    wrong = replace(SEEN, how="false")

    known = Violations(known=(SEEN, again, later, fresh, wrong))

    assert known.upheld(start, until) == (SEEN,)
    assert known.decided(start, until) == (SEEN, wrong)
    assert known.open(until) == (again, later, fresh)
    assert known.open(NOON) == ()
    assert known.decided(NOON + DAY + DAY / 2, until) == ()


def test_a_rule_is_judged_by_what_was_decided() -> None:
    hows: tuple[How, ...] = ("upheld", "edited", "false", "fine", "settled")
    ends = [Ended("a", how, NOON + at * DAY) for at, how in enumerate(hows)]

    first, second = violations.judged([*ends, Ended("b", "false", NOON)])

    assert first == Judged("a", 3, 2, NOON, NOON + 4 * DAY)
    assert first.precision == Rate(3, 5)
    assert second.precision == Rate(0, 1)
    assert violations.precision([first, second]) == Rate(3, 6)
    assert violations.precision([]) == TooFew(0, 1)


def test_small_cells_are_hidden_with_enough_others_to_hide_them() -> None:
    slight: Cell = ("release", "slight")
    serious: Cell = ("release", "serious")
    link: Cell = ("link", "slight")
    counts = {slight: 9, serious: 2, link: 6}

    assert violations.covered(counts) == {serious, link}  # 17 in all, less 9
    assert violations.covered({slight: 9, link: 6}) == set()
    assert violations.covered({slight: 1}) == {slight}


# Exemptions


@pytest.mark.parametrize(
    ("how", "reason", "by"),
    [
        ("by:eve", "not needed", "eve"),
        ("silence", "silence", "bob"),
        ("away", "away", None),
        ("gap", "unseen", None),
        ("another:eve", "another", None),
        ("=1+1 words of somebody", "other", None),
        ("", "other", None),
    ],
)
def test_a_reason_is_one_of_a_list(how: str, reason: Reason, by: str | None) -> None:
    duty = replace(DUTY, state="dropped", how=how)

    assert (exemptions.why(duty), exemptions.granter(duty)) == (reason, by)


def test_who_lets_off_is_held_against_all_who_could() -> None:
    kept = [replace(DUTY, owed_by=f"p{at}", owed_to="bob") for at in range(30)]
    dropped = [replace(DUTY, state="dropped", how="by:cho") for _ in range(12)]
    silent = replace(DUTY, state="dropped", how="silence")
    excused = replace(DUTY, state="excused", how="away")
    duties = [*kept, *dropped, silent, excused]
    others = [
        Item(number=1, reason="exception", person="ann", by="cho", at=NOON, outcome="granted"),
        Item(number=2, reason="exception", person="ann", by="cho", at=NOON, outcome="refused"),
        Item(number=3, reason="exception", person="ann", by=None, at=NOON, outcome="open"),
        Item(number=4, reason="appeal", person="ann", by="eve", at=NOON, outcome="granted"),
        Item(number=5, reason="leave", person="ann", by="max", at=NOON, outcome="granted"),
    ]
    above = {"ann": ["cho"]}

    (bob, cho, eve), mean = exemptions.grantors(duties, others, lambda p: above.get(p or "", []))

    assert mean == Rate(13, 44)
    assert (bob.person, bob.rate, bob.people, bob.most) == ("bob", Rate(1, 44), 1, 1)
    assert (cho.person, cho.rate, cho.people, cho.most) == ("cho", Rate(12, 14), 1, 12)
    assert (cho.exceptions, cho.asked, cho.appeals) == (1, 2, 0)
    assert (eve.granted, eve.again, eve.appeals) == (0, 1, 1)
    assert exemptions.unusual(cho.rate, mean) is None  # 14 are too few
    assert exemptions.unusual(bob.rate, mean) is False
    assert exemptions.unusual(Rate(12, 20), mean) is True
    assert exemptions.unusual(Rate(0, 81), Rate(0, 90)) is False
    assert exemptions.unusual(eve.rate, mean) is None


def test_what_is_passed_on_lets_nobody_off() -> None:
    dropped, passed = replace(DUTY, state="dropped"), replace(DUTY, state="passed")

    assert exemptions.let_off([DUTY, dropped, passed]) == [dropped]


# Security


def test_departments_are_added_up() -> None:
    attest = replace(DUTY, kind="attest", state="done", how="confirmed")
    facts = [
        Fact(attest, DAY, True, None, False),
        Fact(replace(attest, how="cannot"), DAY, True, None, False),
        Fact(attest, DAY, False, None, False),
        Fact(DUTY, DAY, True, None, False),
    ]
    case = Brought(number=1, kind="phishing", reporter="ann", at=NOON, verdict="true")
    cases = [
        case,
        replace(case, verdict="false"),
        replace(case, verdict="unclear", reporter="eve"),
        replace(case, kind="account", verdict=""),
    ]
    ledger = Ledger(lambda person: "hr" if person == "eve" else "it", {})
    ledger.attest(facts)
    ledger.bring(cases)
    ledger.warn([SEEN, replace(SEEN, rule="differs")], [SEEN])

    assert ledger.found == {
        "it": Safety(due=3, done=1, trouble=1, fraud=1, harmless=1, warned=1, leaked=1),
        "hr": Safety(undecided=1),
    }
    assert brought.total(ledger.found.values()).undecided == 1
    assert brought.attested(facts) == Rate(1, 3)
