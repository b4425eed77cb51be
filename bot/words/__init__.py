"""A text is not a string: it is a sentence with typed values, put into words at sending.

The sentences of the code are English; `*.po` beside this file hold the other languages.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import assert_never

from babel.dates import format_date, format_datetime, get_timezone
from babel.numbers import format_decimal, format_percent

from bot.words.language import LANGUAGES, Language, language

__all__ = [
    "LANGUAGES",
    "Code",
    "Link",
    "Quoted",
    "Reader",
    "Ref",
    "Rows",
    "Say",
    "Share",
    "Value",
    "Who",
    "clean",
    "command_named",
    "render",
    "say",
    "say_many",
    "seen",
]

EXCERPT = 280  # characters of a person's words in one of our sentences
ISOLATE, POP = "\u2068", "\u2069"  # so that right-to-left words do not turn ours around
UNSEEN = re.compile(  # not what joins letters and emoji, nor what chooses a form of them
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e007f]"
)
SURROGATES = re.compile("[\ud800-\udfff]")
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


@dataclass(frozen=True, slots=True)
class Who:
    """A person's name: their own words, so it is quoted, never markup."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words of a person, repeated by us; the only way such words get into a sentence."""

    text: str
    longest: int = EXCERPT


@dataclass(frozen=True, slots=True)
class Ref:
    """A duty's or request's short number: #12."""

    number: int


@dataclass(frozen=True, slots=True)
class Code:
    """Words of ours to be typed as they are, such as a command."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """An address of ours. Where a platform shows no links, it stands there itself."""

    url: str
    label: "Say | None" = None


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, said in per cent."""

    of_one: float


@dataclass(frozen=True, slots=True)
class Say:
    """`many` is the sentence for a `count` that is not one, where the language tells them apart."""

    sentence: str
    values: "tuple[tuple[str, Value], ...]" = ()
    many: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """Several things said one after another, as the language lists them."""

    each: "tuple[Value, ...]"


Value = int | datetime | date | timedelta | Who | Quoted | Ref | Code | Link | Share | Say | Rows


@dataclass(frozen=True, slots=True)
class Reader:
    """In which language and zone somebody, or a channel, reads."""

    language: str = "en"
    zone: str = "UTC"


Quote = Callable[[str], str]


def say(sentence: str, **values: Value) -> Say:
    if any(isinstance(each, datetime) and each.tzinfo is None for each in values.values()):
        raise ValueError("a time without a zone cannot be said")
    return Say(sentence, tuple(values.items()))


def say_many(one: str, many: str, count: int, **values: Value) -> Say:
    return Say(one, (("count", count), *say(one, **values).values), many)


def seen(text: str) -> str:
    """What a reader sees of it: without control characters and tricks of direction."""
    return SURROGATES.sub("\ufffd", UNSEEN.sub("", text))


def clean(text: str, longest: int = EXCERPT) -> str:
    """What a reader sees of it, cut to `longest` characters."""
    words = seen(text[: 4 * longest])
    words = words if len(words) <= longest else words[: longest - 1] + "…"
    return f"{ISOLATE}{words}{POP}" if RIGHT_TO_LEFT.search(words) else words


def render(text: Say | Value, reader: Reader, quote: Quote) -> str:
    """`quote` is an adapter's way to write words of people so that they are never markup."""
    return _words(text, language(reader.language), reader.zone, quote)


def _words(text: Say | Value, tongue: Language, zone: str, quote: Quote) -> str:  # noqa: PLR0911
    match text:
        case Say(sentence, values, many):
            words = {name: _inside(value, tongue, zone, quote) for name, value in values}
            count = dict(values).get("count") if many else None
            form = tongue.plural(sentence, many, count) if many else tongue.sentence(sentence)
            return form.format_map(words)
        case Who(_, name):
            return quote(clean(name))
        case Quoted(words, longest):
            return quote(clean(words, longest))
        case Ref(number):
            return f"#{number}"
        case Code(words):
            return words
        case Link(url, label):
            return f"{_words(label, tongue, zone, quote)} {url}" if label else url
        case Rows(each):
            return tongue.comma.join(_words(one, tongue, zone, quote) for one in each)
        case _:
            return _figure(text, tongue, zone)


def _inside(value: Value, tongue: Language, zone: str, quote: Quote) -> str:
    """Within a sentence, a person's words stay on its line."""
    words = _words(value, tongue, zone, quote)
    return " ".join(words.split()) if isinstance(value, Quoted | Who) else words


def _figure(value: int | date | timedelta | Share, tongue: Language, zone: str) -> str:
    match value:
        case datetime():
            return format_datetime(
                value, tongue.moment, tzinfo=get_timezone(zone), locale=tongue.locale
            )
        case date():
            return format_date(value, tongue.day, locale=tongue.locale)
        case timedelta():
            return _span(value, tongue)
        case Share(of_one):
            return format_percent(of_one, "#,##0.#%", locale=tongue.locale)
        case int():
            return format_decimal(value, locale=tongue.locale)
        case _:
            assert_never(value)


def _span(span: timedelta, tongue: Language) -> str:
    """Working time: hours and minutes, never days, which would be taken for calendar days."""
    hours, minutes = divmod(round(span.total_seconds() / 60), 60)
    parts = [tongue.hours.format(hours)] if hours else []
    if minutes or not hours:
        parts.append(tongue.minutes.format(minutes))
    return tongue.gap.join(parts)


def command_named(word: str) -> str:
    """The command behind `word`: its own name, or one of its names in another language."""
    lowered = word.casefold()
    for tongue in LANGUAGES:
        name = language(tongue).aliases.get(lowered)
        if name is not None:
            return name
    return lowered
