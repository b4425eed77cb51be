"""Which leave came late and who appealed, as far as a report's reader may know. Policy 3.2.4."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from bot.policy import forms, periods
from bot.policy.approvals import Request
from bot.policy.exemptions import Exempted, Late
from bot.report import Wanted
from bot.store import Transaction
from bot.store.scope import Scope
from bot.store.violations import ViolationRows


def read(tx: Transaction, wanted: Wanted, scope: Scope) -> Exempted:
    if wanted.edition == "board":
        return Exempted()  # it reads of nobody
    start, end = periods.previous(wanted.period).start, wanted.period.end
    appeals = ViolationRows(tx.rows, start, end).appeals()
    return Exempted(
        late=tuple(_late(tx, start, end, scope)),
        appeals=tuple(
            each
            for each in appeals
            if scope is None
            or (each.person in scope and (each.final or each.person == wanted.person))
        ),
    )


def _late(tx: Transaction, start: datetime, end: datetime, scope: Scope) -> Iterator[Late]:
    book = tx.policies.current()
    kinds = [name for name, route in book.routes.items() if route.then == "absence"]
    for request in tx.requests.approved_between(kinds, start, end, scope):
        days = forms.span(request.form)  # nothing where its words are disposed of
        at = request.decided_at
        if days is None or at is None or at < _begin(tx, request, days[0]):
            continue
        yield Late(number=request.number, person=request.requester, by=request.decided_by, at=at)


def _begin(tx: Transaction, request: Request, day: date) -> datetime:
    person = tx.people.snapshot().directory.people.get(request.requester)
    zone = (person and person.zone) or tx.policies.current().zone
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
