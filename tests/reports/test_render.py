"""A program that is not ours opens the workbook and prints it: nothing missing, nothing as ###."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.needs import need
from tests.reports.company import company
from tests.reports.test_recount import made


@pytest.mark.slow
def test_libreoffice_prints_every_sheet(tmp_path: Path) -> None:
    office = need("libreoffice")
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is missing: sudo apt-get install poppler-utils")
    report = made(company(500), "hr", tmp_path)

    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(report.path)], check=True, capture_output=True, timeout=120)

    words = _words(tmp_path / "hr.pdf")
    for sheet in report.sheets[1:]:
        assert sheet.name in words
    assert words.count("\f") >= len(report.sheets)
    assert "###" not in words
    assert "target missed" in words
    assert "Working time to the answer" in words  # a chart's title


def _words(file: Path) -> str:
    text = subprocess.run(["pdftotext", "-layout", file, "-"], check=True, capture_output=True)
    return text.stdout.decode()
