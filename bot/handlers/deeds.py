"""What can be done to duties, by whatever path: opened, held, promised, settled, opened again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.card import Button, Card
from bot.command import name_of
from bot.effects import Amend, Send
from bot.events import MessageRef, conversation
from bot.handlers import digests, labels, ladder, times
from bot.policy import duties, hours
from bot.policy.duties import Duty, Kind, Promise
from bot.policy.findings import Docket
from bot.policy.hours import Interval
from bot.policy.people import Absence, Person
from bot.policy.rulebook import Level
from bot.store import Transaction
from bot.store.wrapping import Belonging
from bot.words import Quoted, Ref, Say, Who, say

BELIEVED = timedelta(days=400)  # between what a platform says and our own clock
BACK = "back/"  # before a duty's id: what its owner asked back
ACCEPT = "accept/"  # … : whether somebody takes it over
ANY = "any/"  # before a message's id: one answer of a group suffices
CARDED = ("decide", "confirm")  # kinds whose own cards say what came of them
FINDING = "finding/"  # before a finding's id: what the duty to look at it is about
SILENCE = "silence"  # the kind of due that makes "no reply needed" hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What is asked of somebody, and why it counts."""

    kind: Kind
    owed_by: str | None
    owed_to: str | None
    level: Level
    clause: str
    rule: str
    start: datetime
    about: MessageRef | None = None
    seq: int | None = None
    subject: str = ""
    parent: str | None = None
    authorised_by: str | None = None
    marked_by: str | None = None
    within: timedelta | None = None  # working time; None: the level's …
    due: datetime | None = None  # … unless a time was named
    inner: bool = False  # people know it by the number of what it is about


def open_duty(tx: Transaction, opening: Opening) -> Duty:
    """The clock runs in the working time of who owes it; the rules of today stay with it."""
    duty = _reckoned(tx, opening)
    kept = tx.duties.add(duty, opening.seq, inner=opening.inner)
    _keep_as_important(tx, kept)
    ladder.climb_from(tx, kept, 0)
    digests.expect(tx, opening.owed_by)
    return kept


def _keep_as_important(tx: Transaction, duty: Duty) -> None:
    """What is asked there with such weight is kept as long as what is important. Policy 3.3.1."""
    if duty.about is not None and duty.level in tx.policies.current().important:
        here = conversation(duty.about.place), duty.about.id
        tx.records.belongs(*here, Belonging(important=True))


def open_all(tx: Transaction, opening: Opening, persons: Iterable[str]) -> dict[str, str]:
    """The same of many at once: who owes it, and the id of the duty.

    Reckoned once for all who have the same working time and no leave.
    """
    directory, groups = tx.people.snapshot().directory, dict[str, list[str]]()
    for person in persons:
        known = directory.people[person]
        apart = person in directory.absences
        groups.setdefault(f"@{person}" if apart else known.calendar, []).append(person)
    found: dict[str, str] = {}
    for group in groups.values():
        duty = _reckoned(tx, replace(opening, owed_by=group[0]))
        ids = tx.duties.add_all(duty, group)
        if rung := ladder.next_rung(tx, duty, 0):
            tx.dues.add_all([(rung[0], ladder.LADDER, id, rung[1]) for id in ids.values()])
        found |= ids
    digests.expect_all(tx, found)
    return found


def _reckoned(tx: Transaction, opening: Opening) -> Duty:
    book, person = tx.policies.current(), opening.owed_by
    start = _believed(opening.start, tx.clock.now())
    duty = Duty(
        id="",
        number=0,
        kind=opening.kind,
        owed_by=person,
        owed_to=opening.owed_to,
        about=opening.about,
        subject=opening.subject,
        clause=opening.clause,
        rule=opening.rule,
        level=opening.level.name,
        policy=book.version,
        calendar=times.calendar_of(tx, person).name,
        start=start,
        due=start,
        first_due=start,
        parent=opening.parent,
        authorised_by=opening.authorised_by,
        marked_by=opening.marked_by,
    )
    within = opening.within or opening.level.within
    due = opening.due or ladder.spent(tx, duty, start, within)
    return replace(duty, due=due, first_due=due)


