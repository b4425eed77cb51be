"""What makes a message worth chasing: the rules of the policy file, each with its reason."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.policy.judge import Ask
from bot.policy.rulebook import Rule, Rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the rules look at in a message."""

    text: str
    ask: Ask | None
    addressed: bool  # it names somebody who could owe an answer
    channel: str = ""
    class_name: str = ""
    departments: int = 0  # how many those named belong to
    roles: frozenset[str] = frozenset()  # of who said it
    partner: bool = False
    priority: bool = False  # the platform says that it is urgent


def rules_that_fit(said: Said, book: Rulebook) -> Iterator[Rule]:
    """Those that fit, the first first; none where the message is not worth chasing."""
    words = said.text.casefold()
    return (rule for rule in book.rules if rule.level and _fits(rule, said, words))


def class_rule(said: Said, book: Rulebook) -> Rule | None:
    """The first that fits and gives a message a class. Policy 3.1."""
    words = said.text.casefold()
    giving = (rule for rule in book.rules if rule.class_name)
    return next((rule for rule in giving if _fits(rule, said, words)), None)


def _fits(rule: Rule, said: Said, words: str) -> bool:
    return (
        (said.ask is not None or not rule.asks)
        and (said.addressed or not rule.addressed)
        and (said.partner or not rule.partner)
        and (said.priority or not rule.priority)
        and said.departments >= rule.departments
        and (not rule.classes or said.class_name in rule.classes)
        and (not rule.channels or said.channel in rule.channels)
        and (not rule.senders or not said.roles.isdisjoint(rule.senders))
        and (not rule.words or any(word.casefold() in words for word in rule.words))
    )
