"""What is kept of findings in messages: a keyed hash, what may be shown, their authors' word."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("findings", sa.Column("hash", sa.LargeBinary(), nullable=True))
    op.add_column("findings", sa.Column("tail", sa.LargeBinary(), nullable=True))
    op.add_column("findings", sa.Column("claim", sa.String(), nullable=False, server_default=""))
    op.add_column("findings", sa.Column("reply", sa.LargeBinary(), nullable=True))
    op.create_index("findings_rule", "findings", ["company", "rule", "settled_at"], unique=False)
