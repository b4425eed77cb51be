"""Search: by which words records are found, who looked at what, and files asked for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from bot.store.schema_search import prepare
from bot.store.triggers import install

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lookups",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("tokens", TSVECTOR().with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("company", "record"),
        sa.UniqueConstraint("company", "number"),
    )
    op.create_index(
        "lookups_tokens",
        "lookups",
        ["tokens"],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
        sqlite_where=sa.text("tokens IS NOT NULL"),
    )
    op.create_table(
        "lookup_state",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("company", "name"),
    )
    op.create_table(
        "looks",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company", "id"),
        sa.UniqueConstraint("company", "number"),
    )
    op.create_index("looks_by", "looks", ["company", "by", "at"], unique=False)
    op.create_table(
        "looked",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("look", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("company", "person", "look"),
    )
    op.create_table(
        "bundles",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("look", sa.String(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("held_until", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("company", "id"),
    )
    op.create_index("bundles_person", "bundles", ["company", "person", "id"], unique=False)
    op.create_index("members_account", "members", ["company", "account"], unique=False)
    prepare(op.get_bind())
    install(op.get_bind())
