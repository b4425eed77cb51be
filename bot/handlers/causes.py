"""Why a duty is there: who owes whom what, by which rule, and the arithmetic of its clock.

Policy 1.3: every rule names its clause.
"""

from collections.abc import Iterator
from datetime import timedelta

from bot.handlers import ladder
from bot.handlers.deeds import ACCEPT, ANY
from bot.handlers.passing import LEFT
from bot.handlers.reasons import reason
from bot.handlers.telling import Telling, is_back
from bot.policy.duties import NAMES
from bot.words import Code, Ref, Rows, Say, Value, say

CHAIN = 12  # duties told of that it came from; a longer chain is a circle


def opening(one: Telling) -> Iterator[Say]:
    yield _owed(one)
    yield from _origin(one)
    yield reason(one.tx, one.duty)
    yield _reckoned(one)
    yield from _moved(one)
    yield from _policy(one)


def _owed(one: Telling) -> Say:
    duty = one.duty
    values: dict[str, Value] = {
        "owner": one.who(duty.owed_by),
        "person": one.who(duty.owed_to),
        "start": duty.start,
    }
    match duty.kind:
        case "reply":
            return say("{owner} owes {person} an answer; the clock began at {start}.", **values)
        case "acknowledge" if duty.personal:
            return say(
                "{owner} is to confirm that they have read it; the clock began at {start}.",
                owner=values["owner"],
                start=duty.start,
            )
        case "acknowledge":
            return say(
                "{owner} is to tell {person} that they have read it; the clock began at {start}.",
                **values,
            )
        case "decide":
            return say(
                "{owner} is to decide on a request of {person}; the clock began at {start}.",
                **values,
            )
        case "accept":
            return _to_accept(one)
        case kind:
            return say(
                "{owner} owes {person} this: {kind}; the clock began at {start}.",
                kind=NAMES[kind],
                **values,
            )


def _to_accept(one: Telling) -> Say:
    duty = one.duty
    owner, start = one.who(duty.owed_by), duty.start
    wanted = one.tx.duties.get(duty.subject.removeprefix(ACCEPT))
    if wanted is not None:
        return say(
            "{owner} is to say whether they take over {number} of {person}; the clock began "
            "at {start}.",
            owner=owner,
            number=Ref(wanted.number),
            person=one.who(wanted.owed_by),
            start=start,
        )
    return say(
        "{owner} is to say who takes over what {person} owes; the clock began at {start}.",
        owner=owner,
        person=one.who(duty.subject.removeprefix(LEFT)),
        start=start,
    )


def _origin(one: Telling) -> Iterator[Say]:
    """What it came from, the nearest first."""
    parent, chain = one.tx.duties.get(one.duty.parent or ""), list[Value]()
    if parent is not None and is_back(one.duty):
        yield say("It was asked back about {number}.", number=Ref(parent.number))
        return
    while parent is not None and one.duty.kind != "accept" and len(chain) < CHAIN:
        owner = one.who(parent.owed_by)
        chain.append(say("{number} of {person}", number=Ref(parent.number), person=owner))
        parent = one.tx.duties.get(parent.parent or "")
    if chain:
        yield say("It came from {chain}.", chain=Rows(tuple(chain)))
    if one.duty.subject.startswith(ANY):
        yield say("It was asked of a group: an answer of any one of them is enough.")


def _reckoned(one: Telling) -> Say:
    """The arithmetic of the clock."""
    duty = one.duty
    allowed = int(ladder.level_of(one.tx, duty).within / timedelta(minutes=1))
    if duty.authorised_by is not None:
        return say(
            "{allowed} minutes from {start}, at any hour, end at {due}.",
            allowed=allowed,
            start=duty.start,
            due=duty.first_due,
        )
    return say(
        "{allowed} working minutes from {start}, in the working time of {owner}, end at {due}.",
        allowed=allowed,
        start=duty.start,
        owner=one.who(duty.owed_by) if duty.owed_by else say("the company"),
        due=duty.first_due,
    )


def _moved(one: Telling) -> Iterator[Say]:
    """What else than a promise moved the due time."""
    duty = one.duty
    if duty.stood:
        stood = timedelta(seconds=duty.stood)
        yield say("Its clock has stood in between, for {span} of working time.", span=stood)
    if duty.due != duty.first_due and not any(map(one.moves, one.promises)):
        yield say(
            "Leave, a standstill of its clock, or its being opened again made that {due}.",
            due=duty.due,
        )


def _policy(one: Telling) -> Iterator[Say]:
    version, newest = one.duty.policy, one.tx.policies.current().version
    yield say("Under policy version {version}.", version=Code(str(version)))
    since = one.lives.in_force(newest)
    if newest > version and since is not None:
        yield say(
            "Version {version} is in force since {at}; what was owed before keeps its own.",
            version=Code(str(newest)),
            at=since,
        )
