"""Days as people type them: a first and a last one, whole days in their own zone."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.command import Refusal, Words
from bot.words import Code, Say, say

DATES = re.compile(r"(\d{4}-\d\d-\d\d)(?: ?(?:-|–|\.\.|to|until|至|到) ?(\d{4}-\d\d-\d\d))?")
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Spell:
    """From the first moment of the first day until the first moment after the last."""

    start: datetime
    end: datetime
    last: datetime  # the beginning of the last day


def read(words: Words, text: str, example: str) -> Spell:
    """Raises Refusal for what is no days, or over already. `example`: a whole command to show."""
    match = DATES.fullmatch(text.strip())
    if match is None:
        raise Refusal(_how(example))
    zone = ZoneInfo(words.zone)
    try:
        first = datetime.combine(datetime.fromisoformat(match[1]), time(), zone)
        last = datetime.combine(datetime.fromisoformat(match[2] or match[1]), time(), zone)
        end = (last + timedelta(days=1)).astimezone(words.now.tzinfo)
    except (ValueError, OverflowError):
        raise Refusal(_how(example)) from None
    if end <= first:
        raise Refusal(say("The last day is before the first. Name the first day first."))
    if end <= words.now:
        raise Refusal(say("These days are over already. Name days to come."))
    if end - first > LONGEST:
        raise Refusal(say("This is more than a year. Name a shorter leave, and then the next."))
    return Spell(first, end, last)


def _how(example: str) -> Say:
    return say("Say from when to when, for example: {example}", example=Code(f"/duly {example}"))
