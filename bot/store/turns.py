"""Who of several processes does something alone, until they commit (PostgreSQL).

Whoever dies or freezes over it loses the turn with the connection: bot.store.connecting. On SQLite
there is one process, and one writer in it.
"""

import sqlalchemy as sa

from bot.store.rows import Rows

HANDLING = 0x44_55_4C_59  # what happened, in the order it came
PLANNING = HANDLING + 1  # what fell due: rungs of a ladder that are past share a card
CLAIMING = HANDLING + 2  # the rest of the outbox: caps are counted, lanes are seen …
CLAIMING_URGENT = HANDLING + 3  # … and so are those of answers, which wait for nothing else


def take(rows: Rows, turn: int) -> bool:
    """False where another process has it."""
    if not rows.shared:
        return True
    ours = sa.func.pg_try_advisory_xact_lock(turn, sa.func.hashtext(rows.company))
    return bool(rows.conn.execute(sa.select(ours)).scalar())


def wait(rows: Rows, turn: int) -> None:
    if rows.shared:
        ours = sa.func.pg_advisory_xact_lock(turn, sa.func.hashtext(rows.company))
        rows.conn.execute(sa.select(ours))
