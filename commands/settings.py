"""/duly settings: my zone, language and pause; the hour of my digest. Policy 1.3-moderate."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import time

from bot.card import Button, Card, Field, Form
from bot.command import Call, Command, Refusal, Words
from bot.handlers import digests
from bot.words import Code, Say, Value, say

WORDS = ("digest", "摘要", "每日摘要")
HOUR = re.compile(r"(\d{1,2})(?:[:.点點时時h](\d{2})?分?)?")
LANGUAGES = {  # each in its own words
    "en": "English",
    "zh_Hans": "简体中文",
    "zh_Hant": "繁體中文",
}


@dataclass(frozen=True, slots=True)
class Setting:
    show: bool = True
    digest_at: time | None = None  # None, where nothing is to be shown: still to be asked


def parse(words: Words) -> Setting:
    first, _, rest = words.text.strip().partition(" ")
    if not first:
        return Setting()
    if first.casefold() not in WORDS:
        raise Refusal(_how())
    return Setting(show=False, digest_at=_hour(rest) if rest.strip() else None)


def _hour(text: str) -> time:
    found = HOUR.fullmatch(unicodedata.normalize("NFKC", text).strip().casefold())
    try:
        if found is not None:
            return time(int(found[1]), int(found[2] or 0))
    except ValueError:
        pass
    raise Refusal(_how())


def _how() -> Say:
    return say(
        "Say the hour of your digest, for example: {example}",
        example=Code("/duly settings digest 10:00"),
    )


def run(call: Call, setting: Setting) -> Card | Form:
    if setting.show:
        return _shown(call)
    if setting.digest_at is None:
        return Form("settings digest", say("When is your digest to come?"), FIELDS, say("Set"))
    return _set(call, setting.digest_at)


def _set(call: Call, at: time) -> Card:
    person = call.person.id
    call.tx.preferences.set_digest(person, at)
    digests.anew(call.tx, person)
    following = digests.next_hour(call.tx, person, call.now)
    shown: tuple[tuple[Say, Say | Value], ...] = ()
    if following is not None:
        shown = ((say("The next one"), following),)
    return Card(
        say("Your digest comes at {at}.", at=Code(f"{at:%H:%M}")),
        facts=shown,
        why=say("On your working days, if there is something to say, and in your working time."),
        tone="good",
    )


def _shown(call: Call) -> Card:
    person, home = call.person.id, call.tx.home()
    reader = call.tx.people.reader(call.account, home)
    paused = call.tx.preferences.paused_until(person)
    pause = say("None")
    if paused is not None and paused > call.now:
        pause = say("until {until}", until=paused)
    return Card(
        say("Your settings"),
        facts=(
            (say("Time zone"), Code(str(digests.zone_of(call.tx, person)))),
            (say("Language"), Code(LANGUAGES.get(reader.language, reader.language))),
            (say("Daily digest"), _digest(call)),
            (say("Pause"), pause),
        ),
        buttons=(
            Button(say("Another hour for the digest"), "🕐", "settings digest"),
            Button(say("Pause your nudges"), "⏸️", "pause"),
        ),
        why=say("Time zone and language come from the directory; HR can change them."),
    )


def _digest(call: Call) -> Say | Code:
    if not call.book.nudges.digest:
        return say("Switched off for the whole company")
    return Code(f"{digests.hour_of(call.tx, call.person.id):%H:%M}")


FIELDS = (
    Field(
        "at",
        say("At what hour?"),
        hint=say("For example {example}, in your own time zone.", example=Code("10:00")),
        longest=10,
    ),
)


COMMAND = Command(
    name="settings",
    usage="settings digest HH:MM",
    summary=say("My settings, and the hour of my digest."),
    examples=("", "digest 10:00", "digest", "摘要 10点30分"),
    parse=parse,
    run=run,
    fields=FIELDS,
)
