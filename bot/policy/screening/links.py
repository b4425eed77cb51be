"""Links that lead elsewhere than they look. Policy 4.2.3.

Nothing is opened and nobody is asked: only the words of the link are looked at.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from typing import Any

from bot.policy.lookalikes import FREE, Known
from bot.policy.screening.folding import Text
from bot.policy.screening.rules import Hit, Screening

MANY = 100
HAN = "\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff"
TRIGGER = re.compile(r"://|[\w-]\.[^\W\d_]{2}|www\.")
LINK = re.compile(
    r"(?:(?<![a-z])(?:h(?:tt|xx)ps?|ftp)://|(?<![\w.-])(?=www\.))"
    r"(?P<rest>(?:\[[0-9a-f:.]{2,45}\])?(?:[^\s<>\"'“”‘’()（）\[\]【】{}，。；、！？《》|]|[。](?=[a-z0-9])){0,2048})"
)
BARE = re.compile(
    rf"(?<![^\W{HAN}])(?<![@./-])(?:[^\W{HAN}_][^\W{HAN}_-]?(?:[^\W{HAN}_]|-){{0,60}}\.){{1,5}}"
    rf"(?:xn--[a-z0-9-]{{2,50}}|[^\W\d{HAN}_]{{2,24}})(?![^\W{HAN}])(?!@)"
)
SHOWN = re.compile(  # what is written for a link, before where it leads
    r"\[(?P<one>[^\[\]\n]{3,200})\]\((?P<to>(?:https?://|www\.)[^\s()]{3,2000})\)"
    r"|<(?P<to2>https?://[^\s<>|]{3,2000})\|(?P<two>[^<>|\n]{3,200})>"
    r"|(?P<three>[^\s()（）<>\[\]|]{4,200}) ?\((?P<to3>https?://[^\s()]{3,2000})\)"
)
NAMED = re.compile(
    r"(?:https?://)?((?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24})(?:[/?#:].{0,200})?", re.DOTALL
)
INTEGER = re.compile(r"\d{8,10}|0x[0-9a-f]{6,8}")
ODD = re.compile(r"(?:0x[0-9a-f]+|0\d+|\d+)(?:\.(?:0x[0-9a-f]+|0\d+|\d+)){3}")
CUT = re.compile(rf"[{HAN}]")
FILES = frozenset(  # endings of files that are endings of domains, too
    ["py", "rs", "md", "sh", "pl", "cc", "so", "ps", "zip", "mov", "ai", "app", "bz", "gz", "mk"]
)
SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")


@cache
def suffixes() -> Any:
    """The list that came with the library: it neither fetches another nor writes a file."""
    import tldextract  # noqa: PLC0415  # its list is large

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, fallback_to_snapshot=True)


def registered(host: str) -> str:
    """What somebody has registered: "b.co.uk" of "a.b.co.uk"; empty where nobody can."""
    parts = suffixes()(host)
    return f"{parts.domain}.{parts.suffix}" if parts.domain and parts.suffix else ""


def last(host: str) -> str:
    """The same, or the last two names where its ending is of no public list."""
    return registered(host) or ".".join(host.split(".")[-2:])


def site(words: str, known: Known) -> str:
    """Which site words name; empty where they may as well name a file."""
    if known.inside(words):
        return last(words)
    return "" if words.rpartition(".")[2] in FILES else registered(words)


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """The domains of the company and those that are imitated, ready for many comparisons."""

    known: Known
    own: frozenset[str]
    shorteners: frozenset[str]
    bad: frozenset[str]

    @classmethod
    def of(cls, rules: Screening) -> "Sites":
        return cls(
            Known.of(rules.domains, rules.imitated),
            frozenset(rules.domains),
            frozenset(rules.shorteners),
            frozenset(rules.known_bad),
        )


@dataclass(frozen=True, slots=True)
class Link:
    host: str
    user: str
    start: int
    end: int


def hits(text: Text, rules: Screening, sites: Sites) -> Iterator[Hit]:
    if TRIGGER.search(text.low) is None:
        return
    told: set[tuple[str, str]] = set()
    for rule, link in _found(text.low, sites):
        if rules.rules[rule] == "off" or (rule, link.host) in told:
            continue
        told.add((rule, link.host))
        yield Hit(rule, *text.place(link.start, link.end), link.host, link.host)


def _found(low: str, sites: Sites) -> Iterator[tuple[str, Link]]:
    spans: list[tuple[int, int]] = []
    for number, found in enumerate(LINK.finditer(low)):
        if number == MANY:
            break
        spans.append(found.span())
        if (link := _link(found)) is not None and (rule := _rule(link, sites)):
            yield rule, link
    if "](" in low or "|" in low or "(http" in low:
        yield from _disguised(low, sites)
    at = 0
    for number, found in enumerate(BARE.finditer(low)):
        if number == MANY:
            break
        while at < len(spans) and spans[at][1] <= found.start():
            at += 1
        if at < len(spans) and spans[at][0] <= found.start():
            continue
        bare = Link(found[0], "", *found.span())
        if (rule := _by_name(bare.host, sites)) and rule != "shortener":
            yield rule, bare


def hosts(low: str) -> frozenset[str]:
    """Every host that a text leads to, whatever is to be thought of it."""
    if TRIGGER.search(low) is None:
        return frozenset()
    whole = [link for found in islice(LINK.finditer(low), MANY) if (link := _link(found))]
    spans = [(link.start, link.end) for link in whole]
    bare = [
        found[0].strip(".")
        for found in islice(BARE.finditer(low), MANY)
        if registered(found[0])
        and found[0].rpartition(".")[2] not in FILES
        and not any(start <= found.start() < end for start, end in spans)
    ]
    return frozenset(host for host in (*(link.host for link in whole), *bare) if "." in host)


def tails(host: str) -> tuple[str, ...]:
    """A host and what it is below: "a.b.co", "b.co"."""
    return tuple(_tails(host))


def _link(found: re.Match[str]) -> Link | None:
    rest = found["rest"].replace("\\", "/").replace("。", ".")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    user, _, host = authority.rpartition("@")
    host = host.rstrip(".:,;!?*_~") if not host.startswith("[") else host
    if not host.startswith("["):
        host = host.partition(":")[0]
    if (cut := CUT.search(host)) and registered(host[: cut.start()]):
        host = host[: cut.start()]
    return Link(host, user, *found.span()) if host else None


def _rule(link: Link, sites: Sites) -> str:
    named = NAMED.fullmatch(link.user.partition(":")[0])
    if named and (wanted := site(named[1], sites.known)) and wanted != last(link.host):
        return "other-site"
    if raw(link.host):
        return "raw-address"
    return _by_name(link.host, sites)


def raw(host: str) -> bool:
    """An address in numbers, of no network of one's own."""
    if INTEGER.fullmatch(host):
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return ODD.fullmatch(host) is not None
    return not (address.is_private or address.is_loopback or address.is_link_local)


