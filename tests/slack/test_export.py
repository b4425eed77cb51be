"""An export is read as it lies: everything in it is told, left out by name, or named as missing."""

import json
import random
import struct
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.slack import emojis, keys
from adapters.slack.elements import LONGEST, Flaw, elements
from adapters.slack.export import SlackExport, export
from adapters.slack.exported import LONGEST_TEXT, SLACK
from bot.events import (
    Account,
    FileShared,
    Happening,
    MembershipChanged,
    MessageChanged,
    MessagePosted,
    ReactionChanged,
)
from bot.settings import Unusable
from tests.desk import MONDAY
from tests.slack.exports import LOBBY, PEOPLE, TEAM, USERS, Entry, day, packed, said, ts, user

M = timedelta(minutes=1)
NOW = MONDAY + timedelta(days=90)
ANN, BOB = (Account(SLACK, TEAM, PEOPLE[name]) for name in ("ann", "bob"))


@contextmanager
def reading(file: Path, team: str = "") -> Iterator[SlackExport]:
    found = export(file, team, NOW)
    try:
        yield found
    finally:
        found.close()


def told(file: Path, team: str = "") -> tuple[list[tuple[Happening, ...]], SlackExport]:
    with reading(file, team) as found:
        return list(found.steps()), found


def one(folder: Path, entry: Entry) -> tuple[Happening, ...]:
    """What a single entry of the lobby tells."""
    steps, found = told(packed(folder / "one.zip", {"lobby": [entry]}))
    assert found.tally.whole, found.tally.faults
    return steps[0] if steps else ()


# What entries tell


def test_a_message_is_told_with_whom_it_names(tmp_path: Path) -> None:
    (event,) = one(tmp_path, said("ann", "@bob &lt;3 <!here> <!subteam^S1|@law>"))

    assert isinstance(event, MessagePosted)
    assert event.key == keys.posted(TEAM, "C1", ts(MONDAY))
    assert (event.author, event.at, event.text) == (ANN, MONDAY, "@bob <3 @here @law")
    assert (event.mentions, event.everyone) == ((BOB,), True)
    assert [group.name for group in event.groups] == ["law"]
    assert not event.automatic
    assert not event.direct


def test_a_reply_is_in_its_thread_and_the_message_it_began_with_in_none(tmp_path: Path) -> None:
    root, reply = ts(MONDAY), said("bob", "here", MONDAY + M, thread_ts=ts(MONDAY))

    first = one(tmp_path, said("ann", "where?", thread_ts=root))[0]
    second = one(tmp_path, reply)[0]

    assert isinstance(first, MessagePosted)
    assert isinstance(second, MessagePosted)
    assert (first.message.place.thread, second.message.place.thread) == (None, root)


@pytest.mark.parametrize(
    "more",
    [
        {"subtype": "bot_message", "bot_id": "B1"},
        {"bot_id": "B1", "user": "UANN"},
    ],
)
def test_what_programs_say_is_automatic(tmp_path: Path, more: Entry) -> None:
    (event,) = one(tmp_path, {"type": "message", "text": "built", "ts": ts(MONDAY), **more})

    assert isinstance(event, MessagePosted)
    assert event.automatic


def test_an_integration_is_read_by_its_attachments_where_it_says_nothing_else(
    tmp_path: Path,
) -> None:
    entry = {"bot_id": "B1", "subtype": "bot_message", "text": "", "ts": ts(MONDAY)}
    attachments = [{"fallback": "Build 7 &gt; failed"}, {"text": "see log"}, "odd", {"text": 3}]

    (event,) = one(tmp_path, {"type": "message", "attachments": attachments, **entry})

    assert isinstance(event, MessagePosted)
    assert event.text == "Build 7 > failed\nsee log"


