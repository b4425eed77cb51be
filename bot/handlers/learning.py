"""What came of findings says whether a rule is right; one mostly wrong only collects.

Policy 1.3-moderate.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.card import Card
from bot.handlers import keepers, rules
from bot.policy.findings import SCREENED, Finding, How
from bot.policy.screening.rules import RULES
from bot.policy.violations import WRONG
from bot.store import Transaction
from bot.words import Code, Share, say


def learn(tx: Transaction, finding: Finding) -> None:
    """Enough of its findings were settled under this version of the policy, and too many wrong."""
    if not finding.screened or finding.how in ("explained", "again"):
        return
    book, rule = tx.policies.current(), finding.rule
    ends = _ends(tx, rule)
    wrong = _wrong(ends)
    if not ends or len(ends) < book.screening.judged:
        return
    if wrong * 100 <= book.screening.wrong_at_most * len(ends):
        return
    if collects(tx, rule):
        return
    tx.demotions.add(rule, book.version, wrong=wrong, judged=len(ends))
    keepers.tell(tx, "it", _card(finding, wrong, len(ends)), f"collects/{rule}/{book.version}")


def collects(tx: Transaction, rule: str) -> bool:
    """It only counts what it finds, as long as this version of the policy is in force."""
    return rule in tx.demotions.of(tx.policies.current().version)


def _ends(tx: Transaction, rule: str) -> list[How]:
    book = tx.policies.current()
    return tx.findings.ends(rule, tx.policies.since(), book.screening.judged)


def _wrong(ends: Sequence[How]) -> int:
    return sum(each in WRONG for each in ends)


@dataclass(frozen=True, slots=True)
class Precision:
    """Of a rule's last settled findings: how many, and how many were false alarms."""

    rule: str
    judged: int
    wrong: int
    collects: bool


def precisions(tx: Transaction) -> list[Precision]:
    """Of every rule that is on."""
    settings = tx.policies.current().screening.rules
    found = []
    for rule in RULES:
        name, ends = SCREENED + rule, _ends(tx, SCREENED + rule)
        silent = settings[rule] == "collect" or collects(tx, name)
        if settings[rule] != "off":
            found.append(Precision(name, len(ends), _wrong(ends), silent))
    return found


def _card(finding: Finding, wrong: int, judged: int) -> Card:
    return Card(
        say(
            "A rule about messages gave too many false alarms: {rule}",
            rule=rules.named(finding.rule),
        ),
        body=(
            say("It now only collects: nobody is told of what it finds."),
            say(
                "To start afresh, change the rule in the policy file and adopt it: {command}",
                command=Code("duly policy adopt FILE"),
            ),
        ),
        facts=(
            (say("Rule"), Code(finding.rule)),
            (
                say("False alarms"),
                say(
                    "{wrong} of the last {judged} ({share})",
                    wrong=wrong,
                    judged=judged,
                    share=Share(wrong / judged),
                ),
            ),
        ),
        why=say("Clause {clause}.", clause=Code(finding.clause)),
    )
