"""Our device on a real homeserver: who it is, what it reads, and what it does not believe."""

from pathlib import Path

from adapters.matrix.reading import Opened
from tests.matrix.ours import install, ours, run
from tests.matrix.people import People


def test_people_who_exclude_insecure_devices_and_we_read_each_other(
    people: People, tmp_path: Path
) -> None:
    made = install(people, people.account("duly"), tmp_path / "store")
    ann = people.secret("ann", exclude_insecure=True)

    async def scene() -> None:
        async with ours(made) as duly:
            room = ann.direct(made.user_id, encrypted=True)
            await duly.turn()
            await duly.turn()
            ann.say(room, "!my duties")
            event = await duly.until(room, "m.room.encrypted")
            opened = duly.device.decrypt(room, event)
            assert isinstance(opened, Opened)
            assert opened.why is None
            assert opened.event["content"]["body"] == "!my duties"
            await duly.say(room, "Nothing is due")
            assert ann.sees(room, "Nothing is due").secret

    run(scene())
