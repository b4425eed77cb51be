"""`duly policy coverage`: every clause with what carries it out and what shows it. Policy 5.1.2."""

from typing import TYPE_CHECKING

from bot.cli.common import FINE, FOUND, MISUSED, Out

if TYPE_CHECKING:
    from bot.store import Store

MARKS = {"runs": "●", "quiet": "▲", "gap": "■"}


def run(period: str | None, store: "Store", out: Out) -> int:
    """0: every clause has something that carries it out, 1: not every one, 2: asked for wrongly."""
    from bot.cli.people import spoken
    from bot.gathering.covering import covered
    from bot.policy import periods

    words = spoken()
    with store.reading() as tx:
        zone = tx.home().zone
        try:
            asked = periods.parse(period or f"{tx.clock.now():%Y-%m}", zone)
        except periods.NoPeriod as no:
            out(words(no.why))
            return MISUSED
        found = covered(tx, asked.start, asked.end)
    for each in found:
        mark, count = MARKS[each.standing], each.traces.count
        first = each.controls[0] if each.controls else "-"
        asks = words(each.clause.asks)
        out(f"{mark} {each.clause.id:17} {count:7}  {each.clause.owner:16} {first:40} {asks}")
    out(f"{asked.label}: ● at work, ▲ nothing in this period, ■ nothing carries it out")
    return FOUND if any(each.standing == "gap" for each in found) else FINE
