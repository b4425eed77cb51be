"""What a person sees of a text, and what in it is alive: mentions, links, styles, code, quotes."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Flag, auto

from tests.slack.fake import emoji

HOLD = 0xF0000  # private characters stand for what is already read
ANGLE = re.compile(r"<([^<>\n]+)>")
FENCE = re.compile(r"```(.+?)```", re.DOTALL)
CODE = re.compile(r"(?<![\w`])`([^`\n]+)`(?![\w`])")
QUOTE = re.compile(r"^(?:&gt;|>)(?:&gt;&gt;|>>)?[ ]?(.*)$", re.MULTILINE)
EMOJI = re.compile(r":([a-z0-9_+'-]+)(?:::skin-tone-[2-6])?:")
URL = re.compile(r"(?<!\w)(?:https?|ftp|slack)://[^\s<>|\U000F0000-\U000FFFFD]+", re.IGNORECASE)
MAIL = re.compile(r"(?<![\w.])[\w.+-]+@(?:[a-z0-9-]+\.)+[a-z]{2,}(?!\w)", re.IGNORECASE)
DOMAIN = re.compile(
    r"(?<![\w@./-])(?:[a-z0-9-]+\.)+(?:com|net|org|io|dev|cn|hk|tw|co|app|ai|info|example)"
    r"(?:/[^\s<>|\U000F0000-\U000FFFFD]*)?(?![\w.-])",
    re.IGNORECASE,
)
EVERYBODY = re.compile(r"(?<![\w@])@(here|channel|everyone|group)(?![\w-])")
NAMED = re.compile(r"(?<![\w@&])([@#])([\w.-]+)")
STYLES = {
    "bold": re.compile(r"(?<![\w*])\*(?![\s*])([^*\n]+?)(?<!\s)\*(?![\w*])"),
    "italic": re.compile(r"(?<!\w)_(?![\s_])([^_\n]+?)(?<!\s)_(?!\w)"),
    "strike": re.compile(r"(?<![\w~])~(?![\s~])([^~\n]+?)(?<!\s)~(?![\w~])"),
}
TRAILING = ".,;:!?)]}\"'"


@dataclass(frozen=True, slots=True)
class Live:
    """A piece that is more than its letters: `user U0…`, `link https://…`, `bold …`."""

    kind: str
    target: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    plain: str
    live: tuple[Live, ...]

    def of(self, *kinds: str) -> list[Live]:
        return [each for each in self.live if each.kind in kinds]


class Auto(Flag):
    """What Slack makes alive without being asked in angle brackets."""

    NONE = 0
    URLS = auto()  # http://…
    NAMES = auto()  # #sales, @here, @group, bare domains, mail addresses


def itself(ident: str) -> str:
    return ident


@dataclass(slots=True)
class Names:
    """Who is called what: `shown` for ids in angle brackets, `known` for bare @names and #names."""

    shown: Callable[[str], str] = itself
    known: Callable[[str, str], str | None] = lambda _sign, _name: None


