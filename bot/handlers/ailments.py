"""What is wrong in the store, in a sentence each with what to do: doctor and page alike. 5.1.1."""

from collections.abc import Iterator
from datetime import timedelta

from bot.handlers import access
from bot.policy import hours
from bot.store import Transaction
from bot.store.health import BACKUP, KEYS_BACKUP, Health
from bot.words import Code, Say, say

STUCK = timedelta(minutes=10)  # so long nothing has to wait that could be done
BACKED_UP = timedelta(days=2)
BACKUPS = ((BACKUP, "./duly backup FILE"), (KEYS_BACKUP, "./duly backup --keys FILE"))


def of_directory(tx: Transaction) -> Iterator[Say]:
    """Nobody is there, nobody is IT, a platform let us out, or holidays are guesses."""
    shot, book = tx.people.snapshot(), tx.policies.current()
    if not shot.directory.people:
        yield say(
            "Nobody is in the directory: {command}", command=Code("./duly people import FILE")
        )
    elif not shot.directory.with_role("it"):
        command = Code("./duly people role ID it")
        yield say("Nobody has the role {role}: {command}", role=Code("it"), command=command)
    for realm, since in sorted(tx.gaps.lost().items()):
        yield access.told(realm, since)
    year = tx.clock.now().year
    for name in book.calendars:
        if hours.provisional(year, tx.policies.calendar(name, book)):
            yield say(
                "The public holidays of {year} in calendar {name} are only predicted: {command}",
                year=Code(str(year)),
                name=Code(name),
                command=Code("./duly people holidays FILE"),
            )


def of_work(tx: Transaction) -> Iterator[Say]:
    """What waits too long, and backups that nobody made."""
    health, now = Health(tx.rows), tx.clock.lease()
    taken, unsent = health.unhandled(), health.unsent()
    if taken.oldest is not None and taken.oldest < now - STUCK:
        yield say(
            "Events wait to be handled since {since}. Is a worker running? {command}",
            since=taken.oldest,
            command=Code("./duly worker"),
        )
    if unsent.oldest is not None and unsent.oldest < now - STUCK:
        yield say(
            "Cards wait to be sent since {since}. Look at the log of the worker, then: {command}",
            since=unsent.oldest,
            command=Code("./duly doctor"),
        )
    for what, command in (
        (BACKUP, "./duly backup FILE"),
        (KEYS_BACKUP, "./duly backup --keys FILE"),
    ):
        made = health.noted(what)
        if made is None:
            yield say("No backup was made yet: {command}", command=Code(command))
        elif made < now - BACKED_UP:
            yield say("The last backup is of {at}: {command}", at=made, command=Code(command))
