"""`duly backup` and `duly restore`: everything a company has in Duly, as one sealed file.

Policy 2.1.2-care, 3.3.2, 3.3.3. docs/backup.md has the routine.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.common import FINE, FOUND, Out, open_store, opened, settings_of, where

if TYPE_CHECKING:
    from bot.backup.reading import Backup
    from bot.backup.restoring import Laid
    from bot.settings import Settings
    from bot.store import Store

SHOWN = 20  # broken chains


def add(sub: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    one = sub.add_parser("backup", help="write everything into one sealed file, while Duly runs")
    one.add_argument("file", metavar="FILE", type=Path)
    one.add_argument("--keys", action="store_true", help="the keys of what is kept, apart")
    one.add_argument("--check", action="store_true", help="only look whether FILE is whole")
    back = sub.add_parser("restore", help="lay a backup into an empty place, while Duly stands")
    back.add_argument("file", metavar="FILE", type=Path)
    back.add_argument("--replace", action="store_true", help="even where there is a database")
    for each in (one, back):
        where(each)
        each.add_argument("--key", metavar="FILE", type=Path, help="the key file, kept apart")


def run(args: argparse.Namespace, store: "Store | None", out: Out) -> int:  # noqa: ARG001
    """0: done, 1: the file is not whole or not as it was, 2: asked for wrongly."""
    from bot.backup.sealed import Unsound

    try:
        if args.command == "restore":
            return _restore(args, out)
        return _check(args, out) if args.check else _write(args, out)
    except Unsound as why:
        out(f"{args.file}: {why}")
        return FOUND


def _write(args: argparse.Namespace, out: Out) -> int:
    from bot.backup.writing import write, write_keys
    from bot.settings import Unusable
    from bot.store.health import BACKUP, KEYS_BACKUP

    if args.keys:
        with opened(args) as store:
            written = write_keys(store, args.file)
            _note(store, KEYS_BACKUP)
        out(f"{args.file}: {written.tables['rings']['rows']:,} keys of classes and months.")
        out("Write the next one over it: an old copy could bring back what was destroyed since.")
        return FINE
    with opened(args) as store, _bar(_rows(store)) as heard:
        try:
            written = write(store, args.file, heard)
            _note(store, BACKUP)
        except OSError as error:
            raise Unusable(f"{args.file} cannot be written: {error.strerror}.") from None
    size = f"{written.size / 1e6:,.1f} MB"
    out(f"{args.file}: {written.rows:,} rows, {written.records:,} of them records, {size}.")
    out(
        "It cannot be read without duly.key, and nothing kept in it without the keys of classes and"
    )
    out("months. Neither is in it: keep duly.key apart, and the keys by ./duly backup --keys FILE.")
    return FINE


def _note(store: "Store", what: str) -> None:
    """So that the pages can say how old it is."""
    from bot.store.health import Health

    with store.transaction() as tx:
        Health(tx.rows).note(what)


def _check(args: argparse.Namespace, out: Out) -> int:
    from bot.backup.reading import check

    with _backup(args, settings_of(args)) as backup:
        check(backup)
        if backup.kind == "keys":
            out(f"{args.file} is whole: {backup.rows - 1:,} keys of {backup.company}.")
            return FINE
    made = f"{backup.made:%Y-%m-%d %H:%M} UTC"
    out(f"{args.file} is whole: {backup.rows:,} rows of {backup.company}, as of {made}.")
    return _chains(backup, out)


def _chains(backup: "Backup", out: Out) -> int:
    from bot.cli.people import spoken

    words = spoken()
    for each in backup.broken[:SHOWN]:
        out(f"Broken: {each.conversation}, record {each.seq}: {words(each.why)}.")
    if backup.broken:
        out("So it was in the database when the backup was made: ./duly verify says the same.")
        return FOUND
    out(f"Nothing kept in it was changed: {backup.chains.held:,} records checked.")
    return FINE


def _restore(args: argparse.Namespace, out: Out) -> int:
    settings = settings_of(args)
    with _backup(args, settings) as backup:
        backup.look()
        if backup.kind == "keys":
            return _restore_keys(args, settings, backup, out)
        laid = _laid(args, settings, backup)
    out(
        f"Restored: {laid.rows:,} rows of {backup.company}, as of {backup.made:%Y-%m-%d %H:%M} UTC."
    )
    if laid.kept:
        out(f"What was there before is in {laid.kept}. Remove it when all is well.")
    out(f"New numbers begin at #{laid.first}. Everybody signs in to their pages again.")
    out(
        "Now start Duly: it looks for what it may have sent since then before it sends anything, "
        "and tells IT and whoever may hear of something twice."
    )
    code = _chains(backup, out)
    _keep_key(args, settings, out)
    out("Its keys lie apart. Where they are not there yet: ./duly restore KEYS, likewise.")
    return code


def _restore_keys(
    args: argparse.Namespace, settings: "Settings", backup: "Backup", out: Out
) -> int:
    from bot.backup.restoring import Restoring
    from bot.clock import Clock
    from bot.store.keycopies import destroyed

    _keep_key(args, settings, out)
    store = open_store(settings)
    try:
        back = Restoring(backup, settings.company, Clock()).keys_into(store)
        gone = destroyed(store.rings)
    finally:
        store.db.dispose()
    out(f"{back:,} keys are there again. {gone:,} stay destroyed, as they were.")
    return FINE


def _laid(args: argparse.Namespace, settings: "Settings", backup: "Backup") -> "Laid":
    from bot.backup import turn
    from bot.backup.restoring import Restoring
    from bot.clock import Clock
    from bot.settings import folder

    restoring = Restoring(backup, settings.company, Clock())
    if not settings.sqlite:
        store = open_store(settings)
        try:
            return restoring.into(store.db, replace=args.replace)
        finally:
            store.db.dispose()
    with turn.alone(folder(settings)):
        return restoring.into_folder(settings.data.resolve(), replace=args.replace)


@contextmanager
def _backup(args: argparse.Namespace, settings: "Settings") -> Iterator["Backup"]:
    from bot.backup.reading import Backup
    from bot.settings import Unusable

    try:
        file = args.file.open("rb")
    except OSError as error:
        raise Unusable(f"{args.file} cannot be read: {error.strerror}.") from None
    with file:
        yield Backup(file, _key(args, settings))


def _key(args: argparse.Namespace, settings: "Settings") -> bytes:
    """Never made here: a new key opens nothing."""
    import os
    from dataclasses import replace

    from bot.settings import Unusable, key

    file = args.key or settings.key_file or settings.data / "duly.key"
    given = os.environ.get("DULY_KEY") and not args.key
    if not given and not file.is_file():
        raise Unusable(
            f"There is no key in {file}. Name the key file that you keep apart from the database: "
            "--key FILE"
        )
    return key(replace(settings, key_file=file), os.urandom) if given else _key_in(file)


def _key_in(file: Path) -> bytes:
    from bot.seal import parse_key
    from bot.settings import Unusable

    try:
        return parse_key(file.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        raise Unusable(f"{file} holds no key of 64 hex digits.") from None


def _keep_key(args: argparse.Namespace, settings: "Settings", out: Out) -> None:
    """Where Duly will look for it."""
    import os

    place = settings.key_file or settings.data / "duly.key"
    if args.key is None or os.environ.get("DULY_KEY"):
        return
    if place.exists():
        if _key_in(place) != _key_in(args.key):
            out(f"{place} is another key. Put {args.key} in its place before you start Duly.")
        return
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as copy:
        copy.write(_key_in(args.key).hex() + "\n")
    out(f"The key is in {place} now.")


def _rows(store: "Store") -> int:
    from bot.store.copying import counts

    with store.reading() as tx:
        return sum(counts(tx.rows.conn, store.company).values())


@contextmanager
def _bar(whole: int) -> "Iterator[Callable[[int], None]]":
    from bot.cli.bar import Bar

    bar = Bar(max(whole, 1), sys.stderr)
    yield bar.draw
    bar.clear()
