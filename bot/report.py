"""What goes into a workbook and who may have which: sheets are values, drawn elsewhere.

Policy 5.1.2 and 5.2.1. Every edition is a file of its own, made from the rows its reader may see.
"""

import hmac
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

from bot.policy import figures, hours, periods
from bot.policy.approvals import Request
from bot.policy.assessment import Assessment
from bot.policy.brought import Brought
from bot.policy.changing import Changes
from bot.policy.coverage import Covered
from bot.policy.duties import Duty
from bot.policy.exemptions import Exempted
from bot.policy.figures import Fact, Nudge
from bot.policy.findings import Finding
from bot.policy.hours import Calendar, Interval
from bot.policy.keyfigures import Corrected, Earlier
from bot.policy.oversight import Watched
from bot.policy.particulars import Met, Particulars, Posted
from bot.policy.people import Absence, Directory, Person
from bot.policy.periods import Period
from bot.policy.quality import Counted, Quality
from bot.policy.reported import Line
from bot.policy.rulebook import Rulebook
from bot.policy.violations import Judged, Violation, Violations
from bot.port import Ability
from bot.words import Code, Reader, Say, say

Edition = Literal["hr", "head", "board", "audit", "mine"]
EDITIONS: tuple[Edition, ...] = ("hr", "head", "board", "audit", "mine")
NEEDS: Mapping[Edition, tuple[str, ...]] = {
    "hr": ("hr",),
    "board": ("executive", "hr"),
    "audit": ("auditor",),
}
PSEUDONYM = 10  # hex digits
IMPORTANT = ("important", "emergency")  # levels
CLEARED = ("fine", "false")  # of a finding: nothing was broken

Kind = Literal[
    "text", "whole", "decimal", "percent", "change", "moment", "span", "minutes", "truth"
]
Stage = Literal["waiting", "reading", "writing", "checking"]
Tone = Literal["plain", "strong", "good", "fair", "bad", "grey"]
ALLOWED = re.compile(r"[A-Za-z0-9_{}(),.:+*/<>=&\"'$ ●▲■-]*")


@dataclass(frozen=True, slots=True)
class Area:
    """All rows of one column, from 0, of another sheet's long table. The sheet by its name."""

    sheet: Say
    column: int


@dataclass(frozen=True, slots=True)
class Formula:
    """What the reader's program computes: written by our code alone, never from anybody's words.

    `{row}` and `{row+1}` in it are rows of its own sheet, `{0}` the first of `areas`, of one sheet.
    `stored`: what it comes to; it stands in a cell beside, for who does not compute. Only in the
    long tables of a layout that is live; anywhere else it is refused.
    """

    text: str
    stored: float | str | None = None
    areas: tuple[Area, ...] = ()

    def __post_init__(self) -> None:
        if not ALLOWED.fullmatch(self.text) or len({each.sheet for each in self.areas}) > 1:
            raise ValueError(f"no formula of ours: {self.text!r}")


Value = str | Say | int | float | datetime | date | timedelta | Formula | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A value that is to look otherwise than its column."""

    value: Value
    kind: Kind | None = None
    tone: Tone = "plain"


Row = Sequence[Value | Shown]
Tell = Callable[["Progress"], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`width`: characters; 0 takes what the first rows need. `bar`: draw a bar in the cell.

    `heat`: which value is shown as bad, as neither, and as good, by the colour of the cell.
    `choices`: nothing else can be typed there. `alarm`: red where it is FALSE, green where TRUE.
    """

    header: Say
    kind: Kind = "text"
    width: int = 0
    wrap: bool = False
    bar: bool = False
    heat: tuple[float, float, float] | None = None
    choices: tuple[str, ...] = ()
    alarm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    columns: tuple[Column, ...]
    rows: Iterable[Row]
    title: Say | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Draws columns of one of the layout's other tables; the first column labels the points.

    `table` counts from 0, `series` from 1. `graded`: the series grow graver from one to the next.
    """

    shape: Literal["line", "column", "stacked"]
    title: Say
    table: int
    series: tuple[int, ...]
    percent: bool = False
    graded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A cell above the header of a column, from 0, to be changed by its reader; or its label.

    `name`: by which formulas know it.
    """

    column: int
    value: int | Say
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One sheet as plain values. Charts stand below the first table, before the others.

    Where the first table is long, the others and the charts get a sheet of their own. `aside`:
    columns that are left free before what is drawn, because they are narrow.
    """

    title: Say
    shows: Say  # in one sentence, for the index and under the title
    lead: Say | None = None  # under the title instead: what is to be seen at a glance
    tables: tuple[Table, ...]
    charts: tuple[Chart, ...] = ()
    notes: tuple[Say, ...] = ()
    index: bool = False  # ends with a list of all sheets
    aside: int = 0
    inputs: tuple[Input, ...] = ()
    live: bool = False  # its long table may hold formulas


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a workbook is: `done` of its `sheets`, and `rows` of its long tables."""

    stage: Stage
    done: int = 0
    sheets: int = 0
    rows: int = 0


