"""Who leads somebody rates accuracy and attitude by anchors; nobody rates themselves. 5.2.1.

By a form, one after another, or in a sheet for all of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

from bot.card import Card, Field, Form
from bot.command import Call, Refusal
from bot.effects import Upload
from bot.handlers import assesscards, assessing, attaching, deeds
from bot.intake import ratings as sheets
from bot.intake.notes import Fault, Faults, Wrong
from bot.intake.ratings import Line
from bot.intake.tables import Unreadable
from bot.policy.assessment import Rubric
from bot.policy.people import Person
from bot.store import Transaction
from bot.store.assessing import Assessed, Rating, Round
from bot.words import Code, Quoted, Say, say, say_many
from bot.words.language import LANGUAGES

LONGEST = sheets.LONGEST
SHOWN = 15  # faults on one card
NONE = ("-", "－", "—")
ANCHORS = (
    say(
        "Accuracy: 95 nothing had to be put right by others; 80 slips are rare, and found by "
        "themselves; 60 others put things right again and again; 30 errors did harm."
    ),
    say(
        "Attitude: 95 courteous, and helps unasked; 80 courteous and willing; 60 at times curt, or "
        "has to be asked twice; 30 refuses, or is disrespectful."
    ),
    say("By what you saw in this period, and by nothing else: not by moods, nor by hours."),
)
ACCURACY = Field("accuracy", say("Accuracy, 0 to 100"), longest=3, most=sheets.BEST, named=True)
ATTITUDE = Field("attitude", say("Attitude, 0 to 100"), longest=3, most=sheets.BEST, named=True)
REMARK = Field(
    "words",  # as a reason is called: of free words a command has one field
    say("A remark; they read it. For none: -"),
    "lines",
    required=False,
    longest=LONGEST,
)
FILE = Field("file", say("The filled sheet (.xlsx)"), "file", named=True)


@dataclass(frozen=True, slots=True)
class Given:
    """What was typed; None: not yet."""

    accuracy: int | None = None
    attitude: int | None = None
    words: str = ""

    @property
    def rubric(self) -> Rubric | None:
        if self.accuracy is None or self.attitude is None:
            return None
        return Rubric(self.accuracy, self.attitude)


def find(call: Call, round: Round, person: Person) -> Assessed:
    """For who may know that there is something. Raises Refusal, the same for all others."""
    one = call.tx.assessments.one(round.id, person.id)
    if one is None or not sees(call.tx, call.person, one):
        what = say(
            "There is no assessment of {person} for you. Yours: {command}",
            person=call.who(person.id),
            command=Code("/duly assess"),
        )
        raise Refusal(what)
    return one


def sees(tx: Transaction, person: Person, one: Assessed) -> bool:
    """Who rates or leads them, HR and auditors; themselves once it was shown."""
    if person.id == one.person:
        return one.shown
    office = bool({"hr", "auditor"} & person.roles)
    return office or person.id == one.reviewer or deeds.leads(tx, person, one.person)


def may_rate(tx: Transaction, person: Person, one: Assessed) -> bool:
    """Who leads them, or whom HR named; never themselves."""
    if person.id == one.person or person.partner:
        return False
    return person.id == one.reviewer or deeds.leads(tx, person, one.person)


def rate(call: Call, round: Round, person: Person, given: Given) -> Card | Form:
    one = find(call, round, person)
    if why := why_not(call.tx, call.person, one):
        raise Refusal(why)
    rubric = given.rubric
    if rubric is None:
        return form(call, round, one)
    remark = "" if given.words.strip() in NONE else given.words.strip()
    made = Rating(rubric=rubric, remark=remark, by=call.person.id, at=call.now, how="form")
    keep(call.tx, one, made)
    assessing.rated(call.tx, round, one.reviewer or call.person.id)
    return _next(call, round, one)


def why_not(tx: Transaction, person: Person, one: Assessed) -> Say | None:
    """Why `person` cannot rate them now."""
    who = deeds.person_named(tx, one.person)
    if person.id == one.person:
        return say("Nobody rates themselves.")
    if not may_rate(tx, person, one):
        return say("Only who leads {person} rates them, or whom HR names.", person=who)
    if one.shown:
        return say("{person} has been shown it: it changes only when they contest.", person=who)
    return None


def form(call: Call, round: Round, one: Assessed) -> Form:
    """With what was rated before, where they think better of it."""
    known = assesscards.last(call.tx, one)
    values = ("", "", "")
    if known is not None:
        values = str(known.rubric.accuracy), str(known.rubric.attitude), known.remark
    title = say("Rate {person}", person=call.who(one.person))
    asked = zip((ACCURACY, ATTITUDE, REMARK), values, strict=True)
    fields = tuple(replace(field, initial=value) for field, value in asked)
    command = f"assess {round.period} @{one.person} rate"
    return Form(command, title, fields, say("Save"), intro=ANCHORS)


def keep(tx: Transaction, one: Assessed, rating: Rating) -> None:
    """A version more; the last counts."""
    tx.assessments.rate(one.id, rating)
    tx.assessments.note(one, "rated", rating.by, how=rating.how)


def _next(call: Call, round: Round, one: Assessed) -> Card:
    """Who is still to be rated."""
    done = say("Rated: {person}.", person=call.who(one.person))
    rest = assesscards.to_rate(call.tx, round, call.person.id)
    if not rest.buttons:
        body = (say("Everybody of yours is rated; they have been shown it."),)
        return Card(done, body=body, tone="good")
    return Card(done, body=(rest.title, *rest.body), buttons=rest.buttons, tone="good")


# In a sheet


def lines(tx: Transaction, round: Round, person: Person) -> list[Line]:
    """Everybody they are to rate, with what they have rated already."""
    known, found = tx.assessments.last_ratings(round.id, person.id), list[Line]()
    people = tx.people.snapshot().directory.people
    for one in tx.assessments.of(round.id, person.id):
        if not one.shown:
            rating = known.get(one.id)
            rubric, remark = (rating.rubric, rating.remark) if rating else (None, "")
            found.append(Line(one.person, rubric, remark, name=people[one.person].name))
    return sorted(found, key=lambda each: (each.name.casefold(), each.person))


def template(call: Call, round: Round) -> Card:
    """The sheet with everybody who waits for their rating, as a file."""
    found = lines(call.tx, round, call.person)
    if not found:
        raise Refusal(nobody(round))
    tongue = call.tx.people.reader(call.account, call.tx.home()).language
    from bot.intake.ratingsheet import template as made  # noqa: PLC0415  (openpyxl, when it is asked for)

    body = made(found, tongue if tongue in LANGUAGES else "en")
    name = f"duly-ratings-{round.period}.xlsx"
    file = call.tx.files.add(name, call.person.id, body, attaching.KEPT)
    how = Code(f"/duly assess {round.period} import")
    ready = Card(
        say("The sheet for {period}", period=Code(round.period)),
        body=(say("Fill it in, and give it back: {command}", command=how),),
        tone="good",
    )
    call.also(Upload(call.account, file, name, ready))
    return Card(say("The sheet comes as a file."), tone="good")


def nobody(round: Round) -> Say:
    return say("In {period} nobody waits for your rating.", period=Code(round.period))


def bring(call: Call, round: Round, value: str) -> Card | Form:
    """A filled sheet: all of it is taken, or nothing."""
    if not value:
        title = say("Ratings of {period}", period=Code(round.period))
        return Form(f"assess {round.period} import", title, (FILE,), say("Read it in"))
    attached = attaching.resolve(call.tx, call.person, value)
    if len(attached) != 1:
        raise Refusal(say("Give one sheet at a time."))
    try:
        table = sheets.read(call.tx.files.read(attached[0].file))
        found = sheets.plan(table, partial(whom, call.tx, round, call.person))
        count = take(call.tx, round, call.person, found)
    except Unreadable as error:
        raise Refusal(error.what) from None
    except Faults as error:
        return _refused(error.found)
    return Card(told(count), tone="good")


def whom(tx: Transaction, round: Round, by: Person, text: str) -> str:
    """The person that a cell means. Raises Wrong where `by` cannot rate them."""
    directory = tx.people.snapshot().directory
    found = directory.named(text)
    one = tx.assessments.one(round.id, found[0].id) if len(found) == 1 else None
    if one is None or (by.id != one.person and not may_rate(tx, by, one)):
        raise Wrong(
            say("{word} is nobody whom you rate: write an employee number.", word=Quoted(text))
        )
    if why := why_not(tx, by, one):
        raise Wrong(why)
    return one.person


def take(tx: Transaction, round: Round, by: Person, found: Iterable[Line]) -> int:
    """How many ratings were new or changed."""
    known, reviewers, count = tx.assessments.last_ratings(round.id), set[str](), 0
    for line in found:
        one = tx.assessments.one(round.id, line.person)
        assert one is not None
        assert line.rubric is not None
        before = known.get(one.id)
        reviewers.add(one.reviewer or by.id)
        if before and (before.rubric, before.remark) == (line.rubric, line.remark):
            continue
        now, said = tx.clock.now(), line.remark
        keep(tx, one, Rating(rubric=line.rubric, remark=said, by=by.id, at=now, how="sheet"))
        count += 1
    for reviewer in sorted(reviewers):
        assessing.rated(tx, round, reviewer)
    return count


def told(count: int) -> Say:
    return say_many("{count} rating is taken.", "{count} ratings are taken.", count)


def _refused(found: Iterable[Fault]) -> Card:
    """Every fault by its row and column, so that all are mended at once."""
    faults = list(found)
    shown = tuple(
        say(
            "Row {row}, {column}: {what}",
            row=Code(str(e.row)),
            column=Quoted(e.column),
            what=e.what,
        )
        if e.row
        else e.what
        for e in faults[:SHOWN]
    )
    title = say_many(
        "One fault: nothing was taken. Mend it and give the sheet again.",
        "{count} faults: nothing was taken. Mend them and give the sheet again.",
        len(faults),
    )
    more = len(faults) - SHOWN
    rest = (say_many("… and {count} more", "… and {count} more", more),) if more > 0 else ()
    return Card(title, body=(*shown, *rest), tone="bad")
