"""What makes a message worth chasing: the rules of the policy file, each with its reason."""

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
    roles: frozenset[str] = frozenset()  # of who said it
    partner: bool = False


def first_rule(said: Said, book: Rulebook) -> Rule | None:
    """The first rule that fits; None where the message is not worth chasing."""
    words = said.text.casefold()
    return next((rule for rule in book.rules if _fits(rule, said, words)), None)


def _fits(rule: Rule, said: Said, words: str) -> bool:
    return (
        (said.ask is not None or not rule.asks)
        and (said.addressed or not rule.addressed)
        and (said.partner or not rule.partner)
        and (not rule.channels or said.channel in rule.channels)
        and (not rule.senders or not said.roles.isdisjoint(rule.senders))
        and (not rule.words or any(word.casefold() in words for word in rule.words))
    )
