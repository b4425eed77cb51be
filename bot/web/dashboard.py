"""The key figures of a period as a page: those of the workbook, as they were computed last.

Policy 5.1.2, 5.2.1. To compute them takes as long as the company is large, so the worker does: this
page shows what is there, says how old it is, and has it computed where it is not.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.figuring import Figures, figures_at, spot
from bot.report import Shown, Table, Tone
from bot.store import Transaction
from bot.store.boards import Board, Spot
from bot.web import choosing, trouble
from bot.web.choosing import Choice
from bot.web.drawing import drawings
from bot.web.render import Tongue
from bot.web.scripts import scripts
from bot.web.showing import View
from bot.web.site import Site
from bot.web.telling import Told, told
from bot.web.visitors import Visitor
from bot.words import Say, Share, say

HERE = "/dashboard"
OLD = timedelta(hours=6)  # older figures are computed anew for who looks …
SETTLED = timedelta(days=7)  # … unless the period was over so long when they were computed
READABLE = 0.95  # coverage below which figures are to be read with care
TELLING = ("good", "fair", "bad")  # tones of a status that says how it stands
ASIDE = ("Target", "Period before", "Change", "Counted (n)")  # columns beside the figure itself


@dataclass(frozen=True, slots=True)
class Card:
    """One key figure."""

    id: str
    name: Told
    value: Told
    tone: Tone
    few: bool  # so few were counted that it says little
    status: Told
    between: tuple[Told, Told] | None  # the interval it lies in
    facts: Sequence[tuple[Say, Told]]


class Dashboard:
    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> tuple[Route, ...]:
        return (
            Route(HERE, self.look),
            Route(HERE, self.refresh, methods=["POST"]),
            Route(f"{HERE}/progress", self.progress),
        )

    async def look(self, request: Request) -> Response:
        asked = dict(request.query_params)
        visitor = await asyncio.to_thread(self._site.visitor, self._site.token(request))
        if visitor is not None:
            await asyncio.to_thread(self._have, visitor, asked)
        return await self._site.show(request, lambda tx, one: view(tx, one, asked))

    def _have(self, visitor: Visitor, asked: Mapping[str, str], *, anew: bool = False) -> Choice:
        """Asked for once: a second look finds it under way."""
        with self._site.store.reading() as tx:
            chosen = chosen_by(tx, visitor, asked)
            at = spot_of(tx, visitor, chosen)
            lacks = anew or is_old(tx, tx.boards.get(at), chosen)
        if lacks:
            with self._site.store.transaction() as tx:
                tx.boards.ask(at, visitor.person.id)
        return chosen

    async def refresh(self, request: Request) -> Response:
        posted = await self._site.posted(request)
        chosen = await asyncio.to_thread(self._have, posted.visitor, posted.fields, anew=True)
        return self._site.go(f"{HERE}{chosen.query}")

    async def progress(self, request: Request) -> Response:
        """What our script asks for while figures are computed."""
        asked, token = dict(request.query_params), self._site.token(request)
        return JSONResponse(await asyncio.to_thread(self._progress, token, asked))

    def _progress(self, token: object, asked: Mapping[str, str]) -> Mapping[str, object]:
        visitor = self._site.visitor(token)  # type: ignore[arg-type]
        if visitor is None:
            raise trouble.stranger()
        with self._site.store.reading() as tx:
            board = tx.boards.get(spot_of(tx, visitor, chosen_by(tx, visitor, asked)))
        if board is None or board.state != "waiting":
            return {"under_way": {}}
        words = Tongue(visitor.reader).plain(COMPUTING)
        return {"under_way": {"figures": {"words": words, "done": 0, "of": 0}}}


COMPUTING = say("The figures are being computed. This page shows them when they are there.")


def chosen_by(tx: Transaction, visitor: Visitor, asked: Mapping[str, str]) -> Choice:
    directory, zone = tx.people.snapshot().directory, tx.home().zone
    return choosing.choice(visitor.person, directory, tx.clock.now(), zone, asked)


def spot_of(tx: Transaction, visitor: Visitor, chosen: Choice) -> Spot:
    directory = tx.people.snapshot().directory
    return spot(chosen.period.label, chosen.edition, visitor.person.id, directory)


def is_old(tx: Transaction, board: Board | None, chosen: Choice) -> bool:
    """It is to be computed for who looks now."""
    if board is None:
        return True
    if board.state != "made" or board.made_at is None:
        return False
    if board.made_at >= chosen.period.end + SETTLED:
        return False
    return board.made_at + OLD < tx.clock.now()


def view(tx: Transaction, visitor: Visitor, asked: Mapping[str, str]) -> View:
    chosen = chosen_by(tx, visitor, asked)
    board, figures = figures_at(tx, spot_of(tx, visitor, chosen))
    made_at = board.made_at if board else None
    values = {
        "chosen": chosen,
        "names": choosing.NAMES,
        "as_of": say("As of {moment}", moment=made_at) if made_at else None,
        "under_way": board is None or board.state == "waiting",
        "failed": board is not None and board.state == "failed",
        "computing": COMPUTING,
        "watch": f"{HERE}/progress{chosen.query}",
        "scripts": scripts("watch.js"),
        **_shown(figures),
    }
    return View("dashboard.html", say("Dashboard"), HERE, values)


def _shown(figures: Figures | None) -> Mapping[str, object]:
    if figures is None:
        return {"cards": (), "drawings": (), "remarks": (), "coverage": None, "covered": True}
    layout = figures.layout
    return {
        "cards": cards(layout.tables[0]),
        "drawings": drawings(layout),
        "remarks": layout.notes,
        "coverage": say("Data coverage: {share}", share=Share(figures.coverage)),
        "covered": figures.coverage >= READABLE,
    }


def cards(table: Table) -> list[Card]:
    """By the names of the columns, whatever else stands beside them."""
    found = []
    headers = [column.header for column in table.columns]
    aside = [name for name in headers if name.sentence in ASIDE]
    for row in table.rows:
        cells = {
            column.header.sentence: _cell(value, column.kind)
            for column, value in zip(table.columns, row, strict=True)
        }
        low, high = cells["Interval, low"], cells["Interval, high"]
        value, status = cells["Value"], cells["Status"]
        found.append(
            Card(
                id=str(row[0].value if isinstance(row[0], Shown) else row[0]),
                name=cells["Key figure"][0],
                value=value[0],
                tone=status[1] if status[1] in TELLING else "plain",
                few=value[1] == "grey",
                status=status[0],
                between=(low[0], high[0]) if low[1] == "grey" else None,
                facts=[(name, cells[name.sentence][0]) for name in aside],
            )
        )
    return found


def _cell(value: object, kind: str) -> tuple[Told, Tone]:
    shown = value if isinstance(value, Shown) else Shown(value)  # type: ignore[arg-type]
    return told(shown.value, shown.kind or kind), shown.tone  # type: ignore[arg-type]
