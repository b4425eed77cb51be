"""The web server of a running Duly on a port, with how long it waits for whom."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from starlette.applications import Starlette
from starlette.routing import Route

from bot.serving import config
from bot.web.patience import Pace
from tests import prompt

PATIENCE = 5.0  # seconds


@contextmanager
def served(pace: Pace, *routes: Route) -> Iterator[int]:
    """At which port."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = prompt.Server(config(Starlette(routes=routes), "off", pace))
    thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        listening.close()
