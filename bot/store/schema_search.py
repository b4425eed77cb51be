"""The tables of search: what is found by which words, who looked at what, and what is packed.

Policy 3.3.2. The index holds keyed hashes alone and can be made anew from the records: it is in no
backup, and the disposal of a record deletes its rows.
"""

import sqlalchemy as sa
from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from bot.store.schema import Moment, members, table

lookups = table(
    "lookups",  # one row a record that was gone through
    ["record"],
    # When it was said, in seconds since 1970, and a count within the second: the newest have the
    # highest. None: nothing in it can be found.
    Column("number", BigInteger),
    Column("tokens", TSVECTOR().with_variant(Text, "sqlite")),  # PostgreSQL's; else lookup_words
    UniqueConstraint("company", "number"),
)
Index(  # on SQLite, where no row has any, it is empty
    "lookups_tokens",
    lookups.c.tokens,
    postgresql_using="gin",
    postgresql_with={"fastupdate": "off"},  # else each search goes through all that is new
    sqlite_where=lookups.c.tokens.is_not(None),
)
Index("members_account", members.c.company, members.c.account)
lookup_state = table(
    "lookup_state",  # how far the index has come, and whether words are still to be wiped out
    ["name"],
    Column("value", String, nullable=False),
)
looks = table(
    "looks",  # append-only: each look into other people's records; it is a record as well
    ["id"],
    Column("number", Integer, nullable=False),
    Column("by", String, nullable=False),  # a person
    Column("kind", String, nullable=False),  # search, open, bundle
    Column("parent", String),  # the search it followed from
    Column("at", Moment, nullable=False),
    Column("count", Integer, nullable=False),  # records that were shown
    Column("body", LargeBinary, nullable=False),  # sealed: the words and the reason
    UniqueConstraint("company", "number"),
)
Index("looks_by", looks.c.company, looks.c.by, looks.c.at)
looked = table(
    "looked",  # append-only: whose records were shown in a look
    ["person", "look"],
)
bundles = table(
    "bundles",  # files asked for, to be packed by the worker: my data, or a case
    ["id"],
    Column("person", String, nullable=False),
    Column("account", String, nullable=False),
    Column("kind", String, nullable=False),  # mydata, case
    Column("look", String),  # of a case: the look it is of
    Column("asked_at", Moment, nullable=False),
    Column("held_until", Moment, nullable=False),  # lease time
    Column("tries", Integer, nullable=False),
    Column("state", String, nullable=False),  # waiting, made, failed
    Column("file", String),
)
Index("bundles_person", bundles.c.company, bundles.c.person, bundles.c.id)

WORDS = "lookup_words"  # SQLite's full-text table, and what it is made of
REBUILT = "rebuilt"  # in the info of a table: a backup leaves it out
for _table in (lookups, lookup_state):
    _table.info[REBUILT] = True
FTS5 = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {WORDS} "
    "USING fts5(tokens, detail=none, columnsize=0, tokenize='ascii')"
)


def prepare(conn: sa.Connection) -> None:
    """What no table of ours can say: SQLite's full-text index."""
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql(FTS5)
