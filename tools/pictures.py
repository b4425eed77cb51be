"""Makes the README's pictures of a replay and of the workbook: `python -m tools.pictures`.

Needs Chromium, LibreOffice and pdftoppm. The playground's: `python -m tests.browser.pictures`.
"""

import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.needs import need

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: #15191c; width: 1000px }}
pre {{ margin: 0; padding: 24px 28px; color: #dfe6e8; font: 15px/1.55 monospace; }}
b {{ color: #52c7b8 }}</style><pre><b>$ ./duly {command}</b>\n{text}</pre>"""
COMMAND = "replay examples/transcript.jsonl"


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


def dashboard(data: Path) -> None:
    """Of a demo's data folder: the last month that is over."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        book = folder / "report.xlsx"
        words = [sys.executable, "-m", "bot", "report", "--month", "2026-10", "--data", str(data)]
        subprocess.run([*words, "--out", str(book)], cwd=ROOT, check=True)
        office = [need("libreoffice"), "--headless", "--convert-to", "pdf", "--outdir", name]
        subprocess.run([*office, str(book)], check=True, capture_output=True)
        pages = ["pdftoppm", "-r", "110", "-f", "2", "-l", "2", "-png", "-singlefile"]
        out = PICTURES / "dashboard"
        subprocess.run([*pages, str(folder / "report.pdf"), str(out)], check=True)


if __name__ == "__main__":
    replay()
    dashboard(Path(sys.argv[1]))
