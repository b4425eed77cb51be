"""Channels in a scene: what happens to them."""

from dataclasses import dataclass, field

from tests.slack.fake import deeds, telling
from tests.slack.fake.rules import Impossible
from tests.slack.fake.things import Conversation, User
from tests.slack.fake.wire import Json
from tests.slack.fake.world import World


@dataclass(slots=True, eq=False, kw_only=True)
class Channel(Conversation):
    world: World = field(repr=False)

    def invite(self, *people: User, by: User | None = None) -> None:
        with self.world.turn:
            inviter = by.id if by else self.creator
            for who in people:
                deeds.join(self.world, self, who, inviter)

    def invite_bot(self, by: User | None = None) -> None:
        with self.world.turn:
            deeds.join(self.world, self, self.world.bot(self.team), by.id if by else self.creator)

    def remove(self, who: User, by: User | None = None) -> None:
        with self.world.turn:
            deeds.leave(self.world, self, who, by.id if by else self.creator)

    def remove_bot(self, by: User | None = None) -> None:
        with self.world.turn:
            self.remove(self.world.bot(self.team), by)

    def rename(self, name: str, by: User | None = None) -> None:
        with self.world.turn:
            self.previous_names.append(self.name)
            before, self.name = self.name, name
            who = by or self._creator()
            said = f"<@{who.id}> has renamed the channel from “{before}” to “{name}”"
            deeds.notice(self.world, self, who, "channel_name", said)
            about = {
                "id": self.id,
                "is_channel": self.kind == "channel",
                "is_mpim": False,
                "name": name,
                "name_normalized": name,
                "created": self.created,
            }
            telling.place_changed(self.world, self, "rename", channel=about)

    def archive(self, by: User | None = None) -> None:
        with self.world.turn:
            who = by or self._creator()
            deeds.notice(self.world, self, who, "channel_archive", "archived the channel")
            self.archived = True
            telling.place_changed(self.world, self, "archive", user=who.id, is_moved=0)

    def unarchive(self, by: User | None = None) -> None:
        with self.world.turn:
            self.archived = False
            who = by or self._creator()
            telling.place_changed(self.world, self, "unarchive", user=who.id)

    def delete(self, by: User | None = None) -> None:
        with self.world.turn:
            who = by or self._creator()
            telling.place_changed(self.world, self, "deleted", actor_id=who.id)
            self.deleted = True

    def share_with(self, team: str) -> None:
        """With another company: strangers may be there from now on."""
        with self.world.turn:
            if self.id.startswith("G"):
                self.change_id("C")  # as soon as a private channel is to be shared
            self.shared_with.append(team)
            self._tell_sharing("channel_shared", team)

    def unshare(self, team: str) -> None:
        with self.world.turn:
            self.shared_with.remove(team)
            self._tell_sharing("channel_unshared", team)

    def _tell_sharing(self, kind: str, team: str) -> None:
        if self.kind != "channel" and not self.world.bot_in(self):
            return
        inner: Json = {"type": kind, "channel": self.id, "event_ts": self.world.ids.ts()}
        if kind == "channel_shared":
            inner["connected_team_id"] = team
        else:
            inner["previously_connected_team_id"] = team
            inner["is_ext_shared"] = bool(self.shared_with)
        telling.tell(self.world, self.team, inner, self)

    def change_id(self, letter: str = "") -> str:
        """As when a workspace moves into a larger organisation; the new id."""
        with self.world.turn:
            before = self.id
            self.id = self.world.ids.new(letter or before[0])
            self.world.rooms[self.id] = self.world.rooms.pop(before)
            inner = {
                "type": "channel_id_changed",
                "old_channel_id": before,
                "new_channel_id": self.id,
                "event_ts": self.world.ids.ts(),
            }
            telling.tell(self.world, self.team, inner, self)
            return self.id

    def _creator(self) -> User:
        who = self.world.users.get(self.creator)
        if who is None:
            raise Impossible("nobody made this channel")
        return who
