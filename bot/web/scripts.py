"""The scripts of the pages that seal and open, each with the hash a browser checks it by. 5.1.3."""

import base64
from dataclasses import dataclass
from functools import cache
from hashlib import sha384

from bot.web.showing import STATIC

PAGES = ("/report", "/sealed")  # how the paths of those pages begin
ALL = ("sealing.js", "sealed_pages.js", "report.js", "continue.js", "cases.js", "watch.js")


@dataclass(frozen=True, slots=True)
class Script:
    path: str
    integrity: str


def hash_of(body: bytes) -> str:
    return f"sha384-{base64.b64encode(sha384(body).digest()).decode()}"


@cache
def scripts(*names: str) -> tuple[Script, ...]:
    """In the order in which they run."""
    found = []
    for name in names:
        integrity = hash_of((STATIC / name).read_bytes())
        version = integrity.partition("-")[2][:12].replace("+", "-").replace("/", "_")
        found.append(Script(f"/static/{name}?v={version}", integrity))
    return tuple(found)
