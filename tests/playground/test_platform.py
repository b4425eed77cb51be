"""The playground over real HTTP: kept once, told once, seen only by whom it may concern."""

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.playground import PLATFORM
from adapters.playground.cast import DIRECT
from adapters.playground.lines import Line
from adapters.playground.timeline import Timeline
from bot.card import Button, Card, Field, Form
from bot.clock import Clock
from bot.effects import (
    Amend,
    Mark,
    OpenForm,
    Publish,
    Send,
    ShowHome,
    Upload,
    Whisper,
    Withdraw,
)
from bot.events import (
    Account,
    AccountChanged,
    ButtonPressed,
    CommandInvoked,
    MembershipChanged,
    MessageChanged,
    MessagePosted,
    MessageRef,
    Place,
    PlaceChanged,
    Platform,
    Unread,
)
from bot.port import Undeliverable
from bot.words import Quoted, say
from tests.playground.stage import CAST, NINE, PaperCore, Stage, channel, person, stage, until

CANARY = "canary-7f3a9c"
HELLO = {"id": "d1", "as": "ann", "kind": "message", "place": "sales", "text": "hello"}
CARD = Card(say("A card"), buttons=(Button(say("Done"), "✅", "done 7"),))
OTHER = Card(say("Another card"))


@pytest.fixture(scope="module")
def shared() -> Iterator[Stage]:
    with stage() as made:
        yield made


@pytest.fixture
def scene(shared: Stage) -> Stage:
    """The same server for quick scenes; each looks at what happened since it began."""
    shared.core.broken, shared.core.errors = False, {}
    return shared


def last(scene: Stage) -> int:
    """Of all that anybody can see: another scene may have left something for one of them."""
    return max((line["n"] for each in CAST.people for line in scene.lines(each.id)), default=0)


# ---- in


def test_the_company_is_introduced_once_before_anything_else(tmp_path: Path) -> None:
    core = PaperCore()
    with stage(tmp_path / "p.db", core=core) as scene:
        until(lambda: scene.core.of(MembershipChanged))
        names = {each.account.id: each for each in core.of(AccountChanged)}
        kinds = {each.place.id: each.kind for each in core.of(PlaceChanged)}
    again = PaperCore()
    with stage(tmp_path / "p.db", core=again):
        pass

    assert (names["li.wei"].language, names["li.wei"].zone) == ("zh_Hans", "Asia/Shanghai")
    assert (kinds["sales"], kinds[f"{DIRECT}ann"]) == ("channel", "direct")
    assert again.taken == []


def test_the_same_delivery_twice_is_one_event_and_one_line(scene: Stage) -> None:
    since = last(scene)

    first, second = (scene.web.post("/playground/events", json=HELLO) for _ in range(2))

    assert first.json() == second.json()
    assert [each["text"] for each in scene.lines("bob", since)] == ["hello"]
    assert [each.key for each in scene.core.taken].count("playground/demo/d1") == 1


