"""A chat platform in the browser, for trying Duly out; to the core it is a platform like any."""

from adapters.playground.adapter import Playground
from adapters.playground.cast import PLATFORM, REALM, Cast, Channel, Example, Office, Person, Team
from adapters.playground.hooks import Hooks, MenuEntry

__all__ = [
    "PLATFORM",
    "REALM",
    "Cast",
    "Channel",
    "Example",
    "Hooks",
    "MenuEntry",
    "Office",
    "Person",
    "Playground",
    "Team",
]
