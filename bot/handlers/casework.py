"""Cases of IT as duties in words and as cards: who reads them, what can be done. 4.1.3, 4.2.3."""

from dataclasses import replace

from bot.card import Button, Card
from bot.handlers import deeds
from bot.handlers.deeds import person_named
from bot.policy import cases as rules
from bot.policy import forms
from bot.policy.cases import Case
from bot.policy.duties import Duty
from bot.policy.findings import Trace
from bot.policy.people import Person
from bot.store import Transaction
from bot.words import Code, Quoted, Ref, Rows, Say, Value, say

SUBJECT = "case/"  # before a case's id: what the duty to handle it is about
LINES = 8  # of what was done about it
BLOCKS = 3  # hosts with a button
NAMES = {
    "account": say("Trouble with an account"),
    "phishing": say("A message that looks like fraud"),
}
STATES = {
    "open": say("IT is to answer"),
    "answered": say("IT has answered"),
    "done": say("It is done"),
}
VERDICTS = {
    "true": say("It is a fraud"),
    "false": say("It is none"),
    "unclear": say("Nobody can tell for sure"),
}


def is_case(duty: Duty) -> bool:
    return duty.subject.startswith(SUBJECT)


def of(tx: Transaction, duty: Duty) -> Case:
    found = tx.cases.get(duty.subject.removeprefix(SUBJECT))
    assert found is not None
    return found


def may_handle(case: Case, person: Person) -> bool:
    """IT, and who was given it; never who reported it."""
    if person.partner or person.id == case.reporter:
        return False
    return "it" in person.roles or person.id == case.handler


def may_see(tx: Transaction, case: Case, person: Person) -> bool:
    """Also who reported it, and who leads whose it is."""
    mine = person.id == case.reporter or may_handle(case, person)
    return mine or deeds.leads(tx, person, case.handler)


def what(tx: Transaction, duty: Duty) -> Say:
    case = of(tx, duty)
    person = person_named(tx, case.reporter)
    if case.kind == "phishing":
        return say("Look at what {person} takes for fraud", person=person)
    return say("Help {person} with their account", person=person)


def late(tx: Transaction, duty: Duty) -> Say:
    return say(
        "{number} {owner} has not answered {person} since {due}",
        number=Ref(of(tx, duty).number),
        owner=person_named(tx, duty.owed_by),
        person=person_named(tx, duty.owed_to),
        due=duty.due,
    )


def above(case: Case) -> tuple[Button, ...]:
    """What who leads its handler can do."""
    return (Button(say("Look at it"), "🔎", f"case {case.number}"),)


def reminder(tx: Transaction, duty: Duty, reader: str) -> Card:
    known = tx.people.snapshot().directory.people[reader]
    shown = card(tx, of(tx, duty), known)
    return replace(shown, facts=(*shown.facts, (say("Due"), duty.due)))


def card(tx: Transaction, case: Case, reader: Person) -> Card:
    """`reader` may see it. No link in it can be followed from here."""
    return Card(
        title(tx, case),
        body=(*_words(case), *(_line(tx, each) for each in tx.cases.trail.all(case.id)[-LINES:])),
        facts=_facts(tx, case),
        buttons=buttons(tx, case, reader),
        why=say("Clause {clause}.", clause=Code(clause(tx, case))),
        about=case.about if case.about and tx.people.sees(reader.id, case.about.place) else None,
    )


def clause(tx: Transaction, case: Case) -> str:
    book = tx.policies.current().cases
    return book.phishing_clause if case.kind == "phishing" else book.account_clause


def title(tx: Transaction, case: Case) -> Say:
    return say(
        "{kind}, reported by {person}: {number}",
        kind=NAMES[case.kind],
        person=person_named(tx, case.reporter),
        number=Ref(case.number),
    )


def _words(case: Case) -> tuple[Value, ...]:
    return (Quoted(rules.defanged(case.words), forms.LONGEST),) if case.words else ()


