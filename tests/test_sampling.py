"""Fair samples, and what two reviewers make of them: by hand, by recount and by chance."""

from collections import Counter
from datetime import date, datetime, timedelta
from random import Random

import pytest

from bot.policy import attestations, oversight, periods, reading, sampling, screening
from bot.policy.figures import Rate, TooFew
from bot.policy.rulebook import Quota
from bot.policy.sampling import Coverage, Risk, Verdict
from tests.desk import MONDAY
from tests.needs import seed

QUOTA = Quota(share=2, least=5, most=40, risk=50)
SEED = sampling.seed_of("acme", "sales", "2026-02")
IDS = [f"{n:032x}" for n in range(400)]


FINDING: tuple[Risk, ...] = ("finding",)
IMPORTANT: tuple[Risk, ...] = ("important",)
OUTSIDE: tuple[Risk, ...] = ("outside",)


def everything(_: str) -> bool:
    return True


@pytest.mark.parametrize(
    ("population", "size"), [(0, 0), (3, 3), (100, 5), (251, 6), (1000, 20), (100_000, 40)]
)
def test_how_much_is_drawn(population: int, size: int) -> None:
    assert QUOTA.size(population) == size


def test_who_knows_seed_and_ids_draws_the_same_whatever_their_order() -> None:
    risky = {IDS[3]: FINDING, IDS[9]: IMPORTANT + OUTSIDE}
    mixed = Random(seed()).sample(IDS, len(IDS))

    one = sampling.draw(SEED, IDS, risky, QUOTA, everything)
    assert one == sampling.draw(SEED, mixed, risky, QUOTA, everything)
    assert len(one) == 8
    assert {each.record for each in one if each.risks} <= {IDS[3], IDS[9]}
    other = sampling.seed_of("acme", "sales", "2026-03")
    assert one != sampling.draw(other, IDS, risky, QUOTA, everything)
    assert sampling.fingerprint(IDS) == sampling.fingerprint(mixed) != sampling.fingerprint(IDS[1:])
    assert len({SEED, other, sampling.seed_of("acme2", "sales", "2026-02")}) == 3


def test_half_is_drawn_by_risk_and_where_there_is_less_by_chance() -> None:
    risky = dict.fromkeys(IDS[:100], IMPORTANT)
    drawn = sampling.draw(SEED, IDS, risky, QUOTA, everything)
    assert sum(bool(each.risks) for each in drawn) == 4

    assert len(sampling.draw(SEED, IDS, {}, QUOTA, everything)) == 8
    few = sampling.draw(SEED, IDS[:3], {IDS[0]: FINDING}, QUOTA, everything)
    assert {each.record for each in few} == set(IDS[:3])


def test_what_does_not_fit_is_passed_over_and_nothing_is_drawn_twice() -> None:
    asked: list[str] = []

    def fits(record: str) -> bool:
        asked.append(record)
        return int(record, 16) % 2 == 0

    drawn = sampling.draw(SEED, IDS, dict.fromkeys(IDS[:50], FINDING), QUOTA, fits)
    found = [each.record for each in drawn]
    assert all(int(each, 16) % 2 == 0 for each in found)
    assert len(set(found)) == len(found) == 8
    assert len(asked) < 60
    assert sampling.draw(SEED, IDS[1:4:2], {}, QUOTA, fits) == []


def test_by_chance_everything_is_as_likely_and_by_risk_what_weighs_more_is_likelier() -> None:
    ids, counted, weighed = IDS[:40], Counter[str](), Counter[str]()
    quota = Quota(share=0, least=4, most=4, risk=50)
    risky = {ids[0]: FINDING, ids[1]: OUTSIDE, ids[2]: FINDING + IMPORTANT}
    risky |= dict.fromkeys(ids[3:20], OUTSIDE)
    for turn in range(3000):
        drawn = sampling.draw(f"{turn}", ids, risky, quota, everything)
        counted.update(each.record for each in drawn if not each.risks)
        weighed.update(each.record for each in drawn if each.risks)

    assert min(counted[each] for each in ids) > 100  # 150 expected of each
    assert max(counted[each] for each in ids) < 210
    assert weighed[ids[2]] > weighed[ids[0]] > 1.5 * weighed[ids[1]]


def test_a_share_is_looked_at_twice_and_at_least_one() -> None:
    assert len(sampling.second(SEED, IDS[:8], 20)) == 2
    assert len(sampling.second(SEED, IDS[:3], 1)) == 1
    assert sampling.second(SEED, IDS[:3], 0) == sampling.second(SEED, [], 20) == frozenset()


def test_coverage_is_of_what_was_planned_and_of_all_there_was() -> None:
    both = Coverage(3, 4, 200) + Coverage(1, 4, 100)
    assert (both.of_planned, both.of_all) == (Rate(4, 8), Rate(4, 300))
    assert Coverage(0, 0, 0).of_planned == Coverage(0, 0, 0).of_all == TooFew(0, 1)


def test_agreement_by_hand() -> None:
    """Cohen's example of two readers of 50 grants: 20 both yes, 15 both no, 5 and 10: 0.4."""
    counted: dict[tuple[Verdict, Verdict], int] = {
        ("fine", "fine"): 20,
        ("fine", "word"): 5,
        ("word", "fine"): 10,
        ("word", "word"): 15,
        ("skip", "breach"): 1,
    }
    pairs = [each for each, count in counted.items() for _ in range(count)]
    found = sampling.agreement(pairs)
    assert found.same == Rate(35, 50)
    assert found.kappa == pytest.approx(0.4)

    few = sampling.agreement(pairs[:7])
    assert (few.same, few.kappa) == (Rate(7, 7), TooFew(7, 30))
    assert sampling.agreement([]).same == TooFew(0, 1)
    assert sampling.agreement([("fine", "fine")] * 30).kappa == 1.0


