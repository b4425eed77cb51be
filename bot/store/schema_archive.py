"""The tables that hold the archive together. Policy 3.3.3."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String

from bot.store.schema import Moment, table

key_store = table(
    "key_store",  # the one that belongs to this database
    [],
    Column("id", String, nullable=False),
    Column("public", LargeBinary, nullable=False),  # by which its checkpoints are checked
)
checkpoints = table(
    "checkpoints",  # append-only: the ends of all chains at a time, signed, and posted outside
    ["number"],
    Column("at", Moment, nullable=False),
    Column("records", BigInteger, nullable=False),  # how many there were …
    Column("conversations", Integer, nullable=False),  # … in how many chains
    Column("root", LargeBinary, nullable=False),
    Column("previous", LargeBinary, nullable=False),  # hash of the checkpoint before
    Column("signature", LargeBinary, nullable=False),
)
checkpoint_heads = table(
    "checkpoint_heads",  # append-only: the ends that had moved since the checkpoint before
    ["number", "conversation"],
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
Index(
    "checkpoint_heads_of",
    checkpoint_heads.c.company,
    checkpoint_heads.c.conversation,
    checkpoint_heads.c.number,
)
