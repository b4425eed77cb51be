"""Who was assessed agrees or contests, who rated answers, and HR decides on the grade. 5.2.1.

Nobody decides on themselves; what was contested and how it was answered stays beside the grade.
"""

from dataclasses import dataclass, replace

from bot.card import Button, Card, Choice, Field, Form
from bot.command import Call, Refusal
from bot.handlers import assesscards, assessing, deeds, rating, times
from bot.handlers.assessing import Asked
from bot.handlers.deeds import Ending
from bot.policy.assessment import GRADES, TOO_LITTLE, Grade
from bot.policy.duties import ASSESS
from bot.policy.people import Person
from bot.store.assessing import Assessed, Rating, Round
from bot.words import Code, Quoted, Say, say

LONGEST = 500
WHY = Field("words", say("The reason; it stays beside the assessment"), "lines", longest=LONGEST)
GRADE = Field(
    "grade",
    say("The grade"),
    "choice",
    choices=tuple(Choice(each, say("{grade}", grade=Code(each))) for each in GRADES),
    named=True,
)


def _own(call: Call, round: Round) -> Assessed:
    """Theirs, once it was shown. Raises Refusal."""
    one = call.tx.assessments.one(round.id, call.person.id)
    if one is None or not one.shown:
        what = say("Your assessment of {period} is not ready yet.", period=Code(round.period))
        raise Refusal(what)
    return one


def mine(call: Call, round: Round) -> Card:
    return assesscards.own(call.tx, round, _own(call, round))


def _contestable(call: Call, round: Round) -> Assessed:
    one = _own(call, round)
    if one.state == "agreed":
        raise Refusal(say("You have agreed to it already."))
    if one.state != "shown":
        raise Refusal(say("You have contested it already; it can be contested once."))
    if not one.may_contest(call.now) and one.contest_by is not None:
        raise Refusal(say("The time to contest it was over at {until}.", until=one.contest_by))
    return one


def agree(call: Call, round: Round) -> Card:
    one = replace(_contestable(call, round), state="agreed")
    call.tx.assessments.save(one)
    call.tx.assessments.note(one, "agreed", call.person.id)
    return Card(say("Noted: you agree. HR decides, and you hear of it."), tone="good")


def contest(call: Call, round: Round, why: str) -> Card | Form:
    """Who rated them answers, else who leads them, else HR: never themselves."""
    one = _contestable(call, round)
    if not why:
        title = say("What is wrong about it?")
        return Form(f"assess {round.period} contest", title, (WHY,), say("Send"))
    judge = _judge(call, one)
    if judge is None:
        raise Refusal(say("Nobody could answer it: speak with HR."))
    one = replace(one, state="contested", reviewer=judge.id)
    call.tx.assessments.save(one)
    call.tx.assessments.note(one, "contested", call.person.id, why=why)
    days = call.book.assessment.answer_days
    away = times.away_of(call.tx, judge.id)
    due = times.working_days(call.now, days, times.calendar_of(call.tx, judge.id), away)
    rule, person = assessing.CONTEST, call.person.id
    asked = Asked(owed_by=judge.id, owed_to=person, rule=rule, id=one.id, due=due)
    duty = assessing.owe(call.tx, asked)
    card = assesscards.of_other(call.tx, round, one, assesscards.answers(round.period, person))
    title = say("{person} contests their assessment", person=call.who(person))
    told = replace(card, title=title, facts=((say("Due"), due), *card.facts))
    deeds.tell(call.tx, judge.id, told, f"assess/{duty.id}", subject=deeds.subject(duty))
    return Card(
        say("{person} is asked to look at it, by {due}.", person=call.who(judge.id), due=due),
        tone="good",
    )


def _judge(call: Call, one: Assessed) -> Person | None:
    people, last = call.directory.people, assesscards.last(call.tx, one)
    person = people[one.person]
    named = (one.reviewer, last.by if last else None)
    line = (call.directory.manager_of(person), *call.directory.with_role("hr"))
    fit = (*(people.get(each or "") for each in named), *line)
    return next((e for e in fit if e and e.active and not e.partner and e.id != person.id), None)


# Answered


def _contested(call: Call, round: Round, person: Person) -> Assessed:
    """By who is asked to answer, or leads them. Raises Refusal."""
    one = rating.find(call, round, person)
    if not rating.may_rate(call.tx, call.person, one):
        who = call.who(one.reviewer)
        raise Refusal(say("{person} answers it, or who leads them.", person=who))
    if one.state != "contested":
        raise Refusal(say("{person} has contested nothing.", person=call.who(person.id)))
    return one


