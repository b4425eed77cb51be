"""A uvicorn that ends as soon as it may: its own looks ten times a second whether it is to.

With hundreds of servers that live for one scene each, that is minutes of a run of everything.
"""

import asyncio
import socket

import uvicorn

from bot.web.watching import Answer, routes

LOOK = 0.002  # seconds


async def well() -> Answer:
    return Answer(True)


WELL = routes(well, well)  # a process that is alive and ready


class Server(uvicorn.Server):
    """Everything else is as in uvicorn: no new connections, and the open ones finish first."""

    async def main_loop(self) -> None:
        await self.on_tick(0)  # it writes the date for the answers
        while not self.should_exit:  # noqa: ASYNC110  # set from other threads
            await asyncio.sleep(LOOK)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for each in (*self.servers, *(sockets or ())):
            each.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        try:
            await asyncio.wait_for(self._quiet(), self.config.timeout_graceful_shutdown)
        except TimeoutError:
            for task in self.server_state.tasks:
                task.cancel()
        await self.lifespan.shutdown()

    async def _quiet(self) -> None:
        while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110
            await asyncio.sleep(LOOK)
