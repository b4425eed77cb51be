"""How a scene ended, to compare lives: what is kept, and what stands before people."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.store import Store
from bot.store.schema import duties, journal, nudges, outbox, records, requests
from bot.store.schema_notices import receipts
from tests.desk import Paper
from tests.simulation.laws import Breach

WINDOWS = ("Whisper", "OpenForm")  # rather lost than doubled, or a card instead
d, r = duties.c, requests.c
COLUMNS: dict[str, tuple[sa.Column[Any], ...]] = {
    "duties": (d.number, d.kind, d.state, d.owed_by, d.owed_to, d.step),
    "requests": (r.number, r.kind, r.state, r.decided_by, r.step),
    "nudges": (nudges.c.step, nudges.c.person, nudges.c.sent),
    "receipts": (receipts.c.person, receipts.c.version),
    "journal": (journal.c.key,),
    "records": (records.c.conversation, records.c.seq, records.c.kind, records.c.message),
}
ECHO = "/echo/"  # in the key of our own message shown to us, which has another number each time
NEWLINE = "\n"
SETTLED = outbox.c.key, outbox.c.kind, outbox.c.state


@dataclass(frozen=True, slots=True)
class Picture:
    """`lines`: whom which titles have reached. `windows`: of these, what may have gone."""

    store: dict[str, Counter[Any]]
    lines: Counter[str]
    windows: Counter[str]
    gone: int  # of the windows


def pictured(store: Store, chat: Paper) -> Picture:
    with store.db.connect() as conn:
        kept = {
            name: Counter(tuple(row) for row in conn.execute(sa.select(*columns)))
            for name, columns in COLUMNS.items()
        }
        kept["journal"] = Counter(row for row in kept["journal"].elements() if ECHO not in row[0])
        sent = [tuple(row) for row in conn.execute(sa.select(*SETTLED))]
    windows = {key for key, kind, _ in sent if kind == "Whisper"}
    forms = {end for key, kind, _ in sent if kind == "OpenForm" for end in (key, f"{key}/instead")}
    gone = sum(kind in WINDOWS and state == "undeliverable" for _, kind, state in sent)
    there = [x for x in chat.lines if x.ref not in chat.gone and x.key not in forms]
    titles = [(x.key in windows, f"{x.to}: {x.text.partition(NEWLINE)[0]}") for x in there]
    return Picture(
        kept,
        Counter(title for window, title in titles if not window),
        Counter(title for window, title in titles if window),
        gone,
    )


def differences(mine: Picture, undisturbed: Picture) -> Iterator[Breach]:
    """How a life that died on the way ended otherwise than one that did not."""
    for name, rows in undisturbed.store.items():
        if mine.store[name] != rows:
            more, less = list(mine.store[name] - rows)[:2], list(rows - mine.store[name])[:2]
            yield Breach("invariants", f"{name}: too much {more}, too little {less}")
    for title in undisturbed.lines - mine.lines:
        yield Breach("lost", f"nobody was told: {title}")
    for title in (mine.lines - undisturbed.lines) + (mine.windows - undisturbed.windows):
        yield Breach("doubled", f"it was said besides: {title}")
    missing = undisturbed.windows - mine.windows
    if missing.total() > mine.gone:
        yield Breach("lost", f"gone, though nobody gave it up: {list(missing)}")
