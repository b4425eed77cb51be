"""Who is looking at a page: a session, and the person behind it, who has not left."""

import hashlib
import hmac
from dataclasses import dataclass

from bot.command import Call
from bot.events import Account, Place
from bot.handlers import queue
from bot.handlers import sealedcases as cases
from bot.policy.people import Person
from bot.store import Transaction
from bot.store.sessions import Session, Standing, Token, web_account
from bot.words import Reader

OVERSEERS = frozenset({"it", "auditor"})
KEEPERS = frozenset({"hr", "it"})


@dataclass(frozen=True, slots=True)
class Visitor:
    person: Person
    account: Account
    session: Session
    token: Token
    reader: Reader
    leads: bool  # others, and so has a page about their team
    handles: bool  # reports, and so has a page about cases
    reviews: bool  # findings, or may have to
    samples: bool  # are drawn for them to look at, or may be
    oversees: bool  # the days that IT signs are for them to see
    keeps: bool  # the directory
    minds: bool  # Duly itself
    stale: bool  # it is to be written down that the session is in use

    @property
    def pass_phrase(self) -> str:
        """What a form must bring back to show that it is from a page of ours, in this session."""
        return hmac.new(self.token.secret.encode(), b"form", hashlib.sha256).hexdigest()

    def owns(self, pass_phrase: str) -> bool:
        return hmac.compare_digest(self.pass_phrase.encode(), pass_phrase.encode())


def recognise(tx: Transaction, token: Token | None) -> Visitor | None:
    """None for strangers: no session, one that is over, or a person who has left."""
    session = tx.sessions.of(token) if token else None
    if session is None or token is None:
        return None
    directory = tx.people.snapshot().directory
    account = web_account(tx.rows.company, session.person)
    person = directory.behind(account)
    if person is None or person.id != session.person:
        return None
    own, leads = tx.people.reader(account, tx.home()), bool(directory.leads(person))
    return Visitor(
        person=person,
        account=account,
        session=session,
        token=token,
        reader=Reader(session.language or own.language, own.zone),
        leads=leads,
        handles=cases.may(tx, person),
        reviews=queue.offered(tx, person),
        samples=leads or bool(tx.samples.of(person.id, 1)),
        oversees=bool(OVERSEERS & person.roles),
        keeps=bool(KEEPERS & person.roles),
        minds="it" in person.roles,
        stale=tx.sessions.stale(session),
    )


def looking(tx: Transaction, visitor: Visitor) -> Call:
    """What handlers ask for who looks; nothing is done by it."""
    account = visitor.account
    return Call(
        tx=tx,
        key="",
        account=account,
        person=visitor.person,
        place=Place(account.platform, account.realm, account.id),
        now=tx.clock.now(),
        directory=tx.people.snapshot().directory,
        book=tx.policies.current(),
    )


def dismiss(tx: Transaction, token: Token) -> None:
    """Whoever has left has no session any more."""
    session = tx.sessions.of(token)
    if session is not None:
        tx.sessions.end_all(session.person)


def standing(tx: Transaction, link: Token) -> tuple[Standing, Person | None]:
    """How a link stands; the person only where it can be used. Who has left has no link."""
    found, id = tx.links.look(link)
    if found != "good":
        return found, None
    person = tx.people.snapshot().directory.people.get(id)
    return ("good", person) if person and person.active else ("unknown", None)


def welcome(tx: Transaction, link: Token, browser: str, before: Token | None) -> Token | Standing:
    """A session for whom a link was made; or why there is none."""
    found, person = standing(tx, link)
    if person is None:
        return found
    if tx.links.redeem(link) is None:
        return "used"  # somebody was quicker
    return enter(tx, person, browser, before)


def enter(tx: Transaction, person: Person, browser: str, before: Token | None = None) -> Token:
    """A session; it takes the place of the one this browser had."""
    account = web_account(tx.rows.company, person.id)
    if tx.people.snapshot().directory.accounts.get(account) != person.id:
        tx.people.link(account, person.id)
    old = tx.sessions.of(before) if before else None
    if old is not None:
        tx.sessions.end(old.id)
    return tx.sessions.begin(person.id, browser)
