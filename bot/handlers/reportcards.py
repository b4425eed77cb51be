"""What a report says in a few lines, to who gets it without asking. Policy 5.1.2, 5.2.1."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.card import Card
from bot.effects import Send, Upload
from bot.policy import keyfigures, periods
from bot.policy.figures import Portion, TooFew
from bot.policy.keyfigures import Change, Earlier, Issue, KeyFigure
from bot.report import preparing
from bot.store import Transaction
from bot.words import Code, Link, Rows, Say, Value, say
from bot.words import Share as Percent

EDITIONS: Mapping[str, Say] = {
    "hr": say("HR edition"),
    "head": say("department edition"),
    "board": say("management edition"),
    "audit": say("audit edition"),
    "mine": say("my own figures"),
}
MAIN = ("K1", "K2", "K3", "K7", "K9", "K13")  # the first …
SHOWN = 5  # … of them that have something to count
LISTED = 15  # reports
CHANGES = 8  # that are named; the cover has them all
COVERAGE, SEEN = "K28", 0.95  # below it figures are to be read with care
Line = tuple[Say, Say | Value]


def card(tx: Transaction, order: Any, issue: Issue, earlier: Earlier | None) -> Card:
    """In five to eight lines: the main figures, what needs attention, where the rest stands."""
    period = periods.parse(order.period, tx.home().zone)
    named: dict[str, Value] = {"period": Code(order.period), "edition": EDITIONS[order.edition]}
    if earlier is not None:
        return Card(
            say("Corrected report of {period}: {edition}", **named),
            body=(
                say("Late data have changed what version {number} said:", number=earlier.version),
                whole(tx, order),
            ),
            facts=tuple(_changed(issue.changes)),
            why=say("The version before stays in {command}.", command=Code("/duly reports")),
        )
    return Card(
        say("Report of {period}: {edition}", **named),
        body=(*_attention(issue.figures), *_missed(tx, order), whole(tx, order)),
        facts=tuple(_figures(issue.figures)),
        why=_why(tx, issue, periods.previous(period).label),
    )


def _why(tx: Transaction, issue: Issue, before: str) -> Say:
    """Brackets are spoken of only where some stand."""
    reports = tx.policies.current().reports
    named: dict[str, Value] = {"clause": Code(reports.clause), "days": reports.keep.days}
    if not any(keyfigures.moved(each.now, each.before) for each in _shown(issue.figures)):
        return say(
            "Sent as the policy says ({clause}); the file is removed after {days} days.", **named
        )
    return say(
        "In brackets: the change since {before}. Sent as the policy says ({clause}); the file "
        "is removed after {days} days.",
        before=Code(before),
        **named,
    )


def whole(tx: Transaction, order: Any) -> Say | Link:
    """Where all of it is."""
    address = tx.links.address()
    if address is None:
        command = Code(f"/duly report {order.period} {order.edition}")
        return say("{command} sends the whole report.", command=command)
    return Link(f"{address}/reports/{tx.published.number(order)}", say("The whole report"))


def as_it_stands(tx: Transaction, upload: Upload) -> Send | Upload:
    """Where its file was removed before its reader was back at work, what it says is still sent."""
    return upload if tx.published.expires(upload.file) else Send(upload.to, upload.card)


def _attention(figures: Sequence[KeyFigure]) -> Iterator[Say]:
    names = tuple(each.name for each in keyfigures.missed(figures))
    if names:
        yield say("Below target: {names}.", names=Rows(names))
    elif any(each.standing for each in figures):
        yield say("No figure lies clearly below its target.")
    else:
        yield say("There was too little to count: no figure could be held against its target.")
    coverage = next((each.now for each in figures if each.id == COVERAGE), None)
    if isinstance(coverage, Portion) and coverage.of_one < SEEN:
        share = Percent(coverage.of_one)
        yield say("Read it with care: only {share} of what was said could be seen.", share=share)


def _missed(tx: Transaction, order: Any) -> Iterator[Say]:
    """Older ones that an outage kept from being made: they are named, not sent."""
    zone = tx.home().zone
    kind = periods.parse(order.period, zone).unit
    missed = (periods.parse(each, zone) for each in tx.published.missed_with(order))
    labels = [each.label for each in missed if each.unit == kind]
    if labels:
        yield say(
            "Made late, as Duly was down when they were due: {periods}. See {command}.",
            periods=Rows(tuple(map(Code, labels))),
            command=Code("/duly reports"),
        )


def _figures(figures: Sequence[KeyFigure]) -> Iterator[Line]:
    for each in _shown(figures):
        yield each.name, _told(each)


def _shown(figures: Sequence[KeyFigure]) -> list[KeyFigure]:
    known = {each.id: each for each in figures}
    found = (known[id] for id in MAIN if id in known)
    return [each for each in found if each.now != TooFew(0, 1)][:SHOWN]


def _told(figure: KeyFigure) -> Say | Value:
    value, change = keyfigures.spoken(figure.now), keyfigures.moved(figure.now, figure.before)
    target = None if figure.target is None else Percent(figure.target)
    match change, target:
        case None, None:
            return value
        case _, None:
            assert change is not None
            return say("{value} ({change})", value=value, change=change)
        case None, _:
            assert target is not None
            return say("{value}, target {target}", value=value, target=target)
        case _:
            assert change is not None
            assert target is not None
            words = {"value": value, "change": change, "target": target}
            return say("{value} ({change}), target {target}", **words)


def _changed(changes: Sequence[Change]) -> Iterator[Line]:
    for each in changes[:CHANGES]:
        old, new = keyfigures.spoken(each.old), keyfigures.spoken(each.new)
        yield each.name, say("{old} → {new}", old=old, new=new)


# What somebody has


def listed(tx: Transaction, person: str) -> Card:
    """The newest first; of what was removed it is said, and how to have it made again."""
    orders = tx.published.made(person, LISTED)
    making = [each for each in tx.orders.of(person) if each.state == "waiting"]
    if not orders and not making:
        return Card(
            say("You have no reports."),
            body=(say("{command} makes one of this month.", command=Code("/duly report")),),
        )
    return Card(
        say("Your reports"),
        body=tuple(preparing(each.period) for each in making),
        facts=tuple((_name(each), _place(tx, each)) for each in orders),
        why=say("A report's file is for you alone."),
    )


def _name(order: Any) -> Say:
    named: dict[str, Value] = {"period": Code(order.period), "edition": EDITIONS[order.edition]}
    if order.version == 1:
        return say("{period}, {edition}", **named)
    return say("{period}, {edition}, version {number}", number=order.version, **named)


def _place(tx: Transaction, order: Any) -> Say:
    until = tx.published.expires(order.file) if order.file else None
    if until is None:
        command = Code(f"/duly report {order.period} {order.edition}")
        return say("its file was removed; {command} makes it again", command=command)
    return say("{where} · until {until}", where=whole(tx, order), until=until)
