"""Kill whole processes by hand: python -m tests.kill --kills 200 --seed 1.

--database postgresql [--webs 2 --workers 4]: on a server of its own.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.kill.disk import small
from tests.kill.town import town
from tests.kill.whole import Whole
from tests.needs import need
from tests.postgres import LocalServer


@contextmanager
def whole(seed: int, folder: Path, database: str, **more: int | bool) -> Iterator[Whole]:
    """A town and whatever Duly stands on in it."""
    with ExitStack() as stack:
        there = stack.enter_context(town(seed))
        if database == "postgresql":
            server = LocalServer(Path(need("postgresql")))
            stack.callback(server.close)
            (folder / "data").mkdir()
            yield Whole(there, folder, seed, server=server, **more)  # type: ignore[arg-type]
        else:
            disk = stack.enter_context(small(folder / "data"))
            yield Whole(there, folder, seed, disk=disk, **more)  # type: ignore[arg-type]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.kill")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--webs", type=int, default=2)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--hasty", action="store_true", help="nobody waits for a quarantine")
    parser.add_argument(
        "--minutes", type=float, default=float("inf"), help="then nobody is killed any more"
    )
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="duly-kill-") as folder:
        more = {"webs": asked.webs, "workers": asked.workers, "patient": not asked.hasty}
        with whole(asked.seed, Path(folder), asked.database, **more) as story:
            story.longest = asked.minutes * 60
            breaches = story.run(asked.kills, sys.stderr.write)
    for breach in breaches:
        sys.stdout.write(f"{breach.kind}: {breach.what}\n")
    found = Counter(breach.kind for breach in breaches)
    told = ", ".join(f"{many} × {kind}" for kind, many in sorted(story.happened.items()))
    there = story.town
    sys.stdout.write(
        f"{told}; {there.acknowledged()} acknowledged, {len(there.slack.posted_by_key())} cards "
        f"({there.withdrawn()} taken twice and withdrawn), {time.monotonic() - began:.0f} s\n"
        f"kills={story.happened['kill']} seed={asked.seed} database={asked.database} "
        f"lost={found['lost']} doubled={found['doubled']} broken={found['invariants']}\n"
    )
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
