"""The pages: one-time links, sessions, and what they have to tell somebody."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "links",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("how", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("company", "id"),
    )
    op.create_index("links_person", "links", ["company", "person"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("browser", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company", "id"),
    )
    op.create_index("sessions_person", "sessions", ["company", "person"], unique=False)
    op.create_table(
        "notes",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("asked", sa.String(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company", "id"),
        sa.UniqueConstraint("company", "key"),
    )
    op.create_index("notes_person", "notes", ["company", "person", "id"], unique=False)
