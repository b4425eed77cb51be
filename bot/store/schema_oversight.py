"""The tables of who watches the watchers: looks through the archive, and who had which role when.

Policy 3.3.3, 5.1.1.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String

from bot.store.schema import Moment, table

checks = table(
    "checks",  # append-only: when the whole archive was looked through, and what was found
    ["id"],
    Column("at", Moment, nullable=False),
    Column("records", BigInteger, nullable=False),
    Column("broken", Integer, nullable=False),
    Column("checkpoint", Integer, nullable=False),  # the last there was; 0: none
)
role_changes = table(
    "role_changes",  # append-only: who was given or lost a role
    ["id"],
    Column("at", Moment, nullable=False),
    Column("person", String, nullable=False),
    Column("role", String, nullable=False),
    Column("granted", Boolean, nullable=False),
)
Index("role_changes_at", role_changes.c.company, role_changes.c.at)
