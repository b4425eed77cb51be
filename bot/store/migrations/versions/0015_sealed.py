"""The reporting channel: keys of people, and cases that only they can open."""

import sqlalchemy as sa
from alembic import op

from bot.store.triggers import install

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sealed_holders",
        *_keys("id"),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("proof", sa.String(), nullable=True),
        sa.Column("keepers", sa.LargeBinary(), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("company", "id"),
    )
    op.create_index("case_holders_person", "sealed_holders", ["company", "person"], unique=False)
    op.create_table(
        "sealed_cases",
        *_keys("id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("recovery", sa.LargeBinary(), nullable=False),
        sa.Column("recovery_holder", sa.String(), nullable=False),
        sa.Column("identity", sa.LargeBinary(), nullable=True),
        sa.Column("identity_recovery", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("assessed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("company", "id"),
        sa.UniqueConstraint("company", "number"),
        sa.UniqueConstraint("company", "receipt"),
    )
    op.create_table(
        "sealed_keys",
        *_keys("case", "holder"),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("half", sa.String(), nullable=False),
        sa.Column("share", sa.LargeBinary(), nullable=True),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("company", "case", "holder"),
    )
    op.create_index("case_keys_person", "sealed_keys", ["company", "person"], unique=False)
    op.create_table(
        "sealed_left_out",
        *_keys("case", "person"),
        sa.PrimaryKeyConstraint("company", "case", "person"),
    )
    op.create_table(
        "sealed_parts",
        *_keys("case"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company", "case", "number"),
        sa.UniqueConstraint("company", "case", "part"),
    )
    op.create_table(
        "sealed_log",
        *_keys("case"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("company", "case", "number"),
    )
    op.create_table(
        "sealed_openings",
        *_keys("case"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("agreed_by", sa.String(), nullable=True),
        sa.Column("agreed_at", sa.BigInteger(), nullable=True),
        sa.Column("share", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("company", "case", "number"),
    )
    install(op.get_bind())


def _keys(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in ("company", *names)]
