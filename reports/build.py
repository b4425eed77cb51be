"""Makes one workbook: the sheets of an edition, drawn, looked into, put into place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.report import Material, Progress, Sheet, Tell, silent
from bot.words import Reader, say
from reports import cover, proof
from reports.sheets import SHEETS
from reports.workbook import LIMIT, Book, Imprint, Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A finished workbook. `digest`: SHA-256 of the file, in hex."""

    path: Path
    sheets: tuple[Written, ...]
    digest: str

    @property
    def rows(self) -> int:
        return sum(sheet.rows for sheet in self.sheets)


def build(
    material: Material,
    out: Path,
    sheets: Sequence[Sheet] = SHEETS,
    limit: int = LIMIT,
    tell: Tell = silent,
) -> Report:
    """Into `out`, whole or not at all. Raises Broken; then nothing is there."""
    ours = [sheet for sheet in sheets if material.edition in sheet.who]
    book = Book(imprint(material), limit)
    try:
        for number, sheet in enumerate(ours):
            book.tell = _teller(tell, number, len(ours))
            book.tell(book.rows)
            book.add(sheet.name, sheet.build(material))
        tell(Progress("checking", len(ours), len(ours), book.rows))
        written = book.save(out)
    finally:
        book.drop()
    return Report(path=out, sheets=written, digest=proof.digest(out))


def imprint(material: Material) -> Imprint:
    return Imprint(
        title=say("Communication compliance report"),
        about=cover.about(material),
        report=material.report,
        made_at=material.written_at or material.made_at,
        reader=material.reader,
        other=_other(material),
        holder=material.directory.people[material.wanted.person].name,
    )


def _teller(tell: Tell, done: int, sheets: int) -> Callable[[int], object]:
    return lambda rows: tell(Progress("writing", done, sheets, rows))


def _other(material: Material) -> Reader:
    """English beside Chinese, Chinese (the company's, else simplified) beside English."""
    if material.reader.language.casefold().startswith("zh"):
        return Reader("en", material.reader.zone)
    company = material.rulebook.language
    chinese = company if company.casefold().startswith("zh") else "zh_Hans"
    return Reader(chinese, material.reader.zone)