def test_twenty_posts_of_the_same_delivery_at_once_are_one(scene: Stage) -> None:
    since, answers = last(scene), list[int]()
    event = HELLO | {"id": "crowd", "text": "crowded"}

    def post() -> None:
        answers.append(scene.web.post("/playground/events", json=event).status_code)

    threads = [threading.Thread(target=post) for _ in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert answers == [200] * 20
    assert [each["text"] for each in scene.lines("bob", since)] == ["crowded"]


def test_what_the_core_did_not_take_comes_again_as_it_was(scene: Stage) -> None:
    scene.core.broken = True
    event = HELLO | {"id": "later", "text": "for later"}

    refused = scene.web.post("/playground/events", json=event)
    scene.core.broken = False
    accepted = scene.web.post("/playground/events", json=event)

    assert refused.status_code == 503
    assert refused.json()["error"]
    assert accepted.status_code == 200
    (got,) = (each for each in scene.core.of(MessagePosted) if each.key.endswith("/later"))
    assert got.message.id == accepted.json()["message"]


def test_what_is_owed_after_a_restart_is_delivered_with_its_first_time(tmp_path: Path) -> None:
    with stage(tmp_path / "p.db") as scene:
        scene.core.broken = True
        scene.web.post("/playground/events", json=HELLO)
        command = HELLO | {"id": "d2", "text": "/duly mine"}
        scene.web.post("/playground/events", json=command)
        at = scene.lines("ann")[-1]["at"]
    core = PaperCore()
    with stage(tmp_path / "p.db", core=core):
        posted, command_got = core.taken
    silent = PaperCore()
    with stage(tmp_path / "p.db", core=silent):
        pass

    assert (posted.key, posted.at.isoformat()) == ("playground/demo/d1", at)
    assert isinstance(command_got, CommandInvoked)
    assert silent.taken == []


def test_a_core_that_is_down_at_the_start_is_asked_again(tmp_path: Path) -> None:
    core = PaperCore(broken=True)
    with stage(tmp_path / "p.db", core=core) as scene:
        refused = scene.web.post("/playground/events", json=HELLO)
        core.broken = False
        until(lambda: core.of(MembershipChanged))

    assert refused.status_code == 503
    assert [type(each) for each in core.taken[:2]] == [MessagePosted, AccountChanged]


def test_what_can_no_longer_be_read_is_handed_over_unread(tmp_path: Path) -> None:
    core = PaperCore()
    with stage(tmp_path / "p.db") as scene:
        owed = json.dumps({"id": "old", "as": "somebody who left", "kind": "home"}).encode()
        scene.playground._receiving._deliveries.add("old", NINE, "f" * 32, owed)
    with stage(tmp_path / "p.db", core=core):
        pass

    (unread,) = core.of(Unread)
    assert (unread.key, unread.at) == ("playground/demo/old", NINE)


def test_commands_leave_no_trace_in_a_channel_but_do_in_the_chat_with_duly(scene: Stage) -> None:
    since = last(scene)

    scene.post(kind="message", as_="ann", place="sales", text="/duly mine")
    scene.post(kind="message", as_="ann", place="dm:ann", text="help")

    assert [(each["place"], each["text"]) for each in scene.lines("ann", since)] == [
        ("dm:ann", "help")
    ]
    assert [each.text for each in scene.core.of(CommandInvoked)][-2:] == ["mine", "help"]


def test_edits_deletions_and_reactions_are_seen_by_the_others(scene: Stage) -> None:
    since, line = last(scene), scene.say("ann", "one")

    scene.post(kind="edit", as_="ann", message=line, text="two")
    scene.post(kind="reaction", as_="bob", message=line, emoji="✅")
    scene.post(kind="reaction", as_="bob", message=line, emoji="✅", added=False)
    seen = scene.lines("bob", since)
    scene.post(kind="delete", as_="ann", message=line)
    gone = scene.post(kind="edit", as_="ann", message=line, text="three")

    assert [each["kind"] for each in seen] == ["line", "amend", "reaction", "reaction"]
    assert (seen[-1]["text"], seen[-1]["edited"], seen[-1]["reactions"]) == ("two", True, [])
    assert [each["text"] for each in scene.lines("bob", since)] == [""] * 5
    assert scene.core.of(MessageChanged)[-1].text is None
    assert gone.status_code == 400


def test_the_mark_of_an_urgent_message_is_seen_and_outlives_an_edit(scene: Stage) -> None:
    since, line = last(scene), scene.say("ann", "now?", priority=True)

    scene.post(kind="edit", as_="ann", message=line, text="right now?")

    seen = scene.lines("bob", since)[-1]
    assert (seen["text"], seen["priority"]) == ("right now?", True)
    assert '<span class="urgent">' in seen["html"]
    assert scene.core.of(MessagePosted)[-1].priority


def test_only_a_button_that_a_card_still_has_can_be_pressed(scene: Stage) -> None:
    ref = scene.deliver(Send(person("eve"), CARD), "press-1")
    scene.deliver(ShowHome(person("eve"), (CARD,)), "press-home")
    press: dict[str, Any] = {"kind": "button", "as_": "eve", "message": ref.id}
    before = len(scene.core.of(ButtonPressed))

    assert scene.post(**press, action="done 7").status_code == 200
    assert scene.post(**press | {"message": "home:eve"}, action="done 7").status_code == 200
    scene.deliver(Amend(person("eve"), ref, OTHER), "press-2")
    amended = scene.post(**press, action="done 7")
    scene.deliver(Withdraw(person("eve"), ref), "press-3")
    withdrawn = scene.post(**press, action="done 7")
    at_home = scene.post(**press | {"message": "home:eve"}, action="done 8")

    assert {each.status_code for each in (amended, withdrawn, at_home)} == {400}
    assert amended.json()["error"].endswith("that button is gone.")
    assert len(scene.core.of(ButtonPressed)) == before + 2


def test_a_press_the_core_did_not_take_comes_again_though_its_card_has_changed(
    tmp_path: Path,
) -> None:
    core = PaperCore()
    with stage(tmp_path / "p.db") as scene:
        ref = scene.deliver(Send(person("ann"), CARD), "c1")
        scene.core.broken = True
        scene.post(kind="button", as_="ann", message=ref.id, action="done 7")
        scene.deliver(Amend(person("ann"), ref, OTHER), "c2")
    with stage(tmp_path / "p.db", core=core):
        pass

    assert [each.action for each in core.of(ButtonPressed)] == ["done 7"]


def test_a_card_that_was_withdrawn_is_not_on_the_page_any_more(scene: Stage) -> None:
    ref = scene.deliver(Send(person("eve"), CARD), "gone-1")
    shown = scene.web.get("/playground/", params={"as": "eve", "in": "dm:eve"}).text
    scene.deliver(Withdraw(person("eve"), ref), "gone-2")

    page = scene.web.get("/playground/", params={"as": "eve", "in": "dm:eve"}).text

    assert ref.id in shown
    assert ref.id not in page
    assert "data-of=dm:eve hidden>0</span>" in page


def test_threads_are_counted_on_their_root(scene: Stage) -> None:
    root = scene.say("ann", "root")
    since = last(scene)

    scene.say("bob", "reply", thread=root)
    scene.say("bob", "reply", thread=root)

    assert [each["thread"] for each in scene.lines("ann", since)] == [root, root]
    assert scene.lines("ann", since)[-1]["replies"] == "2 replies"


def test_nothing_unreadable_crashes_the_server(scene: Stage) -> None:
    before = len(scene.core.taken)
    bodies: list[bytes] = [
        b"",
        b"{",
        b"[]",
        b"7",
        b"\xff\xfe",
        b'{"id": "a"}',
        b'{"id": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        json.dumps(HELLO | {"id": "s", "as": "\ud800"}).encode(),
        json.dumps(
            HELLO | {"id": "f", "kind": "form", "form": "f", "fields": {"\ud800": 1}}
        ).encode(),
    ]
    kind = {"Content-Type": "application/json"}

    for body in bodies:
        answer = scene.web.post("/playground/events", content=body, headers=kind)
        assert answer.status_code == 400, body[:40]
        assert answer.json()["error"].endswith(".")
    assert len(scene.core.taken) == before


def test_a_refusal_is_in_the_language_of_the_person(scene: Stage) -> None:
    answer = scene.post(kind="message", as_="bob", place="notices", text="hello")

    assert answer.status_code == 403
    assert answer.json()["error"] == "Bob Carter is not in that place."


def test_too_large_a_body_and_one_that_is_no_json_are_turned_away(scene: Stage) -> None:
    large = scene.web.post("/playground/events", json=HELLO | {"text": "x" * (256 * 1024)})
    plain = scene.web.post("/playground/events", content="{}")

    assert (large.status_code, plain.status_code) == (413, 415)


def test_the_errors_of_a_form_are_told_before_it_is_taken(scene: Stage) -> None:
    form = {"kind": "form", "as_": "ann", "form": "away", "fields": {"from": "soon"}}
    before = len(scene.core.taken)

    scene.core.errors = {"from": say("{it} is no day.", it=Quoted("soon"))}
    wrong = scene.post(**form)
    scene.core.errors = {}
    right = scene.post(**form)

    assert wrong.status_code == 422
    assert wrong.json() == {"errors": {"from": "soon is no day."}}
    assert right.status_code == 200
    assert len(scene.core.taken) == before + 1


# ---- out


def test_the_same_key_twice_is_one_line(scene: Stage) -> None:
    since = last(scene)

    refs = [scene.deliver(Send(channel(), CARD), "once") for _ in range(3)]

    assert len(set(refs)) == 1
    (line,) = scene.lines("ann", since)
    assert (line["key"], line["author"], line["id"]) == ("once", "duly", refs[0].id)
    assert line["actions"] == [{"action": "done 7", "label": "Done"}]


async def _find(scene: Stage, key: str) -> MessageRef | None:
    return await scene.playground.find(Send(channel(), CARD), key=key, since=NINE)


def test_what_arrived_is_found_again_after_a_restart(tmp_path: Path) -> None:
    with stage(tmp_path / "p.db") as scene:
        ref = scene.deliver(Send(channel(), CARD), "k")
    with stage(tmp_path / "p.db") as scene:
        assert asyncio.run(_find(scene, "k")) == ref
        assert asyncio.run(_find(scene, "never")) is None
        assert scene.deliver(Send(channel(), CARD), "k") == ref


def test_a_whisper_is_for_one_person_only(scene: Stage) -> None:
    since = last(scene)

    scene.deliver(Whisper(person("ann"), channel(), CARD), "whispered")

    (line,) = scene.lines("ann", since)
    assert (line["whisper"], line["place"]) == (True, "sales")
    assert scene.lines("bob", since) == []
    assert line["id"] in scene.web.get("/playground/", params={"as": "ann"}).text
    assert line["id"] not in scene.web.get("/playground/", params={"as": "bob"}).text
    reaction = scene.post(kind="reaction", as_="bob", message=line["id"], emoji="✅")
    assert reaction.status_code == 400


def test_a_whisper_where_the_person_is_not_becomes_a_direct_message(scene: Stage) -> None:
    near = [channel("notices"), Place(Platform("slack"), "T1", "C1")]
    since = last(scene)

    for number, place in enumerate(near):
        scene.deliver(Whisper(person("bob"), place, CARD), f"far{number}")

    assert [each["place"] for each in scene.lines("bob", since)] == ["dm:bob", "dm:bob"]
    assert not any(each["place"] == "dm:bob" for each in scene.lines("ann"))


def test_a_card_is_amended_marked_and_withdrawn(scene: Stage) -> None:
    since = last(scene)
    ref = scene.deliver(Send(channel(), CARD), "live")

    scene.deliver(Amend(channel(), ref, OTHER), "live-2")
    scene.deliver(Mark(channel(), ref, "👀"), "live-3")
    seen = scene.lines("bob", since)[-1]
    scene.deliver(Withdraw(channel(), ref), "live-4")
    scene.deliver(Withdraw(channel(), ref), "live-5")

    assert (seen["text"], seen["edited"]) == ("Another card", True)
    assert seen["reactions"] == [{"emoji": "👀", "by": ["duly"]}]
    assert [each["kind"] for each in scene.lines("bob", since)][-1] == "withdraw"
    assert scene.lines("bob", since)[-1]["html"] == ""
    for effect in (Amend(channel(), ref, CARD), Mark(channel(), ref, "👀")):
        with pytest.raises(Undeliverable):
            scene.deliver(effect, "live-6")


def test_an_approved_text_is_published_as_it_is(scene: Stage) -> None:
    since = last(scene)

    scene.deliver(Publish(channel(), say("Notice"), "<b>Offices close</b>\nat noon"), "notice")

    (line,) = scene.lines("bob", since)
    assert line["text"] == "Notice\n<b>Offices close</b>\nat noon"
    assert "&lt;b&gt;Offices close&lt;/b&gt;" in line["html"]


def test_a_home_page_is_shown_to_its_owner_only(scene: Stage) -> None:
    since = last(scene)

    scene.deliver(ShowHome(person("ann"), (CARD, OTHER)), "home")

    (change,) = scene.lines("ann", since)
    assert (change["kind"], change["text"].splitlines()[0]) == ("home", "A card")
    assert scene.lines("bob", since) == []
    page = scene.web.get("/playground/", params={"as": "ann", "in": "home"}).text
    assert "Another card" in page


def test_a_file_is_given_to_one_person(scene: Stage) -> None:
    scene.files.kept["f1"] = b"PK"
    scene.deliver(Upload(person("ann"), "f1", "报告 March.xlsx", CARD), "file")

    given = scene.web.get("/playground/files/f1", params={"as": "ann"})
    others = scene.web.get("/playground/files/f1", params={"as": "bob"})
    del scene.files.kept["f1"]
    expired = scene.web.get("/playground/files/f1", params={"as": "ann"})

    assert (given.status_code, given.content) == (200, b"PK")
    assert (
        "filename*=utf-8''%E6%8A%A5%E5%91%8A%20March.xlsx" in given.headers["content-disposition"]
    )
    assert (others.status_code, expired.status_code) == (404, 404)
    assert 'href="/playground/files/f1?as=ann"' in scene.lines("ann")[-1]["html"]
    assert "<img" not in scene.lines("ann")[-1]["html"]


def test_a_picture_is_shown_where_it_is_given(scene: Stage) -> None:
    scene.files.kept["picture"] = b"\x89PNG"
    scene.deliver(Upload(person("ann"), "picture", "duly-hr-2026-10.png", CARD), "drawn")

    given = scene.web.get("/playground/files/picture", params={"as": "ann"})

    assert given.headers["content-type"] == "image/png"
    assert 'src="/playground/files/picture?as=ann"' in scene.lines("ann")[-1]["html"]


@pytest.mark.parametrize(
    "effect",
    [
        Send(channel("cellar"), CARD),
        Send(Place(Platform("slack"), "T1", "sales"), CARD),
        Send(channel(thread="0" * 32), CARD),
        Send(person("nobody"), CARD),
        Send(Account(Platform("slack"), "T1", "ann"), CARD),
        Amend(channel(), MessageRef(channel(), "0" * 32), CARD),
        Withdraw(channel(), MessageRef(channel(), "0" * 32)),
        Mark(channel(), MessageRef(channel(), "0" * 32), "✅"),
        ShowHome(person("nobody"), (CARD,)),
        OpenForm(person("ann"), Form("away", say("Away"), (), say("Send")), None, CARD),
    ],
    ids=lambda each: type(each).__name__,
)
def test_what_reaches_nobody_is_undeliverable(scene: Stage, effect: Any) -> None:
    before = last(scene)

    with pytest.raises(Undeliverable):
        scene.deliver(effect, f"lost-{effect!r}"[:200])

    assert last(scene) == before


# ---- live


class Ear:
    """One open stream, read in a thread."""

    def __init__(self, scene: Stage, who: str, after: int, window: str = "") -> None:
        self.heard: list[dict[str, Any]] = []
        self.counts: list[dict[str, int]] = []
        query = {"as": who, "after": str(after), "window": window}
        self._asked = scene.web.stream("GET", "/playground/stream", params=query, timeout=5)
        self.open = threading.Event()
        self.done = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()
        assert self.open.wait(5)

    def _listen(self) -> None:
        kind = ""
        with self._asked as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            try:
                for line in answer.iter_lines():
                    name, _, value = line.partition(": ")
                    if name == "event":
                        kind = value
                    elif name == "data":
                        (self.counts if kind else self.heard).append(json.loads(value))
                        kind = ""
                    self.open.set()
                    if self.done.is_set():
                        return
            except httpx.HTTPError:
                return


def test_two_windows_hear_each_other_live(scene: Stage) -> None:
    since = last(scene)
    ann, bob = Ear(scene, "ann", since), Ear(scene, "bob", since)

    scene.say("ann", "live")
    scene.deliver(Whisper(person("bob"), channel(), CARD), "live whisper")
    until(lambda: len(bob.heard) == 2)

    assert [each["text"] for each in ann.heard] == ["live"]
    assert [each["whisper"] for each in bob.heard] == [False, True]
    until(lambda: bob.counts and bob.counts[-1]["li.wei"] > 0)


def test_a_form_opens_in_the_window_that_asked_for_it(scene: Stage) -> None:
    since = last(scene)
    windows = [Ear(scene, "eve", since, each) for each in ("w1", "w2")]
    form = Form("away", say("Away"), (Field("from", say("From"), "date"),), say("Send"))
    event = {"id": "asks", "as": "eve", "kind": "command", "place": "notices", "text": "away"}
    scene.web.post("/playground/events", json=event | {"window": "w1"})

    scene.deliver(OpenForm(person("eve"), form, "asks", CARD), "form")
    until(lambda: windows[0].heard)

    (told,) = windows[0].heard
    assert (told["kind"], told["key"], told["form"]) == ("form", "form", "away")
    assert windows[1].heard == []


def test_the_clock_goes_forward_only_and_survives_a_restart(tmp_path: Path) -> None:
    def frozen() -> Clock:
        return Clock(lease=lambda: NINE)

    clock = frozen()
    with stage(tmp_path / "p.db", clock=clock) as scene:
        back = scene.web.post("/playground/clock", json={"to": "2026-03-02T08:59+00:00"})
        half = scene.web.post("/playground/clock", json={"minutes": 30})
        scene.web.post("/playground/clock", json={"working_minutes": 60})  # the hook: thrice
        after_work = clock.ahead
        scene.web.post("/playground/clock", json={"morning_of": "li.wei"})
        morning = clock.now()
        moves = list(scene.moves)
        told = [each["kind"] for each in scene.lines("ann")]
    again = frozen()
    with stage(tmp_path / "p.db", clock=again):
        pass

    assert (back.status_code, half.status_code) == (400, 200)
    assert after_work == timedelta(hours=3, minutes=30)
    assert morning.isoformat() == "2026-03-03T01:00:00+00:00"
    assert len(moves) == 3
    assert told == ["clock"] * 3
    assert again.now() == morning


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"minutes": 0},
        {"minutes": -5},
        {"minutes": True},
        {"minutes": "30"},
        {"minutes": 1e300},
        {"working_minutes": None},
        {"to": "tomorrow"},
        {"to": "2026-03-03T09:00"},
        {"to": "9999-12-31T23:59+00:00"},
        {"morning_of": "nobody"},
    ],
    ids=str,
)
def test_the_clock_refuses_what_is_no_time(scene: Stage, asked: dict[str, Any]) -> None:
    before = scene.clock.ahead

    answer = scene.web.post("/playground/clock", json=asked)

    assert answer.status_code == 400
    assert scene.clock.ahead == before