def test_edits_reactions_and_files_hang_on_their_message(tmp_path: Path) -> None:
    entry = said(
        "ann",
        "@bob the plan",
        edited={"user": "UANN", "ts": ts(MONDAY + M)},
        reactions=[
            {"name": "white_check_mark", "users": ["UBOB"], "count": 1},
            {"name": "ok_hand::skin-tone-3", "users": ["UEVE"], "count": 1},
            {"name": "company-parrot", "users": ["UEVE"], "count": 1},
        ],
        files=[{"id": "F1", "name": "plan.pdf", "size": 7}, {"mode": "tombstone"}],
    )

    post, edit, tick, hand, own, files = one(tmp_path, entry)

    assert isinstance(post, MessagePosted)
    assert isinstance(edit, MessageChanged)
    assert edit.key == keys.edited(TEAM, "C1", ts(MONDAY), ts(MONDAY + M))
    assert (edit.at, edit.text) == (MONDAY + M, "@bob the plan")
    assert isinstance(tick, ReactionChanged)
    assert (tick.actor, tick.emoji, tick.at) == (BOB, "✅", MONDAY)
    assert isinstance(hand, ReactionChanged)
    assert hand.emoji == "👌"
    assert isinstance(own, ReactionChanged)
    assert own.emoji == ":company-parrot:"
    assert isinstance(files, FileShared)
    assert [file.name for file in files.files] == ["plan.pdf"]


def test_a_log_of_edits_tells_what_was_said_first_and_what_it_became(tmp_path: Path) -> None:
    entry = {
        "type": "message",
        "subtype": "message_changed",
        "ts": ts(MONDAY + 2 * M),
        "message": said("ann", "@bob now", edited={"user": "UANN", "ts": ts(MONDAY + 2 * M)}),
        "original": said("ann", "@bob tomorrow"),
    }

    post, edit = one(tmp_path, entry)

    assert isinstance(post, MessagePosted)
    assert (post.at, post.text) == (MONDAY, "@bob tomorrow")
    assert isinstance(edit, MessageChanged)
    assert (edit.at, edit.text, edit.message) == (MONDAY + 2 * M, "@bob now", post.message)


def test_a_deletion_keeps_what_was_deleted(tmp_path: Path) -> None:
    entry = {
        "type": "message",
        "subtype": "message_deleted",
        "ts": ts(MONDAY + 2 * M),
        "original": said("ann", "too much"),
    }

    post, deletion = one(tmp_path, entry)

    assert isinstance(post, MessagePosted)
    assert post.text == "too much"
    assert isinstance(deletion, MessageChanged)
    assert deletion.text is None
    assert deletion.message == post.message


def test_who_came_and_who_left_is_told(tmp_path: Path) -> None:
    came = one(tmp_path, said("ann", "<@UANN> has joined", subtype="channel_join"))
    left = one(tmp_path, said("ann", "<@UANN> has left", subtype="channel_leave"))

    assert [isinstance(each, MembershipChanged) and each.joined for each in (*came, *left)] == [
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("name", "character"),
    [
        ("white_check_mark", "✅"),
        ("ballot_box_with_check", "☑️"),
        ("ok_hand", "👌"),
        ("rocket", "🚀"),
        ("made-here", ":made-here:"),
    ],
)
def test_emoji_are_characters_where_they_have_one(name: str, character: str) -> None:
    assert emojis.character(name) == character


# People and places


def test_people_come_with_what_their_profile_says(tmp_path: Path) -> None:
    users = [
        user("U1", "ann", locale="de-DE"),
        user("U2", "robo", is_bot=True),
        user("U3", "gone", deleted=True),
        {"id": "U4", "team_id": TEAM, "name": "bare", "profile": None},
        {"name": "no id"},
    ]

    with reading(packed(tmp_path / "e.zip", lists={"users.json": users})) as found:
        events = [each.event for each in found.members()]
        emails = [each.email for each in found.members()]

    assert [each.name for each in events] == ["ann", "robo", "gone", "bare"]
    assert [each.automatic for each in events] == [False, True, False, False]
    assert [each.active for each in events] == [True, True, False, True]
    assert (events[0].language, events[0].zone) == ("de-DE", "Asia/Shanghai")
    assert emails == ["ann@acme.example", "robo@acme.example", "gone@acme.example", ""]


