"""What should not stand in a message: found by rules, told to its author first. Policy 4.2.1.

Also 2.1.1-rumour, 4.2.2 and 4.2.3. No moods are read, no idle chat is watched, and whether a
password is a good one is never asked.
"""

from dataclasses import replace
from functools import lru_cache

from bot.policy.screening import credentials, links, numbers, words
from bot.policy.screening.folding import fold
from bot.policy.screening.rules import Hit, Room, Screening, Setting

MOST = 20  # findings of one message

OPEN = Room("", open=True)
MASKED, MASK = ("personal", "credential"), "▇▇▇▇"


@lru_cache(maxsize=16)
def ready(rules: Screening) -> tuple[words.Words, links.Sites]:
    """What is worked out once for a version of the policy."""
    return words.Words.of(rules), links.Sites.of(rules)


@lru_cache(maxsize=16)
def barring(rules: Screening, domains: frozenset[str]) -> Screening:
    """The same rules with more domains nobody is to be sent to."""
    return replace(rules, known_bad=tuple(dict.fromkeys((*rules.known_bad, *sorted(domains)))))


def screen(said: str, room: Room, rules: Screening) -> tuple[Hit, ...]:
    """What stands in it that should not, in that room; the same thing once."""
    text = fold(said)
    known, sites = ready(rules)
    found: dict[tuple[str, str], Hit] = {}
    for hit in (
        *numbers.hits(text, rules),
        *credentials.hits(text, rules),
        *links.hits(text, rules, sites),
        *words.hits(text, known),
    ):
        severity = weigh(hit, room, rules)
        if severity != "off":
            found.setdefault((hit.rule, hit.secret), replace(hit, severity=severity))
    return tuple(sorted(found.values(), key=lambda each: each.start))[:MOST]


def masked(said: str, rules: Screening) -> str:
    """Without the personal data and the secrets in it, for who reads it and need not know them."""
    hits = (hit for hit in screen(said, OPEN, rules) if hit.kind in MASKED)
    for part in sorted({said[hit.start : hit.end] for hit in hits}, key=len, reverse=True):
        said = said.replace(part, MASK) if part else said
    return said


def weigh(hit: Hit, room: Room, rules: Screening) -> Setting:
    """The policy's word; people's data is less of a matter among few, and may be one's work."""
    setting = rules.rules[hit.rule]
    if hit.kind in ("personal", "confidential") and room.name in rules.closed and not room.outside:
        return "off"
    if room.open:
        return setting
    if hit.kind == "confidential":
        return "off"
    return "slight" if hit.kind == "personal" and setting == "serious" else setting
