"""Asks people to confirm what they alone can know, a few each day, and keeps what they say.

Policy 4.1.1 (the account was not lent), 4.1.2 (the password was changed; it is never asked for),
4.3.2 (a VPN on days elsewhere: reminded on each of them, asked once afterwards).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.card import Button, Card
from bot.command import Call, Refusal
from bot.effects import Amend, Send
from bot.events import conversation
from bot.handlers import audiences, deeds, filing
from bot.handlers.deeds import Ending, Opening
from bot.policy import attestations, hours, sampling
from bot.policy.attestations import Attestation
from bot.policy.duties import ATTEST, Duty
from bot.policy.figures import Share
from bot.policy.notices import NoAudience
from bot.store import Transaction
from bot.store.attesting import Round
from bot.store.outbox import Written
from bot.words import Code, Quoted, Ref, Say, Value, say

LONGEST = 500  # characters of why not
TEXT = 600
BACK = timedelta(days=31)  # for so long days elsewhere can still be answered for
DAY = timedelta(days=1)
OURS: Mapping[str, Say] = {
    "lent": say(
        "I have not lent my accounts to anybody, and nobody but me knows how to sign in to them."
    ),
    "password": say(
        "I have changed my passwords within this period, and they are strong. Never tell a "
        "password to anybody: Duly does not ask for it, and does not want it."
    ),
    "vpn": say("On the days I worked elsewhere I used the company's VPN."),
}
REMINDS = say(
    "You work elsewhere today. On networks that are not the company's, switch the VPN on first."
)


def plan(tx: Transaction, day: date) -> None:
    """A working day has begun."""
    book = tx.policies.current()
    if not book.supervision.attest:
        return
    here = _here(tx, day)
    for one in book.attestations:
        staff = _audience(tx, one)
        if one.on:
            _elsewhere(tx, one, staff & here, day)
        else:
            _periodic(tx, one, (staff, here), day)


def _audience(tx: Transaction, one: Attestation) -> set[str]:
    """Whom it is for now; nobody where its words mean nobody."""
    people = tx.people.snapshot().directory.people
    try:
        found = audiences.scope(tx, "").people(one.audience)
    except NoAudience:
        return set()
    return {each for each in found if people[each].active and not people[each].partner}


def _here(tx: Transaction, day: date) -> set[str]:
    """Who begins to work that day: never somebody on leave."""
    directory, book = tx.people.snapshot().directory, tx.policies.current()
    begins: dict[str, datetime | None] = {}
    found = set()
    for person in directory.people.values():
        if person.calendar not in begins:
            calendar = tx.policies.calendar(person.calendar, book)
            works = hours.works(day, calendar)
            begins[person.calendar] = hours.day_start(day, calendar) if works else None
        start = begins[person.calendar]
        away = person.id in directory.absences and start and directory.away(person.id, start)
        if start is not None and person.active and not away:
            found.add(person.id)
    return found


def _periodic(tx: Transaction, one: Attestation, who: tuple[set[str], set[str]], day: date) -> None:
    """Those of the whole audience whose turn it is, spread over what is left of the period."""
    staff, here = who
    first, after = attestations.window(day, one.every)
    known = tx.attestations.round(one.id, f"{first:%Y-%m}")
    waiting = staff - tx.attestations.asked(known.id) if known else staff
    if not waiting:
        return
    calendar = tx.policies.calendar("office", tx.policies.current())
    left = hours.working_days(day, after - DAY, calendar)
    company = tx.rows.company
    queue = sorted(waiting, key=lambda each: attestations.turn(company, one.id, each))
    chosen = attestations.today(queue, here, left)
    if chosen:
        ask(tx, one, known or _begin(tx, one, f"{first:%Y-%m}"), chosen)


def _begin(tx: Transaction, one: Attestation, period: str) -> Round:
    new = Round(
        id=tx.new_id(),
        number=tx.duties.number(),
        rule=one.id,
        period=period,
        policy=tx.policies.current().version,
        at=tx.clock.now(),
    )
    tx.attestations.begin(new)
    return new


def ask(tx: Transaction, one: Attestation, round: Round, persons: Iterable[str]) -> None:
    """Set-wise; they find it in their digest."""
    book = tx.policies.current()
    opening = Opening(
        kind="attest",
        owed_by=None,
        owed_to=None,
        level=book.levels[book.supervision.attest_level],
        clause=one.clause,
        rule="supervision.attest",
        start=tx.clock.now(),
        subject=ATTEST + round.id,
        within=one.within,
    )
    tx.attestations.ask(round.id, deeds.open_all(tx, opening, persons))


# Days elsewhere


def _elsewhere(tx: Transaction, one: Attestation, people: set[str], day: date) -> None:
    marked = _marked(tx, one, day)
    today = sorted(each for each in people if day in marked.get(each, ()))
    _remind(tx, one, today, day)
    last = tx.attestations.last_asked(one.id, tx.clock.now() - BACK)
    zone = ZoneInfo(tx.policies.current().zone)
    asked = {each: at.astimezone(zone).date() for each, at in last.items()}
    owing = [
        each
        for each in sorted(people & marked.keys())
        if attestations.unattested(marked[each], asked.get(each), day)
    ]
    if owing:
        period = day.isoformat()
        known = tx.attestations.round(one.id, period) or _begin(tx, one, period)
        ask(tx, one, known, owing)


def _marked(tx: Transaction, one: Attestation, day: date) -> dict[str, set[date]]:
    """The working days of late, and today, that are marked so in the directory."""
    directory, book = tx.people.snapshot().directory, tx.policies.current()
    zone = ZoneInfo(book.zone)
    end = datetime.combine(day + DAY, datetime.min.time(), zone).astimezone(UTC)
    found: dict[str, set[date]] = {}
    for spell in tx.attestations.marked(one.on, end - BACK, end):
        known = directory.people.get(spell.person)
        if known is None:
            continue
        calendar = tx.policies.calendar(known.calendar, book)
        start = max(spell.start, end - BACK).astimezone(zone).date()
        last = min((spell.end - timedelta(microseconds=1)).astimezone(zone).date(), day)
        days = (start + DAY * n for n in range((last - start).days + 1))
        worked = {each for each in days if hours.works(each, calendar)}
        found.setdefault(spell.person, set()).update(worked)
    return found


def _remind(tx: Transaction, one: Attestation, persons: Sequence[str], day: date) -> None:
    """When their day begins; there is nothing to press."""
    accounts = tx.people.reached_at_all(persons)
    card = Card(
        REMINDS,
        why=say(
            "Clause {clause}: the directory marks today so. I ask about it once, afterwards.",
            clause=Code(one.clause),
        ),
    )
    keys = {person: f"attest/{one.id}/{person}/{day}" for person in accounts}
    known = tx.outbox.known(keys.values())
    tx.outbox.add_all(
        [
            Written(Send(account, card), keys[person])
            for person, account in accounts.items()
            if keys[person] not in known
        ]
    )


# What they say


def of(tx: Transaction, duty: Duty) -> Round:
    found = tx.attestations.get(duty.subject.removeprefix(ATTEST))
    assert found is not None
    return found


def words(tx: Transaction, round: Round, reader: str) -> Say | Value:
    """What is to be confirmed, as the policy had it then, in their language."""
    book, known = tx.policies.version(round.policy), tx.people.snapshot().directory.people
    one = next((each for each in book.attestations if each.id == round.rule), None)
    texts = one.text if one else {}
    if not texts:
        return OURS.get(round.rule, say("{name}", name=Code(round.rule)))
    person = known.get(reader)
    mine = texts.get(person.language if person else "") or texts.get(book.language)
    return Quoted(mine or next(iter(texts.values())), TEXT)


def confirm(call: Call, number: int, cannot: str | None) -> Card:
    """`cannot`: why not. What was said is said: it never changes, but another word may follow."""
    round = call.tx.attestations.find(number)
    owed = call.tx.attestations.duty_of(round.id, call.person.id) if round else None
    if round is None or owed is None:
        raise Refusal(
            say(
                "I have asked you nothing under {number}. What waits: {command}",
                number=Ref(number),
                command=Code("/duly attest"),
            )
        )
    duty = call.tx.duties.get(owed)
    if duty is None or not duty.live:
        return Card(say("You have answered {number} already. Thank you.", number=Ref(number)))
    call.tx.attestations.answer(round.id, call.person.id, call.account.platform, cannot)
    how = "confirmed" if cannot is None else "cannot"
    deeds.settle(call.tx, duty, "done", Ending(how, call.now))
    card = _said(number, filed=None) if cannot is None else _said(number, _tell(call, duty, cannot))
    _replace(call.tx, duty, card)
    return card


def _tell(call: Call, duty: Duty, cannot: str) -> int:
    """IT helps: it is a case for them, not a breach."""
    filed = filing.File(
        rule="account.attest",
        clause=duty.clause,
        person=call.person.id,
        role="it",
        severity="slight",
        by=call.person.id,
        note=cannot,
    )
    return filing.file(call.tx, filed)


def _said(number: int, filed: int | None) -> Card:
    if filed is None:
        return Card(say("Confirmed: {number}. Thank you.", number=Ref(number)), tone="good")
    return Card(
        say("Noted: {number}. IT will come to you about it.", number=Ref(number)),
        facts=((say("Their case"), Ref(filed)),),
    )


def _replace(tx: Transaction, duty: Duty, card: Card) -> None:
    """The cards that asked say how it stands now."""
    for arrival in tx.outbox.told(deeds.subject(duty)):
        if arrival.message is not None:
            where = conversation(arrival.message.place)
            key = f"attested/{duty.id}/{where}/{arrival.message.id}"
            tx.outbox.add(Amend(arrival.to, arrival.message, card), key)


def listed(call: Call) -> Card:
    owed = [each for each in call.tx.duties.owed_by(call.person.id) if each.kind == "attest"]
    if not owed:
        return Card(say("There is nothing for you to confirm."), tone="good")
    if len(owed) == 1:
        return card(call.tx, owed[0])
    return Card(
        say("Please confirm"),
        body=tuple(
            say(
                "{number} by {due}: {words}",
                number=Ref(of(call.tx, each).number),
                due=each.due,
                words=words(call.tx, of(call.tx, each), call.person.id),
            )
            for each in owed
        ),
        why=say("Confirm one: {command}", command=Code("/duly attest NUMBER")),
    )


def card(tx: Transaction, duty: Duty) -> Card:
    round = of(tx, duty)
    return Card(
        say("Please confirm: {number}", number=Ref(round.number)),
        body=(words(tx, round, duty.owed_by or ""),),
        facts=((say("Due"), duty.due),),
        buttons=exits(round.number),
        why=say("Clause {clause}. Once in a while everybody is asked.", clause=Code(duty.clause)),
    )


def exits(number: int) -> tuple[Button, ...]:
    return (
        Button(say("I confirm"), "✅", f"attest {number}", "good"),
        Button(say("I cannot …"), "✋", f"attest {number} cannot"),
    )


def left(tx: Transaction, person: str) -> None:
    """Who has left the company attests nothing any more."""
    for duty in tx.duties.owed_by(person):
        if duty.kind == "attest":
            deeds.settle(tx, duty, "dropped", Ending("left", tx.clock.now()))


def rate(tx: Transaction, start: datetime, end: datetime) -> Share:
    """K25: of what was due then, how much was confirmed in time."""
    return sampling.attested(tx.attestations.ends(start, end))
