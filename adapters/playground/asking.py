"""What a request says, read with care: who asks, since when, and a body of bearable size."""

import json
from typing import Any

from starlette.requests import Request

from adapters.playground.cast import Cast, Person
from adapters.playground.slip import Unreadable
from bot.words import Code, Quoted, say

BODY = 256 * 1024  # bytes
FILE = "application/octet-stream"


class TooLarge(Unreadable):
    status = 413


class NotJson(Unreadable):
    status = 415


class NotAFile(Unreadable):
    status = 415


async def body(request: Request) -> dict[str, Any]:
    if _type(request) != "application/json":
        raise NotJson(say("Send JSON, as {type}.", type=Code("application/json")))
    whole = await _whole(request, BODY)
    try:
        found = json.loads(whole)
    except (ValueError, RecursionError):
        raise Unreadable(say("That is not JSON.")) from None
    if not isinstance(found, dict):
        raise Unreadable(say("Send one JSON object."))
    return found


async def file(request: Request, most: int) -> bytes:
    """The bytes as they are: a type that no other page may send unasked."""
    if _type(request) != FILE:
        raise NotAFile(say("Send the file itself, as {type}.", type=Code(FILE)))
    return await _whole(request, most)


def _type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip()


async def _whole(request: Request, most: int) -> bytes:
    pieces = bytearray()
    async for piece in request.stream():
        pieces += piece
        if len(pieces) > most:
            raise TooLarge(say("That is too large."))
    return bytes(pieces)


def person(found: object, cast: Cast) -> Person:
    known = cast.person(found) if isinstance(found, str) else None
    if known is None:
        raise Unreadable(say("Nobody here has the account {account}.", account=Quoted(str(found))))
    return known


def number(request: Request, name: str) -> int:
    found = request.query_params.get(name, "0")
    if not (found.isascii() and found.isdecimal() and len(found) < len(str(1 << 62))):
        raise Unreadable(say("The field {field} must be a number.", field=Code(name)))
    return int(found)
