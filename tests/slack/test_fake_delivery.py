"""How the fake Slack tells an app: signed, in time, again, over HTTP and over sockets."""

import hashlib
import hmac
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from aiohttp import web

from tests.slack.fake import FakeSlack, Faults, HandClock, Impossible, Route, Settings
from tests.slack.fake.wire import Json
from tests.slack.scene import (
    Acme,
    Answering,
    Heard,
    PaperApp,
    acme,
    actions,
    asking,
    button,
    modal,
    section,
)

pytestmark = pytest.mark.thorough


@contextmanager
def listening(slack: FakeSlack | None = None) -> Iterator[tuple[Acme, PaperApp]]:
    with acme(slack) as scene, PaperApp() as app:
        scene.slack.deliver_to(app.url)
        yield scene, app


def failing(status: int, **headers: str) -> web.Response:
    return web.Response(status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})


def test_of_several_processes_of_an_app_each_is_told_a_share_and_nothing_twice() -> None:
    with listening() as (scene, app), PaperApp() as other:
        scene.slack.route.also = (other.url,)
        for n in range(20):
            scene.ann.say(scene.sales, f"hello {n}")
        scene.slack.settle()

        heard = [each["event"]["text"] for one in (app, other) for each in one.events]
        assert sorted(heard) == sorted(f"hello {n}" for n in range(20))
        assert app.events
        assert other.events


def test_a_message_is_told_as_documented_and_signed() -> None:
    with listening() as (scene, app):
        said = scene.ann.say(scene.sales, "hello")
        scene.slack.settle()

        (heard,) = app.heard
        told = heard.json
        stamp = heard.headers["X-Slack-Request-Timestamp"]
        base = f"v0:{stamp}:".encode() + heard.raw
        key = scene.slack.signing_secret.encode()
        assert heard.headers["X-Slack-Signature"] == (
            "v0=" + hmac.new(key, base, hashlib.sha256).hexdigest()
        )
        assert abs(time.time() - int(stamp)) < 60
        assert told["type"] == "event_callback"
        assert told["event_id"].startswith("Ev")
        assert told["authorizations"][0]["user_id"] == scene.team.bot.id
        event = told["event"]
        assert (event["type"], event["channel_type"]) == ("message", "channel")
        assert (event["user"], event["ts"], event["text"]) == (scene.ann.id, said.ts, "hello")
        assert scene.slack.acknowledged() == {told["event_id"]}


def test_an_address_that_does_not_echo_the_challenge_is_not_accepted() -> None:
    with acme() as scene, pytest.raises(ConnectionError):
        scene.slack.deliver_to("http://127.0.0.1:9/slack/events")


def answering(body: Json) -> Answering:
    return lambda _: web.json_response(body)


def kinds(app: PaperApp) -> list[str]:
    return [each["event"].get("subtype") or each["event"]["type"] for each in app.events]


def test_a_mention_is_told_in_addition_to_the_message() -> None:
    with listening() as (scene, app):
        scene.ann.say(scene.sales, "@duly done")
        scene.ann.write("@duly here it is a message only")
        scene.slack.settle()

    assert kinds(app) == ["message", "app_mention", "message"]
    assert "channel_type" not in app.events[1]["event"]
    assert app.events[2]["event"]["channel_type"] == "im"


def test_where_the_bot_is_not_it_hears_nothing() -> None:
    with listening() as (scene, app):
        scene.ann.say(scene.board, "secret")
        scene.board.invite_bot()
        scene.ann.say(scene.board, "open")
        scene.board.remove_bot()
        scene.ann.say(scene.board, "secret again")
        scene.slack.settle()

    assert kinds(app) == ["channel_join", "member_joined_channel", "message", "group_left"]


def test_only_what_was_subscribed_and_granted_is_told() -> None:
    settings = Settings(
        scopes=frozenset({"channels:history"}), events=frozenset({"message.channels", "team_join"})
    )
    with listening(FakeSlack(settings=settings)) as (scene, app):
        said = scene.ann.say(scene.sales, "hello")
        scene.bob.react(said, "eyes")
        scene.team.hire("Dan New")
        scene.slack.settle()

    assert kinds(app) == ["message"]


