"""Killed in the middle of a sync: what its keys open can be read the next time."""

from pathlib import Path

import pytest

from adapters.matrix.keyring import Keyring
from adapters.matrix.reading import Opened
from tests.matrix.ours import install, ours, run
from tests.matrix.people import People


class Killed(BaseException):
    """In the middle of something."""


def _die(*_: object) -> None:
    raise Killed


def test_who_is_killed_between_a_session_and_the_key_it_brought_reads_it_the_next_time(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = install(people, people.account("duly"), tmp_path / "store")
    ann = people.secret("ann")

    async def scene() -> None:
        async with ours(made) as duly:
            room = ann.direct(made.user_id, encrypted=True)
            await duly.turn()
            await duly.turn()
            ann.say(room, "!my duties")
            with monkeypatch.context() as struck:
                struck.setattr(Keyring, "save_inbound_group_session", _die)
                with pytest.raises(Killed):
                    await duly.turn()
        async with ours(made) as again:
            again.since = duly.since
            event = await again.until(room, "m.room.encrypted")
            assert isinstance(again.device.decrypt(room, event), Opened)

    run(scene())
