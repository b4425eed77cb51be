"""What people bring to IT: who gets it, what is said back and forth, and its end. Policy 4.1.3.

The ball is with IT until it answers; who reported it says whether it helped.
"""

from dataclasses import replace

from bot.card import Card, Field, Form
from bot.command import Call, Refusal
from bot.handlers import casework, deeds
from bot.handlers.casework import SUBJECT
from bot.policy import cases as rules
from bot.policy.cases import Case, Kind
from bot.policy.duties import Duty
from bot.policy.findings import Trace
from bot.policy.people import Person
from bot.words import Code, Quoted, Ref, Say, Value, say

LONGEST = 1000  # characters
LISTED = 20
NEVER = say("Never send anyone your password, a code or a key: nobody of IT will ask for one.")
MEANWHILE = (
    NEVER,
    say("If somebody else may know your password, change it now, from a device you trust."),
    say("Do not use the account until IT has answered, if you did not do what it shows."),
)


def help_account(call: Call, words: str) -> Card | Form:
    """A case for IT, with a number and what to do at once."""
    if not words:
        fields = (TROUBLE,)
        return Form(
            "help-account", say("What is wrong with your account?"), fields, say("Send"), (NEVER,)
        )
    _refuse_secrets(call, words)
    case = opened(call, "account", words=words)
    return Card(
        say("{person} of IT looks into it: {number}", **_named(call, case)),
        body=MEANWHILE,
        facts=_due(call, case),
        why=say("Clause {clause}.", clause=Code(casework.clause(call.tx, case))),
        tone="good",
    )


def _refuse_secrets(call: Call, words: str) -> None:
    if rules.gives_away(words, call.book.screening):
        raise Refusal(
            say(
                "There seems to be a password or key in it, so I have kept nothing. Leave it out "
                "and write again; and change it, for it has now been written down."
            )
        )


def _named(call: Call, case: Case) -> dict[str, Value]:
    return {"person": call.who(case.handler), "number": Ref(case.number)}


def _due(call: Call, case: Case) -> tuple[tuple[Say, Value], ...]:
    owed = call.tx.duties.about(SUBJECT + case.id)
    return ((say("An answer by"), owed[0].due),) if owed else ()


def opened(call: Call, kind: Kind, **more: object) -> Case:
    """Given to one of IT, who is told. Raises Refusal where there is nobody."""
    tx = call.tx
    handler = rules.handler_of(call.directory, call.person, tx.cases.load(), call.now)
    if handler is None:
        raise Refusal(
            say("Nobody here has the role {role}. Tell HR, who give it out.", role=Code("it"))
        )
    id = tx.new_id()
    case = Case(
        id=id,
        number=0,
        kind=kind,
        reporter=call.person.id,
        at=call.now,
        handler=handler.id,
        **more,  # type: ignore[arg-type]
    )
    duty = owe(call, case, handler)
    case = replace(case, number=duty.number)
    tx.cases.add(case)
    trace(call, case, "opened", call.person.id)
    trace(call, case, "given", handler.id)
    _tell(call, case, handler.id)
    return case


def owe(call: Call, case: Case, handler: Person) -> Duty:
    book = call.book.cases
    phishing = case.kind == "phishing"
    level = book.phishing_level if phishing else book.account_level
    return deeds.open_duty(
        call.tx,
        deeds.Opening(
            kind="handle",
            owed_by=handler.id,
            owed_to=case.reporter,
            level=call.book.levels[level],
            clause=book.phishing_clause if phishing else book.account_clause,
            rule=f"cases.{case.kind}",
            start=call.now,
            subject=SUBJECT + case.id,
            inner=case.number > 0,
        ),
    )


def trace(call: Call, case: Case, deed: str, by: str, note: str = "") -> None:
    more = {"note": note} if note else {}
    call.tx.cases.trail.add(case.id, Trace(round=1, deed=deed, by=by, at=call.now, more=more))


