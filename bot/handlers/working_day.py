"""What a working day begins with: a state of things to sign, samples, attestations, reports.

Policy 5.1.1, 5.1.2, 4.1.1, 5.2.1. Looked for once a day, when it begins where the company is.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.handlers import assessing, attesting, drawing, issuing, signing, strangers
from bot.policy import hours
from bot.store import Transaction
from bot.store.duties import Due

DAY = "day"  # the kind of due, and its only subject


def begin(tx: Transaction) -> None:
    """From tomorrow on; nothing where it runs already."""
    if not tx.dues.known(DAY, [DAY]):
        _tomorrow(tx)
    drawing.begin(tx)
    issuing.begin(tx)


def _tomorrow(tx: Transaction) -> None:
    zone = ZoneInfo(tx.policies.current().zone)
    day = tx.clock.now().astimezone(zone).date() + timedelta(days=1)
    tx.dues.add(datetime.combine(day, time(), zone), DAY, DAY, day.toordinal())


def fallen(tx: Transaction, dues: Sequence[Due]) -> None:
    """Once, however many days we were down."""
    if not dues:
        return
    _tomorrow(tx)
    book, day = tx.policies.current(), signing.today(tx)
    if not hours.works(day, tx.policies.calendar("office", book)):
        return
    signing.plan(tx, day)
    drawing.plan(tx)
    attesting.plan(tx, day)
    assessing.plan(tx)
    strangers.shared(tx)
    issuing.plan(tx)
