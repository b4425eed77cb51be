"""The console: figures as the workbook has them, workbooks for whom they are, and the way there."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from bot.card import Card
from bot.effects import Upload
from bot.events import account_of
from bot.figuring import figures_at, packed, spot
from bot.gathering import gather
from bot.policy import periods
from bot.report import Chart, Column, Edition, Kind, Layout, Shown, Table, Value, Wanted
from bot.store.files import PIECE
from bot.store.schema import files, notes, orders
from bot.store.schema_console import boards
from bot.web import drawing, fetching
from bot.web.dashboard import cards
from bot.web.fetching import Fetched
from bot.web.menu import MENU
from bot.web.render import Tongue
from bot.web.telling import told
from bot.words import Reader, render, say
from reports.dashboard import build
from tests.desk import Desk
from tests.web.lobby import Lobby, Visit

MONTH = "2026-03"
BODY = b"a workbook"


@pytest.fixture(scope="module")
def kept() -> Iterator[Lobby]:
    """Somebody asked, somebody answered, and the day is over. What follows does not undo it."""
    desk = Desk()
    lobby = Lobby(desk)
    for question in ("is the lift mended", "when does the audit begin", "who has the key"):
        desk.posts("ann", f"@bob {question}?")
    desk.says("bob", "done 1")
    desk.wait(timedelta(days=1))
    yield lobby
    desk.close()


@pytest.fixture
def busy(kept: Lobby) -> Lobby:
    """Nobody has asked for figures or workbooks yet."""
    with kept.desk.store.transaction() as tx:
        for table in (boards, orders, notes):
            tx.rows.remove(table)
    return kept


def computes(lobby: Lobby) -> None:
    """As the worker does, but for a process of its own."""
    figuring = lobby.desk.bot.figuring
    while (board := figuring._claim()) is not None:
        material = figuring._gather(board)
        figuring._lay(board, packed(build(material), material))


def makes(lobby: Lobby) -> int:
    """What was ordered last becomes a file, as the worker makes one; its number."""
    with lobby.desk.store.transaction() as tx:
        order = tx.orders.claim(timedelta(minutes=1))
        assert order is not None
        file = tx.files.add("duly.xlsx", order.person, BODY, timedelta(days=14))
        tx.orders.settle(order.id, "made", file)
        ready = Upload(account_of(order.account), file, "duly.xlsx", Card(say("Ready")))
        tx.outbox.add(ready, f"order/{order.id}/0", urgent=True)
    while asyncio.run(lobby.desk.bot.turn()):
        pass
    return int(order.number)


@contextmanager
def without_roles(lobby: Lobby, who: str) -> Iterator[None]:
    with lobby.desk.store.transaction() as tx:
        known = tx.people.snapshot().directory.people[who]
        tx.people.save([replace(known, roles=frozenset())])
    yield
    with lobby.desk.store.transaction() as tx:
        tx.people.save([known])


def cell(value: Value | Shown) -> Value:
    return value.value if isinstance(value, Shown) else value


def state(lobby: Lobby, edition: Edition, who: str) -> str:
    with lobby.desk.store.reading() as tx:
        found = tx.boards.get(spot(MONTH, edition, who, tx.people.snapshot().directory))
    return found.state if found else ""


@pytest.mark.thorough
def test_the_page_says_what_the_sheet_of_the_workbook_says(busy: Lobby) -> None:
    hana = busy.signs_in("hana")
    assert "being computed" in hana.opens("/dashboard").words
    assert asyncio.run(busy.desk.bot.figuring.round()) == 1
    page = hana.opens("/dashboard").words

    with busy.desk.store.reading() as tx:
        period = periods.parse(MONTH, tx.home().zone)
        sheet = build(
            gather(tx, Wanted(period=period, edition="hr", person="hana", reader=Reader()))
        )
    shown = cards(sheet.tables[0])
    assert {"bad", "fair"} & {card.tone for card in shown}
    for card in shown:
        said = [card.name, card.value, card.status, *(value for _, value in card.facts)]
        for each in said:
            assert render(each, Reader("en", "Asia/Shanghai"), str) in page
    for table in sheet.tables[1:]:
        for row in table.rows:
            assert render(told(cell(row[0]), "text"), Reader(), str) in page


def test_figures_are_asked_for_once_and_kept_until_they_are_old(busy: Lobby) -> None:
    ann, desk = busy.signs_in("ann"), busy.desk
    for _ in range(3):
        ann.opens("/dashboard")
    with desk.store.reading() as tx:
        assert tx.rows.count(boards) == 1
    computes(busy)
    assert "being computed" not in ann.opens("/dashboard").words
    assert state(busy, "mine", "ann") == "made"

    with desk.store.transaction() as tx:
        tx.rows.change(boards, made_at=tx.clock.now() - timedelta(hours=7))
    words = ann.opens("/dashboard").words
    assert "As of" in words  # the old ones, until the new are there
    assert state(busy, "mine", "ann") == "waiting"


def test_they_are_computed_anew_for_who_asks(busy: Lobby) -> None:
    ann = busy.signs_in("ann")
    ann.opens("/dashboard")
    computes(busy)
    ann.opens("/dashboard")
    ann.presses("Compute them anew")
    assert state(busy, "mine", "ann") == "waiting"


def test_a_reader_gets_the_editions_of_their_roles_and_no_other(busy: Lobby) -> None:
    for who, offered in (("hana", ["hr", "board", "mine"]), ("ann", ["mine"])):
        page = busy.signs_in(who).opens("/dashboard?edition=audit")
        values = [have["value"] for tag, have in page.tags if tag == "option" and "value" in have]
        assert [each for each in values if each in ("hr", "head", "board", "audit", "mine")] == (
            offered
        )
    assert state(busy, "audit", "ann") == ""


def test_no_figures_are_shown_to_who_may_have_them_no_longer(busy: Lobby) -> None:
    hana = busy.signs_in("hana")
    hana.opens("/dashboard")
    computes(busy)
    assert "Response rate" in hana.opens("/dashboard").words
    with without_roles(busy, "hana"):
        assert "Response rate" not in hana.opens("/dashboard?edition=hr").words


def test_heads_of_other_departments_share_no_figures(busy: Lobby) -> None:
    with busy.desk.store.reading() as tx:
        directory = tx.people.snapshot().directory
    heads = {each.head for each in directory.departments.values() if each.head}
    assert len(heads) > 1
    spots = {spot(MONTH, "head", head, directory) for head in heads}
    assert len(spots) == len(heads)
    assert spot(MONTH, "hr", "ann", directory) == spot(MONTH, "hr", "bob", directory)
    assert spot(MONTH, "mine", "ann", directory) != spot(MONTH, "mine", "bob", directory)


def test_who_heads_a_department_next_reads_nothing_that_was_made_for_who_headed_it(
    busy: Lobby,
) -> None:
    with busy.desk.store.reading() as tx:
        directory = tx.people.snapshot().directory
    unit = next(each for each in directory.departments.values() if each.head == "mei")
    units = {**directory.departments, unit.id: replace(unit, head="bob")}

    after = replace(directory, departments=units)

    assert spot(MONTH, "head", "bob", after) != spot(MONTH, "head", "mei", directory)


def test_figures_that_cannot_be_computed_are_given_up_and_said(busy: Lobby) -> None:
    ann, desk = busy.signs_in("ann"), busy.desk
    ann.opens("/dashboard")
    with desk.store.transaction() as tx:
        for _ in range(4):  # who dies over it says nothing
            tx.boards.claim(timedelta(0))
    assert "could not be computed" in ann.opens("/dashboard").words


def test_a_period_that_is_not_offered_is_not_computed(busy: Lobby) -> None:
    ann = busy.signs_in("ann")
    ann.opens("/dashboard?period=1999-01")
    with busy.desk.store.reading() as tx:
        at = spot("1999-01", "mine", "ann", tx.people.snapshot().directory)
        assert figures_at(tx, at) == (None, None)
    assert state(busy, "mine", "ann") == "waiting"  # this month instead


# Workbooks


@dataclass
class Made:
    visit: Visit
    number: int

    @property
    def path(self) -> str:
        return f"/reports/{self.number}"


def ordered(lobby: Lobby, who: str, edition: str) -> Visit:
    visit = lobby.signs_in(who)
    visit.opens("/reports")
    visit.presses("Make it", period=MONTH, edition=edition)
    return visit


@pytest.fixture
def made(busy: Lobby) -> Made:
    """Ann's own."""
    return Made(ordered(busy, "ann", "mine"), makes(busy))