def _tell(call: Call, case: Case, person: str) -> None:
    """Its card, in their working time."""
    known = call.directory.people[person]
    duty = next(iter(call.tx.duties.about(SUBJECT + case.id)), None)
    shown = casework.card(call.tx, case, known)
    if duty is not None:
        shown = replace(shown, facts=(*shown.facts, (say("Due"), duty.due)))
    subject = deeds.subject(duty) if duty else ""
    deeds.tell(call.tx, person, shown, f"{SUBJECT}{call.tx.new_id()}", subject=subject)


# Found


def found(call: Call, number: int) -> Case:
    """The same answer for what is not there and what is another's. Raises Refusal."""
    case = call.tx.cases.find(number)
    if case is None or not casework.may_see(call.tx, case, call.person):
        raise Refusal(
            say(
                "There is no case {number} for you. Yours: {command}",
                number=Ref(number),
                command=Code("/duly case"),
            )
        )
    return case


def handled(call: Call, number: int) -> Case:
    case = found(call, number)
    if not casework.may_handle(case, call.person):
        raise Refusal(say("{number} is for IT to answer.", number=Ref(number)))
    return case


def _reported(call: Call, number: int) -> Case:
    case = found(call, number)
    if case.reporter != call.person.id:
        raise Refusal(say("Who reported {number} says that.", number=Ref(number)))
    return case


def show(call: Call, number: int) -> Card:
    return casework.card(call.tx, found(call, number), call.person)


def listed(call: Call) -> Card:
    """Of IT all that are open; of anybody else what they reported."""
    it = "it" in call.person.roles
    open_ones = [c for c in call.tx.cases.open_ones(LISTED) if it and c.reporter != call.person.id]
    own = call.tx.cases.of(call.person.id, LISTED)
    if not open_ones and not own:
        return Card(
            say(
                "There is no case. Trouble with your account? {command}",
                command=Code("/duly help-account"),
            )
        )
    return Card(
        say("Cases"),
        body=tuple(line(call, each) for each in (*open_ones, *own)),
        why=say("Look at one: {command}", command=Code("/duly case NUMBER")),
    )


def line(call: Call, case: Case) -> Say:
    return say(
        "{number} {kind}, reported by {person}, since {at}: {state}",
        number=Ref(case.number),
        kind=casework.NAMES[case.kind],
        person=call.who(case.reporter),
        at=case.at,
        state=casework.STATES[case.state],
    )


# Worked on


def take(call: Call, number: int) -> Card:
    """It is theirs from now on, with the time that is left."""
    case = handled(call, number)
    if case.state == "done":
        raise Refusal(say("{number} is done.", number=Ref(number)))
    if case.handler != call.person.id:
        case = replace(case, handler=call.person.id)
        call.tx.cases.save(case)
        trace(call, case, "taken", call.person.id)
        for duty in call.tx.duties.about(SUBJECT + case.id):
            deeds.settle(call.tx, duty, "passed", deeds.Ending(f"to:{call.person.id}", call.now))
            owe(call, case, call.person)
    shown = casework.card(call.tx, case, call.person)
    return replace(shown, body=(say("It is yours now."), *shown.body), tone="good")


def answer(call: Call, number: int, words: str) -> Card | Form:
    """IT to who reported it, and they to IT: then the ball is with the other side."""
    case = found(call, number)
    if not words:
        return Form(f"case {number} answer", say("Answer"), (WORDS,), say("Send"))
    _refuse_secrets(call, words)
    if case.reporter == call.person.id:
        trace(call, case, "added", call.person.id, words)
        return _back(call, case)
    case = handled(call, number)
    case = met(call, case, "answered")
    trace(call, case, "answered", call.person.id, words)
    _say_back(call, case, words)
    return Card(say("Sent to {person}.", person=call.who(case.reporter)), tone="good")


