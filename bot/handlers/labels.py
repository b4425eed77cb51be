"""What people did about a nudge says whether it was right; a rule mostly wrong is demoted.

Policy 1.3-moderate: its nudges then wait for the digest, and IT is told.
"""

from dataclasses import dataclass
from typing import Any

from bot.card import Card
from bot.effects import Send
from bot.handlers import rules
from bot.policy.duties import Duty
from bot.store import Transaction
from bot.store.nudges import Label
from bot.words import Code, Share, say

SAID_SO = "said so"  # they had answered, and we had not seen it
NOT_NEEDED = ("by", "silence")  # why it was dropped: it needed no reply


def learn(tx: Transaction, closed: Duty) -> None:
    """Label the nudges of a duty that has just been closed; what ended it last counts."""
    judged = False
    for row in tx.nudges.of(closed.id):
        label = _label(closed, row) if row.sent else None
        if label is not None:
            tx.nudges.label(row.duty, row.step, row.person, label)
            judged = True
    if judged:
        _weigh(tx, closed.rule)


def _label(closed: Duty, row: Any) -> Label | None:
    """None where the end says nothing about the nudge: it was excused, deleted, or lapsed."""
    if closed.promised_at is not None and closed.promised_at >= row.at:
        return "right"
    why = closed.how.partition(":")[0]
    match closed.state:
        case "done":
            missed = why == SAID_SO and closed.kind == "reply"  # of others it is the way to do so
            return "wrong" if missed else "right"
        case "passed":
            return "right"
        case "dropped":
            return "wrong" if why in NOT_NEEDED else None
        case _:
            return None


def _weigh(tx: Transaction, rule: str) -> None:
    """Enough of its nudges were judged under this version of the policy, and too many wrong."""
    book = tx.policies.current()
    labels = tx.nudges.labels(rule, tx.policies.since(), book.nudges.judged)
    wrong = labels.count("wrong")
    if len(labels) < book.nudges.judged or not labels:
        return
    if wrong * 100 <= book.nudges.wrong_at_most * len(labels):
        return
    if rule in tx.demotions.of(book.version):
        return
    tx.demotions.add(rule, book.version, wrong=wrong, judged=len(labels))
    card = _card(rule, wrong, len(labels), book.nudges.clause)
    for person in tx.people.snapshot().directory.with_role("it"):
        account = tx.people.reached_at(person.id)
        if account is not None:
            tx.outbox.add(Send(account, card), f"demoted/{rule}/{book.version}/{person.id}")


@dataclass(frozen=True, slots=True)
class Standing:
    """Of a rule's last nudges: how many were judged, how many of these were wrong."""

    rule: str
    judged: int
    wrong: int
    demoted: bool


def standings(tx: Transaction) -> list[Standing]:
    """Every rule of the policy in force, and whatever else has made duties under it."""
    book, since = tx.policies.current(), tx.policies.since()
    names = [each.id for each in book.rules if each.level] + [
        f"routes.{kind}" for kind in book.routes
    ]
    names += sorted(tx.nudges.rules(since) - set(names))
    demoted, found = tx.demotions.of(book.version), []
    for rule in names:
        labels = tx.nudges.labels(rule, since, book.nudges.judged)
        found.append(Standing(rule, len(labels), labels.count("wrong"), rule in demoted))
    return found


def _card(rule: str, wrong: int, judged: int, clause: str) -> Card:
    return Card(
        say("The nudges of a rule were too often wrong: {rule}", rule=rules.named(rule)),
        body=(
            say("They now wait for the daily digest instead of going out at once."),
            say(
                "To start afresh, change the rule in the policy file and adopt it: {command}",
                command=Code("duly policy adopt FILE"),
            ),
        ),
        facts=(
            (say("Rule"), Code(rule)),
            (
                say("Not needed, or already answered"),
                say(
                    "{wrong} of the last {judged} ({share})",
                    wrong=wrong,
                    judged=judged,
                    share=Share(wrong / judged),
                ),
            ),
        ),
        why=say("Clause {clause}.", clause=Code(clause)),
    )