def _believed(at: datetime, now: datetime) -> datetime:
    """A platform's time, unless it cannot be true: senders may choose it."""
    return at if abs(now - at) <= BELIEVED else now


@dataclass(frozen=True, slots=True)
class Ending:
    """What closed a duty, and when that was said; by which message, if by one."""

    how: str
    at: datetime
    answer: str | None = None


def settle(tx: Transaction, duty: Duty, state: duties.State, ending: Ending) -> Duty:
    """Close it; nothing more will be said about it. What hung on it goes with it."""
    closed = duties.close(duty, state, ending.how, ending.at, ending.answer)
    tx.duties.save(closed)
    tx.dues.cancel(ladder.LADDER, duty.id)
    tx.dues.cancel(SILENCE, duty.id)
    labels.learn(tx, closed)
    if duty.kind not in CARDED and (duty.secret or not duty.alone):
        amend(tx, closed, _settled(tx, closed))
    for child in tx.duties.children(duty.id):
        settle(tx, child, "dropped", Ending("parent", ending.at))
    if state == "done":
        only_theirs(tx, closed)
    if duty.subject.startswith(BACK):
        _give_back(tx, closed, ending.at)
    return closed


def _settled(tx: Transaction, closed: Duty) -> Card:
    from bot.handlers.lines import number_of  # noqa: PLC0415  (it is made of deeds itself)

    number = number_of(tx, closed)
    known = number.number < duties.INNER
    return Card(
        say("{number} is settled.", number=number) if known else say("That is settled."),
        body=(say("It was for {person}.", person=person_named(tx, closed.owed_to)),)
        if closed.owed_to
        else (),
        tone="good",
        about=closed.about,
    )


def _give_back(tx: Transaction, back: Duty, at: datetime) -> None:
    """What was asked back is answered: the ball is with who owed the first answer again."""
    duty = asked_first(tx, back)
    if duty is None or not duty.live or duty.held_why != "asked_back" or back.state == "passed":
        return
    if back.state == "lapsed":
        settle(tx, duty, "dropped", Ending("asker silent", at))
        _tell_silent(tx, duty)
    else:
        resume(tx, duty)


def _tell_silent(tx: Transaction, duty: Duty) -> None:
    """Both sides: it ended because what was asked back was never answered."""
    told = say(
        "{number} is dropped: what {person} asked back was never answered.",
        number=Ref(duty.number),
        person=person_named(tx, duty.owed_by),
    )
    again = Button(say("I still need it"), "↩️", f"reopen {duty.number}")
    for each in (duty.owed_to, duty.owed_by):
        buttons = (again,) if each == duty.owed_to else ()
        card = Card(told, body=quoted(tx, duty.about, each), buttons=buttons, about=duty.about)
        tell(tx, each, card, f"silent/{duty.id}/{duty.step}/{each}")


def only_theirs(tx: Transaction, duty: Duty) -> None:
    """One of a group has answered, or will: the others owe nothing any more."""
    if not duty.subject.startswith(ANY):
        return
    for other in tx.duties.about(duty.subject):
        if other.id != duty.id:
            settle(tx, other, "dropped", Ending(f"another:{duty.owed_by}", tx.clock.now()))


def subject(duty: Duty) -> str:
    """Under which the cards about a duty are found again."""
    return f"duty/{duty.id}"


def amend(tx: Transaction, duty: Duty, card: Card) -> None:
    """The cards that nudged for it say how it stands now."""
    for arrival in tx.outbox.told(subject(duty)):
        if arrival.message is not None:
            where = conversation(arrival.message.place)
            key = f"now/{tx.clock.new_id()}/{where}/{arrival.message.id}"
            tx.outbox.add(Amend(arrival.to, arrival.message, card), key)


