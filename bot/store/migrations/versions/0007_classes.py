"""Classes given to what was said, and what the reviewers of findings say."""

import sqlalchemy as sa
from alembic import op

from bot.store.triggers import install

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "classes",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("class", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("company", "conversation", "message", "number"),
    )
    op.create_index("classes_said", "classes", ["company", "said_at"], unique=False)
    op.add_column("findings", sa.Column("note", sa.LargeBinary(), nullable=True))
    op.create_index("findings_person", "findings", ["company", "person", "at"], unique=False)
    install(op.get_bind())
