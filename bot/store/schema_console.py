"""The tables of the console: who took which workbook, and figures as pages show them. 5.2.1."""

from sqlalchemy import Column, Index, Integer, LargeBinary, String

from bot.store.schema import Moment, table
from bot.store.schema_search import REBUILT

downloads = table(
    "downloads",  # append-only: a workbook left the store
    ["id"],
    Column("file", String, nullable=False),
    Column("person", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("channel", String, nullable=False),  # web, or the platform it was sent on
)
Index("downloads_file", downloads.c.company, downloads.c.file)
boards = table(
    "boards",  # key figures of a period, computed by the worker; can be computed anew
    ["period", "edition", "scope"],  # scope: of whom they are; empty: of the whole company
    Column("person", String, nullable=False),  # who asked last
    Column("asked_at", Moment, nullable=False),
    Column("held_until", Moment, nullable=False),  # lease time
    Column("tries", Integer, nullable=False),
    Column("state", String, nullable=False),  # waiting, made, failed
    Column("made_at", Moment),
    Column("body", LargeBinary),  # sealed; while new ones are computed, the last
)
boards.info[REBUILT] = True
