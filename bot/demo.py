"""The made-up company of the playground: who is there, and where they talk."""

import csv
from collections.abc import Sequence
from pathlib import Path
from random import Random

from adapters.playground import Cast, Channel, Example, Office, Person, Team
from bot.demo_past import Past
from bot.store import Store

PEOPLE = Path(__file__).parent.parent / "examples" / "people.csv"
CHANNELS = (
    ("general", "Everybody", None),
    ("sales", "Customers and orders", ("sales", "engineering")),
    ("engineering", "Products and quality", ("engineering",)),
    ("announcements", "Notices of the company", None),
    ("harbor-foods", "With our customer Harbor Foods", ("sales", "logistics", "partner")),
)
EXAMPLES = (
    Example("ann", "bob", "priya", "sales"),
    Example("na", "wei", "jun", "sales"),
    Example("yating", "wei", "jun", "sales"),
)
STRANGER = Person("visitor", "New phone", "An account that is nobody's", zone="Asia/Shanghai")
OFFICE = Office(
    writer="ann",
    head="leo",
    it="ivan",
    hr="hana",
    auditor="qing",
    investigator="sofia",
    stranger=STRANGER.id,
    channel="sales",
)


def found(store: Store) -> None:
    """The company's people and their past, at the first start; later it is as it was left."""
    from bot.intake import people as intake  # noqa: PLC0415
    from bot.store.intake import Register  # noqa: PLC0415

    with store.transaction() as tx:
        if tx.people.snapshot().directory.people:
            return
        register = Register(tx)
        directory, book = tx.people.snapshot().directory, tx.policies.current()
        plan = intake.plan(intake.read(PEOPLE), directory, book, elsewhere=register.elsewhere())
        intake.apply(register, plan)
        Past(tx, Random(PEOPLE.name)).write()


def cast() -> Cast:
    with PEOPLE.open(encoding="utf-8", newline="") as rows:
        table = list(csv.DictReader(rows))
    people = tuple(
        Person(row["id"], row["name"], row["title"], row["language"], row["zone"]) for row in table
    )
    channels = tuple(
        Channel(name, name, purpose, _members(table, name, units))
        for name, purpose, units in CHANNELS
    )
    return Cast((*people, STRANGER), channels, teams(table), EXAMPLES, OFFICE)


def _members(
    table: Sequence[dict[str, str]], name: str, units: tuple[str, ...] | None
) -> tuple[str, ...]:
    known = tuple(row["id"] for row in table if _belongs(row, units))
    return (*known, STRANGER.id) if name == OFFICE.channel else known


def teams(table: Sequence[dict[str, str]]) -> tuple[Team, ...]:
    """Each department may be mentioned as one; the whole company is "@all"."""
    found: dict[str, list[str]] = {}
    for row in table:
        for unit in row["department"].split("/")[1:]:
            found.setdefault(unit, []).append(row["id"])
    return tuple(
        Team(unit.casefold().replace(" ", "-"), unit, tuple(members))
        for unit, members in found.items()
    )


def _belongs(row: dict[str, str], units: tuple[str, ...] | None) -> bool:
    """Leaders are everywhere; the partner only where partners are."""
    if row["partner"] == "yes":
        return units is not None and "partner" in units
    unit = row["department"].rpartition("/")[2].casefold()
    return units is None or unit in units or "executive" in row["roles"]