@pytest.mark.thorough
def test_a_report_is_made_for_its_reader_and_taken(busy: Lobby) -> None:
    ann, bot = ordered(busy, "ann", "mine"), busy.desk.bot
    assert asyncio.run(bot.workshop.round()) == 1
    page = ann.opens("/reports")
    links = [have["href"] for tag, have in page.tags if tag == "a" and "/file" in have["href"]]
    ann.get(links[0])
    book = load_workbook(BytesIO(ann.answer.content))
    assert "confidential, for Ann only" in str(book.worksheets[0]["A2"].value)

    feet: list[Any] = [sheet.oddFooter for sheet in book.worksheets]
    (foot,) = {each.left.text for each in feet}
    assert "Ann, Tue 3 Mar, 09:00" in foot


def test_nobody_else_takes_it_and_hr_sees_who_did(made: Made, busy: Lobby) -> None:
    made.visit.get(f"{made.path}/file")
    assert (made.visit.answer.status_code, made.visit.answer.content) == (200, BODY)
    for who in ("bob", "hana"):
        other = busy.signs_in(who)
        other.get(f"{made.path}/file")
        assert other.answer.status_code == 404
        other.get(made.path)
        assert other.answer.status_code == (200 if who == "hana" else 404)
        other.get("/reports/all")
        assert other.answer.status_code == (200 if who == "hana" else 404)
    assert f"#{made.number} 2026-03 · My own figures" in other.reads.words
    assert "taken from this page" in other.opens(made.path).words
    assert "Download" not in other.reads.words


