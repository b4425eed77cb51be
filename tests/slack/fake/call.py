"""One call of the Web API: who calls, with which arguments, read as Slack reads them."""

import re
from dataclasses import dataclass, field
from typing import Any

from tests.slack.fake.rules import Refusal
from tests.slack.fake.things import Conversation, Message, User, Workspace
from tests.slack.fake.wire import Json, unpack
from tests.slack.fake.world import SLACKBOT, World

TRUE = (True, 1, "1", "true", "True")
TS = re.compile(r"\d{10}\.\d{6}")


def slackbot(team: Workspace) -> User:
    """Slack's own account, which passes for a person."""
    return User(id=SLACKBOT, team=team, name="slackbot", real_name="Slackbot", tz="UTC")


@dataclass(slots=True)
class Call:
    world: World
    team: Workspace
    bot: User
    method: str
    args: Json
    warnings: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)  # the warnings in our words, for the log

    @property
    def scopes(self) -> frozenset[str]:
        return self.world.settings.scopes

    def text(self, name: str, default: str = "") -> str:
        value = self.args.get(name)
        if value is None:
            return default
        if isinstance(value, (dict, list)):
            raise Refusal("invalid_arguments", f"`{name}` must be a string.")
        return str(value)

    def need(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise Refusal("invalid_arguments", f"The argument `{name}` is required.")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.args.get(name)
        return default if value is None else value in TRUE

    def number(self, name: str, default: int, most: int) -> int:
        """A page size: what lies beyond the most is refused, so that nobody relies on it."""
        try:
            value = int(self.text(name) or default)
        except ValueError:
            raise Refusal("invalid_limit", f"`{name}` must be a whole number.") from None
        if not 1 <= value <= most:
            raise Refusal("invalid_limit", f"`{name}` lies between 1 and {most}.")
        return value

    def json(self, name: str, error: str = "invalid_arguments") -> Any:
        """An argument that is JSON itself: as it is, or as a string of it."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        try:
            return unpack(value) if value else None
        except ValueError:
            raise Refusal(error, f"`{name}` is not JSON.") from None

    def listed(self, name: str) -> list[str]:
        value = self.args.get(name) or ""
        if isinstance(value, list):
            return [str(each) for each in value]
        return [each for each in str(value).split(",") if each]

    def stamp(self, name: str, error: str) -> str:
        value = self.text(name)
        if value and not re.fullmatch(r"\d+(?:\.\d+)?", value):
            raise Refusal(error, f"`{name}` is a Unix time with a fraction, as a string.")
        return value

    def warn(self, code: str, rule: str) -> None:
        self.warnings.append(code)
        self.aside.append(rule)

    def room(self, name: str = "channel") -> Conversation:
        """The conversation named; a private one without the bot does not exist for it."""
        ident = self.need(name)
        room = self.world.rooms.get(ident)
        if room is None or room.deleted:
            raise Refusal("channel_not_found", f"There is no conversation {ident!r}.")
        foreign = room.team is not self.team
        if foreign or (room.is_private and self.bot.id not in room.members):
            raise Refusal(
                "channel_not_found",
                "A private conversation without the bot, or one of another workspace, does not "
                "exist for it.",
            )
        return room

    def member_of(self, room: Conversation) -> Conversation:
        if self.bot.id not in room.members:
            raise Refusal("not_in_channel", "The bot is not a member of this channel.")
        return room

    def person(self, ident: str, error: str = "user_not_found") -> User:
        who = self.world.users.get(ident)
        if ident == SLACKBOT:
            return slackbot(self.team)
        if who is None or (who.team is not self.team and not who.foreign):
            raise Refusal(error, f"There is no user {ident!r} in this workspace.")
        return who

    def addressee(self, ident: str) -> User:
        """Somebody the bot can write to."""
        who = self.person(ident)
        if who.is_bot or who.id == SLACKBOT:
            raise Refusal("cannot_dm_bot", "A bot cannot write to a bot.")
        if who.deleted:
            raise Refusal("user_disabled", "This person's account is deactivated.")
        if self.stranger(who):
            raise Refusal("user_not_visible", "This person shares no channel with the bot.")
        return who

    def stranger(self, who: User) -> bool:
        """Of another company, and in no channel where the bot is."""
        rooms = (x for x in self.world.rooms.values() if self.bot.id in x.members)
        return who.foreign and not any(who.id in room.members for room in rooms)

    def message(self, room: Conversation, ts: str) -> Message:
        found = room.standing(ts)
        if found is None:
            raise Refusal("message_not_found", "No message stands there with this `ts`.")
        return found

    def own(self, room: Conversation, ts: str, error: str) -> Message:
        found = self.message(room, ts)
        if found.user != self.bot.id or found.subtype in ("channel_join", "channel_leave"):
            raise Refusal(error, "The bot changes and deletes only its own messages.")
        return found
