"""What a form brings: read with care, and only where it was sent from a page of ours."""

import logging
import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from bot.web import trouble
from bot.web.address import Address

BODY = 256 * 1024  # bytes: the longest command line, as a browser writes it, and room
FIELDS = 100
FILES = 20  # in one form, …
LARGEST = 4  # … and together no more than so many of the largest
NOTE = re.compile(r"[0-9a-f]{32}")
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data"

logging.getLogger("python_multipart").setLevel(logging.ERROR)  # a line for each odd byte otherwise


@dataclass(frozen=True, slots=True)
class PostedFile:
    field: str
    name: str
    body: bytes


async def fields(request: Request, address: Address) -> Mapping[str, str]:
    """Raises Trouble where it comes from elsewhere, is too large, or is no form."""
    if not from_here(request, address):
        raise trouble.forged()
    if type_of(request) != FORM:
        raise trouble.unreadable()
    whole = bytearray()
    async for piece in bounded(request, BODY):
        whole += piece
    try:
        pairs = parse_qsl(whole.decode(), keep_blank_values=True, max_num_fields=FIELDS)
    except ValueError:
        raise trouble.unreadable() from None
    return {name: _lines(value) for name, value in pairs}


class InMemory(MultiPartParser):
    """What people send touches no disk before it is sealed."""

    spool_max_size = 0  # no limit: how much is read in all is limited

    def close(self) -> None:
        """Those too of which only a part arrived, which no form holds."""
        for each in self._files_to_close_on_error:
            each.close()


def has_parts(request: Request) -> bool:
    """It may bring files."""
    return type_of(request) == PARTS


async def parts(
    request: Request, address: Address, largest: int
) -> tuple[Mapping[str, str], tuple[PostedFile, ...]]:
    """Fields, and files of at most `largest` bytes each. Raises Trouble, as `fields`."""
    if not from_here(request, address):
        raise trouble.forged()
    stream = bounded(request, BODY + LARGEST * largest)
    limits = {"max_files": FILES, "max_fields": FIELDS, "max_part_size": BODY}
    parser = InMemory(request.headers, stream, **limits)
    try:
        return await _parts(await parser.parse())
    except MultiPartException:
        raise trouble.unreadable() from None
    finally:
        parser.close()


async def _parts(found: FormData) -> tuple[Mapping[str, str], tuple[PostedFile, ...]]:
    texts, files = dict[str, str](), list[PostedFile]()
    for field, value in found.multi_items():
        if not isinstance(value, UploadFile):
            texts[field] = _lines(value)
        elif value.filename or value.size:  # a field left alone brings an empty file without name
            files.append(PostedFile(field, value.filename or "", await value.read()))
    return texts, tuple(files)


async def bounded(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > most:
            raise trouble.too_large()
        yield piece


def type_of(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().casefold()


def _lines(value: str) -> str:
    return value.replace("\r\n", "\n")


def note(request: Request) -> str:
    """Which note an address names. Raises Trouble for what can be none."""
    id = str(request.path_params["note"])
    if not NOTE.fullmatch(id):
        raise trouble.missing()
    return id


def from_here(request: Request, address: Address) -> bool:
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
