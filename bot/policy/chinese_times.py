"""The Chinese words that name days, hours and lengths of time, in both scripts. All bounded."""

from bot.policy.numerals import CHINESE_NUMBER, is_range, number
from bot.policy.timefacts import (
    Ahead,
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
    Weekday,
    clock,
    fact,
    multiplied,
)

FEW, FEW_MINUTES, HALF = 3, 5, 0.5
CHINESE_UNITS: dict[str, Length] = dict.fromkeys(("分钟", "分鐘", "分"), Length(1))
CHINESE_UNITS |= dict.fromkeys(("刻钟", "刻鐘"), Length(15))
CHINESE_UNITS |= dict.fromkeys(("小时", "小時", "钟头", "鐘頭"), Length(60))
CHINESE_UNITS |= dict.fromkeys(("天", "日"), Length(days=1))
CHINESE_UNITS |= dict.fromkeys(("周", "週", "星期", "礼拜", "禮拜"), Length(days=7))
CHINESE_UNITS |= {"月": Length(months=1)}
CHINESE_UNITS |= dict.fromkeys(("工作日", "工作天"), Length(working_days=1))
CHINESE_DAYS = {"大后天": 3, "大後天": 3, "后天": 2, "後天": 2, "前天": -2}
CHINESE_DAYS |= dict.fromkeys(("明天", "明日", "明儿", "明兒", "明"), 1)
CHINESE_DAYS |= dict.fromkeys(("今天", "今日", "今儿", "今兒", "今"), 0)
CHINESE_DAYS |= dict.fromkeys(("昨天", "昨日", "昨儿", "昨"), -1)
CHINESE_PARTS: dict[str, Part] = dict.fromkeys(("凌晨", "半夜", "午夜"), "night")
CHINESE_PARTS |= dict.fromkeys(
    ("清晨", "早晨", "早上", "上午", "午前", "早", "晨", "午饭前", "午飯前", "午餐前"), "morning"
)
CHINESE_PARTS |= dict.fromkeys(("中午", "正午"), "noon")
CHINESE_PARTS |= dict.fromkeys(("下午", "午后", "午後"), "afternoon")
CHINESE_PARTS |= dict.fromkeys(
    ("傍晚", "晚上", "晚间", "晚間", "夜里", "夜裡", "晚", "夜"), "evening"
)
MONTHS = range(1, 13)
WEEKS = {"上": -1, "本": 0, "这": 0, "這": 0, "下": 1, "下下": 2}
_SURE: Doubt = ""
CHINESE_WEEKDAYS = "一二三四五六日"

CHINESE_UNIT = (
    r"(分钟|分鐘|分(?=[之以]?[后後内內])|刻钟|刻鐘|小时|小時|钟头|鐘頭|工作日|工作天|天|"
    r"日(?=[之以]?[后後内內])|周(?!年)|週(?!年)|星期|礼拜|禮拜|(?<=[个個])月)"
)
WITHIN = r"(?:之|以)?(?:后|後|内|內)?"


def _chinese_date(found: Groups) -> Facts:
    year, month, day = found
    months, days = int(number(month or "0")), int(number(day or "0"))
    ahead = {"今年": 0, "明年": 1, "后年": 2, "後年": 2}.get(year or "")
    whole = int((year or "").rstrip("年")) if year and ahead is None else None
    return (Dated(days, months, whole, years=ahead),)


def _chinese_day(found: Groups) -> Facts:
    which, day = found
    months = None if not which else int(which.startswith("下"))
    return (Dated(int(number(day or "0")), months=months),)


def _chinese_month_end(found: Groups) -> Facts:
    which = found[0] or ""
    if not which or which[0] in "下本这這":
        return (EndOf("month", int(which.startswith("下"))),)
    month = int(number(which))
    return (EndOf("month", month=month),) if month in MONTHS else ()


def _chinese_year_end(found: Groups) -> Facts:
    return (EndOf("year", int(found[0] == "明")),)


def _chinese_week(found: Groups) -> Facts:
    which, day = (found[0] or "").rstrip("个個 "), (found[1] or "").replace("天", "日")
    if day == "末":
        return (EndOf("weekend", WEEKS.get(which, 0)),)
    if day:
        index = CHINESE_WEEKDAYS.find(day)
        return (Weekday(int(day) - 1 if index < 0 else index, WEEKS.get(which)),)
    return (EndOf("week", WEEKS[which]),) if which else ()


def _chinese_near(found: Groups) -> Facts:
    whole, short, part = found
    if whole:
        return (Ahead(CHINESE_DAYS[whole]),)
    return (Ahead(CHINESE_DAYS[short or ""]), During(CHINESE_PARTS[part or ""]))