def hold(tx: Transaction, duty: Duty, why: str) -> Duty:
    """The clock stands, and nobody is nudged, until it is resumed or settled."""
    held = replace(duty, held=tx.clock.now(), held_why=why)
    tx.duties.save(held)
    tx.dues.cancel(ladder.LADDER, duty.id)
    return held


def resume(tx: Transaction, duty: Duty) -> Duty:
    """The clock goes on with the time that was left, or anew where none was."""
    due, stood = _when_it_goes_on(tx, duty)
    running = replace(duty, held=None, held_why="", due=due, step=ladder.anew(duty), stood=stood)
    tx.duties.save(running)
    ladder.climb_from(tx, running, running.step)
    digests.expect(tx, duty.owed_by)
    amend(tx, running, _running(tx, running))
    return running


def _running(tx: Transaction, duty: Duty) -> Card:
    return Card(
        say("{person} is waiting for your answer", person=person_named(tx, duty.owed_to)),
        facts=((say("Number"), Ref(duty.number)), (say("Due"), duty.due)),
        buttons=_ways_on(duty),
        about=duty.about,
    )


def _ways_on(duty: Duty) -> tuple[Button, ...]:
    return (
        Button(say("I have answered"), "✅", f"done {duty.number}", "good"),
        Button(say("Change the time"), "🕐", f"promise {duty.number}")
        if duty.promised_for
        else Button(say("I will reply by …"), "🕐", f"promise {duty.number}"),
    )


def _when_it_goes_on(tx: Transaction, duty: Duty) -> tuple[datetime, int]:
    """When it is due if its clock goes on now, and for how long it has stood (seconds)."""
    now, held = tx.clock.now(), duty.held or tx.clock.now()
    left = ladder.between(tx, duty, held, duty.due) or ladder.level_of(tx, duty).within
    stood = duty.stood + round(ladder.between(tx, duty, held, now).total_seconds())
    return max(ladder.spent(tx, duty, now, left), duty.due), stood


def respond(tx: Transaction, duty: Duty, message: str, at: datetime) -> Duty:
    """A message responded to it without settling it: a promise, or a question back."""
    if duty.responded is not None:
        return duty
    responded = replace(duty, responded=message, responded_at=at)
    tx.duties.save(responded)
    return responded


def ask_back(tx: Transaction, duty: Duty, about: MessageRef, seq: int, at: datetime) -> Duty:
    """Who owes it asked something back: the ball is with the asker. Policy 2.2.1-reply.

    Returns what the asker owes now.
    """
    duty = hold(tx, respond(tx, duty, about.id, at), "asked_back")
    only_theirs(tx, duty)
    card = Card(
        say("{number} waits for an answer to what you asked back.", number=Ref(duty.number)),
        about=duty.about,
    )
    amend(tx, duty, card)
    return open_duty(
        tx,
        Opening(
            kind="reply",
            owed_by=duty.owed_to,
            owed_to=duty.owed_by,
            level=ladder.level_of(tx, duty),
            clause=duty.clause,
            rule="asked_back",
            start=at,
            about=about,
            seq=seq,
            subject=BACK + duty.id,
            parent=duty.id,
            authorised_by=duty.authorised_by,
        ),
    )


def promise(tx: Transaction, duty: Duty, made: Promise) -> Duty:
    """Nothing more is said about it before the promised time."""
    now = tx.clock.now()
    if duty.held is not None:
        due, stood = _when_it_goes_on(tx, duty)
        duty = replace(duty, due=due, stood=stood)
    promised = replace(duties.promise(duty, made.until, now), step=ladder.anew(duty))
    promised = replace(promised, held=None, held_why="")
    tx.duties.save(promised)
    tx.duties.promised(duty.id, made, now)
    tx.dues.cancel(ladder.LADDER, duty.id)
    tx.dues.cancel(SILENCE, duty.id)
    ladder.climb_from(tx, promised, promised.step)
    only_theirs(tx, promised)
    for child in tx.duties.children(duty.id):
        if child.subject.startswith(BACK):
            settle(tx, child, "dropped", Ending("parent", now))
    amend(tx, promised, _promised(promised, made.until))
    return promised


