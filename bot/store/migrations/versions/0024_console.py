"""Numbers of workbooks, who took them, and key figures kept for the pages."""

import sqlalchemy as sa
from alembic import op

from bot.store.triggers import install

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

NUMBERED = """
UPDATE orders SET number = (
    SELECT count(*) FROM orders AS other
    WHERE other.company = orders.company AND other.id <= orders.id)
"""
GO_ON = """
INSERT INTO numbers (company, name, last)
SELECT company, 'report', max(number) FROM orders GROUP BY company
"""


def upgrade() -> None:
    op.execute(NUMBERED)
    op.execute(GO_ON)
    op.create_index("orders_person", "orders", ["company", "person", "id"], unique=False)
    op.create_index("orders_file", "orders", ["company", "file"], unique=False)
    op.create_table(
        "downloads",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("company", "id"),
    )
    op.create_index("downloads_file", "downloads", ["company", "file"], unique=False)
    op.create_table(
        "boards",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("held_until", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("company", "period", "edition", "scope"),
    )
    install(op.get_bind())
