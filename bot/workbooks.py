"""Where what was gathered meets its sheets: run in a process of its own, without the bot around it.

So only there are openpyxl and the sheets loaded, and nothing there that a report does not need.
"""

from dataclasses import replace
from pathlib import Path

from adapters.matrix.known import ABILITIES as MATRIX
from adapters.slack.known import ABILITIES as SLACK
from bot.figuring import packed
from bot.report import Material, Tell, silent
from bot.web.adapter import Web


def workbook(material: Material, out: Path, tell: Tell = silent) -> object:
    from reports.build import build  # noqa: PLC0415

    return build(able(material), out, tell=tell)


def issued(material: Material, out: Path, tell: Tell = silent) -> object:
    """As `workbook`, of a report that nobody asked for: with its key figures and a picture."""
    from reports.issue import issue  # noqa: PLC0415

    return issue(able(material), out, tell)


def figures(material: Material, out: Path, tell: Tell = silent) -> object:  # noqa: ARG001
    """The first sheet as values, for the pages."""
    from reports.dashboard import build  # noqa: PLC0415

    return out.write_bytes(packed(build(material), material))


def able(material: Material) -> Material:
    """With what the platforms can do, as far as they are known."""
    found = {"slack": SLACK, "matrix": MATRIX, Web.platform: Web.abilities}
    if any(each.platform == "playground" for each in material.quality.sources):
        from adapters.playground import Playground  # noqa: PLC0415  (it brings its pages along)

        found["playground"] = Playground.abilities
    return replace(material, abilities=found)