def test_what_people_do_becomes_events() -> None:
    with listening() as (scene, app):
        said = scene.ann.say(scene.sales, "hello")
        reply = scene.bob.say(scene.sales, "hi", thread=said, broadcast=True)
        scene.ann.edit(said, "hello all")
        scene.bob.react(said, "eyes")
        scene.bob.unreact(said, "eyes")
        scene.bob.delete(reply)
        paper = scene.ann.file("a.txt", b"x")
        scene.ann.say(scene.sales, "see", files=[paper])
        scene.ann.make_public(paper)
        scene.slack.unfurl(said, "A page")
        scene.eve.join(scene.sales)
        scene.eve.leave(scene.sales)
        scene.slack.settle()

    assert kinds(app) == [
        *("message", "thread_broadcast", "message_changed", "reaction_added", "reaction_removed"),
        *("message_deleted", "file_share", "file_shared", "file_public", "message_changed"),
        *("channel_join", "member_joined_channel", "channel_leave", "member_left_channel"),
    ]
    edited, grown = app.events[2]["event"], app.events[9]["event"]
    assert (edited["previous_message"]["text"], edited["message"]["text"]) == ("hello", "hello all")
    assert edited["message"]["edited"]["user"] == grown["message"]["edited"]["user"]
    assert grown["message"]["text"] == grown["previous_message"]["text"]
    assert app.events[5]["event"]["deleted_ts"] == reply.ts
    assert app.events[1]["event"]["root"]["ts"] == said.ts


def test_a_deleted_first_message_leaves_a_tombstone() -> None:
    with listening() as (scene, app):
        said = scene.ann.say(scene.sales, "question")
        scene.bob.say(scene.sales, "answer", thread=said)
        scene.ann.delete(said)
        scene.slack.settle()
        thread = scene.call("conversations.replies", channel=scene.sales.id, ts=said.ts)

    told = app.events[-1]["event"]
    assert (told["subtype"], told["message"]["subtype"]) == ("message_changed", "tombstone")
    assert [each["text"] for each in thread["messages"]][1:] == ["answer"]


def test_what_happens_to_places_people_and_the_app_is_told() -> None:
    with listening() as (scene, app):
        team, sales = scene.team, scene.sales
        sales.rename("selling")
        sales.share_with("T0ELSEWHERE")
        sales.unshare("T0ELSEWHERE")
        old = sales.id
        new = sales.change_id()
        sales.archive()
        sales.unarchive()
        team.create_channel("fresh", scene.ann)
        sales.delete()
        scene.ann.change(tz="Europe/Paris", status_text="On leave")
        scene.bob.deactivate()
        team.hire("Dan New")
        law = team.group("law", scene.ann)
        team.regroup(law, scene.eve)
        scene.ann.open_home()
        scene.slack.rate_limit_events(team)
        scene.slack.revoke_tokens(team)
        scene.slack.uninstall(team)
        scene.slack.settle()

    told = [each.get("event", each) for each in app.events]
    assert [each.get("subtype") or each["type"] for each in told] == [
        *("channel_name", "channel_rename", "channel_shared", "channel_unshared"),
        *("channel_id_changed", "channel_archive", "channel_archive", "channel_unarchive"),
        *("channel_created", "channel_deleted", "user_change", "user_change", "team_join"),
        *("subteam_members_changed", "subteam_updated", "app_home_opened", "app_rate_limited"),
        *("tokens_revoked", "app_uninstalled"),
    ]
    assert (told[4]["old_channel_id"], told[4]["new_channel_id"]) == (old, new)
    assert told[10]["user"]["tz"] == "Europe/Paris"
    assert told[11]["user"]["deleted"] is True
    limited = told[16]
    assert limited["team_id"] == scene.team.id
    assert limited["minute_rate_limited"] % 60 == 0


def test_strangers_and_other_apps_look_different() -> None:
    with listening() as (scene, app):
        tom = scene.team.stranger("Tom Outside")
        scene.sales.share_with(tom.team.id)
        scene.sales.invite(tom)
        paper = tom.file("offer.pdf", b"%PDF")
        tom.say(scene.sales, "our offer", files=[paper])
        scene.team.robot("Jira").say(scene.sales, "KEY-1 moved")
        scene.team.robot("Hook", legacy=True).say(scene.sales, "built")
        scene.slack.settle()
        info = scene.call("users.info", user=tom.id)["user"]
        scene.sales.remove(tom)
        after = scene.call("users.info", user=tom.id)["user"]

    offer = next(x for x in app.events if x["event"].get("subtype") == "file_share")
    assert offer["is_ext_shared_channel"]
    assert offer["event"]["user_team"] == tom.team.id != scene.team.id
    assert offer["event"]["files"][0]["file_access"] == "check_file_info"
    assert "email" not in info["profile"]
    assert info["team_id"] == tom.team.id
    assert "is_stranger" not in info
    assert after["is_stranger"]
    robots = [x["event"] for x in app.events if "bot_id" in x["event"]]
    assert robots[0]["bot_id"].startswith("B")
    assert "user" not in robots[1]