def _chinese_part(found: Groups) -> Facts:
    return (During(CHINESE_PARTS[found[0] or ""]),)


def _chinese_clock(found: Groups) -> Facts:
    hour, half, quarters, minutes = found
    past = 30 if half else 15 * int(number(quarters)) if quarters else 0
    return clock(number(hour or "0"), past + (number(minutes) if minutes else 0), "", hour or "")


def _chinese_length(found: Groups) -> Facts:
    few, first, many, half, unit, tail, ago = found
    one = CHINESE_UNITS[unit or ""]
    times, doubt = HALF if first or half or tail else 0.0, _SURE
    if few:
        times, doubt = FEW_MINUTES if one.minutes == 1 else FEW, "vague"
    elif many:
        times += number(many)
        doubt = "vague" if is_range(many) else ""
    length = multiplied(one, times, doubt)
    return (multiplied(length, -1, length.doubt) if ago else length,)


RULES: tuple[Rule, ...] = (
    (
        "chinese_length",
        rf"(?<![第上])(?:(好?[几幾]|[数數])|(半)(?=[个個]?[小钟鐘天])|({CHINESE_NUMBER}))"
        rf"[个個]?(半)? ?{CHINESE_UNIT}(半)?(?:{WITHIN}(?:时间|時間)?)((?:之|以)?前)?",
        _chinese_length,
    ),
    (
        "chinese_date",
        rf"(?:(今年|明年|后年|後年|\d{{4}}年) ?)?({CHINESE_NUMBER})月 ?({CHINESE_NUMBER})[日号號]?",
        _chinese_date,
    ),
    (
        "chinese_month_end",
        rf"((?:下|本|这|這)[个個]?|{CHINESE_NUMBER})?月(?:份|月)?(?:底|末)",
        _chinese_month_end,
    ),
    ("chinese_year_end", r"(今|本|明)?年(?:底|末)", _chinese_year_end),
    (
        "chinese_day",
        rf"(?:((?:下|本|这|"
        rf"這)[个個]?)月的?)?(?<!第)({CHINESE_NUMBER})(?:[号號](?![楼樓线線机機院馆館店厂廠门門])|"
        rf"日)",
        _chinese_day,
    ),
    ("chinese_weekend", r"[周週]末(?=(?:之|以)?前)", fact(EndOf("week"))),
    (
        "chinese_week",
        r"(?:((?:下下|下|上|本|这|這)[个個]?) ?)?(?:周|週|星期|礼拜|禮拜)"
        r"([一二三四五六日天末]|[1-6](?![\d点點:]))?(?:之?[内內](?!容))?",
        _chinese_week,
    ),
    (
        "chinese_near",
        r"(大后天|大後天|后天|後天|前天|(?:[明今昨](?:天|日|儿|兒)(?!气)))|([明今昨])(早|晚|晨|"
        r"夜)上?",
        _chinese_near,
    ),
    ("chinese_after_work", r"(?:下班|收工|放工)(?!了|后|後)", fact(During("day"))),
    (
        "chinese_part",
        r"(凌晨|半夜|午夜|清晨|早晨|早上|上午|午前|午[饭飯餐]前|中午|正午|下午|午后|午後|傍晚|晚上|"
        r"晚间|晚間|"
        r"夜里|夜裡)(?!好)",
        _chinese_part,
    ),
    ("chinese_sooner", r"早(?:些|一?[点點](?![半前钟鐘]))", lambda _: ()),
    ("chinese_later", r"晚(?:些|一?[点點](?!\d|[半前钟鐘]))(?:[时時]候)?", fact(Roughly())),
    ("chinese_dawn", r"一大?早(?!点|點)", fact(During("morning"))),
    ("chinese_short_part", rf"([早晚])(?={CHINESE_NUMBER}[点點:])", _chinese_part),
    (
        "chinese_clock",
        rf"(?<![第有这這几幾\d.])(?:(?<=[午晨天日上])|(?!一[点點](?![半前钟鐘整之]|[一三]刻|"
        rf"[零一二三四五]?十)))"
        rf"({CHINESE_NUMBER})(?:[点點]|(?<=\d)[时時])(?:钟|鐘|整)?"
        rf"(?!建[议議]|意[见見]|[说說]明|要求|[内內]容|[问問原]|想法)"
        rf"(?:(半)|([一三1３3])刻|({CHINESE_NUMBER})分?(?![钟鐘之]))?",
        _chinese_clock,
    ),
)
