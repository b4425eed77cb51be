"""A company with a reporting channel: investigators with keys, as their browsers have them.

world = World(desk)
number = world.report("ann", "He takes money.", about=("mei",))
world.eve.opens(number)["text"]
"""

import asyncio
import json
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot import reporting, sealing
from bot.handlers import sealedcases as cases
from bot.policy.casefile import REPORTER, STAFF, Case, Key, Part
from bot.policy.people import Person
from bot.policy.reporting import Channel
from bot.reporting import ANONYMOUS, Told
from bot.store.sealed import Kept
from tests.desk import Desk, person

ROLES = {"eve": "investigator", "bob": "investigator", "olga": "auditor"}


@dataclass
class Reader:
    """Somebody with a key of their own."""

    desk: Desk
    who: str | None  # None: the recovery key
    holder: str = ""
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def __post_init__(self) -> None:
        self.holder = self.desk.clock.random(16).hex()
        kept = Kept(
            id=self.holder,
            person=self.who,
            public=self.public,
            wrapped=b"locked",
            salt=b"salt",
            rounds=sealing.ROUNDS,
            since=self.desk.clock.now(),
            proof=None if self.who else "proof",
            keepers=() if self.who else ("hana", "Notary Lim"),
        )
        with self.desk.store.transaction() as tx:
            tx.sealed.hold(kept)

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def person(self) -> Person:
        with self.desk.store.transaction() as tx:
            return tx.people.snapshot().directory.people[self.who or ""]

    def key(self, case: Case) -> bytes:
        """Raises LookupError where it is not sealed to them."""
        with self.desk.store.transaction() as tx:
            mine = {key.holder: key for _, key in tx.sealed.keys(case.id)}
        if self.who is None:
            return sealing.unseal(self.private, case.recovery, f"case/{case.id}/recovery")
        sealed = mine[self.holder].sealed
        return sealing.unseal(self.private, sealed, f"case/{case.id}/key/{self.holder}")

    def half(self, case: Case) -> bytes:
        with self.desk.store.transaction() as tx:
            mine = {key.holder: key for _, key in tx.sealed.keys(case.id)}
        share = mine[self.holder].share
        assert share is not None
        return sealing.unseal(self.private, share, f"case/{case.id}/share/{self.holder}")

    def opens(self, number: int) -> dict[str, Any]:
        """The report itself."""
        with self.desk.store.transaction() as tx:
            case = tx.sealed.find(number)
            assert case is not None
            first = tx.sealed.said(case.id)[0]
        context = f"case/{case.id}/message/{first.part.id}/{REPORTER}"
        opened: dict[str, Any] = json.loads(sealing.open_(self.key(case), first.part.body, context))
        return opened

    def writes(self, case: Case, text: str) -> tuple[Part, ...]:
        id = self.desk.clock.random(16).hex()
        context = f"case/{case.id}/message/{id}/{STAFF}"
        body = sealing.close(self.key(case), json.dumps({"text": text}).encode(), context)
        return (Part(id=id, kind="message", body=body),)

    def seals_again(self, case: Case, other: "Reader") -> Key:
        context = f"case/{case.id}/key/{other.holder}"
        return Key(holder=other.holder, sealed=sealing.seal(other.public, self.key(case), context))


class World:
    """Ann's company: eve and bob read reports, and olga those that neither of them may."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        with desk.store.transaction() as tx:
            people = [person(name) for name in ("eve", "bob")]
            people.append(Person(id="olga", name="Olga Outer"))
            tx.people.save(replace(x, roles=frozenset({ROLES[x.id]})) for x in people)
        self.eve, self.bob, self.olga = (Reader(desk, each) for each in ("eve", "bob", "olga"))
        self.recovery = Reader(desk, None)

    def channel(self) -> Channel:
        return asyncio.run(self.desk.bot.inbox.channel())

    def told(self, who: str, text: str, about: tuple[str, ...], how: str) -> Told:
        people = self.channel().directory.people
        named = tuple(people[each] for each in about)
        return Told(text=text, named=named, how=how, who={"name": who})

    def report(self, who: str, text: str, about: tuple[str, ...] = (), how: str = ANONYMOUS) -> int:
        """As an adapter does it."""
        told = self.told(who, text, about, how)
        report, _ = reporting.seal(self.channel(), told, sealing.new_code())
        return asyncio.run(self.desk.bot.inbox.report(report))

    def case(self, number: int) -> Case:
        with self.desk.store.transaction() as tx:
            found = tx.sealed.find(number)
        assert found is not None
        return found

    def does(self, reader: Reader, number: int, deed: Any, *given: Any) -> Any:
        """One of the deeds of `bot.handlers.sealedcases`, by who has a key to the case."""
        person = reader.person
        with self.desk.store.transaction() as tx:
            found = cases.of(tx, person, number)
            assert found is not None
            return deed(tx, found, person, *given)

    def owed(self, number: int) -> dict[str | None, str]:
        case = self.case(number)
        with self.desk.store.transaction() as tx:
            return {x.owed_by: x.rule for x in tx.duties.about(f"sealed/{case.id}")}
