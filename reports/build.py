"""Makes one workbook: the sheets of an edition, drawn, looked into, put into place."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.report import Material, Sheet
from bot.words import Reader, say
from reports import SHEETS, cover, proof
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
    material: Material, out: Path, sheets: Sequence[Sheet] = SHEETS, limit: int = LIMIT
) -> Report:
    """Into `out`, whole or not at all. Raises Broken; then nothing is there."""
    book = Book(imprint(material), limit)
    for sheet in sheets:
        if material.edition in sheet.who:
            book.add(sheet.name, sheet.build(material))
    return Report(path=out, sheets=book.save(out), digest=proof.digest(out))


def imprint(material: Material) -> Imprint:
    return Imprint(
        title=say("Communication compliance report"),
        about=cover.about(material),
        report=material.report,
        made_at=material.made_at,
        reader=material.reader,
        other=_other(material),
    )


def _other(material: Material) -> Reader:
    """English beside Chinese, Chinese (the company's, else simplified) beside English."""
    if material.reader.language.casefold().startswith("zh"):
        return Reader("en", material.reader.zone)
    company = material.rulebook.language
    chinese = company if company.casefold().startswith("zh") else "zh_Hans"
    return Reader(chinese, material.reader.zone)
