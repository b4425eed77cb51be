"""A report that is made by itself, in full: figures, corrections, workbook, picture.

Policy 5.1.2, 5.2.1.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from io import BytesIO
from itertools import combinations
from pathlib import Path

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from bot import making
from bot.gathering import gather
from bot.policy import keyfigures, periodic, periods
from bot.policy.density import Density
from bot.policy.duties import Duty
from bot.policy.figures import Beyond, Portion, Rate, TooFew
from bot.policy.keyfigures import Earlier, Figure, KeyFigure
from bot.policy.people import Absence, Person
from bot.policy.reading import Mistakes, default_rulebook, read
from bot.report import Edition, Material, Wanted
from bot.store import Store, Transaction
from bot.store.prints import Prints
from bot.store.reporting import Reporting
from bot.words import Code, Reader, render, say
from bot.workbooks import issued
from reports import picture
from reports.issue import key_figures
from tests.reports.company import NOW, company
from tests.reports.test_recount import READERS

OCTOBER = periods.parse("2026-10", "Asia/Shanghai")


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    store = company(300)
    yield store
    store.db.dispose()


@pytest.fixture(scope="module")
def busy() -> Iterator[Store]:
    """In which there is something to draw, and of what the board reads, something hidden."""
    store = company(120, busy=30)
    yield store
    store.db.dispose()


def material(
    store: Store, edition: Edition = "hr", language: str = "en", earlier: Earlier | None = None
) -> Material:
    reader = Reader(language, "Asia/Shanghai")
    wanted = Wanted(
        period=OCTOBER, edition=edition, person=READERS[edition], reader=reader, earlier=earlier
    )
    with store.reading() as tx:
        return gather(tx, wanted)


def said_before(store: Store, **others: Figure) -> Earlier:
    """A first version that said the same, but for these."""
    said = dict(keyfigures.kept(key_figures(material(store))))
    said |= {id: keyfigures.plain(figure) for id, figure in others.items()}
    return Earlier(1, NOW - timedelta(hours=1), NOW, said)


@pytest.mark.thorough
def test_a_correction_says_old_and_new_on_its_cover(store: Store) -> None:
    """By a process of its own, as it is."""
    corrects = material(store, earlier=said_before(store, K2=Rate(1, 2)))

    made = asyncio.run(making.issue(issued, corrects))

    assert made.issue is not None
    (change,) = made.issue.changes
    assert (change.id, change.old) == ("K2", Rate(1, 2))
    assert made.picture is not None
    assert made.picture.startswith(b"\x89PNG")
    assert made.workbook is not None
    cover = load_workbook(BytesIO(made.workbook)).worksheets[0]
    rows = [[cell.value for cell in row] for row in cover.iter_rows(max_col=3)]
    assert ["Version", 2] in [row[:2] for row in rows]
    assert any("What late data have changed" in str(row[0]) for row in rows)
    (changed,) = [row for row in rows if row[0] == "On-time rate"]
    assert isinstance(change.new, Rate)
    assert changed[1:] == [0.5, pytest.approx(change.new.of_one)]


@pytest.mark.parametrize("moves", [{}, {"K16": Rate(1, 2)}, {"K27": 0.5}])
def test_what_is_never_at_rest_is_no_reason_for_a_correction(
    store: Store, moves: dict[str, Figure], tmp_path: Path
) -> None:
    corrects = material(store, earlier=said_before(store, **moves))

    assert issued(corrects, tmp_path / "report.xlsx") is None
    assert not list(tmp_path.iterdir())


def test_the_books_of_a_correction_close_when_the_first_did(store: Store) -> None:
    closed = NOW - timedelta(days=3)
    first = replace(said_before(store), closed_at=closed)

    corrects = material(store, earlier=first)

    assert (corrects.made_at, corrects.written_at) == (closed, NOW)
    assert all(nudge.at <= closed for nudge in corrects.nudges)


@pytest.mark.parametrize(
    "figure",
    [Rate(2, 3), TooFew(0, 1), TooFew(4, 20), Beyond(), Portion(0.875), timedelta(minutes=95), 1.5],
)
def test_a_figure_is_kept_as_plain_data_and_read_again(figure: Figure) -> None:
    data = keyfigures.plain(figure)

    assert keyfigures.read(data) == figure
    assert keyfigures.changes([KeyFigure(id="K", name=say("x"), now=figure, before=figure)], {
        "K": data
    }) == ()  # fmt: skip


def test_what_was_never_kept_is_no_figure() -> None:
    with pytest.raises(ValueError, match="no such figure"):
        keyfigures.read({"what": 1})


@pytest.mark.parametrize(
    ("now", "before", "change"),
    [
        (Rate(3, 4), Rate(1, 2), "+25.0 points"),
        (timedelta(hours=1), timedelta(minutes=90), "−30 min"),
        (2.0, 1.5, "+0.5"),
        (Rate(3, 4), Rate(6, 8), "no change"),
        (Density(3, 60.0), Density(6, 60.0), "−5.0"),
        (Rate(3, 4), TooFew(0, 1), None),
        (Beyond(), timedelta(hours=1), None),
    ],
)
def test_a_figure_says_by_how_much_it_moved(now: Figure, before: Figure, change: str) -> None:
    moved = keyfigures.moved(now, before)

    assert (moved and render(moved, Reader(), str)) == change


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (Rate(3, 4), "75%"),
        (TooFew(0, 1), "nothing to count"),
        (TooFew(3, 20), "n<20"),
        (Beyond(), "> period"),
        (timedelta(minutes=95), "1 h 35 min"),
        (1.26, "1.3"),
    ],
)
def test_a_figure_in_words(figure: Figure, words: str) -> None:
    assert render(keyfigures.spoken(figure), Reader(), str) == words


# When, by the policy


@pytest.mark.parametrize(
    ("period", "days", "at"),
    [
        ("2026-03", 1, "2026-04-01T09:00"),
        ("2026-03", 2, "2026-04-02T09:00"),
        ("2026-W10", 1, "2026-03-09T09:00"),
        ("2026-09", 1, "2026-10-08T09:00"),  # after the National Day
    ],
)
def test_a_report_is_made_some_working_days_after_its_period(
    period: str, days: int, at: str
) -> None:
    book = default_rulebook()
    rules = replace(book.reports, after_days=days, at=time(9))

    made = periodic.made_at(periods.parse(period, book.zone), rules, WITH_HOLIDAYS)

    assert f"{made:%Y-%m-%dT%H:%M}" == at


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('hr = ["day"]', "reports.hr must be one of week, month, quarter, year."),
        ("after_days = 0", "reports.after_days must be a whole number of working days, from 1"),
        ("keep_days = 0", "reports.keep_days must be a whole number of days, from 1"),
        ('as_file = ["mine"]', "reports.as_file must be one of hr, head, board, audit."),
        ('at = "25:00"', "reports.at must be a time such as 09:00."),
        ("days = 3", "A policy has no reports.days. Known: clause, hr,"),
    ],
)
def test_a_mistake_in_the_policy_is_explained_with_its_line(line: str, words: str) -> None:
    with pytest.raises(Mistakes) as wrong:
        read(f"[reports]\n{line}\n")

    (mistake,) = wrong.value.found
    assert mistake.line == 2
    assert render(mistake.what, Reader(), str).startswith(words)


# The picture


def test_the_picture_speaks_chinese_where_a_font_does(
    monkeypatch: pytest.MonkeyPatch, store: Store, tmp_path: Path
) -> None:
    chinese = Reader("zh_Hans", "Asia/Shanghai")
    monkeypatch.setattr(picture, "_installed", lambda name: name == "Noto Sans CJK TC")
    assert picture.pen_for(chinese).fonts[0] == "Noto Sans CJK TC"
    assert picture.pen_for(chinese).reader == chinese

    monkeypatch.setattr(picture, "_installed", lambda _: False)
    pen = picture.pen_for(chinese)
    picture.draw(material(store, language="zh_Hans"), tmp_path / "a.png")

    assert pen.words(say("Key figures of {period}", period=Code("2026-10"))) == (
        "Key figures of 2026-10"
    )
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_a_company_that_did_nothing_has_a_picture_too(tmp_path: Path) -> None:
    store = company(0)

    picture.draw(material(store, "board"), tmp_path / "a.png")

    assert (tmp_path / "a.png").stat().st_size
    store.db.dispose()


@pytest.mark.thorough
@pytest.mark.parametrize("language", ["en", "zh_Hans", "zh_Hant"])
@pytest.mark.parametrize("edition", ["hr", "board", "mine"])
def test_the_words_of_the_picture_lie_in_it_and_not_on_each_other(
    busy: Store, edition: Edition, language: str
) -> None:
    figure = picture.drawn(material(busy, edition, language))
    figure.canvas.draw()
    edges = figure.bbox
    titles = [axes._left_title.get_window_extent() for axes in figure.axes]  # type: ignore[attr-defined]
    notes = [text.get_window_extent() for axes in figure.axes for text in axes.texts]

    for box in (*titles, *notes):
        assert edges.x0 <= box.x0 < box.x1 <= edges.x1
        assert edges.y0 <= box.y0 < box.y1 <= edges.y1
    for one, other in combinations(titles, 2):
        assert not one.overlaps(other)
    wide = [axes.bbox.width for axes in figure.axes]
    assert min(wide) > 0.3 * edges.width


def test_the_picture_rounds_as_the_workbook_does() -> None:
    assert [picture._tenth(each) for each in (12.25, 12.35, 3.0, 78.64)] == [
        "12.3",
        "12.4",
        "3.0",
        "78.6",
    ]


WITH_HOLIDAYS = default_rulebook().calendars["office"]


def look(store: Store) -> str:
    with store.reading() as tx:
        return Prints(tx.rows, OCTOBER.start, OCTOBER.end).known(NOW)


def test_a_print_tells_what_changed_of_the_period_and_nothing_else() -> None:
    sees_changes(company(60, seed=9, busy=6))


@pytest.mark.thorough
def test_a_print_is_taken_on_postgresql_too(postgresql: sa.Engine) -> None:
    sees_changes(company(60, seed=9, busy=6, db=postgresql))


def sees_changes(small: Store) -> None:
    first = look(small)
    assert look(small) == first
    with small.transaction() as tx:
        tx.people.save([replace(person, id="new") for person in _some(tx)])
        of_november = replace(_one(tx), id="", number=0, due=OCTOBER.end + timedelta(hours=1))
        tx.duties.add(of_november)
        answered = replace(_one(tx, "open"), state="done", closed=NOW + timedelta(hours=1), how="x")
        tx.duties.save(answered)
    assert look(small) == first

    with small.transaction() as tx:
        tx.duties.save(replace(_one(tx, "done"), state="excused"))
    second = look(small)
    with small.transaction() as tx:
        leave = OCTOBER.start, OCTOBER.start + timedelta(days=1)
        tx.people.absent(Absence(person="sales-1", start=leave[0], end=leave[1], delegate=None))
    assert len({first, second, look(small)}) == 3


def _one(tx: Transaction, state: str = "done") -> Duty:
    due = list(Reporting(tx.rows).duties(OCTOBER.start, OCTOBER.end))
    return next(each for each in due if each.state == state and each.promised_for is None)


def _some(tx: Transaction) -> list[Person]:
    return [tx.people.snapshot().directory.people["sales-1"]]
