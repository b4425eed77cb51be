"""What was done about a finding, told line by line; and what can still be asked of it. 5.1.1."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.card import Button
from bot.handlers.deeds import person_named
from bot.policy.findings import Finding, Trace
from bot.policy.measures import Measure
from bot.policy.people import Person
from bot.store import Transaction
from bot.words import Code, Quoted, Say, Value, say

WORDS = 280  # characters of what somebody said with it
CONTESTED = ("upheld", "settled")
MEASURES: dict[Measure, Say] = {
    "none": say("no measure"),
    "talk": say("a talk about it"),
    "reminder": say("a reminder in writing"),
    "training": say("a training"),
    "warning": say("a warning"),
    "proceeding": say("the company's own procedure"),
}
ENDS = {
    "fine": say("{person} closed it at {at}: it was fine."),
    "settled": say("{person} closed it at {at}: it has been put right."),
    "edited": say("It was settled at {at}: {person} edited the message."),
    "deleted": say("It was settled at {at}: {person} deleted the message."),
    "false": say("{person} closed it at {at}: a false alarm."),
    "upheld": say("{person} upheld it at {at}."),
    "explained": say("{person} explained it at {at}."),
    "again": say("It was found again in another message at {at}."),
}


BY_RULE = {
    "opened": say("It was noticed at {at}."),
    "asked": say("The person concerned was told of it at {at}, and how to answer."),
}
DEEDS = {
    "opened": say("{person} reported it at {at}."),
    "asked": say("{person} asked the person concerned for their word at {at}."),
    "word": say("{person} said at {at} what they think of it."),
    "claimed": say("{person} took it into their hands at {at}."),
    "mended": say("{person} took it out of the message at {at}."),
    "contested": say("{person} asked for another look at {at}."),
    "stays": say("{person} said at {at} that it stays as it is."),
    "reopened": say("{person} opened it again at {at}."),
}


def last(tx: Transaction, trail: Sequence[Trace], lines: int) -> tuple[Say, ...]:
    """Only what people did."""
    told = [each for one in trail if one.by is not None for each in line(tx, one)]
    return tuple(told[-lines:]) if lines else ()


def line(tx: Transaction, one: Trace) -> Iterator[Say]:
    told = _what(tx, one)
    if told is None:
        return
    words = one.more.get("note", "")
    yield say("{line} “{words}”", line=told, words=Quoted(words, WORDS)) if words else told


def _what(tx: Transaction, one: Trace) -> Say | None:
    """None for what was filed with it: the evidence is shown by itself."""
    values: dict[str, Value] = {"person": person_named(tx, one.by), "at": one.at}
    match one.deed:
        case "opened" | "asked" if one.by is None:
            return Say(BY_RULE[one.deed].sentence, (("at", one.at),))
        case "escalated":
            to = person_named(tx, one.more.get("to"))
            return say("{person} passed it up to {to} at {at}.", to=to, **values)
        case "noted":
            return _noted(one, values)
        case "closed":
            return _closed(one, values)
        case "measure":
            return _measure(one, values)
        case deed:
            return Say(DEEDS[deed].sentence, tuple(values.items()))


def _noted(one: Trace, values: dict[str, Value]) -> Say | None:
    if "file" in one.more:
        return say("{person} added {file} at {at}.", file=Quoted(one.more["name"]), **values)
    return say("{person} noted at {at}:", **values) if "note" in one.more else None


def _measure(one: Trace, values: dict[str, Value]) -> Say:
    return say(
        "{person} decided at {at}: {measure}. Recommended was: {advised}.",
        measure=MEASURES[one.more["taken"]],  # type: ignore[index]
        advised=MEASURES[one.more["advised"]],  # type: ignore[index]
        **values,
    )


def _closed(one: Trace, values: dict[str, Value]) -> Say:
    told = Say(ENDS[one.more["how"]].sentence, tuple(values.items()))
    if "asked" not in one.more:
        return told
    return say("{line} They were asked on {day}.", line=told, day=Code(one.more["asked"]))


# What can still be asked


def of_round(tx: Transaction, finding: Finding, deed: str) -> Trace | None:
    """The last such deed of this round."""
    trail = tx.findings.trail.all(finding.id)
    found = [each for each in trail if each.deed == deed and each.round == finding.round]
    return found[-1] if found else None


def contested(tx: Transaction, finding: Finding) -> Trace | None:
    """That another look was asked for, and nobody has answered yet."""
    asked = of_round(tx, finding, "contested")
    return None if of_round(tx, finding, "stays") else asked


def why_no_contest(tx: Transaction, finding: Finding, person: Person) -> Say | None:
    if finding.person != person.id or finding.how not in CONTESTED:
        return say("There is nothing here to look at again: it was not held against you.")
    if of_round(tx, finding, "contested") is not None:
        return say("You have asked for another look already; once is enough.")
    days = timedelta(days=tx.policies.current().findings.contest_days)
    if finding.settled_at is None or tx.clock.now() > finding.settled_at + days:
        return say(
            "It was closed more than {days} days ago. Speak with HR.",
            days=tx.policies.current().findings.contest_days,
        )
    return None


def contesting(finding: Finding) -> tuple[Button, ...]:
    return (Button(say("Ask for another look"), "🔁", f"finding {finding.number} contest"),)
