"""A message as meaning, not as markup: each adapter renders a card in its platform's own way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.events import MessageRef
from bot.words import Say, Value

Tone = Literal["plain", "good", "bad"]
FieldKind = Literal["text", "lines", "choice", "person", "date", "file"]


@dataclass(frozen=True, slots=True)
class Button:
    """Pressing it, or reacting with its emoji, runs `action`: a command line without "/duly"."""

    label: Say
    emoji: str
    action: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Card:
    title: Say
    body: tuple[Say | Value, ...] = ()  # paragraphs
    facts: tuple[tuple[Say, Say | Value], ...] = ()
    buttons: tuple[Button, ...] = ()
    why: Say | None = None  # why the reader gets this; small print
    tone: Tone = "plain"
    about: MessageRef | None = None  # the message it speaks of, to link to


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: Say


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a form asks for. Values are text on every platform; `longest` is in characters."""

    name: str
    label: Say
    kind: FieldKind = "text"
    required: bool = True
    choices: tuple[Choice, ...] = ()
    initial: str = ""
    hint: Say | None = None
    longest: int = 3000
    most: int | None = None  # a whole number from 0 up to it
    named: bool = False  # on the command line it stands as name="value"
    labelled: bool = False  # on a line of its own behind its name: free words may follow

    def pair(self, value: str) -> str:
        """As `name="value"`, whatever the value is."""
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'{self.name}="{escaped}"'


@dataclass(frozen=True, slots=True)
class Form:
    """Submitted, it becomes the command line `command` followed by its fields in order.

    So a form, a typed command and a button end in the same function.
    """

    command: str
    title: Say
    fields: tuple[Field, ...]
    submit: Say
    intro: tuple[Say | Value, ...] = ()
    sealed: bool = False  # adapters seal what is in it before they hand it over (bot.reporting)

    def line(self, values: Mapping[str, str]) -> str:
        given = ((each, values.get(each.name, "").strip()) for each in self.fields)
        return "".join([self.command, *(_part(each, value) for each, value in given if value)])


def _part(field: Field, value: str) -> str:
    if field.labelled:
        return f"\n{field.name}: {value if field.kind == 'lines' else ' '.join(value.split())}"
    if not field.named:
        return f" {value}"
    return f" {field.pair(value)}"
