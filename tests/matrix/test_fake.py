"""The fake homeserver is held against Synapse: the same calls, answers of the same shape."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import httpx
import pytest

from tests.matrix.fake import Fake, fake_homeserver
from tests.matrix.fake.faults import Kind
from tests.matrix.house import house
from tests.matrix.human import Human, Refused
from tests.matrix.people import People, people_of

Json = dict[str, Any]
UNSAID = frozenset(  # what the fake leaves out: nothing of ours reads it
    (
        *("org.matrix.msc4222.state_after", "unread_thread_notifications", "m.relations"),
        *("org.matrix.msc2732.device_unused_fallback_key_types", "presence", "knock"),
        *("well_known", "expires_in_ms", "avatar_url", "msc4354_sticky", "unstable_features"),
        *("invite_state", "prev_sender", "soft_logout", "is_guest", "home_server"),
    )
)


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with fake_homeserver() as made:
        yield made


@pytest.fixture
def crowd(fake: Fake) -> Iterator[People]:
    as_synapse: Any = fake  # as far as people need it
    with people_of(as_synapse) as made:
        yield made


def shape(told: Any) -> Any:
    """What there is of it, without the values: names, kinds, and how many."""
    if isinstance(told, dict):
        if "state" in told:  # in no order; who is in it is seen by the types
            state = [each for each in told["state"]["events"] if each["type"] != "m.room.member"]
            told = {**told, "state": sorted(state, key=lambda each: str(each["type"]))}
        return {_named(name): shape(each) for name, each in told.items() if name not in UNSAID}
    if isinstance(told, list):
        return [shape(each) for each in told]
    return type(told).__name__


def _named(name: str) -> str:
    """An id stands for all of its kind."""
    return name[0] if name[:1] in ("!", "$", "@") else name


def _kind(path: str) -> str:
    return "/".join(_named(unquote(each)) for each in path.split("/"))


class Scene:
    """Notes what somebody's calls were answered."""

    def __init__(self, people: People) -> None:
        self.ann, self.bob, self.eve = map(people.human, ("ann", "bob", "eve"))
        self.answers: list[Any] = []

    def ask(self, who: Human, method: str, path: str, body: Any = None, **query: str) -> Json:
        if path == "/sync":
            query = {"filter": _filter(100), "timeout": "0"} | query
        try:
            told = self._alike(who.call(method, path, body, query))
        except Refused as no:
            self.answers.append((f"{method} {_kind(path)}", no.status, no.code))
            return no.answer
        self.answers.append((f"{method} {_kind(path)}", shape(told)))
        return told

    def _alike(self, told: Json) -> Json:
        """Devices that stand for one another have the same name."""
        found: Json = json.loads(json.dumps(told).replace(self.ann.device_id, "DEVICE"))
        return found

    def note(self, what: object) -> None:
        self.answers.append(what)

    def sync(self, who: Human, since: str, limit: int = 3, **more: str) -> Json:
        return self.ask(who, "GET", "/sync", since=since, filter=_filter(limit), **more)

    def joined(self, room: str, told: Json) -> Json:
        """What a sync tells of it."""
        found: Json = told["rooms"]["join"][room]
        self.kinds(found["timeline"]["events"])
        self.note(sorted(each["type"] for each in found["state"]["events"]))
        return found

    def kinds(self, events: list[Json]) -> None:
        self.note([each["type"] for each in events])


def _filter(limit: int) -> str:
    timeline = {"timeline": {"limit": limit}}
    wanted = {"account_data": {"types": ["m.direct"]}, "presence": {"types": []}}
    return json.dumps({**wanted, "room": timeline})


def words(text: str, **more: Any) -> Json:
    return {"msgtype": "m.text", "body": text, **more}


