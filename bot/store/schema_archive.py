"""The tables that hold the archive together. Policy 3.3.3."""

from sqlalchemy import Column, String

from bot.store.schema import Moment, table

key_store = table(
    "key_store",  # the one that belongs to this database
    [],
    Column("id", String, nullable=False),
    Column("since", Moment, nullable=False),  # lease time
)
