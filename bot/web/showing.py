"""Pages as HTML: the frame around them, in the reader's language, zone and light."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.card import Card
from bot.effects import Deliverable, OpenForm, Send, Upload, Whisper
from bot.store.notes import Note
from bot.web.filling import Filling
from bot.web.menu import menu
from bot.web.render import Tongue, quoted
from bot.web.sentences import OWN_NAMES, PHRASES
from bot.web.trouble import Trouble
from bot.web.visitors import Visitor
from bot.words import LANGUAGES, Code, Reader, Say, say
from bot.words.language import language

HERE = Path(__file__).parent
STATIC = HERE / "static"


@dataclass(frozen=True, slots=True)
class View:
    """What one page shows. `path` is where it is, and where its forms lead back to."""

    template: str
    title: Say
    path: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Around:
    """What is known when a page is drawn, whatever it shows."""

    base: str
    reader: Reader
    now: datetime
    nonce: str  # makes what is sent from this page different from anything before
    visitor: Visitor | None = None
    notes: Sequence[Note] = ()
    asked: str | None = None  # which deed of theirs the page is to tell the answer to
    people: Sequence[str] = ()  # whom a form may offer
    held: Mapping[str, str] = field(default_factory=dict)  # files that forms hold: ids and names
    entrance: str = ""  # where a stranger can sign in at the company's provider


def page(view: View, around: Around) -> str:
    tongue, visitor = Tongue(around.reader), around.visitor
    return (
        _templates()
        .get_template(view.template)
        .render(
            say=tongue,
            t={name: tongue(text) for name, text in PHRASES.items()},
            title=view.title,
            here=view.path,
            lang=str(language(around.reader.language).locale).replace("_", "-"),
            languages=[(each, OWN_NAMES[each]) for each in LANGUAGES],
            spoken=str(language(around.reader.language).locale),
            version=_version(),
            base=around.base,
            times=say(
                "Times are in {zone}; it is {now}.", zone=Code(around.reader.zone), now=around.now
            ),
            nonce=around.nonce,
            visitor=visitor,
            menu=menu(visitor) if visitor else (),
            notes=[(note, _card(note.effect), _filling(note)) for note in around.notes],
            people=around.people,
            held=around.held,
            entrance=around.entrance,
            asked=around.asked,
            answered=any(note.asked == around.asked for note in around.notes),
            **view.values,
        )
    )


def _card(effect: Deliverable) -> Card | None:
    return effect.card if isinstance(effect, Send | Whisper | Upload) else None


def _filling(note: Note) -> Filling | None:
    return Filling(note.id, note.effect.form) if isinstance(note.effect, OpenForm) else None


def trouble(wrong: Trouble, around: Around) -> str:
    return page(View("trouble.html", wrong.title, "", {"body": wrong.body}), around)


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.tests["quoted"] = quoted
    return made


@cache
def _version() -> str:
    """Of the style, so that a browser asks for it when it has changed."""
    return sha256((STATIC / "web.css").read_bytes()).hexdigest()[:12]
