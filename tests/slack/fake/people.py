"""People in a scene: what they say and do, in the words a test would use."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.slack.fake import composing, deeds, interacting, seeing, shapes, surfaces, telling
from tests.slack.fake.delivery import Delivery
from tests.slack.fake.rules import Impossible
from tests.slack.fake.things import Conversation, File, Message, User, View
from tests.slack.fake.wire import Json, copy
from tests.slack.fake.world import World


@dataclass(slots=True, eq=False, kw_only=True)
class Person(User):
    """`ann.say(sales, "@bob can you send the report?")`, `bob.press(card, "Done")`, …"""

    world: World = field(repr=False)

    # --- talking ---------------------------------------------------------------------------

    def say(
        self,
        where: Conversation,
        typed: str,
        *,
        thread: Message | None = None,
        files: Iterable[File] = (),
        broadcast: bool = False,
    ) -> Message:
        with self.world.turn:
            self._can_speak(where)
            text, blocks = composing.composed(self.world, self, typed)
            carried = list(files)
            what = Message(
                ts=self.world.ids.ts(),
                room=where,
                user=self.id,
                text=text,
                blocks=blocks,
                thread_ts=root_of(thread),
                files=carried,
                subtype="file_share" if carried else None,
                client_msg_id=self.world.ids.uuid(),
                broadcast=broadcast,
            )
            return deeds.say(self.world, what)

    def write(self, typed: str, **more: Any) -> Message:
        """To the bot, in private."""
        return self.say(self.desk(), typed, **more)

    def desk(self) -> Conversation:
        """The direct message with the bot."""
        with self.world.turn:
            return self.world.direct(self.team, self.id)

    def edit(self, what: Message, typed: str) -> Message:
        with self.world.turn:
            self._own(what)
            text, blocks = composing.composed(self.world, self, typed)
            deeds.edit(self.world, what, text, blocks)
            return what

    def delete(self, what: Message) -> None:
        """One's own message; an administrator deletes anybody's."""
        with self.world.turn:
            if not self.is_admin:
                self._own(what)
            deeds.delete(self.world, what)

    def react(self, what: Message, name: str) -> None:
        with self.world.turn:
            self._see(what)
            if not deeds.react(self.world, what, self.id, name):
                raise Impossible("one reacts once with the same emoji")

    def unreact(self, what: Message, name: str) -> None:
        with self.world.turn:
            if not deeds.unreact(self.world, what, self.id, name):
                raise Impossible("there is no such reaction of theirs")

    # --- coming and going ------------------------------------------------------------------

    def join(self, where: Conversation) -> None:
        with self.world.turn:
            if where.kind != "channel" or where.archived or not seeing.sees(self, where):
                raise Impossible("this channel cannot be joined")
            deeds.join(self.world, where, self)

    def leave(self, where: Conversation) -> None:
        with self.world.turn:
            deeds.leave(self.world, where, self)

    def change(self, **fields: Any) -> None:
        """`ann.change(tz="Europe/London", status_text="On leave")`: their profile."""
        with self.world.turn:
            for name, value in fields.items():
                if name not in PROFILE:
                    raise Impossible(f"{name} is not theirs to change")
                setattr(self, name, value)
            self.updated = int(self.world.now())
            telling.user_changed(self.world, self)

    def deactivate(self) -> None:
        with self.world.turn:
            self.deleted, self.updated = True, int(self.world.now())
            for room in self.world.rooms.values():
                if not room.is_direct and self.id in room.members:
                    room.members.remove(self.id)
            telling.user_changed(self.world, self)

    # --- the app ---------------------------------------------------------------------------

    def command(
        self, where: Conversation, typed: str, *, thread: Message | None = None
    ) -> Delivery:
        if thread is not None:
            raise Impossible("there are no slash commands in threads")
        with self.world.turn:
            self._can_speak(where)
            word, _, rest = typed.partition(" ")
            if self.world.settings.escape:
                rest = composing.escaped(self.world, self, rest)
            return interacting.command(self.world, self, where, f"{word} {rest}")

    def press(self, where: surfaces.Surface, called: str) -> Delivery:
        """A button on a message, in the home tab, or in the open modal (`bob.modal`)."""
        with self.world.turn:
            self._see(where)
            part = surfaces.find(where, called)
            if part.element["type"] not in ("button", "icon_button"):
                raise Impossible(f"{called!r} is not a button")
            return interacting.pressed(self.world, self, where, part)

    def choose(self, where: surfaces.Surface, called: str, value: Any) -> Delivery | None:
        """An option, person, channel, date, … of a menu; text in an input."""
        with self.world.turn:
            self._see(where)
            part = surfaces.find(where, called)
            state = surfaces.chosen(part, value, self._as_file)
            if part.element["type"] != "overflow":
                kept = interacting.filled(self.world, self, where)
                values = kept.setdefault(part.block["block_id"], {})
                values[part.element["action_id"]] = {"type": part.element["type"], **copy(state)}
            if part.block["type"] == "input" and not part.block.get("dispatch_action"):
                return None
            return interacting.acted(self.world, self, where, part, state)

    def look_up(self, where: surfaces.Surface, called: str, typed: str) -> Delivery:
        """Type into a menu whose options the app supplies; they are in the answer."""
        with self.world.turn:
            self._see(where)
            part = surfaces.find(where, called)
            if not part.element["type"].endswith("external_select"):
                raise Impossible(f"{called!r} has its options already")
            return interacting.looked_up(self.world, self, where, part, typed)

    def shortcut(self, callback: str, what: Message | None = None) -> Delivery:
        with self.world.turn:
            if what is not None:
                self._see(what)
            return interacting.shortcut(self.world, self, callback, what)

    def open_home(self, tab: str = "home") -> None:
        with self.world.turn:
            inner: Json = {
                "type": "app_home_opened",
                "user": self.id,
                "channel": self.desk().id,
                "tab": tab,
                "event_ts": self.world.ids.ts(),
            }
            home = self.world.homes.get(self.id)
            if home is not None and tab == "home":
                inner["view"] = shapes.view(home)
            telling.tell(self.world, self.team, inner)

    @property
    def home(self) -> View:
        return self.world.homes[self.id]

    @property
    def modal(self) -> View | None:
        """The view on top of what is open before them."""
        stack = self.world.modals.get(self.id, [])
        return stack[-1] if stack else None

    def submit(self, **fields: Any) -> Delivery:
        """Fill in the open modal (by label, block id or action id) and send it off."""
        with self.world.turn:
            view = self._open()
            for called, value in fields.items():
                self.choose(view, called, value)
            self._complete(view)
            return interacting.submitted(self.world, self, view)

    def fill(self, values: dict[str, Any]) -> Delivery:
        """`submit`, where labels are no Python names."""
        return self.submit(**values)

    def close(self, *, whole: bool = False) -> Delivery | None:
        """Cancel the view, or (`whole`) the whole modal."""
        with self.world.turn:
            return interacting.left_open(self.world, self, self._open(), whole=whole)

    # --- files and sight -------------------------------------------------------------------

    def file(self, name: str, content: bytes, mimetype: str = "text/plain") -> File:
        """A file of theirs, not shared yet; give it to `say(files=…)` or to a file input."""
        with self.world.turn:
            made = File(
                id=self.world.ids.new("F"),
                team=self.team,
                user=self.id,
                name=name,
                title=name,
                content=content,
                mimetype=mimetype,
                created=int(self.world.now()),
                length=len(content),
                ready=True,
            )
            made.secret = f"{self.world.base}/files-pri/{self.team.id}-{made.id}/{name}"
            self.world.files[made.id] = made
            return made

    def make_public(self, what: File) -> None:
        with self.world.turn:
            what.public = True
            inner = {
                "type": "file_public",
                "file_id": what.id,
                "user_id": self.id,
                "file": {"id": what.id},
                "event_ts": self.world.ids.ts(),
            }
            telling.tell(self.world, self.team, inner)

    @property
    def sees(self) -> list[seeing.Sight]:
        with self.world.turn:
            return seeing.seen_by(self.world, self)

    # --- what the client allows ------------------------------------------------------------

    def _can_speak(self, where: Conversation) -> None:
        if self.deleted:
            raise Impossible("a deactivated account does nothing")
        if self.id not in where.members:
            raise Impossible(f"{self.name} is not in this conversation")
        if where.archived or where.deleted:
            raise Impossible("this conversation is closed")

    def _own(self, what: Message) -> None:
        if what.user != self.id or what.deleted:
            raise Impossible("one edits and deletes what one wrote oneself")

    def _see(self, what: surfaces.Surface) -> None:
        if isinstance(what, View):
            seen = what.user == self.id and what.open
        elif isinstance(what, Message):
            seen = seeing.sees(self, what.room) and not what.deleted
        else:
            seen = what.user == self.id and not what.deleted
        if not seen or self.deleted:
            raise Impossible(f"{self.name} does not see this")

    def _open(self) -> View:
        view = self.modal
        if view is None:
            raise Impossible(f"nothing is open before {self.name}")
        return view

    def _complete(self, view: View) -> None:
        if "submit" not in view.body:
            raise Impossible("this view has nothing to send off with")
        for part in surfaces.parts(view):
            block = part.block
            asked = block["type"] == "input" and not block.get("optional", False)
            state = view.filled[block["block_id"]][part.element["action_id"]] if asked else {}
            if asked and surfaces.empty(state):
                raise Impossible(f"{block['label']['text']!r} must be filled in")

    def _as_file(self, what: File) -> Json:
        """A file put into a form is readable for the app."""
        what.granted = True
        return shapes.file(what)


PROFILE = (
    *("name", "real_name", "display_name", "email", "title", "tz", "locale"),
    *("status_text", "status_emoji", "status_expiration"),
    *("is_restricted", "is_ultra_restricted", "is_admin"),
)


def root_of(thread: Message | None) -> str | None:
    return None if thread is None else thread.thread_ts or thread.ts