def _promised(duty: Duty, until: datetime) -> Card:
    return Card(
        say("Promised: {number} by {until}.", number=Ref(duty.number), until=until),
        buttons=_ways_on(duty),
        about=duty.about,
    )


def reopen(tx: Transaction, duty: Duty) -> Duty:
    """Who owes it has the time left or, where none is, the whole time anew; and no gentle nudge."""
    now = tx.clock.now()
    opened = duties.reopen(duty, step=ladder.anew(duty))
    if opened.due <= now:
        due = ladder.spent(tx, opened, now, ladder.level_of(tx, duty).within)
        opened = replace(opened, due=due, promised_for=None, promised_at=None)
    tx.duties.save(opened)
    ladder.climb_from(tx, opened, opened.step)
    digests.expect(tx, duty.owed_by)
    first = asked_first(tx, duty)
    if first is not None and first.live and first.held is None:
        hold(tx, first, "asked_back")
    return opened


def asked_first(tx: Transaction, back: Duty) -> Duty | None:
    """What it was asked back about; None for what was not asked back."""
    return tx.duties.get(back.subject.removeprefix(BACK)) if back.subject.startswith(BACK) else None


def needless(tx: Transaction, duty: Duty) -> bool:
    """It was asked back about something that is settled."""
    first = asked_first(tx, duty)
    return first is not None and not first.live


def raise_to(tx: Transaction, duty: Duty, level: str, by: str) -> Duty:
    """It is more important than it was: from now on it has the time of that level, or less."""
    wanted = tx.policies.version(duty.policy).levels.get(level)
    if wanted is None or duty.promised_for is not None or duty.held is not None:
        return duty
    due = min(duty.due, ladder.spent(tx, duty, tx.clock.now(), wanted.within))
    raised = replace(duty, level=level, due=due, marked_by=by, step=ladder.anew(duty))
    tx.duties.save(raised)
    tx.dues.cancel(ladder.LADDER, duty.id)
    ladder.climb_from(tx, raised, raised.step)
    _keep_as_important(tx, raised)
    return raised


def lapse(tx: Transaction, duty: Duty) -> None:
    """Nobody came back to it through the whole ladder: it ends, and who waits is told so."""
    now = tx.clock.now()
    settle(tx, duty, "lapsed", Ending("nobody answered", now))
    told = duty.kind in duties.ANSWERED and not duty.personal
    if not told or duty.subject.startswith(BACK):
        return
    card = Card(
        say(
            "{owner} never answered {number}; I stop asking.",
            owner=person_named(tx, duty.owed_by),
            number=Ref(duty.number),
        ),
        body=quoted(tx, duty.about, duty.owed_to),
        buttons=(Button(say("I still need it"), "↩️", f"reopen {duty.number}"),),
        why=say("If you still need it, ask again, or ask somebody else."),
        about=duty.about,
    )
    tell(tx, duty.owed_to, card, f"lapsed/{duty.id}/{duty.step}")


def move(tx: Transaction, absence: Absence) -> None:
    """A leave began to count: what they owe is due as much later. Policy 3.2.4.

    A promise stands: they named the time themselves.
    """
    new = Interval(absence.start, absence.end)
    before = [each for each in times.away_of(tx, absence.person) if each != new]
    reckon_anew(tx, absence.person, before, later=True)


