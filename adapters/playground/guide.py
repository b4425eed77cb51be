"""The guide: the whole life of a duty, one step at a time, each with what to write or where to go.

Drafts are in the reader's language. `{number}` in a draft becomes the number of the duty that the
page has shown last.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from adapters.playground.cast import Cast, Channel, Example, Person, direct
from bot.words import Code, Reader, Say, Who, render, say

Until = Literal["sent", "moved", "came", "pressed", "asked"]  # what the person did; asked: a form
NUMBER = "{number}"
RECORDS = "records"  # the name of the second guide; the first goes by the account of who asks


@dataclass(frozen=True, slots=True)
class Step:
    """`who` is to be in `place` with `draft` written; or the clock is to be moved as `move` says.

    It is done when one of `until` has happened; what is never done is left by hand.
    """

    text: str
    link: str = ""
    who: str = ""
    place: str = ""
    draft: str = ""
    move: str = ""
    until: tuple[Until, ...] = ()
    guide: str = ""  # another guide, which begins then


@dataclass(frozen=True, slots=True)
class Scene:
    """Who plays in the guide, as accounts: who asks, who is asked, who takes it over, where."""

    asker: Person
    other: Person
    helper: Person
    channel: Channel


def scene(cast: Cast, language: str = "", asker: str = "") -> Scene | None:
    """The example of that asker, else in that language, else the first; else two of a channel."""
    scenes = [made for each in cast.examples if (made := _scene(cast, each))]
    of_asker = (each for each in scenes if each.asker.id == asker)
    alike = (each for each in scenes if each.asker.language == language)
    return next(of_asker, None) or next(alike, None) or next(iter(scenes), None) or _found(cast)


def _scene(cast: Cast, example: Example) -> Scene | None:
    people = [cast.person(each) for each in (example.asker, example.other, example.helper)]
    channel = next((each for each in cast.channels if each.id == example.channel), None)
    asker, other, helper = people
    return Scene(asker, other, helper, channel) if asker and other and helper and channel else None


def _found(cast: Cast) -> Scene | None:
    """Two people who share a channel, and if possible a language."""
    for channel in cast.channels:
        there = [each for each in cast.people if each.id in channel.members]
        alike = (each for each in there[1:] if each.language == there[0].language)
        other = next(alike, next(iter(there[1:]), None))
        if other is not None:
            helper = next((each for each in there if each not in (there[0], other)), other)
            return Scene(there[0], other, helper, channel)
    return None


def first(cast: Cast) -> tuple[Person, str]:
    """Who a newcomer is, and where: as the guide begins."""
    found = scene(cast)
    return (found.asker, found.channel.id) if found else (cast.people[0], "")


def guide(
    scene: Scene, reader: Reader, commands: frozenset[str], more: Step | None = None
) -> tuple[Step, ...]:
    """As plain text; the template escapes. What a command is missing for is left out.

    `more`: how the next guide begins, where there is one.
    """
    made = Steps(scene, reader)
    return (*made.life(), *made.ways_out(), *made.quiet(commands), made.end(more))


@dataclass(frozen=True, slots=True)
class Steps:
    scene: Scene
    reader: Reader

    def life(self) -> Iterator[Step]:
        """Asked, nudged, promised, answered."""
        asker, other = self.scene.asker, self.scene.other
        ask = say("As {ann}, ask {bob} a question in {place}.", **self._names)
        question = say(
            "{person} what does a sample cost? The customer is asking.", person=_at(other)
        )
        yield self._write(ask, asker, question)
        wait = say("{bob} does not answer. Let Duly believe that time went by.", **self._names)
        yield self._move(wait, say("+3 working hours"), '{"working_minutes": 180}')
        yield self._switch(say("Duly reminded {bob}, in private. See why.", **self._names), other)
        promise = say(
            "As {bob}, promise: by a button of the reminder, or in plain words in {place}.",
            **self._names,
        )
        words = say("{person} I will tell you by tomorrow 15:00.", person=_at(asker))
        yield self._write(promise, other, words, "sent", "asked")
        answer = say("Now answer. Duly sees it; nobody has to tick anything off.")
        said = say("{person} a sample costs 12 dollars.", person=_at(asker))
        yield self._write(answer, other, said)

    def ways_out(self) -> Iterator[Step]:
        """Reopened, explained, asked back, passed on, dropped."""
        asker, other, helper = self.scene.asker, self.scene.other, self.scene.helper
        reopen = say("That was no answer? {ann} can open it again.", **self._names)
        yield self._command(reopen, asker, f"/duly reopen {NUMBER}")
        explain = say("Every duty tells its life: by which rule, who said what, who was told.")
        yield self._command(explain, asker, f"/duly explain {NUMBER}")
        back = say("As {bob}, ask back: the clock stands still until {ann} replies.", **self._names)
        question = say("{person} how many samples does the customer want?", person=_at(asker))
        yield self._write(back, other, question)
        told = say("As {ann}, reply: the clock goes on for {bob}.", **self._names)
        yield self._write(told, asker, say("{person} twenty, please.", person=_at(other)))
        over = say("{bob} is not the right one? Pass it on to {cleo}.", **self._names)
        yield self._command(over, other, f"/duly pass {NUMBER} @{helper.id}")
        accept = say("It stays with {bob} until {cleo} accepts. Press the button.", **self._names)
        yield self._switch(accept, helper, "pressed")
        drop = say("No reply needed? {cleo} says so, and {ann} is asked.", **self._names)
        yield self._command(drop, helper, f"/duly drop {NUMBER}")
        object = say("{ann} may object by a button; silence for a day agrees.", **self._names)
        yield self._switch(object, asker, "pressed")

    def quiet(self, commands: frozenset[str]) -> Iterator[Step]:
        """Less at once: paused, gathered in the morning."""
        if "pause" in commands:
            pause = say("Too much today? {cleo} can pause the reminders.", **self._names)
            yield self._command(pause, self.scene.helper, "/duly pause", "asked")
        night = say("What is not urgent comes together, in the morning.")
        move = f'{{"morning_of": "{self.scene.helper.id}"}}'
        yield self._move(night, say("Next morning"), move)
        digest = say("See what the morning brings to {cleo}.", **self._names)
        yield self._switch(digest, self.scene.helper)

    def end(self, next: Step | None = None) -> Step:
        more = say("That was the life of a duty. Type {command} to see what else there is.", **MORE)
        words = self._words(more)
        if next is None:
            return Step(words)
        link = self._words(say("Go on: records and supervision"))
        return replace(next, text=words, link=link, draft="", until=(), guide=RECORDS)

    @property
    def _names(self) -> dict[str, Who | Code]:
        people = {"ann": self.scene.asker, "bob": self.scene.other, "cleo": self.scene.helper}
        names = {name: _called(each) for name, each in people.items()}
        return {**names, "place": Code(f"#{self.scene.channel.name}")}

    def _write(self, text: Say, who: Person, draft: Say, *until: Until) -> Step:
        return Step(
            text=self._words(text),
            link=self._words(say("Write it for me")),
            who=who.id,
            place=self.scene.channel.id,
            draft=self._words(draft),
            until=until or ("sent",),
        )

    def _command(self, text: Say, who: Person, draft: str, *until: Until) -> Step:
        return Step(
            text=self._words(text),
            link=self._words(say("Write it for me")),
            who=who.id,
            place=direct(who.id),
            draft=draft,
            until=until or ("sent", "asked"),
        )

    def _switch(self, text: Say, who: Person, *until: Until) -> Step:
        return Step(
            text=self._words(text),
            link=self._words(say("Switch to {bob}", bob=_called(who))),
            who=who.id,
            place=direct(who.id),
            until=until or ("came",),
        )

    def _move(self, text: Say, link: Say, move: str) -> Step:
        return Step(self._words(text), self._words(link), move=move, until=("moved",))

    def _words(self, text: Say) -> str:
        return render(text, self.reader, str)


MORE = {"command": Code("/duly")}


def _called(person: Person) -> Who:
    """By the first of their names, as there is little room."""
    return Who(person.id, person.name.split()[0])


def _at(person: Person) -> Code:
    return Code(f"@{person.id}")
