"""`duly verify-pages`: are the pages that seal reports those of this Duly. Policy 5.1.3.

Run it on another machine, from a copy of Duly you trust: a server could serve changed scripts.
"""

import argparse
from typing import TYPE_CHECKING

from bot.cli.common import FINE, FOUND, Out

if TYPE_CHECKING:
    from bot.store import Store

LONGEST = 1_000_000  # bytes of one answer
PATIENCE = 20  # seconds


def add(sub: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    one = sub.add_parser("verify-pages", help="check the pages of the reporting channel")
    one.add_argument(
        "address", nargs="?", help="of the pages, such as https://duly.example; none: only hashes"
    )


def run(args: argparse.Namespace, store: "Store | None", out: Out) -> int:  # noqa: ARG001
    """0: they are the same, 1: each that is not is named."""
    from bot.cli.people import spoken
    from bot.web.scripts import ALL, hash_of
    from bot.web.showing import STATIC
    from bot.words import Code, say

    words, ours = spoken(), {name: hash_of((STATIC / name).read_bytes()) for name in ALL}
    if not args.address:
        for name, hash in ours.items():
            out(f"{hash}  {name}")
        return FINE
    wrong = [name for page in ("report", "report/continue") for name in _wrong(args.address, page)]
    for name in dict.fromkeys(wrong):
        out(words(say("Not as in this Duly: {what}", what=Code(name))))
    if not wrong:
        out(words(say("The pages that seal are those of this Duly.")))
    return FOUND if wrong else FINE


def _wrong(address: str, page: str) -> list[str]:
    """What of a page is not ours: its scripts, their hashes, and what else could run there."""
    import re

    from bot.web.gate import SEALING
    from bot.web.scripts import hash_of, scripts
    from bot.web.showing import STATIC

    base = address.rstrip("/")
    own = "continue.js" if page.endswith("continue") else "report.js"
    wanted = scripts("sealing.js", "sealed_pages.js", own)
    headers, body = _fetched(f"{base}/{page}")
    text = body.decode("utf-8", "replace")
    tags: list[str] = re.findall(r"<script\b[^>]*>", text, re.IGNORECASE)
    running = [each for each in tags if 'type="application/json"' not in each]
    found = [] if headers.get("content-security-policy") == SEALING else [f"{page}: its policy"]
    if len(running) != len(wanted):
        found.append(f"{page}: its scripts")
    for script in wanted:
        name = script.path.partition("?")[0].rpartition("/")[2]
        if not any(script.integrity in tag and script.path in tag for tag in running):
            found.append(f"{page}: {name}")
        if hash_of(_fetched(base + script.path)[1]) != hash_of((STATIC / name).read_bytes()):
            found.append(name)
    return found


def _fetched(url: str) -> "tuple[dict[str, str], bytes]":
    """Raises Unusable."""
    from urllib.error import URLError
    from urllib.request import urlopen

    from bot.clock import fault_point
    from bot.settings import Unusable

    if not url.startswith(("https://", "http://")):
        raise Unusable(f"{url} is no address of a page. It begins with https://")
    fault_point("a page is fetched")
    try:
        with urlopen(url, timeout=PATIENCE) as answer:
            headers = {name.casefold(): value for name, value in answer.headers.items()}
            return headers, answer.read(LONGEST)
    except (URLError, OSError, ValueError) as error:
        raise Unusable(f"{url} cannot be read: {error}") from None
