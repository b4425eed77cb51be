"""What changed from each version of a request to the next, for who decides anew. Policy 3.2.

Nothing of it is markup: what was added and what was left out are pieces of text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.handlers import requestcards
from bot.policy import differing, forms
from bot.policy.approvals import Request, Trace
from bot.policy.differing import Piece
from bot.store import Transaction
from bot.words import Say, Value, say, seen


@dataclass(frozen=True, slots=True)
class Version:
    title: Say
    text: Sequence[Piece]  # nothing where it stayed as it was
    fields: Sequence[tuple[Say, Say | Value | None, Say | Value | None]]  # before and after


def of(tx: Transaction, request: Request, trail: Sequence[Trace]) -> list[Version]:
    """The newest first."""
    changed = {each.round: each for each in trail if each.deed == "revise"}
    found = []
    for round in range(request.round, 0, -1):
        try:
            old = tx.requests.text_of(request.id, round - 1)
            new = tx.requests.text_of(request.id, round)
        except LookupError:  # made before versions were kept
            break
        at = changed[round].at if round in changed else request.at
        title = say("Version {number}, {at}", number=round + 1, at=at)
        text = _text(old.get(forms.TEXT, ""), new.get(forms.TEXT, ""))
        found.append(Version(title, text, _fields(tx, old, new)))
    return found


def _text(old: str, new: str) -> tuple[Piece, ...]:
    return differing.differences(seen(old), seen(new)) if old != new else ()


def _fields(
    tx: Transaction, old: Mapping[str, str], new: Mapping[str, str]
) -> Sequence[tuple[Say, Say | Value | None, Say | Value | None]]:
    return [
        (field.label, _shown(tx, name, old), _shown(tx, name, new))
        for name, field in forms.FIELDS.items()
        if name != forms.TEXT and old.get(name, "") != new.get(name, "")
    ]


def _shown(tx: Transaction, name: str, form: Mapping[str, str]) -> Say | Value | None:
    value = form.get(name, "")
    return requestcards.shown(tx, name, value) if value else None
