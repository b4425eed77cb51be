"""People with matrix-js-sdk, whose encryption is that of Element Web, in a process of their own.

with elements(need("element")) as start:
    ann = start(server.url, server.register("ann"))
    ann.accept(room)
    ann.sees(room, "Nothing is due")
"""

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from tests.matrix.synapse import Registered

START = Path(__file__).with_name("start.mjs")
PATIENCE = 20.0  # seconds
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as Element has it: edited, and not if it was taken back.

    `failure` says why it is not readable, `shield` which of the SDK's EventShieldReasons is shown.
    """

    id: str
    sender: str
    type: str
    content: Json
    encrypted: bool
    failure: str | None
    shield: int | None

    @property
    def body(self) -> str:
        return str(self.content.get("body", ""))


class Node:
    """The process, one thing after the other."""

    def __init__(self, folder: str) -> None:
        self._process = subprocess.Popen(
            ["node", str(START), folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._answers: Queue[str] = Queue()
        self._errors: list[str] = []
        self._threads = [
            threading.Thread(target=self._listen, daemon=True),
            threading.Thread(target=self._complain, daemon=True),
        ]
        for each in self._threads:
            each.start()
        assert self._answer() == {"ready": True}

    def do(self, deed: str, **details: Any) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"deed": deed, **details}) + "\n")
        self._process.stdin.flush()
        answer = self._answer()
        assert "error" not in answer, (deed, answer["error"])
        return answer["done"]

    def close(self) -> None:
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        for each in self._threads:
            each.join(10)
        process.stdout.close()
        process.stderr.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._answers.put(line)

    def _complain(self) -> None:
        assert self._process.stderr is not None
        self._errors.extend(self._process.stderr)

    def _answer(self) -> Json:
        try:
            answer: Json = json.loads(self._answers.get(timeout=60))
        except Empty:
            raise AssertionError(f"Node said nothing; {''.join(self._errors)[-2000:]}") from None
        return answer


class Element:
    def __init__(self, node: Node, account: Registered) -> None:
        self.id, self.device_id = account.user_id, account.device_id
        self._node = node

    def create_room(self, *, invite: list[str], encrypted: bool = True, **more: Any) -> str:
        content = {"algorithm": "m.megolm.v1.aes-sha2"}
        state = {"type": "m.room.encryption", "state_key": "", "content": content}
        options = {"preset": "private_chat", "invite": invite, **more}
        room = str(self._do("create", initial_state=[state] if encrypted else [], **options))
        self._until(lambda: self._do("knows", room=room, user=self.id) == "join")
        return room

    def accept(self, room: str) -> None:
        self._until(lambda: self._do("invited", room=room))
        self._do("join", room=room)
        self._until(lambda: self._do("knows", room=room, user=self.id) == "join")

    def say(self, room: str, text: str, **more: Any) -> str:
        content = {"msgtype": "m.text", "body": text, **more}
        return str(self._do("send", room=room, type="m.room.message", content=content))

    def send(self, room: str, kind: str, content: Json) -> str:
        return str(self._do("send", room=room, type=kind, content=content))

    def messages(self, room: str) -> list[Shown]:
        found = [Shown(**each) for each in self._do("seen", room=room)]
        return [each for each in found if each.type in ("m.room.message", "m.room.encrypted")]

    def until(self, room: str, true: Callable[[list[Shown]], object]) -> list[Shown]:
        self._until(lambda: true(self.messages(room)), lambda: self.messages(room))
        return self.messages(room)

    def sees(self, room: str, text: str) -> Shown:
        seen = self.until(room, lambda seen: any(text in each.body for each in seen))
        return next(each for each in reversed(seen) if text in each.body)

    def knows(self, room: str, user: str) -> str | None:
        """Somebody's membership."""
        found: str | None = self._do("knows", room=room, user=user)
        return found

    def vouched(self, user: str, device: str) -> bool | None:
        """Whether a device is signed by its owner, for what we heard; None: of no such device."""
        found: bool | None = self._do("vouched", user=user, device=device)
        return found

    def _do(self, deed: str, **details: Any) -> Any:
        return self._node.do(deed, who=self.id, **details)

    def _until(self, true: Callable[[], object], tell: Callable[[], object] = str) -> None:
        end = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < end, f"{self.id} did not see it: {tell()}"
            time.sleep(0.05)


Start = Callable[..., Element]


@contextmanager
def elements(folder: str) -> Iterator[Start]:
    """`folder`: what need("element") says. Each has an own identity, which signed the device."""
    node = Node(folder)

    def start(url: str, account: Registered, *, exclude_insecure: bool = True) -> Element:
        device = {"token": account.token, "device": account.device_id}
        node.do("start", who=account.user_id, url=url, exclude=exclude_insecure, **device)
        return Element(node, account)

    try:
        yield start
    finally:
        node.close()
