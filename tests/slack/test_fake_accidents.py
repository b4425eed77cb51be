"""What goes wrong in the fake: cut connections, late messages, limits, broken pages."""

from typing import Any

import httpx
import pytest

from tests.slack.fake import FakeSlack, Fault, Faults, HandClock, Limiter, from_manifest
from tests.slack.fake.faults import Kind
from tests.slack.fake.wire import Json
from tests.slack.scene import Acme, acme

pytestmark = pytest.mark.thorough

KEY = {"event_type": "duly", "event_payload": {"key": "k1"}}


def post(scene: Acme, **more: Any) -> httpx.Response:
    return scene.answer("chat.postMessage", channel=scene.sales.id, text="hi", metadata=KEY, **more)


@pytest.mark.parametrize(("kind", "arrived"), [("cut_before", 0), ("cut_after", 1)])
def test_a_cut_connection_does_not_tell_whether_it_arrived(kind: Kind, arrived: int) -> None:
    with acme() as scene:
        scene.slack.next("chat.postMessage", Fault(kind))
        with pytest.raises(httpx.TransportError):
            post(scene)

        assert len(scene.slack.posted("k1")) == arrived
        assert (scene.slack.calls[-1].status, scene.slack.calls[-1].error) == (0, kind)
        assert post(scene).json()["ok"]
        assert len(scene.slack.posted_by_key()["k1"]) == arrived + 1


def test_a_late_message_appears_when_nobody_expects_it() -> None:
    clock = HandClock()
    with acme(FakeSlack(clock=clock)) as scene:
        scene.slack.next("chat.postMessage", Fault("late", 20))
        with pytest.raises(httpx.TransportError):
            post(scene)
        seen = []
        for seconds in (0, 19, 1):
            clock.move(seconds)
            scene.slack.settle()
            seen.append(len(scene.slack.posted("k1")))

        assert seen == [0, 0, 1]
        assert scene.slack.calls[-1].accepted


@pytest.mark.parametrize(
    ("kind", "status", "begins"),
    [
        ("limited", 429, '{"ok":false,"error":"ratelimited"'),
        ("error500", 500, "<!DOCTYPE html>"),
        ("error503", 503, "<!DOCTYPE html>"),
        ("html", 200, "<!DOCTYPE html>"),
        ("internal_error", 200, '{"ok":false,"error":"internal_error"'),
    ],
)
def test_slack_in_trouble_does_nothing_and_says_so(kind: Kind, status: int, begins: str) -> None:
    with acme() as scene:
        scene.slack.next("chat.postMessage", Fault(kind, 7))
        answer = post(scene)

        assert answer.status_code == status
        assert answer.text.startswith(begins)
        assert scene.slack.posted("k1") == []
        assert answer.headers.get("Retry-After") == ("7" if kind == "limited" else None)
        assert scene.slack.limited["chat.postMessage"] == (kind == "limited")


def test_a_slow_answer_comes() -> None:
    with acme() as scene:
        scene.slack.next("chat.postMessage", Fault("slow", 0.02))

        assert post(scene).json()["ok"]


def test_chance_is_the_same_for_the_same_seed_and_ends_when_told() -> None:
    def weather(seed: int) -> list[str]:
        faults = Faults(seed=seed, calls={"error500": 0.2, "limited": 0.2})
        with acme(FakeSlack(faults=faults)) as scene:
            for _ in range(20):
                post(scene)
            faults.stop()
            assert post(scene).json()["ok"]
            return [each.error for each in scene.slack.calls]

    assert weather(1) == weather(1) != weather(2)
    assert len(set(weather(1))) == 3


def test_accidents_can_be_kept_to_some_methods() -> None:
    faults = Faults(calls={"error500": 1.0}, only=frozenset({"chat.postMessage"}))
    with acme(FakeSlack(faults=faults)) as scene:
        assert scene.call("auth.test")["ok"]
        assert post(scene).status_code == 500


def test_one_message_a_second_in_a_channel_after_a_small_burst() -> None:
    clock = HandClock()
    with acme(FakeSlack(clock=clock, limiter=Limiter(on=True, burst=3))) as scene:
        first = [post(scene).status_code for _ in range(4)]
        refused = post(scene)
        elsewhere = scene.answer("chat.postMessage", channel=scene.ann.id, text="hi")
        clock.move(1)
        later = [post(scene).status_code for _ in range(2)]

        assert first == [200, 200, 200, 429]
        assert refused.headers["Retry-After"] == "1"
        assert elsewhere.status_code == 200
        assert later == [200, 429]
        assert scene.slack.limited == {"chat.postMessage": 3}
        assert len(scene.slack.posted("k1")) == 4


def test_all_channels_together_are_limited_too() -> None:
    limiter = Limiter(on=True, burst=100, workspace=5)
    with acme(FakeSlack(clock=HandClock(), limiter=limiter)) as scene:
        places = [scene.sales.id, scene.ann.id, scene.bob.id]
        codes = [
            scene.answer("chat.postMessage", channel=places[number % 3], text="x").status_code
            for number in range(6)
        ]
        after = scene.answer("chat.postMessage", channel=scene.ann.id, text="x")

    assert codes == [200] * 5 + [429]
    assert int(after.headers["Retry-After"]) == 12


def test_every_tier_has_its_measure_in_every_workspace() -> None:
    with acme(FakeSlack(clock=HandClock(), limiter=Limiter(on=True))) as scene:
        other = scene.slack.workspace("Other")
        codes = [scene.answer("users.list").status_code for _ in range(21)]

        assert codes == [200] * 20 + [429]
        assert scene.answer("users.list", token=other.token).status_code == 200
        assert scene.answer("users.info", user=scene.ann.id).status_code == 200


MANIFEST: Json = {
    "display_information": {"name": "Duly"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "slash_commands": [{"command": "/duly", "should_escape": True}],
        "shortcuts": [{"callback_id": "important", "type": "message", "name": "Important"}],
    },
    "oauth_config": {"scopes": {"bot": ["chat:write", "channels:history"]}},
    "settings": {"event_subscriptions": {"bot_events": ["message.channels"]}},
}


def test_the_settings_can_be_those_of_the_apps_own_manifest() -> None:
    settings = from_manifest(MANIFEST)

    assert settings.scopes == {"chat:write", "channels:history"}
    assert settings.events == {"message.channels"}
    assert settings.shortcuts == {"important": "message"}
    assert settings.escape
