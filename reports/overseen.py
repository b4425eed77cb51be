"""The key figures of supervision, the reporting channel and the archive: K19 to K24.

Policy 5.1.1, 5.1.2, 5.1.3, 3.3.
"""

from bot.policy import oversight
from bot.report import Edition
from bot.words import say
from reports.measure import Measure

ABOVE: frozenset[Edition] = frozenset({"hr", "board", "audit"})
HEADS: frozenset[Edition] = ABOVE | {"head"}

OVERSEEN = (
    Measure(
        id="K19",
        name=say("Samples looked at"),
        counts=say("Messages of which somebody has said what they are."),
        among=say("Messages in the samples that were drawn in the period."),
        note=say("Of all that was said, and by department: on Supervision."),
        target="samples_reviewed",
        who=HEADS,
        of=lambda picture: oversight.covered(picture.watched.samples).of_planned,
        n=lambda picture: oversight.covered(picture.watched.samples).planned,
    ),
    Measure(
        id="K20",
        name=say("Second readers agree"),
        counts=say("Of which both readers said the same."),
        among=say("Messages that two have judged, in the samples drawn in the period."),
        target="verdicts_agree",
        who=ABOVE,
        of=lambda picture: oversight.agreed(picture.watched.samples).same,
        n=lambda picture: sum(
            "skip" not in pair for each in picture.watched.samples for pair in each.pairs
        ),
    ),
    Measure(
        id="K21",
        name=say("Days that IT has signed"),
        counts=say("Signed on that very day."),
        among=say(
            "Working days of the period that are over, from the first that was to be signed."
        ),
        target="days_signed",
        who=HEADS,
        of=lambda picture: oversight.signed(picture.watched.days),
        n=lambda picture: len(picture.watched.days),
    ),
    Measure(
        id="K22",
        name=say("Reports acknowledged in time"),
        counts=say("Looked at within the working days that the policy gives."),
        among=say("Reports of a breach whose first look was due in the period."),
        note=say("Only of quarters that are over, and not where so few could be recognised."),
        target="reports_acknowledged",
        who=ABOVE,
        of=lambda picture: picture.watched.told,
        n=lambda picture: picture.watched.told.n,
    ),
    Measure(
        id="K23",
        name=say("Kept and found unchanged"),
        counts=say("Kept, and found unchanged by the last look through the whole archive."),
        among=say(
            "Messages, edits and deletions that reached Duly in the period, also those that could "
            "not be read or handled."
        ),
        note=say(
            "Where that look found anything changed or missing, none counts as found unchanged."
        ),
        target="archive_verified",
        who=ABOVE,
        of=lambda picture: oversight.proved(picture.watched.archive),
        n=lambda picture: picture.watched.archive.expected,
    ),
    Measure(
        id="K23b",
        name=say("Rooms that are seen"),
        counts=say("Seen when the period ended, or at the data cut-off while it runs."),
        among=say("Rooms in use that Duly knows of, without direct chats."),
        who=ABOVE,
        of=lambda picture: oversight.seen(picture.watched.archive),
        n=lambda picture: picture.watched.archive.rooms,
    ),
    Measure(
        id="K24",
        name=say("Disposed of when due"),
        counts=say("Disposed of in the period, with a certificate."),
        among=say("That, and what is past its term now and kept by no hold."),
        target="disposed",
        who=ABOVE,
        of=lambda picture: oversight.disposed(picture.watched.archive),
        n=lambda picture: oversight.disposed(picture.watched.archive).n,
    ),
)
