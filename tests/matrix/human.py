"""A person with a Matrix client of our own, over bare HTTP: it shares no line with what Duly uses.

with Human.of(server.url, server.register("ann")) as ann:
    room = ann.create_room("Sales", invite=[bob.id])
    ann.say(room, "Good morning")
    ann.until(room, lambda seen: seen[-1].body == "Good morning, Ann")
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from secrets import token_hex
from typing import Any, Self
from urllib.parse import quote

import httpx

from tests.matrix.seen import Seen, messages
from tests.matrix.synapse import Registered

PATIENCE = 20.0  # seconds
POLL = 1000  # milliseconds that the server may hold a sync
HTML = "org.matrix.custom.html"
CLIENT = "/_matrix/client/v3"
FILTER = '{"room":{"timeline":{"limit":20}},"presence":{"types":[]}}'
Json = dict[str, Any]


class Refused(AssertionError):
    """The server said no."""

    def __init__(self, status: int, answer: Json, asked: str) -> None:
        self.status, self.answer = status, answer
        self.code = str(answer.get("errcode", ""))
        super().__init__(f"{asked}: {status} {answer}")


@dataclass(frozen=True, slots=True)
class Attached:
    """A file in a room, as its message tells of it."""

    name: str
    mimetype: str
    data: bytes


class Human:
    def __init__(self, url: str, account: Registered) -> None:
        self.url = url
        self.account = account
        self.id = account.user_id
        self.device_id = account.device_id
        self.left: dict[str, Json] = {}  # rooms, and the event that ended it
        self.invited: dict[str, list[Json]] = {}  # rooms, and what an invited one may know of them
        self.joined: set[str] = set()
        self.receipts: dict[str, dict[str, Json]] = defaultdict(dict)  # by room and person
        self.account_data: dict[str, Json] = {}
        self._events: dict[str, dict[str, Json]] = defaultdict(dict)  # by room and event id
        self._since: str | None = None
        self._numbers, self._prefix = count(), token_hex(4)
        self._http = self._connected()

    def another(self) -> Self:
        """The same person at another device."""
        return type(self)(self.url, logged_in(self.url, self.account))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    # What a person does.

    def create_room(
        self,
        name: str | None = None,
        *,
        invite: Iterable[str] = (),
        encrypted: bool = False,
        version: str | None = None,
        **more: Any,
    ) -> str:
        """The id. `more`: what else createRoom takes, as power_level_content_override."""
        state = list(more.pop("initial_state", ()))
        if encrypted:
            algorithm = {"algorithm": "m.megolm.v1.aes-sha2"}
            state.append({"type": "m.room.encryption", "state_key": "", "content": algorithm})
        body = {"preset": "private_chat", "invite": list(invite), "initial_state": state, **more}
        body |= {"name": name} if name is not None else {}
        body |= {"room_version": version} if version is not None else {}
        return str(self.call("POST", "/createRoom", body)["room_id"])

    def direct(self, user: str, *, encrypted: bool = False, **more: Any) -> str:
        """A chat of two, and a note of our own that it is one."""
        more = {"is_direct": True, "preset": "trusted_private_chat", **more}
        room = self.create_room(invite=[user], encrypted=encrypted, **more)
        path = f"/user/{quote(self.id)}/account_data/m.direct"
        try:
            known = self.call("GET", path)
        except Refused:
            known = {}
        self.call("PUT", path, {**known, user: [*known.get(user, []), room]})
        return room

    def join(self, room: str) -> None:
        self.call("POST", f"/join/{quote(room)}", {})

    def leave(self, room: str) -> None:
        self._in(room, "POST", "leave", {})

    def invite(self, room: str, user: str) -> None:
        self._in(room, "POST", "invite", {"user_id": user})

    def kick(self, room: str, user: str, reason: str | None = None) -> None:
        self._in(room, "POST", "kick", {"user_id": user} | ({"reason": reason} if reason else {}))

    def ban(self, room: str, user: str) -> None:
        self._in(room, "POST", "ban", {"user_id": user})

    def say(
        self,
        room: str,
        text: str,
        *,
        html: str | None = None,
        mentions: Iterable[str] = (),
        thread: str | None = None,
        **more: Any,
    ) -> str:
        """The event's id. `more`: `reply_to`, an event, and further fields of the content."""
        reply_to = more.pop("reply_to", None)
        content = written(text, html, mentions) | more
        if relates := related(thread, reply_to):
            content["m.relates_to"] = relates
        return self.send(room, "m.room.message", content)

    def edit(
        self, room: str, event: str, text: str, *, html: str | None = None, **more: Any
    ) -> str:
        new = written(text, html, ()) | more
        content = {**new, "body": f"* {text}", "m.new_content": new}
        if html is not None:
            content["formatted_body"] = f"* {html}"
        content["m.relates_to"] = {"rel_type": "m.replace", "event_id": event}
        return self.send(room, "m.room.message", content)

    def redact(self, room: str, event: str, reason: str | None = None) -> str:
        body = {"reason": reason} if reason is not None else {}
        answer = self._in(room, "PUT", f"redact/{quote(event)}/{self._txn()}", body)
        return str(answer["event_id"])

    def react(self, room: str, event: str, emoji: str) -> str:
        """In clear in every room, as clients do it. Its id, for taking it back."""
        relates = {"rel_type": "m.annotation", "event_id": event, "key": emoji}
        return self.send_clear(room, "m.reaction", {"m.relates_to": relates})

    def send(self, room: str, kind: str, content: Json, txn: str | None = None) -> str:
        return self.send_clear(room, kind, content, txn)

    def send_clear(self, room: str, kind: str, content: Json, txn: str | None = None) -> str:
        """Never encrypted, whatever the room is."""
        path = f"send/{quote(kind)}/{quote(txn or self._txn())}"
        return str(self._in(room, "PUT", path, content)["event_id"])

    def read(
        self, room: str, event: str, *, thread: str | None = None, private: bool = False
    ) -> None:
        kind = "m.read.private" if private else "m.read"
        body = {"thread_id": thread} if thread is not None else {}
        self._in(room, "POST", f"receipt/{kind}/{quote(event)}", body)

    def send_file(
        self, room: str, name: str, data: bytes, mimetype: str = "text/plain", **more: Any
    ) -> str:
        """`more`: as `say` takes it; the words to it as `caption`."""
        content = self._attach(room, data, mimetype)
        content |= {"info": {"mimetype": mimetype, "size": len(data)}, "filename": name}
        return self.say(room, more.pop("caption", name), msgtype="m.file", **content, **more)

    def file(self, seen: Seen) -> Attached:
        """The file of a message."""
        content = seen.content
        name, mimetype = content.get("filename", seen.body), content["info"]["mimetype"]
        return Attached(name, mimetype, self._detach(content))

    def upload(self, data: bytes, mimetype: str = "application/octet-stream") -> str:
        """Its mxc address."""
        headers = {"Content-Type": mimetype}
        answer = self._http.post("/_matrix/media/v3/upload", content=data, headers=headers)
        return str(_told(answer)["content_uri"])

    def download(self, mxc: str) -> bytes:
        path = f"/_matrix/client/v1/media/download/{mxc.removeprefix('mxc://')}"
        answer = self._http.get(path)
        if answer.status_code != 200:
            _told(answer)
        return answer.content

    def rename(self, displayname: str) -> None:
        self.call("PUT", f"/profile/{quote(self.id)}/displayname", {"displayname": displayname})

    def rename_in(self, room: str, displayname: str) -> None:
        """In one room, as anybody may call himself."""
        content = {"membership": "join", "displayname": displayname}
        self.set_state(room, "m.room.member", content, self.id)

    def state(self, room: str, kind: str, key: str = "") -> Json:
        """Refused, 404, where there is none."""
        return self._in(room, "GET", f"state/{quote(kind)}/{quote(key)}")

    def set_state(self, room: str, kind: str, content: Json, key: str = "") -> str:
        path = f"state/{quote(kind)}/{quote(key)}"
        return str(self._in(room, "PUT", path, content)["event_id"])

    def promote(self, room: str, user: str, level: int) -> None:
        levels = self.state(room, "m.room.power_levels")
        levels.setdefault("users", {})[user] = level
        self.set_state(room, "m.room.power_levels", levels)

    def members(self, room: str) -> set[str]:
        """Who joined it."""
        return set(self._in(room, "GET", "joined_members")["joined"])

    def upgrade_room(self, room: str, version: str = "12") -> str:
        """The id of the room that comes after it."""
        answer = self._in(room, "POST", "upgrade", {"new_version": version})
        return str(answer["replacement_room"])

    # What a person sees.

    def until(
        self, room: str, true: Callable[[list[Seen]], object], patience: float = PATIENCE
    ) -> list[Seen]:
        """The room's messages, as soon as that holds of them."""
        self.sync_until(lambda: true(self.messages(room)), patience)
        return self.messages(room)

    def sees(self, room: str, text: str, patience: float = PATIENCE) -> Seen:
        """The newest message with this in it, as soon as there is one."""
        seen = self.until(room, lambda seen: any(text in each.body for each in seen), patience)
        return next(each for each in reversed(seen) if text in each.body)

    def sync_until(self, true: Callable[[], object], patience: float = PATIENCE) -> None:
        """A server that is away for a while is waited for."""
        end = time.monotonic() + patience
        timeout = 0
        while not true():
            assert time.monotonic() < end, f"{self.id} did not see it: {self._told_of()}"
            try:
                self.sync(timeout)
                timeout = max(1, min(POLL, round((end - time.monotonic()) * 1000)))
            except httpx.TransportError:
                time.sleep(0.05)

    def accept(self, room: str | None = None, patience: float = PATIENCE) -> str:
        """Join a room as soon as we are invited to it, or to any."""
        self.sync_until(lambda: room in self.invited if room else self.invited, patience)
        room = room or next(iter(self.invited))
        self.join(room)
        return room

    def messages(self, room: str) -> list[Seen]:
        """As of the last sync."""
        return messages(self.events(room))

    def events(self, room: str) -> list[Json]:
        """Everything since we came, as of the last sync: decrypted where that could be done."""
        return list(self._events[room].values())

    def sync(self, timeout: int = 0) -> Json:
        """One turn; `timeout` in milliseconds."""
        query = {"timeout": str(timeout), "filter": FILTER}
        if self._since is not None:
            query["since"] = self._since
        answer = self.call("GET", "/sync", query=query)
        self._take(answer)
        self._since = answer["next_batch"]
        return answer

    def call(
        self, method: str, path: str, body: Json | None = None, query: Json | None = None
    ) -> Json:
        """Of the client API; a path that begins with /_ is whole. Raises Refused."""
        whole = path if path.startswith("/_") else f"{CLIENT}{path}"
        return _told(self._http.request(method, whole, json=body, params=query or {}))

    def _take(self, answer: Json) -> None:
        for event in answer.get("account_data", {}).get("events", []):
            self.account_data[event["type"]] = event["content"]
        rooms: Json = answer.get("rooms", {})
        for room, told in rooms.get("invite", {}).items():
            self.invited[room] = told["invite_state"]["events"]
        for room, told in rooms.get("join", {}).items():
            self.joined.add(room)
            self.invited.pop(room, None)
            self.left.pop(room, None)
            self._take_room(room, told)
        for room, told in rooms.get("leave", {}).items():
            self.joined.discard(room)
            self.invited.pop(room, None)
            self._take_room(room, told)
            self.left[room] = next(reversed(self._events[room].values()), {})

    def _take_room(self, room: str, told: Json) -> None:
        timeline: Json = told["timeline"]
        missed = self._missed(room, timeline) if timeline.get("limited") and self._since else []
        for event in [*missed, *timeline["events"]]:
            self._events[room].setdefault(event["event_id"], self._opened(room, event))
        for event in told.get("ephemeral", {}).get("events", []):
            if event["type"] == "m.receipt":
                self._take_receipts(room, event["content"])

    def _take_receipts(self, room: str, content: Json) -> None:
        for event, kinds in content.items():
            for who, told in kinds.get("m.read", {}).items():
                self.receipts[room][who] = {"event_id": event, **told}

    def _missed(self, room: str, timeline: Json) -> list[Json]:
        """What came between the last sync and this timeline, oldest first."""
        found: list[Json] = []
        start = timeline["prev_batch"]
        while start is not None:
            path = f"/rooms/{quote(room)}/messages"
            page = self.call("GET", path, query={"dir": "b", "from": start, "limit": "100"})
            for event in page["chunk"]:
                if event["event_id"] in self._events[room]:
                    return found[::-1]
                found.append(event)
            start = page.get("end")
        return found[::-1]

    def _told_of(self) -> dict[str, list[str]]:
        rooms = list(self._events)
        return {room: [each.trouble or each.body for each in self.messages(room)] for room in rooms}

    def _connected(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.account.token}"}
        return httpx.Client(base_url=self.url, timeout=60, headers=headers)

    # What somebody with secrets does in another way.

    def _opened(self, room: str, event: Json) -> Json:
        return event

    def _attach(self, room: str, data: bytes, mimetype: str) -> Json:
        return {"url": self.upload(data, mimetype)}

    def _detach(self, content: Json) -> bytes:
        return self.download(content["url"])

    def _in(self, room: str, method: str, path: str, body: Json | None = None) -> Json:
        return self.call(method, f"/rooms/{quote(room)}/{path}", body)

    def _txn(self) -> str:
        return f"{self._prefix}-{next(self._numbers)}"


