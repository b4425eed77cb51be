"""The one place where the core meets its commands, adapters and sheets."""

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.file import Notebook
from adapters.playground import Cast, Hooks, MenuEntry, Playground
from bot.asides import Asides
from bot.bell import Bell
from bot.clock import Clock
from bot.engine import Engine
from bot.exported import Export
from bot.figuring import Figuring
from bot.handlers import Handlers
from bot.handlers.nudging import Nudging
from bot.inbox import JournalInbox
from bot.indexing import Indexer
from bot.outbox import Courier
from bot.packing import Packer
from bot.policy import hours
from bot.port import Adapter, Examined
from bot.settings import OpenId, Settings, Unusable, openid
from bot.store import Store
from bot.store.hints import Hints
from bot.ticker import Ticker
from bot.web.adapter import Web
from bot.web.address import Address
from bot.web.entering import BACK_HERE
from bot.web.gate import Gate
from bot.web.limits import Attempts
from bot.web.openid import Down, Provider
from bot.web.site import Site
from bot.words import Code, say
from bot.workbooks import figures, issued, workbook
from bot.workshop import Workshop
from commands import COMMANDS, TYPED

if TYPE_CHECKING:
    from adapters.matrix.deeds import Deeds


EXTRA = "requirements-oidc.lock"  # what ./duly installs where DULY_OIDC_ISSUER is set

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bot:
    """All that happens to a store: events in, work done, effects out."""

    store: Store
    inbox: JournalInbox
    engine: Engine
    courier: Courier
    ticker: Ticker
    workshop: Workshop
    figuring: Figuring
    indexer: Indexer
    packer: Packer
    taken: Bell
    made: Bell
    asides: Asides
    hints: Hints

    async def turn(self) -> bool:
        """Handle what was taken, plan what fell due, send it; False: there was nothing of these."""
        await self.asides.settle()
        handled = await asyncio.to_thread(self.engine.work)
        planned = await asyncio.to_thread(self.ticker.ring)
        return await self.courier.round() + handled + planned > 0


def assemble(store: Store, adapters: Sequence[Adapter]) -> Bot:
    taken, made = Bell(), Bell()
    abilities = {each.platform: each.abilities for each in adapters}
    handlers, nudging = Handlers(COMMANDS, abilities), Nudging()
    asides = Asides(store, {each.platform: each for each in adapters})
    inbox = JournalInbox(store, handlers.check, taken.ring, asides.answer)
    name = inbox.name if store.shared else None  # alone it need not say who carries what
    return Bot(
        store=store,
        inbox=inbox,
        engine=Engine(store, handlers),
        courier=Courier(store, {each.platform: each for each in adapters}, nudging, name),
        ticker=Ticker(store, nudging, to_file=Notebook.platform in abilities),
        workshop=Workshop(store, workbook, issued),
        figuring=Figuring(store, figures),
        indexer=Indexer(store),
        packer=Packer(store, to_file=Notebook.platform in abilities),
        taken=taken,
        made=made,
        asides=asides,
        hints=Hints(store.db, store.company),
    )


PLATFORMS = ("playground", "slack", "matrix")


def platforms(settings: Settings) -> list[str]:
    """Those named, else those whose tokens are set. Raises Unusable for one we lack."""
    named = [each for each in map(str.strip, settings.platforms.split(",")) if each]
    for name in named:
        if name not in PLATFORMS:
            raise Unusable(f"There is no platform {name}. Known: {', '.join(PLATFORMS)}.")
    if named:
        return named
    found = [("slack", slack_is_configured(settings)), ("matrix", matrix_is_configured(settings))]
    return [name for name, configured in found if configured]


def slack_is_configured(settings: Settings) -> bool:
    if not settings.slack and not any(name.startswith("SLACK_") for name in os.environ):
        return False  # what it brings with it need not be loaded
    from adapters.slack.install import configured  # noqa: PLC0415

    return configured(settings.slack, os.environ)


def matrix_is_configured(settings: Settings) -> bool:
    if not settings.matrix and not any(name.startswith("MATRIX_") for name in os.environ):
        return False
    from adapters.matrix.install import configured  # noqa: PLC0415

    return configured(settings.matrix, os.environ)


def adapters(
    store: Store, settings: Settings, cast: Cast, ring: Callable[[], object]
) -> list[Adapter]:
    """The platforms that are configured, and our own pages. Raises Unusable for one we lack."""
    found: list[Adapter] = []
    for name in platforms(settings):
        if name == "playground":
            found.append(playground(store, settings.data / "playground.db", cast, ring))
        elif name == "slack":
            found.append(slack(store, settings))
        else:
            found.append(matrix(store, settings))
    if settings.checkpoints is not None:
        found.append(Notebook(settings.checkpoints))
    return [*found, Web(store)]


def slack(store: Store, settings: Settings) -> Adapter:
    """Loaded only where it is wanted: it brings much with it. Raises Unusable."""
    from adapters.slack.adapter import Slack  # noqa: PLC0415
    from adapters.slack.install import installs  # noqa: PLC0415

    return Slack(installs(settings.slack), StoredFiles(store), store.clock.lease)


def matrix(store: Store, settings: Settings) -> Adapter:
    """Loaded only where it is wanted. Raises Unusable."""
    from adapters.matrix.adapter import Matrix  # noqa: PLC0415
    from adapters.matrix.install import installs  # noqa: PLC0415

    made = installs(settings.matrix, settings.data)
    return Matrix(made, StoredFiles(store), store.clock.lease, TYPED)