def decode(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def encode(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@dataclass(slots=True)
class _Reader:
    names: Names
    live: list[Live] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    def hold(self, kind: str, target: str, label: str, shown: str | None = None) -> str:
        self.live.append(Live(kind, target, label))
        self.shown.append(label if shown is None else shown)
        return chr(HOLD + len(self.shown) - 1)

    def show(self, text: str) -> str:
        """The held pieces put back, however deep they lie."""
        return "".join(
            self.show(self.shown[ord(each) - HOLD]) if ord(each) >= HOLD else each for each in text
        )


def read(text: str, automatic: Auto = Auto.URLS, names: Names | None = None) -> Reading:
    """Read mrkdwn as Slack's documentation says it is read, taking the livelier reading."""
    reader = _Reader(names or Names())
    rest = "".join("\ufffd" if ord(each) >= HOLD else each for each in text)
    rest = ANGLE.sub(lambda found: _angle(reader, found[1]), rest)
    rest = FENCE.sub(lambda found: _code(reader, found[1]), rest)
    rest = CODE.sub(lambda found: _code(reader, found[1]), rest)
    rest = _automatic(reader, rest, automatic)
    rest = EMOJI.sub(lambda found: _emoji(reader, found), rest)
    rest = QUOTE.sub(lambda found: _quote(reader, found[1]), rest)
    rest = _styled(reader, rest)
    return Reading(
        reader.show(decode(rest)),
        tuple(Live(x.kind, reader.show(x.target), reader.show(x.label)) for x in reader.live),
    )


def read_plain(text: str, *, emojis: bool) -> Reading:
    """A `plain_text` object: no markup at all, except emoji codes."""
    reader = _Reader(Names())
    if emojis:
        text = EMOJI.sub(lambda found: _emoji(reader, found), text)
    return Reading(reader.show(decode(text)), tuple(reader.live))


def _angle(reader: _Reader, inside: str) -> str:
    target, bar, label = inside.partition("|")
    label = decode(label)
    shown = reader.names.shown
    if target.startswith(("@U", "@W")):
        return reader.hold("user", target[1:], label or "@" + shown(target[1:]))
    if target.startswith("#C"):
        return reader.hold("channel", target[1:], label or "#" + shown(target[1:]))
    if target.startswith("!subteam^"):
        group = target.removeprefix("!subteam^")
        return reader.hold("usergroup", group, label or "@" + shown(group))
    if target.startswith("!date^"):
        return reader.hold("date", target.removeprefix("!date^"), label)
    if target.startswith("!"):
        return reader.hold("broadcast", target[1:], label or "@" + target[1:])
    return reader.hold("link", decode(target), label if bar else decode(target))


def _emoji(reader: _Reader, found: "re.Match[str]") -> str:
    """A known name anywhere, any name where it stands alone; `10:30:15` is a time."""
    around = found.string[max(0, found.start() - 1) : found.start()]
    around += found.string[found.end() : found.end() + 1]
    if found[1] not in emoji.SIGNS and re.search(r"[\w:]", around):
        return found[0]
    return reader.hold("emoji", found[1], emoji.sign(found[1]))


def _code(reader: _Reader, inside: str) -> str:
    return reader.hold("code", decode(inside), decode(inside))


def _quote(reader: _Reader, inside: str) -> str:
    reader.hold("quote", decode(inside), decode(inside))
    return inside


def _automatic(reader: _Reader, rest: str, automatic: Auto) -> str:
    if Auto.URLS in automatic:
        rest = URL.sub(lambda found: _link(reader, found[0], ""), rest)
    if Auto.NAMES in automatic:
        rest = MAIL.sub(lambda found: _link(reader, found[0], "mailto:"), rest)
        rest = DOMAIN.sub(lambda found: _link(reader, found[0], "http://"), rest)
        rest = EVERYBODY.sub(lambda found: reader.hold("broadcast", found[1], found[0]), rest)
        rest = NAMED.sub(lambda found: _name(reader, found[1], found[2]), rest)
    return rest


def _link(reader: _Reader, found: str, scheme: str) -> str:
    url = found.rstrip(TRAILING)
    return reader.hold("link", scheme + decode(url), decode(url)) + found[len(url) :]


def _name(reader: _Reader, sign: str, name: str) -> str:
    known = reader.names.known(sign, name.rstrip("."))
    if known is None:
        return sign + name
    kind = "channel" if sign == "#" else "usergroup"
    return reader.hold(kind, known, sign + name)


def _styled(reader: _Reader, rest: str) -> str:
    again = True
    while again:
        before = rest
        for kind, pattern in STYLES.items():
            rest = pattern.sub(lambda found, kind=kind: _style(reader, kind, found[1]), rest)  # type: ignore[misc]
        again = rest != before
    return rest


def _style(reader: _Reader, kind: str, inside: str) -> str:
    return reader.hold(kind, decode(inside), decode(inside))
