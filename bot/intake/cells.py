"""What stands in one cell: each function gives the value, or raises Wrong with what to do."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.events import Account, Platform
from bot.intake.columns import LANGUAGE_NAMES, NO, ROLE_NAMES, YES
from bot.intake.notes import Wrong
from bot.policy.people import ROLES
from bot.words import LANGUAGES, UNSEEN, Code, Quoted, Rows, Say, say

NAME, EMAIL, ID, REALM, ACCOUNT, LIST = 120, 254, 64, 255, 255, 4000  # characters
PIECES = re.compile(r"[;；、,，\n]")
EMAIL_FORM = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+")
PLATFORM = re.compile(r"[a-z][a-z0-9_]{0,30}")
MATRIX_ID = re.compile(r"@[^:]+:.+")
MATRIX_EXAMPLE, SLACK_EXAMPLE = "matrix:corp.example:@ann:corp.example", "slack:T0123:U0456"
DAY = r"(?:\d{4})[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?"
PERIOD = re.compile(rf"({DAY})(?:\s*(?:\.\.|~|～|至|到|–|—|\bto\b)\s*({DAY}))?\s*(.*)", re.DOTALL)
DELEGATE = re.compile(r"(?:delegate|代理人?)\s*[=:：]\s*(\S.*)", re.IGNORECASE | re.DOTALL)
ELSEWHERE = {"": "remote", "remote": "remote", "travelling": "travelling", "远程": "remote"}
ELSEWHERE |= {"遠距": "remote", "traveling": "travelling", "出差": "travelling"}
YEARS = range(2000, 2101)
BROKEN = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!)")


def line(text: str, longest: int = NAME) -> str:
    """One line of visible text."""
    if len(text) > longest:
        raise Wrong(say("This is too long: use at most {count} characters.", count=longest))
    if found := UNSEEN.search(text) or re.search("[\ud800-\udfff]", text):
        code = Code(f"U+{ord(found[0]):04X}")
        raise Wrong(say("A character in it cannot be seen ({code}): type it anew.", code=code))
    if BROKEN.fullmatch(text):
        raise Wrong(say("This is an error of Excel: mend the formula, or type the value."))
    return " ".join(text.split())


def needed(text: str, longest: int = NAME) -> str:
    if not text:
        raise Wrong(say("This cell is empty: fill it in."))
    return line(text, longest)


def number(text: str) -> str:
    """An employee number."""
    if re.search(r"[\s;；、,，]", needed(text, ID)):
        raise Wrong(say("An employee number has no spaces, commas or semicolons."))
    return text


def email(text: str) -> str:
    if text and not EMAIL_FORM.fullmatch(line(text, EMAIL)):
        raise Wrong(say("This is no e-mail address, such as ann@example.com."))
    return text


def pieces(text: str) -> tuple[str, ...]:
    """The parts of a list, however they are separated; each once."""
    if len(text) > LIST:
        raise Wrong(say("This is too long: use at most {count} characters.", count=LIST))
    found = (line(part, LIST) for part in PIECES.split(text))
    return tuple(dict.fromkeys(part for part in found if part))


def yes(text: str) -> bool:
    word = line(text).casefold()
    if word not in YES | NO:
        raise Wrong(say("Write yes or no here."))
    return word in YES


def roles(text: str) -> frozenset[str]:
    return frozenset(_role(word) for word in pieces(text))


def _role(word: str) -> str:
    plain = re.sub(r"[\s\-]+", "_", word.casefold())
    for role in ROLES:
        if plain == role or word.casefold() in map(str.casefold, ROLE_NAMES[role]):
            return role
    raise _unknown(word, ROLES, say("a role"))


def zone(text: str) -> str | None:
    if not text:
        return None
    known = _zones().get(line(text).casefold())
    if known is None:
        raise Wrong(
            say(
                "There is no time zone {word}. Write one such as Asia/Shanghai or Europe/Berlin.",
                word=Quoted(text),
            )
        )
    return known


@cache
def _zones() -> Mapping[str, str]:
    return {name.casefold(): name for name in available_timezones()}


def language(text: str) -> str:
    plain = re.sub(r"[\s_\-]+", " ", line(text).casefold())
    for name in LANGUAGES:
        if plain in (name.casefold().replace("_", " "), *LANGUAGE_NAMES[name]):
            return name
    raise _unknown(text, LANGUAGES, say("a language of ours"))


def calendar(text: str, known: tuple[str, ...]) -> str:
    """Empty: the policy file's first."""
    if not text:
        return known[0]
    if line(text) not in known:
        raise _unknown(text, known, say("a working calendar of the policy file"))
    return text