def examined(store: Store, settings: Settings) -> list[Examined]:
    """What the platforms find when they look at themselves; they may be running. Raises Unusable.

    The playground has nothing that could be set wrongly.
    """
    looks = {"slack": slack_examined, "matrix": matrix_examined}
    wanted = [looks[name] for name in platforms(settings) if name in looks]
    return [found for look in wanted for found in look(store, settings)]


def slack_examined(store: Store, settings: Settings) -> list[Examined]:
    """Raises Unusable."""
    from adapters.slack.doctor import Background, examine  # noqa: PLC0415
    from adapters.slack.install import as_set  # noqa: PLC0415

    def came(key: str) -> bool:
        with store.reading() as tx:
            return tx.journal.has(key)

    with store.reading() as tx:
        background = Background(
            now=store.clock.lease,
            url=settings.url,
            cursors=tx.listeners.cursors("slack/"),
            channels=tuple(tx.policies.current().channels),
            came=came,
        )
    return asyncio.run(examine(as_set(settings.slack), background))


def matrix_examined(store: Store, settings: Settings) -> list[Examined]:
    """Raises Unusable."""
    from adapters.matrix.doctor import Background, examine  # noqa: PLC0415
    from adapters.matrix.install import as_set  # noqa: PLC0415

    with store.reading() as tx:
        accounts = tx.people.snapshot().directory.accounts
        known = {(each.realm, each.id) for each in accounts if each.platform == "matrix"}
        cursors = tx.listeners.cursors("matrix/")
    background = Background(
        now=store.clock.lease, cursors=cursors, linked=lambda realm, id: (realm, id) in known
    )
    return asyncio.run(examine(as_set(settings.matrix, settings.data), background))


def openid_examined(store: Store, settings: Settings) -> list[Examined]:
    """Whether the company's sign-in, where one is set, is as it says. Raises Unusable."""
    told = openid(settings)
    if told is None:
        return []
    found = provider(store, told, Address(settings.url))
    if found is None:
        return [
            Examined(wrong=(say("Signing in at your company needs {lock}.", lock=Code(EXTRA)),))
        ]
    issuer = Code(told.issuer)
    try:
        asyncio.run(found.known())
    except Down as down:
        why = say(
            "The sign-in {issuer} cannot be used ({reason}): look at DULY_OIDC_ISSUER.",
            issuer=issuer,
            reason=Code(str(down)),
        )
        return [Examined(wrong=(why,))]
    return [Examined(told=(say("People can sign in at {issuer}.", issuer=issuer),))]


def slack_manifest(name: str, url: str) -> str:
    """Raises Unusable."""
    from adapters.slack.manifest import manifest  # noqa: PLC0415

    return manifest(name, url, {each.name: each.usage for each in COMMANDS})


def matrix_deeds(settings: Settings, account: str) -> "Deeds":
    """What an operator does about Matrix; `account`: whose, where there are several."""
    from adapters.matrix.deeds import Deeds  # noqa: PLC0415

    return Deeds(settings.matrix, settings.data, Clock().now, account)


def pages(bot: Bot, where: Address, door: str, told: OpenId | None = None) -> Gate:
    """People's own pages, `where` they reach them; `door`: where strangers are led instead."""
    with bot.store.transaction() as tx:
        tx.links.announce(where.url)
    attempts = Attempts(bot.store)
    return Gate(Site(bot.store, bot.inbox, where, attempts, door, provider(bot.store, told, where)))


def provider(store: Store, told: OpenId | None, where: Address) -> Provider | None:
    """The company's sign-in; without its extra one-time links are the way, as before."""
    if told is None:
        return None
    if any(find_spec(name) is None for name in ("authlib", "httpx2")):
        log.warning("DULY_OIDC_ISSUER is set, but the extra oidc is not installed (%s)", EXTRA)
        return None
    return Provider(told, f"{where.url}{BACK_HERE}", store.clock.lease)


def slack_export(file: Path, team: str, now: datetime) -> Export:
    """To be closed. `team`: whose it is, where it does not say so itself. Raises Unusable."""
    from adapters.slack.export import export  # noqa: PLC0415

    return export(file, team, now)


@dataclass(frozen=True, slots=True)
class StoredFiles:
    """The store's files as an adapter reads them."""

    store: Store

    async def read(self, id: str) -> bytes:
        return await asyncio.to_thread(self._read, id)

    def _read(self, id: str) -> bytes:
        with self.store.reading() as tx:
            return tx.files.read(id)


def _remember(store: Store) -> None:
    """Commands on the terminal are to see the time that the playground shows."""
    with store.transaction() as tx:
        tx.listeners.move_clock(store.clock.ahead)


def playground(
    store: Store, file: Path | None, cast: Cast, ring: Callable[[], object]
) -> Playground:
    """`ring` is called when somebody has moved the clock."""

    def ahead(working: timedelta) -> datetime:
        with store.reading() as tx:
            calendar = tx.policies.calendar("office", tx.policies.current())
        return hours.add(store.clock.now(), working, calendar)

    async def moved() -> None:
        await asyncio.to_thread(_remember, store)
        ring()

    menu = tuple(MenuEntry(each.name, each.usage, each.summary) for each in COMMANDS)
    hooks = Hooks(menu=menu, ahead=ahead, moved=moved, files=StoredFiles(store), cast=cast)
    return Playground(file, store.seal, store.clock, hooks)
