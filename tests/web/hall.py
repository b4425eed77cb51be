"""A company that holds one of everything, its pages served on a port, and people who are signed in.

with hall() as made, chromium() as browser:
    page = made.opens(browser, "hana", "/dashboard")
"""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any

import uvicorn
from playwright.sync_api import Browser, Page

from bot.figuring import packed
from bot.store.sessions import web_account
from reports.dashboard import build as build_dashboard
from tests.access.company import Company, build
from tests.browser.theatre import DESK, Screen
from tests.web.lobby import Lobby, Visit


@dataclass
class Hall:
    company: Company
    lobby: Lobby

    def cookie(self, who: str, language: str = "en") -> dict[str, str]:
        """Of a session of theirs, in which the pages are in that language."""
        desk = self.company.desk
        with desk.store.transaction() as tx:
            tx.people.link(web_account("acme", who), who)
            token = tx.sessions.begin(who, "a browser")
            session = tx.sessions.of(token)
            assert session is not None
            tx.sessions.speak(session.id, language)
        return {"name": "duly", "value": str(token), "url": self.lobby.origin}

    def seat(
        self, browser: Browser, who: str, screen: Screen = DESK, language: str = "en", **more: Any
    ) -> Page:
        """Somebody signed in, before an empty page; their window closes with the browser."""
        context = browser.new_context(
            viewport={"width": screen.width, "height": screen.height},
            color_scheme="dark" if screen.dark else "light",
            base_url=self.lobby.origin,
            **more,
        )
        context.add_cookies([self.cookie(who, language)])  # type: ignore[list-item]
        context.set_default_timeout(15_000)
        return context.new_page()

    def asks_for_figures(self, who: str) -> None:
        """And the worker has computed them, but for a process of its own."""
        visit, figuring = Visit(self.lobby), self.company.desk.bot.figuring
        visit.cookies.set("duly", self.cookie(who)["value"])
        visit.get("/dashboard")
        while (board := figuring._claim()) is not None:
            material = figuring._gather(board)
            figuring._lay(board, packed(build_dashboard(material), material))

    def works(self) -> None:
        """What people asked for is made, and sent; in a thread, for the browser has a loop here."""
        worker = Thread(target=self._works)
        worker.start()
        worker.join()

    def _works(self) -> None:
        bot = self.company.desk.bot
        while asyncio.run(bot.figuring.round()):
            pass
        asyncio.run(bot.workshop.round())  # what somebody asked for goes before what nobody did
        while asyncio.run(bot.turn()):
            pass


@contextmanager
def hall() -> Iterator[Hall]:
    company = build()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        lobby = Lobby(company.desk, f"http://127.0.0.1:{listening.getsockname()[1]}")
        server = uvicorn.Server(uvicorn.Config(lobby.app, log_level="error", lifespan="off"))
        thread = Thread(target=lambda: server.run(sockets=[listening]), daemon=True)
        thread.start()
        try:
            yield Hall(company, lobby)
        finally:
            server.should_exit = True
            thread.join()
    company.desk.close()
