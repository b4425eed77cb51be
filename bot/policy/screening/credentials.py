"""What opens a door for whoever reads it: passwords, tokens, keys. Policy 4.2.1.

Whether a password is a good one is nobody's business here, and none is ever tried.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator

from bot.policy.screening.folding import Text
from bot.policy.screening.numbers import tail
from bot.policy.screening.rules import Hit, Screening

MANY = 100
LONG = 20  # characters of what may show its end
TRIGGER = re.compile(
    r"passw|passph|passcode|pwd|密[码碼钥鑰]|口令|secret|token|api.?key|access.?key|-----begin|://|akia"
    r"|asia|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|aiza|sk[-_]|ltai|akid|eyj"
)
WORD = r"(?:passwords?|passwd|passcode|passphrase|pwd|密码|密碼|口令)"
FOR_WHAT = r"(?: (?:for|of|to|on)(?: [\w.@-]{1,24}){1,3}?)?"
SAYS = r"(?:=>?|:=?|\bis\b|(?<=[码碼令])[ \t]{0,2}[是为為])"
PASSWORD = re.compile(
    rf"(?:(?<![a-z])|(?<=_)){WORD}{FOR_WHAT}[\"']?[ \t]{{0,3}}{SAYS}"
    r"[ \t]{0,3}[\"'`“‘「《<]?(?P<value>[!-~]{4,128})"
    r"|(?:密码|密碼|口令)[ \t]{0,2}(?P<bare>[!-~]{6,128})"
)
ASSIGNED = re.compile(
    r"(?<![a-z])(?:api[ _-]?key|secret(?:[ _-]?(?:access[ _-]?)?key)?|access[ _-]?(?:key|token)"
    r"|(?:auth|bearer|bot|app|refresh)?[ _-]?token|密钥|密鑰)"
    r"[\"']?[ \t]{0,3}(?:=>?|:=?|\bis\b|是|为|為)[ \t]{0,3}[\"'`“「]?"
    r"(?P<value>[A-Za-z0-9_\-./+=~]{16,200})",
    re.IGNORECASE,
)
TOKEN = re.compile(
    r"(?<![0-9A-Za-z])(?:(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])|gh[pousr]_[0-9A-Za-z]{36,255}"
    r"|github_pat_[0-9A-Za-z_]{40,255}|glpat-[\w-]{20,64}|xox[abprs]-[0-9A-Za-z-]{20,255}"
    r"|AIza[\w-]{35}|sk-(?:[a-z]{2,10}-){0,2}[A-Za-z0-9_]{24,200}|sk_live_[0-9A-Za-z]{20,200}"
    r"|LTAI[0-9A-Za-z]{16,24}(?![0-9A-Za-z])|AKID[0-9A-Za-z]{32}(?![0-9A-Za-z])"
    r"|eyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{10,1000}"
    r"|https://hooks\.slack\.com/services/T\w{6,12}/B\w{6,12}/\w{20,30})"
)
KEY = re.compile(
    r"-----BEGIN (?:[A-Z]{2,9} ){0,2}PRIVATE KEY(?: BLOCK)?-----\s{0,8}([A-Za-z0-9+/=]{20,80})"
)
IN_ADDRESS = re.compile(
    r"(?<![a-z0-9])[a-z][a-z0-9+.-]{1,15}://[^\s/:@?#]{0,100}:(?P<value>[^\s/@?#]{3,200})@"
)
HOLDER = re.compile(  # stands for a value, and is none …
    r"\$\{|\{\{|\(|<[a-z_]|\*{2,}|x{4,}|\.{3}|your|example|changeme|placeholder|redacted|dummy"
    r"|sample|\u2022",
    re.IGNORECASE,
)
BEGINS = re.compile(  # … as what begins like this
    r"[<\[{%$/]|(?:os|process|env|config|settings|self|this|args|var)[.\[]"
    r"|https?:(?!//hooks\.)|(?:none|null|true|false|required|optional|n/a)(?![a-z0-9])",
    re.IGNORECASE,
)
DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}:\d\d")
PIN = re.compile(r"\d{6,12}")
LEAST = 6
PARTS = 3  # hyphens of a phrase that serves as one
RANDOM = 3.0  # bits a character, of what no person made up
ENDS = ".,!?;:)]}>\"'`"


def hits(text: Text, rules: Screening) -> Iterator[Hit]:
    if TRIGGER.search(text.low) is None:
        return
    taken: list[tuple[int, int]] = []
    for rule, pattern in SEARCHES:
        if rules.rules[rule] == "off":
            continue
        for number, found in enumerate(pattern.finditer(_read(rule, text))):
            if number == MANY:
                break
            span = _span(rule, text.plain, found)
            if span and not any(a < span[1] and span[0] < b for a, b in taken):
                taken.append(span)
                secret = text.plain[slice(*span)]
                shown = tail(secret) if rule == "token" and len(secret) >= LONG else ""
                yield Hit(rule, *text.place(*span), secret, shown)


def _read(rule: str, text: Text) -> str:
    """Passwords are found by words of any case; tokens are of one."""
    return text.low if rule in ("password", "url-password") else text.plain


def _span(rule: str, plain: str, found: re.Match[str]) -> tuple[int, int] | None:
    groups = found.groupdict()
    name = next((each for each in ("value", "bare") if groups.get(each)), 0)
    start, end = found.span(1) if rule == "private-key" else found.span(name)
    value = plain[start:end].rstrip(ENDS) if name else plain[start:end]
    if rule != "private-key" and (HOLDER.search(value) or BEGINS.match(value)):
        return None
    fits = {"password": _secret, "assigned": _made}.get(_which(rule, name), _any)
    return (start, start + len(value)) if fits(value) else None


def _which(rule: str, name: str | int) -> str:
    return "assigned" if rule == "token" and name else rule


def _any(value: str) -> bool:
    return bool(value)


def _secret(value: str) -> bool:
    """No word of a sentence: digits and letters, a sign among letters, or a number by itself."""
    if len(value) < LEAST or DATE.match(value):
        return False
    if value.isdigit():
        return PIN.fullmatch(value) is not None
    letters = any(one.isalpha() for one in value)
    digits = any(one.isdigit() for one in value)
    signs = any(not one.isalnum() and one not in "-'./_," for one in value)
    return (letters and (digits or signs)) or value.count("-") >= PARTS


def _made(value: str) -> bool:
    """Letters and digits as chance throws them; no path, no name."""
    if not any(map(str.isdigit, value)) or not any(map(str.isalpha, value)):
        return False
    size = len(value)
    bits = -sum(n / size * math.log2(n / size) for n in Counter(value).values())
    return bits >= RANDOM


SEARCHES = (
    ("private-key", KEY),
    ("token", TOKEN),
    ("token", ASSIGNED),
    ("url-password", IN_ADDRESS),
    ("password", PASSWORD),
)