def test_every_kind_of_conversation_is_read(tmp_path: Path) -> None:
    lists = {
        "users.json": [*USERS, user("UROBO", "robo", is_bot=True)],
        "groups.json": [{"id": "G1", "name": "board", "members": ["UANN"]}],
        "mpims.json": [{"id": "G2", "name": "mpdm-ann--bob-1", "members": ["UANN", "UBOB"]}],
        "dms.json": [
            {"id": "D1", "members": ["UANN", "UBOB"]},
            {"id": "D2", "members": ["UANN", "UROBO"]},
        ],
    }
    folders = ("lobby", "board", "mpdm-ann--bob-1", "D1", "D2")
    messages = {name: [said("ann", name, MONDAY + n * M)] for n, name in enumerate(folders)}

    with reading(packed(tmp_path / "e.zip", messages, lists=lists)) as found:
        kinds = {room.event.place.id: room.event.kind for room in found.rooms()}
        posts = [step[0] for step in found.steps()]

    assert kinds == {"C1": "channel", "G1": "group", "G2": "group", "D1": "direct", "D2": "direct"}
    ids, direct = [], []
    for post in posts:
        assert isinstance(post, MessagePosted)
        ids.append(post.message.place.id)
        direct.append(post.direct)
    assert ids == ["C1", "G1", "G2", "D1", "D2"]
    assert direct == [False, False, False, False, True]


def test_the_team_is_the_one_given_or_else_the_users(tmp_path: Path) -> None:
    guest = user("UGUEST", "guest", team_id="T2")
    file = packed(tmp_path / "e.zip", lists={"users.json": [guest, *USERS]})

    with reading(file) as found:
        assert found.team == TEAM
    with reading(file, "T9") as found:
        assert found.team == "T9"


def test_without_any_team_it_says_how_to_name_it(tmp_path: Path) -> None:
    bare = [{key: value for key, value in each.items() if key != "team_id"} for each in USERS]

    with pytest.raises(Unusable, match="--team T012AB3CD"):
        export(packed(tmp_path / "e.zip", lists={"users.json": bare}), "", NOW)


# Order


def test_time_goes_forward_over_all_conversations(tmp_path: Path) -> None:
    chance = random.Random(3)
    rooms = [{"id": f"C{n}", "name": f"room{n}", "members": []} for n in range(200)]
    messages: dict[str, list[Entry]] = {}
    for room in rooms:
        minutes = sorted(chance.sample(range(3000), 12))
        entries = [said("ann", "x", MONDAY + each * M) for each in minutes]
        entries[3], entries[4] = entries[4], entries[3]
        messages[str(room["name"])] = entries

    steps, found = told(packed(tmp_path / "e.zip", messages, lists={"channels.json": rooms}))

    times = [step[0].at for step in steps]
    assert len(times) == 2400
    assert times == sorted(times)
    assert found.tally.size == found.size


def test_days_too_big_to_be_held_are_merged_as_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.slack.export.HELD", 500)
    monkeypatch.setattr("adapters.slack.export.SIDE_BY_SIDE", 5)
    rooms = [{"id": f"C{n}", "name": f"room{n}", "members": []} for n in range(4)]
    messages = {
        f"room{n}": [said("ann", "x", MONDAY + (n + 4 * each) * M) for each in range(60)]
        for n in range(4)
    }

    steps, _ = told(packed(tmp_path / "e.zip", messages, lists={"channels.json": rooms}))

    times = [step[0].at for step in steps]
    assert len(times) == 240
    assert times == sorted(times)


# What is wrong is named, and the rest is read


def broken(folder: Path, body: bytes) -> tuple[list[str], SlackExport]:
    """The texts that are read of a day with such a body beside a sound one."""
    file = packed(
        folder / "e.zip",
        {"lobby": [said("bob", "sound", MONDAY + timedelta(days=1))]},
        files=[(f"lobby/{day(MONDAY)}", body)],
    )
    steps, found = told(file)
    return [each[0].text for each in steps if isinstance(each[0], MessagePosted)], found


WHOLE = json.dumps([said("ann", "one"), said("ann", "two", MONDAY + M)]).encode()


