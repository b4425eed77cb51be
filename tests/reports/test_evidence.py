"""What is counted of each person, by SQL and once more by the figures of the report. 5.2.1."""

from collections import Counter, defaultdict
from dataclasses import replace
from random import Random

import pytest
import sqlalchemy as sa

from bot.gathering import gather
from bot.policy import figures, periods
from bot.policy.assessment import Figure, Tally
from bot.policy.figures import Fact, Rate, Share
from bot.policy.measures import months_before
from bot.report import Wanted
from bot.store import Store
from bot.store.evidence import OF_KIND, EvidenceRows, Reach
from bot.words import Reader
from tests.reports.company import Company, company, store_at

PERIOD = periods.parse("2026-10", "Asia/Shanghai")


def tally(share: Share) -> Tally:
    return Tally(share.met, share.n) if isinstance(share, Rate) else Tally()


@pytest.mark.parametrize("seed", range(3))
def test_both_ways_come_to_the_same(seed: int) -> None:
    store = company(300, seed, busy=6)
    compare(store)
    store.db.dispose()


@pytest.mark.thorough
def test_both_ways_come_to_the_same_on_postgresql(postgresql: sa.Engine) -> None:
    here = store_at()
    store = Store(postgresql, here.company, here.seal, here.clock)
    with store.transaction() as tx:
        Company(Random(1), 120, 3).settle(tx)
    compare(store)


def compare(store: Store) -> None:
    with store.reading() as tx:
        made = gather(tx, Wanted(period=PERIOD, edition="hr", person="hr-0", reader=Reader()))
        since = months_before(PERIOD.end, 12)
        reach = Reach(start=PERIOD.start, end=PERIOD.end, closes=made.made_at, since=since)
        counted = EvidenceRows(tx.rows, reach).read()
        alone = EvidenceRows(tx.rows, replace(reach, person="hr-1")).read()
    personal = {f"request/{each.id}" for each in made.requests if each.class_name == "personal"}
    facts: dict[str, list[Fact]] = defaultdict(list)
    for fact in made.now.facts:
        duty = fact.duty
        if duty.owed_by and not duty.authorised_by and duty.subject not in personal:
            facts[duty.owed_by].append(fact)
    back = {id for id, spells in (made.particulars.returned or {}).items() if spells}
    asked: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for request in made.submitted(PERIOD):
        if request.class_name != "personal":
            asked[request.requester] += 1
            whole[request.requester] += request.id not in back

    assert facts
    for person in {*facts, *asked, *counted}:
        own = facts[person]
        expected: dict[Figure, Tally] = {
            "on_time": tally(figures.on_time_rate(own)),
            "promises": tally(figures.promises_kept(own)),
            "fields": Tally(whole[person], asked[person]),
        }
        for kind in ("acknowledge", "minutes", "attest"):
            of_kind = [fact for fact in own if fact.duty.kind == kind]
            expected[OF_KIND[kind]] = tally(figures.on_time_rate(of_kind))
        for figure, wanted in expected.items():
            assert counted[person].tally(figure) == wanted, (person, figure)
    assert alone == {"hr-1": counted["hr-1"]}