def _say_back(call: Call, case: Case, words: str) -> None:
    title = say(
        "{person} of IT answers {number}", person=call.who(call.person.id), number=Ref(case.number)
    )
    body = (Quoted(words, LONGEST),) if words else ()
    buttons = casework.buttons(call.tx, case, call.directory.people[case.reporter])
    call.tell(case.reporter, Card(title, body=(*body, NEVER), buttons=buttons))


def met(call: Call, case: Case, state: rules.State) -> Case:
    """IT has said something: the time it had for that is kept or not, and the ball goes back."""
    for duty in call.tx.duties.about(SUBJECT + case.id):
        deeds.settle(call.tx, duty, "done", deeds.Ending("helped", call.now))
    done = call.now if state == "done" else None
    case = replace(
        case,
        state=state,
        handler=call.person.id,
        answered_at=case.answered_at or call.now,
        done_at=done,
        confirmed_at=None,
    )
    call.tx.cases.save(case)
    return case


def _back(call: Call, case: Case) -> Card:
    """The ball is with IT again."""
    case = replace(case, state="open", done_at=None, confirmed_at=None)
    call.tx.cases.save(case)
    handler = call.directory.people.get(case.handler or "")
    gone = handler is None or not handler.active or handler.id == call.person.id
    if gone:
        load = call.tx.cases.load()
        handler = rules.handler_of(call.directory, call.person, load, call.now)
    if handler is None:
        raise Refusal(
            say("Nobody here has the role {role}. Tell HR, who give it out.", role=Code("it"))
        )
    if handler.id != case.handler:
        case = replace(case, handler=handler.id)
        call.tx.cases.save(case)
        trace(call, case, "given", handler.id)
    if not call.tx.duties.about(SUBJECT + case.id):
        owe(call, case, handler)
    _tell(call, case, handler.id)
    return Card(
        say(
            "{person} of IT looks into it: {number}",
            person=call.who(handler.id),
            number=Ref(case.number),
        ),
        facts=_due(call, case),
        tone="good",
    )


def done(call: Call, number: int, words: str) -> Card:
    """Who reported it says whether that is so."""
    case = handled(call, number)
    if case.state == "done":
        raise Refusal(say("{number} is done.", number=Ref(number)))
    if case.kind == "phishing" and not case.verdict:
        raise Refusal(
            say(
                "Say first what it is: {true}, {false} or {unclear}",
                true=Code(f"/duly case {number} true"),
                false=Code(f"/duly case {number} false"),
                unclear=Code(f"/duly case {number} unclear"),
            )
        )
    case = met(call, case, "done")
    trace(call, case, "done", call.person.id, words)
    _say_back(call, case, words)
    return Card(
        say(
            "{number} is done; {person} says whether it helped.",
            number=Ref(number),
            person=call.who(case.reporter),
        ),
        tone="good",
    )


def confirm(call: Call, number: int) -> Card:
    case = _reported(call, number)
    if case.state == "open":
        raise Refusal(say("IT has not answered {number} yet.", number=Ref(number)))
    case = replace(case, state="done", done_at=case.done_at or call.now, confirmed_at=call.now)
    call.tx.cases.save(case)
    trace(call, case, "confirmed", call.person.id)
    return Card(say("Good. {number} is done.", number=Ref(number)), tone="good")


def reopen(call: Call, number: int, why: str) -> Card | Form:
    case = _reported(call, number)
    if case.state == "open":
        raise Refusal(say("IT has not answered {number} yet.", number=Ref(number)))
    if not why:
        return Form(f"case {number} reopen", say("What does not work yet?"), (WORDS,), say("Send"))
    _refuse_secrets(call, why)
    trace(call, case, "reopened", call.person.id, why)
    return _back(call, case)


TROUBLE = Field("words", say("What happens, and since when"), "lines", longest=LONGEST)
WORDS = Field("words", say("What you want to say"), "lines", longest=LONGEST)
