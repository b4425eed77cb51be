"""A transcript as something to be played: everybody in it is staff of one department."""

from collections.abc import Sequence

from bot.events import Account, MessagePosted, MessageRef, Place, PlaceChanged, Platform
from bot.events import conversation as key_of
from bot.policy.people import Department, Person
from bot.replay.script import Script
from bot.store import Transaction
from bot.transcript import Row

REPLAY = Platform("replay")
REALM = "transcript"
HEAD = "(head)"  # who is told when something is late; more brackets where somebody is called so
STAFF = "staff/"  # before a name it is a person's id: nobody's id is what they are called


def script(rows: Sequence[Row]) -> Script:
    """Nothing is known of a channel after its last message."""
    ordered = sorted(rows, key=lambda row: row.at)  # stable: channels keep their order
    bots = frozenset(row.author for row in rows if row.is_bot)
    names = frozenset(row.author for row in rows).union(*(row.mentions for row in rows)) - bots
    head = HEAD
    while head in names | bots:
        head = f"({head})"

    def settle_in(tx: Transaction) -> None:
        _hire(tx, names, head)
        for name in sorted(bots):
            tx.people.link(_account(name), None)
        for channel in sorted({row.channel for row in rows}):
            place = _place(channel)
            tx.people.settle_in(PlaceChanged(key="", at=tx.clock.now(), place=place, name=channel))

    return Script(
        settle_in=settle_in,
        steps=[_event(row) for row in ordered],
        platforms=frozenset({REPLAY}),
        ends={key_of(_place(row.channel)): row.at for row in ordered},
        reads_reports=STAFF + head,
    )


def _hire(tx: Transaction, names: frozenset[str], head: str) -> None:
    """The head is made up: somebody must hear of what is late."""
    tx.people.save(Person(id=STAFF + name, name=name, department="room") for name in sorted(names))
    roles = frozenset({"department_head", "hr"})
    tx.people.save([Person(id=STAFF + head, name=head, department="room", roles=roles)])
    tx.people.save_departments([Department(id="room", name="Room", head=STAFF + head)])
    for name in sorted(names | {head}):
        tx.people.link(_account(name), STAFF + name)


def _account(name: str) -> Account:
    return Account(REPLAY, REALM, name)


def _place(channel: str) -> Place:
    return Place(REPLAY, REALM, channel)


def _event(row: Row) -> MessagePosted:
    return MessagePosted(
        key=f"{REPLAY}/{row.id}",
        at=row.at,
        author=_account(row.author),
        message=MessageRef(_place(row.channel), row.id),
        text=row.text,
        mentions=tuple(map(_account, row.mentions)),
        quotes=row.reply_to,
        automatic=row.is_bot,
    )
