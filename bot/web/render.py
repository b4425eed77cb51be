"""Sentences as HTML. Words of people can never become markup: all of it is escaped first."""

from dataclasses import dataclass, replace

from markupsafe import Markup, escape

from bot.policy.people import Person
from bot.words import Code, Link, Quoted, Reader, Rows, Say, Value, Who, render, seen

# Control characters, which no words of people keep, stand for our tags until all is escaped.
TAGS = {"\x01": "<code>", "\x02": "</code>", "\x03": "<bdi>", "\x04": "</bdi>"}
TAG = str.maketrans(TAGS)


@dataclass(frozen=True, slots=True)
class Tongue:
    """How one reader is spoken to. In a template: `{{ say(sentence) }}`."""

    reader: Reader

    def __call__(self, text: Say | Value) -> Markup:
        marked = render(_coded(text), self.reader, lambda words: f"\x03{words}\x04")
        return Markup(str(escape(marked)).translate(TAG))

    def plain(self, text: Say | Value) -> str:
        """For titles and attributes."""
        return render(text, self.reader, str)

    def name(self, person: Person) -> Markup:
        return self(Who(person.id, person.name))


def quoted(text: object) -> bool:
    """It is nothing but words of a person, and stands as a block of its own."""
    return isinstance(text, Quoted)


def _coded(text: Say | Value) -> Value:
    match text:
        case Code(words):
            return Code(f"\x01{seen(words)}\x02")
        case Link(url, label):
            coded = Code(f"\x01{seen(url)}\x02")
            return coded if label is None else Rows((_coded(label), coded))
        case Say(_, values, _):
            return replace(text, values=tuple((name, _coded(each)) for name, each in values))
        case Rows(each):
            return Rows(tuple(_coded(one) for one in each))
        case _:
            return text
