"""A request travels a route of approvers before something may be released. Policy 3.2."""

import hashlib
import json
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from bot.policy.people import Directory, Person
from bot.policy.rulebook import Route
from bot.words import Code, Ref, Say, Who, say

State = Literal["open", "approved", "rejected", "recalled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`digest` is over exactly what the approvers are shown."""

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
    at: datetime
    place: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    comment: str = ""


def canonical(form: Mapping[str, str]) -> dict[str, str]:
    """One way to write it: NFC, one kind of line end, no space at the end of lines."""
    return {name: _canonical(text) for name, text in sorted(form.items())}


def digest(form: Mapping[str, str]) -> str:
    """SHA-256 of the canonical form, in hex."""
    text = json.dumps(canonical(form), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(text: str) -> str:
    lines = unicodedata.normalize("NFC", text).splitlines()
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def approvers(route: Route, requester: Person, directory: Directory) -> tuple[Person, ...]:
    """Who may decide: of the route's role, never the requester by whatever account."""
    found = {each.id: each for step in route.steps for each in _of_step(step, requester, directory)}
    return tuple(each for each in found.values() if each.id != requester.id and not each.partner)


def _of_step(step: str, requester: Person, directory: Directory) -> Iterator[Person]:
    """The head decides for a department; for the head themselves, whoever stands above."""
    match step:
        case "department_head":
            head = directory.head_of(requester) or directory.manager_of(requester)
            yield from [head] if head else directory.with_role("executive")
        case "manager":
            boss = directory.manager_of(requester)
            yield from [boss] if boss else directory.with_role("executive")
        case role:
            yield from directory.with_role(role)


def why_not_decide(request: Request, person: Person, asked: Collection[str]) -> Say | None:
    """Why `person` may not decide now; None where they may. Identity is the person."""
    if person.id == request.requester:
        return say(
            "{number} is your own request; somebody else has to decide it.",
            number=Ref(request.number),
        )
    if person.id not in asked:
        return say(
            "{number} is not waiting for you. What is: {command}",
            number=Ref(request.number),
            command=Code("/duly waiting"),
        )
    return None


def why_decided(request: Request, decider: Person | None) -> Say | None:
    if request.state == "open":
        return None
    if request.state == "recalled" or decider is None:
        return say("{number} was recalled by its requester.", number=Ref(request.number))
    return say(
        "{number} was already decided by {person}.",
        number=Ref(request.number),
        person=Who(decider.id, decider.name),
    )


def decide(request: Request, state: State, by: str | None, now: datetime, comment: str) -> Request:
    return replace(request, state=state, decided_by=by, decided_at=now, comment=comment)
