"""Workbooks keep to the schema of the file format, as the Open XML SDK has it."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.needs import need
from tests.reports.company import company
from tests.reports.test_recount import made


@pytest.mark.slow
def test_a_workbook_keeps_to_the_schema(tmp_path: Path) -> None:
    audit, report = need("audit"), made(company(300), "hr", tmp_path)

    command = [audit, "-m", "openxml_audit", str(report.path), "-o", "json", "-m", "0"]
    said = subprocess.run(command, check=False, capture_output=True, timeout=120).stdout
    (found,) = json.loads(said)

    assert found["format"]
    assert [each for each in found["errors"] if each["severity"] != "warning"] == []
