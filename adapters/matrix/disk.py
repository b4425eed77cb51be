"""Whether a folder will still be there tomorrow, as far as that can be seen."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from bot.words import Code, Say, say

MOUNTS = Path("/proc/self/mountinfo")
FLEETING = frozenset(("tmpfs", "ramfs", "devtmpfs"))  # gone with the power
LAYERS = frozenset(("overlay", "aufs", "overlayfs"))  # gone with the container
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def kind(folder: Path, mounts: Path = MOUNTS) -> str:
    """Of the file system it lies on; empty where that cannot be told."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    found, depth = "", -1
    here = folder.resolve()
    for line in lines:
        before, _, after = line.partition(" - ")
        parts, types = before.split(), after.split()
        if len(parts) < 5 or not types:  # noqa: PLR2004
            continue
        point = Path(parts[4].replace("\\040", " "))
        if here.is_relative_to(point) and len(point.parts) >= depth:
            found, depth = types[0], len(point.parts)
    return found


def is_open(path: Path) -> bool:
    """Whether others on this machine can read it."""
    return bool(path.stat().st_mode & OTHERS)


def is_writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)


def trouble(folder: Path) -> Iterator[Say]:
    """What is wrong with the folder without which we are another device."""
    where, variable = Code(str(folder)), Code("MATRIX_STORE")
    if not is_writable(folder):
        yield say(
            "I may not write in {folder}. Give it to the user Duly runs as: {command}",
            folder=where,
            command=Code(f"chown -R $USER {folder}"),
        )
    elif is_open(folder):
        yield say(
            "Others on this machine can read {folder}: {command}",
            folder=where,
            command=Code(f"chmod 700 {folder}"),
        )
    found = kind(folder)
    if found in FLEETING:
        yield say(
            "{folder} lies in memory ({kind}) and is lost when the machine restarts. Name a "
            "folder on a disk with {variable}.",
            folder=where,
            kind=Code(found),
            variable=variable,
        )
    elif found in LAYERS:
        yield say(
            "{folder} lies in a layer of a container ({kind}) and is lost with it. Mount a volume "
            "there, or name one with {variable}.",
            folder=where,
            kind=Code(found),
            variable=variable,
        )
