"""Where a homeserver answers, by its address or by its name alone."""

from urllib.parse import urlsplit

import aiohttp

from adapters.matrix.install import NEAR, Install
from adapters.matrix.wire import NOT_FOUND, NoAnswer
from adapters.slip import Slip
from bot.clock import fault_point
from bot.settings import Unusable

PATIENCE = 10.0  # seconds


async def find(made: Install) -> str:
    """Its address. Raises NoAnswer, and Unusable where the answer cannot be right."""
    if "://" in made.homeserver:
        return made.homeserver
    name = made.homeserver or made.realm
    told = await _well_known(name)
    if told is None:
        return f"https://{name}"
    url = told.at("m.homeserver").text("base_url").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.hostname in NEAR or made.allow_http):
        raise Unusable(
            f"https://{name}/.well-known/matrix/client names no address of a homeserver that "
            "begins with https://. Let it be put right, or set MATRIX_HOMESERVER to the address."
        )
    return url


async def _well_known(name: str) -> Slip | None:
    """None where that server says nothing. Raises NoAnswer."""
    url = f"https://{name}/.well-known/matrix/client"
    patience = aiohttp.ClientTimeout(total=PATIENCE)
    fault_point("the homeserver is looked for")
    try:
        async with aiohttp.ClientSession(timeout=patience) as line, line.get(url) as answer:
            if answer.status == NOT_FOUND:
                return None
            return Slip(await answer.json(content_type=None))
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise NoAnswer(f"{url}: {type(error).__name__}", sent=False) from None
