"""What LibreOffice makes of workbooks: pages of a PDF, or workbooks of its own."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.needs import need

XLSX = "xlsx:Calc MS Excel 2007 XML"
MINUTES = 15
FOOTER = 0.93  # of a page's height: below it stands the footer
NARROW = 0.4  # of a page's width
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One printed page. `spread`: the part of its width between the first and the last word."""

    number: int
    words: str
    spread: float

    @property
    def faults(self) -> list[str]:
        found = []
        if "###" in self.words:
            found.append(f"page {self.number}: ### for a number that does not fit")
        if "#NAME" in self.words or "Err:5" in self.words:
            found.append(f"page {self.number}: a formula that failed")
        if self.spread < NARROW:
            found.append(f"page {self.number}: {self.spread:.0%} of its width is used")
        return found


def convert(files: Sequence[Path], form: str, out: Path) -> list[Path]:
    """All of them into a folder, by one start of LibreOffice."""
    out.mkdir(parents=True, exist_ok=True)
    profile = f"-env:UserInstallation={(out / '.profile').resolve().as_uri()}"
    command = [need("libreoffice"), profile, "--headless", "--convert-to", form, "--outdir"]
    subprocess.run(
        [*command, str(out), *map(str, files)],
        check=True,
        capture_output=True,
        timeout=60 * MINUTES,
    )
    shutil.rmtree(out / ".profile", ignore_errors=True)
    return [out / f"{each.stem}.{form.split(':', maxsplit=1)[0]}" for each in files]


def leaves(pdf: Path) -> list[Leaf]:
    told = subprocess.run([need("pdftotext"), "-bbox", pdf, "-"], check=True, capture_output=True)
    root = ElementTree.fromstring(CONTROL.sub("", told.stdout.decode()))
    pages = root.iter("{http://www.w3.org/1999/xhtml}page")
    return [_leaf(number, page) for number, page in enumerate(pages, 1)]


def _leaf(number: int, page: ElementTree.Element) -> Leaf:
    wide, tall = float(page.attrib["width"]), float(page.attrib["height"])
    words = [each for each in page if float(each.attrib["yMax"]) < tall * FOOTER]
    first = min((float(each.attrib["xMin"]) for each in words), default=0.0)
    last = max((float(each.attrib["xMax"]) for each in words), default=0.0)
    return Leaf(number, " ".join(each.text or "" for each in page), (last - first) / wide)
