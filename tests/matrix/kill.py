"""Kill -9 at random moments of a conversation, on a real homeserver with the real process.

python -m tests.matrix.kill --kills 100 --seed 1 [--plain]
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx
import sqlalchemy as sa

from bot.clock import wall
from bot.store.schema import outbox
from tests.matrix.people import People, people_of
from tests.matrix.synapse import synapse
from tests.matrix.talk import PEOPLE, Talk
from tests.matrix.verdict import Outcome, Verdict, rows
from tests.matrix.wiretap import WHATS, Plan, Tap, wiretap
from tests.needs import ROOT, need

PATIENCE = 90.0  # seconds for a start
QUIET = 900.0  # seconds until all is told at the end, whatever was in doubt included
LONGEST = 3.0  # seconds a process lives, once it listens
STARTING = 4.0  # seconds within which one is killed that starts
ENDING = 15  # seconds for one that was told to stop
CALM = 3  # looks that find nothing open
PAUSE, SLOW = 0.3, 2.0  # seconds between two things that people do, at most; while it starts
OFTEN = ("a sync", "a card", "a reaction") * 3
SECRET = ("a room key", "keys") * 2
RARE = ("a chat", "a join")
KEY = "5a" * 32
STAFF = """id,name,department,head_of,roles,accounts
ann,Ann,Sales,,employee,matrix:{realm}:{ann}
bob,Bob,Sales,,employee,matrix:{realm}:{bob}
sam,Sam,Sales,Sales,employee,matrix:{realm}:{sam}
leo,Leo,Office,Office,employee,matrix:{realm}:{leo}
"""


@dataclass
class Killing:
    """`patient`: what is in doubt is waited for; else the time for that goes by unseen."""

    people: People
    folder: Path
    seed: int
    secret: bool = True
    patient: bool = True
    longest: float = float("inf")  # seconds after which nobody is killed any more

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        made = self.people.secret if self.secret else self.people.human
        staff = {name: made(name) for name in PEOPLE}
        self.account = self.people.account("duly")
        self.talk = Talk(self.chance, staff, self.account.user_id, self.secret)
        self.data = self.folder / "data"
        self.verdict = Verdict(self.talk, self.data)
        self.struck: Counter[str] = Counter()

    def run(self, kills: int) -> Outcome:
        with wiretap(self.people.server.url) as (tap, url):
            self._found(url)
            end, killed = time.monotonic() + self.longest, 0
            while killed < kills and time.monotonic() < end:
                self._life(tap, url)
                killed += 1
            if not self.patient:
                self._let_time_pass()
            with self._alive(url) as process:
                self._settle()
                process.send_signal(signal.SIGTERM)
            self.struck += tap.struck
        return self.verdict.given(killed)

    # A life.

    def _life(self, tap: Tap, url: str) -> None:
        """Killed while it starts, at a call, or at any moment; people talk on meanwhile."""
        how = self.chance.random()
        before = tap.syncs
        with self._alive(url) as process:
            tap.arm(self._plan() if how < 0.6 else None, process.kill)
            if how > 0.9:
                self._talk(process, self.chance.uniform(0.2, STARTING), SLOW)
                self.struck["while it starts"] += 1
            else:
                self._talk(process, PATIENCE, SLOW, until=lambda: tap.syncs > before)
                assert process.poll() is not None or tap.syncs > before, self._log()
                self._talk(process, self.chance.uniform(0, LONGEST) * (1 if how > 0.6 else 2))
                self.struck["at any moment"] += process.poll() is None
            tap.arm(None)
            process.kill()
            assert process.wait() == -signal.SIGKILL, self._log()

    def _plan(self) -> Plan:
        return Plan(
            what=self.chance.choice((*OFTEN, *SECRET, *WHATS) if self.secret else (*OFTEN, *RARE)),
            when=self.chance.choice(("asked", "done", "told")),
            nth=self.chance.choice((1, 1, 1, 2)),
            after=self.chance.choice((0.0, 0.002, 0.01, 0.05, 0.2)),
        )

    def _talk(
        self,
        process: subprocess.Popen[bytes],
        span: float,
        pause: float = PAUSE,
        until: Callable[[], bool] = lambda: False,
    ) -> None:
        """For so long, or until then, or until it was struck."""
        then = time.monotonic()
        end = then + span
        while (now := time.monotonic()) < end and process.poll() is None and not until():
            if now >= then:
                self.talk.deed()
                then = time.monotonic() + self.chance.uniform(0, pause)
            time.sleep(0.01)

    @contextmanager
    def _alive(self, url: str) -> Iterator[subprocess.Popen[bytes]]:
        """A new process on the same files."""
        process = self._start(url, "serve", "--data", str(self.data), "--port", "0")
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        finally:
            with suppress(subprocess.TimeoutExpired):
                process.wait(ENDING)
            process.kill()
            process.wait()

    def _start(self, url: str, *command: str) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-P", "-m", "bot", *command],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                env=self._environment(url),
            )

    def _environment(self, url: str) -> dict[str, str]:
        """Nothing of whoever runs the tests reaches the bot."""
        others = ("DULY_", "DATABASE_", "PORT", "MATRIX_", "SLACK_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(others)}
        return kept | {
            "PYTHONPATH": str(ROOT),
            "DULY_TICK": "1",
            "MATRIX_HOMESERVER": url,
            "MATRIX_USER_ID": self.account.user_id,
            "MATRIX_PASSWORD": self.account.password,
            "MATRIX_STORE_KEY": KEY,
            "MATRIX_ENCRYPTION": "1" if self.secret else "0",
            "MATRIX_RATE": "60000",
        }

    def _found(self, url: str) -> None:
        """The company is imported before Duly first runs; then it is invited."""
        ids = {name: each.id for name, each in self.talk.people.items()}
        file = self.folder / "people.csv"
        file.write_text(STAFF.format(realm=self.talk.realm, **ids))
        for command in (("migrate",), ("people", "import", str(file))):
            started = self._start(url, *command, "--data", str(self.data))
            assert started.wait(PATIENCE) == 0, self._log()
        self.talk.gather()

    def _let_time_pass(self) -> None:
        """While nobody runs: what is claimed may be claimed again."""
        with rows(self.data) as write, write.begin():
            write.execute(sa.update(outbox).values(held_until=wall()))

    # The end.

    def _settle(self) -> None:
        """No more is said: until everything is taken and told, and everybody has read it."""
        end = time.monotonic() + QUIET
        calm = 0
        while calm < CALM and time.monotonic() < end:
            with suppress(httpx.TransportError):
                self.talk.look()
            calm = calm + 1 if self.verdict.is_quiet() else 0
            time.sleep(0.5)

    def _log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-3000:]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.matrix.kill")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plain", action="store_true", help="with encryption switched off")
    parser.add_argument(
        "--minutes", type=float, default=60.0, help="then nobody is killed any more"
    )
    parser.add_argument("--keep", type=Path, help="a folder for the files of the bot")
    asked = parser.parse_args()
    began = time.monotonic()
    with ExitStack() as stack:
        server = stack.enter_context(synapse(need("synapse")))
        people = stack.enter_context(people_of(server))
        folder = asked.keep or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="duly-kill-"))
        )
        folder.mkdir(exist_ok=True)
        killing = Killing(people, folder, asked.seed, secret=not asked.plain)
        killing.longest = asked.minutes * 60
        found = killing.run(asked.kills)
    for what in found.wrong:
        sys.stdout.write(f"{what}\n")
    for what, times in sorted(killing.struck.items()):
        sys.stdout.write(f"{times:4} × {what}\n")
    sys.stdout.write(f"seed={asked.seed} {time.monotonic() - began:.0f} s\n{found}\n")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
