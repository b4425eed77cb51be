"""The tables of legal holds and of disposals. Policy 3.3.1."""

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Text, UniqueConstraint

from bot.store.schema import Moment, table

holds = table(
    "holds",
    ["id"],
    Column("number", Integer, nullable=False),
    Column("set_by", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),  # sealed: whom and what it names, and why
    Column("state", String, nullable=False),  # active, releasing, released
    Column("asked_by", String),  # who wants it released
    Column("released_by", String),  # who consented
    Column("released_at", Moment),
    UniqueConstraint("company", "number"),
)
Index("holds_state", holds.c.company, holds.c.state)
hold_deeds = table(
    "hold_deeds",  # what was done to a hold, in order; append-only
    ["hold", "number"],
    Column("at", Moment, nullable=False),
    Column("actor", String, nullable=False),
    Column("deed", String, nullable=False),  # set, asked, kept, released
    Column("note", LargeBinary),  # sealed
)
disposals = table(
    "disposals",  # lists of what is due, until two have consented, or one has refused
    ["id"],
    Column("number", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("policy", Integer, nullable=False),
    Column("counts", Text, nullable=False),  # JSON: keys to destroy, and how much lies under each
    Column("counted_at", Moment, nullable=False),
    Column("state", String, nullable=False),  # open, proposed, agreed, done, refused, empty
    Column("proposed_by", String),
    Column("proposed_at", Moment),
    Column("decided_by", String),  # who consented or refused
    Column("decided_at", Moment),
    Column("note", LargeBinary),  # sealed: why it was refused
    UniqueConstraint("company", "number"),
)
Index("disposals_state", disposals.c.company, disposals.c.state)
disposal_certificates = table(
    "disposal_certificates",  # what was disposed of, key by key; append-only
    ["ring"],
    Column("disposal", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("policy", Integer, nullable=False),
    Column("proposed_by", String, nullable=False),
    Column("consented_by", String, nullable=False),
    Column("disposed", Integer, nullable=False),  # records
    Column("digest", LargeBinary, nullable=False),  # SHA-256 over their ids, in order
    Column("kept", Text, nullable=False),  # JSON: how many were wrapped anew, and why
)
Index(
    "disposal_certificates_disposal",
    disposal_certificates.c.company,
    disposal_certificates.c.disposal,
)
