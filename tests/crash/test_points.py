"""Wherever something is committed or somebody is called, a fault point stands."""

import ast
import functools
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa

from bot import clock
from tests.crash import sites
from tests.crash.platforms import PLATFORMS
from tests.crash.points import Lives, runner
from tests.crash.scenes import SCENES
from tests.crash.sites import Site
from tests.needs import ROOT
from tests.slack.storm import Storm

TEXTS = dict(sites.files(ROOT))
ALL = tuple(site for file, text in TEXTS.items() for site in sites.sites(file, text))
WITHOUT = {  # why it needs none
    "adapters/matrix/seen.py:Seen.__init__": "makes its tables, again at the next start",
    "adapters/matrix/vault.py:sync_folder": "what is renamed before is whole, lasting or not",
    "adapters/playground/shelf.py:Shelf.__init__": "makes its tables, again at the next start",
    "adapters/playground/shelf.py:Shelf.rows": "reads",
    "adapters/slack/adapter.py:Slack._work": "its workspaces connect by Calls",
    "bot/backup/restoring.py:_set_aside": "between two of Restoring.into_folder",
    "bot/backup/restoring.py:_sync": "between two of Restoring.into_folder",
    "bot/backup/writing.py:_settle": "what is renamed before is whole, lasting or not",
    "bot/store/migrating.py:_found": "in a transaction of whoever calls",
}
CLIENTS = {  # who can open a line, and where its calls have their fault point
    "adapters/matrix/cipher.py": "calls by Wire; nio encrypts",
    "adapters/matrix/device.py": "calls by Wire; nio encrypts; the name of this machine",
    "adapters/matrix/finding.py": "its own",
    "adapters/matrix/hearing.py": "nio is told, and calls nobody",
    "adapters/matrix/reading.py": "nio decrypts",
    "adapters/matrix/sharing.py": "calls by Wire; nio encrypts",
    "adapters/matrix/wire.py": "its own",
    "adapters/slack/asking.py": "its own",
    "adapters/slack/calls.py": "its own",
    "adapters/slack/doctor.py": "opens the line of Asking and reach",
    "adapters/slack/reaching.py": "its own",
    "adapters/slack/sockets.py": "its own",
    "bot/cli/serving.py": "listens, and calls nobody",
    "bot/cli/verifypages.py": "its own",
    "bot/serving.py": "listens, and calls nobody",
    "bot/web/openid.py": "its own",
}
BACKUP, DISPOSALS = "tests/backup/test_backup.py", "tests/retention/test_disposals.py"
SLACK, MATRIX = "tests/slack/storm.py", "tests/matrix/storm.py"
KILL, DEMO = "tests/matrix/kill.py: killed there by chance", "tests/kill: killed there by chance"
WHOLE = "nobody: a draft becomes a file, or does not"
LOOK = "nobody: it only looks"
LINES = "nobody: what is not acknowledged comes again"
MAKES = "nobody: made whole, or made at the next start"
ELSEWHERE = {  # points that no scene passes, and who dies there
    "a backup is whole": BACKUP,
    "a batch was imported": "tests/slack/test_importing.py",
    "a checkpoint goes into the file": WHOLE,
    "a ciphertext was seen": KILL,
    "a database is laid back": BACKUP,
    "a file goes to slack": SLACK,
    "a file is fetched from slack": SLACK,
    "a key file is whole": WHOLE,
    "a key is another's": KILL,
    "a key is kept": KILL,
    "a key to be shared is kept": KILL,
    "a line to slack is opened": LINES,
    "a page is fetched": LOOK,
    "a report was handed over": "nobody: the same as of a file that was packed",
    "a restored database is whole": BACKUP,
    "a ring was destroyed": DISPOSALS,
    "a sealed file is whole": MATRIX,
    "a session is heard of": KILL,
    "a store of keys was made": MAKES,
    "a table is in the backup": BACKUP,
    "a workbook is whole": WHOLE,
    "a workbook was handed over": "nobody: the same as of a file that was packed",
    "an answer goes to slack": SLACK,
    "keys for a backup are written": WHOLE,
    "keys of a backup are brought in": MAKES,
    "keys were published": KILL,
    "new keys are kept": KILL,
    "our own address is tried": LOOK,
    "playground.commit": DEMO,
    "playground.committed": DEMO,
    "playground.run": DEMO,
    "sessions of a backup are noted": MAKES,
    "slack is called": SLACK,
    "slack is looked over": LOOK,
    "the homeserver is called": MATRIX,
    "the homeserver is looked for": LOOK,
    "the mark is whole": WHOLE,
    "the rows are in": BACKUP,
    "the sign-in is asked for a token": LOOK,
    "the sign-in is read": LOOK,
    "the tables are at their newest": MAKES,
    "the tables are made": MAKES,
    "the tables are to be at their newest": MAKES,
    "what a device told is kept": KILL,
    "what devices told is kept": KILL,
    "what is disposed of was certified": DISPOSALS,
    "what lay under a key is to be erased": DISPOSALS,
    "what slack told is acknowledged": LINES,
    "what was there is set aside": BACKUP,
}
PLANTED = {
    "a transaction": "def sneak(db):\n    with db.begin() as conn:\n        conn.execute(x)\n",
    "a commit by hand": "def sneak(conn):\n    conn.execute(x)\n    conn.commit()\n",
    "a request": "async def sneak(line):\n    async with line.post(url) as answer:\n        pass\n",
    "an awaited request": "async def sneak(client):\n    await client.post(url)\n",
    "a call of nio's own": "async def sneak(self):\n    await self.client.room_send(a, b)\n",
    "a call of Slack's client": "async def sneak(web):\n    await web.api_call('chat.update')\n",
    "a file renamed": "import os\ndef sneak(a, b):\n    os.replace(a, b)\n",
    "a path renamed": "def sneak(draft, file):\n    draft.replace(file)\n",
    "a statement of SQLite": "import sqlite3\ndef sneak(db):\n    db.execute('insert into t')\n",
    "a point in another function": (
        "def sneak(db):\n    def within():\n        fault_point('x')\n"
        "    with db.begin():\n        within()\n"
    ),
}


