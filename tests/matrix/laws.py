"""What must hold of every story on Matrix, whatever failed on the way."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from adapters.matrix.keys import CONTENT
from bot.outbox import QUARANTINE
from bot.store import Store
from bot.store.schema import dues, gaps, journal, outbox, records
from tests.matrix.fake import Fake
from tests.matrix.fake.rooms import Room
from tests.matrix.fake.things import Event
from tests.simulation.laws import CARDS, Breach, rows

NOT_IN, GONE = "M_FORBIDDEN", "no such message"
OUT = ("leave", "ban")


def afterwards(store: Store, fake: Fake, duly: str) -> Iterator[Breach]:
    """Asked when all has been calm for long enough."""
    yield from _kept(store, fake, duly)
    yield from _in_order(store, fake)
    yield from _sent_once(store, fake, duly)
    yield from _given_up_for_a_reason(store, fake, duly)
    yield from _handled(store)
    yield from _commanded_once(store, fake)
    for each in fake.server.faults():
        yield Breach("invariants", f"nobody may ask so: {each}")
    for each in fake.together:
        yield Breach("invariants", f"{each} was used twice at once")
    with store.transaction() as tx:
        for step in tx.records.verify():
            if not isinstance(step, int):
                yield Breach("invariants", f"the chain of {step.conversation} breaks at {step.seq}")


def _kept(store: Store, fake: Fake, duly: str) -> Iterator[Breach]:
    """What was said in rooms while Duly was there is on record once, and nothing else is."""
    kept = Counter(row.message for row in rows(store, records, records.c.kind == "post"))
    for room in fake.world.rooms.values():
        if _is_chat(room, duly):
            continue
        for event, there in _said(room, duly):
            times = kept.pop(event.id, 0)
            if there and times == 0 and event.gone and event.id not in fake.acknowledged:
                continue  # gone before anybody could tell us
            if there and times == 0 and _is_known_gap(store, fake, room, event, duly):
                continue
            if times != there:
                when = "while" if there else "while Duly was not there, or"
                text = str(event.content.get("body", ""))[:30]
                yield Breach(
                    "lost" if there else "invariants",
                    f"{event.id} ({text}), said {when} we were in, is on record {times}×",
                )
    for id, times in kept.items():
        yield Breach("invariants", f"{id} is on record {times}×, and was said in no room")


def _is_known_gap(store: Store, fake: Fake, room: Room, event: Event, duly: str) -> bool:
    """Turned out and asked back in while we did not listen: no page is shown us then (as Synapse
    does it), and we say from when until when something may be missing."""
    moves = [each for each in room.moves(duly) if each.position > event.position]
    back = any(a.membership in OUT and b.membership == "invite" for a, b in pairwise(moves))
    at = datetime.fromtimestamp(event.at / 1000, UTC)
    known = rows(
        store, gaps, gaps.c.place.in_([f"matrix/corp.example/{x}" for x in _ever(fake, room)])
    )
    return back and any(each.since <= at <= each.until for each in known)


def _ever(fake: Fake, room: Room) -> Iterator[str]:
    """The rooms that it replaces, and itself."""
    here: Room | None = room
    while here is not None:
        yield here.id
        told = here.state["m.room.create", ""].content.get("predecessor") or {}
        here = fake.world.rooms.get(str(told.get("room_id")))


def _is_chat(room: Room, duly: str) -> bool:
    """What is said to us alone is no matter of a room."""
    made = room.state["m.room.create", ""].sender
    moves = [each for each in room.moves(duly) if each.content.get("is_direct")]
    return made == duly or bool(moves)


def _said(room: Room, duly: str) -> Iterator[tuple[Event, bool]]:
    """What people said, and whether Duly was there."""
    there = False
    for each in room.events:
        if (each.type, each.key) == ("m.room.member", duly):
            there = each.membership == "join"
        elif _is_said(each) and each.sender != duly:
            yield each, there


def _is_said(event: Event) -> bool:
    return event.type == "m.room.message" and event.relation.get("rel_type") != "m.replace"


def _in_order(store: Store, fake: Fake) -> Iterator[Breach]:
    """A room's records follow one another as what they are of."""
    where = {each.id: each for room in fake.world.rooms.values() for each in room.events}
    order: dict[str, list[int]] = defaultdict(list)
    posts = rows(store, records, records.c.kind == "post")
    for row in sorted(posts, key=lambda row: (row.conversation, row.seq)):
        if row.message in where:
            order[where[row.message].room].append(where[row.message].position)
    for room, positions in order.items():
        if positions != sorted(positions):
            yield Breach("invariants", f"{room} is on record in another order")


