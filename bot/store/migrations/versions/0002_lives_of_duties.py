"""What becomes of a duty, the ledger of promises, and what people set for themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "demotions",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("policy", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("company", "rule", "policy"),
    )
    op.create_table(
        "preferences",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("paused_until", sa.BigInteger(), nullable=True),
        sa.Column("digest_at", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("company", "person"),
    )
    op.create_table(
        "promises",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("company", "duty", "number"),
    )
    op.add_column("duties", sa.Column("held", sa.BigInteger(), nullable=True))
    op.add_column("duties", sa.Column("held_why", sa.String(), nullable=False, server_default=""))
    op.add_column("duties", sa.Column("stood", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("duties", sa.Column("repromised", sa.String(), nullable=False, server_default=""))
    op.add_column("duties", sa.Column("marked_by", sa.String(), nullable=True))
    op.create_index(
        "duties_marked",
        "duties",
        ["company", "marked_by", "start"],
        unique=False,
        sqlite_where=sa.text("marked_by IS NOT NULL"),
        postgresql_where=sa.text("marked_by IS NOT NULL"),
    )
    op.add_column("duties", sa.Column("parent", sa.String(), nullable=True))
    op.add_column("duties", sa.Column("responded", sa.String(), nullable=True))
    op.add_column("duties", sa.Column("responded_at", sa.BigInteger(), nullable=True))
    op.add_column("duties", sa.Column("authorised_by", sa.String(), nullable=True))
    op.create_index(
        "duties_answer",
        "duties",
        ["company", "conversation", "answer"],
        unique=False,
        sqlite_where=sa.text("answer IS NOT NULL"),
        postgresql_where=sa.text("answer IS NOT NULL"),
    )
    op.create_index("duties_asked", "duties", ["company", "owed_to", "start"], unique=False)
    op.create_index(
        "duties_parent",
        "duties",
        ["company", "parent"],
        unique=False,
        sqlite_where=sa.text("state IN ('open', 'promised')"),
        postgresql_where=sa.text("state IN ('open', 'promised')"),
    )
    op.add_column("nudges", sa.Column("rule", sa.String(), nullable=False, server_default=""))
    op.add_column("nudges", sa.Column("asker", sa.String(), nullable=True))
    op.add_column("nudges", sa.Column("label", sa.String(), nullable=True))
    op.create_index("nudges_asker", "nudges", ["company", "asker", "at"], unique=False)
    op.create_index(
        "nudges_labelled",
        "nudges",
        ["company", "rule", "at"],
        unique=False,
        sqlite_where=sa.text("label IS NOT NULL"),
        postgresql_where=sa.text("label IS NOT NULL"),
    )
    op.create_index("nudges_person", "nudges", ["company", "person", "at"], unique=False)
    op.execute(
        "INSERT INTO promises (company, duty, number, made_at, until, by, how)"
        " SELECT company, id, 1, promised_at, promised_for, owed_by, 'typed' FROM duties"
        " WHERE promised_for IS NOT NULL AND owed_by IS NOT NULL"
    )
    op.execute(
        "UPDATE nudges SET rule = (SELECT duties.rule FROM duties"
        " WHERE duties.company = nudges.company AND duties.id = nudges.duty)"
        " WHERE EXISTS (SELECT 1 FROM duties"
        " WHERE duties.company = nudges.company AND duties.id = nudges.duty)"
    )
