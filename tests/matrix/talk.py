"""People who talk all the time with Duly and each other, and remember what they said and saw."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from tests.matrix.cipher import SecretHuman
from tests.matrix.human import Human, Refused

PEOPLE = ("ann", "bob", "sam", "leo")
BEGIN = ("ann", "bob")  # they open their chat with Duly themselves; the others are written to
ASKS = ("when is sample {} ready?", "could you send contract {}?", "please check invoice {}")
COMMANDS = (
    "mine",
    "waiting",
    "done {}",
    "promise {} in 3 hours",
    "drop {}",
    "reopen {}",
    "request notice The office is closed on Friday",
    "approve {}",
    "reject {} too late",
    "recall {}",
)
ANSWERS = ("tomorrow 15:00", "next blue moon", "!cancel")
ROTATE = 0.05  # of what is said in secret, by a new key


@dataclass
class Talk:
    """Of a company in a secret room, a plain one, and each with Duly alone."""

    chance: Random
    people: dict[str, Human]
    duly: str
    secret: bool
    rooms: list[str] = field(default_factory=list)
    chats: dict[str, str] = field(default_factory=dict)  # of those who have one
    ready: set[str] = field(default_factory=set)  # rooms where Duly is
    posts: dict[str, str] = field(default_factory=dict)  # event: room, of what stands in rooms
    commands: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)  # reactions and edits
    asked: int = 0
    _dialogues: list[tuple[str, str]] = field(default_factory=list)  # who, the event it began with
    _reacted: set[tuple[str, str, str]] = field(default_factory=set)

    def gather(self) -> None:
        """Everybody is in both rooms; Duly, which does not run yet, is invited."""
        first, *rest = self.people.values()
        for name, secret in (("sales", self.secret), ("office", False)):
            invited = [*(each.id for each in rest), self.duly]
            self.rooms.append(first.create_room(name, invite=invited, encrypted=secret))
        for each in rest:
            for room in self.rooms:
                each.accept(room)
        for name in BEGIN:
            self.chats[name] = self.people[name].direct(self.duly, encrypted=self.secret)

    def deed(self) -> None:
        name = self.chance.choice(PEOPLE)
        who = self.people[name]
        luck = self.chance.random()
        if luck < 0.25:
            self._look(name)
        elif luck < 0.30:
            self._edit(who)
        elif luck < 0.40:
            self._react(name)
        elif luck < 0.55:
            self._answer(name)
        elif luck < 0.75:
            self._say(who)
        else:
            self._command(name)

    def look(self) -> None:
        for name in PEOPLE:
            self._look(name)

    @property
    def realm(self) -> str:
        return self.duly.partition(":")[2]

    @property
    def said(self) -> list[str]:
        """Every event, once."""
        return list(dict.fromkeys((*self.posts, *self.commands, *self.others)))

    def cards(self) -> Iterator[tuple[str, str, int]]:
        """What Duly said that still stands: the event, its key, and which part of it it is."""
        seen = dict[str, tuple[str, str, int]]()
        for who in self.people.values():
            for room in who.joined:
                events = {event["event_id"]: event for event in who.events(room)}
                for each in who.messages(room):
                    ours: dict[str, Any] = events[each.id]["content"].get("duly", {})
                    if each.sender == self.duly and ours:
                        seen[each.id] = (each.id, ours["key"], ours["part"])
        yield from seen.values()

    def unreadable(self) -> Iterator[str]:
        for name, who in self.people.items():
            for room in who.joined:
                for each in who.messages(room):
                    if each.trouble:
                        yield f"{name} cannot read {each.id} of {each.sender}: {each.trouble}"

    def several(self) -> Iterator[str]:
        """Who has more than one chat with Duly."""
        for name, who in self.people.items():
            chats = {*who.joined, *who.invited} - set(self.rooms)
            if len(chats) > 1:
                yield f"{name} has {len(chats)} chats with Duly"

    # Deeds.

    def _look(self, name: str) -> None:
        who = self.people[name]
        with suppress(httpx.TransportError):
            who.sync()
        for room in list(who.invited):
            who.join(room)
            self.chats.setdefault(name, room)
            who.sync()

    def _say(self, who: Human) -> None:
        room = self._room(who)
        if room is None:
            return
        self.asked += 1
        other = self.people[self.chance.choice(PEOPLE)]
        text = self.chance.choice(ASKS).format(self.asked)
        name = other.account.name
        pill = f'<a href="https://matrix.to/#/{other.id}">{name}</a> {text}'
        self._turn(who, room)
        said = who.say(room, f"{name} {text}", html=pill, mentions=[other.id])
        self.posts[said] = room

    def _command(self, name: str) -> None:
        """In a room by its mark, in a chat also without."""
        who, text = self.people[name], self._number(self.chance.choice(COMMANDS))
        if (chat := self._chat(name)) and self.chance.random() < 0.5:
            said = who.say(chat, self.chance.choice((text, f"!duly {text}")))
        elif room := self._room(who):
            self._turn(who, room)
            said = who.say(room, f"!duly {text}")
            self.posts[said] = room
        else:
            return
        self.commands.append(said)

    def _answer(self, name: str) -> None:
        """A dialogue is begun or gone on with, in the chat."""
        who, chat = self.people[name], self._chat(name)
        if chat is None:
            return
        for each in [each for each in self._dialogues if each[0] == name]:
            if any(seen.thread == each[1] for seen in who.messages(chat)):
                self._dialogues.remove(each)
                self.commands.append(who.say(chat, self.chance.choice(ANSWERS), thread=each[1]))
                return
        said = who.say(chat, self._number("promise {}"))
        self._dialogues.append((name, said))
        self.commands.append(said)

    def _react(self, name: str) -> None:
        who, chat = self.people[name], self._chat(name)
        offered = [
            (each.id, emoji)
            for each in (who.messages(chat) if chat else ())
            for emoji, by in each.reactions.items()
            if self.duly in by and (name, each.id, emoji) not in self._reacted
        ]
        if chat and offered:
            event, emoji = self.chance.choice(offered)
            self._reacted.add((name, event, emoji))
            self.others.append(who.react(chat, event, emoji))

    def _edit(self, who: Human) -> None:
        room = self._room(who)
        mine = [each for each in who.messages(room) if each.sender == who.id] if room else []
        mine = [each for each in mine if each.id in self.posts and "!duly" not in each.body]
        if room and mine:
            what = self.chance.choice(mine)
            self.others.append(who.edit(room, what.id, f"{what.body} (urgent)"))

    def _number(self, text: str) -> str:
        return text.format(self.chance.randint(1, 2 + self.asked))

    def _turn(self, who: Human, room: str) -> None:
        if isinstance(who, SecretHuman) and self.chance.random() < ROTATE:
            who.rotate(room)

    def _room(self, who: Human) -> str | None:
        room = self.chance.choice(self.rooms)
        return room if self._is_there(who, room) else None

    def _chat(self, name: str) -> str | None:
        chat = self.chats.get(name)
        return chat if chat and self._is_there(self.people[name], chat) else None

    def _is_there(self, who: Human, room: str) -> bool:
        """What is said before Duly came is not for it."""
        if room not in self.ready:
            with suppress(Refused):
                if self.duly in who.members(room):
                    self.ready.add(room)
        return room in self.ready