def told_in_a_room(scene: Scene) -> None:
    """Made, joined, spoken in, taken back, left."""
    ann, bob, ask = scene.ann, scene.bob, scene.ask
    room = ann.create_room("sales", invite=[bob.id])
    there = f"/rooms/{quote(room)}"
    invited = ask(bob, "GET", "/sync")["rooms"]["invite"][room]["invite_state"]
    scene.note(sorted(each["type"] for each in invited["events"] if "avatar" not in each["type"]))
    ask(bob, "POST", f"/join/{quote(room)}", {})
    said = ask(ann, "PUT", f"{there}/send/m.room.message/1", words("one"))["event_id"]
    again = ask(ann, "PUT", f"{there}/send/m.room.message/1", words("one"))["event_id"]
    scene.note(said == again)
    about = {"m.relates_to": {"rel_type": "m.annotation", "event_id": said, "key": "✅"}}
    ask(bob, "PUT", f"{there}/send/m.reaction/1", about)
    ask(bob, "PUT", f"{there}/send/m.reaction/2", about)
    ask(bob, "GET", f"{there}/event/{quote(said)}")
    ask(bob, "GET", f"{there}/event/$nothing")
    ask(bob, "GET", f"/_matrix/client/v1{there}/relations/{quote(said)}/m.annotation/m.reaction")
    ask(bob, "PUT", f"{there}/redact/{quote(said)}/3", {})
    ask(ann, "PUT", f"{there}/redact/{quote(said)}/3", {})
    ask(ann, "PUT", f"{there}/redact/{quote(said)}/3", {})
    ask(bob, "GET", f"{there}/event/{quote(said)}")
    ask(bob, "GET", f"{there}/joined_members")
    ask(bob, "GET", f"{there}/state/m.room.name")
    ask(bob, "GET", f"{there}/state/m.room.name/")
    ask(bob, "GET", f"{there}/state/m.room.topic")
    ask(ann, "POST", f"{there}/kick", {"user_id": bob.id})
    ask(bob, "GET", f"{there}/event/{quote(said)}")
    ask(bob, "PUT", f"{there}/send/m.room.message/4", words("gone"))
    ask(bob, "POST", f"{there}/join", {})
    ask(bob, "GET", f"{there}/messages", dir="b", limit="3")


def told_by_syncs(scene: Scene) -> None:
    """From the beginning, and since; with a timeline that is too long; after coming and going."""
    ann, bob, ask = scene.ann, scene.bob, scene.ask
    room = ann.create_room("sales", invite=[bob.id])
    start = ask(bob, "GET", "/sync", filter=_filter(3))["next_batch"]
    for number in range(5):
        ann.say(room, f"before {number}")
    bob.join(room)
    told = scene.sync(bob, start)
    scene.joined(room, told)
    since = told["next_batch"]
    scene.sync(bob, since)
    scene.sync(bob, since, full_state="true")
    for number in range(5):
        ann.say(room, f"after {number}")
    ann.set_state(room, "m.room.topic", {"topic": "coffee"})
    told = scene.sync(bob, since)
    end = scene.joined(room, told)["timeline"]["prev_batch"]
    past = {"from": end, "to": since, "dir": "b", "limit": "100"}
    page = ask(bob, "GET", f"/rooms/{quote(room)}/messages", **past)
    scene.kinds(page["chunk"])
    rest = page.get("end")
    scene.note(rest is None)
    if rest is not None:
        page = ask(bob, "GET", f"/rooms/{quote(room)}/messages", **{**past, "from": rest})
        scene.note((page["chunk"], "end" in page))


def told_after_coming_and_going(scene: Scene) -> None:
    ann, bob, ask = scene.ann, scene.bob, scene.ask
    room = ann.create_room("sales", invite=[bob.id])
    bob.join(room)
    since = bob.sync()["next_batch"]
    for number in range(5):
        ann.say(room, f"before the end {number}")
    ann.kick(room, bob.id)
    ann.say(room, "among us")
    ann.invite(room, bob.id)
    told = scene.sync(bob, since)
    left = told["rooms"]["leave"][room]
    scene.kinds(left["timeline"]["events"])
    past = {"dir": "b", "limit": "100"} | {"from": left["timeline"]["prev_batch"], "to": since}
    ask(bob, "GET", f"/rooms/{quote(room)}/messages", **past)
    last = left["timeline"]["events"][-1]["event_id"]
    ask(bob, "GET", f"/rooms/{quote(room)}/event/{quote(last)}")
    bob.leave(room)
    scene.kinds(ask(bob, "GET", f"/rooms/{quote(room)}/messages", **past)["chunk"])
    ann.invite(room, bob.id)
    bob.join(room)
    ann.say(room, "welcome")
    scene.joined(
        room, scene.sync(bob, since, limit=4)
    )  # who asks for the same again is told the same for two minutes
    scene.joined(room, scene.sync(bob, told["next_batch"]))
    scene.joined(room, ask(bob, "GET", "/sync", filter=_filter(5)))
    since = bob.call("GET", "/sync", query={"timeout": "0"})["next_batch"]
    ann.say(room, "once more")
    ann.kick(room, bob.id)
    ann.invite(room, bob.id)
    bob.join(room)
    scene.joined(room, scene.sync(bob, since, limit=100))