@pytest.mark.parametrize(
    ("body", "texts", "why"),
    [
        (WHOLE[:-30], ["one", "sound"], Flaw.CUT_OFF.value),
        (WHOLE.replace(b'"one"', b"one"), ["two", "sound"], Flaw.BROKEN.value),
        (b'{"messages": []}', ["sound"], Flaw.NO_LIST.value),
        (b"", ["sound"], Flaw.CUT_OFF.value),
        (b"\xff\xfe[]", ["sound"], Flaw.NO_LIST.value),
        (b'[7, null, "x"]', ["sound"], Flaw.NO_OBJECT.value),
        (b'[{"text": "\xff"}]', ["sound"], Flaw.BROKEN.value),
        (b'[{"a":' + b"[" * 90_000 + b"]" * 90_000 + b"}]", ["sound"], Flaw.BROKEN.value),
        (json.dumps([{**said("ann", "x"), "ts": None}]).encode(), ["sound"], "no time of Slack"),
        (json.dumps([{**said("ann", "x"), "ts": [1]}]).encode(), ["sound"], "no time of Slack"),
        (json.dumps([said("ann", "x", NOW + M * 9000)]).encode(), ["sound"], "cannot be true"),
        (json.dumps([{**said("ann", "x"), "ts": "1.0"}]).encode(), ["sound"], "no time of Slack"),
        (json.dumps([{**said("ann", "x"), "text": 7}]).encode(), ["sound"], "its text is no text"),
        (json.dumps([{**said("ann", "x"), "user": None}]).encode(), ["sound"], "whose it is"),
        (
            json.dumps([said("ann", "x" * (LONGEST_TEXT + 1))]).encode(),
            ["sound"],
            "longer than 40,000 characters",
        ),
        (
            json.dumps([said("ann", "one"), said("bob", "x" * (2 * LONGEST))]).encode(),
            ["one", "sound"],
            Flaw.TOO_LONG.value,
        ),
    ],
    ids=range(16),
)
def test_a_broken_day_is_named_and_the_rest_is_read(
    tmp_path: Path, body: bytes, texts: list[str], why: str
) -> None:
    read, found = broken(tmp_path, body)

    assert read == texts
    assert any(why in each for each in found.tally.lost), found.tally.lost
    assert found.tally.faults[0].startswith(f"lobby/{day(MONDAY)}: ")
    assert not found.tally.whole


ODD: tuple[Any, ...] = (
    None,
    7,
    -1.5,
    True,
    "",
    "x\x00",
    "\ud800",
    [],
    ["x"],
    [None],
    {},
    {"ts": []},
    "9" * 50,
)
FULL = {
    **said("ann", "<@UBOB> hello"),
    "subtype": "",
    "thread_ts": ts(MONDAY),
    "bot_id": None,
    "edited": {"user": "UANN", "ts": ts(MONDAY + M)},
    "reactions": [{"name": "white_check_mark", "users": ["UBOB"]}],
    "files": [{"id": "F1", "name": "a", "size": 1}],
    "attachments": [{"text": "x", "fallback": "y"}],
    "message": said("ann", "new"),
    "original": said("ann", "old"),
    "deleted_ts": ts(MONDAY),
    "comment": {"user": "UANN"},
}


@pytest.mark.parametrize("kind", ["", "message_changed", "message_deleted", "channel_join"])
@pytest.mark.parametrize("name", sorted(FULL))
def test_no_field_that_is_odd_stops_an_import(tmp_path: Path, kind: str, name: str) -> None:
    whole = {**FULL, "subtype": kind}
    part = whole[name]
    entries = [{**whole, name: odd} for odd in ODD]
    if isinstance(part, list):
        part = part[0]
    if isinstance(part, dict):
        entries += [{**whole, name: {**part, key: odd}} for key in part for odd in ODD]
        entries += [{**whole, name: [{**part, key: odd}]} for key in part for odd in ODD]
    body = json.dumps([*entries, said("bob", "sound", MONDAY + 9 * M)]).encode()

    steps, _ = told(packed(tmp_path / "e.zip", files=[(f"lobby/{day(MONDAY)}", body)]))

    assert any(step[0].at == MONDAY + 9 * M for step in steps)


@pytest.mark.parametrize("name", ["users.json", "channels.json"])
def test_no_list_that_is_odd_stops_an_import(tmp_path: Path, name: str) -> None:
    sound = {"users.json": USERS, "channels.json": [LOBBY]}[name]
    entries = [{**sound[0], "id": "X1", key: odd} for key in sound[0] for odd in ODD]
    lists = {name: [*entries, *sound]}

    with reading(packed(tmp_path / "e.zip", {"lobby": [said("ann", "x")]}, lists=lists)) as found:
        assert list(found.members())
        assert list(found.rooms())
        assert len(list(found.steps())) == 1


