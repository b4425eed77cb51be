"""What Slack sends becomes an event or is ignored by name; what nobody can read is kept."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.slack.handle import handle
from adapters.slack.inbound import read
from adapters.slack.known import HOME, Known, Room
from adapters.slack.messages import Ignored
from adapters.slack.slip import Unreadable
from bot.events import (
    AccessLost,
    AccountChanged,
    Away,
    ButtonPressed,
    CommandInvoked,
    Echoed,
    FilePublished,
    FileShared,
    HomeOpened,
    MembershipChanged,
    MessageChanged,
    MessagePosted,
    PlaceChanged,
    ReactionChanged,
)
from tests.needs import need
from tests.slack.samples import BOT, BOT_ID, TEAM, samples

NOW = datetime(2026, 3, 2, 1, 0, 5, tzinfo=UTC)
TS = "1772413200.000100"
READ_AS = {  # the samples of Slack, and what each of them is for us
    "AppHomeOpenedPayload": [HomeOpened],
    "AppMentionPayload": [MessagePosted],
    "AppRateLimitedPayload": "an event of type app_rate_limited",
    "AppUninstalledPayload": [AccessLost],
    "BlockActionPayload": "nothing of ours was pressed",
    "ChannelArchivePayload": [PlaceChanged],
    "ChannelDeletedPayload": [PlaceChanged],
    "ChannelIdChangedPayload": "learnt: channel_id_changed",
    "ChannelLeftPayload": [MembershipChanged],
    "ChannelRenamePayload": [PlaceChanged],
    "ChannelSharedPayload": [PlaceChanged],
    "FilePublicPayload": [FilePublished],
    "FileSharedPayload": "an event of type file_shared",
    "GroupLeftPayload": [MembershipChanged],
    "MemberJoinedChannelPayload": [MembershipChanged],
    "MemberLeftChannelPayload": [MembershipChanged],
    "MessageBotPayload": [MessagePosted],
    "MessageChangedPayload": "a change of no words",
    "MessageDeletedPayload": [MessageChanged],
    "MessageFileSharePayload": [MessagePosted, FileShared],
    "MessagePayload": [MessagePosted],
    "MessageShortcutPayload": [CommandInvoked],
    "MessageThreadBroadcastPayload": [MessagePosted],
    "ReactionAddedPayload": [ReactionChanged],
    "ReactionRemovedPayload": [ReactionChanged],
    "SlashCommandPayload": [CommandInvoked],
    "SubteamMembersChangedPayload": "learnt: subteam_members_changed",
    "SubteamUpdatedPayload": "learnt: subteam_updated",
    "TeamJoinPayload": [AccountChanged],
    "TokensRevokedPayload": [AccessLost],
    "UserChangePayload": [AccountChanged],
}


def known() -> Known:
    names = {"U1ANN": "Ann Lee", "U2BOB": "Bob", "S1": "support", "C1SALES": "sales", BOT: "Duly"}
    made = Known(team=TEAM, bot_user=BOT, bot_id=BOT_ID, url="https://acme.slack.com/", names=names)
    made.groups["S1"] = ("U1ANN", "U2BOB")
    made.rooms["C1SALES"] = Room("sales", outside=True)
    return made


def event(**fields: Any) -> dict[str, Any]:
    inner = {"type": "message", "channel": "C1SALES", "user": "U1ANN", "ts": TS, **fields}
    return {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": inner}


def happened(payload: dict[str, Any], who: Known | None = None) -> tuple[Any, ...]:
    found = read(payload, who or known(), NOW)
    assert not isinstance(found, Ignored), found.why
    return found


def only(payload: dict[str, Any], who: Known | None = None) -> Any:
    (found,) = happened(payload, who)
    return found


@pytest.mark.parametrize("name", READ_AS)
def test_every_sample_of_slacks_is_an_event_or_ignored_by_name(name: str) -> None:
    found = read(samples(need("shared"))[name], known(), NOW)

    if isinstance(found, Ignored):
        assert found.why == READ_AS[name]
    else:
        assert [type(each) for each in found] == READ_AS[name]


def test_no_sample_of_slacks_is_left_out() -> None:
    told_elsewhere = {"ViewSubmissionPayload"}  # a form that is none of ours: see test_forms
    assert set(samples(need("shared"))) - told_elsewhere == set(READ_AS)


def test_a_message_is_read_as_people_read_it() -> None:
    text = "<@U2BOB> &lt;b&gt; see <https://x.example|the page> :+1: <!subteam^S1|@support> <!here>"
    found = only(event(text=text, thread_ts="1772413000.000100"))

    assert found.text == "@Bob <b> see the page (https://x.example) 👍 @support @here"
    assert [each.id for each in found.mentions] == ["U2BOB"]
    assert [(g.name, [m.id for m in g.members]) for g in found.groups] == [
        ("support", ["U1ANN", "U2BOB"])
    ]
    assert found.everyone
    assert found.message.place.thread == "1772413000.000100"
    assert found.at == datetime(2026, 3, 2, 1, 0, 0, 100, tzinfo=UTC)


def test_a_message_and_its_mention_and_its_history_are_the_same_message() -> None:
    message = only(event(text="hello <@U0DULYX>"))
    mention = only(event(type="app_mention", text="hello <@U0DULYX>"))
    assert message.key == mention.key


def test_our_name_at_the_beginning_is_a_command_and_its_words_are_kept_unjudged() -> None:
    post, command = happened(event(text=f"<@{BOT}>, done 7 <@U1ANN>", thread_ts="1772413000.0001"))

    assert (post.direct, command.text) == (True, "done 7 @Ann Lee")
    assert command.people == (("@Ann Lee", post.author),)
    assert command.place.thread == "1772413000.0001"
    assert command.key != post.key


def test_our_name_elsewhere_is_no_command() -> None:
    assert isinstance(only(event(text=f"ask <@{BOT}> about it")), MessagePosted)


def test_in_the_chat_with_us_everything_is_a_command() -> None:
    found = only(event(channel="D1", channel_type="im", text="mine"))
    assert (type(found), found.text, found.reply_handle) == (CommandInvoked, "mine", None)
    assert only(event(channel="D1", channel_type="im", text="/duly mine")).text == "mine"


def test_two_people_of_one_name_go_by_their_ids() -> None:
    who = known()
    who.names["U1ANN"] = who.names["U2BOB"] = "Ann"
    _, command = happened(event(text=f"<@{BOT}> pass 7 <@U2BOB|ann> <@U1ANN|ann>"), who)
    assert command.text == "pass 7 @U2BOB @U1ANN"
    assert [(name, account.id) for name, account in command.people] == [
        ("@U2BOB", "U2BOB"),
        ("@U1ANN", "U1ANN"),
    ]


def test_what_bots_say_is_automatic() -> None:
    assert only(event(bot_id="B9", text="build failed")).automatic
    legacy = event(subtype="bot_message", bot_id="B9", text="")
    legacy["event"].pop("user")
    legacy["event"]["attachments"] = [{"fallback": "build failed"}]
    found = only(legacy)
    assert (found.automatic, found.text, found.author.id) == (True, "build failed", "B9")


def test_our_own_message_tells_which_effect_it_was() -> None:
    metadata = {"event_type": "duly_card", "event_payload": {"key": "nudge/1"}}
    found = only(event(user=BOT, bot_id=BOT_ID, text="x", metadata=metadata))
    assert isinstance(found, Echoed)
    assert (found.sent, found.message.id) == ("nudge/1", TS)
    assert isinstance(read(event(user=BOT, text="x"), known(), NOW), Ignored)


def test_an_edit_says_what_it_is_now_and_what_it_was_where_that_may_be_on_its_way() -> None:
    edit = event(subtype="message_changed", ts="1772413230.000200", event_ts="1772413230.000200")
    edit["event"]["message"] = {
        **{"user": "U1ANN", "ts": TS, "text": "no, on Friday?"},
        "edited": {"user": "U1ANN", "ts": "1772413230.000000"},
    }
    edit["event"]["previous_message"] = {"user": "U1ANN", "ts": TS, "text": "on Monday"}
    post, found = happened(edit)

    assert (post.text, found.text, found.message.id) == ("on Monday", "no, on Friday?", TS)
    assert post.key == only(event(text="on Monday")).key
    assert found.at == datetime(2026, 3, 2, 1, 0, 30, tzinfo=UTC)

    edit["event"]["message"]["edited"]["ts"] = "1772499600.000000"  # a day later
    assert [type(each) for each in happened(edit)] == [MessageChanged]


def test_an_unfolded_link_is_no_edit() -> None:
    same = {"user": "U1ANN", "ts": TS, "text": "see https://x.example"}
    changed = event(subtype="message_changed", message={**same, "attachments": [{}]})
    changed["event"]["previous_message"] = same
    assert isinstance(read(changed, known(), NOW), Ignored)


def test_a_deletion_says_whose_message_is_gone_and_of_a_card_of_ours_too() -> None:
    gone = event(subtype="message_deleted", deleted_ts=TS, event_ts="1772499600.000000")
    gone["event"]["previous_message"] = {"user": BOT, "bot_id": BOT_ID, "ts": TS, "text": "card"}
    found = only(gone)
    assert (found.text, found.author.id, found.message.id) == (None, BOT, TS)

    tombstone = event(subtype="message_changed", ts="1772499600.000000")
    tombstone["event"]["message"] = {"subtype": "tombstone", "ts": TS, "thread_ts": TS}
    tombstone["event"]["previous_message"] = {"user": "U1ANN", "ts": TS, "text": "root"}
    found = only(tombstone)
    assert (found.text, found.author.id) == (None, "U1ANN")


def test_reactions_are_characters_and_lose_their_skin_tone() -> None:
    item = {"type": "message", "channel": "C1SALES", "ts": TS}
    found = only(event(type="reaction_added", reaction="+1::skin-tone-4", item=item))
    assert (found.emoji, found.added, found.message.id) == ("👍", True, TS)
    taken = only(event(type="reaction_removed", reaction="acme", item=item))
    assert (taken.emoji, taken.added) == (":acme:", False)


def test_a_channel_keeps_what_an_event_does_not_say() -> None:
    found = only(event(type="channel_rename", channel={"id": "C1SALES", "name": "verkauf"}))
    assert (found.name, found.outside, found.archived) == ("verkauf", True, False)
    assert only(event(type="channel_archive")).archived
    assert not only(event(type="channel_unshared", is_ext_shared=False)).outside


def test_we_ourselves_join_and_leave() -> None:
    assert only(event(type="member_joined_channel", user=BOT)).ours
    left = only(event(type="channel_left"))
    assert (left.ours, left.joined, left.account.id) == (True, False, BOT)
    assert not only(event(type="member_left_channel", user="U2BOB")).ours


def test_a_place_with_another_id_is_the_same_place() -> None:
    who = known()
    who.renamed["C1SALES"] = "C9NEW"
    found = only(event(channel="C9NEW", text="x"), who)
    assert found.message.place.id == "C1SALES"
    assert found.key == only(event(text="x")).key  # so that what is read again is known


def user(**fields: Any) -> dict[str, Any]:
    profile = {
        **{"display_name": "Bob", "email": "bob@acme.example"},
        **{"status_emoji": "", "status_expiration": 0, **fields.pop("profile", {})},
    }
    told = {"id": "U2BOB", "team_id": TEAM, "tz": "Asia/Shanghai", "locale": "zh-TW", **fields}
    return event(type="user_change", user={**told, "profile": profile})


def test_a_member_has_a_language_a_zone_and_an_address() -> None:
    found = only(user())
    assert (found.name, found.language, found.zone) == ("Bob", "zh_Hant", "Asia/Shanghai")
    assert (found.email, found.outsider, found.status) == ("bob@acme.example", False, "present")


@pytest.mark.parametrize(
    "fields",
    [{"is_restricted": True}, {"is_ultra_restricted": True}, {"team_id": "T9"}],
    ids=["guest", "guest of one channel", "another company"],
)
def test_an_outsiders_address_is_worth_nothing(fields: dict[str, Any]) -> None:
    found = only(user(**fields))
    assert (found.outsider, found.email) == (True, None)


def test_only_our_own_enterprise_vouches_for_people_of_its_other_workspaces() -> None:
    ours = replace(known(), enterprise="E1ACME")
    for enterprise, outsider in (("E1ACME", False), ("E2OTHER", True)):
        told = user(team_id="T9", enterprise_user={"enterprise_id": enterprise, "id": "U2BOB"})
        assert only(told, ours).outsider is outsider
        assert only(told).outsider is True  # we are of no enterprise


def test_a_status_of_leave_counts_until_it_runs_out() -> None:
    leave = {"status_emoji": ":palm_tree:", "status_expiration": 1772500000}
    assert only(user(profile=leave)).status == Away(datetime.fromtimestamp(1772500000, UTC))
    assert only(user(profile={"status_emoji": ":palm_tree:"})).status == Away(None)
    assert only(user(profile=leave | {"status_expiration": 1772413200})).status == "present"
    assert only(user(profile={"status_emoji": ":spiral_calendar_pad:"})).status == "present"


def command(text: str, **more: str) -> dict[str, Any]:
    return {
        **{"command": "/duly", "text": text, "user_id": "U1ANN", "channel_id": "C1SALES"},
        **{"team_id": TEAM, "trigger_id": "123.456.abcdef", "user_name": "admin"},
        **{"response_url": "https://hooks.slack.com/commands/1", **more},
    }


def test_a_command_is_by_the_id_that_slack_signed_and_knows_its_links_and_people() -> None:
    link = "https://acme.slack.com/archives/C1SALES/p1772413200000100?thread_ts=1772413000.000100"
    found = only(command(f"important {link} <@U2BOB|bob>"))

    assert found.actor.id == "U1ANN"
    assert found.people[0][1].id == "U2BOB"
    ((token, ref),) = found.links
    assert token in found.text
    assert (ref.id, ref.place.thread) == (TS, "1772413000.000100")
    given = handle(found.reply_handle)
    assert (given.trigger, given.place) == ("123.456.abcdef", "C1SALES")


def test_the_same_command_again_has_the_same_key_and_another_has_another() -> None:
    assert only(command("mine")).key == only(command("mine")).key
    assert only(command("mine")).key != only(command("mine", trigger_id="123.456.other0")).key
    bare = command("mine", trigger_id="")
    assert only(bare).key == only(dict(bare)).key


def press(value: str, **more: Any) -> dict[str, Any]:
    action = {"action_id": "press/0", "value": value, "type": "button", "action_ts": "1.2"}
    return {
        **{"type": "block_actions", "user": {"id": "U1ANN"}, "team": {"id": TEAM}},
        **{"trigger_id": "123.456.abcdef", "actions": [action]},
        "container": {"type": "message", "channel_id": "C1SALES", "message_ts": TS},
        **more,
    }


def test_a_button_is_pressed_on_a_message_or_on_ones_own_page() -> None:
    found = only(press("done 7"))
    assert isinstance(found, ButtonPressed)
    assert (found.action, found.message.id) == ("done 7", TS)

    page = only(press("done 7", container={"type": "view", "view_id": "V1"}))
    assert page.message.id == page.message.place.id == HOME + "U1ANN"


def test_a_shortcut_on_a_message_is_a_command_about_it() -> None:
    found = only(
        {
            **{"type": "message_action", "callback_id": "approval", "trigger_id": "12345.678"},
            **{"user": {"id": "U1ANN"}, "channel": {"id": "C1SALES"}, "team": {"id": TEAM}},
            "message": {"ts": TS, "text": "We deliver on <https://x.example|Friday> &amp; pay."},
        }
    )
    assert found.text == "request https://acme.slack.com/archives/C1SALES/p1772413200000100"
    assert found.links[0][1].id == TS
    assert found.about == "We deliver on Friday (https://x.example) & pay."


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"type": "something_new"},
        event(channel=5),
        event(ts="yesterday"),
        event(type="reaction_added"),
        event(type=""),
        press("done 7", user="U1ANN"),
        {"type": "view_submission", "user": {"id": "U1ANN"}, "view": {"id": "V1"}},
        {"type": "message_action", "callback_id": "other", "user": {"id": "U1"}},
    ],
    ids=range(9),
)
def test_what_cannot_be_read_is_said_to_be_so(payload: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        read(payload, known(), NOW)


def test_what_slack_only_notes_is_ignored_by_name() -> None:
    joined = read(event(subtype="channel_join"), known(), NOW)
    assert joined == Ignored("a note of Slack's: channel_join")
    assert read(event(type="emoji_changed"), known(), NOW) == Ignored(
        "an event of type emoji_changed"
    )


def test_reading_is_pure() -> None:
    who = known()
    before = replace(who)
    first = read(event(text="<@U2BOB> hello"), who, NOW)
    assert read(event(text="<@U2BOB> hello"), who, NOW) == first
    assert who == before
