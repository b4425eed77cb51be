"""The secrets of our device in one file, closed with the store key. Policy 3.3.3."""

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from secrets import token_bytes

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.clock import fault_point
from bot.seal import KEY, InvalidTag, Seal, parse_key
from bot.settings import Unusable

SECRETS = "secrets"
PINS = "people"
HEAD = b"duly-matrix-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """All that makes us this device of this account; the seeds are those of cross-signing."""

    user_id: str
    device_id: str = ""  # empty: restored, and not logged in yet
    access_token: str = field(default="", repr=False)
    master: str = field(default="", repr=False)  # 64 hex digits each
    self_signing: str = field(default="", repr=False)
    user_signing: str = field(default="", repr=False)
    backup_key: str = field(default="", repr=False)  # the passphrase of what is backed up


class WrongKey(Unusable):
    """It was closed with another key."""


class Damaged(Unusable):
    """Bytes of it were changed, or it is another account's."""


class Sealed:
    """One file that only we can read, and that nobody can change unseen.

    `purpose`: what it is for, where its name does not say it.
    """

    def __init__(self, file: Path, key: str, user: str, purpose: str = "") -> None:
        self.file = file
        purpose = purpose or file.name
        derived = derive(key, purpose)
        self._head = HEAD + b" " + hashlib.sha256(b"head" + derived).hexdigest()[:16].encode()
        self._seal = Seal(derived, token_bytes)
        self._slot = ("matrix", purpose, user)

    def read(self) -> bytes | None:
        """None where there is none yet. Raises Unusable, also for a wrong key."""
        try:
            head, _, body = self.file.read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unusable(f"The file {self.file} cannot be read: {error.strerror}.") from None
        if head.startswith(HEAD) and head != self._head:
            raise WrongKey(
                f"MATRIX_STORE_KEY is not the key with which {self.file} was closed. Set the key "
                "that was set when this device was registered; without it, name another folder "
                "with MATRIX_STORE and restore a backup: ./duly matrix restore FILE"
            )
        try:
            if head != self._head:
                raise InvalidTag
            return self._seal.open(body, *self._slot)
        except (InvalidTag, ValueError):
            raise Damaged(
                f"The file {self.file} is damaged, or belongs to another account. Put it back from "
                "your backup, or move the folder away and run ./duly matrix restore FILE"
            ) from None

    def write(self, body: bytes) -> None:
        """All of it or nothing, and lasting when this returns. Raises Unusable."""
        draft = self.file.with_name(f"{self.file.name}.{os.getpid()}")
        try:
            make_folder(self.file.parent)
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                out.write(self._head + b"\n" + self._seal.close(body, *self._slot))
                out.flush()
                os.fsync(out.fileno())
            fault_point("a sealed file is whole")
            os.replace(draft, self.file)
            sync_folder(self.file.parent)
        except OSError as error:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise Unusable(f"The file {self.file} cannot be written: {error.strerror}.") from None

    def version(self) -> tuple[int, int] | None:
        """Another one after every write, whoever wrote; None where there is no file."""
        try:
            found = self.file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino


class Vault:
    """The sealed file of our secrets in the folder of the device."""

    def __init__(self, folder: Path, key: str, user: str) -> None:
        self.file = Sealed(folder / SECRETS, key, user)
        self.user = user

    def load(self) -> Secrets | None:
        """Raises Unusable."""
        body = self.file.read()
        return None if body is None else read(body, self.user)

    def save(self, secrets: Secrets) -> None:
        """Raises Unusable."""
        self.file.write(written(secrets))


def read(body: bytes, user: str) -> Secrets:
    """Raises Unusable where it is another account's, or of a newer Duly."""
    try:
        told = json.loads(body)
        found = Secrets(**told)
    except (ValueError, TypeError):
        raise Unusable("The secrets were written by a newer Duly: update this one.") from None
    if found.user_id != user:
        raise Unusable(f"These are the secrets of {found.user_id}, and not of {user}.")
    return found


def written(secrets: Secrets) -> bytes:
    told: Mapping[str, str] = asdict(secrets)
    return json.dumps(told).encode()


def derive(key: str, purpose: str) -> bytes:
    """A key of its own for each purpose, from the store key."""
    kdf = HKDF(algorithm=SHA256(), length=KEY, salt=None, info=f"duly matrix {purpose}".encode())
    return kdf.derive(parse_key(key))


def make_folder(folder: Path) -> None:
    """Readable by its owner alone. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def make_file(file: Path) -> Path:
    """Where it is missing, readable by its owner alone. Raises OSError."""
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    return file


def sync_folder(folder: Path) -> None:
    """What was renamed in it lasts."""
    with contextlib.suppress(OSError):  # not every system lets a folder be synced
        here = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(here)
        finally:
            os.close(here)
