"""Each platform on a bench: the adapter, a room, two people in it, and what they see.

A new platform adds a bench here, and nothing else.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from bot.events import Account
from tests.contract.bench import Bench, Seen
from tests.contract.matrix import matrix
from tests.contract.slack import slack
from tests.matrix.synapse import Synapse
from tests.playground import stage


@contextmanager
def playground(folder: Path | None) -> Iterator[Bench]:
    made, _, _, _ = stage.build(folder and folder / "playground.db")

    def seen(who: Account) -> list[Seen]:
        found = asyncio.run(_lines(made.doors[0][1], who.id))
        lines = {each["id"]: each for each in found if "id" in each}
        return [
            Seen(each["key"], each["text"], each["html"])
            for each in lines.values()
            if each["author"] == "duly" and not each["gone"]
        ]

    yield Bench(
        adapter=made,
        room=stage.channel("sales"),
        ann=stage.person("ann"),
        bob=stage.person("bob"),
        nobody=stage.person("nobody"),
        seen=seen,
    )
    made.close()


async def _lines(app: Any, who: str) -> list[dict[str, Any]]:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as web:
        answer = await web.get("/lines", params={"as": who, "after": 0})
        found: list[dict[str, Any]] = answer.raise_for_status().json()
        return found


BENCHES: dict[str, Callable[[Path], Any]] = {
    "playground in memory": lambda folder: playground(None),
    "playground on file": playground,
    "slack": lambda folder: slack(),
}
SERVED: dict[str, Callable[[Synapse], Any]] = {  # on a homeserver that all tests share
    "matrix": lambda server: matrix(server, secret=False),
    "matrix, encrypted": lambda server: matrix(server, secret=True),
}
