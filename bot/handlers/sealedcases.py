"""Cases: taken in, looked at, answered, passed on and closed, by who has a key to them. 5.1.3.

What is said stays sealed here. Who may not see a case is told that there is none.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.command import Refusal
from bot.handlers import channel, deeds, times
from bot.handlers.deeds import Ending, Opening
from bot.policy import reporting
from bot.policy.casefile import ACKNOWLEDGE, ANSWER, OUTCOME, REPORTER, Case, Key, Part, Report
from bot.policy.duties import CASE
from bot.policy.people import Person
from bot.policy.reporting import Channel, Outcome, State
from bot.store import Transaction
from bot.words import say

MOST = 200  # parts of one case
ROOM = 20  # times what may be added to one message: what one case may hold in all


class Stale(Exception):
    """It was sealed for other people than can read reports now."""


class Closed(Exception):
    """There are too few people with keys: nothing can be taken."""


def take(tx: Transaction, report: Report) -> Case:
    """A report, sealed. The same again is the same. Raises Stale, Closed, Refusal."""
    known = tx.sealed.of_receipt(report.receipt)
    if known is not None:
        return known
    now = channel.channel(tx)
    if not now.open or now.recovery is None:
        raise Closed
    whose = _readers(now, report)
    case = tx.sealed.add(report, tx.duties.number(), whose, now.recovery.id)
    readers = set(whose.values())
    tx.sealed.leave_out(case.id, _left_out(now, readers))
    add(tx, case, REPORTER, report.parts)
    keepers = {each.person for each in now.keepers if each.person} & set(report.tell)
    for person in sorted(readers or keepers):
        _owe(tx, case, person, ACKNOWLEDGE)
    return case


def _readers(now: Channel, report: Report) -> dict[str, str]:
    """Whose keys it is sealed to: some of the investigators, or else of who comes after them."""
    known = {each.id: each for each in now.holders}
    given = [each.holder for each in report.keys]
    if report.print != now.print or not set(given) <= set(known):
        raise Stale
    kinds = {known[each].outside for each in given}
    if len(set(given)) != len(given) or len(kinds) > 1:
        raise Refusal(say("This report cannot be read. Load the page anew, and send it again."))
    return {each: known[each].person for each in given}


def _left_out(now: Channel, readers: Collection[str]) -> set[str]:
    return {each.person for each in now.investigators} - set(readers)


def add(tx: Transaction, case: Case, side: str, parts: tuple[Part, ...]) -> bool:
    """What somebody says in a case. False: it stood there already. Raises Refusal."""
    limit = tx.policies.current().reporting.file_bytes
    count, size = tx.sealed.weight(case.id)
    most = ROOM * (limit + 2 * reporting.LONGEST)
    if count + len(parts) > MOST or size + sum(len(each.body) for each in parts) > most:
        raise Refusal(say("This case is full. Nothing more can be added to it here."))
    return tx.sealed.say(case.id, side, parts)


def heard(tx: Transaction, case: Case) -> None:
    """Who reported has written again: who looks after the case owes an answer, once."""
    waits = any(each.rule == ANSWER for each in tx.duties.about(CASE + case.id))
    if case.owner is not None and not waits:
        _owe(tx, case, case.owner, ANSWER)


def answered(tx: Transaction, case: Case, person: Person, parts: tuple[Part, ...]) -> None:
    """By one of those who can open it. Raises Refusal."""
    if not add(tx, case, person.id, parts):
        return
    tx.sealed.log(case.id, person.id, "answered")
    for duty in tx.duties.about(CASE + case.id):
        if duty.rule == ANSWER:
            deeds.settle(tx, duty, "done", Ending("handled", tx.clock.now()))


def _owe(tx: Transaction, case: Case, person: str, rule: str) -> None:
    book, now = tx.policies.current(), tx.clock.now()
    rules, calendar = book.reporting, times.calendar_of(tx, person)
    due = (
        case.at + timedelta(days=rules.outcome_days)
        if rule == OUTCOME
        else times.working_days(now, rules.acknowledge_days, calendar)
    )
    opening = Opening(
        kind="handle",
        owed_by=person,
        owed_to=None,
        level=book.levels[rules.level],
        clause=rules.clause,
        rule=rule,
        start=min(now, due),
        subject=CASE + case.id,
        due=due,
    )
    deeds.open_duty(tx, opening)


# By those who have a key to it


def of(tx: Transaction, person: Person, number: int) -> Case | None:
    """For who has a key to it and still has the role; for anybody else there is none."""
    found = tx.sealed.find(number)
    if found is None or not may(tx, person):
        return None
    return found if any(who == person.id for who, _ in tx.sealed.keys(found.id)) else None


def may(tx: Transaction, person: Person) -> bool:
    """They are one of those who are to read reports at all."""
    outside = tx.policies.current().reporting.outside
    return not person.partner and bool({reporting.INVESTIGATOR, outside} & person.roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A case moves on; with the last step who reported is told what came of it."""

    to: State
    outcome: Outcome = ""
    said: tuple[Part, ...] = ()


