"""A mail before it goes out, what is known around it, and what there is to remark on it.

Policy 2.1.2-subject, -body, -attachment, -recipients, 2.2.1-etiquette, 2.2.1-review.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from bot.policy.rulebook import MailRules
from bot.words import Value

Severity = Literal["hint", "confirm", "stop"]
Part = Literal["subject", "body", "attachments", "recipients"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFile:
    """Something attached. `first`: its first bytes, where they are known."""

    name: str
    size: int  # bytes
    mime: str = ""
    first: bytes = b""
    encrypted: bool = False  # it looks as if nobody could look into it


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """Addresses as people write them: "ann@acme.example" or "Ann <ann@acme.example>"."""

    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    subject: str = ""
    body: str = ""
    attachments: tuple[MailFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """`domains`: the company's own; `written`: addresses its people have written to before."""

    rules: MailRules
    domains: frozenset[str]
    written: frozenset[str] = frozenset()
    language: str = "en"  # of examples, where the mail itself does not show one


class Flaw(StrEnum):
    SUBJECT_EMPTY = "subject_empty"
    SUBJECT_SAYS_NOTHING = "subject_says_nothing"
    SUBJECT_LONG = "subject_long"
    SUBJECT_CHAIN = "subject_chain"
    SUBJECT_SHOUTS = "subject_shouts"
    BODY_EMPTY = "body_empty"
    BODY_WALL = "body_wall"
    BODY_NO_PARAGRAPHS = "body_no_paragraphs"
    BODY_NO_PURPOSE = "body_no_purpose"
    NO_SALUTATION = "no_salutation"
    NO_CLOSING = "no_closing"
    CHATTY = "chatty"
    RUDE = "rude"
    EMOJI = "emoji"
    CAPITALS = "capitals"
    EXCLAMATIONS = "exclamations"
    ATTACHMENT_ABSENT = "attachment_absent"
    ATTACHMENT_FORBIDDEN = "attachment_forbidden"
    ATTACHMENT_DISGUISED = "attachment_disguised"
    ATTACHMENT_TRICKY_NAME = "attachment_tricky_name"
    ATTACHMENT_EMPTY = "attachment_empty"
    ATTACHMENT_LARGE = "attachment_large"
    ATTACHMENTS_LARGE = "attachments_large"
    ATTACHMENT_SEALED = "attachment_sealed"
    NO_RECIPIENT = "no_recipient"
    MALFORMED = "malformed"
    TWICE = "twice"
    MIXED = "mixed"
    LOOK_ALIKE = "look_alike"
    MANY = "many"
    FIRST_TIME = "first_time"
    CONFIDENTIAL = "confidential"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """`values`: what its sentence names."""

    clause: str
    code: Flaw
    severity: Severity
    field: Part
    values: tuple[tuple[str, Value], ...] = ()


SUBJECT, BODY = "2.1.2-subject", "2.1.2-body"
ATTACHMENT, RECIPIENTS = "2.1.2-attachment", "2.1.2-recipients"
ETIQUETTE, REVIEW = "2.2.1-etiquette", "2.2.1-review"
OF: dict[str, tuple[str, Part]] = {  # how a code begins: its clause, and where it is found
    "subject": (SUBJECT, "subject"),
    "body": (BODY, "body"),
    "attachment": (ATTACHMENT, "attachments"),
    "attachments": (ATTACHMENT, "attachments"),
    **dict.fromkeys(
        ("no_salutation", "no_closing", "chatty", "rude", "emoji", "capitals", "exclamations"),
        (ETIQUETTE, "body"),
    ),
    **dict.fromkeys(
        ("no_recipient", "malformed", "twice", "mixed", "look_alike", "many", "first_time"),
        (RECIPIENTS, "recipients"),
    ),
}


def remark(code: Flaw, severity: Severity = "hint", **values: Value) -> Remark:
    clause, field = OF.get(code) or OF[code.partition("_")[0]]
    return Remark(
        clause=clause, code=code, severity=severity, field=field, values=tuple(values.items())
    )
