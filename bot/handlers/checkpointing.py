"""A checkpoint over all that was said, taken in time and posted outside the database. Policy 3.3.3.

Who owns the database can change everything in it, but not what was posted elsewhere.
"""

from datetime import UTC

from bot.card import Card
from bot.effects import Send
from bot.events import Place, Platform
from bot.evidence import Checkpoint
from bot.store import Transaction
from bot.words import Code, say

FILE = Platform("file")
LINES = Place(FILE, "", "checkpoints")


def is_due(tx: Transaction) -> bool:
    """By the policy's time; whether anything was said since is seen when one is drawn."""
    last = tx.checkpoints.taken_at()
    return last is None or tx.clock.now() >= last + tx.policies.current().archive.every


def take(tx: Transaction, *, to_file: bool) -> None:
    """At once, where anything was said since the last."""
    drawn = tx.checkpoints.draw()
    if drawn is not None and tx.checkpoints.take(drawn):
        post(tx, drawn.checkpoint, to_file=to_file)


def post(tx: Transaction, made: Checkpoint, *, to_file: bool) -> None:
    """To the channel of the policy, and to the file where one is set.

    After a restore a number comes again with other records: no platform may take it for the first.
    """
    key = f"checkpoint/{made.number}/{made.hash.hex()[:16]}"
    channel = tx.policies.current().archive.channel
    for number, place in enumerate(tx.people.places_named(channel) if channel else ()):
        tx.outbox.add(Send(place, _card(tx, made)), f"{key}/{number}")
    if to_file:
        tx.outbox.add(Send(LINES, _card(tx, made)), f"{key}/file")


def _card(tx: Transaction, made: Checkpoint) -> Card:
    return Card(
        say("Checkpoint {number} of the archive", number=Code(str(made.number))),
        body=(Code(made.line),),
        facts=(
            (say("Taken"), tx.clock.now().astimezone(UTC)),
            (say("Records"), Code(str(made.records))),
        ),
        why=say(
            "Keep this line. Whoever doubts the archive later compares it: {command}",
            command=Code("./duly verify --against FILE"),
        ),
    )