# ---- the door


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "10.0.0.7", "", "[x"])
def test_other_hosts_are_turned_away(scene: Stage, host: str) -> None:
    assert scene.web.get("/playground/", headers={"Host": host}).status_code == 403


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost:1", "http://["]
)
def test_posts_from_other_pages_are_turned_away(scene: Stage, origin: str) -> None:
    answer = scene.web.post("/playground/events", json=HELLO, headers={"Origin": origin})

    assert answer.status_code == 403


def test_posts_from_its_own_page_are_let_in(scene: Stage) -> None:
    origin = str(scene.web.base_url).rstrip("/")

    answer = scene.web.post("/playground/events", json=HELLO, headers={"Origin": origin})

    assert answer.status_code == 200


def led(site: str, mode: str = "cors", dest: str = "empty") -> dict[str, str]:
    """What a browser says of who asks, of which no page can change a letter."""
    return {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest}


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_of_another_site_gets_nothing_and_does_nothing(scene: Stage, site: str) -> None:
    """Nor one at another port of this machine. Without an origin, too: old forms, pictures."""
    for mode, dest in (("cors", "empty"), ("no-cors", "image"), ("navigate", "iframe")):
        for path in ("/", "/lines?as=ann", "/stream?as=ann", "/files/x?as=ann", "/api/cast"):
            asked = scene.web.get(f"/playground{path}", headers=led(site, mode, dest))
            assert asked.status_code == 403, (mode, path)
    for path in ("/events", "/clock", "/seen", "/files"):
        headers = led(site, "navigate", "document")
        assert scene.web.post(f"/playground{path}", json=HELLO, headers=headers).status_code == 403


