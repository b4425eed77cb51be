"""What must hold of every story in Slack, whatever failed on the way."""

from collections import Counter
from collections.abc import Iterator

from adapters.slack.messages import KEY
from bot.store import Store
from bot.store.schema import dues, journal, outbox, records
from tests.simulation.laws import CARDS, Breach, rows
from tests.slack.fake import Channel, FakeSlack


def afterwards(
    store: Store, slack: FakeSlack, room: Channel, *, frozen: bool = False
) -> Iterator[Breach]:
    """`frozen`: a process stood still while it sent, so that what it sent may have come late."""
    yield from _kept(store, slack, room)
    yield from _sent_once(store, slack, frozen)
    yield from _handled(store)
    with store.transaction() as tx:
        for step in tx.records.verify():
            if not isinstance(step, int):
                yield Breach("invariants", f"the chain of {step.conversation} breaks at {step.seq}")


def _kept(store: Store, slack: FakeSlack, room: Channel) -> Iterator[Breach]:
    """What was said in the room is on record once, whether Slack told of it or its history did."""
    kept = Counter(row.message for row in rows(store, records, records.c.kind == "post"))
    told = {each.payload["event"].get("ts") for each in slack.deliveries if _acknowledged(each)}
    for each in slack.world.messages(deleted=True):
        if each.room is not room or each.subtype not in (None, "", "file_share"):
            continue
        if each.user in slack.world.users and slack.world.users[each.user].is_bot:
            continue
        if each.deleted and each.ts not in told:
            continue  # gone before anybody could tell us
        if kept[each.ts] != 1:
            yield Breach("lost", f"{each.ts} ({each.text[:30]}) is on record {kept[each.ts]}×")


def _acknowledged(each: object) -> bool:
    sort, payload = getattr(each, "sort", ""), getattr(each, "payload", {})
    inner = payload.get("event", {})
    post = inner.get("type") == "message" and not inner.get("subtype")
    return sort == "event" and post and bool(getattr(each, "acknowledged", False))


def _sent_once(store: Store, slack: FakeSlack, frozen: bool) -> Iterator[Breach]:
    """At the end one message stands under a key; a second was taken late, and is withdrawn."""
    now, by_key, late = store.clock.now(), slack.posted_by_key(), taken_late(slack)
    for key, found in by_key.items():
        standing = [each for each in found if not each.deleted]
        if len(standing) > 1:
            yield Breach("doubled", f"{key} stands there {len(standing)}×")
        if len(found) > 1 and key not in late and not frozen:
            yield Breach("doubled", f"{key} was taken {len(found)}×, and none of them late")
    for row in rows(store, outbox):
        if row.state in ("ready", "doubtful") and row.not_before <= now:
            yield Breach("lost", f"{row.key} is still {row.state}")
        if row.state == "undeliverable" and not row.urgent:
            with store.reading() as tx:
                why = tx.rows.open(outbox.c.outcome, row.id, row.outcome)
            yield Breach("lost", f"{row.key} ({row.kind}) was given up: {why}")
        if row.state == "arrived" and row.kind in CARDS and row.message and not by_key.get(row.key):
            yield Breach("lost", f"{row.key} arrived, and stands nowhere")


def taken_late(slack: FakeSlack) -> set[str]:
    """The keys of what Slack took after the connection had ended."""
    cut = (each.args for each in slack.calls if each.error == "late")
    told = ((args.get("metadata") or {}).get("event_payload", {}) for args in cut)
    return {str(each[KEY]) for each in told if KEY in each}


def _handled(store: Store) -> Iterator[Breach]:
    answers = {row.key.rpartition("/")[0] for row in rows(store, outbox)}
    for row in rows(store, journal):
        if row.error is not None:
            with store.transaction() as tx:
                why = tx.journal.error(row).strip().splitlines()[-1]
            yield Breach("invariants", f"{row.key} was parked: {why}")
        elif row.settled_at is None:
            yield Breach("lost", f"{row.key} was taken and never handled")
        elif "/command/" in row.key and row.key not in answers:
            yield Breach("lost", f"{row.key} was never answered")
    for row in rows(store, dues, dues.c.at <= store.clock.now()):
        yield Breach("lost", f"{row.kind} of {row.subject} was due at {row.at}")
