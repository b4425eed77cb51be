"""Everything there is in the fake, who may see it, and a log of what was asked and refused."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from threading import RLock

from tests.slack.fake.app import Settings
from tests.slack.fake.clock import Bustle, Clock
from tests.slack.fake.delivery import Delivery
from tests.slack.fake.faults import Faults
from tests.slack.fake.ids import Ids
from tests.slack.fake.rules import Refused
from tests.slack.fake.things import (
    Conversation,
    Ephemeral,
    File,
    Group,
    Message,
    ResponseUrl,
    Trigger,
    User,
    View,
    Workspace,
)
from tests.slack.fake.wire import Json

SLACKBOT = "USLACKBOT"


@dataclass(slots=True)
class Called:
    """One call of the Web API, as it arrived and as it was answered."""

    method: str
    args: Json
    status: int  # of HTTP; 0 where the connection was cut
    error: str = ""  # Slack's word, or the fault's
    accepted: bool = False  # whether it took effect (or will, where it is late)
    at: float = 0.0
    answer: Json = field(default_factory=dict)


def _nobody(_: Delivery) -> None:
    """Until somebody listens, what happens is not told."""


@dataclass(slots=True, eq=False, repr=False)
class World:
    clock: Clock
    chance: Random
    settings: Settings
    faults: Faults
    ids: Ids
    bustle: Bustle = field(default_factory=Bustle)
    turn: RLock = field(default_factory=RLock)
    base: str = ""  # http://127.0.0.1:…
    app_id: str = ""
    signing_secret: str = ""
    verification_token: str = ""
    app_token: str = ""
    teams: dict[str, Workspace] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    rooms: dict[str, Conversation] = field(default_factory=dict)
    directs: dict[frozenset[str], Conversation] = field(default_factory=dict)  # by members
    files: dict[str, File] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    modals: dict[str, list[View]] = field(default_factory=dict)  # user: stack, top last
    homes: dict[str, View] = field(default_factory=dict)  # user
    ephemerals: list[Ephemeral] = field(default_factory=list)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    responses: dict[str, ResponseUrl] = field(default_factory=dict)
    states: dict[tuple[str, str], dict[str, Json]] = field(default_factory=dict)  # ts, user
    calls: list[Called] = field(default_factory=list)
    refusals: list[Refused] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    breakdowns: list[Exception] = field(default_factory=list)  # mistakes of the fake itself
    limited: Counter[str] = field(default_factory=Counter)  # 429s by method
    deliveries: list[Delivery] = field(default_factory=list)
    send: Callable[[Delivery], None] = _nobody

    def now(self) -> float:
        return self.clock.now()

    def bot(self, team: Workspace) -> User:
        return self.users[team.bot_user]

    def bot_in(self, room: Conversation) -> bool:
        return self.bot(room.team).id in room.members

    def direct(self, team: Workspace, *others: str) -> Conversation:
        """The conversation of the bot with these people, opened where there was none."""
        members = [self.bot(team).id, *others]
        return self.directs.get(frozenset(members)) or self.found(team, members)

    def found(self, team: Workspace, members: list[str]) -> Conversation:
        """A direct message between two, or several."""
        alone = len(members) == 2
        room = Conversation(
            id=self.ids.new("D" if alone else "C"),
            team=team,
            name="" if alone else "mpdm-" + "--".join(self.users[x].name for x in members) + "-1",
            kind="im" if alone else "mpim",
            members=members,
            creator=members[0],
            created=int(self.now()),
        )
        self.rooms[room.id] = room
        self.directs[frozenset(members)] = room
        return room

    def messages(self, *, deleted: bool = False) -> Iterator[Message]:
        for room in list(self.rooms.values()):
            for each in list(room.messages.values()):
                if deleted or not each.deleted:
                    yield each

    def response_url(self, *, user: str, room: Conversation) -> ResponseUrl:
        made = ResponseUrl(secret=self.ids.hex(24), user=user, room=room, made=self.now())
        self.responses[made.secret] = made
        return made

    def trigger(self, user: User, team: Workspace, view: str | None = None) -> Trigger:
        number = self.chance.randint(10**11, 10**12)
        ident = f"{number}.{number // 7}.{self.ids.hex(32)}"
        made = Trigger(id=ident, user=user.id, team=team, made=self.now(), view=view)
        self.triggers[ident] = made
        return made

    def refuse(self, where: str, error: str, *rules: str) -> None:
        self.refusals.append(Refused(where, error, rules))
