"""A request travels a route of approvers before something may be released. Policy 3.2."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.policy.people import Person
from bot.policy.seats import Chair
from bot.words import Code, Ref, Say, Who, say, seen

BLANKS = "\u3164\u115f\u1160\uffa0\u2800"  # letters by name that show nothing
State = Literal["open", "returned", "approved", "rejected", "recalled"]
PENDING: tuple[State, ...] = ("open", "returned")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`digest` is over exactly what the approvers are shown; `round` counts its versions."""

    id: str
    number: int
    kind: str
    requester: str
    class_name: str
    clause: str
    policy: int
    form: Mapping[str, str]
    digest: str
    state: State = "open"
    step: int = 0  # of its route, the one that waits
    round: int = 0
    recalls: str | None = None  # the id of the approved request that it is to take back
    at: datetime
    place: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    comment: str = ""


def canonical(form: Mapping[str, str]) -> dict[str, str]:
    """One way to write it: NFC, only what can be seen, one kind of line end, no space before it."""
    return {name: _canonical(text) for name, text in sorted(form.items())}


def digest(form: Mapping[str, str]) -> str:
    """SHA-256 of the canonical form, in hex."""
    text = json.dumps(canonical(form), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(text: str) -> str:
    lines = seen(unicodedata.normalize("NFC", text)).splitlines()
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def shown(text: str) -> str:
    """What an approver will see of it; empty where there is nothing to see."""
    found = _canonical(text)
    return found if any(_visible(each) for each in found) else ""


def _visible(character: str) -> bool:
    return unicodedata.category(character)[0] not in "ZC" and character not in BLANKS


Deed = Literal[
    "submit",
    "approve",
    "reject",
    "return",
    "revise",
    "transfer",
    "sign",
    "recall",
    "urge",
    "defer",
    "comment",
    "question",
    "reply",
    "count",
    "withdraw",
    "released",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One line of what happened to a request. Never changed, never deleted."""

    number: int
    at: datetime
    actor: str
    deed: Deed
    behalf: str | None = None  # for whom they stood in
    other: str | None = None  # whom it was given to, or who was added
    round: int = 0
    step: int = 0
    digest: str = ""  # of what they had before their eyes
    until: datetime | None = None
    comment: str = ""


def why_not(request: Request, person: Person, chair: Chair | None) -> Say | None:
    """Why `person` may not decide now; None where they may. Identity is the person. Policy 3.2"""
    if person.id == request.requester:
        return say(
            "{number} is your own request; somebody else has to decide it.",
            number=Ref(request.number),
        )
    if chair is None:
        return say(
            "{number} is not waiting for you. What is: {command}",
            number=Ref(request.number),
            command=Code("/duly waiting"),
        )
    return None


def why_closed(request: Request, decider: Person | None) -> Say | None:
    """Why nothing can be done about it any more; None while it is on its way."""
    if request.state in PENDING:
        return None
    if request.state == "recalled" or decider is None:
        return say("{number} was recalled by its requester.", number=Ref(request.number))
    return say(
        "{number} was already decided by {person}.",
        number=Ref(request.number),
        person=Who(decider.id, decider.name),
    )