def move(tx: Transaction, case: Case, person: Person, step: Step) -> Case:
    """Raises Refusal where it cannot."""
    if why := reporting.why_no_step(case.state, step.to, step.outcome):
        raise Refusal(why)
    if step.to == "closed" and not step.said:
        raise Refusal(say("Write to who reported what came of it."))
    now = tx.clock.now()
    moved = replace(
        case,
        state=step.to,
        outcome=step.outcome,
        owner=case.owner or person.id,
        assessed_at=case.assessed_at or now,
        closed_at=now if step.to == "closed" else None,
    )
    if step.said:
        add(tx, case, person.id, step.said)
    if not tx.sealed.save(moved, case):
        raise Refusal(say("This case has moved on meanwhile. Load the page anew."))
    tx.sealed.log(case.id, person.id, step.to, step.outcome)
    _owed_now(tx, case, moved)
    return moved


def _owed_now(tx: Transaction, before: Case, case: Case) -> None:
    """Who takes it owes its end; the others owe nothing any more."""
    now = tx.clock.now()
    for duty in tx.duties.about(CASE + case.id):
        ended = duty.rule != OUTCOME or case.state == "closed" or duty.owed_by != case.owner
        if ended:
            done = duty.owed_by == case.owner
            deeds.settle(tx, duty, "done" if done else "dropped", Ending("handled", now))
    if case.state == "closed" or case.owner is None:
        return
    if before.owner != case.owner:
        _owe(tx, case, case.owner, OUTCOME)


def assign(tx: Transaction, case: Case, person: Person, to: str) -> Case:
    """To somebody who can open it. Raises Refusal."""
    readers = {who for who, _ in tx.sealed.keys(case.id)}
    if case.state in ("received", "closed") or to not in readers:
        raise Refusal(say("Only who can open this case can be given it, while it is looked at."))
    given = replace(case, owner=to)
    if not tx.sealed.save(given, case):
        raise Refusal(say("This case has moved on meanwhile. Load the page anew."))
    tx.sealed.log(case.id, person.id, "assigned", to)
    _owed_now(tx, case, given)
    return given


def may_be_let_in(tx: Transaction, case: Case) -> list[reporting.Holder]:
    """Who has a key of their own and none to this case, and was not left out of it on purpose.

    Whoever has a newer key than the one it was sealed to can be let in again.
    """
    now, out = channel.channel(tx), tx.sealed.left_out(case.id)
    with_key = {key.holder for _, key in tx.sealed.keys(case.id)}
    return [x for x in now.holders if x.id not in with_key and x.person not in out]


def let_in(tx: Transaction, case: Case, person: Person, key: Key) -> None:
    """One who can open it sealed it again for another. Raises Refusal."""
    fit = {each.id: each for each in may_be_let_in(tx, case)}
    if key.holder not in fit:
        raise Refusal(say("This person was left out of the case on purpose, or can open it."))
    own = next((each for who, each in tx.sealed.keys(case.id) if who == person.id), None)
    tx.sealed.give(
        case.id, replace(key, half=own.half if own else ""), fit[key.holder].person, person.id
    )
    tx.sealed.log(case.id, person.id, "let in", fit[key.holder].person)


def ask(tx: Transaction, case: Case, person: Person, holder: str, why: bytes) -> None:
    """They want to see who reported; somebody with the other half is to agree. Raises Refusal."""
    if case.identity is None:
        raise Refusal(say("Nobody's name was left with this case."))
    own = [each for each in tx.sealed.keys(case.id) if each[0] == person.id]
    if holder not in {key.holder for _, key in own}:
        raise Refusal(say("This case has moved on meanwhile. Load the page anew."))
    tx.sealed.ask(case.id, person.id, holder, why)
    tx.sealed.log(case.id, person.id, "asked who reported")


def agree(tx: Transaction, case: Case, person: Person, number: int, share: bytes) -> None:
    """A second person, who has the other half. Raises Refusal."""
    asked = next((each for each in tx.sealed.openings(case.id) if each.number == number), None)
    halves = {who: key.half for who, key in tx.sealed.keys(case.id)}
    if asked is None or asked.by == person.id or halves[person.id] == halves.get(asked.by):
        raise Refusal(say("Somebody else, who has the other half, is to agree."))
    if not tx.sealed.agree(case.id, number, person.id, share):
        raise Refusal(say("Somebody has agreed already."))
    tx.sealed.log(case.id, person.id, "agreed that it is seen who reported", asked.by)
