"""Sheet 17: what departments did for safety: attestations, reports of fraud, leaks. Policy 4.1.1.

Also 4.1.3, 4.2.1, 4.2.3. Where small groups could be made out, they are hidden.
"""

from collections import Counter
from collections.abc import Iterator

from bot.policy import brought, figures
from bot.policy.brought import Ledger, Safety
from bot.report import Chart, Column, Layout, Material, Row, Sheet, Shown, Table
from bot.words import say
from reports import showing, units

OPEN_HANDED = ("hr", "audit")  # editions that hide no group: they list people anyway


def build(material: Material) -> Layout:
    rows = tuple(_rows(material))
    drawn = tuple(
        (row[0], row[2], row[3]) for row in rows[:-1] if isinstance(row[2], int) and row[2]
    )
    due = Table(columns=DRAWN, rows=drawn, title=say("Attestations due and on time"))
    bars = Chart(shape="column", title=say("Attestations due and on time"), table=0, series=(2, 3))
    return Layout(
        title=say("Security"),
        shows=say("One line a department: attestations, cases of IT, and leaks"),
        tables=(Table(columns=COLUMNS, rows=rows), *((due,) if drawn else ())),
        charts=(bars,) if drawn else (),
        notes=(LEAKS, SMALL) if material.edition not in OPEN_HANDED else (LEAKS,),
    )


def lines(material: Material) -> dict[str, Safety]:
    """By department; "" for those who have none."""
    ledger = Ledger(lambda person: units.of(material, person), {})
    ledger.attest(material.now.facts)
    ledger.bring(material.brought)
    warned = [each for each in material.violations.known if each.at in material.period]
    ledger.warn(warned, material.now.upheld)
    return ledger.found


def _rows(material: Material) -> Iterator[Row]:
    found = lines(material)
    people = Counter(units.of(material, each.id) for each in material.staff)
    sizes = {unit: people[unit] for unit in {*people, *found}}
    hidden = frozenset[str]()
    if material.edition not in OPEN_HANDED:
        hidden = figures.hidden(sizes, {unit: max(size, 1) for unit, size in sizes.items()})
    for unit in units.in_order(material, sizes):
        shown = _figures(found.get(unit, Safety()), hidden=unit in hidden)
        yield units.label(material, unit), people[unit], *shown
    small = len(material.staff) < figures.SMALLEST_GROUP and material.edition not in OPEN_HANDED
    everything = brought.total(found.values())
    yield (
        Shown(say("Total"), tone="strong"),
        len(material.staff),
        *_figures(everything, hidden=small),
    )


def _figures(found: Safety, *, hidden: bool) -> Row:
    if hidden:
        return (showing.HIDDEN,) * (len(COLUMNS) - 2)
    return (
        found.due,
        found.done,
        showing.figure(figures.share(found.done, found.due)),
        found.trouble,
        found.fraud,
        found.harmless,
        found.undecided,
        found.warned,
        found.leaked,
    )


LEAKS = say(
    "Leaks: personal data, passwords and keys, confidential matter. Warned is who was told of one "
    "in the period; upheld is what was decided in it, also of earlier ones."
)
SMALL = say(
    "— : hidden, because fewer than 5 people stand behind it, or because it would give such a "
    "group away."
)
COLUMNS = (
    Column(header=say("Department"), width=26),
    Column(header=say("People"), kind="whole"),
    Column(header=say("Attestations due"), kind="whole"),
    Column(header=say("Attested on time"), kind="whole"),
    Column(header=say("Attestations on time"), kind="percent", bar=True),
    Column(header=say("Account trouble"), kind="whole"),
    Column(header=say("Fraud reported, true"), kind="whole"),
    Column(header=say("Fraud reported, false"), kind="whole"),
    Column(header=say("Fraud reported, not decided"), kind="whole"),
    Column(header=say("Leaks warned of"), kind="whole"),
    Column(header=say("Leaks upheld"), kind="whole"),
)
DRAWN = (
    Column(header=say("Department"), width=26),
    Column(header=say("Attestations due"), kind="whole"),
    Column(header=say("Attested on time"), kind="whole"),
)
SHEET = Sheet(name=say("Security"), who=frozenset({"hr", "head", "board", "audit"}), build=build)
