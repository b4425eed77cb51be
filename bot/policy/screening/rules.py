"""What is looked for in messages, and how a company sets it. Policy 2.1.1, 4.2.1, 4.2.2, 4.2.3."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.policy.rulebook import Screening, Setting

__all__ = ["RULES", "Hit", "Room", "Screening", "Setting"]
Kind = Literal["personal", "credential", "confidential", "link", "term"]

RULES: Mapping[str, tuple[Kind, str]] = {  # its kind, and the clause it serves
    "resident-id": ("personal", "4.2.1"),
    "hongkong-id": ("personal", "4.2.1"),
    "taiwan-id": ("personal", "4.2.1"),
    "foreign-id": ("personal", "4.2.1"),
    "passport": ("personal", "4.2.1"),
    "card": ("personal", "4.2.1"),
    "iban": ("personal", "4.2.1"),
    "phones": ("personal", "4.2.1"),
    "password": ("credential", "4.2.1"),
    "token": ("credential", "4.2.1"),
    "private-key": ("credential", "4.2.1"),
    "url-password": ("credential", "4.2.1"),
    "mark": ("confidential", "4.2.1"),
    "codeword": ("confidential", "4.2.1"),
    "marked-file": ("confidential", "4.2.2"),
    "outsider": ("confidential", "4.2.2"),
    "lookalike": ("link", "4.2.3"),
    "mixed-script": ("link", "4.2.3"),
    "other-site": ("link", "4.2.3"),
    "raw-address": ("link", "4.2.3"),
    "shortener": ("link", "4.2.3"),
    "known-bad": ("link", "4.2.3"),
    "rumour": ("term", "2.1.1-rumour"),
    "sensitive": ("term", "2.1.1-rumour"),
}


@dataclass(frozen=True, slots=True)
class Room:
    """Where something was said, as far as it matters here."""

    name: str
    open: bool  # a channel anybody of the company finds, or that others read too
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """`secret` is hashed under a key and then forgotten; `tail` is what may be shown of it."""

    rule: str
    start: int
    end: int
    secret: str
    tail: str
    severity: Setting = "serious"

    def __repr__(self) -> str:
        return f"Hit({self.rule}, {self.start}-{self.end}, {self.severity})"

    @property
    def kind(self) -> Kind:
        return RULES[self.rule][0]

    @property
    def clause(self) -> str:
        return RULES[self.rule][1]
