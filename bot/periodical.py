"""A report that nobody had to ask for: gathered, compared, kept, and sent. Policy 5.1.2, 5.2.1."""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.card import Card
from bot.effects import Effect, Send, Upload
from bot.events import account_of
from bot.gathering import gather
from bot.handlers import reportcards
from bot.handlers.stale import PUBLISHED
from bot.making import Made
from bot.policy import keyfigures
from bot.policy.keyfigures import Earlier, Issue
from bot.policy.periods import Period
from bot.report import Material, Wanted
from bot.store import Transaction
from bot.store.prints import Prints
from bot.store.published import MISSED
from bot.words import Code, say

log = logging.getLogger(__name__)

CALM = timedelta(hours=3)  # in which all copies of a report are made; then deeds are for the next
MOST = 64  # prints that are remembered


@dataclass(frozen=True, slots=True)
class Found:
    """What a report is made of; None where there is nothing to make.

    `print`: of the data behind its figures, and no younger than they; "" where none was taken.
    """

    material: Material | None
    print: str = ""


@dataclass(frozen=True, slots=True)
class Looks:
    """Prints that were taken already: a hundred heads ask for the same on one morning."""

    taken: dict[tuple[str, datetime, datetime], str] = field(default_factory=dict)

    def of(self, tx: Transaction, order: Any, period: Period, until: datetime) -> str:
        key = period.label, order.asked_at, until
        if key not in self.taken:
            if len(self.taken) >= MOST:
                self.taken.clear()
            self.taken[key] = Prints(tx.rows, period.start, period.end).known(until)
        return self.taken[key]


def gathered(tx: Transaction, order: Any, wanted: Wanted, looks: Looks) -> Found:
    """Nothing where it would correct a version whose data are what they were when it was made, or
    looked at last; nor one that counted others: then the figures say nothing.

    Raises Refusal.
    """
    before, first = tx.published.before(order), tx.published.first(order)
    said = tx.published.figures(before) if before else {}
    until = first.asked_at + CALM
    taken = ""
    if said.get("closes", tx.clock.now()) <= until:
        taken = looks.of(tx, order, wanted.period, until)
    if before is None:
        return Found(gather(tx, wanted), taken)
    last = tx.published.figures(order).get("print") or said.get("print")
    if taken and taken == last:
        return Found(None, taken)
    earlier = Earlier(before.version, before.made_at, said["closes"], said["figures"])
    material = gather(tx, replace(wanted, earlier=earlier))
    return Found(material if circle(material.scope) == said["circle"] else None, taken)


def circle(scope: frozenset[str] | None) -> str:
    """Whose figures it is made of, as a hash."""
    if scope is None:
        return ""
    return hashlib.sha256("\n".join(sorted(scope)).encode()).hexdigest()


def hand_over(tx: Transaction, order: Any, found: Found, made: Made) -> None:
    """A correction that corrects nothing is none, and is looked for again tomorrow."""
    material = found.material
    if made.workbook is None or made.issue is None or material is None:
        if tx.orders.settle(order.id, "same", None):
            tx.published.keep(order.id, {"print": found.print})
        return
    if made.issue.undrawn:
        log.warning("the picture of report %s failed: %s", order.id, made.issue.undrawn)
    with tx.origin.because(order.asked_at):
        keep = tx.policies.current().reports.keep
        file = tx.files.add(f"{_name(order)}.xlsx", order.person, made.workbook, keep)
        if tx.orders.settle(order.id, "made", file):
            kept = {**_kept(material, made.issue), "print": found.print}
            tx.published.keep(order.id, kept)
            if order.occasion != MISSED:
                _send(tx, order, material.wanted.earlier, made, file)


def _kept(material: Material, issue: Issue) -> Mapping[str, Any]:
    """What a later version is compared with, and what this one corrects."""
    changes = [
        (each.id, keyfigures.plain(each.old), keyfigures.plain(each.new)) for each in issue.changes
    ]
    return {
        "closes": material.made_at,
        "circle": circle(material.scope),
        "figures": keyfigures.kept(issue.figures),
        "changes": changes,
    }


def _send(tx: Transaction, order: Any, earlier: Earlier | None, made: Made, file: str) -> None:
    """To where they are reached now; when they are at work. The outbox sees to that."""
    assert made.issue is not None
    rules = tx.policies.current().reports
    to = tx.people.reached_at(order.person) or account_of(order.account)
    summary = reportcards.card(tx, order, made.issue, earlier)
    effects: list[Effect] = [Send(to, summary)]
    if made.picture is not None:
        name = f"{_name(order)}.png"
        picture = tx.files.add(name, order.person, made.picture, rules.keep)
        effects = [Upload(to, picture, name, summary)]
    if order.edition in rules.as_file:
        effects.append(Upload(to, file, f"{_name(order)}.xlsx", _attached(order, rules.keep)))
    subject = f"{PUBLISHED}/{order.id}"
    for number, effect in enumerate(effects):
        tx.outbox.add(effect, f"{subject}/{number}", subject=subject)


def _attached(order: Any, keep: timedelta) -> Card:
    ready = say("The report of {period} is ready.", period=Code(order.period))
    note = say("It is for you alone, and is removed after {days} days.", days=keep.days)
    return Card(ready, body=(note,), tone="good")


def _name(order: Any) -> str:
    version = f"-v{order.version}" if order.version > 1 else ""
    return f"duly-{order.edition}-{order.period}{version}"
