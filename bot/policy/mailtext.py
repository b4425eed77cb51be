"""The author's own words in a mail's body, and how its lines hang together. Policy 2.1.2-body.

Earlier mail quoted below, signatures' small print and what nobody can see are not judged.
Everything here looks at each character a bounded number of times.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bot.words import seen

LONGEST = 200_000  # characters of a body that are looked at
QUOTING = (">", "＞", "|>")
WROTE = re.compile(r"(?:wrote|schrieb|写道|寫道)\s*[:：]\s*$", re.IGNORECASE)
BEGINS_WROTE = re.compile(r"(?:On|在|于|於|Am)\s*\S")
WRAPPED = 2  # lines over which "On … wrote:" may run
EARLIER = re.compile(
    r"\s*[-_=*]{2,}\s*(?:original message|forwarded message|original appointment|原始邮件|原始郵件"
    r"|原邮件|原郵件|转发邮件|轉寄郵件|转发的邮件|轉寄的郵件|邮件原件)\s*[-_=*]*\s*$"
    r"|\s*begin forwarded message\s*:\s*$",
    re.IGNORECASE,
)
SENT_BY = re.compile(r"\s*\**(?:from|发件人|寄件者|寄件人|發件人)\**\s*[:：]", re.IGNORECASE)
SENT_HOW = re.compile(
    r"\s*\**(?:sent|date|to|subject|cc|发送时间|发送日期|日期|时间|收件人|主题|抄送|傳送時間|傳送日期"
    r"|寄件日期|收件者|主旨|主題|副本|發送時間|時間)\**\s*[:：]",
    re.IGNORECASE,
)
NEAR = 3  # lines of a header that must follow each other
SIGNATURE = re.compile(r"-- ?$")
DISCLAIMER = re.compile(
    r"intended (?:solely |only )?(?:recipients?|for)|in error|legally privileged|"
    r"may (?:be|contain) (?:privileged|confidential)|仅供(?:指定|预期)?收件人|預期的?收件人"
    r"|预期的?收件人|指定收件人|误收|誤收|错误收到|錯誤收到|僅供(?:指定|預期)?收件人",
    re.IGNORECASE,
)
ENDS = tuple(".!?;:。！？；：…")
BULLET = re.compile(
    r"\s*(?:[-*•·●○■◆▪–—]|\(?\d{1,3}[.)、）]|[（(]?[一二三四五六七八九十]{1,3}[）)、])"
)
SHORT = 50  # columns: a shorter line was ended by its author, not by the width of a window
CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
LATIN = re.compile("[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Letter:
    """What an author wrote themselves. `signed`: the lines below "-- ", if there are any."""

    lines: tuple[str, ...]
    signed: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip()

    @property
    def filled(self) -> tuple[str, ...]:
        return tuple(line.strip() for line in self.lines if line.strip())


def letter(body: str) -> Letter:
    """The author's words: no quoted mail, no signature below its mark, no small print."""
    lines = [line.rstrip() for line in seen(body[:LONGEST]).replace("\r", "").split("\n")]
    own = list(_own(lines))
    at = next((n for n, line in enumerate(own) if SIGNATURE.fullmatch(line + " ")), len(own))
    if at < len(own):
        return Letter(tuple(own[:at]), tuple(own[at + 1 :]))
    return Letter(tuple(own))


def _own(lines: list[str]) -> Iterator[str]:
    number = 0
    while number < len(lines):
        line = lines[number]
        if _header(lines, number):
            return
        if after := _wrote(lines, number):
            if not _quoted_next(lines, after):
                return
            number = after
            continue
        if not line.lstrip().startswith(QUOTING):
            yield line
        number += 1


def _header(lines: list[str], number: int) -> bool:
    """An earlier mail begins here, with a line that says so or with who sent it and when."""
    if EARLIER.match(lines[number]):
        return True
    following = lines[number + 1 : number + 1 + NEAR]
    return bool(SENT_BY.match(lines[number])) and any(map(SENT_HOW.match, following))


def _wrote(lines: list[str], number: int) -> int:
    """The line after "On … wrote:", which may run over two; 0 where there is none."""
    if not BEGINS_WROTE.match(lines[number].lstrip()) and not WROTE.search(lines[number][-20:]):
        return 0
    for last in range(number, min(number + WRAPPED, len(lines))):
        if not lines[last].strip():
            return 0
        if WROTE.search(lines[last][-20:]):
            return last + 1
    return 0


def _quoted_next(lines: list[str], number: int) -> bool:
    """What follows is marked line by line, so that the author may go on below."""
    following = (line for line in lines[number : number + NEAR] if line.strip())
    return next(following, "").lstrip().startswith(QUOTING)


def paragraphs(lines: tuple[str, ...]) -> list[str]:
    """Lines that were broken by a window's width are one; a list's points are each their own."""
    found: list[list[str]] = []
    before = ""
    for line in lines:
        if line.strip() and found and _goes_on(before, line):
            found[-1].append(line.strip())
        elif line.strip():
            found.append([line.strip()])
        before = line
    return [" ".join(each) for each in found]


def _goes_on(before: str, line: str) -> bool:
    if not before.strip() or BULLET.match(line):
        return False
    return width(before) >= SHORT and not before.rstrip().endswith(ENDS)


def without_small_print(lines: tuple[str, ...]) -> list[str]:
    """Paragraphs but for those that tell whom a mail was not meant for."""
    return [each for each in paragraphs(lines) if not DISCLAIMER.search(each)]


def width(text: str) -> int:
    """Columns it takes: a Chinese character takes two, a combining mark none."""
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1
        for each in text
    )


def is_chinese(text: str) -> bool:
    """More of it is Chinese characters than words of letters."""
    return len(CHINESE.findall(text)) > len(LATIN.findall(text))


def folded(text: str) -> str:
    """For comparing: one width of letters, no capitals, nothing unseen."""
    return unicodedata.normalize("NFKC", seen(text)).casefold()