def stays(call: Call, round: Round, person: Person, why: str) -> Card | Form:
    one = _contested(call, round, person)
    if not why:
        command = f"assess {round.period} @{person.id} keep"
        return Form(command, say("Why does it stay?"), (WHY,), say("Send"))
    title = say("{person} keeps your assessment as it is", person=call.who(call.person.id))
    _answered(call, round, one, ("kept", why, title))
    return Card(
        say("It stays as it is; {person} is told.", person=call.who(person.id)), tone="good"
    )


def correct(call: Call, round: Round, person: Person, given: rating.Given) -> Card | Form:
    """Rated anew, and counted anew: what was put right meanwhile counts."""
    one = _contested(call, round, person)
    known = assesscards.last(call.tx, one)
    if not given.words or (given.rubric is None and known is None):
        form = rating.form(call, round, one)
        command = f"assess {round.period} @{person.id} correct"
        fields = (*form.fields[:2], WHY)
        return replace(form, command=command, title=say("Correct it"), fields=fields)
    rubric = given.rubric or (known.rubric if known else None)
    assert rubric is not None
    if known is None or rubric != known.rubric:
        remark = known.remark if known else ""
        by, now = call.person.id, call.now
        new = Rating(rubric=rubric, remark=remark, by=by, at=now, how="form")
        rating.keep(call.tx, one, new)
    one = assessing.recounted(call.tx, round, one)
    title = say("{person} has corrected your assessment", person=call.who(call.person.id))
    _answered(call, round, one, ("corrected", given.words, title))
    return Card(say("Corrected; {person} is told.", person=call.who(person.id)), tone="good")


def _answered(call: Call, round: Round, one: Assessed, said: tuple[str, str, Say]) -> None:
    deed, why, title = said
    one = replace(one, state="answered")
    call.tx.assessments.save(one, counted=True)
    call.tx.assessments.note(one, deed, call.person.id, why=why)
    for duty in call.tx.duties.about(ASSESS + one.id):
        deeds.settle(call.tx, duty, "done", Ending("answered", call.now))
    call.tell(one.person, replace(assesscards.own(call.tx, round, one), title=title))
    assessing.ask_hr(call.tx, round.id)


# By HR


def of_hr(call: Call) -> None:
    """Raises Refusal for anybody else."""
    if "hr" not in call.person.roles:
        raise Refusal(say("Only HR does this. Yours: {command}", command=Code("/duly assess")))


def open_(call: Call, label: str) -> Card:
    of_hr(call)
    round = assessing.open_(call.tx, label, call.person.id)
    return replace(assesscards.overview(call.tx, round), tone="good")


def name(call: Call, round: Round, person: Person, reviewer: Person) -> Card:
    """Who rates somebody from now on."""
    of_hr(call)
    one = rating.find(call, round, person)
    if reviewer.id == person.id:
        raise Refusal(say("Nobody rates themselves."))
    if reviewer.partner or not reviewer.active:
        raise Refusal(say("{person} cannot rate anybody.", person=call.who(reviewer.id)))
    if deeds.leads(call.tx, person, reviewer.id):
        what = say(
            "{person} leads {reviewer}: name somebody else.",
            person=call.who(person.id),
            reviewer=call.who(reviewer.id),
        )
        raise Refusal(what)
    if one.shown:
        raise Refusal(say("{person} has been shown it already.", person=call.who(person.id)))
    before = one.reviewer
    call.tx.assessments.save(replace(one, reviewer=reviewer.id))
    call.tx.assessments.note(one, "reviewer", call.person.id, to=reviewer.id)
    assessing.owe_ratings(call.tx, round, reviewer.id)
    if before is not None:
        assessing.rated(call.tx, round, before)
    return Card(
        say(
            "{reviewer} rates {person}.", reviewer=call.who(reviewer.id), person=call.who(person.id)
        ),
        tone="good",
    )


def show(call: Call, round: Round, person: Person) -> Card:
    """Unrated, where nobody can rate them."""
    of_hr(call)
    one = rating.find(call, round, person)
    if one.shown:
        raise Refusal(say("{person} has been shown it already.", person=call.who(person.id)))
    assessing.show(call.tx, round, [one])
    if one.reviewer is not None:
        assessing.rated(call.tx, round, one.reviewer)
    return Card(say("{person} is shown it now.", person=call.who(person.id)), tone="good")


