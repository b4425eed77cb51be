"""Every table of the first release."""

import sqlalchemy as sa
from alembic import op

from bot.store.triggers import install

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absences",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("delegate", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("company", "id"),
    )
    op.create_table(
        "accounts",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("realm", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("company", "platform", "realm", "id"),
    )
    op.create_table(
        "approvers",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("duty", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("company", "request", "step", "person"),
    )
    op.create_table(
        "departments",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("head", sa.String(), nullable=True),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("subsidiary", sa.String(), nullable=False),
        sa.Column("mail_keeper", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("company", "id"),
    )
    op.create_table(
        "dialogues",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company", "account"),
    )
    op.create_table(
        "dues",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("company", "id"),
        sa.UniqueConstraint("company", "kind", "subject", "step"),
    )
    op.create_index("dues_at", "dues", ["company", "at"], unique=False)
    op.create_table(
        "duties",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("owed_by", sa.String(), nullable=True),
        sa.Column("owed_to", sa.String(), nullable=True),
        sa.Column("conversation", sa.String(), nullable=True),
        sa.Column("thread", sa.String(), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("policy", sa.Integer(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("first_due", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("promised_for", sa.BigInteger(), nullable=True),
        sa.Column("promised_at", sa.BigInteger(), nullable=True),
        sa.Column("closed", sa.BigInteger(), nullable=True),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("company", "id"),
        sa.UniqueConstraint("company", "number"),
    )
    op.create_index(
        "duties_conversation",
        "duties",
        ["company", "conversation", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('open', 'promised')"),
        postgresql_where=sa.text("state IN ('open', 'promised')"),
    )
    op.create_index("duties_due", "duties", ["company", "due"], unique=False)
    op.create_index(
        "duties_message", "duties", ["company", "conversation", "message", "id"], unique=False
    )
    op.create_index(
        "duties_owed_by",
        "duties",
        ["company", "owed_by", "due", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('open', 'promised')"),
        postgresql_where=sa.text("state IN ('open', 'promised')"),
    )
    op.create_index(
        "duties_owed_to",
        "duties",
        ["company", "owed_to", "due", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('open', 'promised')"),
        postgresql_where=sa.text("state IN ('open', 'promised')"),
    )
    op.create_index(
        "duties_subject",
        "duties",
        ["company", "subject", "due", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('open', 'promised')"),
        postgresql_where=sa.text("state IN ('open', 'promised')"),
    )
    op.create_table(
        "files",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("company", "id"),
    )
    op.create_table(
        "gaps",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("company", "id"),
    )
    op.create_table(
        "heads",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company", "conversation"),
    )
    op.create_table(
        "holidays",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("company", "calendar", "day"),
    )
    op.create_table(
        "journal",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("company", "id"),
        sa.UniqueConstraint("company", "key"),
    )
    op.create_index(
        "journal_settled",
        "journal",
        ["company", "settled_at"],
        unique=False,
        sqlite_where=sa.text("settled_at IS NOT NULL AND body IS NOT NULL"),
        postgresql_where=sa.text("settled_at IS NOT NULL AND body IS NOT NULL"),
    )
    op.create_index(
        "journal_waiting",
        "journal",
        ["company", "id"],
        unique=False,
        sqlite_where=sa.text("settled_at IS NULL AND error IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL AND error IS NULL"),
    )
    op.create_table(
        "listeners",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("cursor", sa.String(), nullable=True),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("held_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("company", "name"),
    )
    op.create_table(
        "members",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("realm", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("joined", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("company", "platform", "realm", "place", "account"),
    )
    op.create_table(
        "nudges",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("parcel", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("company", "duty", "step", "person"),
    )
    op.create_index(
        "nudges_parcel", "nudges", ["company", "parcel", "duty", "step", "person"], unique=False
    )
    op.create_table(
        "numbers",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("company", "name"),
    )
    op.create_table(
        "orders",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("held_until", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("company", "id"),
    )
    op.create_table(
        "outbox",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("held_until", sa.BigInteger(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("outcome", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("company", "id"),
        sa.UniqueConstraint("company", "key"),
    )
    op.create_index("outbox_arrived", "outbox", ["company", "place", "message"], unique=False)
    op.create_index(
        "outbox_gathering",
        "outbox",
        ["company", "person", "id"],
        unique=False,
        sqlite_where=sa.text("kind IN ('Remind') AND state IN ('ready')"),
        postgresql_where=sa.text("kind IN ('Remind') AND state IN ('ready')"),
    )
    op.create_index("outbox_nudged", "outbox", ["company", "person", "not_before"], unique=False)
    op.create_index("outbox_subject", "outbox", ["company", "subject"], unique=False)
    op.create_index(
        "outbox_unsent",
        "outbox",
        ["company", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('ready', 'doubtful')"),
        postgresql_where=sa.text("state IN ('ready', 'doubtful')"),
    )
    op.create_table(
        "people",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=True),
        sa.Column("manager", sa.String(), nullable=True),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column("partner", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("company", "id"),
    )
    op.create_table(
        "pieces",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company", "file", "number"),
    )
    op.create_table(
        "places",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("realm", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("company", "platform", "realm", "id"),
    )
    op.create_table(
        "policies",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("company", "id"),
        sa.UniqueConstraint("company", "version"),
    )
    op.create_table(
        "records",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=True),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("class", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company", "id"),
        sa.UniqueConstraint("company", "conversation", "seq"),
    )
    op.create_index(
        "records_message", "records", ["company", "conversation", "message"], unique=False
    )
    op.create_table(
        "requests",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("requester", sa.String(), nullable=False),
        sa.Column("class", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("policy", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("comment", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("company", "id"),
        sa.UniqueConstraint("company", "number"),
    )
    op.create_index("requests_requester", "requests", ["company", "requester"], unique=False)
    op.create_table(
        "roles",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("company", "person", "role"),
    )
    op.create_table(
        "wraps",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("ring", sa.String(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company", "record"),
    )
    install(op.get_bind())
