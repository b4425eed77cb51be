"""Computes the key figures that pages show, apart from them: a page shows what is there. 5.2.1.

They are the sheet of the workbook itself, so both say the same: nothing is computed twice.
"""

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.command import Refusal
from bot.gathering import gather
from bot.making import Build, claimed, make
from bot.policy import periods
from bot.policy.people import Directory
from bot.report import Chart, Column, Edition, Layout, Material, Shown, Table, Wanted, headed
from bot.store import Store, Transaction
from bot.store.boards import Board, Spot
from bot.store.codec import pack, unpack

log = logging.getLogger(__name__)

HOLD = timedelta(minutes=15)  # lease time: who dies over it loses it to the next
SCOPE = 32  # hex digits


@dataclass(frozen=True, slots=True)
class Figures:
    """What the first sheet shows. `coverage`: the part of the time in which nothing was unseen."""

    layout: Layout
    coverage: float
    rooms: int


@dataclass(frozen=True, slots=True)
class Figuring:
    """`draw` packs the figures of a material, in a process of its own."""

    store: Store
    draw: Build

    async def round(self) -> int:
        """Compute the figures of one period that were asked for; returns how many that were."""
        board = await claimed(self._claim, self._lay_down)
        if board is None:
            return 0
        try:
            material = await asyncio.to_thread(self._gather, board)
            packed = await make(self.draw, material)
        except asyncio.CancelledError:  # we end: another process may compute them, at once
            self._lay_down(board)
            raise
        except Refusal:  # they may have it no longer
            await asyncio.to_thread(self._fail, board)
        except Exception as error:
            log.error("figures of %s failed: %s", board.spot.period, type(error).__name__)
        else:
            await asyncio.to_thread(self._lay, board, packed)
        return 1

    def _claim(self) -> Board | None:
        with self.store.reading() as tx:
            if not tx.boards.wanted():
                return None
        with self.store.transaction() as tx:
            return tx.boards.claim(HOLD)

    def _gather(self, board: Board) -> Material:
        with self.store.reading(through=True) as tx:
            home, edition = tx.home(), board.spot.edition
            wanted = Wanted(
                period=periods.parse(board.spot.period, home.zone),
                edition=as_edition(edition),
                person=board.person,
                reader=home,
            )
            return gather(tx, wanted)

    def _lay(self, board: Board, packed: bytes) -> None:
        with self.store.transaction() as tx:
            tx.boards.lay(board.spot, unpack(packed))

    def _lay_down(self, board: Board) -> None:
        with self.store.transaction() as tx:
            tx.boards.lay_down(board.spot)

    def _fail(self, board: Board) -> None:
        with self.store.transaction() as tx:
            tx.boards.fail(board.spot)


def as_edition(name: str) -> Edition:
    """Raises ValueError for what is none."""
    match name:
        case "hr" | "head" | "board" | "audit" | "mine":
            return name
    raise ValueError(name)


def spot(period: str, edition: Edition, person: str, directory: Directory) -> Spot:
    """All of a role share it. A head's are for one person: another is led by others, of whose
    violations they read nothing, and would read of who was head before.
    """
    whose = {"mine": [person], "head": [person, *sorted(headed(person, directory))]}.get(edition)
    if whose is None:
        return Spot(period, edition)
    scope = hashlib.sha256("/".join([edition, *whose]).encode()).hexdigest()[:SCOPE]
    return Spot(period, edition, scope)


def figures_at(tx: Transaction, at: Spot) -> tuple[Board | None, Figures | None]:
    """How they stand, and the last that were computed."""
    board = tx.boards.get(at)
    return board, _unpacked(board.body) if board is not None and board.body else None


# As they are kept


def packed(layout: Layout, material: Material) -> bytes:
    kept = {
        "coverage": material.coverage,
        "rooms": material.rooms,
        "title": layout.title,
        "shows": layout.shows,
        "notes": list(layout.notes),
        "tables": [_table(each) for each in layout.tables],
        "charts": [
            [each.shape, each.title, each.table, list(each.series), each.percent]
            for each in layout.charts
        ],
    }
    return pack(kept)


def _table(table: Table) -> Mapping[str, Any]:
    columns = [[each.header, each.kind, each.bar] for each in table.columns]
    rows = [[_cell(each) for each in row] for row in table.rows]
    return {"title": table.title, "columns": columns, "rows": rows}


def _cell(value: Any) -> Any:
    return [value.value, value.kind, value.tone] if isinstance(value, Shown) else [value]


def _unpacked(kept: Mapping[str, Any]) -> Figures:
    layout = Layout(
        title=kept["title"],
        shows=kept["shows"],
        notes=kept["notes"],
        tables=tuple(_laid(each) for each in kept["tables"]),
        charts=tuple(
            Chart(shape=shape, title=title, table=table, series=series, percent=percent)
            for shape, title, table, series, percent in kept["charts"]
        ),
    )
    return Figures(layout, kept["coverage"], kept["rooms"])


def _laid(kept: Mapping[str, Any]) -> Table:
    columns = (Column(header=header, kind=kind, bar=bar) for header, kind, bar in kept["columns"])
    rows = tuple(tuple(Shown(*cell) for cell in row) for row in kept["rows"])
    return Table(columns=tuple(columns), rows=rows, title=kept["title"])
