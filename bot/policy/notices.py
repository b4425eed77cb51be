"""Notices: to whom they go, what was asked and confirmed, and what a correction changed.

Policy 3.2.2 (published after approval, confirmed by its audience), 2.1.2-followup (understood).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import SequenceMatcher
from typing import Literal, assert_never

from bot.events import MessageRef
from bot.policy.people import ROLES, Directory, Person
from bot.words import Code, Quoted, Rows, Say, say

LONGEST = 2000  # characters of a notice: all of it is shown to everybody
TITLE = 120  # … of its title
QUESTION = 280  # … of its check question
OPTION = 80  # … of an answer offered
OPTIONS = 9  # answers offered
KNOWN = 20  # names listed where one was not known
AROUND = 6  # words and gaps shown on either side of a change

Kind = Literal["notice", "message"]
How = Literal["button", "command", "web", "reaction"]
PartKind = Literal["all", "department", "role", "place", "person", "calendar", "list"]
EVERYBODY = ("all", "everybody", "全体", "全體", "全员", "全員", "所有人")
WORDS: Mapping[str, PartKind] = {
    "department": "department",
    "部门": "department",
    "部門": "department",
    "role": "role",
    "角色": "role",
    "place": "place",
    "channel": "place",
    "频道": "place",
    "頻道": "place",
    "person": "person",
    "人员": "person",
    "人員": "person",
    "calendar": "calendar",
    "日历": "calendar",
    "日曆": "calendar",
    "list": "list",
    "名单": "list",
    "名單": "list",
}
EXAMPLE = "all, department:sales, role:it, place:lobby, calendar:office, list:NAME, @ann"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What was drafted and approved, and is to be published."""

    title: str
    text: str
    audience: tuple[str, ...]
    channels: tuple[str, ...] = ()  # names of channels where it is published as well
    question: str = ""  # understood means: this was answered rightly
    options: tuple[str, ...] = ()
    right: str = ""
    within: str = ""  # a level of the policy; empty: that of notices
    material: bool = True  # a correction of this weight is confirmed anew by everybody
    replaces: int | None = None  # the number of the notice it corrects
    request: str = ""  # the id of the request it was approved by …
    request_number: int | None = None
    requester: str
    digest: str
    class_name: str = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One version of what was published; it never changes. `about`: the message it follows up."""

    id: str
    number: int
    kind: Kind
    version: int
    digest: str
    class_name: str
    author: str
    level: str
    policy: int
    material: bool
    request: str | None
    about: MessageRef | None
    published_at: datetime
    replaces: str | None  # the id of the version before
    replaced_by: str | None
    title: str
    text: str
    audience: tuple[str, ...]
    channels: tuple[str, ...]
    question: str
    options: tuple[str, ...]
    right: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Somebody said that they understood that version, and whether the answer was right."""

    notice: str
    person: str
    number: int  # of the try
    version: int
    digest: str
    at: datetime
    right: bool
    how: How


class NoAudience(Exception):
    """An audience that cannot be read, or that nobody is in."""

    def __init__(self, why: Say) -> None:
        super().__init__(why.sentence)
        self.why = why


@dataclass(frozen=True, slots=True)
class Part:
    """One term of an audience: `all`, `department:sales`, `@ann`."""

    kind: PartKind
    name: str = ""