def test_times_as_numbers_are_understood(tmp_path: Path) -> None:
    at = MONDAY.timestamp() + 0.000123
    read, found = broken(tmp_path, json.dumps([{**said("ann", "x"), "ts": at}]).encode())

    assert read == ["x", "sound"]
    assert found.tally.whole


def test_unknown_kinds_of_entries_are_counted_by_name(tmp_path: Path) -> None:
    kinds = ["channel_topic", "channel_topic", "hologram", "x\x00y"]
    entries = [said("ann", "x", MONDAY + n * M, subtype=kind) for n, kind in enumerate(kinds)]
    entries.append({**said("ann", "x", MONDAY + 9 * M), "type": "event"})

    steps, found = told(packed(tmp_path / "e.zip", {"lobby": entries}))

    assert not steps
    assert found.tally.ignored == {"channel_topic": 2, "hologram": 1, "unprintable": 1, "event": 1}
    assert found.tally.whole


def test_names_that_lead_out_of_the_export_are_left_out_and_nothing_is_written(
    tmp_path: Path,
) -> None:
    body = json.dumps([said("ann", "evil")]).encode()
    names = ["../lobby/2026-03-02.json", "/lobby/2026-03-02.json", "lobby/..\\2026-03-02.json"]
    names += ["C:/lobby/2026-03-02.json", "..", "lobby/../../2026-03-02.json"]
    file = packed(tmp_path / "e.zip", files=[(name, body) for name in names])

    steps, found = told(file)

    assert not steps
    assert found.tally.lost == {"its name leads out of the export": len(names)}
    assert [each.name for each in tmp_path.iterdir()] == ["e.zip"]


def test_an_export_packed_again_within_a_folder_is_read(tmp_path: Path) -> None:
    plain = packed(tmp_path / "e.zip", {"lobby": [said("ann", "hello")]})
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(tmp_path / "again.zip", "w") as new:
        for name in old.namelist():
            new.writestr(f"Acme export/{name}", old.read(name))
        new.writestr("__MACOSX/Acme export/._users.json", b"x")

    steps, found = told(tmp_path / "again.zip")

    assert len(steps) == 1
    assert found.tally.whole
    assert found.tally.ignored == {"files that are not the export's": 1}


def test_files_twice_in_the_archive_are_both_read(tmp_path: Path) -> None:
    body = json.dumps([said("ann", "again", MONDAY + M)]).encode()
    with pytest.warns(UserWarning, match="Duplicate name"):
        file = packed(
            tmp_path / "e.zip",
            {"lobby": [said("ann", "first")]},
            files=[(f"lobby/{day(MONDAY)}", body), ("users.json", b"[]")],
        )

    steps, found = told(file)

    assert len(steps) == 2
    assert found.tally.faults == ["users.json: it is in the archive twice; the first is read."]


def test_a_folder_that_no_list_names_is_missing_and_named(tmp_path: Path) -> None:
    file = packed(tmp_path / "e.zip", {"ghosts": [said("ann", "boo")]}, lists={"notes.json": []})

    steps, found = told(file)

    assert not steps
    assert found.tally.lost == {"files of conversations that no list names": 1}
    assert found.tally.ignored == {"notes.json": 1}


# What is no export at all


def cut(file: Path, size: int) -> Path:
    file.write_bytes(file.read_bytes()[:-size])
    return file


def trap(file: Path) -> Path:
    """A small archive that would become very big."""
    return packed(file, files=[(f"lobby/{day(MONDAY)}", b"[" + b" " * 80_000_000)])


def overlapping(file: Path) -> Path:
    """Many names for the same bytes."""
    body = json.dumps([said("ann", f"{n * n}", MONDAY + n * M) for n in range(900)]).encode()
    plain = packed(file, files=[(f"lobby/{day(MONDAY)}", body)]).read_bytes()
    start = plain.index(b"PK\x01\x02")
    end = plain.rindex(b"PK\x05\x06")
    last = start + plain[start:end].rindex(b"PK\x01\x02")
    directory = plain[start:end] + plain[last:end] * 9
    tail = bytearray(plain[end:])
    struct.pack_into("<I", tail, 12, len(directory))
    file.write_bytes(plain[:start] + directory + tail)
    return file


