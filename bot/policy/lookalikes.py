"""Domains that are only drawn or spelt like one that is known. Policy 2.1.2-recipients."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

SECOND_LEVEL = frozenset(["com", "co", "net", "org", "gov", "edu", "ac", "mil", "or", "ne"])
COUNTRY = 2  # letters of a country's domain
SHORTEST = 4  # letters of a name that one letter less still tells from others
FREE = re.compile(  # where everybody may have a mailbox: none of them imitates another
    r"(?:hotmail|outlook|live|yahoo)\.(?:com?\.)?[a-z]{2,3}|gmail\.com|ymail\.com|mail\.com"
    r"|email\.com|icloud\.com|qq\.com|foxmail\.com|163\.com|126\.com|139\.com|188\.com"
    r"|yeah\.net|sina\.com|sina\.cn|sohu\.com|aol\.com|gmx\.de|gmx\.net|web\.de|proton\.me"
    r"|protonmail\.com|aliyun\.com|21cn\.com|tom\.com|msn\.com"
)
IMITATED = (
    "gmail.com",
    "hotmail.com",
    "outlook.com",
    "yahoo.com",
    "icloud.com",
    "foxmail.com",
)
DRAWN = (  # letters of other scripts, and digits, beside the Latin letter they look like
    "аa еe оo рp сc уy хx іi јj ѕs ԁd ԛq ԝw һh кk мm тt вb нh αa οo ρp νv ιi κk τt υu εe γy ηn χx"
    " ωw βb 0o 1l 3e 5s ıi ɑa ɡg ⅼl |l ƅb il"
)
TWINS = str.maketrans({each[0]: each[1].replace("i", "l") for each in DRAWN.split()})
PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("nn", "m"))


@dataclass(frozen=True, slots=True)
class Known:
    """Domains to compare with, ready for many comparisons."""

    own: frozenset[str]
    registered: frozenset[tuple[str, str]]
    drawn: Mapping[str, str]  # how a name looks: the domain
    spelt: Mapping[str, Sequence[str]]  # a name with a letter left out: domains

    @classmethod
    def of(cls, own: Iterable[str], others: Iterable[str]) -> "Known":
        ours = frozenset(each.casefold().strip(".") for each in own)
        whole = ours | frozenset(others) | frozenset(IMITATED)
        drawn: dict[str, str] = {}
        spelt: dict[str, list[str]] = {}
        for each in sorted(whole):
            name, _ = parted(each)
            drawn.setdefault(_looks(name), each)
            for key in set(_lessened(name)) if len(name) >= SHORTEST else ():
                spelt.setdefault(key, []).append(each)
        return cls(ours, frozenset(map(parted, whole)), drawn, spelt)

    def inside(self, domain: str) -> bool:
        """One of the company's own, or below it."""
        parts = domain.split(".")
        return any(".".join(parts[at:]) in self.own for at in range(len(parts)))

    def imitated(self, domain: str) -> str | None:
        """Which of them `domain` may be taken for; None where it is one of them, or like none."""
        if self.inside(domain) or parted(domain) in self.registered or FREE.fullmatch(domain):
            return None
        name, read = parted(domain)[0], _read(domain)
        return (
            next((each for each in sorted(self.own) if _wears(read, name, each)), None)
            or self.drawn.get(_looks(parted(read)[0]))
            or next(self._spelt(parted(read)[0]), None)
        )

    def _spelt(self, name: str) -> Iterator[str]:
        if len(name) < SHORTEST:
            return
        for key in dict.fromkeys(_lessened(name)):
            for each in self.spelt.get(key, ()):
                if _one_slip(name, parted(each)[0]):
                    yield each


def parted(domain: str) -> tuple[str, str]:
    """The name somebody has registered, and what stands behind it: ("acme", "com.cn")."""
    parts = domain.split(".")
    country = len(parts) > COUNTRY and len(parts[-1]) == COUNTRY and parts[-2] in SECOND_LEVEL
    cut = 2 if country else 1
    return parts[-cut - 1] if len(parts) > cut else domain, ".".join(parts[-cut:])


def _wears(read: str, name: str, own: str) -> bool:
    """The company's name behind another ending, or before somebody else's."""
    ours, _ = parted(own)
    return name == ours or f".{read}.".find(f".{own}.") >= 0 or name == own.replace(".", "-")


def _read(domain: str) -> str:
    """As a reader sees it: xn--… as the letters it stands for."""
    return ".".join(map(_label, domain.split(".")))


def _label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode").casefold()
    except ValueError:
        return label


def _looks(name: str) -> str:
    """How it is drawn: accents, other scripts and digits as the letters they resemble."""
    plain = unicodedata.normalize("NFKD", name.casefold()).translate(TWINS)
    plain = "".join(each for each in plain if not unicodedata.combining(each)).replace("-", "")
    for pair, one in PAIRS:
        plain = plain.replace(pair, one)
    return plain


def _lessened(name: str) -> Iterator[str]:
    yield name
    for at in range(len(name)):
        yield name[:at] + name[at + 1 :]


def _one_slip(one: str, other: str) -> bool:
    """A letter more, less, another one, or two that have changed places, of names so near."""
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return True
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[:2][::-1] and a[2:] == b[2:])
