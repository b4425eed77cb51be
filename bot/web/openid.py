"""Asks the company's OpenID Connect provider who somebody is. Policy 4.1.1.

Authorization code with PKCE. The extra `oidc` is loaded only where a provider is set.
"""

import asyncio
import hmac
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from bot.logs import Told
from bot.settings import OpenId, loopback

if TYPE_CHECKING:
    from ssl import SSLContext

    from authlib.integrations.httpx_client import AsyncOAuth2Client
    from joserfc.jwk import KeySet

WELL_KNOWN = "/.well-known/openid-configuration"
SIGNED = tuple(f"{kind}{size}" for kind in ("RS", "PS", "ES") for size in (256, 384, 512))
SCOPE = "openid email profile"
LEEWAY = 60  # seconds by which two clocks may differ
PATIENCE = 10.0  # seconds for an answer of the provider
LARGEST = 1 << 20  # bytes of one
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")

log = logging.getLogger(__name__)


class Down(Told):
    """The provider does not answer, or not as OpenID Connect provides. Its words are for a log."""


class Refused(Told):
    """It did answer, and nobody is let in on that. Its words are for a log."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One attempt to sign in: all of it follows from a secret that one browser holds."""

    secret: str = field(repr=False)

    @property
    def state(self) -> str:
        return self._made("state")

    @property
    def nonce(self) -> str:
        return self._made("nonce")

    @property
    def verifier(self) -> str:
        return self._made("verifier")

    def _made(self, what: str) -> str:
        return hmac.new(self.secret.encode(), what.encode(), sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Known:
    """What a provider says of itself."""

    metadata: Mapping[str, Any]
    keys: "KeySet"


class Provider:
    """`now` is the time that nobody moves; `back` is where the provider sends people."""

    def __init__(self, told: OpenId, back: str, now: Callable[[], datetime]) -> None:
        self.told, self.back, self._now = told, back, now
        self._known: Known | None = None

    async def address(self, flow: Flow) -> str:
        """Where somebody is sent to say who they are. Raises Down."""
        metadata = (await self.known()).metadata
        async with self._client(metadata) as client:
            url, _ = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=flow.state,
                nonce=flow.nonce,
                code_verifier=flow.verifier,
            )
        return str(url)

    async def claims(self, code: str, flow: Flow) -> Mapping[str, Any]:
        """What the provider vouches for of who brought `code`. Raises Down, Refused."""
        metadata = (await self.known()).metadata
        async with self._client(metadata) as client:
            token = await _token(client, metadata["token_endpoint"], code, flow)
            if not isinstance(token.get("id_token"), str):
                raise Refused("there is no ID token")
            claims = await self._verified(token["id_token"], flow)
            if self.told.claim in claims or "userinfo_endpoint" not in metadata:
                return claims
            more = await _json(client, metadata["userinfo_endpoint"])
        if more.get("sub") != claims["sub"]:
            raise Refused("the claims are of somebody else")
        return {**more, **claims}

    async def known(self) -> Known:
        """Looked up once. Raises Down."""
        if self._known is None:
            async with self._client({}) as client:
                metadata = await _json(
                    client, self.told.issuer.rstrip("/") + WELL_KNOWN, open_=True
                )
                _check(metadata, self.told.issuer)
                self._known = Known(metadata, await _keys(client, metadata["jwks_uri"]))
        return self._known

    async def _verified(self, token: str, flow: Flow) -> Mapping[str, Any]:
        """Keys are looked up anew where the one that signed is not known: they are rotated."""
        from joserfc import jwt  # noqa: PLC0415
        from joserfc.errors import InvalidKeyIdError, JoseError  # noqa: PLC0415

        known = await self.known()
        try:
            try:
                found = await asyncio.to_thread(jwt.decode, token, known.keys, SIGNED)
            except InvalidKeyIdError:
                async with self._client({}) as client:
                    keys = await _keys(client, known.metadata["jwks_uri"])
                self._known = Known(known.metadata, keys)
                found = await asyncio.to_thread(jwt.decode, token, keys, SIGNED)
            self._registry(flow).validate(found.claims)
        except (JoseError, ValueError, TypeError) as error:
            raise Refused(f"the ID token: {type(error).__name__}") from None
        return self._ours(found.claims)

    def _registry(self, flow: Flow) -> Any:
        from joserfc.jwt import JWTClaimsRegistry  # noqa: PLC0415

        return JWTClaimsRegistry(
            now=int(self._now().timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": self.told.issuer},
            aud={"essential": True, "value": self.told.client},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": flow.nonce},
        )

    def _ours(self, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        """Made for us, and not for another that trusts the same provider."""
        audience = claims["aud"]
        others = isinstance(audience, list) and len(audience) > 1
        if (others or "azp" in claims) and claims.get("azp") != self.told.client:
            raise Refused("the ID token was made for another")
        if not isinstance(claims["nonce"], str) or not claims["sub"]:
            raise Refused("the ID token is odd")
        return claims

    def _client(self, metadata: Mapping[str, Any]) -> "AsyncOAuth2Client":
        from authlib.integrations.httpx_client import AsyncOAuth2Client  # noqa: PLC0415

        return AsyncOAuth2Client(
            client_id=self.told.client,
            client_secret=self.told.secret or None,
            token_endpoint_auth_method=_method(self.told, metadata),
            scope=SCOPE,
            redirect_uri=self.back,
            code_challenge_method="S256",
            verify=_trusted(),
            timeout=PATIENCE,
            follow_redirects=False,
        )


@cache
def _trusted() -> "SSLContext":
    """Whom the machine trusts, read once: it takes longer than the asking."""
    from httpx2 import create_ssl_context  # noqa: PLC0415

    return create_ssl_context()


def _method(told: OpenId, metadata: Mapping[str, Any]) -> str:
    """How we show the provider that it is us."""
    if not told.secret:
        return "none"
    known = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    basic = "client_secret_basic" in known
    return "client_secret_basic" if basic else "client_secret_post"


def _check(metadata: Mapping[str, Any], issuer: str) -> None:
    """It is the one that was set, and whatever we ask of it goes over https."""
    if metadata.get("issuer") != issuer:
        raise Down("the provider calls itself otherwise")
    for name in (*ENDPOINTS, "userinfo_endpoint"):
        url = metadata.get(name, "" if name in ENDPOINTS else None)
        if url is None:
            continue
        if not isinstance(url, str) or not (url.startswith("https://") or loopback(url)):
            raise Down(f"{name} is no https address")


async def _token(
    client: "AsyncOAuth2Client", endpoint: str, code: str, flow: Flow
) -> Mapping[str, Any]:
    from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415
    from httpx2 import HTTPError, HTTPStatusError  # noqa: PLC0415

    try:
        found = await client.fetch_token(endpoint, code=code, code_verifier=flow.verifier)
    except AuthlibBaseError as error:
        raise Refused(f"the code: {error.error}") from None
    except HTTPStatusError as error:
        raise Down(f"the token endpoint: {error.response.status_code}") from None
    except (HTTPError, ValueError, TypeError, KeyError) as error:
        raise Down(f"the token endpoint: {type(error).__name__}") from None
    return dict(found)


async def _keys(client: "AsyncOAuth2Client", url: str) -> "KeySet":
    """Those that sign; keys of a kind we do not know are left aside."""
    from joserfc.errors import JoseError  # noqa: PLC0415
    from joserfc.jwk import KeySet  # noqa: PLC0415

    found = (await _json(client, url, open_=True)).get("keys")
    usable = [
        each
        for each in (found if isinstance(found, list) else [])
        if isinstance(each, dict) and each.get("kty") in ("RSA", "EC") and each.get("use") != "enc"
    ]
    if not usable:
        raise Down("the provider has no keys")
    try:
        return KeySet.import_key_set({"keys": usable})
    except (JoseError, ValueError, TypeError) as error:
        raise Down(f"the keys: {type(error).__name__}") from None


async def _json(client: "AsyncOAuth2Client", url: str, *, open_: bool = False) -> dict[str, Any]:
    """`open_`: anybody may ask for it. Raises Down."""
    from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415
    from httpx2 import HTTPError, InvalidURL  # noqa: PLC0415

    whole = bytearray()
    try:
        async with client.stream("GET", url, withhold_token=open_) as answer:
            async for piece in answer.aiter_bytes():
                whole += piece
                if len(whole) > LARGEST:
                    raise Down(f"{url} says too much")
            if answer.status_code != 200:  # noqa: PLR2004
                raise Down(f"{url}: {answer.status_code}")
        found = json.loads(whole)
    except (HTTPError, InvalidURL, AuthlibBaseError, ValueError) as error:
        raise Down(f"{url}: {type(error).__name__}") from None
    if not isinstance(found, dict):
        raise Down(f"{url} says something odd")
    return found