def no_zip(file: Path) -> Path:
    file.write_bytes(b"hello")
    return file


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (no_zip, "is no zip file. Name the zip file that Slack made"),
        (lambda file: file, "cannot be opened"),
        (lambda file: file.parent, "cannot be opened"),
        (lambda file: cut(packed(file), 30), "is cut off: its end is missing. Download"),
        (lambda file: packed(file, lists={"users.json": None}), "There is no users.json in"),
        (trap, "times as big or more"),
        (overlapping, "overlap"),
    ],
    ids=["text", "nothing", "folder", "cut off", "no users", "trap", "overlapping"],
)
def test_what_is_no_export_is_refused_in_a_sentence(
    tmp_path: Path, make: Callable[[Path], Path], says: str
) -> None:
    with pytest.raises(Unusable, match=says):
        export(make(tmp_path / "e.zip"), "", NOW)


def test_a_damaged_file_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    chance = random.Random(5)
    words = [f"{chance.random()}" for _ in range(400)]
    entries = [said("ann", word, MONDAY + n * M) for n, word in enumerate(words[:200])]
    entries += [said("ann", word, MONDAY + timedelta(days=1)) for word in words[200:201]]
    file = packed(tmp_path / "e.zip", {"lobby": entries})
    raw = bytearray(file.read_bytes())
    at = raw.index(b"lobby/2026-03-02.json") + 1000
    raw[at : at + 40] = bytes(40)
    file.write_bytes(raw)

    steps, found = told(file)

    assert 0 < len(steps) < 201
    assert steps[-1][0].at == MONDAY + timedelta(days=1)
    assert any(each.startswith("lobby/2026-03-02.json: ") for each in found.tally.faults)


def test_a_file_locked_with_a_password_is_named(tmp_path: Path) -> None:
    file = packed(tmp_path / "e.zip", {"lobby": [said("ann", "secret")]})
    raw = bytearray(file.read_bytes())
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1
    file.write_bytes(raw)

    steps, found = told(file)

    assert not steps
    assert found.tally.lost == {"it is locked with a password": 1}


@pytest.mark.thorough
@pytest.mark.slow
def test_an_archive_of_very_many_files_is_read(tmp_path: Path) -> None:
    entry = json.dumps([said("ann", "x")]).encode()
    rooms = [{"id": f"C{n}", "name": f"r{n}", "members": []} for n in range(66_000)]
    files = ((f"r{n}/{day(MONDAY)}", entry) for n in range(66_000))
    file = packed(tmp_path / "e.zip", lists={"channels.json": rooms}, files=files)

    steps, found = told(file)

    assert len(steps) == 66_000
    assert found.tally.whole


# Lists of any length


def parts(body: bytes, size: int) -> list[dict[str, Any] | Flaw]:
    chunks = [body[at : at + size] for at in range(0, len(body), size)]
    return list(elements(lambda _: chunks.pop(0) if chunks else b""))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 10**6])
@pytest.mark.parametrize("indent", [None, 4])
def test_elements_are_found_however_the_list_is_cut_into_chunks(
    size: int, indent: int | None
) -> None:
    chance = random.Random(size)
    signs = 'ab"\\{}[],:\n中 '
    made = [
        {
            "t": "".join(chance.choices(signs, k=chance.randrange(40))),
            "n": [{"x": [None]}] * (n % 3),
        }
        for n in range(60)
    ]

    assert parts(json.dumps(made, indent=indent).encode(), size) == made
    assert parts(json.dumps(made, ensure_ascii=False).encode(), size) == made


def test_a_huge_entry_is_passed_over_without_being_held() -> None:
    chunks = [b'[{"a": 1}, {"text": "', *[b'x\\"{}[' * 10_000] * 400, b'"}, {"a": 2}]']
    tracemalloc.start()

    found = list(elements(lambda _: chunks.pop(0) if chunks else b""))

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == [{"a": 1}, Flaw.TOO_LONG, {"a": 2}]
    assert peak < 16 * LONGEST
