"""The words that name a time zone beside an hour: UTC, CET, Beijing time, 北京时间."""

from bot.policy.timefacts import Facts, Groups, Rule, Zone, fact

PLACES = {
    "Asia/Shanghai": "beijing|shanghai|shenzhen|china|北京|上海|深圳|中国|中國",
    "Asia/Hong_Kong": "hk|hong kong|香港|hkt",
    "Asia/Taipei": "taipei|taiwan|台北|臺北|台湾|台灣",
    "Asia/Tokyo": "tokyo|japan|东京|東京|日本|jst",
    "Asia/Singapore": "singapore|新加坡|sgt",
    "Asia/Kolkata": "india|delhi|印度",
    "Europe/London": "london|uk|伦敦|倫敦|英国|英國|bst",
    "Europe/Berlin": "berlin|frankfurt|munich|german|柏林|德国|德國|cet|cest|mez|mesz",
    "Europe/Paris": "paris|巴黎",
    "America/New_York": "new york|ny|eastern|纽约|紐約|美东|美東|et|est|edt",
    "America/Chicago": "chicago|central|芝加哥|ct|cdt",
    "America/Los_Angeles": "la|sf|pacific|seattle|洛杉矶|洛杉磯|美西|pt|pst|pdt",
    "UTC": "utc|gmt|z",
}
ZONES = {word: zone for zone, words in PLACES.items() for word in words.split("|")}
LETTERS = "utc|gmt|z|cet|cest|mez|mesz|bst|hkt|jst|sgt|est|edt|et|cdt|ct|pst|pdt|pt"
CITIES = "|".join(sorted((w for w in ZONES if w.isascii() and w not in LETTERS), key=len)[::-1])
CHINESE_CITIES = "|".join(word for word in ZONES if not word.isascii())


def _offset(found: Groups) -> Facts:
    sign, hours, minutes = found
    if not sign:
        return (Zone("UTC"),)
    if int(hours or 0) > 14 or int(minutes or 0) > 59:  # noqa: PLR2004
        return ()
    return (Zone(f"{sign}{int(hours or 0):02d}:{int(minutes or 0):02d}"),)


def _zone(found: Groups) -> Facts:
    word = (found[0] or "").lower()
    return (Zone(ZONES[word]),)


RULES: tuple[Rule, ...] = (
    ("offset", r"\b(?:utc|gmt)\b(?: ?([+-]) ?(\d{1,2})(?::?(\d{2}))?)?", _offset),
    ("suffix", r"(?<=:\d\d) ?([+-])(\d\d):?(\d\d)", _offset),
    ("zulu", r"(?<=\d)()()()z\b", _offset),
    ("letters", rf"\b({LETTERS})\b", _zone),
    ("ambiguous_letters", r"\b(?:cst)\b", fact(Zone("Asia/Shanghai", "zone"))),
    ("city", rf"\b({CITIES})(?:'s)? time\b", _zone),
    ("chinese_city", rf"({CHINESE_CITIES})(?:时间|時間)", _zone),
)