def test_a_private_channel_gets_another_id_when_it_is_shared() -> None:
    with listening() as (scene, app):
        rooms = [scene.team.channel(f"deal-{x}", scene.ann, private=True) for x in range(8)]
        old = next(room for room in rooms if room.id.startswith("G"))
        old.invite_bot()
        before = old.id
        old.share_with("T0ELSEWHERE")
        scene.slack.settle()

    changed, shared = [x["event"] for x in app.events[-2:]]
    assert (changed["old_channel_id"], changed["new_channel_id"]) == (before, old.id)
    assert (shared["type"], shared["channel"], old.id[0]) == ("channel_shared", old.id, "C")


def test_who_is_of_another_company_presses_buttons_but_has_no_commands() -> None:
    settings = Settings(shortcuts={"important": "message"})
    with listening(FakeSlack(settings=settings)) as (scene, app):
        tom = scene.team.stranger("Tom Outside")
        scene.sales.share_with(tom.team.id)
        scene.sales.invite(tom)
        blocks = [actions(button("Go", action_id="go"))]
        sent = scene.call("chat.postMessage", channel=scene.sales.id, text="x", blocks=blocks)
        card = scene.sales.messages[sent["ts"]]
        tom.press(card, "Go")
        with pytest.raises(Impossible, match="not a command of Elsewhere"):
            tom.command(scene.sales, "/duly mine")
        with pytest.raises(Impossible, match="no message shortcut"):
            tom.shortcut("important", card)
        scene.slack.settle()

    pressed = app.heard[-1].payload
    assert pressed["user"]["team_id"] == tom.team.id
    assert pressed["team"]["id"] == scene.team.id


def test_a_failed_event_is_tried_three_times_more_with_its_reason() -> None:
    with listening() as (scene, app):
        app.always = lambda _: failing(503)
        scene.ann.say(scene.sales, "hello")
        scene.slack.settle()

        assert [x.headers.get("X-Slack-Retry-Num") for x in app.heard] == [None, "1", "2", "3"]
        assert {x.headers.get("X-Slack-Retry-Reason") for x in app.heard[1:]} == {"http_error"}
        assert len({x.json["event_id"] for x in app.heard}) == 1
        assert [x.type for x in scene.slack.lost()] == ["message"]


def test_the_second_answer_ends_the_retries() -> None:
    with listening() as (scene, app):
        app.answers = [lambda _: failing(500), lambda _: web.Response()]
        scene.ann.say(scene.sales, "hello")
        scene.slack.settle()

        assert len(app.heard) == 2
        assert len(scene.slack.acknowledged()) == 1


def test_no_retry_is_honoured() -> None:
    with listening() as (scene, app):
        app.always = lambda _: failing(500, X_Slack_No_Retry="1")
        scene.ann.say(scene.sales, "hello")
        scene.slack.settle()

    assert len(app.heard) == 1


def test_a_slow_app_hears_the_event_again_while_it_still_thinks() -> None:
    def slow(_: Heard) -> None:
        time.sleep(0.3)

    with listening(FakeSlack(route=Route(patience=0.1))) as (scene, app):
        app.answers = [slow]
        scene.ann.say(scene.sales, "hello")
        scene.slack.settle()

        assert app.heard[1].headers["X-Slack-Retry-Reason"] == "http_timeout"


def test_retries_come_when_the_clock_is_moved_by_hand() -> None:
    clock = HandClock()
    with listening(FakeSlack(clock=clock)) as (scene, app):
        app.always = lambda _: failing(500)
        scene.ann.say(scene.sales, "hello")
        counts = []
        for seconds in (0, 59, 1, 299, 1):
            clock.move(seconds)
            scene.slack.settle()
            counts.append(len(app.heard))

    assert counts == [2, 2, 3, 3, 4]


def test_what_people_press_is_not_sent_again_and_the_failure_is_shown() -> None:
    with listening() as (scene, app):
        card = [section("card"), actions(button("Done", action_id="done", value="7"))]
        sent = scene.call("chat.postMessage", channel=scene.sales.id, text="card", blocks=card)
        scene.slack.settle()
        app.always = lambda _: failing(500)
        scene.bob.press(scene.sales.messages[sent["ts"]], "Done")
        scene.bob.command(scene.sales, "/duly mine")
        scene.slack.settle()

        pressed = app.heard[-2].payload
        assert len(app.heard) == 3
        assert pressed["type"] == "block_actions"
        assert pressed["actions"][0]["value"] == "7"
        assert pressed["message"]["ts"] == sent["ts"]
        assert pressed["container"]["is_ephemeral"] is False
        shown = [x.plain for x in scene.bob.sees if x.by == "USLACKBOT"]
        assert "trouble" in shown[0]
        assert shown[1] == "/duly failed with the error “dispatch_failed”"


