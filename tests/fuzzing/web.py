"""What browsers send: forms, files, JSON, cookies, tokens, and the ways back to a page."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

from starlette.requests import Request

from bot.store.sessions import token_in
from bot.web import entering, jsoned, limits, posting, site
from bot.web.address import Address
from bot.web.fetching import FILE
from bot.web.trouble import Trouble
from tests.fuzzing.chance import read
from tests.fuzzing.targets import Ready

HERE = Address("https://duly.example")
LARGEST = 100_000  # bytes of a file
BOUND = b"----x"
Asked = Callable[[Request], Coroutine[Any, Any, object]]


def _request(headers: dict[str, str], body: bytes) -> Request:
    raw = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": "/do", "headers": raw, "query_string": b""}
    parts = [body[at : at + 1000] for at in range(0, len(body), 1000)] or [b""]

    async def receive() -> dict[str, Any]:
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    return Request(scope, receive)


def _sent(kind: str, asked: Asked) -> Callable[[bytes], object]:
    """All that is asked for is there already, so nothing of it ever waits."""
    headers = {"content-type": kind, "sec-fetch-site": "same-origin", "origin": "null"}

    def parse(data: bytes) -> object:
        asking = asked(_request(headers, data))
        try:
            asking.send(None)
        except StopIteration as done:
            return done.value
        asking.close()
        raise AssertionError("it waits")

    return parse


def web_form() -> Ready:
    parse = _sent(posting.FORM, lambda request: posting.fields(request, HERE))
    said = f"pass=abc&nonce=1&line={quote('promise 7 by 明天')}&back=%2Fmine&field-text=a%0D%0Ab"
    return Ready(parse, (Trouble,), [said.encode(), b"a=1&a=2&&=&b"])


def web_parts() -> Ready:
    kind = f"{posting.PARTS}; boundary={BOUND.decode()}"
    parse = _sent(kind, lambda request: posting.parts(request, HERE, LARGEST))
    head = b'--%s\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    text, empty = head % (BOUND, b"pass", b"", b"abc"), head % (BOUND, b"f", b'; filename=""', b"")
    file = head % (BOUND, b"f", b'; filename="../../a\xe4.csv"', b"id,name\nE1,Ann")
    star = head % (BOUND, b"f", b"; filename*=utf-8''%e4%bd%a0.csv", b"x")
    return Ready(parse, (Trouble,), [text + file + star + empty + b"--" + BOUND + b"--\r\n"])


def web_json() -> Ready:
    async def asked(request: Request) -> object:
        found = await jsoned.body(request, HERE, LARGEST)
        for each in jsoned.items(found, "parts", 9):
            jsoned.word(each, "id", jsoned.ID), jsoned.count(each, "size", 99)
        return jsoned.words(found, "text", 99), jsoned.blob(found, "body", 999)

    said = b'{"parts":[{"id":"%s","size":3}],"text":"words","body":"AAECAw"}' % (b"f" * 32)
    return Ready(_sent(jsoned.KIND, asked), (Trouble,), [said])


def web_tokens() -> Ready:
    """Whatever an address, a cookie or a header may hold."""

    def parse(data: bytes) -> object:
        text = read(data)
        headers = {"cookie": text, "accept-language": text, "origin": text, "host": text}
        request = _request({name: _header(value) for name, value in headers.items()}, b"")
        made = limits._name(text)
        for each in request.cookies.values():
            token_in(each), entering.SECRET.fullmatch(each)
        for shape in (site.BACK, site.ASKED, FILE, posting.NOTE):
            found = shape.fullmatch(text)
            assert not found or ("\n" not in text and not text.startswith("//"))
        return posting.from_here(request, HERE), site.spoken(request), token_in(text), made

    tokens = ("A" * 59, f"duly={'A' * 59}; duly-enter={'a' * 64}.%2Fmine", "/requests/new/notice")
    more = (
        "/certificates/ABCDE-12345",
        "https://duly.example",
        "zh-TW,zh;q=0.9",
        "192.0.2.1",
        "::1",
    )
    return Ready(parse, (), [each.encode() for each in (*tokens, *more)])


def _header(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")
