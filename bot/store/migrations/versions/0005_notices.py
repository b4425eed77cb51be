"""Notices, who is to confirm them, and who did."""

import sqlalchemy as sa
from alembic import op

from bot.store.triggers import install

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audience",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("notice", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("duty", sa.String(), nullable=True),
        sa.Column("carried", sa.Boolean(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("company", "notice", "person"),
    )
    op.create_table(
        "notices",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("class", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("policy", sa.Integer(), nullable=False),
        sa.Column("material", sa.Boolean(), nullable=False),
        sa.Column("request", sa.String(), nullable=True),
        sa.Column("conversation", sa.String(), nullable=True),
        sa.Column("thread", sa.String(), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("replaces", sa.String(), nullable=True),
        sa.Column("replaced_by", sa.String(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company", "id"),
        sa.UniqueConstraint("company", "number"),
    )
    op.create_index("notices_author", "notices", ["company", "author", "id"], unique=False)
    op.create_index(
        "notices_message", "notices", ["company", "conversation", "message"], unique=False
    )
    op.create_index("notices_request", "notices", ["company", "request"], unique=False)
    op.create_table(
        "receipts",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("notice", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("company", "notice", "person", "number"),
    )
    install(op.get_bind())
