"""The tables of the processes of a Duly: who is at work, and how often something may be tried.

Neither is worth a backup: both say how things are now.
"""

from sqlalchemy import Boolean, Column, Index, Integer, String

from bot.store.schema import Moment, table
from bot.store.schema_search import REBUILT

processes = table(
    "processes",
    ["id"],
    Column("kind", String, nullable=False),  # the command: serve, web, worker, demo
    Column("version", String, nullable=False),
    Column("works", Boolean, nullable=False),  # it handles, sends and looks at the clock
    Column("begun_at", Moment, nullable=False),  # lease time, as all of these
    Column("seen_at", Moment, nullable=False),
    Column("ticked_at", Moment),  # when it last looked at what fell due
    Column("skew", Integer, nullable=False),  # ms its own clock is ahead of the database's
)
limits = table(
    "limits",  # how often something was tried, by the hash of whoever did
    ["name"],
    Column("since", Moment, nullable=False),  # lease time
    Column("count", Integer, nullable=False),
)
Index("limits_since", limits.c.company, limits.c.since)
for each in (processes, limits):
    each.info[REBUILT] = True
