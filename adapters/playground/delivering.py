"""Effects of the core become lines of the timeline: each key once, whatever is repeated."""

from dataclasses import replace
from typing import assert_never

from adapters.playground import forms, render
from adapters.playground.cast import BOT, PLATFORM, REALM, direct
from adapters.playground.lines import Body, Draft, Line
from adapters.playground.shelf import Shelf
from adapters.playground.streams import Streams
from adapters.playground.timeline import Timeline
from bot.clock import Clock
from bot.effects import (
    Amend,
    Deliverable,
    Mark,
    OpenForm,
    Publish,
    Send,
    ShowHome,
    Upload,
    Whisper,
    Withdraw,
)
from bot.events import Account, MessageRef, Place
from bot.port import Undeliverable
from bot.words import Reader


class Delivering:
    def __init__(self, shelf: Shelf, timeline: Timeline, clock: Clock, streams: Streams) -> None:
        self._shelf = shelf
        self._timeline = timeline
        self._clock = clock
        self._streams = streams

    def deliver(self, effect: Deliverable, key: str, reader: Reader) -> MessageRef | None:
        """Raises Undeliverable where nobody is there to get it."""
        if isinstance(effect, OpenForm):
            self._open(effect, key, reader)
            return None
        with self._shelf.writing():
            known, line = self._timeline.delivered(key)
            if not known:
                line = self._carry_out(effect, key, reader)
                self._timeline.deliver(key, line)
        self._streams.wake()
        return line.ref if line else None

    def find(self, key: str) -> MessageRef | None:
        _, line = self._timeline.delivered(key)
        return line.ref if line else None

    def _open(self, effect: OpenForm, key: str, reader: Reader) -> None:
        person = self._person(effect.to)
        html = forms.form(effect.form, reader, self._timeline.cast)
        told: dict[str, object] = {
            "n": self._timeline.last(),
            "kind": "form",
            "key": key,
            "form": effect.form.command,
            "html": html,
        }
        if not self._streams.open_form(person, effect.reply_handle, told):
            raise Undeliverable(f"{person} has no page open")

    def _carry_out(  # noqa: PLR0911
        self, effect: Deliverable, key: str, reader: Reader
    ) -> Line | None:
        match effect:
            case Send(to, card):
                return self._say(key, self._place(to), render.card(card, reader))
            case Publish(to, _, _):
                return self._say(key, self._place(to), render.published(effect, reader))
            case Whisper():
                return self._whisper(effect, key, reader)
            case Upload(to, file, name, card):
                body = replace(render.card(card, reader), file=(file, name))
                return self._say(key, self._place(to), body)
            case Amend(_, message, card):
                return self._amend(message, render.card(card, reader))
            case Withdraw(_, message):
                return self._withdraw(message)
            case Mark():
                return self._mark(effect)
            case ShowHome(to, cards):
                body = render.together(tuple(render.card(each, reader) for each in cards))
                self._timeline.show_home(self._person(to), body)
                return None
            case OpenForm():
                raise AssertionError("forms are not lines")
            case _:
                assert_never(effect)

    def _say(self, key: str, to: Place, body: Body, only_for: str | None = None) -> Line:
        draft = Draft(
            id=self._clock.new_id(),
            place=to.id,
            thread=self._root(to),
            author=BOT,
            at=self._clock.now(),
            body=body,
            only_for=only_for,
        )
        return self._timeline.add(draft, key)

    def _root(self, to: Place) -> str | None:
        if to.thread is None:
            return None
        line = self._timeline.line(to.thread)
        if line is None or line.place != to.id:
            raise Undeliverable("there is no such thread")
        return line.thread or line.id

    def _whisper(self, effect: Whisper, key: str, reader: Reader) -> Line:
        """Where the person cannot see the place, their direct chat with us is as private."""
        person, body = self._person(effect.to), render.card(effect.card, reader)
        near = effect.near
        places = self._timeline.cast.places_of(person)
        if (near.platform, near.realm) != (PLATFORM, REALM) or near.id not in places:
            return self._say(key, self._place(effect.to), body)
        return self._say(key, near, body, only_for=person)

    def _amend(self, message: MessageRef, body: Body) -> Line:
        line = self._line(message)
        if line.gone:
            raise Undeliverable("that message was deleted")
        self._timeline.amend(line, replace(body, file=line.body.file))
        return line

    def _withdraw(self, message: MessageRef) -> Line:
        line = self._line(message)
        if not line.gone:
            self._timeline.withdraw(line)
        return line

    def _mark(self, effect: Mark) -> Line:
        line = self._line(effect.message)
        if line.gone:
            raise Undeliverable("that message was deleted")
        self._timeline.react(line, BOT, effect.emoji, on=effect.on)
        return line

    def _line(self, message: MessageRef) -> Line:
        line = self._timeline.line(message.id)
        if line is None:
            raise Undeliverable("there is no such message")
        return line

    def _place(self, to: Place | Account) -> Place:
        if isinstance(to, Account):
            return Place(PLATFORM, REALM, direct(self._person(to)))
        if (to.platform, to.realm) != (PLATFORM, REALM) or not self._timeline.cast.has_place(to.id):
            raise Undeliverable("there is no such place")
        return to

    def _person(self, to: Account) -> str:
        known = (to.platform, to.realm) == (PLATFORM, REALM)
        if not known or self._timeline.cast.person(to.id) is None:
            raise Undeliverable("there is no such person")
        return to.id
