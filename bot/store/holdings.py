"""Everything that is kept about one person, table by table, as it stands. Policy 1.3-legal.

A table that names people is either listed here or under LEFT_OUT, with the reason: a test sees to
it, so that a new one is not forgotten.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from bot.events import account_key
from bot.store.keeping import Kept
from bot.store.rows import Rows
from bot.store.schema import meta

PERSONAL = (  # columns that name somebody
    "account",
    "actor",
    "added_by",
    "asker",
    "author",
    "authorised_by",
    "by",
    "decided_by",
    "delegate",
    "given_by",
    "head",
    "mail_keeper",
    "made_by",
    "manager",
    "marked_by",
    "organiser",
    "owed_by",
    "owed_to",
    "owner",
    "person",
    "requester",
    "settled_by",
)
LEFT_OUT: Mapping[str, str] = {
    "assessment_trail": "what was done about an assessment: told on its card to whom it concerns",
    "asked": "who is asked to attest something: the duty says the same",
    "boards": "figures for the pages, computed anew from what is listed here",
    "blocked": "domains IT has blocked: a deed of their office",
    "case_trail": "what was done about a case of IT's: told with the case to whom it concerns",
    "disposals": "who decided that something was disposed of: told with its certificate",
    "drawn": "whose messages were drawn for a sample: so that who looks is not known beforehand",
    "finding_trail": "what was done about a finding: told with the finding",
    "hold_deeds": "legal holds: whom they concern is not to know",
    "sealed_cases": "the reporting channel: sealed to the investigators",
    "sealed_holders": "the keys of investigators",
    "sealed_keys": "the reporting channel: sealed to the investigators",
    "sealed_left_out": "the reporting channel: sealed to the investigators",
    "sealed_log": "the reporting channel: sealed to the investigators",
    "sealed_openings": "the reporting channel: sealed to the investigators",
    "strangers": "accounts of nobody, and what IT made of them",
    "verdicts": "what a reviewer made of a message in a sample: told as a finding, where it is one",
    "audience": "who is asked to confirm a notice: the duty says the same",
    "dialogues": "a form being filled in, erased within a day",
    "looked": "told under looks, as long after as the policy says",
    "looks": "those taken by them and at them are told under looks",
    "members": "which account is in which room: the platform tells it",
    "minutes": "minutes are told as records of their meeting",
    "minutes_items": "what somebody is to do is a duty",
    "notes": "answers on the pages, told from what is listed here, erased when read",
    "notices": "what was published is told as a request or a message",
    "outbox": "cards, told from what is listed here, erased after a week",
    "records": "their own messages are told as messages",
    "tries": "how often a wrong code was typed in the last hour",
}


@dataclass(frozen=True, slots=True)
class Holding:
    """Rows of a table in which one of `by` names them; `sealed` columns are opened by their id."""

    name: str
    table: str
    by: str
    shown: Sequence[str]
    sealed: Sequence[str] = ()
    owner: tuple[str, str] | None = None  # by whose key: "request/" and the column of its id
    slot: Sequence[str] = ("id",)
    account: bool = False  # `by` names an account


HELD = (
    Holding(
        "person",
        "people",
        "id",
        (
            "name",
            "email",
            "department",
            "manager",
            "zone",
            "language",
            "calendar",
            "partner",
            "active",
        ),
    ),
    Holding("roles", "roles", "person", ("role",)),
    Holding("role_changes", "role_changes", "person", ("at", "role", "granted")),
    Holding("heads", "departments", "head", ("name",)),
    Holding("keeps_mail", "departments", "mail_keeper", ("name",)),
    Holding(
        "accounts",
        "accounts",
        "person",
        ("platform", "realm", "id", "name", "email", "zone", "seen_at"),
    ),
    Holding("absences", "absences", "person", ("kind", "start", "end", "delegate")),
    Holding("stands_in", "absences", "delegate", ("person", "kind", "start", "end")),
    Holding("preferences", "preferences", "person", ("paused_until", "digest_at")),
    Holding(
        "duties",
        "duties",
        "owed_by",
        (
            "number",
            "kind",
            "owed_to",
            "rule",
            "clause",
            "level",
            "start",
            "due",
            "state",
            "promised_for",
            "closed",
            "how",
        ),
    ),
    Holding(
        "awaited",
        "duties",
        "owed_to",
        ("number", "kind", "owed_by", "rule", "start", "due", "state", "closed", "how"),
    ),
    Holding("promises", "promises", "by", ("made_at", "until", "how")),
    Holding("nudges", "nudges", "person", ("at", "rule", "asker", "sent", "label")),
    Holding(
        "requests",
        "requests",
        "requester",
        (
            "number",
            "kind",
            "class_name",
            "state",
            "at",
            "body",
            "decided_by",
            "decided_at",
            "comment",
        ),
        ("body", "comment"),
        ("request", "id"),
    ),
    Holding(
        "deeds",
        "trail",
        "actor",
        ("deed", "at", "comment"),
        ("comment",),
        ("request", "request"),
        ("request", "number"),
    ),
    Holding("decisions", "seats", "decided_by", ("state", "decided_at")),
    Holding(
        "findings",
        "findings",
        "person",
        (
            "number",
            "rule",
            "clause",
            "severity",
            "at",
            "state",
            "how",
            "settled_by",
            "settled_at",
            "claim",
            "reply",
            "note",
        ),
        ("reply", "note"),
    ),
    Holding(
        "settled_findings",
        "findings",
        "settled_by",
        ("number", "rule", "how", "settled_at", "note"),
        ("note",),
    ),
    Holding("receipts", "receipts", "person", ("at", "version", "right", "how")),
    Holding(
        "meetings",
        "meetings",
        "organiser",
        ("number", "topic", "agenda", "start", "end", "state"),
        ("topic", "agenda"),
        ("meeting", "id"),
    ),
    Holding("invitations", "invitees", "person", ("answer", "attended", "attested")),
    Holding(
        "answers_to_minutes",
        "minutes_responses",
        "person",
        ("version", "said", "words", "at"),
        ("words",),
        ("meeting", "meeting"),
    ),
    Holding("classes", "classes", "by", ("message", "before", "class_name", "at")),
    Holding("files", "files", "owner", ("name", "size", "made_at", "expires_at")),
    Holding("reports", "orders", "person", ("period", "edition", "version", "asked_at", "state")),
    Holding("downloads", "downloads", "person", ("file", "at", "channel")),
    Holding("bundles", "bundles", "person", ("kind", "asked_at", "state")),
    Holding(
        "sessions",
        "sessions",
        "person",
        ("made_at", "seen_at", "ended_at", "browser"),
        ("browser",),
    ),
    Holding("links", "links", "person", ("made_at", "expires_at", "ended_at", "how")),
    Holding("codes", "codes", "person", ("expires_at", "ended_at", "how")),
    Holding(
        "assessments",
        "assessed",
        "person",
        ("reviewer", "state", "shown_at", "contest_by", "grade", "decided_by", "decided_at"),
    ),
    Holding("ratings_given", "ratings", "by", ("at", "how")),
    Holding("attestations", "answers", "person", ("confirmed", "at", "how")),
    Holding("unreadable", "unreadable", "author", ("at", "read_at"), account=True),
)


@dataclass(frozen=True, slots=True)
class Holdings:
    rows: Rows
    held: Sequence[Holding] = field(default=HELD)

    def of(
        self, person: str, accounts: Sequence[Any]
    ) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Each part by its name, with its rows in order of their keys."""
        keys = [account_key(each) for each in accounts]
        for one in self.held:
            table = meta.tables[one.table]
            named = table.c[one.by].in_(keys if one.account else [person])
            rows = self.rows.all(table, named)
            yield one.name, [self._row(one, row) for row in rows]

    def _row(self, one: Holding, row: Any) -> dict[str, Any]:
        table, found = meta.tables[one.table], {}
        for name in one.shown:
            value = getattr(row, name)
            if name in one.sealed and value is not None:
                value = self._opened(one, row, table.c[name], value)
            found[name] = value
        return found

    def _opened(self, one: Holding, row: Any, column: sa.Column[Any], sealed: bytes) -> Any:
        """Empty where it was disposed of."""
        slot = "/".join(str(getattr(row, name)) for name in one.slot)
        if one.owner is None:
            return self.rows.open(column, slot, sealed)
        owner = f"{one.owner[0]}/{getattr(row, one.owner[1])}"
        return Kept(self.rows).open(column, slot, owner, sealed)
