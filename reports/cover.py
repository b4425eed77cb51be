"""Sheet 0: what this report is, for whom, and what it was made from."""

from collections import Counter
from collections.abc import Iterator

from bot.policy import figures
from bot.policy.figures import Standing
from bot.policy.keyfigures import Corrected
from bot.report import EDITIONS, Column, Edition, Layout, Material, Row, Sheet, Shown, Table
from bot.words import Code, Quoted, Say, say
from reports import dashboard, showing

NAMES: dict[Edition, Say] = {
    "hr": say("Human resources: everybody, by name"),
    "head": say("Head of department: the people of that department, by name"),
    "board": say("Management: totals only, no small groups"),
    "audit": say("Audit: every detail, under pseudonyms"),
    "mine": say("Own figures: one person"),
}
LOCKED = say(
    "This file is not encrypted. Pass it on only through Duly, to people who may have this edition."
)
NO_WORDS = say("No sheet contains the text of a message or a request, in any edition.")


def build(material: Material) -> Layout:
    return Layout(
        title=say("Communication compliance report"),
        shows=say(
            "What this report is about, for whom, and what it was made from. Begin with the "
            "dashboard; all other sheets are listed below."
        ),
        tables=(
            Table(columns=COLUMNS, rows=tuple(_facts(material))),
            *((_changes(material.corrected),) if material.corrected else ()),
        ),
        notes=(NO_WORDS, LOCKED),
        index=True,
    )


def scope(material: Material) -> Say:
    """Whose duties are counted."""
    if material.scope is None:
        return say("the whole company")
    if material.edition == "mine":
        return say("{name} only", name=Quoted(material.name(material.wanted.person)))
    person = material.wanted.person
    units = [each for each in material.directory.departments.values() if each.head == person]
    return say("department {name}", name=Quoted(", ".join(unit.name for unit in units)))


def about(material: Material) -> Say:
    """The line under every title."""
    return say(
        "{period} · {scope} · made {moment} ({zone}) · policy version {policy} · confidential, for "
        "{reader} only",
        period=Code(material.period.label),
        scope=scope(material),
        moment=material.written_at or material.made_at,
        zone=Code(material.reader.zone),
        policy=Code(str(material.rulebook.version)),
        reader=Quoted(material.directory.people[material.wanted.person].name),
    )


def _changes(corrected: Corrected) -> Table:
    """What this version says otherwise than the one before."""
    return Table(
        columns=CHANGES,
        rows=tuple(
            (each.name, showing.figure(each.old), showing.figure(each.new))
            for each in corrected.changes
        ),
        title=say("What late data have changed"),
    )


def _facts(material: Material) -> Iterator[Row]:
    period, book = material.period, material.rulebook
    closes = figures.cutoff(period, period, material.made_at)
    yield say("Period"), period.label
    yield say("From"), Shown(period.start, "moment")
    yield say("Until just before"), Shown(period.end, "moment")
    yield say("Whose duties"), scope(material)
    yield say("Version"), Shown(_version(material), "whole")
    yield say("Edition"), NAMES[material.edition]
    yield say("For"), material.directory.people[material.wanted.person].name
    yield say("Targets"), _targets(dashboard.standings(material))
    yield say("Data cut-off"), Shown(closes, "moment")
    yield say("Time zone of the times"), material.reader.zone
    yield (
        say("Policy"),
        say("{name}, version {number}", name=Quoted(book.name), number=book.version),
    )
    yield say("Duties counted"), Shown(len(material.now.facts), "whole")
    yield (
        say("Duties not counted"),
        Shown(len(material.exempt), "whole"),
    )
    yield say("Data coverage"), Shown(material.coverage, "percent")
    yield from _unreadable(material)
    yield from _findings(material)
    yield say("Report id"), material.report


def _targets(stand: Counter[Standing | None]) -> Say:
    return say(
        "● {met} met, ▲ {unsure} too close to call, ■ {missed} missed",
        met=stand["met"],
        unsure=stand["unsure"],
        missed=stand["missed"],
    )


def _version(material: Material) -> int:
    earlier = material.wanted.earlier
    return earlier.version + 1 if earlier else 1


def _unreadable(material: Material) -> Iterator[Row]:
    """What was said and could not be read: nobody knows what it asked or answered."""
    found = material.unreadable
    if not found.count:
        return
    yield say("Messages that could not be read"), Shown(found.count, "whole")
    yield say("Of these, read later"), Shown(found.read, "whole")
    if found.oldest is not None:
        yield say("The oldest not read yet"), Shown(found.oldest, "moment")


def _findings(material: Material) -> Iterator[Row]:
    """A count and no names: most are mended by their authors at once, and none is a score."""
    found = [each for each in material.findings if each.at in material.period]
    if not found:
        return
    ends = Counter(each.how for each in found)
    yield say("Findings in messages"), Shown(len(found), "whole")
    mended = ends["edited"] + ends["deleted"] + ends["settled"]
    yield say("Of these, put right"), Shown(mended, "whole")
    yield say("Of these, false alarms or fine"), Shown(ends["false"] + ends["fine"], "whole")
    yield say("Of these, still open"), Shown(ends[""], "whole")


COLUMNS = (
    Column(header=say("About this report"), width=38),
    Column(header=say("Value"), width=54),
)
CHANGES = (
    Column(header=say("Key figure"), width=38),
    Column(header=say("In the version before"), width=24),
    Column(header=say("In this version"), width=24),
)
SHEET = Sheet(name=say("Cover"), who=frozenset(EDITIONS), build=build)
