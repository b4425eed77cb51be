"""What is past its term: listed each month, proposed by one, consented to by another. Policy 3.3.1.

Neither can do it alone. Until it is carried out either may stop it, and a hold set meanwhile wins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.card import Button, Card
from bot.command import Call, Refusal
from bot.handlers import custody, disposing, holds
from bot.handlers.custody import DISPOSAL, LISTS
from bot.handlers.deeds import person_named
from bot.policy import periods
from bot.policy.people import Person
from bot.store import Transaction
from bot.store.disposals import Count, Disposal, State
from bot.store.duties import Due
from bot.words import Code, Quoted, Ref, Rows, Say, Value, say, say_many

MONTHLY = "disposals"  # the kind of due at which a list is made
MORNING = time(9)  # of the first day of a month
SHOWN = 12  # lines of a list
WHY = 500  # characters
STATES: Mapping[State, Say] = {
    "open": say("Somebody is to look through it, and to propose it"),
    "proposed": say("Proposed; a second person is to consent"),
    "agreed": say("Both consent; it is carried out within a quarter of an hour"),
    "done": say("Disposed of"),
    "refused": say("Not now; it comes again next month"),
    "empty": say("Nothing of it could go by then"),
}
BEFORE = ("open", "proposed", "agreed")  # it can still be stopped


def expect(tx: Transaction) -> None:
    """A list is made on the first morning of every month. A second time is a no-op."""
    zone = tx.home().zone
    following = periods.current(tx.clock.now(), zone).end.astimezone(ZoneInfo(zone))
    at = datetime.combine(following.date(), MORNING, ZoneInfo(zone))
    tx.dues.add(at, MONTHLY, "", following.year * 12 + following.month)


def fallen(tx: Transaction, dues: Sequence[Due]) -> None:
    if dues:
        prepare(tx)
        expect(tx)


def prepare(tx: Transaction) -> Disposal | None:
    """None: nothing is due, or a list is under way already."""
    if tx.disposals.waiting():
        return None
    counts = disposing.due(tx)
    if not counts:
        return None
    now = tx.clock.now()
    made = tx.disposals.add(
        Disposal(
            id="",
            number=tx.duties.number(),
            at=now,
            policy=tx.policies.current().version,
            counts=counts,
            counted_at=now,
        )
    )
    first = custody.trusted(tx, tx.policies.current().retention.propose)
    custody.ask(tx, [each.id for each in first], DISPOSAL + made.id, LISTS)
    return made


# Decided


def propose(call: Call, number: int) -> Card:
    """Counted anew: what was due then may be held by now."""
    disposal, roles = _found(call, number), call.book.retention
    if disposal.state != "open":
        raise _not_now(disposal)
    if not call.person.roles & set(roles.propose):
        raise _role(disposal, roles.propose)
    others = [e for e in custody.trusted(call.tx, roles.consent) if e.id != call.person.id]
    if not others:
        raise Refusal(
            say(
                "Nobody else may consent to it. Somebody else needs one of these roles: {roles}",
                roles=Rows(tuple(map(Code, roles.consent))),
            )
        )
    counts = {r: c for r, c in disposing.due(call.tx).items() if r in disposal.rings}
    proposed = replace(
        disposal,
        state="proposed" if counts else "empty",
        counts=counts,
        counted_at=call.now,
        proposed_by=call.person.id,
        proposed_at=call.now,
    )
    call.tx.disposals.save(proposed)
    title = say("Proposed: {number}", number=Ref(number))
    if not counts:
        title = say("Nothing of {number} can go by now.", number=Ref(number))
    _settled(call, proposed, title)
    if counts:
        asked = [each.id for each in others]
        custody.ask(call.tx, asked, DISPOSAL + disposal.id, LISTS)
    return replace(card(call.tx, proposed, call.person), title=title, tone="good")


def consent(call: Call, number: int) -> Card:
    """By another person than who proposed it."""
    disposal, roles = _found(call, number), call.book.retention.consent
    if disposal.state != "proposed":
        raise _not_now(disposal)
    if not call.person.roles & set(roles):
        raise _role(disposal, roles)
    if disposal.proposed_by == call.person.id:
        raise Refusal(
            say("You proposed {number} yourself; somebody else has to consent.", number=Ref(number))
        )
    agreed = disposal.agreed(disposal.proposed_by or "", call.person.id, call.now)
    call.tx.disposals.save(agreed)
    title = say(
        "Both consent: {number} is carried out within a quarter of an hour.", number=Ref(number)
    )
    _settled(call, agreed, title)
    call.tell(disposal.proposed_by, Card(title, buttons=custody.disposal_exits(agreed)))
    return replace(card(call.tx, agreed, call.person), title=title, tone="good")


def refuse(call: Call, number: int, why: str) -> Card:
    """Whoever was asked may, until it is carried out; it comes again next month."""
    disposal = _found(call, number)
    if disposal.state not in BEFORE:
        raise _not_now(disposal)
    refused = replace(
        disposal, state="refused", decided_by=call.person.id, decided_at=call.now, note=why
    )
    call.tx.disposals.save(refused)
    title = say("Not now: {number} comes again next month.", number=Ref(number))
    _settled(call, refused, title)
    for each in {disposal.proposed_by, disposal.decided_by} - {None, call.person.id}:
        body = (Quoted(why, WHY),) if why else ()
        by = (say("By"), call.who(call.person.id))
        call.tell(each, Card(title, body=body, facts=(by,)))
    return Card(title)


def _settled(call: Call, disposal: Disposal, title: Say) -> None:
    told = Card(title, facts=((say("By"), call.who(call.person.id)),))
    custody.settled(call.tx, DISPOSAL + disposal.id, told)


def _not_now(disposal: Disposal) -> Refusal:
    return Refusal(
        say(
            "{number} cannot be decided on like this: {state}. Look at it: {command}",
            number=Ref(disposal.number),
            state=STATES[disposal.state],
            command=Code(f"/duly disposal {disposal.number}"),
        )
    )


def _role(disposal: Disposal, roles: Sequence[str]) -> Refusal:
    return Refusal(
        say(
            "For this step of {number} one of these roles is needed: {roles}",
            number=Ref(disposal.number),
            roles=Rows(tuple(map(Code, roles))),
        )
    )


# Shown


def refuse_others(call: Call) -> None:
    roles = call.book.retention
    if not call.person.roles & {*roles.propose, *roles.consent}:
        raise custody.refuse_role()


def _found(call: Call, number: int) -> Disposal:
    found = call.tx.disposals.find(number)
    if found is None:
        raise Refusal(
            say(
                "There is no disposal {number}. All there are: {command}",
                number=Ref(number),
                command=Code("/duly disposal"),
            )
        )
    return found


def listed(call: Call) -> Card:
    found = call.tx.disposals.latest(SHOWN)
    due = call.tx.dues.at(MONTHLY, "")
    facts = ((say("The next list"), due),) if due else ()
    if not found:
        return Card(say("Nothing was ever past its term."), facts=facts)
    lines = tuple(
        say("{number} of {at}: {state}", number=Ref(e.number), at=e.at, state=STATES[e.state])
        for e in found
    )
    return Card(
        say("What is past its term:"),
        body=lines,
        facts=facts,
        why=say("Look at one: {command}", command=Code("/duly disposal NUMBER")),
    )


def show(call: Call, number: int) -> Card:
    return card(call.tx, _found(call, number), call.person)


def card(tx: Transaction, disposal: Disposal, reader: Person) -> Card:
    if disposal.state == "done":
        return _certificates(tx, disposal)
    open_eyed = not any(reader.id in each.scope.people for each in tx.holds.active())
    lines = tuple(_line(r, c, told=open_eyed) for r, c in list(disposal.counts.items())[:SHOWN])
    more = len(disposal.counts) - SHOWN
    rest = (say_many("… and {count} more", "… and {count} more", more),) if more > 0 else ()
    note = (Quoted(disposal.note, WHY),) if disposal.note else ()
    return Card(
        say("Past its term, to be disposed of for good: {number}", number=Ref(disposal.number)),
        body=(*lines, *rest, *note),
        facts=_facts(tx, disposal),
        buttons=_buttons(disposal, reader, tx),
        why=say(
            "Clause {clause}. It takes two: one proposes, another consents. Then nobody can read "
            "it again, in no backup either; what a hold catches until then stays.",
            clause=Code(tx.policies.current().retention.clause),
        ),
    )


def _certificates(tx: Transaction, disposal: Disposal) -> Card:
    shown = disposing.certificate_card(disposal, tx.disposals.of(disposal.id))
    return replace(shown, facts=(*shown.facts, *_facts(tx, disposal)), why=None)


def _line(ring: str, count: Count, *, told: bool) -> Say:
    """`told`: how much of it is held is no secret to its reader, whom no hold names."""
    stays, values = count.stays or {}, {"what": holds.named(ring), "goes": count.goes}
    line = say("{what}: {goes} go", **values)
    if told and count.kept:
        held, needed = stays.get("held", 0), stays.get("needed", 0)
        line = say(
            "{what}: {goes} go; stay: {held} held, {needed} still needed",
            held=held,
            needed=needed,
            **values,
        )
    elif count.kept:
        line = say("{what}: {goes} go, {kept} stay", kept=count.kept, **values)
    if count.shorter is None:
        return line
    return say("{line} (an older policy promised {months} months)", line=line, months=count.shorter)


def _facts(tx: Transaction, disposal: Disposal) -> tuple[tuple[Say, Say | Value], ...]:
    facts: list[tuple[Say, Say | Value]] = [
        (say("State"), STATES[disposal.state]),
        (say("Records to go"), sum(each.goes for each in disposal.counts.values())),
        (say("Counted"), disposal.counted_at),
        (say("Policy"), say("version {number}", number=disposal.policy)),
    ]
    if disposal.proposed_by is not None:
        facts.append((say("Proposed by"), person_named(tx, disposal.proposed_by)))
    if disposal.decided_by is not None:
        label = say("Refused by") if disposal.state == "refused" else say("Consented to by")
        facts.append((label, person_named(tx, disposal.decided_by)))
    return tuple(facts)


def _buttons(disposal: Disposal, reader: Person, tx: Transaction) -> tuple[Button, ...]:
    roles = tx.policies.current().retention
    wanted = roles.propose if disposal.state == "open" else roles.consent
    own = disposal.state == "proposed" and disposal.proposed_by == reader.id
    may = reader.roles & set(wanted) and not own
    return custody.disposal_exits(disposal) if may else ()


def reminder(tx: Transaction, disposal: Disposal, reader: Person, due: datetime) -> Card:
    shown = card(tx, disposal, reader)
    return replace(shown, facts=(*shown.facts, (say("Due"), due)))
