"""What is wrong in the store, in a sentence each with what to do: doctor and page alike. 5.1.1."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.handlers import access
from bot.policy import hours
from bot.store import Transaction
from bot.store.health import BACKUP, KEYS_BACKUP, Health
from bot.store.processes import Process
from bot.words import Code, Say, say, say_many

STUCK = timedelta(minutes=10)  # so long nothing has to wait that could be done
ASLEEP = timedelta(minutes=2)  # so long no worker has to be busy with one look at the clock
MINUTE = timedelta(minutes=1)
MANY = 10_000  # cards that are looked at
SKEWED = timedelta(seconds=2)
CROWDED = 0.9  # of the connections of the database
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


def of_processes(tx: Transaction) -> Iterator[Say]:
    """Who should be at work and is not, whose clock is wrong, and what the database runs out of."""
    now, listed, alive = tx.clock.lease(), tx.processes.all(), tx.processes.alive()
    working = [each for each in alive if each.works]
    if listed and not working:
        yield from _nobody_works(listed)
    ticks = [each.ticked_at or each.begun_at for each in working]
    if ticks and max(ticks) < now - ASLEEP:
        yield say(
            "No worker has looked at the clock since {since}, so nobody is nudged: look at its "
            "log, and start it again.",
            since=max(ticks),
        )
    for each in alive:
        if abs(each.skew) > SKEWED:
            yield say(
                "The clock of a machine on which {kind} runs differs from the database's by "
                "{seconds} s: let it be set by NTP.",
                kind=Code(each.kind),
                seconds=round(abs(each.skew).total_seconds()),
            )
    used, most = Health(tx.rows).connections()
    if most and used > most * CROWDED:
        yield say(
            "{used} of the {most} connections that the database allows are in use: allow more "
            "(max_connections), or run fewer processes.",
            used=used,
            most=most,
        )


def _nobody_works(listed: Sequence[Process]) -> Iterator[Say]:
    gone = [each.seen_at for each in listed if each.works]
    if gone:
        yield say(
            "The last worker was heard of at {at}, and did not end as told: look at its log, then: "
            "{command}",
            at=max(gone),
            command=Code("./duly worker"),
        )
    else:
        yield say(
            "Pages are served, and no worker is there that handles and sends: {command}",
            command=Code("./duly worker"),
        )


def of_waiting(tx: Transaction) -> Iterator[Say]:
    """What waits too long."""
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
    yield from _too_late(tx, health)
    if count := health.unseen():
        yield say_many(
            "Of {count} place nothing is seen at the moment: {command}",
            "Of {count} places nothing is seen at the moment: {command}",
            count=count,
            command=Code("/duly daily"),
        )


def _too_late(tx: Transaction, health: Health) -> Iterator[Say]:
    """What leaves, at the pace that the platforms let us have, after what it speaks of is due."""
    pace, now = health.pace(STUCK), tx.clock.now()
    if pace is None:
        return
    leaves = [
        (now + number / pace * MINUTE, at) for number, at in enumerate(health.deadlines(MANY), 1)
    ]
    if count := sum(now < at < left for left, at in leaves):
        yield say_many(
            "{count} card will be sent only after what it speaks of is due: {pace} a minute "
            "arrive, and all that waits is told by {until}. Ask for less at once, or let more "
            "through: {where}",
            "{count} cards will be sent only after what they speak of is due: {pace} a minute "
            "arrive, and all that waits is told by {until}. Ask for less at once, or let more "
            "through: {where}",
            count=count,
            pace=round(pace),
            until=leaves[-1][0],
            where=Code("docs/scale.md"),
        )


def of_work(tx: Transaction) -> Iterator[Say]:
    """Processes, what waits too long, and backups that nobody made."""
    yield from of_processes(tx)
    yield from of_waiting(tx)
    health, now = Health(tx.rows), tx.clock.lease()
    for what, command in (
        (BACKUP, "./duly backup FILE"),
        (KEYS_BACKUP, "./duly backup --keys FILE"),
    ):
        made = health.noted(what)
        if made is None:
            yield say("No backup was made yet: {command}", command=Code(command))
        elif made < now - BACKED_UP:
            yield say("The last backup is of {at}: {command}", at=made, command=Code(command))
