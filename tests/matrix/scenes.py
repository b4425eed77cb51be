"""What scenes of one house share: rooms of their own, and what became of what was said there."""

from typing import TypeVar

from bot.events import Event
from bot.policy.duties import Duty
from tests.matrix.house import House
from tests.matrix.seen import Seen

E = TypeVar("E", bound=Event)


def gather(home: House, first: str, *others: str, **how: object) -> str:
    """A new room of these people and Duly. `how`: as Human.create_room takes it."""
    maker = home.staff[first]
    how.setdefault("encrypted", home.install.encryption)
    invited = [*(home.staff[each].id for each in others), home.duly]
    room = maker.create_room(str(how.pop("name", "a room")), invite=invited, **how)  # type: ignore[arg-type]  # handed on
    for each in others:
        home.staff[each].accept(room)
    maker.sync_until(lambda: home.duly in maker.members(room))
    home.until(lambda: room in home.adapter.homeservers[0].known.rooms)
    home.settle()
    return room


def said(home: House, event: str, kind: type[E]) -> E:
    """What Duly read in it, of this kind."""
    return told(home, event, kind)[-1]


def told(home: House, event: str, kind: type[E]) -> list[E]:
    found = [each for each in home.happened() if isinstance(each, kind)]
    return [each for each in found if event in each.key]


def owed(home: House, who: str, room: str) -> list[Duty]:
    """For what was said in that room."""
    return [each for each in home.owes(who) if each.about and each.about.place.id == room]


def answers(home: House, name: str, before: int = 0) -> list[Seen]:
    """What Duly has said to them alone, after so many."""
    return home.chat(name)[before:]
