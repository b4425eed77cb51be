"""`duly demo`, `serve`, `web`, `worker`, `migrate`: the processes of a running Duly."""

import argparse
import socket
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.common import FINE, Out, newest, open_store, settings_of, where

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from bot.settings import Settings
    from bot.store import Store

ONE_FILE = (
    "SQLite lives in one process: run ./duly serve, "
    "or name a PostgreSQL database in DULY_DATABASE_URL."
)

OLDER = (
    "What may have been sent since then is looked for before anything is sent, and numbers go on "
    "far ahead (docs/backup.md)."
)


def add(sub: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    told = {
        "demo": "the playground with a made-up company, to try Duly out (the default)",
        "serve": "everything in one process; platforms by configuration",
        "web": "only the web process (PostgreSQL)",
        "worker": "only the worker process (PostgreSQL)",
    }
    for name, help in told.items():
        one = sub.add_parser(name, help=help)
        where(one)
        one.add_argument("--port", type=int, metavar="N", help="where pages are served")
    where(sub.add_parser("migrate", help="bring the database to the newest tables"))


def run(args: argparse.Namespace, store: "Store | None", out: Out) -> int:
    """0: stopped as told, 2: something an operator set cannot be used."""
    settings = settings_of(args)
    if args.command == "migrate":
        return _migrate(settings, out)
    if args.command in ("web", "worker") and settings.sqlite:
        from bot.settings import Unusable

        raise Unusable(ONE_FILE)
    with _at_work(settings):
        store = open_store(settings, new=True)
        try:
            _ready(store, settings, demo=args.command == "demo")
            return _serve(args.command, store, settings, out)
        finally:
            store.db.dispose()


def _at_work(settings: "Settings") -> "AbstractContextManager[None]":
    """Nobody lays a backup back meanwhile; PostgreSQL sees to that by itself."""
    from bot.backup import turn
    from bot.settings import folder

    if settings.database:
        return nullcontext()
    return turn.at_work(folder(settings))


def _migrate(settings: "Settings", out: Out) -> int:
    from bot.settings import Unusable
    from bot.store.migrating import HEAD, Busy, upgrade, version

    store = open_store(settings, new=True)
    try:
        changed = upgrade(store.db)
        if (found := version(store.db)) != HEAD:
            raise Unusable(
                f"The database is at newer tables ({found}) than this Duly has ({HEAD})."
            )
    except Busy:
        raise Unusable(
            "The tables were in use all the time: nothing was changed. Try again when less "
            "happens, or stop the workers first."
        ) from None
    finally:
        store.db.dispose()
    out(f"The database is {'now' if changed else 'already'} at tables {HEAD}.")
    return FINE


def _ready(store: "Store", settings: "Settings", *, demo: bool) -> None:
    """The newest tables, and the company's policy."""
    from bot.store.migrating import upgrade

    if demo:
        upgrade(store.db)
    newest(store, settings)
    with store.transaction() as tx:
        if settings.policy is not None or not tx.policies.current().version:
            tx.policies.adopt(_policy(settings.policy))


def _policy(file: Path | None) -> str:
    from bot.policy.reading import Mistakes, read
    from bot.settings import Unusable

    if file is None:
        return ""
    try:
        text = file.read_text(encoding="utf-8")
        read(text)
    except OSError as error:
        raise Unusable(f"The policy {file} cannot be read: {error.strerror}.") from None
    except Mistakes:
        raise Unusable(f"The policy {file} has mistakes: ./duly policy check {file}") from None
    return text


def _serve(command: str, store: "Store", settings: "Settings", out: Out) -> int:
    from bot import serving
    from bot.backup.mark import FILE, Mark

    listening = None if command == "worker" else _listen(settings.host, settings.port, "--port N")
    doors = serving.Doors(listening, _watched(settings))
    mark = Mark(settings.mark or settings.data / FILE)
    if since := mark.catch_up(store):
        out(f"The database is older than it was here: as of {since:%Y-%m-%d %H:%M} UTC. {OLDER}")
    return serving.serve(command, store, settings, doors, out)


def _watched(settings: "Settings") -> socket.socket | None:
    if settings.metrics_port is None:
        return None
    return _listen(settings.metrics_host, settings.metrics_port, "DULY_METRICS_PORT")


def _listen(host: str, port: int, otherwise: str) -> socket.socket:
    """`otherwise`: by what another port is chosen. Raises Unusable."""
    from bot.settings import Unusable

    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except (OSError, OverflowError) as error:
        made.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise Unusable(
            f"Port {port} cannot be opened: {reason}. Choose another with {otherwise}."
        ) from None
    made.listen(128)
    return made
