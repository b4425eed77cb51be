"""HTML taken apart, in time that grows with its length, whatever it is.

The parser of the standard library needs a minute for 65 kB of "<a " and fails on "<![".
What is begun and never ended is not shown, as in a browser.
"""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from types import MappingProxyType
from typing import NamedTuple

TAG = re.compile(r"<(?:(/?)([a-zA-Z][^\s/>]*)(>?)|[/!?])")
BETWEEN = re.compile(r"[\s/]*")
ATTRIBUTE = re.compile(r"=?[^\s/>=]*")
EQUALS, BARE = re.compile(r"\s*=\s*"), re.compile(r"[^\s>]*")
UNREAD = ("script", "style", "textarea", "option", "noscript")  # no client shows what is in them


class Tag(NamedTuple):
    name: str
    opens: bool
    attributes: Mapping[str, str] = MappingProxyType({})


def parts(html: str) -> Iterator[str | Tag]:
    """Words, decoded, and tags, in order."""
    at = 0
    while at < len(html):
        found = TAG.search(html, at)
        words = html[at : found.start()] if found else html[at:]
        if words:
            yield unescape(words)
        if found is None:
            return
        at = found.end()
        closes, name, ended = found.groups()
        if name is None:
            at = _behind(html, "-->" if html.startswith("!--", at - 1) else ">", at - 1)
            continue
        attributes, at = ({}, at) if ended else _attributes(html, at)
        if at > len(html):
            return
        tag = Tag(name.lower(), not closes, attributes)
        yield tag
        if tag.opens and tag.name in UNREAD:
            at = _end_of(html, tag.name, at)


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
        if at == len(html) or html[at] == ">":
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
