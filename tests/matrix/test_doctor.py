"""A homeserver and our device looked over: each thing that is wrong is said with what to do."""

import asyncio
import shutil
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from adapters.matrix import disk
from adapters.matrix.deeds import Deeds
from adapters.matrix.device import KEYS
from adapters.matrix.doctor import Background, examine
from adapters.matrix.install import Install
from adapters.matrix.trust import Pin, keep
from adapters.matrix.vault import PINS, Sealed, Vault
from bot.clock import wall
from bot.words import Reader, Say, render
from tests.matrix.cipher import SecretHuman
from tests.matrix.human import Human, logged_in
from tests.matrix.ours import install
from tests.matrix.people import People, people_of
from tests.matrix.synapse import Registered, Synapse

ENGLISH = Reader("en", "UTC")


def spoken(what: Say) -> str:
    return render(what, ENGLISH, quote=lambda words: words)


@dataclass
class Look:
    made: Install
    alive: str = ""
    now: datetime | None = None
    linked: frozenset[str] = frozenset()

    def over(self, **other: object) -> tuple[str, str]:
        """What it looked at, and what is wrong."""
        made = replace(self.made, **other)  # type: ignore[arg-type]
        background = Background(
            now=lambda: self.now or wall(),
            cursors={f"matrix/{made.realm}/alive": self.alive or wall().isoformat()},
            linked=lambda realm, id: id in self.linked,
        )
        [found] = asyncio.run(examine([made], background))
        told, wrong = (
            "\n".join(spoken(each) for each in some) for some in (found.told, found.wrong)
        )
        return told, wrong


