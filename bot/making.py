"""Makes a workbook in a process of its own, which says how far it is and ends with it."""

import asyncio
import logging
import multiprocessing
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TypeVar

from bot import logs
from bot.logs import Told
from bot.policy.keyfigures import Issue
from bot.report import Material, Progress, Stage, Tell, silent

OFTEN = 0.5  # seconds between two words about progress

Build = Callable[[Material, Path, Tell], object]  # a top-level function: it runs elsewhere
T = TypeVar("T")
PICTURE = ".png"  # beside the workbook, where one was drawn


class Unmade(Told):
    """It could not be made; says by what kind of error, and never what stood in it."""


@dataclass(frozen=True, slots=True)
class Made:
    """`workbook` and `picture`: bytes; None where none was written. `issue`: what it says."""

    workbook: bytes | None
    picture: bytes | None = None
    issue: Issue | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """The last word of the process."""

    issue: Issue | None


async def claimed(claim: Callable[[], T | None], lay_down: Callable[[T], None]) -> T | None:
    """What `claim` finds to do, in a thread; laid down where we are called off meanwhile."""
    claiming = asyncio.create_task(asyncio.to_thread(claim))
    try:
        return await asyncio.shield(claiming)
    except asyncio.CancelledError:
        if (found := await claiming) is not None:
            lay_down(found)
        raise


async def make(build: Build, material: Material, tell: Tell = silent) -> bytes:
    """The workbook's bytes. `tell` is called from a thread. Raises Unmade."""
    made = await issue(build, material, tell)
    if made.workbook is None:
        raise Unmade("nothing was written")
    return made.workbook


async def issue(build: Build, material: Material, tell: Tell = silent) -> Made:
    """As `make`, with what stands beside the workbook. Raises Unmade."""
    spawn = multiprocessing.get_context("spawn")
    with TemporaryDirectory(prefix="duly-") as folder:
        out = Path(folder) / "report.xlsx"
        ours, theirs = spawn.Pipe(duplex=False)
        process = spawn.Process(
            target=_work, args=(build, material, out, theirs, logs.form()), daemon=True
        )
        try:
            await asyncio.to_thread(process.start)
            theirs.close()
            said = await asyncio.to_thread(_listen, ours, tell)
            await asyncio.to_thread(process.join)
            whole, picture = await asyncio.to_thread(_read, out)
            return Made(whole, picture, said)
        finally:
            _end(process)
            ours.close()


@dataclass(slots=True)
class Teller:
    """Speaks now and then; of another stage at once."""

    pipe: Connection
    stage: Stage = "waiting"
    spoke: float = field(default=0.0)

    def __call__(self, progress: Progress) -> None:
        now = monotonic()
        if progress.stage != self.stage or now - self.spoke >= OFTEN:
            self.stage, self.spoke = progress.stage, now
            self.pipe.send(progress)


def _work(build: Build, material: Material, out: Path, pipe: Connection, form: logs.Form) -> None:
    logs.set_up(form, logging.WARNING)
    with suppress(BrokenPipeError):  # nobody waits for it any more
        try:
            made = build(material, out, Teller(pipe))
        except Exception as error:
            pipe.send(type(error).__name__)
        else:
            pipe.send(Ended(made if isinstance(made, Issue) else None))


def _listen(pipe: Connection, tell: Tell) -> Issue | None:
    """Until it is made."""
    try:
        while not isinstance(said := pipe.recv(), Ended):
            if isinstance(said, str):
                raise Unmade(said)
            tell(said)
    except EOFError:
        raise Unmade("its process died") from None
    return said.issue


def _read(out: Path) -> tuple[bytes | None, bytes | None]:
    files = out, out.with_suffix(PICTURE)
    whole, picture = (each.read_bytes() if each.exists() else None for each in files)
    return whole, picture


def _end(process: "multiprocessing.process.BaseProcess") -> None:
    """Also where we were called off: then nobody waits for it any more."""
    if process.pid is not None:
        process.kill()
        process.join()
        process.close()
