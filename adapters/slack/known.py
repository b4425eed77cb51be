"""What there is to know of a workspace to read what comes from it: who we are, names, groups."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.events import Account, Place, PlaceKind, Platform
from bot.port import Ability

PLATFORM = Platform("slack")
ABILITIES = (
    Ability.THREADS
    | Ability.WHISPERS
    | Ability.FORMS
    | Ability.BUTTONS
    | Ability.EDITS_SEEN
    | Ability.FILES
)
HOME = "home:"  # the page of a person is no message; its cards go by this and the account


@dataclass(frozen=True, slots=True)
class Room:
    name: str
    kind: PlaceKind = "channel"
    archived: bool = False
    outside: bool = False


@dataclass(slots=True)
class Known:
    """One workspace. Maps fill as we learn; what is not in them is called by its id."""

    team: str
    bot_user: str
    bot_id: str = ""
    enterprise: str = ""  # the organisation the workspace belongs to, where it does
    url: str = ""  # of the workspace, for links to messages
    names: dict[str, str] = field(default_factory=dict)  # of people, channels and groups
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)  # the accounts in each
    bots: set[str] = field(default_factory=set)
    rooms: dict[str, Room] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)  # ids of today by the first ones

    @property
    def first(self) -> Mapping[str, str]:
        """The id under which we know a place, by the one Slack uses today."""
        return {today: first for first, today in self.renamed.items()}

    def account(self, id: str) -> Account:
        return Account(PLATFORM, self.team, id)

    def place(self, id: str, thread: str | None = None) -> Place:
        return Place(PLATFORM, self.team, self.first.get(id, id) if self.renamed else id, thread)

    def today(self, id: str) -> str:
        """Under which id Slack knows a place of ours."""
        return self.renamed.get(id, id)

    def goes_by(self, first: str, id: str) -> None:
        """From now on Slack calls by this id a place that for us stays what it was."""
        old = self.today(first)
        self.renamed[first] = id
        if old in self.rooms:
            self.rooms[id] = self.rooms.pop(old)
        if old in self.names:
            self.names[id] = self.names[old]

    def is_us(self, user: str, bot_id: str = "") -> bool:
        return user == self.bot_user or bool(bot_id and bot_id == self.bot_id)