def test_a_command_carries_ids_and_its_answer_is_whispered() -> None:
    with listening() as (scene, app):
        app.answers = [answering({"text": "Two things", "blocks": []})]
        scene.ann.command(scene.sales, "/duly pass 7 @bob")
        scene.slack.settle()

        form = app.heard[0].form
        assert form["command"] == "/duly"
        assert form["text"] == f"pass 7 <@{scene.bob.id}|bob>"
        assert form["channel_id"] == scene.sales.id
        assert scene.ann.sees[-1].plain == "Two things"
        assert all(x.kind != "ephemeral" for x in scene.bob.sees)


def test_there_are_no_commands_in_threads_nor_of_other_names() -> None:
    with listening() as (scene, _):
        said = scene.ann.say(scene.sales, "hello")
        with pytest.raises(Impossible, match="threads"):
            scene.ann.command(scene.sales, "/duly mine", thread=said)
        with pytest.raises(Impossible, match="not a command"):
            scene.ann.command(scene.sales, "/other mine")


def opened(scene: Acme, *blocks: Json, **more: object) -> None:
    trigger = scene.ann.command(scene.sales, "/duly mine").payload["trigger_id"]
    answer = scene.call("views.open", trigger_id=trigger, view=modal(*blocks, **more))
    assert answer["ok"], answer
    scene.slack.settle()


def test_a_form_is_sent_with_all_it_holds_and_shows_errors_under_its_fields() -> None:
    pick = {"type": "static_select", "options": [option("Notice", "n"), option("Rule", "r")]}
    with listening() as (scene, app):
        opened(
            scene,
            asking("Reason", "why"),
            asking("Class", "class", **pick),
            asking("Who", "who", type="users_select"),
            asking("Until", "until", type="datepicker") | {"optional": True},
        )
        answer = {"response_action": "errors", "errors": {"why": "Say more."}}
        app.answers = [answering(answer)]
        scene.ann.fill({"Reason": "Late", "Class": "Rule", "Who": scene.bob})
        scene.slack.settle()

        sent = app.heard[-1].payload
        values = sent["view"]["state"]["values"]
        assert sent["type"] == "view_submission"
        assert values["why"]["value"] == {"type": "plain_text_input", "value": "Late"}
        assert values["class"]["value"]["selected_option"]["value"] == "r"
        assert values["who"]["value"]["selected_user"] == scene.bob.id
        assert values["until"]["value"] == {"type": "datepicker", "selected_date": None}
        assert "! Say more." in scene.ann.sees[-1].plain

        scene.ann.submit(why="Because")
        scene.slack.settle()
        assert scene.ann.modal is None


def option(text: str, value: str) -> Json:
    return {"text": {"type": "plain_text", "text": text}, "value": value}


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        ({"response_action": "errors", "errors": {}}, "at least one block"),
        ({"response_action": "errors", "errors": {"elsewhere": "x"}}, "no input block 'elsewhere'"),
        ({"response_action": "errors", "errors": {"why": ""}}, "a sentence"),
        ({"response_action": "explode"}, "errors, update, push or clear"),
        ({"text": "thanks"}, "errors, update, push or clear"),
        ({"response_action": "update", "view": {"type": "modal"}}, "required"),
    ],
)
def test_nonsense_in_the_answer_to_a_form_is_shown_as_trouble(answer: Json, rule: str) -> None:
    with listening() as (scene, app):
        opened(scene, asking("Reason", "why"))
        app.answers = [answering(answer)]
        scene.ann.submit(why="Late")
        scene.slack.settle()

        assert any(rule in each for each in scene.slack.refusals[-1].rules)
        assert "trouble" in scene.ann.sees[-1].plain


def test_an_answer_updates_pushes_or_clears_the_modal() -> None:
    view = modal(asking("Second", "second"), title={"type": "plain_text", "text": "Next"})
    with listening() as (scene, app):
        titles = []
        opened(scene, asking("Reason", "why"))
        for action in ("push", "update", "clear"):
            answer = {"response_action": action} | ({"view": view} if action != "clear" else {})
            app.answers = [answering(answer)]
            scene.ann.fill({"why" if action == "push" else "second": "x"})
            scene.slack.settle()
            titles.append([each.id for each in scene.slack.world.modals[scene.ann.id]])

    assert [len(each) for each in titles] == [2, 2, 0]
    assert titles[0] == titles[1]


