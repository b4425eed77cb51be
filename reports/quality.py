"""Sheet 20: how far the data can be trusted, source by source, and what is not counted."""

from collections import Counter
from collections.abc import Iterator, Mapping

from bot.handlers.endings import HOW, STATES
from bot.policy.quality import Gap, Source
from bot.port import Ability
from bot.report import Column, Layout, Material, Row, Sheet, Shown, Table
from bot.words import Say, say
from reports.overseen import HEADS

ABILITIES: Mapping[Ability, Say] = {
    Ability.THREADS: say("Threads"),
    Ability.EDITS_SEEN: say("Edits seen"),
    Ability.FILES: say("Files"),
    Ability.BUTTONS: say("Buttons"),
    Ability.FORMS: say("Forms"),
    Ability.WHISPERS: say("Private answers"),
}
WELL = 0.95  # of the rooms' time: below it figures are to be read with care
YES, NO = Shown(say("● yes"), tone="good"), Shown(say("no"), tone="grey")
UNKNOWN = Shown(say("not known"), tone="grey")


def build(material: Material) -> Layout:
    others = (
        Table(columns=CAN, rows=tuple(_abilities(material)), title=CAPABLE),
        Table(columns=GAPS, rows=tuple(_gaps(material)), title=UNSEEN),
        Table(columns=LEFT_OUT, rows=tuple(_left_out(material)), title=NOT_COUNTED),
    )
    sources = Table(columns=COLUMNS, rows=tuple(_sources(material)))
    return Layout(
        title=say("Data quality"),
        shows=say("What was not seen, not read or not known, and what is not counted"),
        tables=(sources, *(each for each in others if each.rows)),
        notes=(LOSSES, RECEIPTS),
    )


def _sources(material: Material) -> Iterator[Row]:
    for each in material.quality.sources:
        yield _source(each)
    if material.quality.elsewhere:
        yield say("of no source"), *(None,) * (len(COLUMNS) - 2), material.quality.elsewhere


def _source(source: Source) -> Row:
    return (
        source.name,
        source.rooms,
        Shown(source.uptime, tone="good" if source.uptime >= WELL else "bad"),
        source.gaps,
        source.linked,
        source.strangers,
        source.outsiders,
        source.bots,
        source.unread,
        source.unhandled,
    )


def _abilities(material: Material) -> Iterator[Row]:
    for platform in dict.fromkeys(each.platform for each in material.quality.sources):
        known = material.abilities.get(platform)
        if known is None:
            yield platform, *(UNKNOWN,) * len(ABILITIES)
        else:
            yield platform, *(YES if each in known else NO for each in ABILITIES)


def _gaps(material: Material) -> Iterator[Row]:
    for each in material.quality.gaps:
        yield _gap(material, each)


def _gap(material: Material, gap: Gap) -> Row:
    start = max(gap.since, material.period.start)
    end = min(gap.until or material.made_at, material.period.end, material.made_at)
    still = Shown(say("to this day"), tone="bad")
    return (
        gap.source,
        gap.room or say("a direct chat"),
        gap.since,
        still if gap.until is None else Shown(gap.until, "moment"),
        end - start if end > start else None,
    )


def _left_out(material: Material) -> Iterator[Row]:
    """Why, where it is one of our own reasons: somebody may have said it in other words."""
    held = say("its clock stands")
    found = Counter(
        (
            held if duty.held is not None else STATES[duty.state],
            duty.how if duty.how in HOW else "",
        )
        for duty in material.exempt
    )
    for (state, how), count in found.most_common():
        yield state, HOW.get(how), count


CAPABLE = say("What each platform can do")
UNSEEN = say("When something may have gone unseen")
NOT_COUNTED = say("Duties that are not counted")
LOSSES = say(
    "Seen: of the time of all rooms, the part in which nothing could go unseen. When a platform "
    "slows Duly down, what it does not hand over later counts as unseen."
)
RECEIPTS = say(
    "Read receipts of platforms are not used anywhere: only what people confirm counts as read."
)
COLUMNS = (
    Column(header=say("Source"), width=26),
    Column(header=say("Rooms"), kind="whole"),
    Column(header=say("Seen"), kind="percent"),
    Column(header=say("Gaps"), kind="whole"),
    Column(header=say("Accounts of people"), kind="whole"),
    Column(header=say("Of nobody"), kind="whole"),
    Column(header=say("Of guests"), kind="whole"),
    Column(header=say("Bots"), kind="whole"),
    Column(header=say("Not readable"), kind="whole"),
    Column(header=say("Not handled"), kind="whole"),
)
CAN = (
    Column(header=say("Platform"), width=26),
    *(Column(header=name, width=9) for name in ABILITIES.values()),
)
GAPS = (
    Column(header=say("Source"), width=26),
    Column(header=say("Room"), width=20),
    Column(header=say("From"), kind="moment"),
    Column(header=say("Until"), kind="moment"),
    Column(header=say("In this period"), kind="span"),
)
LEFT_OUT = (
    Column(header=say("What became of it"), width=26),
    Column(header=say("Why"), width=20, wrap=True),
    Column(header=say("Duties"), kind="whole"),
)
SHEET = Sheet(name=say("Data quality"), who=HEADS, build=build)
