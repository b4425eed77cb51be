"""What people bring to IT: trouble with an account, a message that looks like fraud.

Policy 4.1.3, 4.2.3. Spread over IT by who has least open, then by who had one last.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.events import MessageRef
from bot.policy.people import Directory, Person
from bot.policy.screening import credentials
from bot.policy.screening.folding import fold
from bot.policy.screening.rules import Screening
from bot.words import Code, Say, say

Kind = Literal["account", "phishing"]
State = Literal["open", "answered", "done"]
Verdict = Literal["", "true", "false", "unclear"]
DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z][a-z0-9-]{0,61}[a-z0-9]")


LONGEST = 3000  # characters of what was reported
SCHEME = re.compile(r"\bh(tt)(ps?://)", re.IGNORECASE)
DOT = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    id: str
    number: int
    kind: Kind
    reporter: str
    at: datetime
    about: MessageRef | None = None
    words: str = ""  # of the reporter
    hosts: tuple[str, ...] = ()  # where the links in it lead
    handler: str | None = None  # whose it is
    state: State = "open"
    verdict: Verdict = ""
    answered_at: datetime | None = None  # the first time
    done_at: datetime | None = None
    confirmed_at: datetime | None = None  # by who reported it


def handler_of(
    directory: Directory, reporter: Person, load: Mapping[str, tuple[int, int]], at: datetime
) -> Person | None:
    """One of IT that is there and is not the reporter; else who leads the reporter.

    `load`: of each, how many they have open, and the number of the last they were given.
    """
    staff = [each for each in directory.with_role("it") if not each.partner]
    free = [each for each in staff if each.id != reporter.id]

    def turn(each: Person) -> tuple[bool, int, int, str]:
        count, last = load.get(each.id, (0, 0))
        return directory.away(each.id, at) is not None, count, last, each.id

    if free:
        return min(free, key=turn)
    return directory.manager_of(reporter) if staff else None


def gives_away(text: str, rules: Screening) -> bool:
    """A password or key stands in what somebody is about to send to IT."""
    return any(True for _ in credentials.hits(fold(text), rules))


def why_not_blocked(domain: str, rules: Screening) -> Say | None:
    """What would be cut off must be a domain, and none that people need."""
    if not DOMAIN.fullmatch(domain):
        return say("Name the domain alone, such as {example}.", example=Code("evil.example"))
    if _meets(domain, rules.domains):
        return say("{domain} is the company's own; it cannot be blocked.", domain=Code(domain))
    if domain in (*rules.imitated, *rules.shorteners):
        return say(
            "{domain} itself is used by honest people. Name the exact host of the false page.",
            domain=Code(domain),
        )
    return None


def _meets(domain: str, others: Iterable[str]) -> bool:
    """Inside one of them, or above it."""
    return any(
        domain == each or domain.endswith(f".{each}") or each.endswith(f".{domain}")
        for each in others
    )


def defanged(text: str) -> str:
    """So written that no platform makes a link of it, and everybody can read it."""
    return DOT.sub("[.]", SCHEME.sub(r"hxx\2", text))
