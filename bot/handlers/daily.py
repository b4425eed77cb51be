"""The digest: one card a day of what somebody owes, must decide or see to, or leads that is late.

Policy 1.3-moderate. It takes along every nudge that waits for its reader, so that what piled up
while they were off, or while we were down, is one card.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.effects import Digest, Remind, Send
from bot.handlers import contents, deeds, digests, nudging, times, weighing
from bot.handlers.digests import DIGEST
from bot.handlers.weighing import Rest
from bot.policy.duties import Duty
from bot.store import Transaction
from bot.store.duties import Due
from bot.store.outbox import Parcel, Written


def plan(tx: Transaction, fallen: Sequence[Due], gather: timedelta) -> None:
    """Digests whose hour has come; of who is not at work, when they are again."""
    if not tx.policies.current().nudges.digest:
        return
    now, here = tx.clock.now(), []
    later: list[tuple[datetime, str, str, int]] = []
    for due in fallen:
        opens = times.opening(tx, due.subject, now)
        if opens is not None and opens > now:
            day = digests.ordinal(tx, due.subject, opens)
            later.append((opens, DIGEST, due.subject, day))
        elif opens is not None:
            here.append(due.subject)
    tx.dues.add_all(later)
    concerned = _concerned(tx, here)
    put(tx, concerned, gather)
    digests.expect_all(tx, concerned)


def _concerned(tx: Transaction, persons: Sequence[str]) -> dict[str, datetime | None]:
    """Who owes something, leads somebody who is late, or waits for nudges; what is due first."""
    directory, now = tx.people.snapshot().directory, tx.clock.now()
    own = {each: (each, *directory.stands_in_for(each, now)) for each in persons}
    led = {each: directory.led_by(each) for each in persons}
    everybody = {each for group in (*own.values(), *led.values()) for each in group}
    first, awaited = tx.duties.earliest(everybody), tx.outbox.awaited()
    return {
        each: first.get(each)
        for each in persons
        if each in awaited
        or any(owner in first for owner in own[each])
        or any(owner in first and first[owner] < now for owner in led[each])
    }


def put(
    tx: Transaction, persons: Mapping[str, datetime | None], gather: timedelta = timedelta(0)
) -> None:
    """Today's digest of each, unless they had it; who has no account is not reached."""
    now = tx.clock.now()
    keys = {each: digests.key(tx, each, now) for each in persons}
    known = tx.outbox.known(keys.values())
    new = []
    for person, key in keys.items():
        account = None if key in known else tx.people.reached_at(person)
        if account is not None:
            written = Written(Digest(account, person), key, hold=gather)
            new.append(replace(written, deadline=persons[person]))
    tx.outbox.add_all(new)


def compose(tx: Transaction, parcel: Parcel) -> Send | None:
    """What is said now, or nothing: there is nothing to say, or another day has come."""
    digest, now = parcel.effect, tx.clock.now()
    assert isinstance(digest, Digest)
    person = digest.person
    if parcel.key != digests.key(tx, person, now):
        _leave(tx, parcel, digest, "another day has come")
        put(tx, {person: None})
        return None
    opens = times.opening(tx, person, now)
    if opens is None or digests.key(tx, person, opens) != parcel.key:
        _leave(tx, parcel, digest, "they are off for the day")
        digests.expect(tx, person)
        return None
    if opens > now:
        tx.outbox.postpone(parcel, opens)
        return None
    return _composed(tx, parcel, digest)


def _leave(tx: Transaction, parcel: Parcel, digest: Digest, why: str) -> None:
    """Not sent any more; the nudges in it, unless perhaps they were, go with the next one."""
    lines = tx.nudges.within(parcel.id)
    unsaid = {line.duty for line in lines if not (line.said and parcel.doubtful)}
    if unsaid:
        weighing.put_off(tx, [Rest(parcel.id, Remind(digest.to, digest.person), unsaid)])
    tx.outbox.settle(parcel.id, "spared", why)


def _composed(tx: Transaction, parcel: Parcel, digest: Digest) -> Send | None:
    person = digest.person
    if _piled_up(tx, parcel):
        tx.outbox.wait(parcel, weighing.SOON)
        return None
    absorb(tx, parcel, person)
    found = contents.of(tx, person, _due(tx, parcel, person))
    if weighing.answering(tx, found.duties):
        tx.outbox.wait(parcel, weighing.SOON)
        return None
    tx.nudges.decide({parcel.id: [duty.id for duty in found.duties]})
    if not found.duties:
        tx.outbox.settle(parcel.id, "spared", "there is nothing to say")
        return None
    alone = found.duties[0] if len(found.duties) == 1 else None
    if alone is not None:
        nudging.replace_cards(tx, [(alone, person)])
    made = contents.card(tx, found, person)
    if alone is not None:
        tx.outbox.name(parcel.id, deeds.subject(alone))
    else:
        tx.outbox.name(parcel.id, digests.composed(person), made.buttons)
    return Send(digest.to, made)


def _piled_up(tx: Transaction, parcel: Parcel) -> bool:
    """What came due before its hour, or while we were down, is still being planned.

    Not what comes due just now: where something always does, the digest would never go.
    """
    falls, lately = tx.dues.next(), tx.clock.now() - digests.ABOUT_TO
    return falls is not None and falls <= max(parcel.not_before or lately, lately)


def absorb(tx: Transaction, parcel: Parcel, person: str) -> None:
    """Nudges on their way to them go with it; what was perhaps sent already stays as it is."""
    if parcel.doubtful:
        return
    ready, begun = tx.outbox.reminders(person)
    tx.nudges.take(person, parcel.id, ready=ready, begun=begun)
    for each in ready:
        tx.outbox.settle(each, "spared", "it is in the digest")


def _due(tx: Transaction, parcel: Parcel, person: str) -> list[Duty]:
    """What the nudges in it are about, as far as `person` is still to hear of it."""
    lines = tx.nudges.within(parcel.id)
    duties = tx.duties.many(line.duty for line in lines)
    found = {
        line.duty: duties[line.duty]
        for line in lines
        if line.duty in duties and weighing.owed_now(tx, duties[line.duty], line.step, person)
    }
    return list(found.values())
