"""A duty as one line of a list: for who owes it, for who waits for it, for who leads them."""

from bot.handlers import (
    agreed,
    casework,
    custody,
    looking,
    notice_cards,
    overseeing,
    sealedwork,
)
from bot.handlers.deeds import ACCEPT, excerpt, person_named
from bot.policy.duties import NAMES, Duty
from bot.store import Transaction
from bot.words import Quoted, Ref, Say, Value, say

WORDS = 80  # characters of the message a line is about


def line(tx: Transaction, duty: Duty, reader: str) -> Say:
    """A duty in a list of what somebody owes."""
    if duty.held is not None:
        return _with_words(tx, _held(tx, duty), duty, reader)
    values: dict[str, Value] = {"number": number_of(tx, duty), "due": duty.due}
    what = _what(tx, duty)
    if duty.promised_for is not None and duty.promised_for > tx.clock.now():
        until = duty.promised_for
        told = say(
            "{number} {what}, promised for {until}",
            number=values["number"],
            what=what,
            until=until,
        )
    elif tx.clock.now() > duty.due:
        told = say("{number} {what}, overdue since {due}", what=what, **values)
    else:
        told = say("{number} {what} by {due}", what=what, **values)
    return _with_words(tx, told, duty, reader)


def number_of(tx: Transaction, duty: Duty) -> Ref:  # noqa: PLR0911
    """Who decides knows it by the number of the request, who confirms by that of the notice."""
    if duty.secret:
        return sealedwork.number(tx, duty)
    if duty.custody:
        return custody.number_of(tx, duty)
    if overseeing.is_ours(duty):
        return overseeing.number_of(tx, duty)
    if duty.noticed:
        return Ref(notice_cards.of(tx, duty).number)
    if duty.kind == "decide":
        return Ref(tx.requests.get(duty.subject.partition("/")[2]).number)
    if looking.is_finding(duty):
        return Ref(looking.of(tx, duty).number)
    if casework.is_case(duty):
        return Ref(casework.of(tx, duty).number)
    return Ref(duty.number)


def _what(tx: Transaction, duty: Duty) -> Say:  # noqa: C901, PLR0911
    if agreed.is_agreed(duty):
        return agreed.what(tx, duty)
    if looking.is_finding(duty):
        return looking.what(tx, duty)
    if duty.secret:
        return sealedwork.what(tx, duty)
    if duty.custody:
        return custody.what(tx, duty)
    if overseeing.is_ours(duty):
        return overseeing.what(tx, duty)
    if casework.is_case(duty):
        return casework.what(tx, duty)
    person = person_named(tx, duty.owed_to)
    match duty.kind:
        case "reply":
            return say("Answer {person}", person=person)
        case "acknowledge" if duty.personal:
            return notice_cards.what(tx, notice_cards.of(tx, duty))
        case "acknowledge":
            return say("Tell {person} that you have read it", person=person)
        case "decide":
            return say("Decide on a request of {person}", person=person)
        case "accept":
            return _take_over(tx, duty)
        case kind:
            return say("{kind}, for {person}", kind=NAMES[kind], person=person)


def _take_over(tx: Transaction, duty: Duty) -> Say:
    kind, _, id = duty.subject.partition("/")
    wanted = tx.duties.get(id) if f"{kind}/" == ACCEPT else None
    if wanted is not None:
        return say(
            "Say whether you take over {wanted} of {person}",
            wanted=Ref(wanted.number),
            person=person_named(tx, wanted.owed_by),
        )
    return say("Say who takes over what {person} owes", person=person_named(tx, id))


def _held(tx: Transaction, duty: Duty) -> Say:
    """Its clock stands: who waits for it, or asked for no answer, is to say something first."""
    number, person = Ref(duty.number), person_named(tx, duty.owed_to)
    if duty.held_why == "asked_back":
        return say(
            "{number} waits until {person} answers what you asked back",
            number=number,
            person=person,
        )
    return say(
        "{number} you said no reply is needed: it is dropped unless {person} objects",
        number=number,
        person=person,
    )


def _with_words(tx: Transaction, told: Say, duty: Duty, reader: str) -> Say:
    words = _words(tx, duty, reader)
    if not words:
        return told
    return say("{line}: “{words}”", line=told, words=Quoted(words, WORDS))


def _words(tx: Transaction, duty: Duty, reader: str) -> str:
    if agreed.is_agreed(duty):
        return agreed.words(tx, duty)
    if looking.is_finding(duty):
        return looking.words(tx, duty, reader)
    return excerpt(tx, duty.about, reader)


def waiting_line(tx: Transaction, duty: Duty, reader: str) -> Say:
    """A duty in a list of what somebody waits for."""
    number, owner = Ref(duty.number), person_named(tx, duty.owed_by)
    if agreed.is_agreed(duty):
        return _with_words(tx, agreed.waiting(tx, duty), duty, reader)
    if duty.held_why == "asked_back":
        told = say("{number} {owner} asked you something back", number=number, owner=owner)
    elif duty.held is not None:
        told = say(
            "{number} {owner} says no reply is needed: it is dropped unless you object",
            number=number,
            owner=owner,
        )
    elif duty.kind == "acknowledge":
        told = say(
            "{number} {owner} is to tell you by {due} that they have read it",
            number=number,
            owner=owner,
            due=duty.due,
        )
    elif duty.kind == "accept":
        told = say(
            "{number} {owner} is to say by {due} whether they take it over",
            number=number,
            owner=owner,
            due=duty.due,
        )
    else:
        told = say(
            "{number} {owner} owes you an answer by {due}",
            number=number,
            owner=owner,
            due=duty.due,
        )
    return _with_words(tx, told, duty, reader)


def team_line(tx: Transaction, duty: Duty) -> Say:  # noqa: PLR0911
    """A duty in a list of what is late in a team: who and since when, never the words."""
    if agreed.is_agreed(duty):
        return agreed.late(tx, duty)
    if looking.is_finding(duty):
        return looking.late(tx, duty)
    if duty.custody:
        return custody.late(tx, duty)
    if overseeing.is_ours(duty):
        return overseeing.late(tx, duty)
    if casework.is_case(duty):
        return casework.late(tx, duty)
    owner, person = person_named(tx, duty.owed_by), person_named(tx, duty.owed_to)
    number, due = number_of(tx, duty), duty.due
    match duty.kind:
        case "decide":
            return say(
                "{number} {owner} owes {person} a decision since {due}",
                number=number,
                owner=owner,
                person=person,
                due=due,
            )
        case "acknowledge" if duty.personal:
            return say(
                "{number} {owner} has not confirmed since {due} that they have read it",
                number=number,
                owner=owner,
                due=due,
            )
        case "acknowledge":
            return say(
                "{number} {owner} has not told {person} since {due} that they have read it",
                number=number,
                owner=owner,
                person=person,
                due=due,
            )
        case "accept":
            return say(
                "{number} {owner} has not said since {due} whether they take it over",
                number=number,
                owner=owner,
                due=due,
            )
        case _:
            return say(
                "{number} {owner} owes {person} an answer since {due}",
                number=number,
                owner=owner,
                person=person,
                due=due,
            )
