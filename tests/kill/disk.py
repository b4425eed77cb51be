"""A disk that can be full: a small one of its own where that may be mounted, else a limit."""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SIZE = 64  # MB
CHUNK = bytes(65536)


@dataclass
class Disk:
    """`own`: it is really full (ENOSPC); else nobody may make a file longer (EFBIG)."""

    folder: Path
    own: bool

    @contextmanager
    def full(self, pid: int) -> Iterator[None]:
        """For the process `pid`, until the end of it."""
        if not self.own:
            longest = max((each.stat().st_size for each in self.folder.glob("duly*")), default=0)
            before = resource.prlimit(pid, resource.RLIMIT_FSIZE, (longest, resource.RLIM_INFINITY))
            yield
            with_none = resource.RLIM_INFINITY
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (with_none, before[1]))
            return
        ballast = self.folder / "ballast"
        try:
            _fill(ballast)
            yield
        finally:
            ballast.unlink(missing_ok=True)


def _done(*words: str) -> bool:
    return subprocess.run(words, check=False, capture_output=True).returncode == 0


def _fill(ballast: Path) -> None:
    """Whatever is free is taken, to the last page."""
    with ballast.open("wb", buffering=0) as out:
        try:
            while out.write(CHUNK) == len(CHUNK):
                pass
        except OSError:
            return


@contextmanager
def small(folder: Path) -> Iterator[Disk]:
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", str(folder)]
    may = os.geteuid() == 0
    own = (
        may
        and subprocess.run(["mount", *options], check=False, capture_output=True).returncode == 0
    )
    try:
        yield Disk(folder, own)
    finally:
        if own:
            subprocess.run(["umount", "-l", str(folder)], check=True)
