"""What fell due goes to who put it on the clock."""

from collections.abc import Sequence
from datetime import timedelta

from bot.handlers import (
    assessing,
    consent,
    convening,
    daily,
    delegating,
    disposals,
    drawing,
    dropping,
    issuing,
    notices,
    working_day,
)
from bot.handlers.consent import MINUTES
from bot.handlers.convening import MEETING, PREPARE
from bot.handlers.deeds import SILENCE
from bot.handlers.digests import DIGEST
from bot.handlers.ladder import LADDER
from bot.handlers.nudging import Nudging
from bot.store import Transaction
from bot.store.duties import Due


def fallen(tx: Transaction, nudging: Nudging, dues: Sequence[Due], gather: timedelta) -> None:
    """`gather` (lease time): how long what is planned is held back, so that more can join it."""
    kinds: dict[str, list[Due]] = {}
    for due in dues:
        kinds.setdefault(due.kind, []).append(due)
    for silence in kinds.get(SILENCE, ()):
        dropping.silence(tx, silence)
    for begun in kinds.get(delegating.BEGINS, ()):
        delegating.begin(tx, begun)
    notices.fallen(tx, kinds.get(notices.RECHECK, ()))
    convening.prepare(tx, kinds.get(PREPARE, ()))
    convening.happen(tx, kinds.get(MEETING, ()))
    consent.silence(tx, kinds.get(MINUTES, ()))
    disposals.fallen(tx, kinds.get(disposals.MONTHLY, ()))
    assessing.fallen(tx, [due for kind in assessing.KINDS for due in kinds.get(kind, ())])
    working_day.fallen(tx, kinds.get(working_day.DAY, ()))
    for sample in kinds.get(drawing.DRAW, ()):
        drawing.fallen(tx, sample)
    for report in kinds.get(issuing.REPORT, ()):
        issuing.fallen(tx, report)
    if LADDER in kinds:
        nudging.plan(tx, kinds[LADDER], gather)
    if DIGEST in kinds:
        daily.plan(tx, kinds[DIGEST], gather)
