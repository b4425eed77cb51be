"""What people post by hand where only approved texts may stand. Policy 3.2.

A channel of the policy with `releases = "notice"`: word for word what was approved is noted on its
request; anything else is a finding, of which its author hears at once and in private.
"""

from collections.abc import Iterator
from datetime import timedelta

from bot.card import Button, Card
from bot.events import conversation
from bot.handlers import classes, findingcards, findings, requestcards
from bot.handlers.deeds import person_named
from bot.handlers.findings import Suspected
from bot.handlers.judging import Message
from bot.handlers.seating import Going
from bot.policy import releases
from bot.policy.approvals import Request
from bot.policy.findings import Finding
from bot.policy.people import Person
from bot.policy.rulebook import Rulebook
from bot.store import Transaction
from bot.words import Code, Ref, Say, say

SAME = timedelta(hours=1)  # in which the same text, posted again, is one finding


def look(message: Message) -> bool:
    """At a message, new or edited; True where it has got a class by it."""
    tx = message.tx
    family = tx.policies.current().channel(tx.people.place_name(message.place)).releases
    if not family or message.place.thread is not None or not releases.is_release(message.said):
        return False
    approved = _approved(tx, family)
    alike = releases.same(message.said.text, approved)
    request = next((each for each in alike if _stands(tx, each)), None)
    if request is not None:
        return _released(message, request)
    _suspect(message, family, approved)
    return False


def _approved(tx: Transaction, family: str) -> list[Request]:
    """What was approved of that family so recently; not what it was that took something back."""
    days = timedelta(days=tx.policies.current().approvals.compare_days)
    found = tx.requests.approved_since(tx.clock.now() - days, (family,))
    return [each for each in found if each.recalls is None]


def _stands(tx: Transaction, request: Request) -> bool:
    """It was not taken back since."""
    return all(each.deed != "withdraw" for each in tx.requests.trail(request.id))


def _released(message: Message, request: Request) -> bool:
    """Noted once; what was found of the message before is put right."""
    tx, author = message.tx, message.said.author
    for finding in _open(message):
        findings.mended(tx, finding, "edited", author)
    if not classes.by_request(message, request):
        return False
    Going(tx, request).trace(author, "released")
    return True


def _open(message: Message) -> Iterator[Finding]:
    found = message.tx.findings.of_message(message.ref)
    return (each for each in found if each.state == "open" and not each.screened)


def _suspect(message: Message, family: str, approved: list[Request]) -> None:
    tx = message.tx
    person = tx.people.snapshot().directory.people.get(message.said.author)
    if any(_open(message)) or _said_before(message, person):
        return
    near = _near(message, person, approved)
    finding = findings.open_(
        tx,
        Suspected(
            rule="differs" if near else "unapproved",
            clause=_clause(tx.policies.current(), family),
            person=person,
            about=message.ref,
            request=near.id if near else None,
            severity="slight" if near else "serious",
        ),
    )
    message.whisper(_told(message, finding, near, family), "release")


def _near(message: Message, person: Person | None, approved: list[Request]) -> Request | None:
    """The approved text they probably meant, of those they have to do with."""
    if person is None:
        return None
    tx = message.tx
    known = [each for each in approved if requestcards.sees(tx, each, person)]
    return releases.near(message.said.text, known, lambda each: _stands(tx, each))


def _said_before(message: Message, person: Person | None) -> bool:
    """They posted the same a moment ago, here or elsewhere: one finding is enough."""
    tx, text = message.tx, releases.canonical(message.said.text)
    since = tx.clock.now() - SAME
    found = tx.findings.of_person_since(person.id, since) if person else []
    return any(
        releases.canonical(tx.records.words(conversation(each.about.place), each.about.id)) == text
        for each in found
        if each.about is not None and each.about != message.ref and not each.screened
    )


def _clause(book: Rulebook, family: str) -> str:
    return next(route.clause for route in book.routes.values() if route.family == family)


def _told(message: Message, finding: Finding, near: Request | None, family: str) -> Card:
    """To its author alone: what I think, and what to do about it."""
    tx, ask = message.tx, Code(f"/duly request {family} …")
    reviewer = findings.reviewer(tx, finding)
    looks: tuple[Say, ...] = ()
    if reviewer is not None:
        named = person_named(tx, reviewer.id)
        looks = (
            say("{person} will have a look: {number}.", person=named, number=Ref(finding.number)),
        )
    button = Button(say("Ask for approval"), "📝", f"request {family}")
    why = say(
        "Clause {clause}: what stands here is released after approval, word for word.",
        clause=Code(finding.clause),
    )
    if near is None:
        return Card(
            say("I find no approval for what you have just posted here."),
            body=(
                say("If it was approved elsewhere, or needs none, you need not do anything."),
                say("If not, please take it down and ask for approval: {command}", command=ask),
                *looks,
            ),
            buttons=(button,),
            why=why,
            about=message.ref,
        )
    return Card(
        say("This is not quite what was approved as {number}.", number=Ref(near.number)),
        body=(
            *findingcards.differences(tx, finding, message.said.text),
            say("Please edit it so that it reads as approved; then all is well."),
            say("If the new words are meant, ask for approval again: {command}", command=ask),
            *looks,
        ),
        buttons=(button,),
        why=why,
        about=message.ref,
    )
