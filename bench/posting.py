"""Posts what Slack would post, already signed, over connections that are kept: the measuring side.

    python -m bench.posting PORT BODIES [--rate 500] [--path P]   (bench.slack starts it)

BODIES: a file of JSON, one body a line. Without a rate, as fast as it is answered. Prints, as JSON,
how long each took in seconds (from the moment it was due), and how long all of them took.
"""

import argparse
import asyncio
import hashlib
import hmac
import json
import time
from pathlib import Path

CONNECTIONS = 16
SECRET = "8f742231b10e4a5c8888abcd99eeff85"


def requests(bodies: list[bytes], path: str = "/slack/events") -> list[bytes]:
    """Each as it goes over the wire; signatures of now hold for five minutes."""
    return [_request(body, str(int(time.time())).encode(), path) for body in bodies]


def _request(body: bytes, stamp: bytes, path: str) -> bytes:
    made = hmac.new(SECRET.encode(), b"v0:" + stamp + b":" + body, hashlib.sha256).hexdigest()
    lines = (
        b"POST " + path.encode() + b" HTTP/1.1",
        b"Host: 127.0.0.1",
        b"User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)",
        b"Accept: */*",
        b"Content-Type: application/json",
        b"X-Slack-Request-Timestamp: " + stamp,
        b"X-Slack-Signature: v0=" + made.encode(),
        b"Content-Length: %d" % len(body),
    )
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


class Line:
    """One connection that is kept."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> "Line":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def post(self, request: bytes) -> None:
        """Returns when it is answered. Raises ConnectionError for anything but a 200."""
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        if not head.startswith(b"http/1.1 200"):
            raise ConnectionError(head.decode())
        _, found, rest = head.partition(b"content-length:")
        if found:
            await self._reader.readexactly(int(rest.split(b"\r\n", 1)[0]))

    def close(self) -> None:
        self._writer.close()


async def post_all(port: int, wanted: list[bytes], rate: float) -> tuple[list[float], float]:
    lines = [await Line.open(port) for _ in range(CONNECTIONS)]
    begin, queue, spent = time.perf_counter(), iter(enumerate(wanted)), list[float]()

    async def work(line: Line) -> None:
        for number, request in queue:
            due = begin + number / rate if rate else time.perf_counter()
            wait = due - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            await line.post(request)
            spent.append(time.perf_counter() - due)

    await asyncio.gather(*map(work, lines))
    took = time.perf_counter() - begin
    for line in lines:
        line.close()
    return spent, took


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("port", type=int)
    options.add_argument("bodies", type=Path)
    options.add_argument("--rate", type=float, default=0)
    options.add_argument("--path", default="/slack/events")
    args = options.parse_args()
    wanted = requests(args.bodies.read_bytes().splitlines(), args.path)
    spent, took = asyncio.run(post_all(args.port, wanted, args.rate))
    print(json.dumps({"spent": spent, "took": took}))


if __name__ == "__main__":
    main()
