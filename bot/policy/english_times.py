"""The English words that name days, hours and lengths of time. Every pattern is bounded."""

from collections.abc import Mapping

from bot.policy.numerals import LATIN_NUMBER, number
from bot.policy.timefacts import (
    DAY,
    Ahead,
    Clock,
    Dated,
    Doubt,
    During,
    EndOf,
    Facts,
    Groups,
    Length,
    Part,
    Roughly,
    Rule,
    Stretch,
    Weekday,
    clock,
    fact,
    multiplied,
)

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
WEEKDAY = (
    r"(mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday|s)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|"
    r"sat(?:urday)?|sun(?:day)?)"
)
LATIN_UNITS: dict[str, Length] = dict.fromkeys(("m", "min", "mins", "minute", "minutes"), Length(1))
LATIN_UNITS |= dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), Length(60))
LATIN_UNITS |= dict.fromkeys(("d", "day", "days"), Length(days=1))
LATIN_UNITS |= dict.fromkeys(("w", "wk", "wks", "week", "weeks"), Length(days=7))
LATIN_UNITS |= dict.fromkeys(("fortnight", "fortnights"), Length(days=14))
LATIN_UNITS |= dict.fromkeys(("month", "months"), Length(months=1))
FEW, FEW_MINUTES, COUPLE, HALF = 3, 5, 2, 0.5
LATIN_PARTS: dict[str, Part] = {
    "morning": "morning",
    "afternoon": "afternoon",
    "evening": "evening",
    "night": "evening",
}
STRETCHES: Mapping[str, Stretch] = {"w": "week", "m": "month", "q": "quarter", "y": "year"}
RANGE_WORD = r" ?(?:-|~|to|or) ?"
UNIT = r"(minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|wks?|w|fortnights?|months?)\b"
AM_PM = r" ?([ap])\.?m\b\.?"
HOUR_ENDS = (
    r"(?=$|[ ]?[,.;!?)\n]| (?:today|tonight|tomorrow|tmr|on|sharp|latest|the latest|at the latest|"
    r"in the|this|then|if|but|and|utc|gmt|cet|cest|hkt|et|beijing|london|berlin)\b)"
)


def _year_month_day(found: Groups) -> Facts:
    year, month, day = found
    return (Dated(int(day or 0), int(month or 0), int(year or 0)),)


def _day_month_year(found: Groups) -> Facts:
    """Day first, as the company writes it, unless only the other order is a date."""
    first, second, year = int(found[0] or 0), int(found[1] or 0), found[2]
    whole = int(year) + (2000 if len(year) == len("26") else 0) if year else None
    if second > len(MONTHS) >= first:
        return (Dated(second, first, whole),)
    either = first != second and first <= len(MONTHS)
    return (Dated(first, second, whole, doubt="day_or_month" if either else ""),)


def _colon_clock(found: Groups) -> Facts:
    hour, minutes, half = found
    return clock(int(hour or 0), int(minutes or 0), half or "", hour or "")


def _latin_hour(found: Groups) -> Facts:
    return clock(number(found[0] or "0"), 0, (*found, "")[1] or "", found[0] or "")


def _military(found: Groups) -> Facts:
    return (Clock(int(found[0] or 0) * 60 + int(found[1] or 0), sure=True),)


def _spoken_clock(found: Groups) -> Facts:
    """Quarter past three, ten to five."""
    much, way, hour = (found[0] or "").lower(), (found[1] or "").lower(), found[2] or "0"
    minutes = {"half": 30.0, "quarter": 15.0}.get(much) or number(much)
    whole = number(hour)
    if way in ("to", "till", "before"):
        whole, minutes = whole - 1, 60 - minutes
    return clock(whole, minutes, "", hour)


def _latin_length(found: Groups) -> Facts:
    few, many, upto, working, unit, rest, ago = found
    one = LATIN_UNITS[(unit or "").lower()]
    if working and one.days == 1:
        one = Length(working_days=1)
    times, doubt = _times(few or many or "a", upto, one)
    length = multiplied(one, times + (HALF if rest else 0), doubt)
    return (multiplied(length, -1, length.doubt) if ago else length,)


