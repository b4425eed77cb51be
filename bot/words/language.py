"""What one language brings: its sentences, its way to write a moment, its names of commands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.pofile import read_po

LANGUAGES = ("en", "zh_Hans", "zh_Hant")
FOLDER = Path(__file__).parent
COMMAND = "command"  # the context of a command's name in the catalogues


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    locale: Locale
    moment: str  # CLDR patterns
    day: str
    hours: str
    minutes: str
    gap: str = ""
    comma: str = "、"
    sentences: Mapping[str, str] = field(default_factory=dict)
    plurals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)  # "承诺" -> "promise"

    def sentence(self, english: str) -> str:
        return self.sentences.get(english, english)

    def plural(self, one: str, many: str, count: object) -> str:
        number = count if isinstance(count, int) else 2
        forms = self.plurals.get(one)
        if forms is None:
            return one if number == 1 else many
        return forms[0]  # Chinese has one form


def _chinese(locale: str) -> Language:
    sentences: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    aliases: dict[str, str] = {}
    with (FOLDER / f"{locale}.po").open("rb") as file:
        for entry in read_po(file, locale=locale, abort_invalid=True):
            if entry.context == COMMAND:
                names = str(entry.string).split()
                aliases |= {name.casefold(): str(entry.id) for name in names}
            elif isinstance(entry.id, tuple):
                plurals[entry.id[0]] = tuple(entry.string or ())
            elif entry.id:
                sentences[str(entry.id)] = str(entry.string)
    hour = "{} 小时" if locale == "zh_Hans" else "{} 小時"
    minute = "{} 分钟" if locale == "zh_Hans" else "{} 分鐘"
    return Language(
        locale=Locale.parse(locale),
        moment="M月d日EEE HH:mm",
        day="y年M月d日",
        hours=hour,
        minutes=minute,
        gap=" ",
        sentences=sentences,
        plurals=plurals,
        aliases=aliases,
    )


@cache
def language(locale: str) -> Language:
    """The language of that name, or the nearest: zh-TW reads zh_Hant, anything unknown English."""
    name = locale.replace("-", "_").casefold()
    if name.startswith("zh"):
        wide = any(mark in name for mark in ("hant", "tw", "hk", "mo"))
        return _zh_hant() if wide else _zh_hans()
    return _english()


@cache
def _zh_hans() -> Language:
    return _chinese("zh_Hans")


@cache
def _zh_hant() -> Language:
    return _chinese("zh_Hant")


@cache
def _english() -> Language:
    """English needs no catalogue: the sentences in the code are English."""
    return Language(
        locale=Locale.parse("en"),
        moment="EEE d MMM, HH:mm",
        day="d MMM y",
        hours="{} h",
        minutes="{} min",
        gap=" ",
        comma=", ",
    )
