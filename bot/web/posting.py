"""What a form brings: read with care, and only where it was sent from a page of ours."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from bot.web import trouble
from bot.web.address import Address

BODY = 256 * 1024  # bytes: the longest command line, as a browser writes it, and room
FIELDS = 100
NOTE = re.compile(r"[0-9a-f]{32}")
FORM = "application/x-www-form-urlencoded"


async def fields(request: Request, address: Address) -> Mapping[str, str]:
    """Raises Trouble where it comes from elsewhere, is too large, or is no form."""
    if not _from_here(request, address):
        raise trouble.forged()
    if request.headers.get("content-type", "").partition(";")[0].strip() != FORM:
        raise trouble.unreadable()
    whole = bytearray()
    async for piece in request.stream():
        whole += piece
        if len(whole) > BODY:
            raise trouble.too_large()
    try:
        pairs = parse_qsl(whole.decode(), keep_blank_values=True, max_num_fields=FIELDS)
    except ValueError:
        raise trouble.unreadable() from None
    return {name: value.replace("\r\n", "\n") for name, value in pairs}


def note(request: Request) -> str:
    """Which note an address names. Raises Trouble for what can be none."""
    id = str(request.path_params["note"])
    if not NOTE.fullmatch(id):
        raise trouble.missing()
    return id


def _from_here(request: Request, address: Address) -> bool:
    """As our pages ask for no referrer, browsers hide the origin of their forms: "null".

    What they say then, over https and on localhost, is how the two sites stand to each other.
    """
    origin = request.headers.get("origin", "null")
    if origin == "null":
        return request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
    return _netloc(origin) in {address.netloc, request.headers.get("host", "").lower()}


def _netloc(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None
