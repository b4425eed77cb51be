"""Sheet 2: departments side by side. Small groups are hidden, for their figures are somebody's."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.policy import figures, oversight
from bot.policy.density import Density, density
from bot.policy.figures import Fact, Share
from bot.policy.oversight import Sampled
from bot.policy.particulars import Met
from bot.report import IMPORTANT, Column, Layout, Material, Row, Sheet, Shown, Table
from bot.words import say
from reports import showing, units


@dataclass(frozen=True, slots=True)
class Beside:
    """What is not a duty of its own people: meetings, samples, breaches, what it asks of others."""

    met: Sequence[Met]
    samples: Sequence[Sampled]
    upheld: int
    asked: int  # as important, whose owner could have been outside working hours …
    off: int  # … and was
    called: int  # emergencies

    @property
    def count(self) -> int:
        participants = sum(each.explicit + each.silent + each.waiting for each in self.met)
        return participants + sum(each.planned for each in self.samples) + self.upheld + self.asked


def build(material: Material) -> Layout:
    return Layout(
        title=say("Departments"),
        shows=say("One line a department; what could be somebody's figures is hidden"),
        tables=(Table(columns=COLUMNS, rows=tuple(_rows(material))),),
        notes=(SMALL, COLOURS),
    )


def _rows(material: Material) -> Iterator[Row]:
    people = Counter(units.of(material, person.id) for person in material.staff)
    there = Counter(units.of(material, person.id) for person in material.working)
    facts: dict[str, list[Fact]] = defaultdict(list)
    for fact in material.now.facts:
        facts[units.of(material, fact.duty.owed_by)].append(fact)
    beside = _beside(material)
    hidden = figures.hidden(people, {unit: len(each) for unit, each in facts.items()})
    shut = figures.hidden(people, {unit: each.count for unit, each in beside.items()})
    nothing = Beside((), (), 0, 0, 0, 0)
    others_too = beside if material.scope is None else ()  # of these a head has no figures
    for unit in units.in_order(material, {*people, *facts, *others_too}):
        own = _figures(facts[unit], hidden=unit in hidden)
        others = beside.get(unit, nothing)
        more = _more(material, others, there[unit], hidden=unit in shut)
        called = showing.HIDDEN if unit in hidden else others.called
        yield units.label(material, unit), people[unit], *own, *more, called
    yield _total(material, beside.values())


def _total(material: Material, beside: Iterable[Beside]) -> Row:
    everybody, facts = len(material.staff), material.now.facts
    small = everybody < figures.SMALLEST_GROUP
    whole = list(beside)
    together = Beside(
        [met for each in whole for met in each.met],
        [sample for each in whole for sample in each.samples],
        sum(each.upheld for each in whole),
        sum(each.asked for each in whole),
        sum(each.off for each in whole),
        sum(each.called for each in whole),
    )
    return (
        Shown(say("Total"), tone="strong"),
        everybody,
        *_figures(facts, hidden=small and bool(facts)),
        *_more(material, together, material.now.staff, hidden=small),
        showing.HIDDEN if small and facts else together.called,
    )


def _figures(facts: Sequence[Fact], *, hidden: bool) -> Row:
    if hidden:
        return (showing.HIDDEN,) * OWN
    on_time = figures.on_time_rate(facts)
    decided, read = figures.of_kind(facts, "decide"), figures.of_kind(facts, "acknowledge")
    few = len(decided) < figures.SMALLEST_GROUP
    return (
        len(facts),
        showing.figure(figures.response_rate(facts)),
        showing.figure(on_time),
        showing.low(on_time),
        showing.high(on_time),
        showing.figure(figures.median(facts)),
        showing.figure(figures.ninetieth(facts)),
        showing.figure(figures.promises_kept(facts)),
        showing.figure(figures.escalation_rate(facts)),
        showing.HIDDEN if few else showing.figure(figures.median(decided)),
        _enough(figures.on_time_rate(read)),
    )


def _more(material: Material, beside: Beside, people: int, *, hidden: bool) -> Row:
    """What a head cannot know of their people's questions to others is not told in parts."""
    if hidden:
        return (showing.HIDDEN,) * MORE
    rate = density(beside.upheld, people, material.now.months)
    off = figures.share(beside.off, beside.asked)
    return (
        _enough(figures.explicitly(beside.met)),
        _enough(oversight.covered(beside.samples).of_planned),
        showing.figure(rate) if isinstance(rate, Density) else showing.HIDDEN,
        showing.HIDDEN if material.scope is not None else _enough(off),
    )


def _enough(share: Share) -> Shown:
    return showing.figure(share) if share.n >= figures.SMALLEST_GROUP else showing.HIDDEN


def _beside(material: Material) -> dict[str, Beside]:
    now = material.now
    met, samples = defaultdict[str, list[Met]](list), defaultdict[str, list[Sampled]](list)
    for each in now.met:
        met[units.of(material, each.organiser)].append(each)
    for sample in now.watched.samples:
        samples[sample.department].append(sample)
    asked, off = figures.after_hours(now.facts, IMPORTANT, material.clock)
    asking = Counter(units.of(material, fact.duty.owed_to) for fact in asked)
    outside = Counter(units.of(material, fact.duty.owed_to) for fact in off)
    called = Counter(units.of(material, duty.owed_to) for duty in material.emergencies)
    upheld = Counter(units.of(material, each.person) for each in now.upheld)
    return {
        unit: Beside(
            met[unit], samples[unit], upheld[unit], asking[unit], outside[unit], called[unit]
        )
        for unit in {*met, *samples, *asking, *called, *upheld}
    }


SMALL = say(
    "— : hidden, because fewer than 5 people or duties stand behind it, or because it would give "
    "such a group away; or nothing to count."
)
COLOURS = say(
    "Violations: upheld, per 100 staff-months, as K17. Minutes confirmed: in words, of its own "
    "meetings. Asked outside hours: of what its people asked as important, the part that came "
    "outside the working hours of who owes it. Red is to be looked at, green is well."
)
SHARE = (0.7, 0.9, 1.0)  # bad, neither, good
RARE = (0.4, 0.15, 0.0)
COLUMNS = (
    Column(header=say("Department"), width=20),
    Column(header=say("People"), kind="whole"),
    Column(header=say("Duties"), kind="whole"),
    Column(header=say("Response rate"), kind="percent", heat=SHARE),
    Column(header=say("On-time rate"), kind="percent", heat=SHARE),
    Column(header=say("Interval, low"), kind="percent"),
    Column(header=say("Interval, high"), kind="percent"),
    Column(header=say("Median"), kind="span"),
    Column(header=say("90th percentile"), kind="span"),
    Column(header=say("Promises kept"), kind="percent", heat=SHARE),
    Column(header=say("Escalated"), kind="percent", heat=RARE),
    Column(header=say("Decided in, median"), kind="span"),
    Column(header=say("Notices read in time"), kind="percent", heat=SHARE),
    Column(header=say("Minutes confirmed"), kind="percent", heat=SHARE),
    Column(header=say("Samples looked at"), kind="percent", heat=SHARE),
    Column(header=say("Violations"), kind="decimal", heat=(10.0, 2.0, 0.0)),
    Column(header=say("Asked outside hours"), kind="percent", heat=RARE),
    Column(header=say("Emergencies called"), kind="whole"),
)
OWN, MORE = 11, 4  # columns of its own duties, and of what stands beside them
SHEET = Sheet(name=say("Departments"), who=frozenset({"hr", "head", "board", "audit"}), build=build)
