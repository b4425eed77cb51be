"""The key figures: what the dashboard prints and the last sheet explains."""

from bot.policy import brought, figures, violations
from bot.policy.density import density
from bot.policy.figures import Portion
from bot.report import Picture
from bot.words import say
from reports.measure import Measure
from reports.overseen import OVERSEEN

ALL_DUTIES = say("As K1. What was not answered counts as longer than anything.")
WORKING = say("Working time by the owner's calendar and leave.")
INCLUSIVE = say("Percentile by linear interpolation, as Excel's PERCENTILE.INC.")


def _duties(picture: Picture) -> int:
    return len(picture.facts)


def _promises(picture: Picture) -> int:
    kept = figures.promises_kept(picture.facts)
    return kept.n if isinstance(kept, figures.Rate) else 0


def _requests(picture: Picture) -> int:
    return len(picture.turnarounds)


def _approved(picture: Picture) -> int:
    return picture.releases.approved + picture.releases.differing


def _released(picture: Picture) -> int:
    return _approved(picture) + picture.releases.unapproved


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
        id="K8",
        name=say("On-time rate, from outside"),
        counts=say("As K2, of what partners from outside the company wait for."),
        target="outside_on_time",
        of=lambda picture: figures.on_time_rate(picture.outside),
        n=lambda picture: len(picture.outside),
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
        id="K10",
        name=say("Approval steps on time"),
        counts=say("Decided by the due time of the step, by the approver or who stood in."),
        among=say("Steps due in the period, without those given away or no longer needed."),
        target="steps_on_time",
        of=lambda picture: figures.on_time_rate(figures.of_kind(picture.facts, "decide")),
        n=lambda picture: len(figures.of_kind(picture.facts, "decide")),
    ),
    Measure(
        id="K11",
        name=say("Released without approval"),
        counts=say("Posted where an approval is needed first, without one. Lower is better."),
        among=say("All that was posted where an approval is needed first; not what proved fine."),
        of=lambda picture: figures.share(picture.releases.unapproved, _released(picture)),
        n=_released,
    ),
    Measure(
        id="K12",
        name=say("Released as approved"),
        counts=say("Posted word for word as approved."),
        among=say("What was approved and posted, word for word or nearly so."),
        target="as_approved",
        of=lambda picture: figures.share(picture.releases.approved, _approved(picture)),
        n=_approved,
    ),
    Measure(
        id="K13",
        name=say("Notices read in time"),
        counts=say("Confirmed by the due time."),
        among=say("Confirmations due in the period, without who was away for all of it, or left."),
        target="notices_read",
        of=lambda picture: figures.on_time_rate(figures.of_kind(picture.facts, "acknowledge")),
        n=lambda picture: len(figures.of_kind(picture.facts, "acknowledge")),
    ),
    Measure(
        id="K14",
        name=say("Understood at the first try"),
        counts=say("The check question was answered rightly at the first try. For information."),
        among=say("Who answered the check question of a notice published in the period."),
        of=lambda picture: figures.right_first(picture.posted),
        n=lambda picture: sum(
            bool(one.tries) for each in picture.posted if each.asks for one in each.readers
        ),
    ),
    Measure(
        id="K15",
        name=say("Minutes on time"),
        counts=say("Minutes sent by their due time."),
        among=say("Meetings whose minutes were due in the period."),
        target="minutes_on_time",
        of=lambda picture: figures.on_time_rate(figures.of_kind(picture.facts, "minutes")),
        n=lambda picture: len(figures.of_kind(picture.facts, "minutes")),
    ),
    Measure(
        id="K16",
        name=say("Minutes confirmed in words"),
        counts=say("Confirmed in words; silence that confirms is counted apart, never with it."),
        among=say("Participants of the meetings held in the period that have minutes."),
        target="minutes_confirmed",
        of=lambda picture: figures.explicitly(picture.met),
        n=lambda picture: sum(
            each.explicit + each.silent + each.objected + each.waiting
            for each in picture.met
            if each.minuted_at is not None
        ),
    ),
    Measure(
        id="K17",
        name=say("Violations upheld, per 100 staff-months"),
        counts=say(
            "Findings that were upheld in the period and still are. What is open, or is looked at "
            "once more, is counted apart."
        ),
        among=say("Everybody on the staff today, for the months of the period."),
        note=say("Interval: exact for a rare count, 90 %. From 5 people on."),
        of=lambda picture: density(len(picture.upheld), picture.staff, picture.months),
        n=lambda picture: len(picture.upheld),
    ),
    Measure(
        id="K18",
        name=say("Rule precision"),
        counts=say("Findings in which there was something: upheld, or put right."),
        among=say("The last 50 decided findings of every rule; without those only explained."),
        note=say("Rule by rule on the sheet of violations."),
        target="rule_precision",
        of=lambda picture: violations.precision(picture.judged),
        n=lambda picture: sum(each.confirmed + each.wrong for each in picture.judged),
    ),
    *OVERSEEN,
    Measure(
        id="K25",
        name=say("Attestations on time"),
        counts=say("Confirmed by the due time. Who says that they cannot has not confirmed."),
        among=say("Attestations due in the period, without who has left."),
        target="attested",
        of=lambda picture: brought.attested(picture.facts),
        n=lambda picture: len(figures.of_kind(picture.facts, "attest")),
    ),
    Measure(
        id="K26",
        name=say("Asked outside working hours"),
        counts=say("Asked outside the working hours of who owes it. Counted for who asks."),
        among=say("Important duties of K1 that somebody asked for."),
        of=lambda picture: picture.after_hours,
        n=lambda picture: picture.after_hours.n,
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
    Measure(
        id="K28",
        name=say("Data coverage"),
        counts=say("The part of the rooms' time in which nothing could go unseen."),
        among=say("All rooms that Duly is in, over the whole period."),
        note=say("Below 95 % all figures are to be read with care."),
        of=lambda picture: Portion(picture.coverage),
        n=lambda picture: picture.rooms,
    ),
)
