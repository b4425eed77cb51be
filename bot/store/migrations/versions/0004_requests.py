"""Requests on their way: every version, the seats of their steps, what happened, findings."""

import sqlalchemy as sa
from alembic import op

from bot.store.triggers import install

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SEATED = """
    INSERT INTO seats (company, request, round, step, person, state, duty, decided_by, decided_at)
    SELECT a.company, a.request, 0, a.step, a.person,
        CASE
            WHEN r.state = 'open' AND r.step = a.step THEN 'open'
            WHEN r.state IN ('approved', 'rejected') AND r.step = a.step
                AND r.decided_by = a.person THEN r.state
            ELSE 'dropped'
        END,
        a.duty,
        CASE WHEN r.step = a.step AND r.decided_by = a.person THEN r.decided_by END,
        CASE WHEN r.step = a.step AND r.decided_by = a.person THEN r.decided_at END
    FROM approvers a JOIN requests r ON r.company = a.company AND r.id = a.request
"""


def upgrade() -> None:
    op.create_table(
        "certificates",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("company", "code"),
        sa.UniqueConstraint("company", "request"),
    )
    op.create_table(
        "findings",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("conversation", sa.String(), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("request", sa.String(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("company", "id"),
        sa.UniqueConstraint("company", "number"),
    )
    op.create_index(
        "findings_message", "findings", ["company", "conversation", "message"], unique=False
    )
    op.create_table(
        "seats",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("added_by", sa.String(), nullable=True),
        sa.Column("given_by", sa.String(), nullable=True),
        sa.Column("duty", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("company", "request", "round", "step", "person"),
    )
    op.create_index("seats_asked", "seats", ["company", "person", "request"], unique=False)
    op.create_index(
        "seats_person",
        "seats",
        ["company", "person"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'open')"),
        postgresql_where=sa.text("state IN ('waiting', 'open')"),
    )
    op.create_table(
        "trail",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("behalf", sa.String(), nullable=True),
        sa.Column("other", sa.String(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("comment", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("company", "request", "number"),
    )
    op.create_table(
        "versions",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company", "request", "round"),
    )
    op.execute(SEATED)
    op.drop_table("approvers")
    op.add_column("requests", sa.Column("round", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("requests", sa.Column("recalls", sa.String(), nullable=True))
    op.drop_index("requests_requester", table_name="requests")
    op.create_index("requests_requester", "requests", ["company", "requester", "id"], unique=False)
    op.create_index(
        "requests_decided", "requests", ["company", "state", "decided_at"], unique=False
    )
    install(op.get_bind())
