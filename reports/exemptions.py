"""Sheet 18: who was let off and why, who appealed, and who let off more than others do.

Policy 5.1.2, 5.2.2. Reasons are of a list: no words of anybody stand here.
"""

from collections.abc import Iterable, Iterator
from functools import cache

from bot.policy import exemptions, figures
from bot.policy.duties import INNER
from bot.policy.exemptions import Appeal, Grantor, Item, Late, Outcome, Reason
from bot.policy.figures import Share
from bot.report import Column, Layout, Material, Row, Sheet, Shown, Table, Value
from bot.words import Say, say
from reports import showing

EXCEPTION = "exception"  # the kind of such requests
NAMED = ("hr", "audit", "mine")  # editions that say who appealed
REASONS: dict[Reason, Say] = {
    "not needed": say("none needed, says who waits or leads"),
    "silence": say("none needed, says who owes it; nobody objected"),
    "asker silent": say("who asked answered nothing asked back"),
    "left": say("no longer theirs: left, or moved"),
    "recalled": say("the request was recalled"),
    "changed": say("what it hung on was changed or settled"),
    "another": say("somebody else who was asked answered"),
    "away": say("away for long, and nobody stood in"),
    "unseen": say("Duly could not see whether it was answered"),
    "exception": say("an exception from the policy"),
    "leave": say("leave granted when it had begun"),
    "appeal": say("appeal against a finding"),
    "other": say("another reason"),
}
OUTCOMES: dict[Outcome, Shown] = {
    "granted": Shown(say("● yes"), tone="good"),
    "refused": Shown(say("■ no"), tone="bad"),
    "open": Shown(say("▲ not decided"), tone="fair"),
}
MARKS: dict[bool | None, Shown] = {  # whether somebody lets off more than others do
    None: Shown(say("▲ too few to tell"), tone="grey"),
    True: Shown(say("■ above the mean"), tone="bad"),
    False: Shown(say("● as others do"), tone="good"),
}


def build(material: Material) -> Layout:
    found = sorted(items(material), key=lambda each: (each.at, each.number))
    first = Table(columns=COLUMNS, rows=tuple(_row(material, each) for each in found))
    tables: tuple[Table, ...] = (first,)
    if material.edition != "mine":
        rows = tuple(_grantors(material, found))
        title = say("Who let somebody off, beside the mean")
        tables = (first, Table(columns=GRANTORS, rows=rows, title=title))
    return Layout(
        title=say("Exemptions and appeals"),
        shows=say("Who was let off and why, who granted it, and who grants more than others"),
        tables=tables,
        notes=(LISTED, MEAN) if material.edition != "mine" else (LISTED,),
    )


def items(material: Material) -> Iterator[Item]:
    """Everything that let somebody off in the period, or was to."""
    closes = figures.cutoff(material.period, material.period, material.made_at)
    yield from map(exemptions.of_duty, exemptions.let_off(material.exempt))
    for request in material.submitted(material.period):
        if request.kind == EXCEPTION:
            decided = request.decided_at is not None and request.decided_at <= closes
            outcome: Outcome = "granted" if request.state == "approved" else "refused"
            yield Item(
                number=request.number,
                reason="exception",
                person=request.requester,
                by=request.decided_by if decided else None,
                at=request.at,
                outcome=outcome if decided else "open",
            )
    yield from (_late(each) for each in material.exempted.late if each.at in material.period)
    for appeal in material.exempted.appeals:
        if appeal.at in material.period:
            yield _appeal(material, appeal)


def _late(each: Late) -> Item:
    return Item(
        number=each.number,
        reason="leave",
        person=each.person,
        by=each.by,
        at=each.at,
        outcome="granted",
    )


def _appeal(material: Material, each: Appeal) -> Item:
    """Who appealed is said of what is closed for good, and never beside a head's own people."""
    named = (each.final and material.edition in NAMED) or material.edition == "mine"
    decided: Outcome = "granted" if each.again else "refused"
    return Item(
        number=each.number,
        reason="appeal",
        person=each.person if named else None,
        by=each.by,
        at=each.at,
        outcome=decided if each.decided_at else "open",
    )


def _row(material: Material, each: Item) -> Row:
    return (
        f"#{each.number}" if 0 < each.number < INNER else None,
        REASONS[each.reason],
        material.id(each.person) or None,
        material.name(each.person) or None,
        material.department(each.person) or None,
        each.at,
        material.id(each.by) or None,
        material.name(each.by) if each.by else _rule(each),
        OUTCOMES[each.outcome],
    )


def _rule(each: Item) -> Value | Shown:
    """Who granted it, where that is nobody."""
    known = each.outcome != "open" and each.reason != "other"
    return Shown(say("a rule"), tone="grey") if known else None


def _grantors(material: Material, found: Iterable[Item]) -> Iterator[Row]:
    due = [duty for duty in material.duties if duty.due in material.period]
    lines, mean = exemptions.grantors(due, found, cache(material.leaders))
    names = {each.person: material.name(each.person).casefold() for each in lines}

    def turn(each: Grantor) -> tuple[bool, str, str]:
        return not exemptions.unusual(each.rate, mean), names[each.person], each.person

    for each in sorted(lines, key=turn):
        yield _grantor(material, each, mean)


def _grantor(material: Material, each: Grantor, mean: Share) -> Row:
    rate = each.rate
    return (
        material.name(each.person),
        MARKS[exemptions.unusual(rate, mean)],
        material.id(each.person),
        each.granted,
        each.could,
        showing.figure(rate),
        showing.low(rate),
        showing.high(rate),
        showing.figure(mean),
        showing.change(rate, mean),
        each.people,
        each.most,
        each.exceptions,
        each.asked,
        each.again,
        each.appeals,
    )


LISTED = say(
    "Duties due in the period that were dropped or excused, exceptions asked for, leave granted "
    "when it had begun, appeals. What was passed on is not among them: somebody else owes it."
)
MEAN = say(
    "The rate is out of the duties of the period that somebody could have dropped: owed to them, "
    "or by people they lead. The mean is out of all of them. Above the mean is only a rate whose "
    "whole 90 % interval is; fewer than 20 duties say nothing."
)
COLUMNS = (
    Column(header=say("No.")),
    Column(header=say("Kind of reason"), width=46, wrap=True),
    Column(header=say("Id")),
    Column(header=say("Name"), width=18),
    Column(header=say("Department"), width=18),
    Column(header=say("When"), kind="moment"),
    Column(header=say("Granted by, id")),
    Column(header=say("Granted by"), width=18),
    Column(header=say("Granted"), width=16),
)
GRANTORS = (
    Column(header=say("Granted by"), width=18),
    Column(header=say("Status")),
    Column(header=say("Id")),
    Column(header=say("Let off"), kind="whole"),
    Column(header=say("Could have"), kind="whole"),
    Column(header=say("Rate"), kind="percent"),
    Column(header=say("Interval, low"), kind="percent"),
    Column(header=say("Interval, high"), kind="percent"),
    Column(header=say("Mean"), kind="percent"),
    Column(header=say("Beside the mean"), kind="change"),
    Column(header=say("People let off"), kind="whole"),
    Column(header=say("Most to one"), kind="whole"),
    Column(header=say("Exceptions granted"), kind="whole"),
    Column(header=say("Exceptions decided"), kind="whole"),
    Column(header=say("Appeals upheld"), kind="whole"),
    Column(header=say("Appeals decided"), kind="whole"),
)
SHEET = Sheet(
    name=say("Exemptions and appeals"),
    who=frozenset({"hr", "head", "audit", "mine"}),
    build=build,
)
