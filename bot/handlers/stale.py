"""Is what a card asks for still to be done, when at last it can be sent."""

from bot.store import Transaction


def stale(tx: Transaction, subject: str) -> bool:
    """What a waiting card speaks of was settled before it left."""
    kind, _, id = subject.partition("/")
    if kind == "request":
        return tx.requests.get(id).state != "open"
    duty = tx.duties.get(id) if kind == "duty" else None
    return duty is not None and not duty.live