def _times(words: str, upto: str | None, one: Length) -> tuple[float, Doubt]:
    words = words.lower()
    if upto:
        return number(upto), "vague"
    if words.startswith(("couple", "a couple")):
        return COUPLE, "vague"
    if words.endswith(("few", "several")):
        return (FEW_MINUTES if one.minutes == 1 else FEW), "vague"
    half = HALF if words.endswith("and a half") else 0
    bare = words.removesuffix(" and a half")
    return (HALF if "half" in bare else number(bare) + half), ""


def _latin_near(found: Groups) -> Facts:
    word = (found[0] or "").lower()
    if word == "tonight":
        return (Ahead(0), During("evening"))
    if word == "last night":
        return (Ahead(-1), During("evening"))
    return (Ahead({"day a": 2, "overm": 2, "today": 0, "yeste": -1}.get(word[:5], 1)),)


def _latin_part(found: Groups) -> Facts:
    lead, part = (found[0] or "").lower(), LATIN_PARTS[(found[1] or "").lower()]
    if lead.startswith("this"):
        return (Ahead(0), During(part))
    return (During(part, alone=bool(lead)),)


def _latin_weekday(found: Groups) -> Facts:
    which, day = (found[0] or "").lower(), WEEKDAYS.index((found[1] or "")[:3].lower())
    week = {"next": 1, "this": 0, "last": -1}.get(which)
    return (Weekday(day, week, asked=which == "next"),)


def _latin_date(day: str | None, month: str | None, year: str | None) -> Facts:
    return (
        Dated(
            int(day or 0), MONTHS.index((month or "")[:3].lower()) + 1, int(year) if year else None
        ),
    )


def _day_of_month(found: Groups) -> Facts:
    return (Dated(int(found[0] or 0), months=1 if found[1] else None),)


def _end_of(found: Groups) -> Facts:
    which, stretch = (found[0] or "").lower(), (found[1] or "").lower()
    ahead = int("next" in which)
    if stretch[:3] in MONTHS and stretch != "month":
        return (EndOf("month", month=MONTHS.index(stretch[:3]) + 1),)
    return (EndOf(STRETCHES[stretch[0]], ahead),)


def _short_end_of(found: Groups) -> Facts:
    return (EndOf(STRETCHES[(found[0] or "").lower()]),)


def _latin_week(found: Groups) -> Facts:
    which, stretch = (found[0] or "").lower(), (found[1] or "").lower()
    if stretch == "weekend":
        return (EndOf("week" if which == "before the" else "weekend", int(which == "next")),)
    return (EndOf("month" if stretch == "month" else "week", int(which == "next")),)


