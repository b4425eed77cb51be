"""The made-up company of the playground: who is there, and where they talk."""

import csv
from pathlib import Path
from random import Random

from adapters.playground import Cast, Channel, Person
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
        Channel(name, name, purpose, tuple(row["id"] for row in table if _belongs(row, units)))
        for name, purpose, units in CHANNELS
    )
    return Cast(people, channels, example=("ann", "bob", "sales"))


def _belongs(row: dict[str, str], units: tuple[str, ...] | None) -> bool:
    """Leaders are everywhere; the partner only where partners are."""
    if row["partner"] == "yes":
        return units is not None and "partner" in units
    unit = row["department"].rpartition("/")[2].casefold()
    return units is None or unit in units or "executive" in row["roles"]
