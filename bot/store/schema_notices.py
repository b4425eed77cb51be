"""The tables of notices and of what was confirmed. Policy 3.2.2, 2.1.2-followup."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, UniqueConstraint

from bot.store.schema import Moment, table

notices = table(
    "notices",  # one row a version; triggers refuse change of what was published
    ["id"],
    Column("number", Integer, nullable=False),
    Column("kind", String, nullable=False),  # notice, message
    Column("version", Integer, nullable=False),
    Column("digest", String, nullable=False),  # of what was approved
    Column("class", String, nullable=False, key="class_name"),
    Column("author", String, nullable=False),
    Column("level", String, nullable=False),
    Column("policy", Integer, nullable=False),
    Column("material", Boolean, nullable=False),
    Column("request", String),  # by which it was approved
    Column("conversation", String),  # the message that is followed up
    Column("thread", String),
    Column("message", String),
    Column("published_at", Moment, nullable=False),
    Column("replaces", String),
    Column("replaced_by", String),
    Column("body", LargeBinary, nullable=False),  # sealed
    UniqueConstraint("company", "number"),
)
Index("notices_author", notices.c.company, notices.c.author, notices.c.id)
Index("notices_request", notices.c.company, notices.c.request)
Index("notices_message", notices.c.company, notices.c.conversation, notices.c.message)
audience = table(
    "audience",  # who is to confirm a notice, or was
    ["notice", "person"],
    Column("duty", String),  # None: nothing is owed
    Column("carried", Boolean, nullable=False),  # they confirmed the version before; that is enough
    Column("since", Moment, nullable=False),
    Column("left_at", Moment),
)
receipts = table(
    "receipts",  # append-only: triggers refuse change and deletion
    ["notice", "person", "number"],
    Column("version", Integer, nullable=False),
    Column("digest", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("right", Boolean, nullable=False),
    Column("how", String, nullable=False),  # button, command, web, reaction
)
