"""A workspace in a scene: hiring people, making channels and groups."""

from dataclasses import dataclass, field
from typing import Any, Self

from tests.slack.fake import shapes, telling
from tests.slack.fake.people import Person
from tests.slack.fake.robots import Robot
from tests.slack.fake.rooms import Channel
from tests.slack.fake.things import Conversation, Group, User, Workspace
from tests.slack.fake.world import World


@dataclass(slots=True, eq=False, kw_only=True)
class Company(Workspace):
    world: World = field(repr=False)

    @classmethod
    def install(cls, world: World, name: str, *, enterprise: bool) -> Self:
        ids = world.ids
        made = cls(
            world=world,
            id=ids.new("T"),
            name=name,
            domain=name.lower().replace(" ", "-"),
            app_id=world.app_id,
            bot_id=ids.new("B"),
            token=f"xoxb-{ids.chance.randint(10**11, 10**12)}-{ids.hex(24)}",
            enterprise=ids.new("E") if enterprise else None,
            created=int(world.now()),
        )
        world.teams[made.id] = made
        bot = User(
            id=ids.new("U"),
            team=made,
            name=world.settings.name.lower(),
            real_name=world.settings.name,
            is_bot=True,
            bot_id=made.bot_id,
            updated=made.created,
        )
        world.users[bot.id] = bot
        made.bot_user = bot.id
        return made

    @property
    def bot(self) -> User:
        return self.world.bot(self)

    def person(self, real_name: str, **more: Any) -> Person:
        """Somebody who works there; `email`, `tz`, `locale`, `is_restricted`, … as wanted."""
        with self.world.turn:
            who = self._made(real_name, self, more)
            self.world.users[who.id] = who
            return who

    def _made(self, real_name: str, team: Workspace, more: dict[str, Any]) -> Person:
        words = real_name.lower().split()
        more.setdefault("name", words[0])
        more.setdefault("display_name", real_name.split(maxsplit=1)[0])
        ident = self.world.ids.new("U")
        now = int(self.world.now())
        return Person(
            world=self.world, id=ident, team=team, real_name=real_name, updated=now, **more
        )

    def robot(self, name: str, *, legacy: bool = False) -> Robot:
        """Somebody else's app in this workspace."""
        with self.world.turn:
            ids = self.world.ids
            made = Robot(
                world=self.world,
                id=ids.new("U"),
                team=self,
                name=name.lower(),
                real_name=name,
                is_bot=True,
                bot_id=ids.new("B"),
                app=ids.new("A"),
                legacy=legacy,
            )
            self.world.users[made.id] = made
            return made

    def hire(self, real_name: str, **more: Any) -> Person:
        """A newcomer, of whom the app is told."""
        with self.world.turn:
            who = self.person(real_name, **more)
            telling.user_changed(self.world, who, "team_join")
            return who

    def stranger(self, real_name: str, company: str = "Elsewhere", **more: Any) -> Person:
        """Somebody of another company, without the app there; put them into a shared channel."""
        with self.world.turn:
            found = [x for x in self.world.users.values() if x.team.name == company]
            team = found[0].team if found else self._foreign(company)
            who = self._made(real_name, team, dict(more))
            self.world.users[who.id] = who
            return who

    def _foreign(self, name: str) -> Workspace:
        ident = self.world.ids.new("T")
        domain = name.lower().replace(" ", "-")
        return Workspace(
            id=ident, name=name, domain=domain, app_id="", bot_id="", token="", installed=False
        )

    def channel(self, name: str, *people: User, private: bool = False) -> Channel:
        with self.world.turn:
            letter = self.world.chance.choice("CG") if private else "C"
            made = Channel(
                world=self.world,
                id=self.world.ids.new(letter),
                team=self,
                name=name,
                kind="group" if private else "channel",
                members=[each.id for each in people],
                creator=people[0].id if people else self.bot.id,
                created=int(self.world.now()),
            )
            self.world.rooms[made.id] = made
            return made

    def create_channel(self, name: str, *people: User) -> Channel:
        """A public channel that is new, of which the app is told."""
        with self.world.turn:
            made = self.channel(name, *people)
            shown = shapes.conversation(made, bot=self.bot.id)
            telling.place_changed(self.world, made, "created", channel=shown)
            return made

    def talk(self, *people: User) -> Conversation:
        """A direct message between people; with the bot only where it is named."""
        with self.world.turn:
            return self.world.found(self, [each.id for each in people])

    def group(self, handle: str, *people: User) -> Group:
        with self.world.turn:
            now = int(self.world.now())
            members = [each.id for each in people]
            made = Group(
                id=self.world.ids.new("S"),
                team=self,
                name=handle.title(),
                handle=handle,
                members=members,
                created=now,
                updated=now,
            )
            self.world.groups[made.id] = made
            return made

    def regroup(self, group: Group, *people: User) -> None:
        """The group now has these members."""
        with self.world.turn:
            after = [each.id for each in people]
            added = [each for each in after if each not in group.members]
            removed = [each for each in group.members if each not in after]
            group.members = after
            telling.group_changed(self.world, group, added, removed)
            group.updated = int(self.world.now())