RULES: tuple[Rule, ...] = (
    ("iso", r"(?<![\d.])(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:t(?=\d\d:)|(?!\d))", _year_month_day),
    ("military", r"\b([01]\d|2[0-3])([0-5]\d) ?h(?:rs?|ours)?\b", _military),
    (
        "length",
        rf"(?<!for )\b(?:(?:with)?in (?:the next )?)?(?:(a couple(?: of)?|couple(?: of)?|a few|few|"
        rf"several)"
        rf"|(half an?|an? half|{LATIN_NUMBER}(?: and a half)?|an?\b)"
        rf"(?:{RANGE_WORD}({LATIN_NUMBER}))?)[ -]?"
        rf"(?:more |full )?(business |working |work )?{UNIT}"
        rf"( and a half\b)?(?: from now| time\b)?( ago| earlier| before)?",
        _latin_length,
    ),
    (
        "whole_length",
        rf"\b(?:with)?in the (?:next )?{UNIT}",
        lambda found: (LATIN_UNITS[(found[0] or "").lower()],),
    ),
    (
        "hour_in_the",
        rf"\b(\d{{1,2}}|{LATIN_NUMBER})(?= (?:in the (?:morning|afternoon|evening)|at night)\b)",
        _latin_hour,
    ),
    (
        "colon",
        rf"(?<![\d:.])(\d{{1,2}}):(\d{{2}})(?::\d{{2}}(?:\.\d{{1,6}})?)?(?![\d:])(?:{AM_PM})?",
        _colon_clock,
    ),
    ("dotted", rf"(?<![\d.])(\d{{1,2}})\.(\d{{2}}){AM_PM}", _colon_clock),
    ("half_day", rf"(?<![\d.:])(\d{{1,2}}){AM_PM}", _latin_hour),
    ("oclock", rf"({LATIN_NUMBER}) ?o'?clock\b", _latin_hour),
    (
        "spoken",
        rf"(?:\ba )?\b(half|quarter|five|ten|twenty[- ]five|twenty|\d\d?)(?: minutes?)? (past|"
        rf"after|to|till) "
        rf"({LATIN_NUMBER})\b(?! ?(?:people|times|of))",
        _spoken_clock,
    ),
    ("dmy", r"(?<![\d.])(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)", _day_month_year),
    (
        "slashed",
        r"(?<![\d/.])(?!24/7)(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d\d))?(?![\d/%])(?! ?of\b)",
        _day_month_year,
    ),
    (
        "day_month",
        rf"\b(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{MONTH}\b\.?(?:,? (\d{{4}})\b)?",
        lambda found: _latin_date(*found),
    ),
    (
        "month_day",
        rf"\b{MONTH}\b\.? (\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])(?:,? (\d{{4}})\b)?",
        lambda found: _latin_date(found[1], found[0], found[2]),
    ),
    (
        "day_of_month",
        r"\bthe (\d{1,2})(?:st|nd|rd|th)(?: of (?:(next)|this) month|(?=$|[^ \w]| (?:at|by|in|"
        r"before|around|"
        r"latest|then|and|or|if|\d)))",
        _day_of_month,
    ),
    (
        "end_of",
        rf"\b(?:the )?end of (the |this |next |)(week|month|quarter|year|{MONTH[1:-1]})\b",
        _end_of,
    ),
    ("short_end_of", r"\beo([wmqy])\b", _short_end_of),
    (
        "day_end",
        r"\b(?:(?:the )?(?:end|close) of (?:the )?(?:business day|working day|work day|day|"
        r"business|play)"
        r"|eod|eob|cob)\b|\b(?:the )?end of(?= (?:today|tomorrow|tmr|mon|tue|wed|thu|fri|sat|sun))",
        fact(During("day")),
    ),
    ("early_week", r"\bearly (?=next week\b)", fact(Roughly())),
    (
        "latin_week",
        r"\b(?:(before the|over the|this|next) )(weekend|week|month)\b(?!')",
        _latin_week,
    ),
    ("bare_weekend", r"\bthe weekend\b", fact(EndOf("weekend"))),
    (
        "latin_near",
        r"\b(?:the )?(day after tomorrow|overmorrow|tomm?orr?ow|tmrw?|tmw|tomo|2moro|today|tonight|"
        r"yesterday|last night)\b(?!')",
        _latin_near,
    ),
    ("first_thing", r"\bfirst thing(?: in the morning)?\b", fact(During("morning"))),
    ("before_lunch", r"\bbefore lunch\b", fact(During("morning"))),
    ("after_lunch", r"\bafter lunch\b", fact(During("afternoon"), Roughly())),
    ("latin_part", r"(?:\b(this|in the) )?\b(morning|afternoon|evening|night)\b", _latin_part),
    ("noon", r"\b(?:noon|midday)\b", fact(During("noon"))),
    ("midnight", r"\bmidnight\b", fact(Clock(DAY, sure=True))),
    ("latin_weekday", rf"\b(?:(next|this|last) |coming )?{WEEKDAY}\b\.?(?!')", _latin_weekday),
    (
        "bare_hour",
        rf"(?:(?<=\bat )|(?<=\bby )|(?<=\bbefore )|(?<=\baround )|(?<=\buntil )|(?<=\btill ))"
        rf"(\d{{1,2}}|{LATIN_NUMBER}){HOUR_ENDS}",
        _latin_hour,
    ),
)
