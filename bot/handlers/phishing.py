"""Messages reported as fraud: judged by IT, and who reported them always hears of it. 4.2.3.

What is a fraud can be blocked at once, and who was shown the same link is warned once.
"""

from collections.abc import Iterable
from dataclasses import replace

from bot.card import Button, Card, Field, Form
from bot.command import Call, Refusal
from bot.effects import Send
from bot.events import MessageRef, conversation
from bot.handlers import cases, casework, deeds
from bot.policy import cases as rules
from bot.policy import measures
from bot.policy.cases import Case, Verdict
from bot.policy.screening import links
from bot.policy.screening.folding import fold
from bot.store.outbox import Written
from bot.words import Code, Quoted, Ref, Rows, Say, say, say_many

YEAR = 12  # months
COMMEND = "commend"


def report(call: Call, words: str, about: MessageRef | None) -> Card | Form:
    """`words`: what was pasted, or the message it was used on; kept as the reporter saw it."""
    if about is not None:
        if not call.tx.people.sees(call.person.id, about.place):
            raise Refusal(say("I find no such message where you are."))
        known = call.tx.cases.of_message(call.person.id, about)
        if known is not None:
            raise Refusal(say("You have reported it already: {number}.", number=Ref(known.number)))
        words = call.tx.records.words(conversation(about.place), about.id) or words
    if not words:
        return Form("phishing", say("What looks like fraud?"), (WORDS,), say("Report it"))
    hosts = tuple(sorted(links.hosts(fold(words).low)))
    case = cases.opened(call, "phishing", words=words[: rules.LONGEST], about=about, hosts=hosts)
    return Card(
        say(
            "Thank you. {person} of IT looks at it: {number}",
            person=call.who(case.handler),
            number=Ref(case.number),
        ),
        body=(
            say("Until you hear of it: open no link in it, answer nothing, enter nothing."),
            say(
                "If you have entered a password there, change it now, and say so: {command}",
                command=Code("/duly help-account"),
            ),
        ),
        why=say("Clause {clause}.", clause=Code(casework.clause(call.tx, case))),
        tone="good",
    )


def judge(call: Call, number: int, verdict: Verdict, why: str) -> Card:
    """Who reported it hears of it in any case, and kindly."""
    case = cases.handled(call, number)
    if case.kind != "phishing":
        raise Refusal(say("{number} is no report of fraud.", number=Ref(number)))
    if case.verdict:
        raise Refusal(
            say(
                "What {number} is was said already: {verdict}.",
                number=Ref(number),
                verdict=casework.VERDICTS[case.verdict],
            )
        )
    since = measures.months_before(call.now, YEAR)
    before = call.tx.cases.true_reports(case.reporter, since)
    case = cases.met(call, replace(case, verdict=verdict), "done")
    cases.trace(call, case, verdict, call.person.id, why)
    call.tell(case.reporter, _feedback(case, why, before + 1))
    if verdict == "true":
        _commendable(call, case)
    return Card(
        say(
            "{number}: {verdict}. {person} has been told.",
            number=Ref(number),
            verdict=casework.VERDICTS[verdict],
            person=call.who(case.reporter),
        ),
        body=(say("Block it, so that nobody else is sent there:"),)
        if casework.blocks(call.tx, case)
        else (),
        buttons=casework.blocks(call.tx, case),
        tone="good",
    )


def _feedback(case: Case, why: str, count: int) -> Card:
    said = (Quoted(why, 500),) if why else ()
    match case.verdict:
        case "true":
            return Card(
                say("Well seen: what you reported is a fraud ({number})", number=Ref(case.number)),
                body=(
                    *said,
                    say("Thank you: you have kept others from harm. Please delete it."),
                    say_many(
                        "It is your first in twelve months.",
                        "That makes {count} in twelve months.",
                        count,
                    ),
                ),
                tone="good",
            )
        case "false":
            return Card(
                say("What you reported is no fraud ({number})", number=Ref(case.number)),
                body=(
                    *said,
                    say(
                        "You can use it. Thank you for asking: better once too often "
                        "than once too seldom."
                    ),
                ),
                tone="good",
            )
        case _:
            return Card(
                say("IT cannot say for sure what it is ({number})", number=Ref(case.number)),
                body=(*said, say("Treat it as a fraud: open nothing, and delete it.")),
            )


# Commended


def _commendable(call: Call, case: Case) -> None:
    """A commendation is recommended to HR, who decide; nothing follows by itself. Policy 5.2.2."""
    rungs = call.book.findings.measures
    dates = [
        each.at
        for each in call.tx.cases.of(case.reporter, 500)
        if each.verdict == "true" and each.id != case.id
    ]
    count = measures.commended(rungs, case.at, dates)
    if not count:
        return
    title = say(
        "{person} has reported {count} real frauds: the policy recommends a commendation",
        person=call.who(case.reporter),
        count=count,
    )
    button = Button(say("Commend them"), "🏅", f"case {case.number} {COMMEND}", "good")
    why = say("This is only what the table of the policy recommends; a person decides.")
    for person in call.directory.with_role("hr"):
        if person.id != case.reporter:
            deeds.tell(
                call.tx,
                person.id,
                Card(title, buttons=(button,), why=why),
                f"commend/{case.id}/{person.id}",
            )


