"""Where everything is found: the pages in groups, each for whom it is. Policy 1.2.

Hiding an entry keeps nobody out: each page asks by itself who looks.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.web.visitors import Visitor
from bot.words import Say, say


def everybody(visitor: Visitor) -> bool:  # noqa: ARG001
    return True


@dataclass(frozen=True, slots=True)
class Entry:
    path: str
    name: Say
    who: Callable[[Visitor], bool] = everybody


@dataclass(frozen=True, slots=True)
class Group:
    name: Say
    entries: tuple[Entry, ...]


MENU = (
    Group(
        say("My work"),
        (
            Entry("/mine", say("What I owe")),
            Entry("/waiting", say("Waiting")),
            Entry("/requests", say("Requests")),
            Entry("/notices", say("Notices")),
            Entry("/meetings", say("Meetings")),
            Entry("/cases", say("Help from IT")),
        ),
    ),
    Group(
        say("My people"),
        (
            Entry("/team", say("My team"), lambda one: one.leads),
            Entry("/samples", say("Samples"), lambda one: one.samples),
        ),
    ),
    Group(
        say("Figures"),
        (Entry("/dashboard", say("Dashboard")), Entry("/reports", say("Reports"))),
    ),
    Group(
        say("Oversight"),
        (
            Entry("/findings", say("Findings"), lambda one: one.reviews),
            Entry("/daily", say("Daily"), lambda one: one.oversees),
            Entry("/sealed", say("Sealed cases"), lambda one: one.handles),
            Entry("/people", say("People"), lambda one: one.keeps),
            Entry("/health", say("Health"), lambda one: one.minds),
        ),
    ),
    Group(
        say("More"),
        (
            Entry("/policy", say("The policy")),
            Entry("/search", say("Search")),
            Entry("/settings", say("Settings")),
        ),
    ),
)


def menu(visitor: Visitor) -> list[tuple[Say, list[Entry]]]:
    """The groups in which there is something for them."""
    found = [(group.name, [each for each in group.entries if each.who(visitor)]) for group in MENU]
    return [(name, entries) for name, entries in found if entries]
