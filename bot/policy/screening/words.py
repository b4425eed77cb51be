"""Words of the company's lists: marks of confidence, codewords, rumours. Policy 2.1.1, 4.3.1.

However long the lists are, a text is gone through once.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.policy.mailsecrets import HARMLESS, NEGATED
from bot.policy.screening.folding import Text, fold
from bot.policy.screening.rules import Hit, Screening

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
CHINESE = re.compile(f"[{HAN}]")
APART = re.compile(rf"(?<=[{HAN}])[ *·._\-~|]{{1,3}}(?=[{HAN}])")  # 机 密, 机*密
BLANKS = re.compile(r"[ \t]{2,}")
AROUND = 24  # characters beside a mark that say what it does there
NOT_MARKED = re.compile(r"性|程度|等级|等級|数据|數據|级别|級別")
BEFORE = re.compile(
    r"(?:^|\n)[\s#>*_=|!-]{0,6}$|[\[【(「《<{]\s{0,2}$"
    r"|(?:密级|密級|classif\w{0,10}|classified|marked|label(?:led|ed)?|标记|標記|标注|標註|定为|定為|属于|屬於)"
    r"(?: as| is)?\s{0,2}[:为為是]?\s{0,2}[\"'“「]?$"
)
AFTER = re.compile(r"\s{0,2}(?:$|\n|[:|\-–—/,。.!;*])|\s{0,2}[\]】)」》>}]")
HEAD = 2  # characters by which a word is looked up


@dataclass(frozen=True, slots=True)
class Squeezed:
    """A folded text without what was put between Chinese characters, and where each stands."""

    low: str
    places: tuple[int, ...] | None  # None: as in the text

    def place(self, start: int, end: int) -> tuple[int, int]:
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def squeeze(low: str) -> Squeezed:
    cuts = [*APART.finditer(low), *BLANKS.finditer(low)]
    if not cuts:
        return Squeezed(low, None)
    keep = list(range(len(low)))
    gone: set[int] = set()
    for cut in cuts:
        kept = 0 if cut[0].strip() or CHINESE.match(low, cut.end()) else 1
        gone.update(range(cut.start() + kept, cut.end()))
    places = tuple(at for at in keep if at not in gone)
    return Squeezed("".join(low[at] for at in places), places)


@dataclass(frozen=True, slots=True)
class Words:
    """Words by their first two characters: (the word, its rule)."""

    heads: dict[str, tuple[tuple[str, str], ...]]
    starts: re.Pattern[str]

    @classmethod
    def of(cls, rules: Screening) -> "Words":
        lists: tuple[tuple[str, Iterable[str]], ...] = (
            ("mark", rules.marks),
            ("phrase", rules.phrases),
            ("codeword", rules.codewords),
            ("rumour", rules.rumours),
            ("sensitive", rules.sensitive),
        )
        heads: dict[str, list[tuple[str, str]]] = {}
        for name, words in lists:
            if rules.rules[RULE.get(name, name)] == "off":
                continue
            for word in words:
                low = squeeze(fold(word.strip()).low).low
                heads.setdefault(low[:HEAD], []).append((low, name))
        found = {
            head: tuple(sorted(each, key=lambda w: -len(w[0]))) for head, each in heads.items()
        }
        first = sorted({head[0] for head in found})
        latin = "".join(re.escape(each) for each in first if _latin(each))
        others = "".join(re.escape(each) for each in first if not _latin(each))
        ways = [f"(?<![0-9a-z])[{latin}]"] * bool(latin) + [f"[{others}]"] * bool(others)
        return cls(found, re.compile("|".join(ways) or "(?!)"))

    def within(self, squeezed: Squeezed) -> Iterator[tuple[str, str, int]]:
        """The longest word that begins at each place: the word, its list, where."""
        low, heads = squeezed.low, self.heads
        for begin in self.starts.finditer(low):
            at = begin.start()
            for word, name in heads.get(low[at : at + HEAD], ()):
                if low.startswith(word, at) and _whole(low, at, at + len(word), word):
                    yield word, name, at
                    break


RULE = {"phrase": "mark"}


def _whole(low: str, start: int, end: int, word: str) -> bool:
    """Words of letters stand by themselves; Chinese ones have no borders."""
    before, after = low[start - 1 : start], low[end : end + 1]
    left = not _latin(word[0]) or not _latin(before)
    return left and (not _latin(word[-1]) or not _latin(after))


def _latin(one: str) -> bool:
    return bool(one) and one.isalnum() and not CHINESE.match(one)


def hits(text: Text, words: Words) -> Iterator[Hit]:
    if not words.heads:
        return
    squeezed = squeeze(text.low)
    told: set[tuple[str, str]] = set()
    for word, name, at in words.within(squeezed):
        rule, end = RULE.get(name, name), at + len(word)
        if (rule, word) in told or not _meant(squeezed, text, name, (at, end)):
            continue
        told.add((rule, word))
        place = text.place(*squeezed.place(at, end))
        yield Hit(rule, *place, word, "" if rule == "codeword" else word)


def _meant(squeezed: Squeezed, text: Text, name: str, span: tuple[int, int]) -> bool:
    """A mark is set apart, or in capitals; neither it nor a phrase is denied."""
    if name not in ("mark", "phrase"):
        return True
    start, end = span
    before = squeezed.low[max(0, start - AROUND) : start]
    after = squeezed.low[end : end + AROUND]
    if NEGATED.search(before) or HARMLESS.match(after):
        return False
    if name == "phrase":
        return True
    if NOT_MARKED.match(after):
        return False
    if text.plain[slice(*squeezed.place(start, end))].isupper() and _shouts_alone(
        text, squeezed, span
    ):
        return True
    begins = start == 0 or BEFORE.search(before) is not None
    named = BEFORE.search(before) is not None and start > 0 and before[-1:] not in "\n"
    return begins and (AFTER.match(after) is not None or (named and "[" not in before[-1:]))


def _shouts_alone(text: Text, squeezed: Squeezed, span: tuple[int, int]) -> bool:
    """In capitals where the words around it are not."""
    start, end = squeezed.place(*span)
    rest = text.plain[max(0, start - AROUND) : start] + text.plain[end : end + AROUND]
    letters = [one for one in rest if one.isalpha() and one.isascii()]
    return not letters or sum(map(str.isupper, letters)) * 2 < len(letters)


def marked(name: str, rules: Screening) -> str | None:
    """The mark in a file's name, which has no sentence around it."""
    words = Words.of(rules)
    squeezed = squeeze(re.sub(r"[_.\-]+", " ", fold(name).low))
    for word, kind, at in words.within(squeezed):
        before = squeezed.low[max(0, at - AROUND) : at]
        after = squeezed.low[at + len(word) : at + len(word) + AROUND]
        if kind in ("mark", "phrase") and not NEGATED.search(before) and not HARMLESS.match(after):
            return word
    return None