def test_days_signed_and_things_attested_are_counted() -> None:
    days = [oversight.Day(f"2026-03-0{n}", MONDAY, n == 2) for n in (2, 3, 4)]
    assert oversight.signed(days) == Rate(1, 3)
    assert oversight.signed([]) == TooFew(0, 1)

    hour = timedelta(hours=1)
    ends: list[tuple[str, datetime, datetime | None]] = [
        ("confirmed", MONDAY, MONDAY),
        ("confirmed", MONDAY, MONDAY + hour),
        ("cannot", MONDAY, MONDAY - hour),
        ("", MONDAY, None),
    ]
    assert sampling.attested(ends) == Rate(1, 4)
    assert sampling.attested([]) == TooFew(0, 1)


@pytest.mark.parametrize(
    ("day", "months", "window"),
    [
        (date(2026, 3, 2), 12, (date(2026, 1, 1), date(2027, 1, 1))),
        (date(2026, 8, 31), 6, (date(2026, 7, 1), date(2027, 1, 1))),
        (date(2026, 12, 31), 3, (date(2026, 10, 1), date(2027, 1, 1))),
        (date(2026, 2, 28), 1, (date(2026, 2, 1), date(2026, 3, 1))),
    ],
)
def test_periods_follow_one_another(day: date, months: int, window: tuple[date, date]) -> None:
    assert attestations.window(day, months) == window


def test_any_number_of_months_makes_periods_without_a_gap() -> None:
    for months in (1, 5, 7, 12, 18, 24):
        first, after = attestations.window(date(2026, 3, 2), months)
        assert first <= date(2026, 3, 2) < after
        assert attestations.window(after, months)[0] == after


def test_everybody_is_asked_within_the_period_and_never_all_at_once() -> None:
    people = [f"p{n}" for n in range(3000)]
    waiting = sorted(people, key=lambda each: attestations.turn("acme", "lent", each))
    chance, most, left = Random(seed()), 0, 250
    while left:
        here = {each for each in waiting if chance.random() < 0.9}
        asked = attestations.today(waiting, here, left)
        most = max(most, len(asked))
        gone = set(asked)
        waiting, left = [each for each in waiting if each not in gone], left - 1
    assert most <= 15  # 12 a day
    assert len(waiting) <= 3  # away on the very last day
    assert attestations.today(["ann"], {"ann"}, 0) == ("ann",)


def test_for_days_elsewhere_one_answer_is_asked_once_they_are_over() -> None:
    monday = date(2026, 3, 2)
    days = {monday, monday + timedelta(days=1), monday + timedelta(days=2)}
    tuesday, thursday = monday + timedelta(days=1), monday + timedelta(days=3)

    assert attestations.unattested(days, None, monday) == ()
    assert attestations.unattested(days, None, tuesday) == ()  # still there
    assert attestations.unattested(days, None, thursday) == tuple(sorted(days))
    assert attestations.unattested(days, thursday, thursday) == ()  # asked already
    whole = {monday + timedelta(days=each) for each in range(14)}
    assert attestations.unattested(whole, None, monday + timedelta(days=7)) != ()  # a week is over
    assert (
        attestations.unattested(whole, monday + timedelta(days=7), monday + timedelta(days=8)) == ()
    )


def test_the_period_that_a_moment_lies_in() -> None:
    zone = "Asia/Shanghai"
    assert periods.of("week", MONDAY, zone).label == "2026-W10"
    assert periods.of("month", MONDAY, zone).label == "2026-03"
    assert periods.of("quarter", MONDAY, zone).label == "2026-Q1"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[supervision]\nshare = 101\n", 2),
        ('[supervision]\nperiod = "day"\n', 2),
        ('[supervision]\nlevel = "daily"\n', 2),
        ('[[attestations]]\nid = "x"\nclause = "4.1.1"\nevery = "fortnight"\nwithin = "8h"\n', 4),
        ('[[attestations]]\nid = "x"\nclause = "4.1.1"\nevery = "month"\nwithin = "8h"\n', 2),
        ('[[attestations]]\nid = "lent"\nclause = "4.1.1"\nwithin = "8h"\n', 2),
        (
            '[[attestations]]\nid = "x"\nclause = "4.1.1"\nevery = "month"\nwithin = "8h"\n'
            'text = { en = " " }\n',
            6,
        ),
        ("attestations = 7\n", 1),
    ],
)
def test_a_mistake_about_supervision_is_told_with_its_line(text: str, line: int) -> None:
    with pytest.raises(reading.Mistakes) as told:
        reading.read(text)
    assert line in [each.line for each in told.value.found]


def test_a_company_changes_ours_by_their_id_and_adds_its_own() -> None:
    text = (
        '[[attestations]]\nid = "lent"\nclause = "4.1.1"\nevery = "18 months"\nwithin = "8h"\n'
        '[[attestations]]\nid = "desk"\nclause = "4.1.1"\nevery = "quarter"\nwithin = "8h"\n'
        'text = { en = "My desk is clear." }\n'
    )
    found = {each.id: each for each in reading.read(text).attestations}
    assert {id: each.every for id, each in found.items()} == {
        "password": 6,
        "vpn": 0,
        "lent": 18,
        "desk": 3,
    }
    assert found["vpn"].on == ("remote", "travelling")
    assert len({hash(each) for each in found.values()}) == 4


def test_secrets_are_masked_wherever_they_stand_again() -> None:
    rules = reading.default_rulebook().screening
    said = "the password is Tr0ub4dor&3x, I repeat: Tr0ub4dor&3x"
    assert screening.masked(said, rules) == "the password is ▇▇▇▇, I repeat: ▇▇▇▇"
    assert screening.masked("see you at noon", rules) == "see you at noon"
