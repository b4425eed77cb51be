"""Meetings, who is invited, their minutes, and what people say of these."""

import sqlalchemy as sa
from alembic import op

from bot.store.triggers import install

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invitees",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("meeting", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("attended", sa.Boolean(), nullable=True),
        sa.Column("attested", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("company", "meeting", "number"),
    )
    op.create_index("invitees_person", "invitees", ["company", "person"], unique=False)
    op.create_table(
        "meetings",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("organiser", sa.String(), nullable=False),
        sa.Column("topic", sa.LargeBinary(), nullable=False),
        sa.Column("agenda", sa.LargeBinary(), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("policy", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("booked_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("company", "id"),
        sa.UniqueConstraint("company", "number"),
    )
    op.create_index(
        "meetings_booked",
        "meetings",
        ["company", "start"],
        unique=False,
        sqlite_where=sa.text("state IN ('booked')"),
        postgresql_where=sa.text("state IN ('booked')"),
    )
    op.create_index(
        "meetings_organiser", "meetings", ["company", "organiser", "start"], unique=False
    )
    op.create_table(
        "minutes",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("meeting", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("confirm_by", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("company", "id"),
        sa.UniqueConstraint("company", "meeting", "version"),
    )
    op.create_table(
        "minutes_items",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("minutes", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("duty", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("company", "minutes", "number"),
    )
    op.create_table(
        "minutes_responses",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("meeting", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("company", "id"),
    )
    op.create_index(
        "minutes_responses_meeting", "minutes_responses", ["company", "meeting", "id"], unique=False
    )
    install(op.get_bind())
