"""An event of Matrix under the reader's hands: ids as the specification writes them, times."""

import re
from datetime import UTC, datetime

from adapters import slip
from adapters.slip import Unreadable, print_of

__all__ = ["Slip", "Unreadable", "moment", "print_of", "server_of"]

LONGEST = 255  # bytes of an id
USER = re.compile(r"@[^\s:\0]*:[^\s\0]+")
ROOM = re.compile(r"![^\s\0]+")
EVENT = re.compile(r"\$[^\s\0]+")
LATEST = 4_102_444_800_000  # milliseconds: the year 2100


class Slip(slip.Slip):
    __slots__ = ()

    def user(self, name: str) -> str:
        """Raises Unreadable where it is no id of a user."""
        return self._id(USER, name)

    def room(self, name: str) -> str:
        """Raises Unreadable where it is no id of a room."""
        return self._id(ROOM, name)

    def event(self, name: str) -> str:
        """Raises Unreadable where it is no id of an event."""
        return self._id(EVENT, name)

    def stamp(self, name: str) -> datetime:
        """Milliseconds since 1970. Raises Unreadable."""
        found = self.data.get(name)
        if not isinstance(found, int) or isinstance(found, bool) or not 0 < found < LATEST:
            raise Unreadable(f"no time in {name}")
        return moment(found)

    def _id(self, form: re.Pattern[str], name: str) -> str:
        found = self.data.get(name)
        right = isinstance(found, str) and form.fullmatch(found) and found == self.text(name)
        if right and len(str(found).encode()) <= LONGEST:
            return str(found)
        raise Unreadable(f"no id in {name}")


def moment(milliseconds: int) -> datetime:
    seconds, rest = divmod(milliseconds, 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000)


def server_of(user: str) -> str:
    """Which homeserver an id of a user is of."""
    return user.partition(":")[2]
