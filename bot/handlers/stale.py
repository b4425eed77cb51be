"""Is what a card asks for still to be done, when at last it can be sent."""

from bot.report import why_not
from bot.store import Transaction

PUBLISHED = "published"  # reports that nobody had to ask for
INVITING = ("invitation", "calendar", "prepare")  # cards of use only before a meeting begins


def stale(tx: Transaction, subject: str) -> bool:
    """What a waiting card speaks of was settled before it left."""
    kind, _, id = subject.partition("/")
    if kind == "request":
        return tx.requests.get(id).state != "open"
    if kind in (*INVITING, "rules"):
        return _is_past(tx, kind, *id.split("/"))
    if kind == PUBLISHED:
        return _is_of_use_no_more(tx, id)
    duty = tx.duties.get(id) if kind == "duty" else None
    return duty is not None and not duty.live


def _is_of_use_no_more(tx: Transaction, id: str) -> bool:
    """A report was corrected meanwhile, or its reader may not have it any more."""
    order, directory = tx.published.get(id), tx.people.snapshot().directory
    person = directory.people.get(order.person) if order else None
    if order is None or person is None or not person.active:
        return True
    return tx.published.overtaken(order) or why_not(order.edition, person, directory) is not None


def _is_past(tx: Transaction, kind: str, id: str, sequence: str) -> bool:
    """The meeting was moved or cancelled, has begun or, for its ground rules, is over."""
    meeting, now = tx.meetings.get(id), tx.clock.now()
    if meeting is None or meeting.state == "cancelled" or str(meeting.sequence) != sequence:
        return True
    return now >= (meeting.start if kind in INVITING else meeting.end)