def test_looking_at_its_head_takes_nothing(made: Made) -> None:
    made.visit.send("HEAD", f"{made.path}/file", b"", {})
    assert made.visit.answer.status_code == 200
    assert "Nobody has taken it yet." in made.visit.opens(made.path).words


def test_the_file_of_a_note_is_written_down_as_well(made: Made) -> None:
    page = made.visit.opens("/reports")
    links = [have["href"] for tag, have in page.tags if tag == "a" and "/notes/" in have["href"]]
    made.visit.get(links[0])
    assert made.visit.answer.status_code == 200
    assert "taken from this page" in made.visit.opens(made.path).words


def test_what_is_sent_in_the_chat_is_written_down_when_it_arrived(busy: Lobby) -> None:
    busy.desk.says("ann", f"report mine {MONTH}")
    number = makes(busy)
    words = busy.signs_in("ann").opens(f"/reports/{number}").words
    assert "sent to them in the chat" in words


def test_an_expired_one_says_so(made: Made, busy: Lobby) -> None:
    with busy.desk.store.transaction() as tx:
        tx.rows.change(files, files.c.owner == "ann", expires_at=tx.clock.now())
    made.visit.get(f"{made.path}/file")
    assert made.visit.answer.status_code == 404
    assert "expired" in made.visit.reads.words
    assert "expired, and removed" in made.visit.opens("/reports").words


def test_who_lost_the_role_loses_the_file(busy: Lobby) -> None:
    hana = ordered(busy, "hana", "hr")
    path = f"/reports/{makes(busy)}/file"
    with without_roles(busy, "hana"):
        hana.get(path)
    assert hana.answer.status_code == 404
    hana.get(path)
    assert hana.answer.status_code == 200


def test_an_edition_that_is_not_theirs_is_not_ordered(busy: Lobby) -> None:
    ann = busy.signs_in("ann")
    ann.opens("/reports")
    form = next(each for each in ann.reads.forms if "Make it" in each.buttons)
    ann.post("/reports", form.fields | {"period": MONTH, "edition": "hr"})
    assert ann.answer.status_code == 400
    assert "not for your role" in busy.desk.says("ann", f"report hr {MONTH}")[0]
    with busy.desk.store.reading() as tx:
        assert tx.orders.of("ann") == []


def test_the_same_again_is_one_of_its_own_and_stands_first(made: Made, busy: Lobby) -> None:
    made.visit.opens("/reports")
    made.visit.presses("Make it", period=MONTH, edition="mine")
    second = makes(busy)
    words = made.visit.opens("/reports").words
    assert words.index(f"#{second} 2026-03 · My own figures") < words.index(f"#{made.number} 2026")