@lru_cache(maxsize=4096)  # the same few sites are named again and again
def _by_name(host: str, sites: Sites) -> str:
    host = host.strip(".")
    if any(part in sites.bad for part in _tails(host)):
        return "known-bad"
    if sites.known.inside(host):
        return ""
    if _mixed(host):
        return "mixed-script"
    if sites.known.imitated(host):
        return "lookalike"
    return "shortener" if any(part in sites.shorteners for part in _tails(host)) else ""


def _tails(host: str) -> Iterator[str]:
    parts = host.split(".")
    return (".".join(parts[at:]) for at in range(len(parts) - 1))


def _mixed(host: str) -> bool:
    """Letters of several scripts in one name, as nobody types them."""
    if host.isascii() and "xn--" not in host:
        return False
    return any(len(_scripts(_shown(label))) > 1 for label in host.split("."))


def _shown(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except ValueError:
        return label


def _scripts(label: str) -> set[str]:
    names = (unicodedata.name(one, "").partition(" ")[0] for one in label if one.isalpha())
    return {name for name in names if name in SCRIPTS}


def _disguised(low: str, sites: Sites) -> Iterator[tuple[str, Link]]:
    """Words that name one site over a link to another."""
    for number, found in enumerate(SHOWN.finditer(low)):
        if number == MANY:
            break
        words = CUT.split(found["one"] or found["two"] or found["three"] or "")[-1]
        words = words.strip(" *_`~,:;!?")
        to = found["to"] or found["to2"] or found["to3"] or ""
        named, leads = NAMED.fullmatch(words), LINK.match(to)
        link = _link(leads) if leads else None
        if named is None or link is None or FREE.fullmatch(named[1]):
            continue
        wanted = site(named[1], sites.known)
        inside = sites.known.inside(link.host) and sites.known.inside(named[1])
        if wanted and wanted != last(link.host) and not inside:
            yield "other-site", Link(link.host, "", *found.span())
