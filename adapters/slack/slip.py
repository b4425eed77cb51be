"""A payload of Slack under the reader's hands: what must be there, and times as it writes them."""

import re
from datetime import UTC, datetime

from adapters import slip
from adapters.slip import UNWRITABLE, Unreadable, print_of

__all__ = ["STAMP", "UNWRITABLE", "Slip", "Unreadable", "moment", "print_of"]

STAMP = re.compile(r"\d{1,10}\.\d{1,6}")
ID = re.compile(r"[A-Za-z0-9._-]{1,64}")  # Slack's have about eleven characters


class Slip(slip.Slip):
    __slots__ = ()

    def id(self, *names: str) -> str:
        """The first of these that is an id. Raises Unreadable."""
        for name in names:
            if ID.fullmatch(self.text(name)):
                return self.text(name)
        raise Unreadable(f"no {' or '.join(names)}")

    def stamp(self, *names: str) -> str:
        """The first of these that is a time as Slack writes it. Raises Unreadable."""
        for name in names:
            if STAMP.fullmatch(self.text(name)):
                return self.text(name)
        raise Unreadable(f"no {' or '.join(names)}")


def moment(stamp: str) -> datetime:
    """Exact to the microsecond, unlike by way of a float."""
    seconds, _, rest = stamp.partition(".")
    return datetime.fromtimestamp(int(seconds), UTC).replace(microsecond=int(rest.ljust(6, "0")))