@dataclass(frozen=True, slots=True)
class Decision:
    grade: Grade | None
    why: str


def decide(call: Call, round: Round, person: Person, said: Decision) -> Card | Form:
    """Never on themselves, nor while they may still contest it; with a reason, which they read."""
    of_hr(call)
    one = rating.find(call, round, person)
    if person.id == call.person.id:
        raise Refusal(say("Nobody decides on their own grade: somebody else of HR does."))
    if not one.grade and not one.decidable(call.now):
        raise Refusal(_not_yet(call, one))
    if said.grade is None or not said.why:
        return _asks(call, round, one, said)
    found = assesscards.score(call.tx, round, one, assesscards.last(call.tx, one))
    made = replace(one, grade=said.grade, decided_by=call.person.id, decided_at=call.now)
    call.tx.assessments.save(made)
    suggested = found.grade or ""
    more = {"grade": said.grade, "suggested": suggested, "why": said.why}
    call.tx.assessments.note(made, "decided", call.person.id, **more)
    assessing.decided(call.tx, round)
    call.tell(one.person, _told(call, round, made, said))
    return Card(
        say(
            "{person} has {grade}; they are told.",
            person=call.who(person.id),
            grade=Code(said.grade),
        ),
        facts=((say("Suggested"), Code(suggested) if suggested else TOO_LITTLE),),
        tone="good",
    )


def _not_yet(call: Call, one: Assessed) -> Say:
    who = call.who(one.person)
    if not one.shown:
        return say("{person} has not been shown it yet: it waits for a rating.", person=who)
    if one.state == "contested":
        return say(
            "{person} contests it, and {reviewer} has not answered yet.",
            person=who,
            reviewer=call.who(one.reviewer),
        )
    assert one.contest_by is not None
    return say("{person} can contest it until {until}.", person=who, until=one.contest_by)


def _asks(call: Call, round: Round, one: Assessed, said: Decision) -> Form:
    found = assesscards.score(call.tx, round, one, assesscards.last(call.tx, one))
    suggested = Code(found.grade) if found.grade else TOO_LITTLE
    initial = said.grade or ""
    return Form(
        f"assess {round.period} @{one.person} decide",
        say("Which grade for {person}?", person=call.who(one.person)),
        (replace(GRADE, initial=initial), WHY),
        say("Decide"),
        intro=(say("Suggested by rule: {grade}. You decide.", grade=suggested),),
    )


def _told(call: Call, round: Round, one: Assessed, said: Decision) -> Card:
    return Card(
        say(
            "{period}: HR has decided on {grade}",
            period=Code(round.period),
            grade=Code(one.grade),
        ),
        body=(Quoted(said.why, LONGEST),),
        facts=((say("Who decided"), call.who(call.person.id)),),
        buttons=(Button(say("Look at it"), "🔎", f"assess {round.period} mine"),),
        why=assesscards.HOW,
    )


def shown(call: Call, round: Round, person: Person) -> Card:
    """One person's, to who may read it, with what they can do about it."""
    one = rating.find(call, round, person)
    if person.id == call.person.id:
        return assesscards.own(call.tx, round, one)
    return assesscards.of_other(call.tx, round, one, _buttons(call, round, one))


def _buttons(call: Call, round: Round, one: Assessed) -> tuple[Button, ...]:
    here, found = f"assess {round.period} @{one.person}", list[Button]()
    if rating.why_not(call.tx, call.person, one) is None:
        found.append(Button(say("Rate"), "✏️", f"{here} rate"))
    if one.state == "contested" and rating.may_rate(call.tx, call.person, one):
        found += assesscards.answers(round.period, one.person)
    if "hr" in call.person.roles and one.decidable(call.now) and one.person != call.person.id:
        found.append(Button(say("Decide …"), "⚖️", f"{here} decide", "good"))
    return tuple(found)


def listed(call: Call, round: Round) -> Card:
    """HR reads how far it is, who rates whom they rate, everybody else their own."""
    known = call.tx.assessments.one(round.id, call.person.id)
    waiting = any(
        each.owed_by == call.person.id and each.rule == assessing.RATE
        for each in call.tx.duties.about(ASSESS + round.id)
    )
    if waiting:
        return assesscards.to_rate(call.tx, round, call.person.id)
    if "hr" in call.person.roles:
        return assesscards.overview(call.tx, round)
    if known is not None and known.shown:
        return assesscards.own(call.tx, round, known)
    raise Refusal(say("Your assessment of {period} is not ready yet.", period=Code(round.period)))
