"""Counts what a replay has left in its store. Policy 2.2.1-reply, 1.3-moderate."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from operator import attrgetter

from bot.events import conversation
from bot.handlers.deeds import BACK
from bot.policy.duties import ANSWERED, Duty
from bot.replay.outcome import Ask, Outcome
from bot.replay.script import Script
from bot.store import Transaction
from bot.store.reporting import Reporting
from bot.transcript import YEARS

Said = Mapping[str, datetime]  # when each message of a conversation was said, by its id


def outcome(tx: Transaction, script: Script, cards: int) -> Outcome:
    rows, people = Reporting(tx.rows), tx.people.snapshot().directory.people
    beginning, end = (datetime(YEARS[n], 1, 1, tzinfo=UTC) for n in (0, -1))
    arisen = sorted(rows.duties(beginning, end), key=attrgetter("id"))
    duties = {each.id: each for each in arisen if each.kind in ANSWERED and each.about}
    nudges = [each for each in rows.nudges(beginning, end) if each.duty in duties]
    places, said = {id: _place(duty) for id, duty in duties.items()}, _said(script)
    names = {id: person.name for id, person in people.items()}
    return Outcome(
        messages=sum(map(len, said.values())),
        channels=len(said),
        asks=tuple(_ask(duty, said[places[id]], names) for id, duty in duties.items()),
        nudges=tuple(
            (each, _until_response(duties[each.duty], each.at, said[places[each.duty]]))
            for each in nudges
            if each.at <= script.ends[places[each.duty]]
        ),
        owners={id: duty.owed_by for id, duty in duties.items() if duty.owed_by},
        names=names,
        promises=sum(made.how == "said" for duty in duties for made in tx.duties.promises(duty)),
        asked_back=sum(duty.subject.startswith(BACK) for duty in duties.values()),
        cards=cards,
        parked=len(tx.journal.parked()),
    )


def _said(script: Script) -> Mapping[str, Said]:
    said: dict[str, dict[str, datetime]] = {}
    for post in script.posts:
        said.setdefault(conversation(post.message.place), {})[post.message.id] = post.at
    return said


def _place(duty: Duty) -> str:
    assert duty.about is not None
    return conversation(duty.about.place)


def _ask(duty: Duty, said: Said, names: Mapping[str, str]) -> Ask:
    assert duty.about is not None
    first = min(_responses(duty, said), key=lambda id: said[id], default=None)
    of = names.get(duty.owed_by, duty.owed_by) if duty.owed_by else None
    by_hand = duty.state == "done" and duty.answer is None
    return Ask(message=duty.about.id, of=of, answered_by=first, by_hand=by_hand)


def _until_response(duty: Duty, at: datetime, said: Said) -> timedelta | None:
    """How long after `at` it was responded to; None: it was not."""
    times = [said[id] for id in _responses(duty, said)]
    if duty.state == "done" and duty.closed is not None:
        times.append(duty.closed)
    return min((each - at for each in times if each >= at), default=None)


def _responses(duty: Duty, said: Said) -> list[str]:
    """What settled it, and what was said to it before that."""
    return [id for id in (duty.responded, duty.answer) if id is not None and id in said]