def test_its_own_page_and_a_link_on_another_are_let_in(scene: Stage) -> None:
    mine = scene.web.get("/playground/lines?as=ann", headers=led("same-origin"))
    typed = scene.web.get("/playground/", headers=led("none", "navigate", "document"))
    link = scene.web.get("/playground/", headers=led("cross-site", "navigate", "document"))

    assert (mine.status_code, typed.status_code, link.status_code) == (200, 200, 200)


@pytest.mark.parametrize(
    ("server", "status"),
    [
        (("127.0.0.1", 1), 200),
        (("127.8.0.1", 1), 200),
        (("::1", 1), 200),
        (("10.0.0.7", 1), 403),
        (("2001:db8::1", 1), 403),
        (("duly.example", 1), 403),
        (("", None), 403),
        (None, 403),
    ],
)
def test_who_comes_in_from_the_network_is_turned_away_whatever_they_write(
    scene: Stage, server: tuple[str, int] | None, status: int
) -> None:
    """Where DULY_HOST opens it to everybody, and a client says "Host: localhost"."""
    answers: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        answers.append(message)

    headers = [(b"host", b"localhost"), (b"x-forwarded-for", b"127.0.0.1")]
    asked = {"method": "GET", "path": "/api/cast", "query_string": b"", "headers": headers}
    scope = {"type": "http", "server": server, "client": ("127.0.0.1", 5), **asked}
    answered(scene, scope, receive, send)

    assert answers[0]["status"] == status


