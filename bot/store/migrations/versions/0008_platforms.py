"""What platforms tell of people and places, and in which order what we say leaves."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UNSENT = "state IN ('ready', 'doubtful')"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("deadline", sa.BigInteger(), nullable=True))
    op.execute(f"UPDATE outbox SET deadline = not_before WHERE {UNSENT}")
    op.add_column("accounts", sa.Column("email", sa.String(), nullable=True))
    op.add_column(
        "accounts",
        sa.Column("outsider", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("absences", sa.Column("account", sa.String(), nullable=True))
    op.add_column(
        "places",
        sa.Column("outside", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.drop_index("outbox_unsent", "outbox")
    op.create_index(
        "outbox_unsent",
        "outbox",
        ["company", "urgent", "deadline", "id"],
        unique=False,
        sqlite_where=sa.text(UNSENT),
        postgresql_where=sa.text(UNSENT),
    )
