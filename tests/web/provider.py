"""A small OpenID Connect provider on loopback, with its own keys, that can be made to lie.

with provider(now) as one:
    one.says = {"email": "ann@acme.example", "email_verified": True}
    one.lies = {"nonce": "another"}      # in the ID token
"""

import hashlib
import json
import secrets
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwk, jwt

CLIENT, SECRET = "duly", "a secret:of ours"


@dataclass
class Provider:
    now: Callable[[], datetime]
    url: str = ""
    key: jwk.RSAKey = field(default_factory=lambda: jwk.RSAKey.generate_key(2048, {"kid": "one"}))
    says: dict[str, Any] = field(default_factory=dict)  # of who signs in
    lies: dict[str, Any] = field(default_factory=dict)  # None: that claim is left out
    metadata: dict[str, Any] = field(default_factory=dict)  # likewise
    info: dict[str, Any] | None = None  # what only its userinfo endpoint tells
    sign: Callable[[dict[str, Any]], str] | None = None  # how, where it is not as it should be
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    published: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)  # paths
    down: bool = False

    def __post_init__(self) -> None:
        self.published = [self.key.as_dict(private=False, alg="RS256", use="sig")]

    def rotates(self) -> None:
        """The new key alone is good from now on."""
        self.key = jwk.RSAKey.generate_key(2048, {"kid": secrets.token_hex(4)})
        self.__post_init__()

    def discovery(self) -> dict[str, Any]:
        known = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/userinfo",
            **self.metadata,
        }
        return {name: value for name, value in known.items() if value is not None}

    def authorize(self, query: dict[str, str]) -> str:
        """Somebody is signed in there already: they are sent straight back."""
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe()
        self.codes[code] = query
        return query["redirect_uri"] + "?" + urlencode({"code": code, "state": query["state"]})

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        given = b64decode(authorization.removeprefix("Basic ")).decode()
        if given != f"{CLIENT}:{SECRET}":
            return 401, {"error": "invalid_client"}
        begun = self.codes.pop(form.get("code", ""), None)
        if begun is None or begun["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if urlsafe_b64encode(digest).decode().rstrip("=") != begun["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        answer = {"access_token": "access", "token_type": "Bearer", "expires_in": 300}
        return 200, {**answer, "id_token": self.id_token(begun)}

    def id_token(self, begun: dict[str, str]) -> str:
        now = int(self.now().timestamp())
        claims = {"iss": self.url, "aud": CLIENT, "sub": "4711", "iat": now, "exp": now + 300}
        claims |= {"nonce": begun["nonce"], **self.says, **self.lies}
        told = {name: value for name, value in claims.items() if value is not None}
        if self.sign is not None:
            return self.sign(told)
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, told, self.key)

    def answer(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        self.asked.append(path)
        if self.down:
            return 502, {"error": "down"}
        match path:
            case "/.well-known/openid-configuration":
                return 200, self.discovery()
            case "/keys":
                return 200, {"keys": self.published}
            case "/token":
                return self.token(form, authorization)
            case "/userinfo" if authorization == "Bearer access":
                return 200, self.info or {}
        return 404, {}


def handler(one: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            where = urlsplit(self.path)
            if where.path == "/authorize":
                query = {name: value[0] for name, value in parse_qs(where.query).items()}
                self.send_response(303)
                self.send_header("Location", one.authorize(query))
                self.end_headers()
                return
            self.tell(*one.answer(where.path, {}, self.headers.get("Authorization", "")))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            form, known = dict(parse_qsl(body)), self.headers.get("Authorization", "")
            self.tell(*one.answer(self.path, form, known))

        def tell(self, status: int, what: Any) -> None:
            body = what if isinstance(what, bytes) else json.dumps(what).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quietly."""

    return Handler


@contextmanager
def provider(now: Callable[[], datetime]) -> Iterator[Provider]:
    one = Provider(now)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(one))
    one.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield one
    finally:
        server.shutdown()
        server.server_close()
