"""What the commands of the terminal share: settings, the store, and words."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.exc import DBAPIError

    from bot.settings import Settings
    from bot.store import Store

Out = Callable[[str], None]
FINE, FOUND, MISUSED = 0, 1, 2


def where(one: argparse.ArgumentParser) -> None:
    """The options by which a command finds the store."""
    place = one.add_mutually_exclusive_group()
    place.add_argument("--data", metavar="DIR", type=Path, help="the folder of the SQLite database")
    place.add_argument("--database", metavar="URL", help="a PostgreSQL database")


def settings_of(args: argparse.Namespace) -> "Settings":
    """Raises bot.settings.Unusable."""
    from bot.settings import Unusable, in_the_open, load

    if in_the_open(getattr(args, "database", None) or ""):
        raise Unusable(
            "Everybody on this machine can read a password that stands in a command. Set "
            "DULY_DATABASE_URL instead, or leave the password to ~/.pgpass."
        )
    found = load()
    if getattr(args, "data", None):
        found = replace(found, data=args.data, database="")
    if getattr(args, "database", None):
        found = replace(found, database=args.database)
    if getattr(args, "port", None) is not None:
        found = replace(found, port=args.port)
    return found


def open_store(settings: "Settings", *, new: bool = False) -> "Store":
    """The store as it is; `new`: made where there is none. Raises bot.settings.Unusable."""
    from sqlalchemy.exc import SQLAlchemyError

    from bot.clock import Clock
    from bot.seal import Seal
    from bot.settings import Unusable, folder, key
    from bot.store import Store
    from bot.store.connecting import connect, sqlite_url
    from bot.store.dbtime import DatabaseTime

    if not settings.sqlite and not os.environ.get("DULY_KEY") and settings.key_file is None:
        folder(settings)  # for the key
    if settings.sqlite and not settings.database:
        if not new and not (settings.data / "duly.db").exists():
            raise Unusable(
                f"There is no Duly database in {settings.data}. Name its folder with --data DIR; "
                "./duly serve makes a new one."
            )
        folder(settings)
    clock = Clock()
    seal = Seal(key(settings, clock.random), clock.random)
    try:
        db = connect(settings.database or sqlite_url(settings.data.resolve()), settings.pool)
    except (SQLAlchemyError, ImportError, ValueError):
        raise Unusable(
            "The database URL cannot be used. Write one such as postgresql://user@host/name, and "
            "an @ within a password as %40."
        ) from None
    _join(db, settings)
    if db.dialect.name != "sqlite":
        clock.lease = DatabaseTime(db)
    return Store(db, settings.company, seal, clock)


def _join(db: "Engine", settings: "Settings") -> None:
    """Beside SQLite its keys are found without a word. Raises Unusable."""
    from sqlalchemy.exc import OperationalError, SQLAlchemyError

    from bot.settings import Unusable, folder
    from bot.store.keystore import SamePlace, connect_keys, join

    if not settings.keys and settings.sqlite:
        return
    url = settings.keys or f"sqlite:///{folder(settings).resolve() / 'duly-keys.db'}"
    try:
        join(db, connect_keys(url))
    except SamePlace:
        raise Unusable(
            "DULY_KEYS_URL names the main database. Keys must not lie beside what they open: "
            "name another database, that every process of Duly can reach."
        ) from None
    except OperationalError as error:
        raise Unusable(
            f"The store of keys that DULY_KEYS_URL names cannot be reached: {_reason(error)}. "
            "Start it, or mend the URL: without its keys nothing that was kept can be read."
        ) from None
    except (SQLAlchemyError, ImportError, ValueError, OSError):
        raise Unusable(
            "The store of keys that DULY_KEYS_URL names cannot be used. Write a URL such as "
            "postgresql://user@host/name or sqlite:////folder/duly-keys.db."
        ) from None


@contextmanager
def opened(args: argparse.Namespace) -> Iterator["Store"]:
    """A store whose tables are the newest. Raises Unusable."""
    settings = settings_of(args)
    store = open_store(settings, new=getattr(args, "founds", False))
    try:
        newest(store, settings)
        paired(store)
        with store.reading() as tx:
            store.clock.ahead = tx.listeners.ahead()
        yield store
    finally:
        store.db.dispose()


def newest(store: "Store", settings: "Settings") -> None:
    """SQLite is brought to the newest tables by itself; PostgreSQL by `duly migrate`."""
    from sqlalchemy.exc import DatabaseError

    from bot.settings import Unusable
    from bot.store.migrating import upgrade

    try:
        if settings.sqlite:
            upgrade(store.db)
        _suited(store.db)
        store.set_clock()
    except DatabaseError as error:
        raise Unusable(f"The database cannot be reached: {_reason(error)}.") from None


def _reason(error: "DBAPIError") -> str:
    return str(error.orig).strip().splitlines()[0]


def _suited(db: "Engine") -> None:
    """Raises Unusable where the tables are not for this Duly."""
    from bot.settings import Unusable
    from bot.store.migrating import HEAD, is_known, suits, version

    if suits(db):
        return
    found = version(db)
    if found is None or is_known(found):
        raise Unusable("The database is not at the newest tables. Run: ./duly migrate")
    raise Unusable(
        f"The database has the tables of a newer Duly ({found}), which this one ({HEAD}) cannot "
        "work with: start the newer one."
    )


def paired(store: "Store") -> None:
    """The keys are those of this database. Raises Unusable before anything is written."""
    from bot.seal import InvalidTag
    from bot.settings import Unusable
    from bot.store.rings import KeysAway

    with store.reading() as tx:
        known = tx.pairing.known()
    try:
        id = store.rings.identity(make=known is None)
    except KeysAway as error:
        raise Unusable(f"The store of keys cannot be reached: {error}.") from None
    except InvalidTag:
        raise Unusable(
            "The company's key is not the one by which this database was written. Put the right "
            "duly.key back (or DULY_KEY): without it nothing that was kept can be read."
        ) from None
    if known is None:
        with store.transaction() as tx:
            tx.pairing.note(str(id), tx.checkpoints.public())
    elif id != known:
        raise Unusable(
            "The store of keys (duly-keys.db, or what DULY_KEYS_URL names) is not that of this "
            "database. Put the right one back from its copy: without it nothing that was kept "
            "can be read, and Duly does not go on with new keys in its place."
        )


def out(text: str) -> None:
    """A closed pipe (as of `| head`) is no error of ours."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        sys.stderr.close()
