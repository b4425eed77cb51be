"""The key figures: what the dashboard prints and the last sheet explains."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.policy import figures
from bot.policy.figures import Share, Span
from bot.report import Picture
from bot.words import Say, say

Figure = Share | Span | float
DUTIES = say("Duties due in the period, without the dropped, the excused and those passed on.")
ALL_DUTIES = say("As K1. What was not answered counts as longer than anything.")
WORKING = say("Working time by the owner's calendar and leave.")
INCLUSIVE = say("Percentile by linear interpolation, as Excel's PERCENTILE.INC.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One key figure. `target` is a key of the policy's targets; `n`: out of how many."""

    id: str
    name: Say
    counts: Say
    among: Say = DUTIES
    note: Say | None = None
    target: str = ""
    of: Callable[[Picture], Figure]
    n: Callable[[Picture], int]


def _duties(picture: Picture) -> int:
    return len(picture.facts)


def _promises(picture: Picture) -> int:
    kept = figures.promises_kept(picture.facts)
    return kept.n if isinstance(kept, figures.Rate) else 0


def _requests(picture: Picture) -> int:
    return len(picture.turnarounds)


MEASURES = (
    Measure(
        id="K1",
        name=say("Response rate"),
        counts=say("Answered by the data cut-off."),
        target="response_rate",
        of=lambda picture: figures.response_rate(picture.facts),
        n=_duties,
    ),
    Measure(
        id="K2",
        name=say("On-time rate"),
        counts=say(
            "Answered by the due time, or promised before it and answered by the promised time. "
            "What is past due and unanswered is not on time."
        ),
        note=say("Interval: Wilson, 90 %. Missed only where it lies wholly below the target."),
        target="on_time",
        of=lambda picture: figures.on_time_rate(picture.facts),
        n=_duties,
    ),
    Measure(
        id="K3",
        name=say("Median response time"),
        counts=WORKING,
        among=ALL_DUTIES,
        note=INCLUSIVE,
        of=lambda picture: figures.median(picture.facts),
        n=_duties,
    ),
    Measure(
        id="K4",
        name=say("90th percentile of response time"),
        counts=WORKING,
        among=ALL_DUTIES,
        note=say("{method} From 20 duties on.", method=INCLUSIVE),
        of=lambda picture: figures.ninetieth(picture.facts),
        n=_duties,
    ),
    Measure(
        id="K5",
        name=say("Escalation rate"),
        counts=say("Of which a manager was told. Lower is better; read it beside K1."),
        of=lambda picture: figures.escalation_rate(picture.facts),
        n=_duties,
    ),
    Measure(
        id="K6",
        name=say("Holding share"),
        counts=say("Of which an answer was promised for a later time. Read it beside K7."),
        of=lambda picture: figures.holding_share(picture.facts),
        n=_duties,
    ),
    Measure(
        id="K7",
        name=say("Promises kept"),
        counts=say("Answered by the promised time. A promise that was moved counts as not kept."),
        among=say("Promises on the duties of K1 whose time had come by the data cut-off."),
        target="promises_kept",
        of=lambda picture: figures.promises_kept(picture.facts),
        n=_promises,
    ),
    Measure(
        id="K9",
        name=say("Approval turnaround, median"),
        counts=say("Working time from submission to decision, by the decider's calendar."),
        among=say(
            "Requests submitted in the period, without the recalled. Open ones take longest."
        ),
        note=INCLUSIVE,
        of=lambda picture: figures.percentile(picture.turnarounds, figures.MEDIAN),
        n=_requests,
    ),
    Measure(
        id="K9b",
        name=say("Approval turnaround, 90th percentile"),
        counts=say("Working time from submission to decision, by the decider's calendar."),
        among=say(
            "Requests submitted in the period, without the recalled. Open ones take longest."
        ),
        note=say("{method} From 20 requests on.", method=INCLUSIVE),
        of=lambda picture: figures.percentile(
            picture.turnarounds, figures.NINETIETH, figures.TAIL_NEEDS
        ),
        n=_requests,
    ),
    Measure(
        id="K27",
        name=say("Nudge load"),
        counts=say("Nudges that one person gets on one working day: the 95th percentile."),
        among=say("Every working day of everybody who could be nudged, quiet days too."),
        note=say("At most 5 is moderate."),
        of=lambda picture: picture.nudge_load,
        n=lambda picture: picture.person_days,
    ),
)
