"""Supervision: what IT signs, samples for heads, strange accounts; and what people attest."""

import sqlalchemy as sa
from alembic import op

from bot.store import triggers

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def text(name: str, *, empty: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.String(), nullable=empty)


def whole(name: str, *, empty: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer(), nullable=empty)


def moment(name: str, *, empty: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=empty)


def sealed(name: str, *, empty: bool = True) -> "sa.Column[bytes]":
    return sa.Column(name, sa.LargeBinary(), nullable=empty)


def flag(name: str) -> "sa.Column[bool]":
    return sa.Column(name, sa.Boolean(), nullable=False)


def upgrade() -> None:
    _dailies()
    _samples()
    _strangers()
    _attestations()
    op.create_index("records_author", "records", ["company", "author", "at"], unique=False)
    triggers.install(op.get_bind())


def _dailies() -> None:
    op.create_table(
        "dailies",
        text("company"),
        text("day"),
        moment("opened_at"),
        text("signed_by", empty=True),
        moment("signed_at", empty=True),
        sealed("body"),
        sa.PrimaryKeyConstraint("company", "day"),
    )


def _samples() -> None:
    op.create_table(
        "samples",
        *(text("company"), text("id"), whole("number"), text("department"), text("period")),
        *(moment("start"), moment("end"), text("reviewer"), text("seconder", empty=True)),
        *(text("seed"), whole("population"), text("fingerprint"), moment("drawn_at")),
        sealed("body", empty=False),
        sa.PrimaryKeyConstraint("company", "id"),
        sa.UniqueConstraint("company", "department", "period"),
        sa.UniqueConstraint("company", "number"),
    )
    op.create_table(
        "drawn",
        *(text("company"), text("sample"), whole("number"), text("record")),
        *(text("conversation"), text("message"), text("author"), text("risks"), flag("twice")),
        sa.PrimaryKeyConstraint("company", "sample", "number"),
    )
    op.create_table(
        "verdicts",
        *(text("company"), text("sample"), whole("number"), text("person"), whole("round")),
        *(text("verdict"), text("by"), moment("at"), sealed("why"), whole("finding", empty=True)),
        sa.PrimaryKeyConstraint("company", "sample", "number", "person", "round"),
    )


def _strangers() -> None:
    op.create_table(
        "strangers",
        *(text("company"), text("platform"), text("realm"), text("id"), text("kind")),
        *(moment("since"), whole("finding", empty=True), text("standing")),
        *(text("by", empty=True), moment("at", empty=True), sealed("why")),
        sa.PrimaryKeyConstraint("company", "platform", "realm", "id"),
    )


def _attestations() -> None:
    op.create_table(
        "attestations",
        *(text("company"), text("id"), whole("number"), text("rule"), text("period")),
        *(whole("policy"), moment("at")),
        sa.PrimaryKeyConstraint("company", "id"),
        sa.UniqueConstraint("company", "rule", "period"),
        sa.UniqueConstraint("company", "number"),
    )
    op.create_table(
        "asked",
        *(text("company"), text("attestation"), text("person"), text("duty"), moment("at")),
        sa.PrimaryKeyConstraint("company", "attestation", "person"),
    )
    op.create_index("asked_of", "asked", ["company", "person", "at"], unique=False)
    op.create_table(
        "answers",
        *(text("company"), text("attestation"), text("person"), whole("number")),
        *(flag("confirmed"), moment("at"), text("how"), sealed("why")),
        sa.PrimaryKeyConstraint("company", "attestation", "person", "number"),
    )
