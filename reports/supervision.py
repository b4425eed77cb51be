"""Sheet 14: what became of the samples of each department, and the days that IT has signed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from bot.policy import figures, oversight
from bot.policy.figures import Rate
from bot.policy.oversight import Sampled
from bot.report import Column, Layout, Material, Row, Sheet, Shown, Table
from bot.words import say
from reports import showing
from reports.overseen import HEADS

PRINTED = 3  # columns that are shown of a small department, too


def build(material: Material) -> Layout:
    days = tuple(_days(material))
    daily = Table(columns=DAYS, rows=days, title=say("The state of things, signed by IT"))
    return Layout(
        title=say("Supervision"),
        shows=say("How much of the samples was looked at, and on which days IT has signed"),
        tables=(Table(columns=COLUMNS, rows=tuple(_rows(material))), daily),
        notes=(DRAWN, SIGNED),
    )


def _rows(material: Material) -> Iterator[Row]:
    samples, hidden = material.now.watched.samples, _hidden(material)
    named = [(material.unit(each.department), each) for each in samples]
    for name, each in sorted(named, key=lambda one: (one[0].casefold(), one[1].period)):
        yield (
            name,
            each.period,
            Shown(each.drawn_at, "moment"),
            *_figures(material, [each], hidden=each.department in hidden),
        )
    if len(samples) > 1:
        total = Shown(say("Total"), tone="strong")
        yield total, None, None, *_figures(material, samples, hidden=False)


def _figures(material: Material, samples: Sequence[Sampled], *, hidden: bool) -> Row:
    if hidden:
        return (showing.HIDDEN,) * (len(COLUMNS) - PRINTED)
    done, both = oversight.covered(samples), oversight.agreed(samples)
    agreement: Row = (showing.HIDDEN,) * 3
    if material.edition != "head":
        agreement = (both.same.n, showing.figure(both.same), showing.figure(both.kappa))
    return (
        done.population,
        done.planned,
        done.reviewed,
        showing.figure(done.of_planned),
        showing.low(done.of_planned),
        showing.high(done.of_planned),
        showing.figure(done.of_all),
        sum(each.findings for each in samples),
        *agreement,
    )


def _hidden(material: Material) -> frozenset[str]:
    """The board reads of nobody, and in a small department a finding is somebody's."""
    if material.edition != "board":
        return frozenset()
    people = Counter(each.department or "" for each in material.staff)
    sampled = Counter[str]()
    for each in material.now.watched.samples:
        sampled[each.department] += each.population
    return figures.hidden(people, sampled)


def _days(material: Material) -> Iterator[Row]:
    for month, days in oversight.by_month(material.now.watched.days).items():
        rate = oversight.signed(days)
        missed = [str(date.fromisoformat(day.name).day) for day in days if not day.signed]
        yield (
            month,
            len(days),
            rate.met if isinstance(rate, Rate) else 0,
            showing.figure(rate),
            len(missed),
            ", ".join(missed) or None,
        )


DRAWN = say(
    "Samples that were drawn in the period, as they stood at the data cut-off. What a reader left "
    "to somebody else is not looked at yet. κ is what is left of the agreement when chance is "
    "taken away; it is reckoned from 30 messages on."
)
SIGNED = say(
    "A day that nobody signed is never signed afterwards. Days count from the first that was to be "
    "signed, once they are over."
)
COLUMNS = (
    Column(header=say("Department"), width=20),
    Column(header=say("Drawn from"), width=10),
    Column(header=say("Drawn"), kind="moment"),
    Column(header=say("Messages in all"), kind="whole"),
    Column(header=say("In the sample"), kind="whole"),
    Column(header=say("Looked at"), kind="whole"),
    Column(header=say("Of the sample"), kind="percent", bar=True),
    Column(header=say("Interval, low"), kind="percent"),
    Column(header=say("Interval, high"), kind="percent"),
    Column(header=say("Of all"), kind="percent"),
    Column(header=say("Findings"), kind="whole"),
    Column(header=say("Judged twice"), kind="whole"),
    Column(header=say("Said the same"), kind="percent"),
    Column(header=say("Cohen's κ"), kind="decimal"),
)
DAYS = (
    Column(header=say("Month"), width=20),
    Column(header=say("Working days"), kind="whole"),
    Column(header=say("Signed that day"), kind="whole"),
    Column(header=say("Share"), kind="percent"),
    Column(header=say("Not signed"), kind="whole"),
    Column(header=say("On these days of the month"), width=12, wrap=True),
)
SHEET = Sheet(name=say("Supervision"), who=HEADS, build=build)
