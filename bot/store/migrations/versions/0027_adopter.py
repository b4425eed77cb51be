"""Who adopted each version of the policy."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    adopter = sa.Column("adopter", sa.String(), nullable=False, server_default="")
    op.add_column("policies", adopter)
