"""What chat platforms send, and what people put into it."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.matrix import formatted, text
from adapters.matrix import inbound as of_matrix
from adapters.matrix.known import Known as KnownThere
from adapters.matrix.known import Room
from adapters.matrix.slip import Slip
from adapters.playground import inbound as of_playground
from adapters.playground.cast import Cast
from adapters.playground.lines import Line
from adapters.playground.slip import Stamp
from adapters.playground.slip import Unreadable as Unplayable
from adapters.slack import answers, guard, handle
from adapters.slack import export as exporting
from adapters.slack import inbound as of_slack
from adapters.slack import text as mrkdwn
from adapters.slack.known import Known
from adapters.slack.messages import Ignored
from adapters.slack.modal import CALLBACK
from adapters.slack.slip import Unreadable
from adapters.slip import Unreadable as UnreadableThere
from bot.settings import Unusable
from bot.store.codec import pack, unpack
from tests.desk import MONDAY
from tests.fuzzing.chance import read
from tests.fuzzing.targets import Ready
from tests.playground.stage import CAST, NINE
from tests.slack import exports
from tests.slack.samples import BOT, BOT_ID, TEAM, fill, samples

NOW = datetime(2026, 3, 2, 1, 0, 5, tzinfo=UTC)
SHARED = Path(__file__).resolve().parents[3] / "shared"
FOLDER = tempfile.TemporaryDirectory(prefix="duly-fuzzing-")
NAMES = {"U2BOB": "Bob", "S1": "support", "C1SALES": "sales", BOT: "Duly"}
POST = {"type": "message", "channel": "C1", "user": "U2BOB", "text": "can you <@U1>?", "ts": "1.2"}
OWN: tuple[Any, ...] = (  # enough where Slack's samples are not at hand
    {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": POST},
    {"type": "block_actions", "user": {"id": "U1"}, "team": {"id": TEAM}, "actions": [{}]},
    {"command": "/duly", "text": "mine", "user_id": "U1", "channel_id": "C1", "team_id": TEAM},
)


def _known() -> Known:
    return Known(team=TEAM, bot_user=BOT, bot_id=BOT_ID, names=dict(NAMES))


def slack_body() -> Ready:
    """The bytes of a request as they are taken apart behind the signature, and what is kept."""
    known = _known()

    def parse(data: bytes) -> object:
        payload = guard._payload(data, "application/json" if data[:1] in b"{[" else "")
        found = of_slack.read(payload, known, NOW)
        if not isinstance(found, Ignored):
            for each in found:
                assert unpack(pack(each)) == each
        return of_slack.unread(payload, known, NOW)

    theirs = samples(str(SHARED)).values() if (SHARED / "data" / "slack-payloads").is_dir() else ()
    return Ready(parse, (Unreadable,), _written([*OWN, *theirs]))


def _written(payloads: list[Any]) -> list[bytes]:
    return [json.dumps(fill(each)).encode() for each in payloads]


def slack_text() -> Ready:
    said = (
        "<@U2BOB> &lt;b&gt; see <https://x.example|the page> <!subteam^S1|@support> <!here> <#C1|x>"
    )
    dated = "<!date^1392734382^{date} at {time}|Feb 18> <mailto:a@b.example|a> <tel:1|1>"
    return Ready(lambda data: mrkdwn.read(read(data), NAMES), (), [said.encode(), dated.encode()])


def slack_form() -> Ready:
    kept = json.dumps({"command": "pass 7", "language": "en", "held": {"text": "x"}, "choices": {}})
    state = {
        "text": {"value": {"type": "plain_text_input", "value": "words"}},
        "who": {"value": {"type": "users_select", "selected_user": "U2BOB"}},
        "files": {"value": {"type": "file_input", "files": [{"id": "F1"}]}},
        "kind": {"value": {"type": "static_select", "selected_option": {"value": "0"}}},
    }
    blocks = [{"type": "input", "block_id": name, "element": {}} for name in state]
    view = {"callback_id": CALLBACK, "private_metadata": kept, "state": {"values": state}}

    def parse(data: bytes) -> object:
        try:
            found = json.loads(data)
        except (ValueError, RecursionError):  # a body that is none never gets here
            return None
        return answers.submitted(found) if isinstance(found, Mapping) else None

    seeds = [{**view, "blocks": blocks}, view]
    return Ready(parse, (answers.Unreadable,), [json.dumps(each).encode() for each in seeds])


def slack_handle() -> Ready:
    """What we gave a card to keep, and an edited card may bring back otherwise."""
    made = handle.Handle(1.0, "123.456.abc", "https://hooks.slack.com/a", "C1", "1.2").written()
    return Ready(lambda data: handle.handle(read(data)).answers_until(), (), [made.encode()])


def slack_export() -> Ready:
    """All of it, read to the end."""
    file = Path(FOLDER.name) / "export.zip"
    said = [exports.said("ann", "@bob can you send it?"), exports.said("bob", "yes", MONDAY)]
    said.append(exports.said("bob", "", MONDAY, subtype="message_deleted", deleted_ts="1.2"))
    exports.packed(file, {"lobby": said})
    seed = file.read_bytes()

    def parse(data: bytes) -> object:
        file.write_bytes(data)
        whole = exporting.export(file, "", NOW)
        try:
            return sum(1 for _ in whole.steps())
        finally:
            whole.close()

    return Ready(parse, (Unusable,), [seed])


def matrix_event() -> Ready:
    known = KnownThere(user="@duly:corp.example", names=frozenset({"duly"}))
    room = Room("!r:corp.example", members={"@ann:corp.example": "Ann"})

    def parse(data: bytes) -> object:
        try:
            event = json.loads(data)
        except (ValueError, RecursionError):  # a sync that is none never gets here
            return None
        found = of_matrix.read(of_matrix.Told(Slip(event), NOW), room, known)
        if not isinstance(found, of_matrix.Ignored):
            for each in found:
                assert unpack(pack(each)) == each
        return of_matrix.unread(event, known, NOW) if isinstance(event, dict) else None

    return Ready(parse, (UnreadableThere,), [json.dumps(each).encode() for each in _events()])


def _events() -> list[dict[str, Any]]:
    who = {"sender": "@ann:corp.example", "event_id": "$e", "origin_server_ts": 1}
    said = {"msgtype": "m.text", "body": "bob: can you send it?", "m.mentions": {"user_ids": []}}
    pill = '<a href="https://matrix.to/#/@bob:corp.example">Bob</a> can you <b>send</b> it?'
    html = {**said, "format": "org.matrix.custom.html", "formatted_body": pill}
    edit = {
        **said,
        "m.new_content": said,
        "m.relates_to": {"rel_type": "m.replace", "event_id": "$x"},
    }
    thread = {"rel_type": "m.thread", "event_id": "$r", "m.in_reply_to": {"event_id": "$x"}}
    react = {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$x", "key": "👍"}}
    file = {"msgtype": "m.file", "body": "a.pdf", "url": "mxc://corp/1", "info": {"size": 3}}
    poll = {"m.poll.start": {"question": {"m.text": "?"}, "answers": [{"m.text": "yes"}]}}
    spoken = (said, html, edit, {**said, "m.relates_to": thread}, file)
    return [
        *({**who, "type": "m.room.message", "content": each} for each in spoken),
        {**who, "type": "m.reaction", "content": react},
        {**who, "type": "m.poll.start", "content": poll},
        {**who, "type": "m.room.redaction", "redacts": "$x", "content": {"redacts": "$x"}},
        {**who, "type": "m.room.encrypted", "content": {"algorithm": "m.megolm.v1.aes-sha2"}},
        {**who, "type": "m.room.member", "state_key": "@ann:x", "content": {"membership": "join"}},
        {**who, "type": "m.room.power_levels", "state_key": "", "content": {"users": {"@a:b": 50}}},
        {**who, "type": "m.room.create", "state_key": "", "content": {"room_version": "11"}},
    ]


def matrix_html() -> Ready:
    whole = (
        b'<p>Hi <a href="https://matrix.to/#/@bob:corp.example">Bob</a>,<br/>see <b>this</b></p>'
        b"<blockquote>x</blockquote><ul><li>1</li></ul><pre><code>a &lt; b &#x26; c</code></pre>"
        b"<mx-reply><blockquote>old</blockquote></mx-reply><!-- x --><script>alert(1)</script>"
    )
    return Ready(lambda data: formatted.read(read(data)), (), [whole])


def matrix_command() -> Ready:
    def parse(data: bytes) -> object:
        try:
            said = text.said(json.loads(data), author="Ann")
        except (ValueError, RecursionError):
            return None
        names = ("duly", "@duly:corp.example")
        return [text.command(said, names, direct=direct) for direct in (True, False)]

    contents = [each["content"] for each in _events() if each["type"] == "m.room.message"]
    contents.append({"msgtype": "m.text", "body": "!duly done 7"})
    contents.append({"msgtype": "m.text", "body": "@duly: 完成 7", "m.mentions": {"room": True}})
    return Ready(parse, (), [json.dumps(each).encode() for each in contents])


@dataclass
class Seen:
    """A playground without a line."""

    cast: Cast = CAST
    lines: dict[str, Line] = field(default_factory=dict)

    def line(self, id: str) -> Line | None:
        return self.lines.get(id)


def playground_post() -> Ready:
    seen = Seen()

    def parse(data: bytes) -> object:
        try:
            payload = json.loads(data)
        except (ValueError, RecursionError):  # as where a post is read
            return None
        if not isinstance(payload, dict):
            return None
        found = of_playground.read(payload, Stamp(NINE, "f" * 32), seen)
        assert unpack(pack(found)) == found
        return found

    plain = {"id": "d1", "as": "ann", "place": "sales"}
    posts = (
        {**plain, "kind": "message", "text": "@bob and @Eve Dunn, and 李伟 too"},
        {**plain, "kind": "message", "text": "/duly done 7"},
        {**plain, "kind": "form", "command": "pass 7", "fields": {"text": "x"}},
        {**plain, "kind": "home"},
        {**plain, "kind": "reaction", "message": "f" * 32, "emoji": "👍", "added": True},
        {**plain, "kind": "button", "message": "f" * 32, "action": "done 7"},
    )
    return Ready(parse, (Unplayable,), [json.dumps(each).encode() for each in posts])