def part(text: str) -> Part:
    """Raises NoAudience."""
    words = " ".join(text.replace("：", ":").split())
    if words.casefold() in EVERYBODY:
        return Part("all")
    if words.startswith("@") and len(words) > 1:
        return Part("person", words[1:])
    before, _, name = words.partition(":")
    kind = WORDS.get(before.strip().casefold())
    if kind is None or not name.strip():
        raise NoAudience(
            say(
                "I cannot read the audience {words}. Known: {example}",
                words=Quoted(text, 60),
                example=Code(EXAMPLE),
            )
        )
    return Part(kind, name.strip())


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom the terms of an audience can mean now."""

    directory: Directory
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    calendars: Sequence[str] = ()
    members: Callable[[str], Sequence[str] | None] = lambda _: None  # of a channel, by its name

    def people(self, audience: Sequence[str]) -> frozenset[str]:
        """Everybody it names, by id: partners only by name. Raises NoAudience."""
        found: set[str] = set()
        for text in audience:
            found |= set(self._of(part(text), ()))
        return frozenset(found)

    def _of(self, one: Part, within: tuple[str, ...]) -> Iterator[str]:
        match one.kind:
            case "all":
                yield from _staff(self.directory.people.values())
            case "department":
                yield from self._department(one.name)
            case "role":
                yield from self._role(one.name)
            case "place":
                yield from self._place(one.name)
            case "person":
                yield self._person(one.name)
            case "calendar":
                yield from self._calendar(one.name)
            case "list":
                yield from self._list(one.name, within)
            case _:
                assert_never(one.kind)

    def _department(self, name: str) -> Iterator[str]:
        units, wanted = self.directory.departments, name.casefold()
        tops = {u.id for u in units.values() if wanted in (u.id.casefold(), u.name.casefold())}
        if not tops:
            raise NoAudience(_unknown_department(name, [u.name for u in units.values()]))
        below = {each for each in units if self._under(each, tops)}
        yield from _staff(p for p in self.directory.people.values() if p.department in below)

    def _under(self, unit: str, tops: set[str]) -> bool:
        seen = set[str]()
        while unit in self.directory.departments and unit not in seen:
            if unit in tops:
                return True
            seen.add(unit)
            unit = self.directory.departments[unit].parent or ""
        return False

    def _role(self, name: str) -> Iterator[str]:
        role = name.casefold()
        if role not in ROLES:
            raise NoAudience(
                say(
                    "There is no role {name}. Known: {names}.",
                    name=Quoted(name, 60),
                    names=Rows(tuple(Code(each) for each in ROLES)),
                )
            )
        yield from _staff(self.directory.with_role(role))

    def _place(self, name: str) -> Iterator[str]:
        members = self.members(name.lstrip("#"))
        if members is None:
            raise NoAudience(
                say("I am in no channel called {name}, so I cannot say who is.", name=Quoted(name))
            )
        known = (self.directory.people.get(each) for each in members)
        yield from _staff(each for each in known if each)

    def _person(self, name: str) -> str:
        found = self.directory.named(name)
        if not found:
            raise NoAudience(
                say(
                    "I know nobody called {name}. Use their whole name, or mention them with @.",
                    name=Quoted(name),
                )
            )
        if len(found) > 1:
            raise NoAudience(
                say(
                    "{count} people are called {name}. Mention the one you mean with @.",
                    count=len(found),
                    name=Quoted(name),
                )
            )
        return found[0].id

    def _calendar(self, name: str) -> Iterator[str]:
        if name not in self.calendars:
            raise NoAudience(
                say(
                    "There is no calendar {name}. Known: {names}.",
                    name=Quoted(name, 60),
                    names=Rows(tuple(Code(each) for each in self.calendars)),
                )
            )
        yield from _staff(p for p in self.directory.people.values() if p.calendar == name)

    def _list(self, name: str, within: tuple[str, ...]) -> Iterator[str]:
        if name not in self.lists or name in within:
            raise NoAudience(
                say(
                    "The policy has no list {name}. Known: {names}.",
                    name=Quoted(name, 60),
                    names=Rows(tuple(Code(each) for each in self.lists) or (Code("—"),)),
                )
            )
        for text in self.lists[name]:
            yield from self._of(part(text), (*within, name))


def _staff(people: Iterable[Person]) -> Iterator[str]:
    for each in people:
        if each.active and not each.partner:
            yield each.id


def _unknown_department(name: str, names: Sequence[str]) -> Say:
    known = Rows(tuple(Quoted(each, 60) for each in sorted(names)[:KNOWN]) or (Code("—"),))
    return say("There is no department {name}. Known: {names}.", name=Quoted(name, 60), names=known)


def why_unasked(draft: Draft) -> Say | None:
    """Why its check question cannot be asked; None where it can, or where there is none."""
    if not draft.question and not draft.options and not draft.right:
        return None
    if not draft.question or not draft.right:
        return say("A check question needs its words and its right answer.")
    if len({_folded(each) for each in draft.options}) < len(draft.options) or (
        len(draft.options) > OPTIONS
    ):
        return say("A check question offers at most {count} answers, all different.", count=OPTIONS)
    if draft.options and draft.right not in draft.options:
        return say("The right answer is none of the answers offered.")
    return None


def too_long(draft: Draft) -> tuple[int, int] | None:
    """How many characters something has, and how many of it could be shown; None: all of it."""
    parts = [(draft.text, LONGEST), (draft.title, TITLE), (draft.question, QUESTION)]
    parts += [(each, OPTION) for each in draft.options]
    return next(((len(text), most) for text, most in parts if len(text.strip()) > most), None)


def answered(notice: Notice, words: str) -> bool:
    """By the number of the answer offered, or by its words."""
    said, right = _folded(words), _folded(notice.right)
    if notice.options and said.isdecimal() and _folded(said) not in map(_folded, notice.options):
        number = int(said) if len(said) < 3 else 0  # noqa: PLR2004
        chosen = notice.options[number - 1 : number] if number else ()
        return bool(chosen) and _folded(chosen[0]) == right
    return said == right


def _folded(words: str) -> str:
    return " ".join(words.casefold().split()).rstrip(".。!！")


@dataclass(frozen=True, slots=True)
class Change:
    """Words of one version and what the next has in their place; either may be empty."""

    before: str
    after: str


WORD = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+|\s+|[^\w\s]|_")


def changes(before: str, after: str) -> tuple[Change, ...]:
    """What a correction changed: word by word, with a little of what stands around it."""
    old, new = WORD.findall(before), WORD.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    found = []
    for group in matcher.get_grouped_opcodes(AROUND):
        was = "".join(old[group[0][1] : group[-1][2]])
        now = "".join(new[group[0][3] : group[-1][4]])
        found.append(Change(was.strip(), now.strip()))
    return tuple(found)