def logged_in(url: str, account: Registered) -> Registered:
    """With the password: a new device and a new token."""
    who = {"type": "m.id.user", "user": account.user_id}
    body = {"type": "m.login.password", "identifier": who, "password": account.password}
    made = _told(httpx.post(f"{url}{CLIENT}/login", json=body))
    return Registered(
        account.name, account.user_id, account.password, made["access_token"], made["device_id"]
    )


def written(text: str, html: str | None, mentions: Iterable[str]) -> Json:
    content: Json = {"msgtype": "m.text", "body": text, "m.mentions": {}}
    if html is not None:
        content |= {"format": HTML, "formatted_body": html}
    if people := list(mentions):
        content["m.mentions"] = {"user_ids": people}
    return content


def related(thread: str | None, reply_to: str | None) -> Json:
    """In a thread a reply to its root stands for those who know no threads."""
    relates: Json = {"rel_type": "m.thread", "event_id": thread} if thread else {}
    if reply_to or thread:
        relates["m.in_reply_to"] = {"event_id": reply_to or thread}
    if thread and not reply_to:
        relates["is_falling_back"] = True
    return relates


def _told(answer: httpx.Response) -> Json:
    try:
        told: Json = answer.json()
    except ValueError:
        told = {"raw": answer.text}
    if answer.status_code != 200:
        raise Refused(
            answer.status_code, told, f"{answer.request.method} {answer.request.url.path}"
        )
    return told
