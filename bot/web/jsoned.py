"""What our own scripts send and are answered: JSON, read with care, only from a page of ours."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.web import posting, trouble
from bot.web.address import Address
from bot.words import Reader, Say, render

KIND = "application/json"
ID = re.compile(r"[0-9a-f]{32}")
HASH = re.compile(r"[0-9a-f]{64}")


async def body(request: Request, address: Address, most: int) -> Mapping[str, Any]:
    """Raises Trouble where it comes from elsewhere, is too large, or is none."""
    if not posting.from_here(request, address):
        raise trouble.forged()
    if posting.type_of(request) != KIND:
        raise trouble.unreadable()
    whole = bytearray()
    async for piece in posting.bounded(request, most):
        whole += piece
    try:
        found = json.loads(whole)
    except (ValueError, RecursionError):
        raise trouble.unreadable() from None
    if not isinstance(found, dict):
        raise trouble.unreadable()
    return found


def told(data: Mapping[str, Any], status: int = 200) -> Response:
    return JSONResponse(data, status)


def refused(why: Say, reader: Reader, status: int = 422, **more: Any) -> Response:
    return JSONResponse({"error": render(why, reader, str), **more}, status)


def word(data: Mapping[str, Any], name: str, shape: re.Pattern[str]) -> str:
    found = data.get(name)
    if not isinstance(found, str) or not shape.fullmatch(found):
        raise trouble.unreadable()
    return found


def words(data: Mapping[str, Any], name: str, most: int) -> str:
    found = data.get(name, "")
    if not isinstance(found, str) or len(found) > most:
        raise trouble.unreadable()
    return found


def count(data: Mapping[str, Any], name: str, most: int) -> int:
    found = data.get(name)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= most:
        raise trouble.unreadable()
    return found


def blob(data: Mapping[str, Any], name: str, most: int) -> bytes:
    """Bytes, as `unblob` writes them; some, and no more than `most`."""
    found = data.get(name)
    if not isinstance(found, str) or not found or len(found) > most * 4 // 3 + 4:
        raise trouble.unreadable()
    try:
        return base64.b64decode(found + "=" * (-len(found) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise trouble.unreadable() from None


def unblob(body: bytes) -> str:
    return base64.urlsafe_b64encode(body).decode().rstrip("=")


def items(data: Mapping[str, Any], name: str, most: int) -> list[Mapping[str, Any]]:
    found = data.get(name, [])
    if not isinstance(found, list) or len(found) > most:
        raise trouble.unreadable()
    if not all(isinstance(each, dict) for each in found):
        raise trouble.unreadable()
    return found
