"""The life of findings, measures, and what people bring to IT."""

import sqlalchemy as sa
from alembic import op

from bot.store.triggers import install

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("role", sa.String(), nullable=False, server_default="head"),
        sa.Column("round", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("reporter", sa.String(), nullable=True),
        sa.Column("claimed_by", sa.String(), nullable=True),
        sa.Column("claimed_until", sa.BigInteger(), nullable=True),
    ):
        op.add_column("findings", column)
    op.create_index("findings_state", "findings", ["company", "state", "at"], unique=False)
    _trail("finding_trail", "finding")
    op.create_index("finding_trail_deed", "finding_trail", ["company", "deed", "at"], unique=False)
    _cases()
    _trail("case_trail", "case")
    _links()
    install(op.get_bind())


def _trail(name: str, of: str) -> None:
    op.create_table(
        name,
        sa.Column("company", sa.String(), nullable=False),
        sa.Column(of, sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("company", of, "number"),
    )


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reporter", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=True),
        sa.Column("thread", sa.String(), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("handler", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company", "id"),
        sa.UniqueConstraint("company", "number"),
    )
    op.create_index("cases_reporter", "cases", ["company", "reporter", "at"], unique=False)
    op.create_index("cases_state", "cases", ["company", "state", "at"], unique=False)


def _links() -> None:
    op.create_table(
        "blocked",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("case", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("company", "domain"),
    )
    op.create_table(
        "seen_links",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("company", "host", "conversation", "message"),
    )
    op.create_index("seen_links_at", "seen_links", ["company", "at"], unique=False)
