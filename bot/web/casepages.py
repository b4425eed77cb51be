"""The pages of those who read reports: keys, cases, and who reported by two together. 5.1.3.

Everything is opened and sealed in their browsers. Here it is only seen to who may, and written down
who did what.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot import sealing
from bot.command import Refusal, number_in
from bot.handlers import channel
from bot.handlers import sealedcases as cases
from bot.handlers.sealedcases import Step
from bot.policy import reporting as rules
from bot.policy.casefile import REPORTER, STAFF, Case
from bot.policy.duties import CASE
from bot.policy.people import Person
from bot.policy.reporting import Channel
from bot.store import Transaction
from bot.store.sealed import Kept
from bot.web import jsoned, sealed, trouble
from bot.web.casewords import CASES
from bot.web.jsoned import HASH, ID, blob, unblob
from bot.web.reporting import in_words
from bot.web.scripts import scripts
from bot.web.showing import View
from bot.web.site import Site
from bot.web.visitors import Visitor
from bot.words import say

MANY = 1_000_000
PRIVATE, SALT, ROUNDS = 400, 16, 10_000_000
KEEPER = 80  # characters of a name
FEWEST_ROUNDS = 600_000
WHY = 4_000  # bytes
A_WHILE = timedelta(minutes=30)
NAMED = ("let in", "assigned", "agreed that it is seen who reported")  # what is about a person

Deed = Callable[["Desk", Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Desk:
    """One of those who read reports, with one case before them."""

    tx: Transaction
    person: Person
    case: Case
    recovered: bool  # by both halves of the recovery key, not by a key of theirs

    @property
    def files(self) -> int:
        return self.tx.policies.current().reporting.file_bytes


class CasePages:
    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> tuple[Route, ...]:
        deeds: Mapping[str, Deed] = {
            "open": opened,
            "part": part,
            "say": answer,
            "move": move,
            "assign": assign,
            "let-in": let_in,
            "ask": ask,
            "agree": agree,
            "seen": seen,
        }
        return (
            Route("/sealed", self.page),
            Route("/sealed/recover", self.page),
            Route("/sealed/list", self.list, methods=["POST"]),
            Route("/sealed/key", self.key, methods=["POST"]),
            Route("/sealed/recovery", self.recovery, methods=["POST"]),
            Route("/sealed/recover", self.recover, methods=["POST"]),
            Route("/sealed/{number}", self.page),
            *(
                Route(f"/sealed/{{number}}/{name}", self._done(deed), methods=["POST"])
                for name, deed in deeds.items()
            ),
        )

    async def page(self, request: Request) -> Response:
        """The same page for each case: its script opens one after the other."""
        wanted = request.path_params.get("number", "")
        recovers = request.url.path.endswith("/sealed/recover")
        return await self._site.show(
            request, lambda tx, one: self._view(tx, one, wanted, recovers=recovers)
        )

    def _view(
        self, tx: Transaction, visitor: Visitor, wanted: str, *, recovers: bool
    ) -> View | None:
        """None for who is not to read reports; with both halves, any colleague may."""
        if not recovers and not cases.may(tx, visitor.person):
            return None
        now = channel.channel(tx)
        facts = {
            "base": self._site.address.base,
            "pass": visitor.pass_phrase,
            "me": visitor.person.id,
            "recovers": recovers,
            "wanted": number_in(wanted) if wanted else None,
            "words": in_words(CASES, visitor.reader),
            "zone": visitor.reader.zone,
            **({} if recovers else _facts(tx, visitor.person, now)),
        }
        used = scripts("sealing.js", "sealed_pages.js", "cases.js")
        return View(
            "cases.html",
            say("Sealed cases"),
            "/sealed",
            {"facts": facts, "scripts": used, "w": CASES},
        )

    async def list(self, request: Request) -> Response:
        _, visitor = await self._asked(request, 2_000)

        def found(tx: Transaction) -> Mapping[str, Any]:
            if not cases.may(tx, visitor.person):
                raise trouble.missing()
            return {"cases": [_line(tx, each) for each in tx.sealed.of(visitor.person.id)]}

        return await self._written(visitor, found)

    async def key(self, request: Request) -> Response:
        data, visitor = await self._asked(request, 4_000)
        kept = self._kept(data, visitor.person.id)
        return await self._written(visitor, lambda tx: _keep_key(tx, visitor.person, kept))

    async def recovery(self, request: Request) -> Response:
        data, visitor = await self._asked(request, 4_000)
        kept = self._kept(data, None)
        return await self._written(visitor, lambda tx: _keep_recovery(tx, visitor.person, kept))

    def _kept(self, data: Mapping[str, Any], person: str | None) -> Kept:
        public = blob(data, "public", sealing.PUBLIC)
        names = [jsoned.words(data, f"keeper{n}", KEEPER).strip() for n in (1, 2)]
        if not sealing.is_public(public) or (person is None and not all(names)):
            raise trouble.unreadable()
        rounds = jsoned.count(data, "rounds", ROUNDS)
        if person is not None and rounds < FEWEST_ROUNDS:
            raise trouble.unreadable()
        clock = self._site.store.clock
        return Kept(
            id=clock.random(16).hex(),
            person=person,
            public=public,
            wrapped=blob(data, "wrapped", PRIVATE),
            salt=blob(data, "salt", SALT),
            rounds=rounds,
            since=clock.now(),
            proof=_proof(data) if person is None else None,
            keepers=tuple(names) if person is None else (),
        )

    async def recover(self, request: Request) -> Response:
        """What both halves of the recovery key open: whose keys, and all its cases."""
        data, visitor = await self._asked(request, 2_000)

        def found(tx: Transaction) -> Mapping[str, Any]:
            kept = recovery_of(tx, _proof(data))
            if kept is None:
                raise Refusal(CASES["recover_wrong"])
            ours = [x for x in tx.sealed.everyone_s() if x.recovery_holder == kept.id]
            return {"key": _key_facts(kept), "cases": [_line(tx, each) for each in ours]}

        return await self._written(visitor, found)

    def _done(self, deed: Deed) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            limit = await self._site.inbox.channel()
            data, visitor = await self._asked(request, sealed.most(limit.file_bytes))
            number = number_in(request.path_params["number"]) or 0

            def done(tx: Transaction) -> Mapping[str, Any]:
                return deed(_desk(tx, visitor.person, number, data), data)

            return await self._written(visitor, done)

        return endpoint

    async def _asked(self, request: Request, most: int) -> tuple[Mapping[str, Any], Visitor]:
        """Raises Trouble for who is not signed in, or comes from elsewhere."""
        visitor = await asyncio.to_thread(self._site.visitor, self._site.token(request))
        if visitor is None:
            raise trouble.stranger()
        data = await jsoned.body(request, self._site.address, most)
        if not visitor.owns(jsoned.words(data, "pass", 200)):
            raise trouble.forged()
        return data, visitor

    async def _written(
        self, visitor: Visitor, deed: Callable[[Transaction], Mapping[str, Any]]
    ) -> Response:
        try:
            return jsoned.told(await asyncio.to_thread(self._in_one, deed))
        except Refusal as refusal:
            return jsoned.refused(refusal.why, visitor.reader)

    def _in_one(self, deed: Callable[[Transaction], Mapping[str, Any]]) -> Mapping[str, Any]:
        with self._site.store.transaction(hurry=True) as tx:
            return deed(tx)


def _desk(tx: Transaction, person: Person, number: int, data: Mapping[str, Any]) -> Desk:
    """Raises Trouble, the same for a case that is not there and one that is not for them."""
    if "proof" in data:
        kept, case = recovery_of(tx, _proof(data)), tx.sealed.find(number)
        if kept is None or case is None or case.recovery_holder != kept.id:
            raise trouble.missing()
        return Desk(tx, person, case, recovered=True)
    case = cases.of(tx, person, number)
    if case is None:
        raise trouble.missing()
    return Desk(tx, person, case, recovered=False)


def _proof(data: Mapping[str, Any]) -> str:
    """What we know both halves by."""
    return hashlib.sha256(bytes.fromhex(jsoned.word(data, "proof", HASH))).hexdigest()


def recovery_of(tx: Transaction, proof: str) -> Kept | None:
    """An older recovery key too: older cases are sealed to it."""
    found = [x for x in tx.sealed.held(None) if hmac.compare_digest(x.proof or "", proof)]
    return found[0] if found else None


# Keys


def _keep_key(tx: Transaction, person: Person, kept: Kept) -> Mapping[str, Any]:
    if not cases.may(tx, person):
        raise trouble.missing()
    tx.sealed.hold(kept)
    return {"id": kept.id}


def _keep_recovery(tx: Transaction, person: Person, kept: Kept) -> Mapping[str, Any]:
    if rules.INVESTIGATOR not in person.roles:
        raise trouble.missing()
    named = [tx.people.snapshot().directory.named(each) for each in kept.keepers]
    roles = {role for found in named for each in found for role in each.roles}
    if kept.keepers[0] == kept.keepers[1] or rules.INVESTIGATOR in roles:
        raise Refusal(say("The halves go to two different people, and to no investigator."))
    tx.sealed.hold(kept)
    return {"id": kept.id}


def _facts(tx: Transaction, person: Person, now: Channel) -> Mapping[str, Any]:
    mine = tx.sealed.held(person.id)
    holders = {each.person: each for each in now.holders}
    readers = [
        each for each in now.directory.people.values() if each.active and cases.may(tx, each)
    ]
    kept = next((each for each in tx.sealed.holders() if each.person is None), None)
    return {
        "keys": [_key_facts(each) for each in mine],
        "investigator": rules.INVESTIGATOR in person.roles,
        "open": now.open,
        "address": f"{now.address}/report" if now.address else "",
        "people": [
            {
                "name": each.name,
                "outside": rules.INVESTIGATOR not in each.roles,
                "print": _print(holders[each.id].public) if each.id in holders else "",
            }
            for each in sorted(readers, key=lambda one: one.name)
        ],
        "recovery": kept and {"print": _print(kept.public), "keepers": list(kept.keepers)},
        "cases": [_line(tx, each) for each in tx.sealed.of(person.id)],
    }


def _print(public: bytes) -> str:
    return sealing.fingerprint(public)


def _key_facts(kept: Kept) -> Mapping[str, Any]:
    return {
        "id": kept.id,
        "public": unblob(kept.public),
        "wrapped": unblob(kept.wrapped),
        "salt": unblob(kept.salt),
        "rounds": kept.rounds,
    }


def _line(tx: Transaction, case: Case) -> Mapping[str, Any]:
    """Nothing of what is in it."""
    due = [each.due for each in tx.duties.about(CASE + case.id)]
    return {
        "number": case.number,
        "state": case.state,
        "outcome": case.outcome,
        "at": case.at.isoformat(),
        "due": min(due).isoformat() if due else None,
        "owner": _name(tx, case.owner),
    }


def _name(tx: Transaction, person: str | None) -> str:
    known = tx.people.snapshot().directory.people.get(person or "")
    return known.name if known else ""


# A case


def opened(desk: Desk, data: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG001
    """All of it but files, still sealed; that they opened it is on record."""
    tx, case = desk.tx, desk.case
    _note(desk, "recovered" if desk.recovered else "opened")
    now, keys = channel.channel(tx), tx.sealed.keys(case.id)
    public = {x.id: x.public for person, _ in keys for x in tx.sealed.held(person)}
    return {
        **_line(tx, case),
        "case": case.id,
        "recovery": unblob(case.recovery) if desk.recovered else None,
        "identity": case.identity and unblob(case.identity),
        "identity_recovery": unblob(case.identity_recovery)
        if desk.recovered and case.identity_recovery
        else None,
        "mine": [
            {"holder": key.holder, "sealed": unblob(key.sealed), "half": key.half}
            | {"share": key.share and unblob(key.share)}
            for person, key in keys
            if person == desk.person.id
        ],
        "readers": [
            {"person": person, "name": _name(tx, person), "holder": key.holder, "half": key.half}
            | {"public": unblob(public[key.holder])}
            for person, key in keys
        ],
        "others": [
            {"id": x.id, "name": x.name, "public": unblob(x.public)}
            for x in cases.may_be_let_in(tx, case)
        ],
        "company": now.company,
        "near": rules.tags(now),
        "said": [_said(tx, each) for each in tx.sealed.said(case.id)],
        "openings": [_opening(tx, each) for each in tx.sealed.openings(case.id)],
        "log": _log(tx, case),
        "next": list(rules.NEXT[case.state]),
        "files": desk.files,
        "longest": rules.LONGEST,
        "parts": rules.PARTS,
    }


def _note(desk: Desk, what: str) -> None:
    """Once in a while: what they do on the page shows the case anew each time."""
    rows = desk.tx.sealed.logged(desk.case.id)
    since = desk.tx.clock.now() - A_WHILE
    lately = [row.what for row in rows if row.person == desk.person.id and row.at > since]
    if what not in lately:
        desk.tx.sealed.log(desk.case.id, desk.person.id, what)


def _said(tx: Transaction, each: Any) -> Mapping[str, Any]:
    side = REPORTER if each.side == REPORTER else STAFF
    named = {"side": side, "name": _name(tx, each.side), "at": each.at.isoformat()}
    return {**sealed.written(each.part), **named}


def _opening(tx: Transaction, each: Any) -> Mapping[str, Any]:
    return {
        "number": each.number,
        "by": each.by,
        "name": _name(tx, each.by),
        "holder": each.holder,
        "why": unblob(each.why),
        "agreed": _name(tx, each.agreed_by),
        "share": each.share and unblob(each.share),
    }


def _log(tx: Transaction, case: Case) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "who": _name(tx, row.person),
            "what": row.what,
            "about": _name(tx, row.about) if row.what in NAMED else row.about,
            "at": row.at.isoformat(),
        }
        for row in tx.sealed.logged(case.id)
    ]


def part(desk: Desk, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """A file, still sealed."""
    found = desk.tx.sealed.part(desk.case.id, jsoned.word(data, "id", ID))
    if found is None:
        raise trouble.missing()
    return _said(desk.tx, found)


def answer(desk: Desk, data: Mapping[str, Any]) -> Mapping[str, Any]:
    cases.answered(desk.tx, desk.case, desk.person, sealed.parts(data, desk.files))
    return {"ok": True}


def move(desk: Desk, data: Mapping[str, Any]) -> Mapping[str, Any]:
    to, outcome = jsoned.words(data, "to", 20), jsoned.words(data, "outcome", 20)
    said = sealed.parts(data, desk.files) if data.get("parts") else ()
    if to not in rules.NEXT or (outcome and outcome not in rules.OUTCOMES):
        raise trouble.unreadable()
    step = Step(to=to, outcome=outcome, said=said)  # type: ignore[arg-type]
    cases.move(desk.tx, desk.case, desk.person, step)
    return {"ok": True}


def assign(desk: Desk, data: Mapping[str, Any]) -> Mapping[str, Any]:
    cases.assign(desk.tx, desk.case, desk.person, jsoned.words(data, "to", 200))
    return {"ok": True}


def let_in(desk: Desk, data: Mapping[str, Any]) -> Mapping[str, Any]:
    cases.let_in(desk.tx, desk.case, desk.person, sealed.key(data))
    return {"ok": True}


def ask(desk: Desk, data: Mapping[str, Any]) -> Mapping[str, Any]:
    holder, why = jsoned.word(data, "holder", ID), blob(data, "why", WHY)
    cases.ask(desk.tx, desk.case, desk.person, holder, why)
    return {"ok": True}


def agree(desk: Desk, data: Mapping[str, Any]) -> Mapping[str, Any]:
    number = jsoned.count(data, "number", MANY)
    share = blob(data, "share", sealed.SEALED_KEY)
    cases.agree(desk.tx, desk.case, desk.person, number, share)
    return {"ok": True}


def seen(desk: Desk, data: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG001
    """Their browser is about to show who reported."""
    desk.tx.sealed.log(desk.case.id, desk.person.id, "saw who reported")
    return {"ok": True}