def commend(call: Call, number: int, words: str) -> Card:
    """By HR, once for a report, never of themselves."""
    case = call.tx.cases.find(number)
    fit = case is not None and case.verdict == "true" and case.reporter != call.person.id
    if case is None or "hr" not in call.person.roles or not fit:
        raise Refusal(
            say(
                "There is no case {number} for you. Yours: {command}",
                number=Ref(number),
                command=Code("/duly case"),
            )
        )
    if any(each.deed == "commended" for each in call.tx.cases.trail.all(case.id)):
        raise Refusal(say("They were commended for {number} already.", number=Ref(number)))
    cases.trace(call, case, "commended", call.person.id, words)
    said = (Quoted(words, 500),) if words else ()
    title = say("{person} commends you for what you have reported", person=call.who(call.person.id))
    why = say("Clause {clause}.", clause=Code("5.2.2"))
    call.tell(case.reporter, Card(title, body=said, why=why, tone="good"))
    return Card(say("{person} has been told.", person=call.who(case.reporter)), tone="good")


# Blocked


def block(call: Call, domain: str, number: int | None) -> Card:
    """At once for what is said from now on; who was shown it before is warned once."""
    _refuse_others(call)
    if why := rules.why_not_blocked(domain, call.book.screening):
        raise Refusal(why)
    case = call.tx.cases.find(number) if number else None
    if not call.tx.blocked.add(domain, call.person.id, case.id if case else None):
        raise Refusal(say("{domain} is blocked already.", domain=Code(domain)))
    if case is not None:
        cases.trace(call, case, "blocked", call.person.id, domain)
    warned = _warn(call, domain, case)
    return Card(
        say(
            "{domain} is blocked: whoever posts a link to it is told.",
            domain=Code(rules.defanged(domain)),
        ),
        body=(
            say_many(
                "{count} person who was shown it is warned.",
                "{count} people who were shown it are warned.",
                warned,
            ),
            say("To take it back: {command}", command=Code(f"/duly phishing unblock {domain}")),
        ),
        tone="good",
    )


def _warn(call: Call, domain: str, case: Case | None) -> int:
    """Everybody of the rooms where it stood, once, in their working time."""
    tx = call.tx
    about = [*tx.seen_links.of([domain]), *([case.about] if case and case.about else [])]
    places = {conversation(each.place): each.place for each in about}
    apart = {call.person.id, case.reporter if case else ""}
    rooms = dict[str, str]()
    for place in places.values():
        for person in tx.people.members(place):
            rooms.setdefault(person, tx.people.place_name(place))
    keys = {person: f"phishing/{domain}/{person}" for person in rooms if person not in apart}
    known = tx.outbox.known(keys.values())
    reached = tx.people.reached_at_all(person for person, key in keys.items() if key not in known)
    cards = [
        Written(Send(account, _warning(domain, rooms[person])), keys[person])
        for person, account in reached.items()
    ]
    tx.outbox.add_all(cards)
    return len(cards)


def _warning(domain: str, room: str) -> Card:
    return Card(
        say("Beware of a link that was posted in {room}: it is a fraud", room=Quoted(room, 80)),
        body=(
            say("It leads to {domain}. Do not open it.", domain=Code(rules.defanged(domain))),
            say(
                "If you have opened it and entered something, tell IT now: {command}",
                command=Code("/duly help-account"),
            ),
        ),
        why=say("Clause {clause}.", clause=Code("4.2.3")),
        tone="bad",
    )


def unblock(call: Call, domain: str) -> Card:
    _refuse_others(call)
    if not call.tx.blocked.remove(domain):
        raise Refusal(say("{domain} is not blocked here.", domain=Quoted(domain, 80)))
    return Card(say("{domain} is no longer blocked.", domain=Code(domain)), tone="good")


def listed(call: Call) -> Card:
    _refuse_others(call)
    rows = call.tx.blocked.all()
    lines: Iterable[Say] = (
        say(
            "{domain}, by {person} at {at}",
            domain=Code(rules.defanged(row.domain)),
            person=call.who(row.by),
            at=row.at,
        )
        for row in rows
    )
    policy = tuple(Code(rules.defanged(each)) for each in call.book.screening.known_bad)
    more = (say("In the policy file: {domains}", domains=Rows(policy)),) if policy else ()
    title = say_many("{count} domain is blocked", "{count} domains are blocked", len(rows))
    return Card(title, body=(*lines, *more))


def _refuse_others(call: Call) -> None:
    if "it" not in call.person.roles:
        raise Refusal(
            say(
                "IT keeps the list. Report something to them: {command}",
                command=Code("/duly phishing WORDS"),
            )
        )


WORDS = Field("words", say("The link, or the words of the message"), "lines", longest=rules.LONGEST)
