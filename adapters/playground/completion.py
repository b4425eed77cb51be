"""What is offered while somebody writes: commands after "/", people and groups after "@"."""

import re
from collections.abc import Mapping
from typing import Any

from adapters.playground import render
from adapters.playground.cast import Cast, Person
from adapters.playground.hooks import MenuEntry
from adapters.playground.mentions import ALL
from adapters.playground.sentences import any_of, everybody
from bot.words import Say, say
from bot.words.language import language

Offer = dict[str, Any]
ENGLISH = "en"
ARGUMENTS: Mapping[str, Say] = {  # what stands for something in a command's usage
    "NUMBER": say("NUMBER"),
    "WHEN": say("WHEN"),
    "WHY": say("WHY"),
    "NAME": say("NAME"),
    "LINK": say("LINK"),
    "KIND": say("KIND"),
    "TEXT": say("TEXT"),
    "PERIOD": say("PERIOD"),
    "FIRST-DAY": say("FIRST-DAY"),
    "LAST-DAY": say("LAST-DAY"),
    "DELEGATE": say("DELEGATE"),
    "WHO-LEAVES": say("WHO-LEAVES"),
    "WHO-TAKES-OVER": say("WHO-TAKES-OVER"),
}
ARGUMENT = re.compile(r"(?:\b(?:by|until) )?\b([A-Z]+(?:-[A-Z]+)*)\b")  # prepositions are English


def commands(menu: tuple[MenuEntry, ...], me: Person) -> list[Offer]:
    """`names`: the reader's own come first, as they are what is offered before a letter."""
    return [_command(each, me) for each in menu]


def _command(entry: MenuEntry, me: Person) -> Offer:
    own = [alias for alias, name in language(me.language).aliases.items() if name == entry.name]
    return {
        "names": [*own, entry.name],
        "usage": _usage(entry.usage.removeprefix(entry.name), me),
        "about": render.plain(entry.summary, me.reader),
    }


def _usage(english: str, me: Person) -> str:
    if me.language == ENGLISH:
        return english

    def own(found: re.Match[str]) -> str:
        known = ARGUMENTS.get(found.group(1))
        return found.group() if known is None else render.plain(known, me.reader)

    return ARGUMENT.sub(own, english)


def mentions(cast: Cast, me: Person, place: str) -> list[Offer]:
    """Whoever is here, the groups, then the others."""
    here = cast.members(place)
    people = [(each.id in here, _person(each)) for each in cast.people if each.id != me.id]
    present = [offer for is_here, offer in people if is_here]
    absent = [offer for is_here, offer in people if not is_here]
    return [*present, *_groups(cast, me, place), *absent]


def _person(each: Person) -> Offer:
    return {"names": [each.id, *each.name.split()], "shown": each.name, "about": each.title}


def _groups(cast: Cast, me: Person, place: str) -> list[Offer]:
    """The teams of whom others are here, and everybody who is."""
    here = [each for each in cast.members(place) if each != me.id]
    found: list[Offer] = []
    for team in cast.teams:
        count = sum(each in team.members for each in here)
        if count:
            names = [team.id, *team.name.split()]
            found.append({"names": names, "shown": team.name, "about": any_of(count, me.reader)})
    if here:
        own = ALL if me.language == ENGLISH else tuple(sorted(ALL, key=str.isascii))
        all_here = everybody(len(here), me.reader)
        found.append({"names": own, "shown": f"@{own[0]}", "about": all_here, "any": True})
    return found
