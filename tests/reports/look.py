"""Every sheet of every edition as a picture: python -m tests.reports.look --out DIR.

Also says what is cut, empty or too narrow. Needs LibreOffice, pdftoppm and, for the pictures of
all pages at once, Chromium.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from bot.report import EDITIONS, Edition
from bot.store import Store
from reports.build import Report, build
from tests.needs import need
from tests.reports import fitting, office, rated
from tests.reports.asking import material
from tests.reports.company import company

LANGUAGES = ("en", "zh_Hans", "zh_Hant")
ALL = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 12px; font: 14px sans-serif; background: #ddd }}
figure {{ display: inline-block; margin: 6px; vertical-align: top }}
img {{ width: 430px; background: #fff; box-shadow: 0 1px 4px #888 }}</style>
<h1>{title}</h1>{pages}"""
PAGE = "<figure><img src='{source}'><figcaption>{name}</figcaption></figure>"


@dataclass(frozen=True, slots=True)
class Looked:
    """One workbook, its printed pages and what is wrong with them."""

    name: str
    report: Report
    pdf: Path
    leaves: Sequence[office.Leaf]

    def faults(self) -> list[str]:
        found = fitting.faults(self.report.path)
        found += [fault for leaf in self.leaves for fault in leaf.faults]
        words = " ".join(leaf.words for leaf in self.leaves)
        found += [
            f"{sheet.name}: not printed"
            for sheet in self.report.sheets[1:]
            if sheet.name.split(" (")[0] not in words
        ]
        return found


def made(store: Store, edition: Edition, language: str, folder: Path) -> Report:
    return build(material(store, edition, language), folder / f"{edition}-{language}.xlsx")


def looked(
    store: Store, editions: Sequence[Edition], languages: Sequence[str], out: Path
) -> list[Looked]:
    reports = [made(store, each, one, out) for each in editions for one in languages]
    printed = office.convert([report.path for report in reports], "pdf", out)
    return [
        Looked(report.path.stem, report, pdf, office.leaves(pdf))
        for report, pdf in zip(reports, printed, strict=True)
    ]


def pictures(one: Looked, out: Path, dots: int) -> list[Path]:
    folder = out / one.name
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    subprocess.run(
        ["pdftoppm", "-r", str(dots), "-png", str(one.pdf), str(folder / "page")], check=True
    )
    return sorted(folder.glob("*.png"))


def sheet_of_all(browser: Any, one: Looked, shown: Sequence[Path]) -> None:
    """All pages of a workbook in one picture."""
    pages = "".join(PAGE.format(source=escape(each.as_uri()), name=each.stem) for each in shown)
    index = shown[0].parent / "all.html"
    index.write_text(ALL.format(title=escape(one.name), pages=pages), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1820, "height": 800})
    page.goto(index.as_uri())
    page.screenshot(path=shown[0].parent.parent / f"{one.name}.png", full_page=True)
    page.close()


def main() -> int:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (tests of others need it not)

    parser = argparse.ArgumentParser(prog="python -m tests.reports.look")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--edition", nargs="*", choices=EDITIONS, default=EDITIONS)
    parser.add_argument("--language", nargs="*", choices=LANGUAGES, default=LANGUAGES)
    parser.add_argument("--dots", type=int, default=60, help="to the inch")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, default=500, help="how many duties there are")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    store = company(asked.size, asked.seed, busy=60)
    rated.rate(store)
    rated.change(store)
    found = looked(store, asked.edition, asked.language, asked.out)
    bad = 0
    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(
            executable_path=need("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for one in found:
            sheet_of_all(browser, one, pictures(one, asked.out.resolve(), asked.dots))
            faults = one.faults()
            bad += len(faults)
            sys.stdout.write(f"{one.name}: {len(one.leaves)} pages, {len(faults)} faults\n")
            sys.stdout.writelines(f"  {fault}\n" for fault in faults)
        browser.close()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
