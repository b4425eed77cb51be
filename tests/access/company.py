"""A small company that holds one of everything, each with a word that few may ever read.

    company = build()
    company.things["case"]      # its number
    company.desk                # the desk it lies on

Who may read which word stands in `MAY`; who everybody is, in `CAST`.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot import reporting, sealing
from bot.events import (
    MembershipChanged,
    MessagePosted,
    MessageRef,
    Place,
    PlaceChanged,
)
from bot.handlers import findings, notices
from bot.handlers.findings import Suspected
from bot.policy.approvals import digest
from bot.policy.notices import Draft
from bot.policy.people import Department, Person
from bot.reporting import ANONYMOUS, Told
from tests.desk import LOBBY, PAPER, Desk, account
from tests.reporting.world import Reader

SHANGHAI = ZoneInfo("Asia/Shanghai")
TEAM = Place(PAPER, "home", "team")
DIRECT = Place(PAPER, "home", "dm-ann-eve")
POLICY = """
[classes.work]
keep_months = 1
important_months = 1
[supervision]
share = 10
least = 2
attest = true
[[attestations]]
id = "lent"
clause = "4.1.1"
every = "month"
within = "8h"
audience = ["@ann", "@eve"]
"""
CAST: Mapping[str, tuple[str, str | None, str]] = {  # department, manager, roles
    "ann": ("sales", "nina", ""),
    "eve": ("sales", "nina", ""),
    "nina": ("sales", "sam", ""),
    "sam": ("sales", "grace", "department_head"),
    "bob": ("tech", "mei", ""),
    "mei": ("tech", "grace", "department_head"),
    "hana": ("office", "grace", "hr"),
    "grace": ("office", None, "executive"),
    "ivan": ("office", "grace", "it"),
    "ida": ("office", "grace", "it"),
    "oda": ("office", "grace", "auditor"),
    "ines": ("office", "grace", "investigator"),
    "ivo": ("tech", "mei", "investigator"),
    "ada": ("office", "grace", "admin_office"),
    "buck": ("tech", "mei", "business_head"),
    "paul": ("", None, ""),
    "gone": ("sales", "sam", "hr it"),
}
ACCOUNTS = {"ann-at-home": "ann"}  # beside one for each of the cast
ACTORS = (*CAST, "ann-at-home", "mallory")  # the last is nobody's
ROOMS = {
    "lobby": (LOBBY, "channel", [each for each in CAST if each not in ("paul", "gone")]),
    "team": (TEAM, "group", ["ann", "eve"]),
    "direct": (DIRECT, "direct", ["ann", "eve"]),
}


INSIDE = frozenset(each for each in CAST if each not in ("paul", "gone"))
WIDE = frozenset({"hana", "oda"})  # look into other people's records, with a reason
CASES = frozenset({"ann", "ida", "ivan", "grace"})  # who leads IT reads what it is to answer
FINDINGS = frozenset({"nina", "sam", "grace", "hana", "oda"})  # her line, HR and audit; not ann
MAY: Mapping[str, frozenset[str]] = {  # who may ever read it; whoever is given it is not meant
    "agenda": frozenset({"ann", "eve"}),
    "assess": frozenset({"ann", "nina", "sam", "grace", "hana", "oda"}),
    "meeting": frozenset({"ann", "eve"}),
    "case": CASES,
    "phish": CASES,
    "host": CASES,
    "certificate": frozenset({"eve", "sam"}),
    "daily": frozenset({"ivan", "ida", "oda"}),
    "direct": frozenset({"ann", "eve"}),
    "duty": frozenset({"ann", "eve", *WIDE}),
    "team": frozenset({"ann", "eve", *WIDE}),
    "finding": FINDINGS,
    "hrfinding": FINDINGS,
    "held": frozenset({"grace", "hana", "oda"}),
    "hold": frozenset({"grace", "hana", "oda"}),
    "leave": frozenset({"ann", "nina", "hana"}),
    "look": WIDE,
    "notice": frozenset({"ann", "eve", "hana"}),
    "title": frozenset({"ann", "eve", "hana", "nina", "sam", "grace", "ada"}),
    "passed": INSIDE,
    "sample": INSIDE,
    "report": frozenset({"ann"}),
    "request": frozenset({"ann", "sam"}),
    "sealed": frozenset(),
}


def may(who: str, word: str) -> bool:
    return ACCOUNTS.get(who, who) in MAY[word.removeprefix("quokka")]


@dataclass
class Company:
    """One desk, and how to name what lies on it."""

    desk: Desk
    things: dict[str, int] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)  # a code, a file, the id of a message


def build() -> Company:
    made = Company(Desk(policy=POLICY))
    people(made.desk)
    rooms(made.desk)
    in_march(made)
    in_may(made)
    in_june(made)
    assessed(made)
    return made


def people(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        wei = tx.people.snapshot().directory.people["wei"]
        tx.people.save([replace(wei, active=False)])
        tx.people.save(
            Person(
                id=name,
                name=name.title(),
                email=f"{name}@acme.example" if name != "paul" else "paul@partner.example",
                department=department or None,
                manager=manager,
                roles=frozenset(roles.split()),
                zone="Asia/Shanghai",
                partner=name == "paul",
                active=name != "gone",
            )
            for name, (department, manager, roles) in CAST.items()
        )
        tx.people.save_departments([Department(id="office", name="Office", head="grace")])
        for name in CAST:
            tx.people.link(account(name), name)
        for name, whose in ACCOUNTS.items():
            tx.people.link(account(name), whose)


def rooms(desk: Desk) -> None:
    for name, (place, kind, members) in ROOMS.items():
        desk.take(
            PlaceChanged(key=f"place {name}", at=desk.now, place=place, name=name, kind=kind),  # type: ignore[arg-type]
            *(
                MembershipChanged(
                    key=f"{name} {who}", at=desk.now, account=account(who), place=place, joined=True
                )
                for who in members
            ),
        )


def posts(desk: Desk, who: str, text: str, place: Place = LOBBY) -> str:
    said = desk.message(who, text, next(desk._ids))
    desk.take(replace(said, message=MessageRef(place, said.message.id)))
    return said.message.id


def number_in(said: list[str], who: str) -> int:
    mine = [each for each in said if each.startswith(f"{who}: ")]
    found = [re.search(r"#(\d+)", each) for each in mine]
    return next(int(each.group(1)) for each in found if each)


def assessed(made: Company) -> None:
    """Of May: Nina has rated whom she leads, and they were shown it."""
    made.desk.says("hana", "assess open 2026-05")
    made.desk.says("nina", "assess @ann rate 90 80 The quokkaassess is hers.")
    made.desk.says("nina", "assess @eve rate 90 80")


def in_march(made: Company) -> None:
    """What will be past its term."""
    for n in range(4):
        posts(made.desk, "ann", f"lot {n} is on its way")


def in_may(made: Company) -> None:
    """What a head will look at, and a few days of which IT signs one."""
    desk = made.desk
    desk.now = datetime(2026, 5, 29, 9, 30, tzinfo=SHANGHAI)
    desk.wait(timedelta(0))
    for n in range(6):
        posts(desk, "eve", f"quokkasample of lot {n} is on its way")
    desk.until(datetime(2026, 6, 1, 10, tzinfo=SHANGHAI))
    desk.says("ivan", "daily sign quokkadaily")
    with desk.store.reading() as tx:
        made.things["disposal"] = tx.disposals.latest(1)[0].number
        sample = tx.samples.of_department("sales", "2026-05")
        assert sample is not None
        made.things["sample"] = sample.number
    made.things["attest"] = 5


def in_june(made: Company) -> None:
    desk, things, told = made.desk, made.things, made.told
    told["message"] = posts(desk, "eve", "@ann when is the quokkaduty ready?", TEAM)
    things["duty"] = owed(desk, "ann", "reply")
    posts(desk, "bob", "@ann when is the quokkapassed ready?")
    things["passed"] = owed(desk, "ann", "reply")
    desk.says("ann", f"pass {things['passed']} @mei")
    told["direct"] = posts(desk, "eve", "the quokkadirect is between us two", DIRECT)
    posts(desk, "ann", "the quokkateam is for this room", TEAM)
    things["request"] = number_in(
        desk.says("ann", "request notice The quokkarequest is for all."), "ann"
    )
    things["leave"] = number_in(
        desk.says("ann", "request leave 2026-07-01..2026-07-02 The quokkaleave is my own matter."),
        "ann",
    )
    things["approved"] = number_in(
        desk.says("eve", "request notice The quokkacertificate is approved."), "eve"
    )
    desk.says("sam", f"approve {things['approved']}")
    with desk.store.reading() as tx:
        found = tx.requests.find(things["approved"])
        assert found is not None
        told["code"] = tx.requests.code_of(found.id) or ""
    with desk.store.transaction() as tx:
        text = "The quokkanotice is for sales."
        draft = Draft(
            title="quokkatitle",
            text=text,
            requester="hana",
            audience=("@ann", "@eve"),
            digest=digest({"text": text}),
        )
        things["notice"] = notices.publish(tx, draft).number
    desk.wait(timedelta(0))
    things["meeting"] = number_in(
        desk.says("ann", "meeting quokkameeting @eve Tue 14:00 for 45m\nagenda: 1. quokkaagenda"),
        "ann",
    )
    with desk.store.transaction() as tx:
        ann = tx.people.snapshot().directory.people["ann"]
        filed = findings.open_(
            tx,
            Suspected(
                rule="accounts.lent",
                clause="4.1.1",
                person=ann,
                severity="serious",
                evidence=("quokkafinding",),
            ),
        )
        things["finding"] = filed.number
        filed = findings.open_(
            tx,
            Suspected(
                rule="accounts.lent",
                clause="4.1.1",
                person=ann,
                severity="serious",
                role="hr",
                evidence=("quokkahrfinding",),
            ),
        )
        things["hrfinding"] = filed.number
    desk.wait(timedelta(0))
    things["case"] = number_in(
        desk.says("ann", "help-account quokkacase happens when I sign in."), "ann"
    )
    things["phishing"] = number_in(
        desk.says("ann", "phishing quokkaphish is free at https://quokkahost.example/a"), "ann"
    )
    desk.says("ivan", f"phishing block quokkahost.example {things['phishing']}")
    said = MessagePosted(
        key="mallory/1",
        at=desk.now,
        author=account("mallory"),
        message=MessageRef(LOBBY, "mallory1"),
        text="hello there",
    )
    desk.take(said)
    with desk.store.reading() as tx:
        things["stranger"] = max(
            each.number
            for each in tx.findings.between(
                desk.now - timedelta(hours=1), desk.now + timedelta(days=1)
            )
        )
    things["hold"] = number_in(
        desk.says("hana", "hold set people=@ann words=quokkaheld The quokkahold."), "hana"
    )
    while desk.bot.indexer.work():
        pass
    desk.says("oda", 'search all quokkateam why="The quokkalook."')
    with desk.store.reading() as tx:
        look = tx.looks.newest(1)[0]
    things["look"] = look.number or 0
    things["report"] = reported(desk, "ann")
    for who in ("ines", "ivo", None):
        Reader(desk, who)
    things["sealed"] = sealed(desk)


def reported(desk: Desk, who: str) -> int:
    """A workbook that was made for them, with a word that stands in no cell."""
    with desk.store.transaction() as tx:
        order = tx.orders.add(who, account(who), "2026-05", "mine")
        file = tx.files.add("duly.xlsx", who, b"quokkareport", timedelta(days=14))
        tx.orders.settle(order, "made", file)
        return int(tx.orders.of(who)[0].number)


def sealed(desk: Desk) -> int:
    channel = asyncio.run(desk.bot.inbox.channel())
    told = Told(
        text="quokkasealed",
        named=(channel.directory.people["bob"],),
        how=ANONYMOUS,
        who={"name": "ann"},
    )
    report, _ = reporting.seal(channel, told, sealing.new_code())
    number = asyncio.run(desk.bot.inbox.report(report))
    desk.wait(timedelta(0))
    return number


def owed(desk: Desk, who: str, kind: str) -> int:
    """The newest that they owe of a kind."""
    with desk.store.reading() as tx:
        return max(each.number for each in tx.duties.owed_by(who) if each.kind == kind)