def preparing(period: str) -> Say:
    return say("I am preparing the report of {period}; it comes as a file.", period=Code(period))


def silent(_: Progress) -> None:
    """Nobody asked how far it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Somebody asks for a workbook. `reader`: in which language and zone it is written.

    `earlier`: the version of it that late data have perhaps changed.
    """

    period: Period
    edition: Edition
    person: str
    reader: Reader
    earlier: Earlier | None = None


@dataclass(frozen=True, slots=True)
class Releases:
    """What was posted where an approval is needed first: K11, K12."""

    approved: int = 0  # as approved
    differing: int = 0  # approved, in other words
    unapproved: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """What is known of one period when its books close."""

    period: Period
    facts: tuple[Fact, ...]
    turnarounds: tuple[timedelta | None, ...]
    nudge_load: float | figures.TooFew
    person_days: int
    outside: tuple[Fact, ...] = ()  # of facts, those owed to partners
    posted: tuple[Posted, ...] = ()
    met: tuple[Met, ...] = ()
    releases: Releases = field(default_factory=Releases)
    after_hours: figures.Share = field(default_factory=lambda: figures.TooFew(0, 1))
    watched: Watched = field(default_factory=Watched)
    coverage: float = 1.0
    rooms: int = 0  # that Duly is in
    upheld: tuple[Violation, ...] = ()
    staff: int = 0  # in this company or department, as it is now …
    months: float = 0.0  # … for so many months of the period
    judged: tuple[Judged, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """One of a line over time."""

    period: Period
    on_time: figures.Share
    counted: int


@dataclass(frozen=True, kw_only=True)
class Material:
    """Everything the sheets of one edition are made from; nothing its reader may not see.

    `made_at` is when its books close: of a corrected version, when those of the first did.
    """

    wanted: Wanted
    company: str
    report: str
    made_at: datetime
    directory: Directory
    calendars: Mapping[str, Calendar]
    rulebook: Rulebook
    scope: frozenset[str] | None  # whose duties; None: everybody's
    duties: tuple[Duty, ...] = ()
    requests: tuple[Request, ...] = ()
    nudges: tuple[Nudge, ...] = ()
    gaps: tuple[tuple[str, datetime, datetime], ...] = ()
    rooms: int = 0
    unreadable: Counted = field(default_factory=Counted)  # said in the period, everywhere
    findings: tuple[
        Finding, ...
    ] = ()  # told to their authors, of both periods; for a head those decided
    violations: Violations = field(default_factory=Violations)
    brought: tuple[Brought, ...] = ()  # to IT, in the period
    exempted: Exempted = field(default_factory=Exempted)
    particulars: Particulars = field(default_factory=Particulars)
    covered: tuple[Covered, ...] = ()
    watched: Mapping[str, Watched] = field(default_factory=dict)  # by the period's label
    reported: tuple[Line, ...] = ()  # of the reporting channel
    quality: Quality = field(default_factory=Quality)
    changes: Changes = field(default_factory=Changes)
    abilities: Mapping[str, Ability] = field(default_factory=dict)  # of platforms
    assessment: Assessment | None = None  # of this very period, where one was opened
    salt: bytes = field(default=b"", repr=False)  # of the auditors' pseudonyms
    past: tuple[Point, ...] = ()  # of the periods before the one before; their duties are not kept
    written_at: datetime | None = None  # where that is not when its books closed
    corrected: Corrected | None = None  # what this version says otherwise than the one before

    @property
    def period(self) -> Period:
        return self.wanted.period

    @property
    def edition(self) -> Edition:
        return self.wanted.edition

    @property
    def reader(self) -> Reader:
        return self.wanted.reader

    @cached_property
    def now(self) -> Picture:
        return self.picture(self.period)

    @cached_property
    def before(self) -> Picture:
        return self.picture(periods.previous(self.period))

    @cached_property
    def staff(self) -> tuple[Person, ...]:
        """Whose work is counted: no partners, and who has left only where they owed something."""
        owing = {fact.duty.owed_by for fact in self.now.facts}
        owing |= {duty.owed_by for duty in self.exempt}
        return tuple(
            each
            for each in self.directory.people.values()
            if not each.partner and self.covers(each.id) and (each.active or each.id in owing)
        )

    @cached_property
    def exempt(self) -> tuple[Duty, ...]:
        closes = figures.cutoff(self.period, self.period, self.made_at)
        return tuple(figures.exempt(self.duties, self.period, closes))

    @cached_property
    def emergencies(self) -> tuple[Duty, ...]:
        """Those called in the period, at any hour of their owners'. Policy 1.3-moderate."""
        called = (duty for duty in self.duties if duty.authorised_by is not None)
        return tuple(duty for duty in called if duty.start in self.period)

    @cached_property
    def nudged(self) -> Counter[str]:
        """How many nudges were sent about each duty."""
        return Counter(nudge.duty for nudge in self.nudges)

    @cached_property
    def escalated(self) -> frozenset[str]:
        owners = {duty.id: duty.owed_by for duty in self.duties}
        return figures.escalated(self.nudges, owners, self.directory)

    @property
    def coverage(self) -> float:
        return figures.coverage(self.gaps, self.rooms, self.period)

    def covers(self, person: str | None) -> bool:
        return self.scope is None or person in self.scope

    def facts(self, period: Period) -> tuple[Fact, ...]:
        closes = figures.cutoff(period, self.period, self.made_at)
        return tuple(
            figures.fact(duty, closes, self.escalated, self.clock)
            for duty in figures.cohort(self.duties, period, closes)
        )

    @cached_property
    def trend(self) -> tuple[Point, ...]:
        """From the oldest to this one."""
        known = {point.period.label: point for point in self.past}
        shown = periods.trend(self.period)
        return tuple(known.get(each.label) or self.point(each, self.duties) for each in shown)

    def point(self, period: Period, duties: Iterable[Duty]) -> Point:
        """Of `duties` as they come: none is kept."""
        closes = figures.cutoff(period, self.period, self.made_at)
        counted = (duty for each in duties for duty in figures.cohort((each,), period, closes))
        found = Counter(figures.fact(duty, closes, (), self.clock).punctual for duty in counted)
        return Point(period, figures.share(found[True], found.total()), found.total())

    def picture(self, period: Period) -> Picture:
        closes = figures.cutoff(period, self.period, self.made_at)
        took = [self.took(each, closes) for each in self.submitted(period)]
        facts = self.facts(period)
        nudges = [each for each in self._to_staff() if each.at in period]
        days = self._person_days(period, closes) if facts or nudges else 0
        important, off = figures.after_hours(facts, IMPORTANT, self.clock)
        return Picture(
            period,
            facts,
            tuple(took),
            figures.nudge_load(nudges, period, days),
            days,
            outside=tuple(each for each in facts if self.is_outside(each.duty.owed_to)),
            posted=tuple(p for p in self.particulars.posted if p.published_at in period),
            met=tuple(m for m in self.particulars.met if m.end in period and m.end < closes),
            releases=self.released(period, closes),
            after_hours=figures.share(len(off), len(important)),
            watched=self.watched.get(period.label, Watched()),
            coverage=figures.coverage(self.gaps, self.rooms, period),
            rooms=self.rooms,
            upheld=self.violations.upheld(period.start, min(period.end, closes)),
            staff=len(self.working),
            months=periods.length_in_months(period.start, min(period.end, closes), period.zone),
            judged=self.violations.judged.get(period.label, ()),
        )

    def released(self, period: Period, closes: datetime) -> Releases:
        """What an approval was needed for: posted as approved, in other words, or without one."""
        found = Counter(
            each.rule
            for each in self.findings
            if each.at in period and each.at < closes and each.how not in CLEARED
        )
        approved = sum(at in period and at < closes for _, at in self.particulars.released)
        return Releases(approved, found["differs"], found["unapproved"])

    def is_outside(self, person: str | None) -> bool:
        """A partner: who writes to us from outside the company."""
        known = self.directory.people.get(person or "")
        return known is not None and known.partner

    def worked(self, person: str | None, start: datetime, end: datetime) -> timedelta:
        """Working time of theirs between two moments."""
        known = self.directory.people.get(person or "")
        return hours.between(start, end, *self.clock(person, known.calendar if known else "office"))

    def leave_days(self, person: str) -> float:
        """Working days of the period that they were away, parts of days as such."""
        known = self.directory.people.get(person)
        away = self._away.get(person, ())
        if known is None or not away:
            return 0.0
        calendar, _ = self.clock(None, known.calendar)
        return figures.days_away(self.period, calendar, away)

    def submitted(self, period: Period) -> list[Request]:
        closes = figures.cutoff(period, self.period, self.made_at)
        return figures.submitted(self.requests, period, closes)

    def took(self, request: Request, closes: datetime) -> timedelta | None:
        decider = self.directory.people.get(request.decided_by or "")
        return figures.turnaround(
            request,
            closes,
            self.clock,
            decider.calendar if decider else "office",
            self.particulars.with_asker(request.id),
        )

    def clock(self, person: str | None, calendar: str) -> tuple[Calendar, Sequence[Interval]]:
        found = self.calendars.get(calendar) or self.calendars["office"]
        return found, self._away.get(person or "", ())

    def leaders(self, person: str | None) -> tuple[str, ...]:
        """Everybody above them, nearest first."""
        known = self.directory.people.get(person or "")
        return tuple(each.id for each in self.directory.above(known)) if known else ()

    def department(self, person: str | None) -> str:
        """The name of somebody's department, "" where there is none."""
        known = self.directory.people.get(person or "")
        unit = self.directory.departments.get((known and known.department) or "")
        return unit.name if unit else ""

    def unit(self, id: str) -> str:
        """The name of a department, as long as it is known."""
        known = self.directory.departments.get(id)
        return known.name if known else id

    def name(self, person: str | None) -> str:
        known = self.directory.people.get(person or "")
        return self.id(person) if known is None or self.edition == "audit" else known.name

    def id(self, person: str | None) -> str:
        """Auditors read pseudonyms, others in every report; its salt leads back to the person."""
        if person is None or self.edition != "audit":
            return person or ""
        return "P-" + hmac.digest(self.salt, person.encode(), "sha256").hex()[:PSEUDONYM]

    @cached_property
    def _away(self) -> Mapping[str, tuple[Interval, ...]]:
        leave = self.directory.absences.items()
        return {person: tuple(map(_interval, each)) for person, each in leave}

    def _to_staff(self) -> list[Nudge]:
        known = {person.id for person in self.working}
        return [nudge for nudge in self.nudges if nudge.person in known]

    @property
    def working(self) -> list[Person]:
        """Who is there today."""
        people = self.directory.people.values()
        return [
            each for each in people if each.active and not each.partner and self.covers(each.id)
        ]

    def _person_days(self, period: Period, closes: datetime) -> int:
        zone = ZoneInfo(period.zone)
        end = min(period.end, closes).astimezone(zone) - timedelta(microseconds=1)
        count = Counter(person.calendar for person in self.working)
        return sum(
            people * hours.working_days(period.first, end.date(), self.clock(None, name)[0])
            for name, people in count.items()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet of the workbook, and the editions it belongs to."""

    name: Say
    who: frozenset[Edition]
    build: Callable[[Material], Layout]


def why_not(edition: Edition, person: Person, directory: Directory) -> Say | None:
    """Why `person` may not have an edition; None where they may."""
    mine = Code("/duly report mine")
    if edition == "mine":
        return None
    if edition == "head":
        if headed(person.id, directory):
            return None
        return say("This report is for heads of departments. Your own: {command}", command=mine)
    if person.roles.isdisjoint(NEEDS[edition]):
        return say("This report is not for your role. Your own: {command}", command=mine)
    return None


def headed(person: str, directory: Directory) -> frozenset[str]:
    """The departments somebody heads, with those below them."""
    units = directory.departments.values()
    found = {unit.id for unit in units if unit.head == person}
    while below := {unit.id for unit in units if unit.parent in found} - found:
        found |= below
    return frozenset(found)


def _interval(absence: Absence) -> Interval:
    return Interval(absence.start, absence.end)
