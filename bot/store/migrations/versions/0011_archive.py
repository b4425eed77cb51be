"""Keys lie in a store of their own; a chain is over leaves, so that one may be shown bare."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from bot.store.triggers import install

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

PAGE = 5000
HEADER = ("id", "conversation", "seq", "kind", "thread", "message", "author", "class", "at")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
READ = (
    f"SELECT company, {', '.join(HEADER)}, body, previous, hash FROM records "
    "WHERE (company, conversation, seq) > (:company, :conversation, :seq) "
    f"ORDER BY company, conversation, seq LIMIT {PAGE}"
)


def upgrade() -> None:
    op.add_column("wraps", sa.Column("home", sa.String(), nullable=True))
    op.create_index("wraps_ring", "wraps", ["company", "ring"], unique=False)
    op.create_table(
        "key_store",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company"),
    )
    op.create_table(
        "checkpoints",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("conversations", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company", "number"),
    )
    op.create_table(
        "checkpoint_heads",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("company", "number", "conversation"),
    )
    op.create_index(
        "checkpoint_heads_of",
        "checkpoint_heads",
        ["company", "conversation", "number"],
        unique=False,
    )
    conn = op.get_bind()
    on = "" if conn.dialect.name == "sqlite" else " ON records"
    op.execute(f"DROP TRIGGER IF EXISTS records_no_update{on}")
    _chain_anew(conn)
    install(conn)


def _chain_anew(conn: sa.Connection) -> None:
    """What was broken stays broken: its hash is left as it is, and so is all that follows."""
    move = sa.text(
        "UPDATE records SET previous = :previous, hash = :hash WHERE company = :company "
        "AND id = :id"
    )
    end = sa.text(
        "UPDATE heads SET hash = :hash WHERE company = :company AND conversation = :conversation "
        "AND seq = :seq AND hash = :old"
    )
    at = {"company": "", "conversation": "", "seq": 0}
    old, new, whole = bytes(32), bytes(32), True
    while rows := conn.execute(sa.text(READ), at).all():
        moved, ends = [], []
        for row in rows:
            here = row._mapping
            if (here["company"], here["conversation"]) != (at["company"], at["conversation"]):
                old, new, whole = bytes(32), bytes(32), True
            at = {name: here[name] for name in at}
            whole = whole and row.previous == old and row.hash == _before(row.previous, here)
            if not whole:
                continue
            old, before, new = row.hash, new, _after(new, here)
            one = {"company": here["company"], "hash": new}
            moved.append({**one, "id": here["id"], "previous": before})
            ends.append({**at, "hash": new, "old": old})
        for statement, values in ((move, moved), (end, ends)):
            if values:
                conn.execute(statement, values)


def _before(previous: bytes, row: sa.RowMapping) -> bytes:
    header = {name: row[name] for name in HEADER if name not in ("class", "at")}
    header["class_name"] = row["class"]
    header["at"] = (EPOCH + timedelta(microseconds=row["at"])).isoformat()
    canonical = json.dumps(header, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    body = hashlib.sha256(row["body"]).digest()
    return hashlib.sha256(previous + canonical.encode() + body).digest()


def _after(previous: bytes, row: sa.RowMapping) -> bytes:
    header = [row[name] for name in HEADER]
    canonical = json.dumps(header, ensure_ascii=True, separators=(",", ":"))
    body = hashlib.sha256(row["body"]).digest()
    return hashlib.sha256(previous + hashlib.sha256(canonical.encode() + body).digest()).digest()