def _sent_once(store: Store, fake: Fake, duly: str) -> Iterator[Breach]:
    """Under a key (and its part) stands one message, and one change of a card."""
    found, lasting = ours(fake, duly), fake.world.horizon > QUARANTINE.total_seconds()
    for key, events in found.items():
        is_edit = key[2]  # one that is made twice is seen by nobody, and repeated in doubt
        if len(events) > 1 and (lasting or not is_edit):
            yield Breach("doubled", f"{key} stands there {len(events)}×")
    sent = {key for key, _, _ in found}
    withdrawn, now = _withdrawn(fake, duly), store.clock.now()
    for row in rows(store, outbox):
        if row.state in ("ready", "doubtful") and row.not_before <= now:
            yield Breach("lost", f"{row.key} is still {row.state}")
        stands = row.key in sent or row.key in withdrawn
        if row.state == "arrived" and row.kind in CARDS and row.message and not stands:
            yield Breach("lost", f"{row.key} arrived, and stands nowhere")
    for row in rows(store, dues, dues.c.at <= now):
        yield Breach("lost", f"{row.kind} of {row.subject} was due at {row.at}")


def ours(fake: Fake, duly: str) -> dict[tuple[str, int, bool], list[Event]]:
    """By what they say they are: key, part, and whether it is a change."""
    found: dict[tuple[str, int, bool], list[Event]] = defaultdict(list)
    for room in fake.world.rooms.values():
        for each in room.events:
            told = each.content.get(CONTENT)
            if each.sender == duly and each.gone is None and isinstance(told, dict):
                edit = each.relation.get("rel_type") == "m.replace"
                found[str(told.get("key")), int(told.get("part", 0)), edit].append(each)
    return found


def _withdrawn(fake: Fake, duly: str) -> set[str]:
    """Keys of what we took back."""
    events = (each for room in fake.world.rooms.values() for each in room.events)
    told = (each.was.get(CONTENT) for each in events if each.sender == duly)
    return {str(each.get("key")) for each in told if isinstance(each, dict)}


def _given_up_for_a_reason(store: Store, fake: Fake, duly: str) -> Iterator[Breach]:
    for row in rows(store, outbox, outbox.c.state == "undeliverable"):
        with store.reading() as tx:
            why = tx.rows.open(outbox.c.outcome, row.id, row.outcome)
            effect = tx.rows.open(outbox.c.body, row.id, row.body)
        if NOT_IN in why and _was_kept_out(fake, duly, effect):
            continue
        if GONE in why and _is_gone(fake, duly, effect):
            continue
        yield Breach("lost", f"{row.key} ({row.kind}) was given up: {why}")


def _was_kept_out(fake: Fake, duly: str, effect: Any) -> bool:
    """Of the place, at some time; of the chat with somebody."""
    place = getattr(effect.to, "thread", "") is not None and hasattr(effect.to, "thread")
    wanted = [fake.world.rooms[effect.to.id]] if place else list(fake.world.rooms.values())
    return any(_was_out(room, duly) for room in wanted if room.moves(duly))


def _was_out(room: Room, duly: str) -> bool:
    replaced = ("m.room.tombstone", "") in room.state
    return replaced or any(each.membership in OUT for each in room.moves(duly))


def _is_gone(fake: Fake, duly: str, effect: Any) -> bool:
    """The message was taken back, or Duly sees it no more."""
    for room in fake.world.rooms.values():
        event = room.event(effect.message.id)
        if event is not None:
            return event.gone is not None or _was_out(room, duly)
    return True


def _handled(store: Store) -> Iterator[Breach]:
    answers = {row.key.rpartition("/")[0] for row in rows(store, outbox)}
    for row in rows(store, journal):
        if row.error is not None:
            with store.transaction() as tx:
                why = tx.journal.error(row).strip().splitlines()[-1]
            yield Breach("invariants", f"{row.key} was parked: {why}")
        elif row.settled_at is None:
            yield Breach("lost", f"{row.key} was taken and never handled")
        elif row.key.endswith("/command") and row.key not in answers:
            yield Breach("lost", f"{row.key} was never answered")


def _commanded_once(store: Store, fake: Fake) -> Iterator[Breach]:
    """A command is a message, and no change of one."""
    edits = {
        each.id
        for room in fake.world.rooms.values()
        for each in room.events
        if each.relation.get("rel_type") == "m.replace"
    }
    for row in rows(store, journal, journal.c.key.endswith("/command")):
        if row.key.split("/")[-2] in edits:
            yield Breach("doubled", f"{row.key} is a command, and only a change of one")
