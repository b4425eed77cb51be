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
from bot.words import Code, Ref, Say, Who, say, seen

BLANKS = "\u3164\u115f\u1160\uffa0\u2800"  # letters by name that show nothing
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
    step: int = 0  # of its route, the one that waits
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


def approvers(
    route: Route, step: int, requester: Person, directory: Directory
) -> tuple[Person, ...]:
    """Who may decide a step now: of its role, never the requester by whatever account."""
    found = {each.id: each for each in _of_step(route.steps[step], requester, directory)}
    return tuple(each for each in found.values() if each.id != requester.id and not each.partner)


def entitled(
    route: Route, step: int, requester: Person, directory: Directory, now: datetime
) -> frozenset[str]:
    """Who may decide it at this moment: the approvers, and who stands in for one who is away."""
    asked = approvers(route, step, requester, directory)
    standing_in = (directory.delegate_of(each.id, now) for each in asked)
    ours = {each.id for each in (*asked, *filter(None, standing_in))}
    return frozenset(ours - {requester.id})


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


def why_not_decide(request: Request, person: Person, entitled: Collection[str]) -> Say | None:
    """Why `person` may not decide now; None where they may. Identity is the person."""
    if person.id == request.requester:
        return say(
            "{number} is your own request; somebody else has to decide it.",
            number=Ref(request.number),
        )
    if person.id not in entitled:
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
