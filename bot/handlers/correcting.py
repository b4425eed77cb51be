"""Which measure is recommended once a finding is upheld, and who decides on it. Policy 5.2.2.

Nothing follows by itself: a person takes it, a lighter one, or none, and says why.
"""

from bot.card import Button, Card, Choice, Field, Form
from bot.command import Call, Refusal
from bot.handlers import deeds, findings, happened, looking
from bot.handlers.happened import MEASURES
from bot.policy import measures
from bot.policy.findings import Docket, Finding
from bot.policy.measures import Advice, Measure, Upheld
from bot.policy.people import Person
from bot.store import Transaction
from bot.words import Code, Quoted, Ref, Say, say, say_many

TAKE = "take"
WEIGHTS = {
    "slight": say("slight or graver"),
    "moderate": say("moderate or graver"),
    "serious": say("serious or graver"),
    "critical": say("critical"),
}
ONLY = say("This is only what the table of the policy recommends; a person decides.")


def advice(tx: Transaction, finding: Finding) -> Advice:
    rungs = tx.policies.current().findings.measures
    before = tx.findings.upheld_beside(finding)
    this = Upheld(severity=finding.severity, at=finding.at)
    return measures.recommend(rungs, this, [Upheld(severity=s, at=at) for s, at in before])


def recommended(tx: Transaction, finding: Finding) -> tuple[Say, ...]:
    """On the card of what is upheld, as long as nobody has decided."""
    if finding.how != "upheld" or finding.person is None or _decided(tx, finding):
        return ()
    found = advice(tx, finding)
    if found.measure == "none":
        return (say("The policy recommends no measure."),)
    return (
        say(
            "The policy recommends {measure}: {reason}.",
            measure=MEASURES[found.measure],
            reason=reason(found),
        ),
        ONLY,
    )


def reason(found: Advice) -> Say:
    return say_many(
        "it is the first within {months} months that is {weight}",
        "with it there are {count} within {months} months that are {weight}",
        found.count,
        weight=WEIGHTS[found.severity],
        months=found.months,
    )


def _decided(tx: Transaction, finding: Finding) -> bool:
    return happened.of_round(tx, finding, "measure") is not None


def open_for(tx: Transaction, case: Docket, reader: Person) -> bool:
    """`reader` may decide on it, and nobody has."""
    finding = case.finding
    if finding.state != "settled" or finding.how != "upheld" or _decided(tx, finding):
        return False
    return case.may_measure(reader, tx.policies.current().findings.hr_from)


def buttons(tx: Transaction, finding: Finding) -> tuple[Button, ...]:
    number, found = finding.number, advice(tx, finding)
    if found.measure == "none":
        return ()
    take = Button(say("As recommended"), "☑️", f"finding {number} measure take", "good")
    less = Button(say("A lighter one"), "🪶", f"finding {number} measure lighter")
    none = Button(say("No measure"), "🚫", f"finding {number} measure none")
    return (take, less, none) if measures.lighter(found.measure) else (take, none)


def due(call: Call, finding: Finding) -> None:
    """Who decides on it is asked: who upheld it, where they may, else HR."""
    if finding.person is None or advice(call.tx, finding).measure == "none":
        return
    tx, hr_from = call.tx, call.book.findings.hr_from
    case = findings.docket(tx, finding)
    decides: Person | None = call.person
    if not case.may_measure(call.person, hr_from):
        fit = (each for each in case.of_role("hr") if case.may_measure(each, hr_from))
        decides = next(fit, None)
    if decides is None:
        return
    duty = findings.owe(tx, finding, decides, looking.MEASURE)
    if decides.id != call.person.id:
        card = Card(
            say(
                "{person} upheld {number}: it is for you to say what follows.",
                person=call.who(call.person.id),
                number=Ref(finding.number),
            ),
            body=recommended(tx, finding),
            buttons=buttons(tx, finding),
        )
        deeds.tell(tx, decides.id, card, f"measure/{duty.id}", subject=deeds.subject(duty))


def decide(call: Call, finding: Finding, choice: str, why: str) -> Card | Form:
    """Once a round; never graver than recommended. Who may not read it, was refused before."""
    case = findings.docket(call.tx, finding)
    if not open_for(call.tx, case, call.person):
        raise Refusal(_why_not(call, finding))
    found = advice(call.tx, finding)
    if choice == "lighter":
        return _which(finding, found)
    taken: Measure = found.measure if choice == TAKE else choice  # type: ignore[assignment]
    if measures.MEASURES.index(taken) > measures.MEASURES.index(found.measure):
        raise Refusal(
            say(
                "The policy recommends {measure}; graver than that it knows nothing here.",
                measure=MEASURES[found.measure],
            )
        )
    if taken != found.measure and not why:
        return Form(
            f"finding {finding.number} measure {taken}",
            say("Why less than is recommended?"),
            (WHY,),
            say("Decide"),
        )
    return _taken(call, finding, found, taken, why)


def _taken(call: Call, finding: Finding, found: Advice, taken: Measure, why: str) -> Card:
    said = {"taken": taken, "advised": found.measure, "count": str(found.count), "note": why}
    findings.trace(call.tx, finding, "measure", call.person.id, **said)
    for duty in call.tx.duties.about(looking.SUBJECT + finding.id):
        if duty.rule == looking.MEASURE:
            deeds.settle(call.tx, duty, "done", deeds.Ending("decided", call.now))
    call.tell(finding.person, _told(call, finding, found, taken, why))
    return Card(
        say("Decided on {number}: {measure}.", number=Ref(finding.number), measure=MEASURES[taken]),
        body=(say("They have been told, and how to ask for another look."),),
        tone="good",
    )


def _told(call: Call, finding: Finding, found: Advice, taken: Measure, why: str) -> Card:
    said = (Quoted(why, 500),) if why else ()
    return Card(
        say(
            "What follows from {number}: {measure}",
            number=Ref(finding.number),
            measure=MEASURES[taken],
        ),
        body=(
            say(
                "{person} decided so. The policy recommended {advised}: {reason}.",
                person=call.who(call.person.id),
                advised=MEASURES[found.measure],
                reason=reason(found),
            ),
            *said,
            contest_how(finding),
        ),
        buttons=happened.contesting(finding),
        why=say("Clause {clause}.", clause=Code("5.2.2")),
        about=findings.where(finding),
    )


def contest_how(finding: Finding) -> Say:
    return say(
        "Is that not right? HR sees to it that somebody else looks again: {command}",
        command=Code(f"/duly finding {finding.number} contest WHY"),
    )


def _which(finding: Finding, found: Advice) -> Form:
    choices = tuple(Choice(each, MEASURES[each]) for each in measures.lighter(found.measure))
    field = Field("measure", say("Instead of what is recommended"), "choice", choices=choices)
    title = say("Which one, and why?")
    return Form(f"finding {finding.number} measure", title, (field, WHY), say("Decide"))


def _why_not(call: Call, finding: Finding) -> Say:
    number = Ref(finding.number)
    if finding.state != "settled" or finding.how != "upheld":
        return say("{number} is not upheld, so nothing follows from it.", number=number)
    if _decided(call.tx, finding):
        return say("What follows from {number} is decided already.", number=number)
    if finding.person is None:
        return say("Nobody is named in {number}, so nothing follows from it.", number=number)
    return say("HR decides what follows from {number}.", number=number)


WHY = Field("why", say("The reason; it is kept, and they read it"), "lines", longest=500)
CHOICE = Field(
    "measure",
    say("Instead of what is recommended"),
    "choice",
    required=False,
    choices=tuple(Choice(each, MEASURES[each]) for each in measures.MEASURES),
)
