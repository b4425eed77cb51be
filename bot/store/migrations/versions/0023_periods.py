"""Reports that are made by themselves: once for each period, edition, reader and version."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("occasion", sa.String(), nullable=False, server_default=""),
        sa.Column("once", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("made_at", sa.BigInteger(), nullable=True),
        sa.Column("figures", sa.LargeBinary(), nullable=True),
    ):
        op.add_column("orders", column)
    for name in ("once", "number"):
        op.create_index(f"orders_{name}", "orders", ["company", name], unique=True)