def test_a_form_is_not_sent_before_it_is_filled_in() -> None:
    with listening() as (scene, _):
        opened(scene, asking("Reason", "why", max_length=5))
        with pytest.raises(Impossible, match="must be filled in"):
            scene.ann.submit()
        with pytest.raises(Impossible, match="0 to 5 characters"):
            scene.ann.submit(why="because")
        with pytest.raises(Impossible, match="nothing called"):
            scene.ann.submit(whatever="x")


def test_closing_is_told_to_who_asked_for_it() -> None:
    with listening() as (scene, app):
        opened(scene, asking("Reason", "why"), notify_on_close=True)
        scene.ann.close(whole=True)
        scene.slack.settle()

    told = app.heard[-1].payload
    assert (told["type"], told["is_cleared"]) == ("view_closed", True)
    assert "trigger_id" not in told


def test_menus_and_shortcuts_are_told() -> None:
    settings = Settings(shortcuts={"important": "message", "ask": "global"})
    menu = {"type": "users_select", "action_id": "to"}
    with listening(FakeSlack(settings=settings)) as (scene, app):
        blocks = [actions(menu, button("Go", action_id="go"))]
        sent = scene.call("chat.postMessage", channel=scene.sales.id, text="x", blocks=blocks)
        card = scene.sales.messages[sent["ts"]]
        scene.bob.choose(card, "to", scene.ann)
        scene.bob.press(card, "Go")
        scene.bob.shortcut("important", card)
        scene.bob.shortcut("ask")
        with pytest.raises(Impossible, match="no global shortcut"):
            scene.bob.shortcut("important")
        scene.slack.settle()

    chosen, pressed, important, ask = [x.payload for x in app.heard[-4:]]
    assert chosen["actions"][0]["selected_user"] == scene.ann.id
    (values,) = pressed["state"]["values"].values()
    assert values["to"]["selected_user"] == scene.ann.id
    assert (important["type"], important["message_ts"]) == ("message_action", sent["ts"])
    assert ask["type"] == "shortcut"
    assert "response_url" not in ask


def test_a_menu_of_the_apps_own_options_asks_it_for_them() -> None:
    menu = {"type": "external_select", "action_id": "duty", "min_query_length": 1}
    with listening() as (scene, app):
        sent = scene.call(
            "chat.postMessage", channel=scene.sales.id, text="x", blocks=[actions(menu)]
        )
        card = scene.sales.messages[sent["ts"]]
        scene.slack.settle()
        app.answers = [answering({"options": [option("Report", "7")]})]
        asked = scene.bob.look_up(card, "duty", "rep")
        scene.slack.settle()
        scene.bob.choose(card, "duty", asked.answer["options"][0])
        scene.slack.settle()

    asking_, chosen = [x.payload for x in app.heard[-2:]]
    assert (asking_["type"], asking_["value"]) == ("block_suggestion", "rep")
    assert chosen["actions"][0]["selected_option"]["value"] == "7"


def test_only_who_sees_a_card_can_press_it() -> None:
    with listening() as (scene, _):
        scene.board.invite_bot()
        blocks = [actions(button("Go", action_id="go"))]
        sent = scene.call("chat.postMessage", channel=scene.board.id, text="x", blocks=blocks)
        card = scene.board.messages[sent["ts"]]

        with pytest.raises(Impossible, match="does not see"):
            scene.bob.press(card, "Go")
        with pytest.raises(Impossible, match="nothing called 'Stop'"):
            scene.ann.press(card, "Stop")


def test_events_come_twice_late_and_out_of_order_when_the_weather_is_bad() -> None:
    faults = Faults(seed=5, twice=0.3, overtaken=0.3, unheard=0.3)
    with listening(FakeSlack(faults=faults)) as (scene, app):
        texts = [f"number {number}" for number in range(40)]
        for text in texts:
            scene.ann.say(scene.sales, text)
        scene.slack.settle()

    heard = [each["event"]["text"] for each in app.events]
    assert set(heard) == set(texts)
    assert len(heard) > len(texts)
    first = list(dict.fromkeys(heard))
    assert first != texts


def test_unknown_fields_come_and_optional_ones_stay_away() -> None:
    with listening() as (scene, app):
        for number in range(60):
            scene.ann.say(scene.sales, f"number {number}")
        scene.slack.settle()

    known = set.intersection(*(set(each["event"]) for each in app.events))
    some = set.union(*(set(each["event"]) for each in app.events))
    assert {"type", "user", "text", "ts", "channel", "event_ts", "channel_type"} <= known
    assert some - known >= {"client_msg_id", "blocks"}
    assert some & {"wibblr", "is_frobbed", "x_context_ref", "quux_ts"}
