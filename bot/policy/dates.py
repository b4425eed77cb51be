"""A moment in people's words: "in 2 hours", "tomorrow 15:00", "Thu EOB", 明天下午三点前.

Policy 2.2.1-reply: who cannot answer in time names a time.
"""

import re
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.policy.calendars import Calendar
from bot.policy.reckoning import Here, Moment, reckon
from bot.policy.timewords import only_joins, phrases_in, plain

LONGEST = 200  # characters of a moment
_DASHED = re.compile(r"(?<![\d-])(\d{1,2})-(\d{1,2})(?=$|T| \d| at\b| ?[上下早晚中])")


def moment(
    words: str, now: datetime, zone: str, calendar: Calendar | None = None
) -> datetime | None:
    """The moment `words` name, in UTC; None where they name none."""
    found = read(words, now, zone, calendar)
    return found.at if found else None


def read(words: str, now: datetime, zone: str, calendar: Calendar | None = None) -> Moment | None:
    """The moment that the whole of `words` names, said by somebody in `zone`; None for none.

    An hour that has passed today is tomorrow's; a day of the week is the next one to come, and
    "by Friday" said on a Friday is that day while it lasts.
    """
    text = _DASHED.sub(r"\1月\2日 ", plain(words).strip(" .!。"))
    if len(text) > LONGEST or "\n" in text:
        return None
    phrases = list(phrases_in(text))
    if len(phrases) != 1:
        return None
    phrase = phrases[0]
    if not only_joins(text[: phrase.start]) or not only_joins(text[phrase.end :]):
        return None
    found = reckon(phrase, text, Here(now, ZoneInfo(zone), calendar))
    return replace(found, words=" ".join(plain(words).split())) if found else None