@pytest.fixture(scope="module")
def settled(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> Install:
    """For tests that change nothing on the server."""
    synapse.start()
    with people_of(synapse) as people:
        return registered(people, tmp_path_factory.mktemp("settled"))


@pytest.fixture
def alone(settled: Install, tmp_path: Path) -> Look:
    shutil.copytree(settled.store, tmp_path / "store")
    (tmp_path / "store").chmod(0o700)
    return Look(replace(settled, store=tmp_path / "store"))


@pytest.fixture
def look(people: People, tmp_path: Path) -> Look:
    """A device that is as it should be, in no room."""
    return Look(registered(people, tmp_path))


@pytest.fixture(autouse=True)
def lasting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests may lie where they like."""
    monkeypatch.setattr(disk, "FLEETING", frozenset())
    monkeypatch.setattr(disk, "LAYERS", frozenset())


def registered(people: People, folder: Path) -> Install:
    admin = people.account("admin", admin=True)
    made = install(people, people.account("duly"), folder / "store", admin_token=admin.token)
    section = {
        "homeserver": made.homeserver,
        "user_id": made.user_id,
        "store": str(made.store),
        "password_file": str(written(folder / "password", made.password)),
        "store_key_file": str(written(folder / "key", made.store_key)),
    }
    Deeds([section], folder, wall).register()
    with Human(people.server.url, admin) as boss:
        path = f"/_synapse/admin/v1/users/{made.user_id}/override_ratelimit"
        boss.call("POST", path, {"messages_per_second": 0, "burst_count": 0})
    return made


def written(file: Path, text: str) -> Path:
    file.write_text(text)
    return file


def another(people: People, look: Look) -> Registered:
    """Somebody else with the password of our account."""
    account = Registered("", look.made.user_id, look.made.password, "", "")
    return logged_in(people.server.url, account)


def join(people: People, look: Look, room: str) -> None:
    with Human(people.server.url, another(people, look)) as there:
        there.join(room)


def test_all_is_well(people: People, look: Look) -> None:
    ann = people.human("ann")
    join(people, look, ann.create_room("Sales", invite=[look.made.user_id]))
    join(people, look, ann.create_room(invite=[look.made.user_id], encrypted=True))

    told, wrong = look.over()

    assert wrong == ""
    assert f"{look.made.user_id} at {people.server.url}, device DULY" in told
    assert "2 rooms, 1 of them encrypted" in told
    assert "1 account in these rooms belongs to nobody" in told
    look.linked = frozenset({ann.id})
    assert "belongs to nobody" not in look.over()[0]


def test_rooms_that_wait_and_rooms_that_silence_us(people: People, look: Look) -> None:
    ann = people.human("ann")
    assert "I am in no room" in look.over()[1]
    ann.create_room(invite=[look.made.user_id])
    loud = ann.create_room("Board", invite=[look.made.user_id])
    join(people, look, loud)
    ann.set_state(loud, "m.room.power_levels", {"events_default": 50, "users": {}})

    _, wrong = look.over()

    assert "1 invitation waits" in wrong
    assert "In the room Board I may not write" in wrong


def test_whoever_made_a_room_of_today_may_write_there(people: People, look: Look) -> None:
    ann = people.human("ann")
    room = ann.create_room("Board", invite=[look.made.user_id], version="12")
    join(people, look, room)
    ann.set_state(room, "m.room.power_levels", {"events_default": 50, "users": {}})
    assert "I may not write" in look.over()[1]
    ann.set_state(
        room, "m.room.power_levels", {"events_default": 50, "users": {look.made.user_id: 50}}
    )

    assert look.over()[1] == ""


def test_a_homeserver_that_is_none_or_not_there(alone: Look) -> None:
    assert "cannot be reached" in alone.over(homeserver="http://127.0.0.1:9")[1]
    assert (
        "there is no Matrix homeserver" in alone.over(homeserver=f"{alone.made.homeserver}/no")[1]
    )


def test_what_is_set_wrongly_is_said_before_anybody_is_asked(alone: Look) -> None:
    wrong = alone.over(homeserver="http://127.0.0.1:9", store_key="", user_id="duly")[1]

    assert "MATRIX_STORE_KEY is missing" in wrong
    assert "such as @duly:corp.example" in wrong
    assert "reached" not in wrong


def test_a_device_that_is_not_registered_or_was_logged_out(people: People, look: Look) -> None:
    missing = look.over(store=look.made.store.parent / "other")[1]
    with Human(people.server.url, Registered("", look.made.user_id, "", token(look), "")) as duly:
        duly.call("POST", "/logout")

    assert "no device yet: ./duly matrix register" in missing
    assert "M_UNKNOWN_TOKEN" in look.over()[1]


def token(look: Look) -> str:
    made = look.made
    secrets = Vault(made.store, made.store_key, made.user_id).load()
    assert secrets is not None
    return secrets.access_token


def test_the_wrong_key_of_the_store(alone: Look) -> None:
    assert "not the key with which" in alone.over(store_key="ab" * 32)[1]


def test_keys_that_cannot_be_opened(alone: Look) -> None:
    (alone.made.store / KEYS).write_bytes(b"no database" * 100)
    assert f"{KEYS} cannot be opened (file is not a database)" in alone.over()[1]


def test_keys_that_were_lost_and_an_identity_that_was_replaced(people: People, look: Look) -> None:
    with SecretHuman(people.server.url, another(people, look), bare=True) as eve:
        eve.reset_identity()
    replaced = look.over()[1]
    for file in look.made.store.glob("keys.db*"):
        file.unlink()
    lost = look.over()[1]

    assert "identity of the account is not ours" in replaced
    assert "published no keys" in lost


def test_somebody_whose_identity_changed(alone: Look) -> None:
    made = alone.made
    file = Sealed(made.store / PINS, made.store_key, made.user_id)
    keep(file, {"@ann:corp.example": Pin(master="old", since="", other="new")})

    assert "./duly matrix trust @ann:corp.example" in alone.over()[1]


def test_the_clock_and_the_silence(alone: Look) -> None:
    alone.now = wall() + timedelta(minutes=10)

    _, wrong = alone.over()

    assert "10 minutes apart" in wrong
    assert "Is Duly running?" in wrong


def test_messages_that_are_limited(people: People, look: Look) -> None:
    unasked, _ = look.over(admin_token="")
    _, no_admin = look.over(admin_token=people.account("ann").token)
    boss = people.human("boss", admin=True)
    boss.call("DELETE", f"/_synapse/admin/v1/users/{look.made.user_id}/override_ratelimit")
    _, limited = look.over()

    assert "12 a minute" in unasked
    assert "not that of an administrator" in no_admin
    assert "curl -X POST" in limited
    assert look.made.admin_token not in limited


def test_a_folder_that_others_read_or_that_does_not_last(
    alone: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone.made.store.chmod(0o755)
    assert "chmod 700" in alone.over()[1]

    monkeypatch.setattr(disk, "FLEETING", frozenset({disk.kind(alone.made.store)}))
    assert "lost when the machine restarts" in alone.over()[1]
    monkeypatch.setattr(disk, "FLEETING", frozenset())
    monkeypatch.setattr(disk, "LAYERS", frozenset({disk.kind(alone.made.store)}))
    assert "Mount a volume" in alone.over()[1]


def test_what_a_folder_lies_on_is_the_innermost_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "1 0 0:1 / / rw - overlay overlay rw\n"
        f"2 1 0:2 / {tmp_path} rw,relatime shared:1 - ext4 /dev/sda rw\n"
        f"3 2 0:3 / {tmp_path}/memory rw - tmpfs tmpfs rw\n"
        "broken\n"
    )
    (tmp_path / "memory").mkdir()

    assert disk.kind(tmp_path / "memory", mounts) == "tmpfs"
    assert disk.kind(tmp_path / "store", mounts) == "ext4"
    assert disk.kind(Path("/"), mounts) == "overlay"
    assert disk.kind(tmp_path, tmp_path / "none") == ""


def test_keys_that_are_used_up_are_said(people: People, look: Look) -> None:
    eve = people.secret("eve")
    user = look.made.user_id
    device = next(each.id for each in eve.person(user).devices if each.vouched)
    for _ in range(51):  # fifty for one use, and the fallback key
        assert eve.claim(user, device)

    _, wrong = look.over()

    assert "Only 0 keys are left" in wrong
    assert "The fallback key is used up" in wrong
