"""A moment in people's words: "in 2 hours", "tomorrow 15:00", "Thu 17:00", 明天下午3点.

Policy 2.2.1-reply: who cannot answer in time names a time. Days without an hour end at 18:00.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

EVENING = time(18)  # what "by Thursday" means
UNITS = {
    "minutes": ("m", "min", "mins", "minute", "minutes", "分钟", "分鐘", "分"),
    "hours": (
        "h",
        "hr",
        "hrs",
        "hour",
        "hours",
        "小时",
        "小時",
        "个小时",
        "個小時",
        "钟头",
        "鐘頭",
    ),
    "days": ("d", "day", "days", "天", "日"),
    "weeks": ("w", "week", "weeks", "周", "週", "星期", "个星期", "個星期"),
}
UNIT = {word: unit for unit, words in UNITS.items() for word in words}
SPAN = re.compile(
    r"(?:in )?(\d{1,5}|[一二两兩三四五六七八九十半]) ?([a-z]{1,7}|[^\W\d_a-z]{1,3}?)"
    r"(?:之?[后後]|以?[内內])?"
)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CHINESE = "一二三四五六日"
DIGITS = {word: number for number, word in enumerate("一二三四五六七八九十", 1)} | {
    "两": 2,
    "兩": 2,
}
NEAR = {
    "today": 0,
    "tonight": 0,
    "tomorrow": 1,
    "今天": 0,
    "今日": 0,
    "明天": 1,
    "明日": 1,
    "后天": 2,
    "後天": 2,
}
HOUR = re.compile(
    r"(?:at )?(上午|早上|下午|晚上|傍晚|中午)?(\d{1,2})(?:[:点點时時](\d{2}|半)?分?)? ?(am|pm)?"
)
DAY_WEEK = re.compile(
    r"(?:(next|下个?|下個?)? ?)(?:周|週|星期|礼拜|禮拜)?([a-z]{3,9}|[一二三四五六日天])"
)
DAY_MONTH = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?")


def moment(words: str, now: datetime, zone: str) -> datetime | None:
    """The moment `words` name, in the zone of who says them; None where they name none.

    An hour that has passed today is tomorrow's; a day of the week is the next one.
    """
    text = " ".join(unicodedata.normalize("NFKC", words).casefold().split())
    text = re.sub(r"^(?:by|before|until|till|至|到|于|於)\s*", "", text)
    text = re.sub(r"(?:之?前|以前)$", "", text).strip()
    here = now.astimezone(ZoneInfo(zone))
    readers: tuple[Callable[[str, datetime], datetime | None], ...] = (_iso, _span, _day_and_hour)
    for read in readers:
        try:
            found = read(text, here)
        except (ValueError, OverflowError):
            continue
        if found is not None:
            return _within_time(found, now)
    return None


def _within_time(found: datetime, now: datetime) -> datetime | None:
    """None for what lies beyond what can be reckoned with."""
    try:
        return found.astimezone(now.tzinfo)
    except (ValueError, OverflowError):
        return None


def _iso(text: str, here: datetime) -> datetime | None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d[t ]\d\d:\d\d(?::\d\d)?(?:z|[+-]\d\d:\d\d)?", text):
        return None
    found = datetime.fromisoformat(text.upper())
    return found if found.tzinfo else found.replace(tzinfo=here.tzinfo)


def _span(text: str, here: datetime) -> datetime | None:
    match = SPAN.fullmatch(text)
    unit = UNIT.get(match[2].removeprefix("个")) if match else None
    if match is None or unit is None:
        return None
    number = 0.5 if match[1] == "半" else DIGITS.get(match[1]) or int(match[1])
    return here + timedelta(**{unit: number})


def _day_and_hour(text: str, here: datetime) -> datetime | None:
    if text in ("eod", "end of day", "cob", "下班"):
        return _on(here, 0, EVENING)
    for day, rest in _days(text, here):
        hour = _hour(rest.strip(" ,的"))
        if hour is not None:
            return _on(here, day, hour)
    hour = _hour(text) if re.search(r"[:点點时時]|am|pm", text) else None
    if hour is None:
        return None
    return _on(here, 0 if hour > here.time() else 1, hour)


def _days(text: str, here: datetime) -> list[tuple[int, str]]:
    """How many days ahead the words begin by naming, and what is left of them."""
    found = [(days, text[len(word) :]) for word, days in NEAR.items() if text.startswith(word)]
    if match := DAY_MONTH.match(text):
        year = int(match[1] or here.year)
        day = here.date().replace(year=year, month=int(match[2]), day=int(match[3]))
        if not match[1] and day < here.date():
            day = day.replace(year=year + 1)
        found.append(((day - here.date()).days, text[match.end() :]))
    elif (match := DAY_WEEK.match(text)) and (number := _weekday(match)) is not None:
        ahead = (number - here.weekday()) % 7 or 7
        if match[1] and match[1] != "next":  # 下周三: of the week that follows this one
            ahead = 7 - here.weekday() + number
        found.append((ahead, text[match.end() :]))
    return found


def _weekday(match: re.Match[str]) -> int | None:
    word = match[2].replace("天", "日")
    if word in CHINESE:
        prefix = match[0][: match.start(2) - match.start()]
        return CHINESE.index(word) if prefix.strip() else None
    return next((n for n, day in enumerate(WEEKDAYS) if word.startswith(day)), None)


def _hour(text: str) -> time | None:
    """18:00 where no hour is named; None where the words are no hour."""
    if text in ("", "eod", "eob", "cob", "end of day", "下班"):
        return EVENING
    match = HOUR.fullmatch(text)
    if match is None:
        return None
    hour, minute = int(match[2]), 30 if match[3] == "半" else int(match[3] or 0)
    late = match[4] == "pm" or match[1] in ("下午", "晚上", "傍晚")
    if late and hour < 12:  # noqa: PLR2004
        hour += 12
    return time(0 if match[4] == "am" and hour == 12 else hour, minute)  # noqa: PLR2004


def _on(here: datetime, days: int, hour: time) -> datetime:
    return datetime.combine(here.date() + timedelta(days=days), hour, here.tzinfo)
