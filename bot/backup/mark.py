"""How far a store had come, noted outside of it: so that an older copy is known for one.

A database file that somebody copied back by hand says nothing of it. Policy 2.1.2-care.
"""

import json
import logging
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.handlers import restored
from bot.logs import Own
from bot.store import Store

log = logging.getLogger(__name__)

FILE = "duly.mark"


@dataclass(slots=True)
class Mark:
    """Of each store that was at work here, the id of what was written last."""

    file: Path
    _noted: tuple[str, str] = ("", "")
    _said: bool = False

    def note(self, store: Store) -> None:
        """Where it is now. Where that cannot be written, an older copy is not known for one."""
        with store.reading() as tx:
            founded, newest = tx.restores.founded(), tx.restores.newest()
        if founded and (founded, newest) != self._noted:
            self._noted = founded, newest
            self._try_to_write({**self._read(), founded: newest})

    def catch_up(self, store: Store) -> datetime | None:
        """Makes a store that is older than we have seen it ready to go on; says how old it is.

        None: it is as we left it, or we know nothing of it.
        """
        with store.transaction() as tx:
            known = self._read().get(tx.restores.founded(), "")
            ended = tx.restores.ended()
            if ended is None or tx.restores.newest() >= known:
                return None
            restored.reconcile(tx, ended, "older")
        store.remember()
        return ended

    def _read(self) -> dict[str, str]:
        """Nothing where it cannot be read: then there is nothing to compare with."""
        with suppress(OSError, ValueError):
            found = json.loads(self.file.read_text(encoding="ascii"))
            if isinstance(found, dict):
                return {str(key): str(value) for key, value in found.items()}
        return {}

    def _try_to_write(self, known: dict[str, str]) -> None:
        try:
            self._write(known)
        except OSError as error:
            if not self._said:
                log.warning("%s cannot be written: %s", self.file, Own(error.strerror or ""))
            self._said = True

    def _write(self, known: dict[str, str]) -> None:
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.file.with_name(f"{self.file.name}.{os.getpid()}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(known, out)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(self.file)
