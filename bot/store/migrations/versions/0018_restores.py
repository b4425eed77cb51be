"""When the store was laid back to an older state, and what is looked for before it is sent."""

import sqlalchemy as sa
from alembic import op

from bot.store.triggers import install

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "restores",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("company", "id"),
    )
    look: sa.Column[bool] = sa.Column(
        "look", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("outbox", look)
    install(op.get_bind())
