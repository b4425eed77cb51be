"""A large company in two zones: who works where, for whom, and on which days."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

import chinese_calendar
import holidays

from bot.events import Place, PlaceChanged
from bot.policy import hours
from bot.policy.calendars import Calendar
from bot.policy.people import Department, Person
from tests.desk import PAPER, Desk, account
from tests.simulation import company

UNIT = 25  # people in a department
ABROAD = 5  # every so many departments is in Berlin
ZONES = {"office": "Asia/Shanghai", "berlin": "Europe/Berlin"}
COUNTRY = {"office": "CN", "berlin": "DE"}
SPANS = ((time(9), time(12)), (time(13, 30), time(18)))
SLACK = timedelta(seconds=40)  # a claim is used within half a minute
GERMAN = holidays.country_holidays("DE")
SATURDAY = 5


@dataclass(frozen=True)
class Town:
    """Its people, by department; the first of each leads it, and two lead them all."""

    units: dict[str, list[str]]
    calendars: dict[str, str]  # of each person
    board: tuple[str, str] = ("chief", "deputy")

    @property
    def everybody(self) -> list[str]:
        return [*self.board, *(each for unit in self.units.values() for each in unit)]

    def room(self, person: str) -> Place:
        unit = next((name for name, people in self.units.items() if person in people), "u0")
        return Place(PAPER, "home", unit)

    def calendar(self, person: str) -> Calendar:
        return _calendar(self.calendars[person])

    def at_work(self, person: str, at: datetime) -> bool:
        """Reckoned without the code under test, give or take what a claim may take."""
        zone = ZONES[self.calendars[person]]
        return any(
            _open(self.calendars[person], each.astimezone(ZoneInfo(zone)))
            for each in (at, at - SLACK, at + SLACK / 8)
        )


@cache
def _calendar(name: str) -> Calendar:
    return Calendar(name=name, zone=ZONES[name], country=COUNTRY[name])


def _open(name: str, here: datetime) -> bool:
    clock = here.time()
    return _works(name, here.date()) and any(opens <= clock < closes for opens, closes in SPANS)


@cache
def _works(name: str, day: date) -> bool:
    if name == "office":
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < SATURDAY and day not in GERMAN


def works(name: str, at: datetime) -> bool:
    """Whether that is a working day there."""
    return _works(name, at.astimezone(ZoneInfo(ZONES[name])).date())


def built(people: int) -> Town:
    """So many people, and two who lead them."""
    units: dict[str, list[str]] = {}
    calendars = dict.fromkeys(("chief", "deputy"), "office")
    for number in range(people - 2):
        unit = number // UNIT
        units.setdefault(f"u{unit}", []).append(f"p{number}")
        calendars[f"p{number}"] = "berlin" if unit % ABROAD == ABROAD - 1 else "office"
    return Town(units, calendars)


def settle(desk: Desk, town: Town) -> None:
    """Into the store; nobody else is there."""
    desk.names = frozenset(town.everybody)
    heads = [people[0] for people in town.units.values()]
    with desk.store.transaction() as tx:
        tx.people.save(_person(town, name, heads) for name in town.everybody)
        tx.people.save_departments(
            Department(id=unit, name=unit.upper(), head=people[0])
            for unit, people in town.units.items()
        )
        for name in town.everybody:
            tx.people.link(account(name), name)
        for unit in town.units:
            place = Place(PAPER, "home", unit)
            tx.people.settle_in(PlaceChanged(key="", at=desk.now, place=place, name=unit))
        tx.policies.adopt(company.policy(0))


def _person(town: Town, name: str, heads: list[str]) -> Person:
    unit = next((unit for unit, people in town.units.items() if name in people), None)
    number = town.everybody.index(name)
    roles = {"executive"} if name in town.board else set()
    if name in heads:
        roles.add("department_head")
    roles |= {"it"} if number in (5, 6, 7) else {"hr"} if number in (8, 9) else set()
    manager = {"chief": None, "deputy": "chief"}.get(name, "")
    if manager == "":
        manager = "deputy" if name in heads else town.units[unit or ""][0]
    return Person(
        id=name,
        name=f"{name.title()} Person",
        department=unit,
        manager=manager,
        roles=frozenset(roles | ({"auditor"} if number == 10 else set())),
        zone=ZONES[town.calendars[name]],
        language=("en", "zh_Hans")[number % 2],
        calendar=town.calendars[name],
    )


def at_desk(town: Town, person: str, at: datetime) -> datetime:
    """When they are next at work."""
    return hours.next_open(at, town.calendar(person))


def later(town: Town, person: str, at: datetime, minutes: float) -> datetime:
    """So many working minutes of theirs later."""
    return hours.add(at, timedelta(minutes=minutes), town.calendar(person))


def morning(chance: Random, day: date, calendar: str) -> datetime:
    """Some moment of a working day there."""
    opens, closes = chance.choice(SPANS)
    zone = ZoneInfo(ZONES[calendar])
    start = datetime.combine(day, opens, zone)
    return start + (datetime.combine(day, closes, zone) - start) * chance.random()
