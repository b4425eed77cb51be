"""What somebody who leaves was still to decide goes to who takes over from them. Policy 3.2.4."""

from bot.command import Call
from bot.handlers import seating
from bot.handlers.requestcards import show
from bot.policy import seats
from bot.policy.duties import Duty
from bot.policy.seats import Seat
from bot.store import Transaction


def decisions(tx: Transaction, leaver: str) -> list[Seat]:
    return tx.requests.undecided_of(leaver)


def take_decisions(call: Call, leaver: str) -> list[Duty]:
    """The caller sits where the leaver sat, but on their own requests and where they sit already.

    There the leaver's place stays, and whoever leads them stands in for it.
    """
    taken = []
    for seat in decisions(call.tx, leaver):
        going = seating.going(call.tx, seat.request)
        sitting = {each.person for each in going.seats if each.state not in ("moved", "dropped")}
        if call.person.id in (*sitting, going.request.requester):
            continue
        seating.rise(going, seat, "transferred")
        going.sit(seats.moved(going.seats, seat, call.person.id))
        going.trace(leaver, "transfer", other=call.person.id)
        seating.go_on(going)
        show(call, going)
        mine = [each for each in going.seats if each.person == call.person.id and each.duty]
        found = call.tx.duties.many(each.duty for each in mine if each.duty)
        taken += list(found.values())
    return taken
