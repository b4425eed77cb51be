"""HTML taken apart, in time that grows with its length, whatever it is.

The parser of the standard library needs a minute for 65 kB of "<a " and fails on "<![".
What is begun and never ended is not shown, as in a browser.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape

TAG, NAME = re.compile("<(?=[a-zA-Z/!?])"), re.compile(r"[a-zA-Z][^\s/>]*")
BETWEEN = re.compile(r"[\s/]*")
ATTRIBUTE = re.compile(r"=?[^\s/>=]*")
EQUALS, BARE = re.compile(r"\s*=\s*"), re.compile(r"[^\s>]*")
UNREAD = ("script", "style", "textarea", "title", "xmp", "iframe", "noscript", "option")


@dataclass(frozen=True, slots=True)
class Tag:
    name: str
    opens: bool
    attributes: Mapping[str, str] = field(default_factory=dict)


def parts(html: str) -> Iterator[str | Tag]:
    """Words, decoded, and tags, in order."""
    at = 0
    while at < len(html):
        begin = TAG.search(html, at)
        words = html[at : begin.start()] if begin else html[at:]
        if words:
            yield unescape(words)
        if begin is None:
            return
        at = begin.end()
        if html.startswith("!--", at):
            at = _behind(html, "-->", at + 1)
        elif name := NAME.match(html, at + html.startswith("/", at)):
            attributes, end = _attributes(html, name.end())
            if end > len(html):
                return
            tag = Tag(name.group().lower(), html[at] != "/", attributes)
            at = end
            yield tag
            if tag.opens and tag.name in UNREAD:
                at = _end_of(html, tag.name, at)
        else:
            at = _behind(html, ">", at)


def _behind(html: str, mark: str, at: int) -> int:
    found = html.find(mark, at)
    return len(html) if found < 0 else found + len(mark)


def _end_of(html: str, name: str, at: int) -> int:
    found = re.compile(f"</{name}", re.IGNORECASE).search(html, at)
    return found.start() if found else len(html)


def _attributes(html: str, at: int) -> tuple[dict[str, str], int]:
    """The first of each name, and where the tag ends: beyond the end where it does not."""
    found: dict[str, str] = {}
    while True:
        at = _match(BETWEEN, html, at).end()
        if html.startswith(">", at):
            return found, at + 1
        if at == len(html):
            return found, at + 1
        name = _match(ATTRIBUTE, html, at)
        value, at = _value(html, name.end())
        found.setdefault(name.group().lower(), unescape(value))


def _value(html: str, at: int) -> tuple[str, int]:
    equals = EQUALS.match(html, at)
    if equals is None:
        return "", at
    at = equals.end()
    if not html.startswith(('"', "'"), at):
        bare = _match(BARE, html, at)
        return bare.group(), bare.end()
    end = html.find(html[at], at + 1)
    return ("", len(html)) if end < 0 else (html[at + 1 : end], end + 1)


def _match(pattern: re.Pattern[str], html: str, at: int) -> re.Match[str]:
    """Of a pattern that matches anywhere."""
    found = pattern.match(html, at)
    assert found is not None
    return found