def told_of_an_upgrade(scene: Scene) -> None:
    ann, bob, ask = scene.ann, scene.bob, scene.ask
    for version in ("11", "12"):
        old = ann.create_room("sales", invite=[bob.id], version=version)
        bob.join(old)
        new = ask(ann, "POST", f"/rooms/{quote(old)}/upgrade", {"new_version": "12"})
        after = new["replacement_room"]
        ask(bob, "POST", f"/rooms/{quote(after)}/join", {})
        ann.invite(after, bob.id)
        ask(bob, "POST", f"/rooms/{quote(after)}/join", {})
        made = ask(bob, "GET", f"/rooms/{quote(after)}/state/m.room.create")
        scene.note(sorted(made.get("predecessor", {})))
        ask(bob, "PUT", f"/rooms/{quote(old)}/send/m.room.message/x", words("too late"))
        scene.note(ask(bob, "GET", f"/rooms/{quote(old)}/state/m.room.tombstone")["body"])


def told_to_who_asks_wrongly(scene: Scene) -> None:
    ann, ask = scene.ann, scene.ask
    room = ann.create_room("sales")
    there = f"/rooms/{quote(room)}"
    ask(ann, "GET", "/nothing")
    ask(ann, "DELETE", "/sync")
    ask(ann, "POST", f"{there}/send/m.room.message/1", words("one"))
    ask(ann, "PUT", f"{there}/send/m.room.message/1", ["one"])
    ask(ann, "PUT", f"{there}/send/m.room.message/2", {"body": "without a type"})
    ask(ann, "PUT", f"{there}/redact/$nothing/1", {})
    ask(ann, "GET", "/sync", since="yesterday")
    ask(ann, "GET", f"{there}/messages", **{"dir": "b", "from": "here"})
    ask(ann, "GET", f"{there}/messages")
    ask(ann, "POST", f"{there}/invite", {})
    ask(scene.eve, "GET", f"{there}/messages", dir="b")
    ask(scene.eve, "PUT", f"{there}/send/m.room.message/1", words("one"))
    ask(scene.eve, "POST", f"/join/{quote(room)}", {})
    ask(scene.eve, "POST", "/rooms/!nothing/join", {})
    ask(scene.eve, "GET", "/profile/@nobody:corp.example")
    for token in ("", "dead"):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        told = httpx.get(f"{ann.url}/_matrix/client/v3/account/whoami", headers=headers)
        scene.note((told.status_code, told.json()["errcode"]))
    raw = ann._http.put(f"/_matrix/client/v3{there}/send/m.room.message/5", content=b"{")
    scene.note((raw.status_code, raw.json()["errcode"]))


def told_of_accounts(scene: Scene) -> None:
    ann, ask = scene.ann, scene.ask
    ask(ann, "GET", "/account/whoami")
    ask(ann, "GET", "/login")
    for password in (ann.account.password, "wrong"):
        who = {"type": "m.id.user", "user": ann.id}
        body = {"type": "m.login.password", "identifier": who, "password": password}
        ask(ann, "POST", "/login", {**body, "device_id": "NEW"})
    ask(ann, "GET", f"/profile/{quote(scene.bob.id)}")
    data = f"/user/{quote(ann.id)}/account_data/m.direct"
    ask(ann, "GET", data)
    ask(ann, "PUT", data, {scene.bob.id: ["!a"]})
    ask(ann, "GET", data)
    told = ask(ann, "GET", "/sync")
    scene.note(shape(told["account_data"]))
    ask(ann, "GET", "/_matrix/client/v1/media/config")
    mxc = ann.upload(b"hello", "text/plain")
    scene.note(ann.download(mxc))
    ask(ann, "GET", "/_matrix/client/v1/media/download/corp.example/nothing")


