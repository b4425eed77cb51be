"""How far each workbook is that somebody asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    stage = sa.Column("stage", sa.String(), nullable=False, server_default="waiting")
    op.add_column("orders", stage)
    for name in ("done", "sheets", "written"):
        op.add_column("orders", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
