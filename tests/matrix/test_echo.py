"""What the homeserver shows us of our own is proof that it arrived, where it is all of it."""

from datetime import UTC, datetime

import pytest

from adapters.matrix.inbound import Ignored, Told, read
from adapters.matrix.known import Known, Room
from adapters.matrix.saying import ours
from adapters.matrix.slip import Slip
from bot.events import Echoed

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DULY = "@duly:corp.example"


def shown(part: int, of: int) -> object:
    content = {"msgtype": "m.notice", "body": "The report", **ours("k", part, of)}
    event = {"type": "m.room.message", "sender": DULY, "event_id": "$1", "content": content}
    return read(Told(Slip(event), NOON), Room("!room"), Known(DULY))


def test_a_card_that_we_are_shown_has_arrived() -> None:
    found = shown(0, 1)
    assert isinstance(found, tuple)
    (echoed,) = found
    assert isinstance(echoed, Echoed)
    assert echoed.sent == "k"


@pytest.mark.parametrize("part", [0, 1])
def test_the_card_of_a_file_is_no_proof_that_the_file_came_too(part: int) -> None:
    """Whoever is killed between the two has to look for both, and send what is missing."""
    assert isinstance(shown(part, 2), Ignored)
