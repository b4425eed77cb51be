"""When this store was laid back to an older state. Policy 3.3.2."""

from sqlalchemy import Column, Integer, String

from bot.store.schema import Moment, table

restores = table(
    "restores",  # append-only: triggers refuse change and deletion
    ["id"],
    Column("why", String, nullable=False),  # restored; older: a copy was laid here by hand
    Column("since", Moment, nullable=False),  # lease time: what was done after it is forgotten
    Column("until", Moment, nullable=False),  # the time people see: when we went on
    Column("at", Moment, nullable=False),  # lease time, likewise
    Column("first", Integer, nullable=False),  # short numbers go on with this one
)