def _facts(tx: Transaction, case: Case) -> tuple[tuple[Say, Say | Value], ...]:
    facts: list[tuple[Say, Say | Value]] = [(say("Number"), Ref(case.number))]
    if case.about is not None:
        facts.append((say("Where"), Quoted(tx.people.place_name(case.about.place), 80)))
    if case.hosts:
        hosts = Rows(tuple(Code(rules.defanged(each)) for each in case.hosts))
        facts.append((say("Its links lead to"), hosts))
    facts.append((say("State"), STATES[case.state]))
    if case.verdict:
        facts.append((say("What it is"), VERDICTS[case.verdict]))
    if case.handler is not None:
        facts.append((say("In the hands of"), person_named(tx, case.handler)))
    facts.append((say("Asked at"), case.at))
    return tuple(facts)


def buttons(tx: Transaction, case: Case, reader: Person) -> tuple[Button, ...]:
    number = case.number
    if reader.id == case.reporter:
        return _reporters(case)
    if not may_handle(case, reader):
        return ()
    if case.kind == "phishing" and case.verdict == "true":
        return blocks(tx, case)
    take = Button(say("I take it"), "✋", f"case {number} take")
    first = () if case.handler == reader.id or case.state == "done" else (take,)
    if case.state == "done":
        return ()
    if case.kind == "phishing":
        return (
            *first,
            Button(say("It is a fraud"), "🚨", f"case {number} true", "bad"),
            Button(say("It is none"), "✅", f"case {number} false", "good"),
            Button(say("Nobody can tell"), "❓", f"case {number} unclear"),
        )
    return (
        *first,
        Button(say("Answer"), "💬", f"case {number} answer"),
        Button(say("It is done"), "✅", f"case {number} done", "good"),
    )


def _reporters(case: Case) -> tuple[Button, ...]:
    number = case.number
    if case.state == "open" or case.confirmed_at is not None or case.kind == "phishing":
        return ()
    return (
        Button(say("It works again"), "✅", f"case {number} confirm", "good"),
        Button(say("It does not"), "↩️", f"case {number} reopen"),
    )


def blocks(tx: Transaction, case: Case) -> tuple[Button, ...]:
    """Of what is not blocked already, and may be."""
    rules_now = tx.policies.current().screening
    bad = {*rules_now.known_bad, *tx.people.snapshot().blocked}
    fit = [
        each
        for each in case.hosts
        if each not in bad and rules.why_not_blocked(each, rules_now) is None
    ]
    return tuple(
        Button(
            say("Block {domain}", domain=Code(rules.defanged(each))),
            "⛔" if place == 0 else f"{place + 1}️⃣",
            f"phishing block {each} {case.number}",
            "bad",
        )
        for place, each in enumerate(fit[:BLOCKS])
    )


DEEDS = {
    "opened": say("{person} asked at {at}."),
    "given": say("{person} has it since {at}."),
    "taken": say("{person} took it at {at}."),
    "answered": say("{person} answered at {at}:"),
    "added": say("{person} added at {at}:"),
    "done": say("{person} called it done at {at}."),
    "confirmed": say("{person} said at {at} that it works again."),
    "reopened": say("{person} opened it again at {at}."),
    "true": say("{person} judged at {at}: a fraud."),
    "false": say("{person} judged at {at}: no fraud."),
    "unclear": say("{person} judged at {at}: nobody can tell for sure."),
    "blocked": say("{person} blocked the domain at {at}:"),
    "commended": say("{person} commended who reported it at {at}."),
}


def _line(tx: Transaction, one: Trace) -> Say:
    values: tuple[tuple[str, Value], ...] = (("person", person_named(tx, one.by)), ("at", one.at))
    told = Say(DEEDS[one.deed].sentence, values)
    words = one.more.get("note", "")
    if not words:
        return told
    return say("{line} “{words}”", line=told, words=Quoted(rules.defanged(words), 500))
