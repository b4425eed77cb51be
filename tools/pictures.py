"""Makes the README's pictures of a replay and of the workbook: `python -m tools.pictures`.

Needs Chromium, LibreOffice and pdftoppm. The playground's: `python -m tests.browser.pictures`.
"""

import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

from playwright.sync_api import sync_playwright

from bot.report import Edition
from tests.needs import need
from tests.reports.company import company
from tests.reports.look import looked

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: #15191c; width: 1000px }}
pre {{ margin: 0; padding: 24px 28px; color: #dfe6e8; font: 15px/1.55 monospace; }}
b {{ color: #52c7b8 }}</style><pre><b>$ ./duly {command}</b>\n{text}</pre>"""
COMMAND = "replay examples/transcript.jsonl"
SHEETS: tuple[tuple[Edition, str, str, str, int], ...] = (  # with how much of the page, pixels
    ("board", "en", "Dashboard ·", "dashboard", 795),
    ("hr", "zh_Hans", "部门 ·", "departments-chinese", 380),
    ("hr", "en", "Individuals ·", "individuals", 530),
)


def replay() -> None:
    words = [sys.executable, "-m", "bot", *COMMAND.split()]
    said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=need("chromium"), args=options)
        page = browser.new_page(viewport={"width": 1000, "height": 100})
        page.set_content(PAGE.format(command=COMMAND, text=escape(said)))
        page.screenshot(path=PICTURES / "replay.png", full_page=True)
        browser.close()


def workbook() -> None:
    """Three sheets about a made-up company, as LibreOffice prints them."""
    store = company(6_000, busy=60)
    with tempfile.TemporaryDirectory() as name:
        for edition, language, sheet, picture, high in SHEETS:
            (one,) = looked(store, (edition,), (language,), Path(name))
            at = next(leaf.number for leaf in one.leaves if leaf.words.startswith(sheet))
            options = ["-r", "110", "-f", str(at), "-l", str(at), "-png", "-singlefile"]
            options += ["-H", str(high)]
            subprocess.run(["pdftoppm", *options, one.pdf, PICTURES / picture], check=True)


if __name__ == "__main__":
    replay()
    workbook()