def answered(scene: Stage, *asked: Any) -> None:
    """Without a server between, that says where somebody came in."""

    async def turn() -> None:
        await scene.playground.doors[0].app(*asked)

    asyncio.run(turn())


def test_there_is_no_websocket(scene: Stage) -> None:
    answers: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        answers.append(message)

    scope = {"type": "websocket", "server": ("127.0.0.1", 1), "path": "/stream", "headers": []}
    answered(scene, scope, receive, send)

    assert answers == [{"type": "websocket.close", "code": 1008}]


def test_every_answer_carries_the_safety_headers(scene: Stage) -> None:
    for path in ("/playground/", "/playground/static/playground.js", "/playground/lines"):
        answer = scene.web.get(path)
        assert answer.headers["content-security-policy"].startswith("default-src 'self'")
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_page_has_no_markup_of_peoples_and_no_inline_script(scene: Stage) -> None:
    scene.say("ann", '<script>alert(1)</script><img src=x onerror="a"> <!channel> \u202e "\'')

    page = scene.web.get("/playground", params={"as": "bob"}, follow_redirects=True).text

    assert "<script>" not in page
    assert "<img" not in page
    assert "<!channel" not in page
    assert "\u202e" not in page
    assert "style=" not in page


@pytest.mark.parametrize("query", ["as=nobody", "in=cellar", "thread=x", "as=bob&in=dm:ann", ""])
def test_the_page_stands_whatever_is_asked(scene: Stage, query: str) -> None:
    answer = scene.web.get(f"/playground/?{query}")

    assert answer.status_code == 200
    assert "#sales" in answer.text