def _unknown(word: str, options: tuple[str, ...], kind: Say) -> Wrong:
    known = Rows(tuple(map(Code, options)))
    return Wrong(
        say("{word} is not {kind}. Known: {options}.", word=Quoted(word), kind=kind, options=known)
    )


def accounts(text: str) -> tuple[Account, ...]:
    return tuple(dict.fromkeys(account(part) for part in pieces(text)))


def account(text: str) -> Account:
    """`platform:realm:account`. A realm may have a port; a Matrix account is a whole id.

    One that cannot be anybody's would leave its person unheard, and nobody would know why.
    """
    platform, _, rest = text.partition(":")
    realm, mark, id = rest.partition(":@") if ":@" in rest else rest.partition(":")
    id = f"@{id}" if mark == ":@" else id
    short = len(realm) <= REALM and len(id) <= ACCOUNT
    visible = realm and id and not re.search(r"\s", realm + id) and short
    whole = platform != "matrix" or MATRIX_ID.fullmatch(id)
    if not PLATFORM.fullmatch(platform) or not visible or not whole:
        raise Wrong(
            say(
                "{word} is no account: write platform:realm:account, such as {example}.",
                word=Quoted(text),
                example=Code(MATRIX_EXAMPLE if "matrix" in text or "@" in text else SLACK_EXAMPLE),
            )
        )
    return Account(Platform(platform), realm, id)


def written(account: Account) -> str:
    """As people write it; `account` reads it again."""
    return f"{account.platform}:{account.realm}:{account.id}"


def day(text: str) -> date:
    found = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", text)
    try:
        read = date(*map(int, found.groups())) if found else None
    except ValueError:
        read = None
    if read is None or read.year not in YEARS:
        raise Wrong(say("{word} is no date, such as 2026-10-01.", word=Quoted(text)))
    return read


def moment(text: str, home: str, *, ends: bool = False) -> datetime:
    """In UTC. A day without a time begins at midnight in `home`, or `ends` at the next."""
    first, mark, clock = text.replace("T", " ").partition(" ")
    at = datetime.combine(day(first), datetime.min.time(), ZoneInfo(home))
    if not mark:
        return (at + timedelta(days=ends)).astimezone(UTC)
    hour, minute = map(int, clock.strip().split(":")[:2])
    try:
        return at.replace(hour=hour, minute=minute).astimezone(UTC)
    except ValueError:
        raise Wrong(say("{word} is no time, such as 13:30.", word=Quoted(clock))) from None


def period(text: str, home: str) -> tuple[datetime, datetime, str]:
    """From when until when, both days counted, and what is written behind it."""
    found = PERIOD.fullmatch(text)
    if not found:
        raise Wrong(
            say(
                "{word} is no period, such as {example}.",
                word=Quoted(text),
                example=Code("2026-10-01..2026-10-07"),
            )
        )
    start = moment(found[1], home)
    end = moment(found[2] or found[1], home, ends=True)
    if end <= start:
        raise Wrong(say("{word} ends before it begins.", word=Quoted(text)))
    return start, end, found[3].strip()


def delegate(text: str) -> str:
    """Whom what stands behind a period of leave names; "" for nobody."""
    if not text:
        return ""
    found = DELEGATE.fullmatch(text)
    if not found:
        raise Wrong(
            say(
                "{word} is not understood here. Who answers meanwhile is written as {example}.",
                word=Quoted(text),
                example=Code("delegate=E12"),
            )
        )
    return found[1].strip()


def elsewhere(text: str) -> str:
    kind = ELSEWHERE.get(text.casefold())
    if kind is None:
        raise _unknown(text, ("remote", "travelling"), say("a way to work elsewhere"))
    return kind