def lacking(found: tuple[Site, ...], without: Mapping[str, str] = WITHOUT) -> list[str]:
    return [site.name for site in found if not site.points and site.name not in without]


def test_whoever_commits_or_calls_has_a_fault_point() -> None:
    assert lacking(ALL) == []


def test_nobody_is_excused_who_need_not_be() -> None:
    assert sorted(lacking(ALL, {})) == sorted(WITHOUT)


@pytest.mark.thorough
def test_who_can_open_a_line_is_known() -> None:
    """A new client of HTTP is to say here where its calls pass a fault point."""
    found = {
        file
        for file, text in TEXTS.items()
        if sites.CLIENTS.intersection(sites.imported(ast.parse(text)))
    }

    assert sorted(found) == sorted(CLIENTS)


@pytest.mark.parametrize("text", PLANTED.values(), ids=PLANTED)
def test_one_that_is_missing_is_noticed(text: str) -> None:
    assert lacking(tuple(sites.sites("bot/sneak.py", text))) == ["bot/sneak.py:sneak"]


@pytest.mark.parametrize("site", [site for site in ALL if site.points], ids=lambda site: site.name)
def test_one_that_is_taken_away_is_noticed(site: Site) -> None:
    text = TEXTS[site.file]
    for name in site.points:
        text = re.sub(rf"fault_point\(\s*{re.escape(json.dumps(name))}\s*\)", "pass", text)

    assert site.name in lacking(tuple(sites.sites(site.file, text)))


@pytest.mark.thorough
def test_every_point_is_passed_by_a_scene_or_somebody_else_dies_there() -> None:
    names = {name for text in TEXTS.values() for name in sites.points(text)}
    passed = {name for steps in watched() for name in steps}

    assert sorted(names - passed - set(ELSEWHERE)) == []
    assert sorted(set(ELSEWHERE) - names) == []
    assert [
        each
        for each in ELSEWHERE.values()
        if not (ROOT / each.split(":")[0]).exists() and not each.startswith("nobody")
    ] == []


def test_between_two_commits_a_fault_point_is_always_passed() -> None:
    for steps in watched():
        begun = steps[steps.index("after commit") :]  # before it the company is made
        assert [pair for pair in pairwise(begun) if pair == (COMMIT, COMMIT)] == []
        assert steps.count(COMMIT) > 3


@pytest.mark.thorough
def test_whoever_calls_slack_has_passed_one() -> None:
    """Counted by the other end."""
    passed: Counter[str] = Counter()
    with seen(lambda name: passed.update([name])):
        storm = Storm(3)
        storm.run()

    assert 50 < len(storm.slack.calls) <= sum(passed[name] for name in SENT)


COMMIT = "something was committed"
SENT = ("slack is called", "an answer goes to slack", "a file goes to slack")


@contextmanager
def seen(note: Callable[[str], None]) -> Iterator[None]:
    clock.faults.append(note)
    try:
        yield
    finally:
        clock.faults.remove(note)


@functools.cache
def watched() -> tuple[list[str], ...]:
    """What each scene passes where nobody dies, with every commit that changed something."""
    found = []
    with runner() as run:
        for scene in SCENES:
            for platform in PLATFORMS:
                steps: list[str] = []
                with committing(steps):
                    lives = Lives(scene, platform, run)
                lives.close()
                found.append(steps)
    return tuple(found)


@contextmanager
def committing(steps: list[str]) -> Iterator[None]:
    changes: dict[int, int] = {}

    def committed(conn: sa.Connection) -> None:
        driver: Any = conn.connection.driver_connection
        if changes.get(id(driver)) != driver.total_changes:
            changes[id(driver)] = driver.total_changes
            steps.append(COMMIT)

    sa.event.listen(sa.Engine, "commit", committed)
    try:
        with seen(steps.append):
            yield
    finally:
        sa.event.remove(sa.Engine, "commit", committed)
