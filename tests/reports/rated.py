"""A made-up company's October, assessed: rated, shown, agreed to, contested and decided on.

And what was changed in it: a policy adopted, a role given.
"""

from dataclasses import replace
from datetime import timedelta

from bot.handlers import assessing, rating
from bot.policy.assessment import Rubric
from bot.store import Store, Transaction
from bot.store.assessing import Rating
from bot.store.assessing import Round as Opened
from tests.reports.company import NOW

LABEL = "2026-10"
UNRATED, READING, CONTESTS, DECIDED = "law-0", "sales-3", "sales-1", "sales-2"


def rate(store: Store) -> None:
    """Everybody but one; one more may still contest what was shown to them."""
    with store.transaction() as tx:
        opened = assessing.open_(tx, LABEL, "hr-0")
        for number, one in enumerate(tx.assessments.of(opened.id)):
            if one.person != UNRATED:
                _rated(tx, opened, one.person, Rubric(60 + number % 40, 95 - number % 30))
        shown = tx.assessments.one(opened.id, CONTESTS)
        assert shown is not None
        tx.assessments.save(replace(shown, state="contested"))
        other = tx.assessments.one(opened.id, DECIDED)
        assert other is not None
        tx.assessments.save(replace(other, grade="B", decided_by="hr-0", decided_at=NOW))


def _rated(tx: Transaction, opened: Opened, person: str, rubric: Rubric) -> None:
    one = tx.assessments.one(opened.id, person)
    assert one is not None
    by, now = one.reviewer or "hr-0", tx.clock.now()
    rating.keep(tx, one, Rating(rubric=rubric, remark="", by=by, at=now, how="form"))
    assessing.show(tx, opened, [one])
    read = tx.assessments.one(opened.id, person)
    assert read is not None
    if person != READING:
        tx.assessments.save(replace(read, state="agreed"))


def change(store: Store) -> None:
    """Late in October: a target, and who looks after IT."""
    with store.transaction() as tx:
        tx.clock.ahead = -timedelta(days=12)
        tx.policies.adopt("[targets]\non_time = 90\n")
        known = tx.people.snapshot().directory.people["it-1"]
        tx.people.save([replace(known, roles=frozenset({"it", "auditor"}))])
        tx.clock.ahead = timedelta()