def told_of_keys(scene: Scene) -> None:
    """Only carried: what is signed by whom is for clients."""
    ann, bob, ask = scene.ann, scene.bob, scene.ask
    mine = {
        "user_id": ann.id,
        "device_id": ann.device_id,
        "algorithms": ["m.megolm.v1.aes-sha2"],
        "keys": {f"curve25519:{ann.device_id}": "a", f"ed25519:{ann.device_id}": "b"},
        "signatures": {ann.id: {f"ed25519:{ann.device_id}": "c"}},
    }
    once = {"signed_curve25519:A": {"key": "k", "signatures": {}}}
    spare = {"signed_curve25519:F": {"key": "f", "fallback": True, "signatures": {}}}
    ask(ann, "POST", "/keys/query", {"device_keys": {ann.id: []}})
    keys = {"device_keys": mine, "one_time_keys": once, "fallback_keys": spare}
    scene.note(ask(ann, "POST", "/keys/upload", keys))
    ask(bob, "POST", "/keys/query", {"device_keys": {ann.id: []}})
    clash = {"signed_curve25519:A": {"key": "other", "signatures": {}}}
    ask(ann, "POST", "/keys/upload", {"one_time_keys": clash})
    wanted = {"one_time_keys": {ann.id: {ann.device_id: "signed_curve25519"}}}
    start = ask(ann, "GET", "/sync")
    for _ in range(3):
        told = ask(bob, "POST", "/keys/claim", wanted)["one_time_keys"]
        scene.note([list(each) for each in told[ann.id].values()])
    sent = {"messages": {ann.id: {ann.device_id: {"hello": "there"}}}}
    for _ in range(2):
        ask(bob, "PUT", "/sendToDevice/m.test/1", sent)
    told = ask(ann, "GET", "/sync", since=start["next_batch"])
    scene.note(told["device_unused_fallback_key_types"])
    after = ask(ann, "GET", "/sync", since=told["next_batch"])
    scene.note("to_device" in after)
    ask(ann, "POST", "/keys/query", {})


SCENES = (
    told_in_a_room, told_by_syncs, told_after_coming_and_going, told_of_an_upgrade,
    told_to_who_asks_wrongly, told_of_accounts, told_of_keys,
)  # fmt: skip


@pytest.mark.parametrize("told", SCENES, ids=lambda each: each.__name__)
def test_it_answers_as_synapse_does(
    told: Callable[[Scene], None], people: People, crowd: People
) -> None:
    real, imagined = Scene(people), Scene(crowd)

    told(real)
    told(imagined)
    assert imagined.answers == real.answers


@pytest.mark.parametrize(
    ("kind", "status", "arrived"),
    [
        *(("limited", 429, 0), ("error500", 500, 0), ("html502", 502, 0), ("html504", 504, 1)),
        *(("cut_before", 0, 0), ("cut_after", 0, 1), ("torn", 0, 1)),
    ],
)
def test_an_accident_does_not_tell_more_than_it_may(
    fake: Fake, crowd: People, kind: Kind, status: int, arrived: int
) -> None:
    ann = crowd.human("ann")
    room = ann.create_room("sales")
    fake.faults.user, fake.faults.calls = ann.id, {kind: 1.0}

    with pytest.raises((Refused, httpx.TransportError)) as failed:
        ann.send(room, "m.room.message", words("hello"), txn="1")
    fake.faults.stop()
    assert getattr(failed.value, "status", 0) == status
    said = [each for each in fake.world.rooms[room].events if each.type == "m.room.message"]
    assert len(said) == arrived
    ann.send(room, "m.room.message", words("hello"), txn="1")
    said = [each for each in fake.world.rooms[room].events if each.type == "m.room.message"]
    assert len(said) == 1


def test_a_transaction_is_remembered_for_a_day(crowd: People, fake: Fake) -> None:
    ann = crowd.human("ann")
    room = ann.create_room("sales")
    first = ann.send(room, "m.room.message", words("hello"), txn="1")
    assert ann.send(room, "m.room.message", words("hello"), txn="1") == first

    fake.world.done = {key: (at - 90_000, told) for key, (at, told) in fake.world.done.items()}
    assert ann.send(room, "m.room.message", words("hello"), txn="1") != first


def test_a_whole_duly_lives_in_it_and_makes_no_mistakes(
    crowd: People, fake: Fake, tmp_path: Path
) -> None:
    """Encrypted, with people who decrypt: the server only carries what it cannot read."""
    before = len(fake.server.faults())
    with house(crowd, tmp_path, secret=True) as home:
        home.asks("ann", "bob", "can you send me the test report?")
        home.wait(timedelta(hours=4, minutes=40))
        (nudge,) = home.chat("bob")
        assert nudge.secret
        assert "can you send me the test report?" in nudge.body

        home.heard(home.bob.react(home.chats("bob"), nudge.id, "✅"))
        assert home.owes("bob") == []
        assert home.parked() == []
    assert fake.server.faults()[before:] == []
