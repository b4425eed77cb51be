"""Whether Slack's requests would get through to us: tried from here, signed and unsigned."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import aiohttp

from adapters.slack.guard import NOT_SIGNED, PATH, PROBE
from bot.clock import fault_point
from bot.words import Code, Quoted, Say, say

CHALLENGE = "duly-challenge"
OK, MOVED, WRONG, GONE = 200, 300, 400, 404
PROXY = (502, 503, 504)


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    text: str
    to: str = ""  # where it leads


async def reach(line: aiohttp.ClientSession, url: str, secret: str, now: datetime) -> Say | None:
    """What stands between Slack and us at `url`; None: nothing that can be seen from here."""
    address = url.rstrip("/") + PATH
    body = json.dumps({"type": "url_verification", "challenge": CHALLENGE}).encode()
    try:
        reply = await _post(line, address, body, _signed(body, secret, now))
        if (wrong := _wrong(address, reply)) is not None:
            return wrong
        reply = await _post(line, address, body, {})
    except aiohttp.ClientSSLError as error:
        return say(
            "The certificate of {address} is not accepted ({reason}): Slack would not accept it "
            "either. Renew it, with its whole chain.",
            address=Code(address),
            reason=Quoted(type(error).__name__),
        )
    except (aiohttp.ClientError, TimeoutError) as error:
        return say(
            "Nothing answers at {address} ({reason}). Is Duly running, and does the proxy in front "
            "of it lead there?",
            address=Code(address),
            reason=Quoted(type(error).__name__),
        )
    if reply.status != NOT_SIGNED:
        return say(
            "{address} takes requests that nobody signed: something in front of Duly answers in "
            "its place. Let the proxy pass them on as they are.",
            address=Code(address),
        )
    return None


async def _post(
    line: aiohttp.ClientSession, address: str, body: bytes, signed: dict[str, str]
) -> Reply:
    headers = {"Content-Type": "application/json", "User-Agent": PROBE, **signed}
    fault_point("our own address is tried")
    async with line.post(address, data=body, headers=headers, allow_redirects=False) as answer:
        text = (await answer.content.read(2000)).decode("utf-8", "replace")
        return Reply(answer.status, text, answer.headers.get("Location", ""))


def _signed(body: bytes, secret: str, now: datetime) -> dict[str, str]:
    stamp = str(int(now.timestamp()))
    words = b"v0:" + stamp.encode() + b":" + body
    made = hmac.new(secret.encode(), words, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={made}"}


def _wrong(address: str, reply: Reply) -> Say | None:
    at, status = Code(address), Code(str(reply.status))
    if reply.status == OK and CHALLENGE in reply.text:
        return None
    if MOVED <= reply.status < WRONG:
        return say(
            "{address} leads on to {other}, perhaps to sign in. Slack follows nowhere: let its "
            "requests to this path pass.",
            address=at,
            other=Code(urlsplit(reply.to).netloc or reply.to),
        )
    if reply.status == GONE:
        return say(
            "There is nothing at {address} (404). Does the proxy pass this path to Duly, and is "
            "Duly set up for HTTP ({secret})?",
            address=at,
            secret=Code("SLACK_SIGNING_SECRET"),
        )
    if reply.status == NOT_SIGNED:
        return say(
            "The Duly that runs at {address} does not take my signature: it was started with "
            "another {secret}, or its clock differs. Start it again with this one.",
            address=at,
            secret=Code("SLACK_SIGNING_SECRET"),
        )
    if reply.status in PROXY:
        return say(
            "The proxy at {address} finds no Duly behind it ({status}). Start Duly, or mend where "
            "the proxy leads.",
            address=at,
            status=status,
        )
    return say("What answers at {address} is not Duly ({status}).", address=at, status=status)