def test_how_far_it_is_can_be_asked_by_its_owner(busy: Lobby) -> None:
    ann = ordered(busy, "ann", "mine")
    ann.get("/reports/progress")
    (far,) = ann.answer.json()["under_way"].values()
    assert far == {"words": "It waits for its turn.", "done": 0, "of": 0}
    bob = busy.signs_in("bob")
    bob.get("/reports/progress")
    assert bob.answer.json() == {"under_way": {}}


def test_a_large_file_is_sent_piece_by_piece(busy: Lobby) -> None:
    desk = busy.desk
    body = bytes(range(256)) * (10 * PIECE // 1024 + 3)
    with desk.store.transaction() as tx:
        id = tx.files.add("duly.xlsx", "ann", body, timedelta(days=1))
    sizes = []

    async def read() -> bytes:
        whole = b""
        async for piece in fetching._pieces(desk.store, Fetched(id, "duly.xlsx", len(body))):
            sizes.append(len(piece))
            whole += piece
        return whole

    assert asyncio.run(read()) == body
    assert sizes == [PIECE, PIECE, len(body) - 2 * PIECE]


# The way there


def test_every_entry_of_the_menu_leads_somewhere(busy: Lobby) -> None:
    known = {each.path for group in MENU for each in group.entries}
    seen = set()
    for who in ("ann", "hana", "mei"):
        visit = busy.signs_in(who)
        page = visit.opens("/mine")
        links = {have["href"] for tag, have in page.tags if tag == "a"} & known
        assert {"/mine", "/dashboard", "/reports", "/notices", "/settings"} <= links
        for each in sorted(links):
            visit.get(each)
            assert visit.answer.status_code == 200, each
        seen |= links
    assert "/team" in seen


def test_the_page_that_is_open_is_marked(busy: Lobby) -> None:
    page = busy.signs_in("ann").opens("/reports")
    marked = [have["href"] for tag, have in page.tags if have.get("aria-current") == "page"]
    assert marked == ["/reports", "/reports"]  # on a desk, and in the drawer of a phone


# Charts


def layout(shape: str, rows: Sequence[tuple[object, ...]], series: tuple[int, ...]) -> Layout:
    columns = tuple(Column(header=say("Period"), kind="percent") for _ in rows[0])
    chart = Chart(shape=shape, title=say("Charts"), table=0, series=series, percent=True)  # type: ignore[arg-type]
    return Layout(
        title=say("Charts"),
        shows=say("Charts"),
        tables=(Table(columns=(), rows=()), Table(columns=columns, rows=rows)),  # type: ignore[arg-type]
        charts=(chart,),
    )


def test_a_line_breaks_off_where_there_is_no_number() -> None:
    rows = [("1", 0.5), ("2", None), ("3", 1.0), ("4", 0.0)]
    (drawn,) = drawing.drawings(layout("line", rows, (2,)))
    (line,) = drawn.lines
    assert (line.path.count("M"), line.path.count("L")) == (2, 1)
    heights = [dot.y for dot in line.dots]
    assert heights[1] < heights[0] < heights[2]  # the more, the higher
    assert all(0 <= dot.x <= drawn.width for dot in line.dots)


def test_bars_are_as_long_as_their_share_and_stay_on_the_paper() -> None:
    rows = [("a", 3, 1), ("b", 0, 0), ("c", 1, 1)]
    (drawn,) = drawing.drawings(layout("stacked", rows, (2, 3)))
    widths = [sum(piece.width for piece in bar.pieces) for bar in drawn.bars]
    assert widths == [pytest.approx(2 * widths[2]), 0, widths[2]]
    assert max(bar.end for bar in drawn.bars) < drawn.width
    first = drawn.bars[0].pieces
    assert first[1].x == pytest.approx(first[0].width)


def test_numbers_are_said_as_the_workbook_formats_them() -> None:
    tongue = Tongue(Reader())
    cells: tuple[tuple[Any, Kind], ...] = (
        (0.9312, "percent"), (-1.25, "change"), (-90, "minutes"), (None, "text"),
        (2.04, "decimal"), (1234, "whole"), (timedelta(minutes=95), "span"),
    )  # fmt: skip
    said = [tongue.plain(told(*each)) for each in cells]
    assert said == ["93.1%", "−1.2 points", "−1 h 30 min", "—", "2.0", "1,234", "1 h 35 min"]
