"""Where a homeserver answers: by its address, or by what its name's own server says."""

import asyncio
import datetime
import http.server
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters.matrix.finding import find
from adapters.matrix.install import Install
from adapters.matrix.wire import NoAnswer, Wire
from bot.settings import Unusable


def found(**how: Any) -> str:
    return asyncio.run(find(Install(user_id="@duly:corp.example", **how)))


@contextmanager
def named(folder: Path, status: int, body: bytes) -> Iterator[str]:
    """A server with a certificate, and what it says where a client looks."""

    class Says(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path == "/.well-known/matrix/client"
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Says)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(folder))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def certificate(folder: Path) -> Path:
    """Of localhost, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "localhost.pem"
    pem = serialization.Encoding.PEM
    kept = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(kept + made.public_bytes(pem))
    return file


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever signed it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    monkeypatch.setattr(aiohttp.connector, "_SSL_CONTEXT_VERIFIED", context)


def test_an_address_is_taken_as_it_is() -> None:
    assert found(homeserver="https://matrix.corp.example") == "https://matrix.corp.example"


@pytest.mark.usefixtures("trusted")
def test_a_name_is_looked_up(tmp_path: Path) -> None:
    told = {"m.homeserver": {"base_url": "https://matrix.corp.example/"}}
    with named(tmp_path, 200, json.dumps(told).encode()) as name:
        assert found(homeserver=name) == "https://matrix.corp.example"
    with named(tmp_path, 404, b"") as name:
        assert found(homeserver=name) == f"https://{name}"


@pytest.mark.usefixtures("trusted")
def test_an_answer_that_leads_nowhere_safe_is_said(tmp_path: Path) -> None:
    for body in (
        b'{"m.homeserver": {"base_url": "http://matrix.corp.example"}}',
        b'{"m.homeserver": {}}',
        b"[]",
    ):
        with named(tmp_path, 200, body) as name, pytest.raises(Unusable, match="MATRIX_HOMESERVER"):
            found(homeserver=name)
    with named(tmp_path, 200, b"<html>") as name, pytest.raises(NoAnswer):
        found(homeserver=name)


def test_a_certificate_that_is_not_good_is_named(tmp_path: Path) -> None:
    async def asked(name: str) -> None:
        wire = Wire(f"https://{name}")
        try:
            await wire.ask("GET", "/")
        finally:
            await wire.close()

    with named(tmp_path, 404, b"") as name:
        with pytest.raises(NoAnswer):
            found(homeserver=name)
        with pytest.raises(NoAnswer, match="self-signed certificate") as told:
            asyncio.run(asked(name))
    assert not told.value.sent
