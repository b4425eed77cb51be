"""Processes that are at work, limits that all of them count, and who carries which parcel."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("lane", sa.String(), nullable=True))
    op.add_column("outbox", sa.Column("carrier", sa.String(), nullable=True))
    carried = sa.text("carrier IS NOT NULL")
    op.create_index(
        "outbox_carried",
        "outbox",
        ["company", "urgent", "lane"],
        unique=False,
        sqlite_where=carried,
        postgresql_where=carried,
    )
    lost = sa.text("state IN ('undeliverable')")
    op.create_index(
        "outbox_undeliverable",
        "outbox",
        ["company", "settled_at"],
        unique=False,
        sqlite_where=lost,
        postgresql_where=lost,
    )
    parked = sa.text("error IS NOT NULL AND settled_at IS NULL")
    op.create_index(
        "journal_parked",
        "journal",
        ["company", "id"],
        unique=False,
        sqlite_where=parked,
        postgresql_where=parked,
    )
    op.create_table(
        "processes",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("ticked_at", sa.BigInteger(), nullable=True),
        sa.Column("skew", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("company", "id"),
    )
    op.create_table(
        "limits",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("company", "name"),
    )
    op.create_index("limits_since", "limits", ["company", "since"], unique=False)
