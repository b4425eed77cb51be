"""Makes exports of a small workspace, as Slack would."""

import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.desk import MONDAY, STAFF

TEAM = "T1"
PEOPLE = {name: f"U{name.upper()}" for name in STAFF}
Entry = dict[str, Any]


def ts(at: datetime, count: int = 0) -> str:
    return f"{int(at.timestamp())}.{count:06d}"


def user(id: str, name: str, **more: Any) -> Entry:
    profile = {"real_name": name.title(), "display_name": name, "email": f"{name}@acme.example"}
    plain = {"id": id, "team_id": TEAM, "name": name, "deleted": False, "is_bot": False}
    return {**plain, "tz": "Asia/Shanghai", "locale": "en-US", "profile": profile, **more}


USERS = [user(id, name) for name, id in PEOPLE.items()]
LOBBY = {"id": "C1", "name": "lobby", "is_archived": False, "members": list(PEOPLE.values())}


def said(who: str, text: str, at: datetime = MONDAY, **more: Any) -> Entry:
    for name, id in PEOPLE.items():
        text = text.replace(f"@{name}", f"<@{id}>")
    return {"type": "message", "user": PEOPLE.get(who, who), "text": text, "ts": ts(at), **more}


def day(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d}.json"


def packed(
    path: Path,
    messages: Mapping[str, Sequence[Entry]] | None = None,
    *,
    lists: Mapping[str, Any] | None = None,
    files: Iterable[tuple[str, bytes]] = (),
) -> Path:
    """`messages` by channel; `lists` over the usual ones, None for one that is missing."""
    whole: dict[str, Any] = {"users.json": USERS, "channels.json": [LOBBY], **(lists or {})}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in whole.items():
            if value is not None:
                archive.writestr(name, json.dumps(value, indent=4))
        for folder, entries in (messages or {}).items():
            days: dict[str, list[Entry]] = {}
            for entry in entries:
                at = datetime.fromtimestamp(float(entry["ts"]), UTC)
                days.setdefault(day(at), []).append(entry)
            for name, of_day in days.items():
                archive.writestr(f"{folder}/{name}", json.dumps(of_day, indent=4))
        for name, body in files:
            archive.writestr(name, body)
    return path
