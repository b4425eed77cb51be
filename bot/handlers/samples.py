"""Samples as their reviewers go through them: one message at a time, with a word on each.

Policy 5.1.2. Every look is a record. What is a breach becomes a finding. What somebody cannot
judge, and a share of the rest, is looked at by somebody else, who does not learn what was said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.card import Button, Card
from bot.command import Call, Refusal
from bot.events import MessageRef, Place, account_key, account_of
from bot.handlers import deeds, drawing, filing
from bot.handlers.deeds import person_named
from bot.handlers.drawing import SAMPLE, SECOND
from bot.policy import sampling
from bot.policy.duties import Duty
from bot.policy.sampling import Risk, Verdict
from bot.policy.screening import masked
from bot.store import Transaction
from bot.store.records import Saying
from bot.store.samples import Drawn, Judged, Sample
from bot.words import Code, Quoted, Ref, Say, Value, say, say_many

LOOKS = "duly/looks/"  # how the conversation begins in which a reviewer's looks are kept
LONGEST = 500  # characters of why
TEXT = 3000  # characters of a message that are shown
ROOM = 80
RISKS: Mapping[Risk, Say] = {
    "finding": say("something was found in it"),
    "important": say("it was important"),
    "outside": say("people from outside can read it"),
}
SAID: Mapping[Verdict, Say] = {
    "fine": say("Fine"),
    "word": say("Needs a word"),
    "breach": say("A breach"),
    "skip": say("Not mine to judge"),
}


@dataclass(frozen=True, slots=True)
class Turn:
    """A sample before one of its two reviewers: which messages are theirs, what they said."""

    sample: Sample
    duty: Duty
    messages: tuple[Drawn, ...]
    judged: Mapping[int, Judged]

    @property
    def second(self) -> bool:
        return self.duty.subject.startswith(SECOND)

    @property
    def left(self) -> tuple[Drawn, ...]:
        return tuple(each for each in self.messages if each.number not in self.judged)

    def message(self, number: int) -> Drawn | None:
        return next((each for each in self.messages if each.number == number), None)

    def place_of(self, message: Drawn) -> int:
        """Counted from 1, among theirs."""
        return self.messages.index(message) + 1


def is_sample(duty: Duty) -> bool:
    return duty.subject.startswith((SAMPLE, SECOND))


def of(tx: Transaction, duty: Duty) -> Sample:
    found = tx.samples.get(duty.subject.partition("/")[2])
    assert found is not None
    return found


def turn(tx: Transaction, person: str, number: int) -> Turn | None:
    """What is theirs to look at now, or whom they stand in for; None: nothing of that number."""
    sample = tx.samples.find(number)
    if sample is None:
        return None
    own = {person, *tx.people.snapshot().directory.stands_in_for(person, tx.clock.now())}
    subjects = (SAMPLE + sample.id, SECOND + sample.id)
    duties = (duty for subject in subjects for duty in tx.duties.about(subject))
    duty = next((each for each in duties if each.owed_by in own), None)
    return None if duty is None else _turn(tx, sample, duty)


def _turn(tx: Transaction, sample: Sample, duty: Duty) -> Turn:
    messages = tuple(tx.samples.messages(sample.id))
    if duty.subject.startswith(SECOND):
        messages = _seconds(tx, sample, messages)
    judged = tx.samples.judged(sample.id, duty.owed_by)
    return Turn(sample, duty, messages, {number: each for (number, _), each in judged.items()})


def _seconds(tx: Transaction, sample: Sample, messages: Sequence[Drawn]) -> tuple[Drawn, ...]:
    """The share that was drawn for it, and what the first could not judge; never their own."""
    first = tx.samples.judged(sample.id, sample.reviewer)

    def skipped(each: Drawn) -> bool:
        judged = first.get((each.number, sample.reviewer))
        return judged is not None and judged.verdict == "skip"

    return tuple(
        each
        for each in messages
        if (each.twice or skipped(each)) and each.author != sample.seconder
    )


# What they say of it


def judge(call: Call, number: int, place: int, said: tuple[Verdict, str]) -> Card:
    """The last word counts until all are judged. Then comes the next one."""
    verdict, why = said
    one = _mine(call, number)
    message = one.message(place)
    if message is None:
        raise Refusal(
            say(
                "{number} has no message {place} for you. Go on here: {command}",
                number=Ref(number),
                place=Code(str(place)),
                command=Code(f"/duly sample {number}"),
            )
        )
    if message.author == call.person.id and verdict != "skip":
        raise Refusal(
            say(
                "This is your own message. Leave it to somebody else: {command}",
                command=Code(f"/duly sample {number} {place} skip"),
            )
        )
    finding = _breach(call, one, message, why) if verdict == "breach" else None
    judged = Judged(
        number=place,
        person=one.duty.owed_by or "",
        by=call.person.id,
        verdict=verdict,
        at=call.now,
        why=why,
        finding=finding,
    )
    call.tx.samples.judge(one.sample.id, judged)
    return _on(call, number)


def _breach(call: Call, one: Turn, message: Drawn, why: str) -> int:
    """Filed once, however often it is said."""
    before = one.judged.get(message.number)
    if before is not None and before.finding is not None:
        return before.finding
    filed = filing.File(
        rule="supervision.sample",
        clause="5.1.2",
        person=message.author,
        about=_ref(message),
        by=call.person.id,
        note=why,
    )
    return filing.file(call.tx, filed)


def _on(call: Call, number: int) -> Card:
    one = _mine(call, number)
    if one.left:
        return show(call, one, one.left[0])
    deeds.settle(call.tx, one.duty, "done", deeds.Ending("looked at", call.now))
    seconder = None if one.second else one.sample.seconder
    if seconder is not None and _seconds(call.tx, one.sample, one.messages):
        drawing.owe(call.tx, one.sample, SECOND, seconder)
    return done(one)


def done(one: Turn) -> Card:
    counts = [(verdict, _count(one, verdict)) for verdict in sampling.VERDICTS]
    return Card(
        say("{number}: you have looked at all of it. Thank you.", number=Ref(one.sample.number)),
        facts=tuple((SAID[verdict], Code(str(count))) for verdict, count in counts if count),
        tone="good",
    )


def _count(one: Turn, verdict: Verdict) -> int:
    return sum(each.verdict == verdict for each in one.judged.values())


def _mine(call: Call, number: int) -> Turn:
    found = turn(call.tx, call.person.id, number)
    if found is None:
        raise Refusal(
            say(
                "There is no sample {number} for you to look at. Yours: {command}",
                number=Ref(number),
                command=Code("/duly sample"),
            )
        )
    return found


# What they see


def listed(call: Call) -> Card:
    own = (call.person.id, *call.directory.stands_in_for(call.person.id, call.now))
    owed = [each for each in call.tx.duties.owed_by_any(own) if is_sample(each)]
    if not owed:
        return Card(
            say("There is no sample for you to look at."),
            why=say("Heads of departments get one for each {unit}.", unit=_unit(call.tx)),
            tone="good",
        )
    if len(owed) == 1:
        return intro(call.tx, owed[0])
    lines = tuple(
        say(
            "{number} {what} by {due}",
            number=Ref(of(call.tx, duty).number),
            what=what(call.tx, duty),
            due=duty.due,
        )
        for duty in owed
    )
    return Card(say("Samples for you to look at"), body=lines)


UNITS = {"week": say("week"), "month": say("month"), "quarter": say("quarter")}


def _unit(tx: Transaction) -> Say:
    return UNITS[tx.policies.current().supervision.period]


def what(tx: Transaction, duty: Duty) -> Say:
    sample = of(tx, duty)
    values: dict[str, Value] = {
        "department": Quoted(department(tx, sample), ROOM),
        "period": Code(sample.period),
    }
    if duty.subject.startswith(SECOND):
        return say("Look, as a second, at what {department} said in {period}", **values)
    return say("Look at a sample of what {department} said in {period}", **values)


def department(tx: Transaction, sample: Sample) -> str:
    unit = tx.people.snapshot().directory.departments.get(sample.department)
    return unit.name if unit else sample.department


def intro(tx: Transaction, duty: Duty) -> Card:
    """What it is, how it was drawn, and how much is left."""
    one = _turn(tx, of(tx, duty), duty)
    sample, risky = one.sample, sum(bool(each.risks) for each in one.messages)
    return Card(
        what(tx, duty),
        body=(
            say_many(
                "{count} message of {population}: {chance} by chance, {risk} by risk.",
                "{count} messages of {population}: {chance} by chance, {risk} by risk.",
                len(one.messages),
                population=sample.population,
                chance=len(one.messages) - risky,
                risk=risky,
            ),
            say("No direct messages, nothing personal, none of yours. Each look is recorded."),
        ),
        facts=(
            (say("Number"), Ref(sample.number)),
            (say("Left"), Code(str(len(one.left)))),
            (say("Due"), duty.due),
            (say("Seed"), Code(sample.seed)),
        ),
        buttons=exits(sample.number),
        why=say(
            "Clause {clause}. Anybody at the machine can draw it again: {command}",
            clause=Code("5.1.2"),
            command=Code(f"./duly sample --check {sample.number}"),
        ),
    )


def exits(number: int) -> tuple[Button, ...]:
    return (Button(say("Go through it"), "🔎", f"sample {number} next", "good"),)


def following(call: Call, number: int) -> Card:
    """The next of theirs that nothing was said of."""
    one = _mine(call, number)
    return show(call, one, one.left[0]) if one.left else _on(call, number)


def show(call: Call, one: Turn, message: Drawn) -> Card:
    """One message, with what can be said of it; that they looked is kept."""
    look(call, one, message)
    shown = content(call.tx, message)
    return Card(
        say(
            "{number}: message {place} of {all}",
            number=Ref(one.sample.number),
            place=one.place_of(message),
            all=len(one.messages),
        ),
        body=shown.body,
        facts=facts(call.tx, message),
        buttons=_verdicts(one.sample.number, message.number),
        why=drawn_why(message),
        about=_ref(message),
    )


@dataclass(frozen=True, slots=True)
class Content:
    """A message as it was posted, and what became of it since; no secret is repeated."""

    text: str
    since: Say | None
    now: str

    @property
    def body(self) -> tuple[Say | Value, ...]:
        if not self.text:
            return (self.since or say("It has no words that are still kept."),)
        rest = (Quoted(self.now, TEXT),) if self.now else ()
        return (Quoted(self.text, TEXT), *((self.since,) if self.since else ()), *rest)


def content(tx: Transaction, message: Drawn) -> Content:
    if tx.records.class_of(message.conversation, message.message) == drawing.PERSONAL:
        return Content("", say("It has been classed as personal since it was drawn."), "")
    found = tx.records.message(message.conversation, message.message)
    text = str(found[1]["text"] or "") if found else ""
    now = tx.records.words(message.conversation, message.message)
    rules = tx.policies.current().screening
    first, last = masked(text, rules), masked(now, rules)
    if now == text:
        return Content(first, None, "")
    if not now:
        return Content(first, say("It has been deleted since."), "")
    return Content(first, say("It has been changed since, and now says:"), last)


def facts(tx: Transaction, message: Drawn) -> tuple[tuple[Say, Say | Value], ...]:
    found = tx.records.message(message.conversation, message.message)
    return (
        (say("Author"), person_named(tx, message.author)),
        (say("Where"), Quoted(f"#{drawing.room_of(tx, message.conversation)}", ROOM)),
        *(((say("When"), found[0].at),) if found else ()),
    )


def drawn_why(message: Drawn) -> Say:
    if not message.risks:
        return say("Drawn by chance.")
    if len(message.risks) == 1:
        return say("Drawn by risk: {why}.", why=RISKS[message.risks[0]])
    one, other = (RISKS[each] for each in message.risks[:2])
    return say("Drawn by risk: {why}, and {more}.", why=one, more=other)


def _verdicts(number: int, place: int) -> tuple[Button, ...]:
    line = f"sample {number} {place}"
    return (
        Button(SAID["fine"], "✅", f"{line} fine", "good"),
        Button(SAID["word"], "💬", f"{line} word"),
        Button(SAID["breach"], "🚩", f"{line} breach", "bad"),
        Button(SAID["skip"], "⏭️", f"{line} skip"),
    )


def looked(call: Call, one: Turn, message: Drawn) -> bool:
    return call.tx.samples.looked(_looks(call, one), message.number)


def _looks(call: Call, one: Turn) -> str:
    return f"{LOOKS}{one.sample.id}/{call.person.id}"


def look(call: Call, one: Turn, message: Drawn) -> None:
    """Kept once for a reviewer and message: who read whose words, and why."""
    if looked(call, one, message):
        return
    call.tx.records.add(
        Saying(
            kind="look",
            conversation=_looks(call, one),
            thread=None,
            message=str(message.number),
            author=account_key(call.account),
            class_name="work",
            at=call.now,
            body={
                "who": call.person.id,
                "why": one.duty.rule,
                "sample": one.sample.number,
                "conversation": message.conversation,
                "message": message.message,
                "author": message.author,
            },
        )
    )


def _ref(message: Drawn) -> MessageRef:
    at = account_of(message.conversation)
    return MessageRef(Place(at.platform, at.realm, at.id), message.message)
