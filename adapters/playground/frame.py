"""The page as a newcomer meets it: places, the timeline, the thread, the guide, the clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

from adapters.playground import completion
from adapters.playground.cast import Person, direct
from adapters.playground.guide import RECORDS, Step, guide, scene
from adapters.playground.hooks import Hooks
from adapters.playground.inbound import home_id
from adapters.playground.lines import Line
from adapters.playground.sentences import SCRIPT, page_words, step, write_to
from adapters.playground.tour import tour
from adapters.playground.view import EMOJI, HERE, View, face, templates

HOME = "home"
OWN_NAMES = {"en": "English", "zh_Hans": "简体中文", "zh_Hant": "繁體中文"}


@dataclass(frozen=True, slots=True)
class Asked:
    """Where the person is: a channel, the chat with Duly or their own page; maybe in a thread.

    `guide`: the account of whoever asks in the example they follow, or the second guide's name.
    """

    place: str
    thread: str | None = None
    guide: str = ""


def page(view: View, hooks: Hooks, asked: Asked) -> str:
    me, reader = view.viewer, view.viewer.reader
    last = view.timeline.last()  # before the lines: what comes meanwhile is told twice, not never
    here = _here(view, hooks, asked.place)
    lines = view.timeline.page(me.id, here["id"])
    root = view.timeline.line(asked.thread) if asked.thread else None
    shown = root is not None and root.place == here["id"] and root.thread is None
    inside = view.timeline.page(me.id, here["id"], asked.thread) if shown else []
    return (
        templates()
        .get_template("playground.html")
        .render(
            t=page_words(reader),
            me=me,
            base=view.base,
            version=version(),
            here=here,
            home=view.home(),
            home_id=home_id(me.id),
            lines=_articles(view, lines),
            thread=asked.thread if shown else None,
            inside=_articles(view, inside, inside=True),
            write_to=write_to(here["name"], reader),
            people=_people(view, hooks),
            places=_places(view, hooks),
            duly={"id": direct(me.id), "unread": view.timeline.unread(me.id).get(direct(me.id), 0)},
            guide=_guide(view, hooks, asked),
            follows=f"&guide={RECORDS}" if asked.guide == RECORDS else "",
            now=view.clock.now(),
            moment=view.moment(view.clock.now()),
            last=last,
            script=_for_script(view, hooks, here["id"]),
            face=lambda person: face(person.id, hooks.cast),
            emoji=EMOJI,
            lang=me.language.replace("_", "-"),
            language=OWN_NAMES.get(me.language, me.language),
        )
    )


def _here(view: View, hooks: Hooks, asked: str) -> dict[str, Any]:
    """The place shown; where the person may not go, the first where they may."""
    me, t = view.viewer, page_words(view.viewer.reader)
    if asked == HOME:
        return {"id": "", "kind": HOME, "name": t["home"], "about": t["home_about"], "who": ()}
    channels = hooks.cast.channels_of(me.id)
    chosen = next((each for each in channels if each.id == asked), None)
    if chosen is None and asked != direct(me.id):
        chosen = next(iter(channels), None)
    if chosen is None:
        dm = {"id": direct(me.id), "kind": "direct", "name": t["duly"], "about": t["direct"]}
        return {**dm, "who": ()}
    who = tuple(each for each in hooks.cast.people if each.id in chosen.members)
    about = chosen.purpose
    return {
        "id": chosen.id,
        "kind": "channel",
        "name": f"#{chosen.name}",
        "about": about,
        "who": who,
    }


def _articles(view: View, lines: Sequence[Line], *, inside: bool = False) -> list[dict[str, Any]]:
    shown = view.articles(lines, inside=inside)
    return [shown[each.id] for each in lines if shown[each.id]["html"]]


def _people(view: View, hooks: Hooks) -> list[dict[str, Any]]:
    return [{"person": each, "unread": unread(view, each)} for each in hooks.cast.people]


def unread(view: View, person: Person) -> int:
    return sum(view.timeline.unread(person.id).values())


def _places(view: View, hooks: Hooks) -> list[dict[str, Any]]:
    counts = view.timeline.unread(view.viewer.id)
    channels = hooks.cast.channels_of(view.viewer.id)
    return [{"channel": each, "unread": counts.get(each.id, 0)} for each in channels]


def _guide(view: View, hooks: Hooks, asked: Asked) -> list[dict[str, Any]]:
    reader = view.viewer.reader
    second = tour(hooks.cast, reader)
    if second and asked.guide == RECORDS:
        return _numbered(view, second, RECORDS)
    found = scene(hooks.cast, reader.language, asked.guide)
    if found is None:
        return []
    commands = frozenset(each.name for each in hooks.menu)
    steps = guide(found, reader, commands, next(iter(second), None))
    return _numbered(view, steps, found.asker.id)


def _numbered(view: View, steps: Sequence[Step], name: str) -> list[dict[str, Any]]:
    reader = view.viewer.reader
    return [
        {
            "step": each,
            "count": step(number, len(steps), reader),
            "href": f"{view.base}/?as={each.who}&in={each.place}&guide={each.guide or name}",
        }
        for number, each in enumerate(steps, 1)
    ]


def _for_script(view: View, hooks: Hooks, place: str) -> dict[str, Any]:
    """Everything the script knows; it goes into one attribute of the page."""
    me, t = view.viewer, page_words(view.viewer.reader)
    people = completion.mentions(hooks.cast, me, place)
    words = {name: t[name] for name in SCRIPT}
    return {"menu": completion.commands(hooks.menu, me), "people": people, "words": words}


@cache
def version() -> str:
    """Changes with the script and the styles, so that a browser never keeps old ones."""
    files = sorted((HERE / "static").iterdir())
    return sha256(b"".join(each.read_bytes() for each in files)).hexdigest()[:12]
