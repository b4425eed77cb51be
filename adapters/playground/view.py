"""What one person sees: lines as HTML and as JSON, in that person's language and zone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from adapters.playground import render
from adapters.playground.cast import DIRECT, Cast, Person
from adapters.playground.lines import Change, Line
from adapters.playground.sentences import page_words, replies
from adapters.playground.timeline import Timeline
from bot.clock import Clock
from bot.words import clean

HERE = Path(__file__).parent
HUES = 8  # colours of avatars
SNIPPET = 140  # characters of a message that is quoted
EMOJI = ("✅", "❗", "👌")


@cache
def templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )


@dataclass(frozen=True, slots=True)
class Face:
    name: str
    initials: str
    hue: int


def face(id: str, cast: Cast) -> Face:
    """Anybody who is not in the company is Duly."""
    person = cast.person(id)
    if person is None:
        return Face("Duly", "D", HUES)
    return Face(person.name, initials(person.name), cast.people.index(person) % HUES)


def initials(name: str) -> str:
    words = [each for each in name.split() if each.isascii()] or name.split()
    if len(words) == 1 and not words[0].isascii():
        return words[0][-2:]
    return "".join(word[0] for word in (words[0], *words[1:][-1:])).upper()


@dataclass(frozen=True, slots=True)
class View:
    viewer: Person
    timeline: Timeline
    clock: Clock
    base: str = ""  # where the platform is mounted

    def changes(self, after: int) -> list[dict[str, Any]]:
        found = self.timeline.changes(self.viewer.id, after)
        shown = self.articles([each.line for each in found if each.line is not None])
        return [self._told(each, shown) for each in found]

    def articles(self, lines: Sequence[Line], *, inside: bool = False) -> dict[str, dict[str, Any]]:
        """By id, what a page and a script want to know of a line. `inside` a thread's panel."""
        ids = [each.id for each in lines]
        reactions = self.timeline.reactions(ids)
        roots = [each.thread or each.id for each in lines]
        counts = self.timeline.replies(self.viewer.id, roots)
        found = {}
        for line in lines:
            count = counts.get(line.thread or line.id, 0)
            found[line.id] = self._article(line, reactions.get(line.id, {}), count, inside)
        return found

    def _article(
        self, line: Line, reactions: dict[str, list[str]], count: int, inside: bool
    ) -> dict[str, Any]:
        local = line.at.astimezone(ZoneInfo(self.viewer.zone))
        said = replies(count, self.viewer.reader) if count else ""
        facts = {
            "id": line.id,
            "place": line.place,
            "thread": line.thread,
            "key": line.key,
            "author": line.author,
            "name": self._face(line.author).name,
            "text": line.body.text,
            "actions": [{"action": act, "label": label} for act, label in line.body.actions],
            "at": line.at.isoformat(),
            "day": local.date().isoformat(),
            "day_label": render.plain(local.date(), self.viewer.reader),
            "whisper": line.only_for is not None,
            "edited": line.edited,
            "gone": line.gone,
            "priority": line.body.priority,
            "quotes": line.quotes,
            "replies": said,
            "reactions": [{"emoji": emoji, "by": by} for emoji, by in sorted(reactions.items())],
        }
        html = (
            templates()
            .get_template("line.html")
            .render(
                **facts,
                line=line,
                face=self._face(line.author),
                body=line.body.html or render.message(line.body.text, self.timeline.cast),
                time=f"{local:%H:%M}",
                moment=self.moment(line.at),
                mine=line.author == self.viewer.id,
                viewer=self.viewer,
                quoted=self._quoted(line),
                about=self._about(line),
                reacted=[self._reacted(emoji, by) for emoji, by in sorted(reactions.items())],
                emoji=EMOJI,
                inside=inside,
                apart=line.only_for is not None and not line.place.startswith(DIRECT),
                base=self.base,
                t=page_words(self.viewer.reader),
            )
        )
        return {**facts, "html": "" if line.gone and line.by_duly else html}

    def _told(self, change: Change, shown: dict[str, dict[str, Any]]) -> dict[str, Any]:
        told: dict[str, Any] = {"n": change.n, "kind": change.kind}
        match change.kind:
            case "home":
                return {**told, **self.home()}
            case "clock":
                return {**told, "at": self.clock.now().isoformat()}
            case _:
                line = change.line
                return told if line is None else {**told, **shown[line.id]}

    def home(self) -> dict[str, Any]:
        body = self.timeline.home(self.viewer.id)
        if body is None:
            return {"html": "", "text": "", "actions": []}
        actions = [{"action": act, "label": label} for act, label in body.actions]
        return {"html": body.html, "text": body.text, "actions": actions}

    def moment(self, at: datetime) -> str:
        return render.plain(at, self.viewer.reader)

    def _face(self, author: str) -> Face:
        return face(author, self.timeline.cast)

    def _quoted(self, line: Line) -> dict[str, str] | None:
        found = self.timeline.line(line.quotes) if line.quotes else None
        if found is None or found.gone or found.only_for not in (None, self.viewer.id):
            return None
        return {"name": self._face(found.author).name, "text": clean(found.body.text, SNIPPET)}

    def _about(self, line: Line) -> str | None:
        """The address of the thread a card speaks of, where its reader may go there."""
        found = self.timeline.line(line.body.about) if line.body.about else None
        if found is None or found.gone or found.place == line.place:
            return None
        if found.place not in self.timeline.cast.places_of(self.viewer.id):
            return None
        root = found.thread or found.id
        return f"{self.base}/?as={self.viewer.id}&in={found.place}&thread={root}#msg-{found.id}"

    def _reacted(self, emoji: str, by: Iterable[str]) -> dict[str, Any]:
        who = list(by)
        names = [self._face(each).name for each in who]
        return {"emoji": emoji, "names": names, "mine": self.viewer.id in who}
