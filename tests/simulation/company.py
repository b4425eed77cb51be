"""A company in three zones, whose policy is changed now and then."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.policy.people import Department, Person
from tests.desk import STAFF, Desk, account, person

WEEK = "\n".join(
    f'{day} = ["09:00-12:00", "13:30-18:00"]'
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
)
CALENDARS = f"""
[calendars.berlin]
zone = "Europe/Berlin"
country = "DE"
{WEEK}
saturday = []
sunday = []
[calendars.newyork]
zone = "America/New_York"
country = "US"
{WEEK}
saturday = []
sunday = []
"""
CHANGES = (
    "",
    '[levels.normal]\nwithin = "2h"\nremind_at = 50\n',
    '[levels.normal]\nwithin = "6h"\nmanager_after = "1h"\n',
    '[nudges]\nper_day = 2\ndigest_at = "10:30"\n',
    '[levels.decision]\nwithin = "4h"\n[endings]\nsilence_days = 2\n',
    "[nudges]\ndigest = false\n",
)
ABROAD = {  # name: calendar, zone, manager, roles
    "lena": ("berlin", "Europe/Berlin", "grace", {"department_head", "auditor"}),
    "leo": ("berlin", "Europe/Berlin", "lena", {"it"}),
    "jo": ("newyork", "America/New_York", "lena", {"hr"}),
}
STARTS = (  # 09:00 in Shanghai, on a day after which something is unusual
    datetime(2026, 3, 2, 1, tzinfo=UTC),  # nothing
    datetime(2026, 2, 12, 1, tzinfo=UTC),  # a make-up Saturday, then Spring Festival
    datetime(2026, 3, 6, 1, tzinfo=UTC),  # summer time in New York
    datetime(2026, 3, 27, 1, tzinfo=UTC),  # summer time in Berlin, Easter
    datetime(2026, 4, 30, 1, tzinfo=UTC),  # Labour Day in both
    datetime(2026, 9, 24, 1, tzinfo=UTC),  # Mid-Autumn, National Day
    datetime(2026, 10, 23, 1, tzinfo=UTC),  # winter time in Berlin
    datetime(2026, 12, 23, 1, tzinfo=UTC),  # Christmas, New Year
)


def policy(version: int) -> str:
    """The text of one of several; any number will do."""
    return CALENDARS + CHANGES[version % len(CHANGES)]


def widen(desk: Desk) -> list[str]:
    """Three more work abroad; everybody who is typed about, but for who leads them all."""
    desk.names = frozenset({*STAFF, *ABROAD})
    with desk.store.transaction() as tx:
        tx.people.save(_abroad(name) for name in ABROAD)
        tx.people.save([replace(person("bob"), roles=frozenset({"it"}))])
        abroad = Department(id="abroad", name="Abroad", head="lena")
        tx.people.save_departments([abroad])
        for name in ABROAD:
            tx.people.link(account(name), name)
    return [name for name in (*STAFF, *ABROAD) if name != "grace"]


def _abroad(name: str) -> Person:
    calendar, zone, manager, roles = ABROAD[name]
    return Person(
        id=name,
        name=name.title(),
        email=f"{name}@acme.example",
        department="abroad",
        manager=manager,
        roles=frozenset(roles),
        zone=zone,
        calendar=calendar,
    )
