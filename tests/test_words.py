"""Rules about every sentence of the code, in every language."""

import ast
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from bot.store.codec import pack, unpack
from bot.words import (
    Link,
    Quoted,
    Reader,
    Ref,
    Share,
    Who,
    clean,
    command_named,
    render,
    say,
    say_many,
)
from bot.words.language import COMMAND, LANGUAGES
from commands import COMMANDS
from tests.desk import MONDAY

ROOT = Path(__file__).parent.parent
CHINESE = [name for name in LANGUAGES if name != "en"]
SPEAKING = {ROOT / "bot" / "words" / "__init__.py"}  # where they are defined
SPEAKERS = ("say", "say_many")


def calls() -> Iterator[tuple[str, list[str]]]:
    """Every sentence in the code, with its plural where it has one."""
    for folder in ("bot", "adapters", "commands", "reports"):
        for file in sorted(set((ROOT / folder).rglob("*.py")) - SPEAKING):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SPEAKERS:
                    yield str(file.relative_to(ROOT)), _sentences(node)


def _sentences(node: ast.Call) -> list[str]:
    count = 2 if getattr(node.func, "id", "") == "say_many" else 1
    return [ast.literal_eval(each) for each in node.args[:count]]


def catalogue(locale: str) -> dict[str, list[str]]:
    with (ROOT / "bot" / "words" / f"{locale}.po").open("rb") as file:
        entries = [each for each in read_po(file, locale=locale) if each.id]
    found: dict[str, list[str]] = {}
    for each in entries:
        assert not each.fuzzy, each.id
        if each.context != COMMAND:
            plural = not isinstance(each.id, str)
            said = list(each.string or ()) if plural else [str(each.string)]
            found[each.id[0] if plural else str(each.id)] = said
    return found


def gaps(sentence: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(sentence)} - {None}


def test_every_sentence_is_written_out_where_it_is_said() -> None:
    for file, sentences in calls():
        for sentence in sentences:
            assert isinstance(sentence, str), file
            assert gaps(sentence) is not None


@pytest.mark.parametrize("locale", CHINESE)
def test_every_sentence_is_in_the_catalogue_and_none_is_unused(locale: str) -> None:
    said = {sentences[0] for _, sentences in calls()}
    kept = set(catalogue(locale))

    assert sorted(said - kept) == []
    assert sorted(kept - said) == []


@pytest.mark.parametrize("locale", CHINESE)
def test_every_translation_says_something_and_fills_the_same_gaps(locale: str) -> None:
    kept = catalogue(locale)
    for _, sentences in calls():
        for translated in kept.get(sentences[0], []):
            assert translated.strip(), sentences[0]
            assert gaps(translated) - {"count"} == gaps(sentences[0]) - {"count"}, sentences[0]


def test_every_command_has_a_chinese_name_that_leads_to_it() -> None:
    assert command_named("承诺") == "promise"
    assert command_named("承諾") == "promise"
    assert command_named("PROMISE") == "promise"
    for locale in CHINESE:
        with (ROOT / "bot" / "words" / f"{locale}.po").open("rb") as file:
            named = {str(each.id) for each in read_po(file) if each.context == COMMAND}
        assert named == {command.name for command in COMMANDS}


def test_a_time_without_a_zone_cannot_be_said() -> None:
    with pytest.raises(ValueError, match="zone"):
        say("Due {at}.", at=datetime(2026, 3, 2))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("reader", "said"),
    [
        (Reader("en", "Asia/Shanghai"), "Mon 2 Mar, 09:00 1 h 5 min #7 12.5%"),
        (Reader("zh-CN", "Asia/Shanghai"), "3月2日周一 09:00 1 小时 5 分钟 #7 12.5%"),
        (Reader("zh-TW", "Asia/Taipei"), "3月2日週一 09:00 1 小時 5 分鐘 #7 12.5%"),
        (Reader("fr", "Europe/Berlin"), "Mon 2 Mar, 02:00 1 h 5 min #7 12.5%"),
    ],
)
def test_values_are_said_in_the_readers_language_and_zone(reader: Reader, said: str) -> None:
    text = say("{a} {b} {c} {d}", a=MONDAY, b=timedelta(minutes=65), c=Ref(7), d=Share(0.125))

    assert render(text, reader, str) == said


def test_an_address_stands_there_where_no_links_are_shown() -> None:
    bare, named = Link("https://d.example/x"), Link("https://d.example/x", say("Reason"))

    assert render(bare, Reader(), str) == "https://d.example/x"
    assert render(named, Reader("zh_Hans"), str) == "理由 https://d.example/x"
    assert unpack(pack(named)) == named


def test_one_is_told_from_many() -> None:
    one, many = (say_many("{count} day", "{count} days", count) for count in (1, 2))

    assert render(one, Reader(), str) == "1 day"
    assert render(many, Reader(), str) == "2 days"


def test_words_of_people_are_quoted_and_cannot_hide_or_turn_around() -> None:
    text = say("{who}: {what}", who=Who("1", "Ann\u202e{x}"), what=Quoted("a\x00b\u200b" * 200))
    said = render(text, Reader(), lambda words: words.replace("{", "("))

    assert said.startswith("Ann(x}: ababab")
    assert len(said) < 300
    assert clean("שלום") == "\u2068שלום\u2069"
    assert clean("\ud800x") == "\ufffdx"