@pytest.mark.parametrize("path", ["/lines", "/stream", "/lines?as=ann&after=x", "/files/x?as=ann"])
def test_a_script_is_told_what_is_missing(scene: Stage, path: str) -> None:
    answer = scene.web.get(f"/playground{path}")

    assert answer.status_code in (400, 404)
    assert answer.json()["error"].endswith(".")


def test_what_was_seen_counts_no_more(scene: Stage) -> None:
    scene.say("ann", "look")

    scene.web.post("/playground/seen", json={"as": "bob", "place": "sales"})
    scene.web.post("/playground/seen", json={"as": "bob", "place": "notices"})

    page = scene.web.get("/playground/", params={"as": "bob"}).text
    assert '<span class="count" data-of=sales hidden>0</span>' in page


def test_the_cast_can_be_asked_for(scene: Stage) -> None:
    cast = scene.web.get("/playground/api/cast").json()

    assert cast["people"][0]["id"] == "ann"
    assert cast["channels"][0]["members"] == ["ann", "bob", "li.wei"]


def test_no_text_lies_readable_on_the_disk(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with stage(tmp_path / "p.db") as scene, caplog.at_level("DEBUG"):
        line = scene.say("ann", CANARY)
        scene.post(kind="edit", as_="ann", message=line, text=f"{CANARY} 2")
        scene.deliver(Send(channel(), Card(say("{it}", it=Quoted(CANARY)))), "k1")
        scene.deliver(ShowHome(person("ann"), (Card(say("{it}", it=Quoted(CANARY))),)), "k2")
        scene.core.broken = True
        scene.web.post("/playground/events", json=HELLO | {"text": CANARY})
        files = [each.read_bytes() for each in tmp_path.iterdir()]
        assert CANARY in scene.lines("ann")[0]["text"]

    assert len(files) > 1  # the log of the database too
    assert not any(CANARY.encode() in each for each in files)
    assert CANARY not in caplog.text


def test_it_says_what_it_is_able_to_do(scene: Stage) -> None:
    assert scene.playground.platform == PLATFORM
    assert scene.playground.doors[0][0] == "/playground"


def test_what_is_said_while_a_page_is_drawn_is_told_to_it(
    scene: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Timeline.page

    def meanwhile(self: Timeline, *asked: Any) -> list[Line]:
        found = read(self, *asked)
        if not said:
            said.append(
                scene.deliver(Send(person("bob"), Card(title=say("Meanwhile"))), "meanwhile")
            )
        return found

    said: list[object] = []
    monkeypatch.setattr(Timeline, "page", meanwhile)
    drawn = scene.web.get("/playground/?as=bob&place=dm:bob").text
    after = re.search(r'data-last="(\d+)"', drawn)

    assert said
    assert after
    assert [line for line in scene.lines("bob", int(after[1])) if "Meanwhile" in str(line)]
