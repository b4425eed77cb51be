"""A report that is made by itself: its key figures, what it corrects, its workbook, a picture.

Policy 5.1.2, 5.2.1. A correction that would correct nothing is not written.
"""

from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from bot.policy import keyfigures
from bot.policy.keyfigures import Change, Corrected, Issue, KeyFigure
from bot.report import Material, Tell, silent
from reports.build import build
from reports.measures import MEASURES


def issue(material: Material, out: Path, tell: Tell = silent) -> Issue | None:
    """The workbook at `out`, its picture beside it (.png). None where late data changed nothing."""
    figures, earlier = tuple(key_figures(material)), material.wanted.earlier
    changes: tuple[Change, ...] = ()
    if earlier is not None:
        changes = keyfigures.changes(figures, earlier.figures)
        if not keyfigures.corrects(changes):
            return None
        material = replace(material, corrected=Corrected(earlier, changes))
    build(material, out, tell=tell)
    return Issue(figures, changes, _draw(material, out.with_suffix(".png")))


def key_figures(material: Material) -> Iterator[KeyFigure]:
    for each in MEASURES:
        if material.edition not in each.who:
            continue
        target = material.rulebook.targets.get(each.target)
        yield KeyFigure(
            id=each.id,
            name=each.name,
            now=each.of(material.now),
            before=each.of(material.before),
            target=None if target is None else target / 100,
        )


def _draw(material: Material, out: Path) -> str:
    """The kind of error, if any: a report without a picture is worth more than none."""
    if find_spec("matplotlib") is None:
        return ""
    from reports.picture import draw  # noqa: PLC0415  (an extra)

    try:
        draw(material, out)
    except Exception as error:
        out.unlink(missing_ok=True)
        return type(error).__name__
    return ""
