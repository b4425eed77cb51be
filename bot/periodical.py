"""A report that nobody had to ask for: gathered, compared, kept, and sent. Policy 5.1.2, 5.2.1."""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
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
from bot.report import Material, Wanted
from bot.store import Transaction
from bot.store.published import MISSED
from bot.words import Code, say

log = logging.getLogger(__name__)


def gathered(tx: Transaction, order: Any, wanted: Wanted) -> Material | None:
    """None where it would correct a version that counted others: then the figures say nothing.

    Raises Refusal.
    """
    before = tx.published.before(order)
    if before is None:
        return gather(tx, wanted)
    said = tx.published.figures(before)
    earlier = Earlier(before.version, before.made_at, said["closes"], said["figures"])
    material = gather(tx, replace(wanted, earlier=earlier))
    return material if circle(material.scope) == said["circle"] else None


def circle(scope: frozenset[str] | None) -> str:
    """Whose figures it is made of, as a hash."""
    if scope is None:
        return ""
    return hashlib.sha256("\n".join(sorted(scope)).encode()).hexdigest()


def hand_over(tx: Transaction, order: Any, material: Material | None, made: Made) -> None:
    """A correction that corrects nothing is none, and is looked for again tomorrow."""
    if made.workbook is None or made.issue is None or material is None:
        tx.orders.settle(order.id, "same", None)
        return
    if made.issue.undrawn:
        log.warning("the picture of report %s failed: %s", order.id, made.issue.undrawn)
    with tx.origin.because(order.asked_at):
        keep = tx.policies.current().reports.keep
        file = tx.files.add(f"{_name(order)}.xlsx", order.person, made.workbook, keep)
        if tx.orders.settle(order.id, "made", file):
            tx.published.keep(order.id, _kept(material, made.issue))
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
