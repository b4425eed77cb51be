"""Messages a second that an import of a big export brings in, and the most memory it takes.

    python -m bench.importing [--megabytes 200] [--read-only]

Makes an export as Slack would (so many megabytes of messages, unpacked), then runs `./duly import`
on it in a process of its own. `--read-only`: reads it without keeping anything: the bare limit.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.__main__ import main as duly
from bot.cli.common import newest, open_store
from bot.settings import Settings
from bot.store import Store

PEOPLE, CHANNELS, A_DAY = 400, 60, 40  # messages of a channel in a day
FIRST = datetime(2023, 1, 2, 1, tzinfo=UTC)
ASKS = ("can you send me the test report?", "when is the audit?", "could you check the price list?")
ANSWERS = ("here it is", "done", "on Thursday", "I have sent it this morning", "yes, it is ready")
WORDS = (
    "the customer wants",
    "certificate",
    "line two stopped again",
    "we ship on Monday",
    "the new drawing is in the folder",
    "please note that",
    "the meeting moves to four",
    "price list was updated",
    "thanks for your help",
    "samples arrived from the supplier",
    "quality found nothing wrong",
    "the invoice went out yesterday",
)


def user(number: int) -> dict[str, Any]:
    name = f"person{number}"
    return {
        "id": f"U{number:08d}",
        "team_id": "T0BENCH",
        "name": name,
        "deleted": False,
        "is_bot": False,
        "is_restricted": False,
        "tz": "Europe/Berlin",
        "profile": {
            "real_name": f"Person {number}",
            "email": f"{name}@x.example",
            "image": "i" * 400,
        },
    }


def message(chance: random.Random, at: datetime, before: dict[str, Any] | None) -> dict[str, Any]:
    who = user(chance.randrange(PEOPLE))
    text = " ".join(chance.choices(WORDS, k=chance.randint(1, 9)))
    if chance.random() < 0.15:
        text = f"<@U{chance.randrange(PEOPLE):08d}> {chance.choice(ASKS)}"
    elif before and chance.random() < 0.3:
        text = f"<@{before['user']}> {chance.choice(ANSWERS)}"
    made = {
        "client_msg_id": f"{chance.getrandbits(128):032x}",
        "type": "message",
        "user": who["id"],
        "text": text,
        "ts": f"{int(at.timestamp())}.{chance.randrange(10**6):06d}",
        "team": "T0BENCH",
        "user_team": "T0BENCH",
        "source_team": "T0BENCH",
        "user_profile": {
            "avatar_hash": f"{chance.getrandbits(48):012x}",
            "image_72": f"https://avatars.example/{chance.getrandbits(64):016x}_72.png",
            "first_name": "Person",
            "real_name": who["profile"]["real_name"],
            "display_name": who["name"],
            "team": "T0BENCH",
            "name": who["name"],
            "is_restricted": False,
            "is_ultra_restricted": False,
        },
        "blocks": [
            {
                "type": "rich_text",
                "block_id": f"{chance.getrandbits(20):05x}",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [{"type": "text", "text": text}],
                    }
                ],
            }
        ],
    }
    if before and chance.random() < 0.2:
        made["thread_ts"] = before.get("thread_ts", before["ts"])
    if chance.random() < 0.1:
        users = [f"U{chance.randrange(PEOPLE):08d}"]
        made["reactions"] = [{"name": "white_check_mark", "users": users, "count": 1}]
    return made


def days(size: int) -> Iterator[tuple[str, bytes]]:
    """Files of messages until there are so many bytes of them."""
    chance, at, made = random.Random(7), FIRST, 0
    while made < size:
        if at.weekday() < 5:
            for channel in range(CHANNELS):
                entries: list[dict[str, Any]] = []
                for each in sorted(chance.sample(range(36_000), A_DAY)):
                    last = entries[-1] if entries else None
                    entries.append(message(chance, at + timedelta(seconds=each), last))
                body = json.dumps(entries, indent=4).encode()
                made += len(body)
                yield f"channel{channel}/{at:%Y-%m-%d}.json", body
        at += timedelta(days=1)


def export(path: Path, size: int) -> int:
    """Returns how many bytes of messages are in it."""
    users, made = [user(n) for n in range(PEOPLE)], 0
    members = [each["id"] for each in users]
    rooms = [
        {"id": f"C{n:08d}", "name": f"channel{n}", "members": members} for n in range(CHANNELS)
    ]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("users.json", json.dumps(users, indent=4))
        archive.writestr("channels.json", json.dumps(rooms, indent=4))
        for name, body in days(size):
            archive.writestr(name, body)
            made += len(body)
    return made


def company(folder: Path) -> None:
    """A store whose directory has everybody."""
    rows = ["id,name,email,department,manager"]
    rows += [
        f"p{n},Person {n},person{n}@x.example,d{n % 9},{'p0' if n else ''}" for n in range(PEOPLE)
    ]
    (folder / "people.csv").write_text("\n".join(rows), encoding="utf-8")
    settings = Settings(data=folder / "data")
    store: Store = open_store(settings, new=True)
    newest(store, settings)
    store.db.dispose()
    duly(["people", "import", str(folder / "people.csv"), "--data", str(folder / "data")])


READ = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from bot.wiring import slack_export
export = slack_export(Path(sys.argv[1]), "", datetime.now(UTC))
print(sum(1 for step in export.steps()), "entries read")
"""


def main() -> None:
    args = argparse.ArgumentParser()
    args.add_argument("--megabytes", type=int, default=200)
    args.add_argument("--read-only", action="store_true")
    wanted = args.parse_args()
    with tempfile.TemporaryDirectory(prefix="duly-") as made:
        folder = Path(made)
        file = folder / "export.zip"
        size = export(file, wanted.megabytes * 10**6)
        print(f"{size:,} bytes of messages, {file.stat().st_size:,} packed", flush=True)
        command = [sys.executable, "-c", READ, str(file)]
        if not wanted.read_only:
            company(folder)
            command = [sys.executable, "-m", "bot", "import", "slack", str(file)]
            command += ["--data", str(folder / "data")]
        start = time.perf_counter()
        subprocess.run(command, check=True)
        spent = time.perf_counter() - start
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        busy = used.ru_utime + used.ru_stime
        print(
            f"{spent:,.0f} s ({busy:,.0f} s of one core), {size / 1e6 / busy:,.1f} MB a second of "
            f"it, at most {used.ru_maxrss / 1024:,.0f} MB of memory"
        )


if __name__ == "__main__":
    main()