def reckon_anew(tx: Transaction, person: str, before: Sequence[Interval], *, later: bool) -> None:
    """When they are away has changed: what they owe is due so much later, or else sooner.

    `before`: when they were to be away until now.
    """
    now = tx.clock.now()
    digests.anew(tx, person)
    for id in [duty.id for duty in tx.duties.owed_by(person)]:
        duty = tx.duties.get(id)
        fixed = duty is None or duty.promised_for or duty.authorised_by or duty.held
        if duty is None or fixed or not duty.live or duty.due <= now:
            continue
        calendar = tx.policies.calendar(duty.calendar, tx.policies.version(duty.policy))
        left = hours.between(now, duty.due, calendar, before)
        due = times.working(now, left, calendar, times.away_of(tx, person))
        if due > duty.due if later else due < duty.due:
            moved = replace(duty, due=due)
            tx.duties.save(moved)
            tx.dues.cancel(ladder.LADDER, duty.id)
            ladder.climb_from(tx, moved, moved.step)


def tell(tx: Transaction, person: str | None, card: Card, key: str, *, subject: str = "") -> None:
    """A direct message nobody asked for: it waits for their working time."""
    account = tx.people.reached_at(person) if person else None
    if account is not None:
        tx.outbox.add(Send(account, card), key, subject=subject)


def quoted(tx: Transaction, about: MessageRef | None, reader: str | None) -> tuple[Quoted, ...]:
    """The words something is about, for who may read them: nothing for anybody else."""
    words = excerpt(tx, about, reader)
    return (Quoted(words),) if words else ()


def words(tx: Transaction, duty: Duty) -> str:
    """The words that asked for it: for our own eyes, never shown by this."""
    about = duty.about
    return tx.records.words(conversation(about.place), about.id) if about else ""


def excerpt(tx: Transaction, about: MessageRef | None, reader: str | None) -> str:
    """The words of the message something is about; empty for who is not where it was said."""
    if about is None or reader is None or not tx.people.sees(reader, about.place):
        return ""
    return tx.records.words(conversation(about.place), about.id)


def person_named(tx: Transaction, id: str | None) -> Who:
    return name_of(tx.people.snapshot().directory, id)


def kept_from(tx: Transaction, duty: Duty, person: Person) -> bool:
    """They are to hear nothing of it: a finding about them, or about who leads them. 5.1.1."""
    if not duty.subject.startswith(FINDING):
        return False
    finding = tx.findings.get(duty.subject.removeprefix(FINDING))
    directory = tx.people.snapshot().directory
    return finding is None or Docket(finding=finding, directory=directory).concerns(person)


def may_close(duty: Duty, person: Person, tx: Transaction) -> bool:
    """Who owes it, who waits for it, and the managers of who owes it; of a report, they alone."""
    if duty.secret:
        return duty.owed_by == person.id
    if kept_from(tx, duty, person):
        return False
    own = {person.id, *tx.people.snapshot().directory.stands_in_for(person.id, tx.clock.now())}
    return bool(own & {duty.owed_by, duty.owed_to}) or leads(tx, person, duty.owed_by)


def leads(tx: Transaction, person: Person, other: str | None) -> bool:
    """`person` is a manager of `other`, nearer or further up."""
    directory = tx.people.snapshot().directory
    owner = directory.people.get(other or "")
    return owner is not None and any(boss.id == person.id for boss in directory.above(owner))


def why_no_reopening(tx: Transaction, duty: Duty, person: Person) -> Say | None:
    """The asker may, and who closed it, for some working days. Policy 2.2.1-reply."""
    if why := duties.why_no_reopening(duty):
        return why
    if needless(tx, duty):
        return say("This was settled already, or taken back.")
    if person.id not in (duty.owed_to, duty.owed_by, duty.how.removeprefix("by:")):
        return say("Only {person} can open it again.", person=person_named(tx, duty.owed_to))
    if recent(tx, duty):
        return None
    return say(
        "{number} was settled more than {days} working days ago. Ask again in the chat.",
        number=Ref(duty.number),
        days=tx.policies.current().endings.reopen_days,
    )


def recent(tx: Transaction, duty: Duty) -> bool:
    """It was closed so few working days ago, where the asker is, that it can be opened again."""
    now, days = tx.clock.now(), tx.policies.current().endings.reopen_days
    calendar = times.calendar_of(tx, duty.owed_to)
    return now <= times.working_days(duty.closed or now, days, calendar)
