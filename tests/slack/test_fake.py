"""The fake Slack refuses what Slack refuses, and says which rule it enforces."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.slack.fake import FakeSlack, Faults, HandClock, Settings
from tests.slack.fake.wire import Json, pack
from tests.slack.scene import Acme, acme, actions, asking, button, modal, plain, section


@pytest.fixture
def scene() -> Iterator[Acme]:
    with acme() as made:
        yield made


def refused(scene: Acme, method: str, **args: Any) -> tuple[str, str]:
    """The error, and the rule: the same in the answer and in the log."""
    answer = scene.call(method, **args)
    assert answer["ok"] is False
    log = scene.slack.refusals[-1]
    said = answer["response_metadata"]["messages"]
    assert said == [f"[ERROR] {rule}" for rule in log.rules]
    assert (log.where, log.error) == (method, answer["error"])
    return answer["error"], " ".join(log.rules)


def test_a_method_nobody_knows_is_refused(scene: Acme) -> None:
    error, rule = refused(scene, "chat.shout")

    assert error == "unknown_method"
    assert "chat.shout" in rule


@pytest.mark.parametrize(
    ("token", "error", "rule"),
    [
        ("", "not_authed", "Authorization header"),
        ("xoxb-1-wrong", "invalid_auth", "Nobody was given this token"),
        ("xapp-1-A1-1-x", "not_allowed_token_type", "only opens connections"),
    ],
)
def test_who_calls_is_asked_first(scene: Acme, token: str, error: str, rule: str) -> None:
    found = refused(scene, "users.info", token=token, user="U0NOBODY")

    assert found[0] == error
    assert rule in found[1]


def test_a_revoked_token_and_a_gone_app_are_told_apart(scene: Acme) -> None:
    scene.slack.revoke_tokens(scene.team)
    assert refused(scene, "auth.test")[0] == "token_revoked"

    scene.team.revoked = False
    scene.slack.uninstall(scene.team)
    assert refused(scene, "auth.test")[0] == "account_inactive"


def test_a_missing_scope_is_named_with_what_was_granted() -> None:
    settings = Settings(scopes=frozenset({"users:read"}))
    with acme(FakeSlack(settings=settings)) as scene:
        answer = scene.answer("chat.postMessage", channel=scene.sales.id, text="hi")

    said = answer.json()
    assert (said["error"], said["needed"]) == ("missing_scope", "chat:write")
    assert said["provided"] == "users:read"
    assert answer.headers["x-oauth-scopes"] == "users:read"
    assert answer.headers["x-accepted-oauth-scopes"] == "chat:write"


def test_the_scope_of_reading_depends_on_the_kind_of_conversation() -> None:
    settings = Settings(scopes=frozenset({"channels:history", "chat:write"}))
    with acme(FakeSlack(settings=settings)) as scene:
        desk = scene.ann.desk()
        assert scene.call("conversations.history", channel=scene.sales.id)["ok"]
        said = scene.call("conversations.history", channel=desk.id)

    assert (said["error"], said["needed"]) == ("missing_scope", "im:history")


def places(scene: Acme) -> dict[str, str]:
    """Names for a table of refusals, and the ids they stand for."""
    hr = scene.team.channel("hr", scene.ann)
    old = scene.team.channel("old", scene.ann)
    old.invite_bot()
    old.archive()
    gone = scene.team.person("Gone Girl")
    gone.deactivate()
    first = scene.ann.say(scene.sales, "the first")
    reply = scene.bob.say(scene.sales, "a reply", thread=first)
    return {
        "SALES": scene.sales.id,
        "BOARD": scene.board.id,
        "HR": hr.id,
        "OLD": old.id,
        "ANN": scene.ann.id,
        "EVE": scene.eve.id,
        "GONE": gone.id,
        "ROBOT": scene.team.robot("Jira").id,
        "DESK": scene.ann.desk().id,
        "FIRST": first.ts,
        "REPLY": reply.ts,
    }


NEVER = "1111111111.000001"
REFUSALS: list[tuple[str, Json, str, str]] = [
    ("chat.postMessage", {"text": "hi"}, "invalid_arguments", "`channel` is required"),
    ("chat.postMessage", {"channel": "C0NOWHERE"}, "channel_not_found", "no conversation"),
    ("chat.postMessage", {"channel": "BOARD", "text": "x"}, "channel_not_found", "private"),
    ("chat.postMessage", {"channel": "HR", "text": "x"}, "not_in_channel", "not a member"),
    ("chat.postMessage", {"channel": "OLD", "text": "x"}, "is_archived", "archived"),
    ("chat.postMessage", {"channel": "SALES"}, "no_text", "needs `text`"),
    ("chat.postMessage", {"channel": "SALES", "text": " \n"}, "no_text", "needs `text`"),
    ("chat.postMessage", {"channel": "ROBOT", "text": "x"}, "cannot_dm_bot", "bot"),
    ("chat.postMessage", {"channel": "GONE", "text": "x"}, "user_disabled", "deactivated"),
    (
        "chat.postMessage",
        {"channel": "SALES", "text": "x", "thread_ts": NEVER},
        "thread_not_found",
        "no message to reply to",
    ),
    (
        "chat.postMessage",
        {"channel": "SALES", "text": "x", "thread_ts": "REPLY"},
        "cannot_reply_to_message",
        "must be the first message",
    ),
    (
        "chat.postMessage",
        {"channel": "SALES", "text": "x", "thread_ts": "17"},
        "invalid_thread_ts",
        "looks like",
    ),
    (
        "chat.postMessage",
        {"channel": "SALES", "text": "x", "markdown_text": "**y**"},
        "markdown_text_conflict",
        "goes with neither",
    ),
    (
        "chat.postMessage",
        {"channel": "SALES", "text": "x", "metadata": {"event_payload": {}}},
        "invalid_metadata_format",
        "`event_type`",
    ),
    (
        "chat.postMessage",
        {"channel": "SALES", "text": "x", "metadata": {"event_type": "a", "event_payload": []}},
        "invalid_metadata_format",
        "`event_payload`",
    ),
    (
        "chat.postMessage",
        {
            "channel": "SALES",
            "text": "x",
            "metadata": {"event_type": "a", "event_payload": {"key": None}},
        },
        "invalid_metadata_schema",
        "null",
    ),
    (
        "chat.postMessage",
        {
            "channel": "SALES",
            "text": "x",
            "metadata": {"event_type": "a", "event_payload": {"key": "k" * 8000}},
        },
        "metadata_too_large",
        "at most 8000",
    ),
    (
        "chat.postMessage",
        {"channel": "SALES", "blocks": {"type": "section"}},
        "invalid_blocks_format",
        "list of blocks",
    ),
    (
        "chat.postMessage",
        {"channel": "SALES", "attachments": [{}] * 101},
        "too_many_attachments",
        "at most 100",
    ),
    ("chat.update", {"channel": "SALES", "ts": NEVER, "text": "x"}, "message_not_found", "`ts`"),
    (
        "chat.update",
        {"channel": "SALES", "ts": "FIRST", "text": "x"},
        "cant_update_message",
        "only its own",
    ),
    (
        "chat.update",
        {"channel": "ANN", "ts": "FIRST", "text": "x"},
        "channel_not_found",
        "no conversation",
    ),
    ("chat.delete", {"channel": "SALES", "ts": "FIRST"}, "cant_delete_message", "only its own"),
    (
        "chat.postEphemeral",
        {"channel": "SALES", "user": "EVE", "text": "x"},
        "user_not_in_channel",
        "must be in the channel",
    ),
    (
        "chat.postEphemeral",
        {"channel": "SALES", "user": "ANN", "text": "x" * 4001},
        "msg_too_long",
        "at most 4000",
    ),
    ("chat.getPermalink", {"channel": "SALES", "message_ts": NEVER}, "message_not_found", "`ts`"),
    ("conversations.info", {"channel": "BOARD"}, "channel_not_found", "private"),
    ("conversations.members", {"channel": "SALES", "limit": "5000"}, "invalid_limit", "999"),
    ("conversations.members", {"channel": "SALES", "cursor": "x"}, "invalid_cursor", "comes from"),
    ("conversations.history", {"channel": "HR"}, "not_in_channel", "not a member"),
    ("conversations.history", {"channel": "SALES", "limit": 1000}, "invalid_limit", "999"),
    (
        "conversations.history",
        {"channel": "SALES", "oldest": "yesterday"},
        "invalid_ts_oldest",
        "Unix time",
    ),
    ("conversations.replies", {"channel": "SALES", "ts": NEVER}, "thread_not_found", "no message"),
    ("conversations.list", {"types": "secret"}, "invalid_types", "no type"),
    ("conversations.open", {}, "users_list_not_supplied", "`users`"),
    ("conversations.open", {"users": "GONE"}, "user_disabled", "deactivated"),
    ("conversations.open", {"users": "ROBOT"}, "cannot_dm_bot", "bot"),
    ("conversations.open", {"users": "U0NOBODY"}, "user_not_found", "no user"),
    ("conversations.join", {"channel": "OLD"}, "is_archived", "archived"),
    ("conversations.leave", {"channel": "DESK"}, "method_not_supported_for_channel_type", "left"),
    ("users.info", {"user": "U0NOBODY"}, "user_not_found", "no user"),
    ("users.lookupByEmail", {"email": "no@acme.example"}, "users_not_found", "Nobody"),
    ("usergroups.users.list", {"usergroup": "S0NONE"}, "no_such_subteam", "no user group"),
    ("bots.info", {"bot": "ANN"}, "bot_not_found", "begins with B"),
    (
        "reactions.add",
        {"channel": "SALES", "timestamp": "FIRST", "name": ":eyes:"},
        "invalid_name",
        "without colons",
    ),
    ("reactions.add", {"name": "eyes"}, "no_item_specified", "`timestamp`"),
    (
        "reactions.remove",
        {"channel": "SALES", "timestamp": "FIRST", "name": "eyes"},
        "no_reaction",
        "did not react",
    ),
    ("views.open", {"trigger_id": "1.2.x"}, "invalid_arguments", "`view` is required"),
    ("files.upload", {"channels": "SALES"}, "method_deprecated", "no more"),
    ("files.getUploadURLExternal", {"filename": "a", "length": "0"}, "missing_argument", "1"),
    ("files.completeUploadExternal", {"files": [{"id": "F0X"}]}, "file_not_found", "announced"),
    ("files.info", {"file": "F0X"}, "file_not_found", "no file"),
]


@pytest.mark.parametrize(
    ("method", "args", "error", "rule"),
    REFUSALS,
    ids=[f"{x[0]}: {x[2]} {number}" for number, x in enumerate(REFUSALS)],
)
def test_what_is_against_the_rules_is_refused_by_name(
    scene: Acme, method: str, args: Json, error: str, rule: str
) -> None:
    ids = places(scene)
    given = {
        key: ids.get(value, value) if isinstance(value, str) else value
        for key, value in args.items()
    }

    found = refused(scene, method, **given)

    assert found[0] == error
    assert rule in found[1]


def test_a_form_and_json_are_both_read_where_slack_reads_both(scene: Acme) -> None:
    blocks = pack([section("*hi*")])
    headers = {"Authorization": f"Bearer {scene.team.token}"}
    form = {"channel": scene.sales.id, "text": "hi", "blocks": blocks, "metadata": METADATA}
    url = f"{scene.slack.api_url}chat.postMessage"

    answer = scene.client.post(url, data=form, headers=headers).json()

    assert answer["message"]["blocks"][0]["text"]["text"] == "*hi*"
    assert scene.slack.posted("k1")[0].ts == answer["ts"]


METADATA = pack({"event_type": "duly", "event_payload": {"key": "k1"}})


def test_json_is_refused_where_slack_takes_forms_only(scene: Acme) -> None:
    headers = {"Authorization": f"Bearer {scene.team.token}"}
    url = f"{scene.slack.api_url}users.list"

    answer = scene.client.post(url, json={"limit": 10}, headers=headers).json()

    assert answer["error"] == "invalid_arguments"
    assert "takes no JSON" in scene.slack.refusals[-1].rules[0]


@pytest.mark.parametrize(("body", "error"), [(b"{", "invalid_json"), (b"[1]", "json_not_object")])
def test_a_body_that_is_no_object_is_refused(scene: Acme, body: bytes, error: str) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {scene.team.token}"}
    url = f"{scene.slack.api_url}auth.test"

    assert scene.client.post(url, content=body, headers=headers).json()["error"] == error


def test_a_long_text_is_cut_off_with_a_warning(scene: Acme) -> None:
    answer = scene.call("chat.postMessage", channel=scene.sales.id, text="x" * 40_001)

    assert len(answer["message"]["text"]) == 40_000
    assert answer["response_metadata"]["warnings"] == ["message_truncated"]


def test_blocks_without_text_are_warned_of(scene: Acme) -> None:
    answer = scene.call("chat.postMessage", channel=scene.sales.id, blocks=[section("hi")])

    assert answer["warning"] == "missing_text_in_message"
    assert "notifications" in scene.slack.warnings[-1]


def test_metadata_is_whole_only_for_who_asks(scene: Acme) -> None:
    scene.call("chat.postMessage", channel=scene.sales.id, text="hi", metadata=METADATA)

    some = scene.call("conversations.history", channel=scene.sales.id, limit=1)
    whole = scene.call(
        "conversations.history", channel=scene.sales.id, limit=1, include_all_metadata=True
    )

    assert some["messages"][0]["metadata"] == {"event_type": "duly"}
    assert whole["messages"][0]["metadata"]["event_payload"] == {"key": "k1"}


def test_a_change_keeps_metadata_and_blocks_that_it_does_not_mention(scene: Acme) -> None:
    sent = scene.call(
        "chat.postMessage",
        channel=scene.sales.id,
        text="hi",
        metadata=METADATA,
        blocks=[section("hi")],
    )
    where = {"channel": scene.sales.id, "ts": sent["ts"]}

    kept = scene.call("chat.update", text="there", **where)
    bare = scene.call("chat.update", text="there", blocks=[], **where)

    assert kept["message"]["blocks"][0]["text"]["text"] == "hi"
    assert kept["warning"] == "blocks_kept"
    assert "blocks" not in bare["message"]
    assert len(scene.slack.posted("k1")) == 1


def test_history_comes_in_pages_the_latest_first_and_without_replies(scene: Acme) -> None:
    said = [scene.ann.say(scene.sales, f"number {number}") for number in range(5)]
    scene.bob.say(scene.sales, "a reply", thread=said[0])
    seen: list[str] = []
    cursor = ""

    while True:
        page = scene.call(
            "conversations.history",
            channel=scene.sales.id,
            limit=2,
            cursor=cursor,
            oldest=said[0].ts,
        )
        seen += [each["text"] for each in page["messages"]]
        cursor = page.get("response_metadata", {}).get("next_cursor", "")
        if not cursor:
            break

    assert seen == ["number 4", "number 3", "number 2", "number 1"]
    assert not page["has_more"]


def test_a_page_may_be_short_though_more_follows() -> None:
    with acme(FakeSlack(faults=Faults(seed=1, short=0.5))) as scene:
        for number in range(30):
            scene.ann.say(scene.sales, f"number {number}")
        sizes, cursor = [], ""
        while True:
            page = scene.call(
                "conversations.history", channel=scene.sales.id, limit=10, cursor=cursor
            )
            sizes.append(len(page["messages"]))
            if not page["has_more"]:
                break
            cursor = page["response_metadata"]["next_cursor"]

    assert sum(sizes) == 31
    assert min(sizes[:-1]) < 10


def test_the_bounds_of_history_belong_to_it_only_when_asked(scene: Acme) -> None:
    first, second = scene.ann.say(scene.sales, "one"), scene.ann.say(scene.sales, "two")
    bounds = {"channel": scene.sales.id, "oldest": first.ts, "latest": second.ts}

    assert scene.call("conversations.history", **bounds)["messages"] == []
    inclusive = scene.call("conversations.history", inclusive=True, **bounds)["messages"]
    assert [each["text"] for each in inclusive] == ["two", "one"]


def test_a_thread_is_read_from_its_first_message_on(scene: Acme) -> None:
    root = scene.ann.say(scene.sales, "question")
    reply = scene.bob.say(scene.sales, "answer", thread=root)

    for ts in (root.ts, reply.ts):
        found = scene.call("conversations.replies", channel=scene.sales.id, ts=ts)["messages"]
        assert [each["text"] for each in found] == ["question", "answer"]
        assert found[1]["parent_user_id"] == scene.ann.id
    assert found[0]["reply_count"] == 1


def test_an_address_is_shown_only_to_who_may_see_addresses() -> None:
    settings = Settings(scopes=frozenset({"users:read"}))
    with acme(FakeSlack(settings=settings)) as scene:
        shown = scene.call("users.info", user=scene.ann.id, include_locale="true")["user"]

    assert "email" not in shown["profile"]
    assert shown["locale"] == "en-US"
    assert shown["tz_offset"] == 8 * 3600


def test_a_direct_message_by_user_id_answers_with_the_id_of_the_conversation(scene: Acme) -> None:
    sent = scene.call("chat.postMessage", channel=scene.ann.id, text="hello")
    opened = scene.call("conversations.open", users=scene.ann.id)

    assert sent["channel"] == opened["channel"]["id"] == scene.ann.desk().id
    assert opened["already_open"]


def test_a_trigger_opens_one_thing_within_three_seconds() -> None:
    clock = HandClock()
    with acme(FakeSlack(clock=clock)) as scene:
        fresh = scene.ann.command(scene.sales, "/duly mine").payload["trigger_id"]
        view = modal(asking("Note", "note"))

        opened = scene.call("views.open", trigger_id=fresh, view=view)
        again = refused(scene, "views.open", trigger_id=fresh, view=view)
        stale = scene.ann.command(scene.sales, "/duly mine").payload["trigger_id"]
        clock.move(3.1)
        late = refused(scene, "views.open", trigger_id=stale, view=view)
        made_up = refused(scene, "views.open", trigger_id="1.2.abc", view=view)

    assert opened["view"]["state"]["values"]["note"]["value"]["value"] is None
    assert (again[0], late[0]) == ("exchanged_trigger_id", "expired_trigger_id")
    assert made_up[0] == "invalid_trigger_id"


def test_a_modal_is_three_views_deep_at_most(scene: Acme) -> None:
    view = modal(actions(button("More", action_id="more")))
    trigger = scene.ann.command(scene.sales, "/duly mine").payload["trigger_id"]
    scene.call("views.open", trigger_id=trigger, view=view)

    def deeper() -> Json:
        top = scene.ann.modal
        assert top is not None
        pressed = scene.ann.press(top, "More").payload["trigger_id"]
        return scene.call("views.push", trigger_id=pressed, view=view)

    assert [deeper()["ok"] for _ in range(2)] == [True, True]
    assert deeper()["error"] == "push_limit_reached"


def test_a_view_changed_meanwhile_is_not_overwritten(scene: Acme) -> None:
    home = {"type": "home", "blocks": [section("one")]}
    first = scene.call("views.publish", user_id=scene.ann.id, view=home)["view"]
    scene.call("views.publish", user_id=scene.ann.id, view=home)

    error, rule = refused(
        scene, "views.publish", user_id=scene.ann.id, view=home, hash=first["hash"]
    )

    assert error == "hash_conflict"
    assert "changed since" in rule


def test_what_was_entered_stays_while_ids_stay(scene: Acme) -> None:
    trigger = scene.ann.command(scene.sales, "/duly mine").payload["trigger_id"]
    opened = scene.call("views.open", trigger_id=trigger, view=modal(asking("Note", "note")))
    top = scene.ann.modal
    assert top is not None
    scene.ann.choose(top, "Note", "half a word")

    both = modal(asking("Note", "note"), asking("More", "more"))
    changed = scene.call("views.update", view_id=opened["view"]["id"], view=both)["view"]

    values = changed["state"]["values"]
    assert values["note"]["value"]["value"] == "half a word"
    assert values["more"]["value"]["value"] is None


def test_a_file_goes_up_in_three_steps_and_down_with_a_token(scene: Acme) -> None:
    told = scene.call("files.getUploadURLExternal", filename="r.xlsx", length=4)
    scene.client.post(told["upload_url"], content=b"PK\x03\x04")
    done = scene.call(
        "files.completeUploadExternal",
        files=[{"id": told["file_id"], "title": "Report"}],
        channel_id=scene.sales.id,
        initial_comment="Here",
    )
    info = scene.call("files.info", file=told["file_id"])["file"]
    signed = {"Authorization": f"Bearer {scene.team.token}"}

    got = scene.client.get(info["url_private"], headers=signed)
    page = scene.client.get(info["url_private"], follow_redirects=True)

    assert done["files"] == [{"id": told["file_id"], "title": "Report"}]
    assert got.content == b"PK\x03\x04"
    assert page.status_code == 200
    assert "Sign in" in page.text
    assert scene.ann.sees[-1].plain == "Here\n[file: Report]"


def test_an_upload_of_another_length_than_announced_is_refused(scene: Acme) -> None:
    told = scene.call("files.getUploadURLExternal", filename="r.xlsx", length=4)

    short = scene.client.post(told["upload_url"], content=b"PK")
    error, _ = refused(scene, "files.completeUploadExternal", files=[{"id": told["file_id"]}])

    assert (short.status_code, error) == (400, "file_not_found")


def test_a_file_message_cannot_be_told_by_metadata_and_takes_no_user_id(scene: Acme) -> None:
    told = scene.call("files.getUploadURLExternal", filename="r.xlsx", length=1)
    scene.client.post(told["upload_url"], content=b"x")

    error, rule = refused(
        scene,
        "files.completeUploadExternal",
        files=[{"id": told["file_id"]}],
        channel_id=scene.ann.id,
    )

    assert error == "channel_not_found"
    assert "not to a user id" in rule


def test_a_response_url_works_five_times_within_half_an_hour() -> None:
    clock = HandClock()
    with acme(FakeSlack(clock=clock)) as scene:
        url = scene.ann.command(scene.sales, "/duly mine").payload["response_url"]
        other = scene.ann.command(scene.sales, "/duly mine").payload["response_url"]

        answers = [scene.client.post(url, json={"text": "hi"}) for _ in range(6)]
        clock.move(30 * 60 + 1)
        late = scene.client.post(other, json={"text": "hi"})

    assert [each.status_code for each in answers] == [200] * 5 + [404]
    assert (answers[-1].json()["error"], late.json()["error"]) == ("used_url", "expired_url")


def test_a_response_url_whispers_unless_told_otherwise(scene: Acme) -> None:
    url = scene.ann.command(scene.sales, "/duly mine").payload["response_url"]
    scene.client.post(url, json={"text": "for you"})
    scene.client.post(url, json={"text": "for all", "response_type": "in_channel"})

    assert [x.plain for x in scene.ann.sees[-2:]] == ["for you", "for all"]
    assert [x.plain for x in scene.bob.sees[-1:]] == ["for all"]


def test_a_response_in_the_channel_overwrites_the_card_unless_ruled_out(scene: Acme) -> None:
    card = [section("card"), actions(button("Done", action_id="done"))]
    sent = scene.call("chat.postMessage", channel=scene.sales.id, text="card", blocks=card)
    shown = scene.sales.messages[sent["ts"]]
    url = scene.bob.press(shown, "Done").payload["response_url"]

    kept = {"text": "beside", "response_type": "in_channel", "replace_original": False}
    scene.client.post(url, json=kept)
    before = shown.text
    scene.client.post(url, json={"text": "over it", "response_type": "in_channel"})

    assert (before, shown.text, shown.blocks) == ("card", "over it", [])


def test_a_whisper_is_pressed_replaced_and_taken_away_by_its_response_url(scene: Acme) -> None:
    blocks = [actions(button("Hide", action_id="hide"))]
    scene.call(
        "chat.postEphemeral",
        channel=scene.sales.id,
        user=scene.ann.id,
        text="only you",
        blocks=blocks,
    )
    (whisper,) = scene.slack.world.ephemerals
    pressed = scene.ann.press(whisper, "Hide").payload

    assert pressed["container"]["is_ephemeral"] is True
    assert "message" not in pressed
    scene.client.post(pressed["response_url"], json={"text": "less", "replace_original": True})
    assert scene.ann.sees[-1].plain == "less"
    scene.client.post(pressed["response_url"], json={"delete_original": True})
    assert all(each.kind != "ephemeral" for each in scene.ann.sees)


def test_a_button_in_the_home_tab_names_its_view(scene: Acme) -> None:
    home = {"type": "home", "blocks": [actions(button("All", action_id="all", value="x"))]}
    scene.call("views.publish", user_id=scene.ann.id, view=home)

    pressed = scene.ann.press(scene.ann.home, "All").payload

    assert pressed["container"]["type"] == "view"
    assert pressed["container"]["view_id"] == scene.ann.home.id
    assert pressed["view"]["type"] == "home"
    assert not {"message", "channel", "response_url"} & pressed.keys()
    assert scene.ann.sees[-1].controls == ("All",)


def test_slackbot_passes_for_a_person_and_takes_no_messages(scene: Acme) -> None:
    listed = scene.call("users.list", limit="100")["members"]

    assert listed[0]["id"] == "USLACKBOT"
    assert listed[0]["is_bot"] is False
    posted = refused(scene, "chat.postMessage", channel="USLACKBOT", text="hi")
    opened = refused(scene, "conversations.open", users="USLACKBOT")
    assert posted[0] == opened[0] == "cannot_dm_bot"


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        ({"text": ""}, "needs `text`"),
        ({"text": "x", "blocks": [{"type": "poem"}]}, "no block of the type"),
        ([], "JSON object"),
    ],
)
def test_a_response_is_checked_like_a_message(scene: Acme, answer: Any, rule: str) -> None:
    url = scene.ann.command(scene.sales, "/duly mine").payload["response_url"]

    said = scene.client.post(url, json=answer).json()

    assert rule in said["response_metadata"]["messages"][0]


def test_permalinks_and_pages_of_channels_look_as_published(scene: Acme) -> None:
    root = scene.ann.say(scene.sales, "question")
    reply = scene.bob.say(scene.sales, "answer", thread=root)
    link = scene.call("chat.getPermalink", channel=scene.sales.id, message_ts=reply.ts)

    digits = reply.ts.replace(".", "")
    assert link["permalink"] == (
        f"https://acme.slack.com/archives/{scene.sales.id}/p{digits}"
        f"?thread_ts={root.ts}&cid={scene.sales.id}"
    )
    listed = scene.call("conversations.list", types="public_channel,private_channel")
    assert [each["name"] for each in listed["channels"]] == ["sales"]


def test_the_home_tab_takes_no_title(scene: Acme) -> None:
    view = {"type": "home", "title": plain("Duly"), "blocks": []}

    error, rule = refused(scene, "views.publish", user_id=scene.ann.id, view=view)

    assert error == "invalid_arguments"
    assert "`title` does not belong here" in rule
