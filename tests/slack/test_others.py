"""Duly in Slacks that others made, who read the reference in their own way."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.slack.handle import Handle
from bot.card import Card, Field, Form
from bot.effects import Amend, Deliverable, Mark, OpenForm, Send, ShowHome, Upload, Withdraw
from bot.events import Account, MessageRef, Place
from bot.words import Reader, say
from tests.desk import STAFF
from tests.needs import need
from tests.slack.others.emulate import BOT, SECRET, TOKEN, Emulated, emulated, token_of
from tests.slack.others.guest import Guest, guest
from tests.slack.serving import served

pytestmark = pytest.mark.thorough

EN = Reader("en", "Asia/Shanghai")


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulated]:
    with emulated(need("emulate"), tmp_path_factory.mktemp("emulate"), list(STAFF)) as made:
        yield made


@pytest.fixture(scope="module")
def duly(theirs: Emulated) -> Iterator[Guest]:
    """It was invited into #sales when it was running already."""
    with guest(theirs.api_url, TOKEN, SECRET) as made:
        theirs.deliver_to(made.address)
        sales = theirs.channel("sales")
        theirs.call("conversations.invite", token_of("ann"), channel=sales, users=BOT)
        made.until(lambda: made.adapter.workspaces[0].known.rooms)
        yield made


def account(theirs: Emulated, duly: Guest, name: str) -> Account:
    return duly.adapter.workspaces[0].known.account(theirs.member(name))


def room(theirs: Emulated, duly: Guest) -> Place:
    return duly.adapter.workspaces[0].known.place(theirs.channel("sales"))


def deliver(duly: Guest, effect: Deliverable, key: str) -> MessageRef | None:
    return duly.within(duly.adapter.deliver(effect, key=key, reader=EN))


def messages(theirs: Emulated) -> dict[str, Any]:
    found = theirs.call("conversations.history", channel=theirs.channel("sales"))["messages"]
    return {each["ts"]: each for each in found}


def test_everything_they_post_is_signed_as_we_read_it_and_kept(
    theirs: Emulated, duly: Guest
) -> None:
    theirs.call("chat.postMessage", token_of("ann"), channel=theirs.channel("sales"), text="Hello")
    duly.until(lambda: any(each["event"] == "message" for each in theirs.delivered()))

    answered = {each["status_code"] for each in theirs.delivered()}
    assert answered == {200}
    with duly.store.reading() as tx:
        assert not tx.journal.parked()


def test_who_is_asked_there_is_nudged_there_once(theirs: Emulated, duly: Guest) -> None:
    bob = theirs.member("bob")
    words = f"<@{bob}> can you send me the test report?"
    theirs.call("chat.postMessage", token_of("ann"), channel=theirs.channel("sales"), text=words)
    for _ in range(120):  # whatever day it is
        duly.ahead(timedelta(hours=1))
        time.sleep(0.2)
        if theirs.chat(bob):
            break
    time.sleep(0.5)

    (nudge,) = theirs.chat(bob)
    by_the_hour = ("Ann is waiting for your answer", "Your answer to Ann is due", "Answer Ann")
    assert any(each in nudge["text"] for each in by_the_hour)
    assert [each["type"] for each in nudge["blocks"]][-1] in ("actions", "context")


def test_a_command_in_the_chat_with_us_is_answered_there(theirs: Emulated, duly: Guest) -> None:
    eve = theirs.member("eve")
    chat = theirs.call("conversations.open", token_of("eve"), users=BOT)["channel"]["id"]
    theirs.call("chat.postMessage", token_of("eve"), channel=chat, text="help")
    duly.until(lambda: len(theirs.chat(eve)) > 1)

    asked, answer = theirs.chat(eve)
    assert (asked["user"], answer["user"]) == (eve, BOT)


def test_a_card_is_said_edited_found_again_and_taken_away(theirs: Emulated, duly: Guest) -> None:
    sales = room(theirs, duly)
    since = duly.store.clock.lease()
    ref = deliver(duly, Send(sales, Card(say("First words"))), "said")
    assert ref is not None
    assert messages(theirs)[ref.id]["text"] == "First words"

    deliver(duly, Amend(sales, ref, Card(say("Other words"))), "edited")
    assert messages(theirs)[ref.id]["text"] == "Other words"
    effect = Send(sales, Card(say("First words")))
    assert duly.within(duly.adapter.find(effect, key="said", since=since)) == ref
    assert duly.within(duly.adapter.find(effect, key="never said", since=since)) is None

    deliver(duly, Withdraw(sales, ref), "gone")
    deliver(duly, Withdraw(sales, ref), "gone")
    assert ref.id not in messages(theirs)


def test_a_mark_is_put_and_taken_away_however_often(theirs: Emulated, duly: Guest) -> None:
    sales = room(theirs, duly)
    said = theirs.call("chat.postMessage", token_of("ann"), channel=sales.id, text="Look")["ts"]
    ref = MessageRef(sales, said)
    for key in ("once", "twice"):
        deliver(duly, Mark(sales, ref, "👀"), key)
    (mark,) = messages(theirs)[said]["reactions"]
    assert (mark["name"], mark["users"]) == ("eyes", [BOT])

    for key in ("off", "still off"):
        deliver(duly, Mark(sales, ref, "👀", on=False), key)
    assert not messages(theirs)[said].get("reactions")


def test_a_file_is_given_to_one_person_after_its_card(theirs: Emulated, duly: Guest) -> None:
    with duly.store.transaction() as tx:
        tx.files.keep("report", "report.csv", "hana", b"the figures", timedelta(days=1))
    hana = account(theirs, duly, "hana")
    deliver(duly, Upload(hana, "report", "report.csv", Card(say("The report"))), "report")

    card, file = theirs.chat(hana.id)
    assert card["text"] == "The report"
    assert [each["name"] for each in file["files"]] == ["report.csv"]


def test_a_form_is_opened_by_their_trigger_and_the_page_is_shown(
    theirs: Emulated, duly: Guest
) -> None:
    ann = account(theirs, duly, "ann")
    trigger = theirs.call("views.generateTriggerId", user_id=ann.id)["trigger_id"]
    form = Form("promise 1", say("When?"), (Field("until", say("Until")),), say("Send"))
    given = Handle(duly.store.clock.lease().timestamp(), trigger).written()
    deliver(duly, OpenForm(ann, form, given, Card(say("Too late"))), "form")
    deliver(duly, ShowHome(ann, (Card(say("What I owe")),)), "home")


def test_what_they_told_us_in_vain_is_read_from_their_history(
    theirs: Emulated, duly: Guest
) -> None:
    workspace, sales = duly.adapter.workspaces[0], room(theirs, duly)
    inbox, workspace.inbox = workspace.inbox, None  # as while it starts: they are told to repeat it
    since = duly.store.clock.lease()
    words = f"<@{theirs.member('wei')}> can you check the invoice of last week?"
    theirs.call("chat.postMessage", token_of("eve"), channel=sales.id, text=words)
    assert theirs.delivered()[-1]["status_code"] == 503  # and they do not
    workspace.inbox = inbox
    duly.within(workspace.missed(since))

    eve = theirs.member("eve")
    chat = theirs.call("conversations.open", token_of("eve"), users=BOT)["channel"]["id"]
    for _ in range(20):
        theirs.call("chat.postMessage", token_of("eve"), channel=chat, text="waiting")
        time.sleep(0.3)
        if "Wei owes you an answer" in theirs.chat(eve)[-1]["text"]:
            return
    pytest.fail(theirs.chat(eve)[-1]["text"])


METHODS: dict[str, dict[str, Any]] = {
    "auth.test": {"team_id": "T1", "user_id": "U0", "bot_id": "B0", "url": "https://a.slack.com/"},
    "users.list": {"members": [{"id": "U1", "name": "ann", "team_id": "T1", "profile": {}}]},
    "conversations.list": {
        "channels": [
            {"id": "C1", "name": "sales", "is_channel": True, "is_member": True},
            {"id": "C2", "name": "far", "is_channel": True, "is_member": False},
        ],
        "response_metadata": {"next_cursor": ""},
    },
}


def lacking(answer: Response) -> Starlette:
    """A Slack of three methods, which answers so to all others."""

    async def call(request: Request) -> Response:
        told = METHODS.get(request.path_params["method"])
        return JSONResponse({"ok": True, **told}) if told else answer

    return Starlette(routes=[Route("/api/{method}", call, methods=["POST"])])


@pytest.mark.parametrize(
    "answer",
    [
        JSONResponse({"ok": False, "error": "unknown_method"}),
        JSONResponse({"message": "Not Found"}, 404),
        Response("<h1>Not Found</h1>", 404),
    ],
    ids=["in Slack's words", "in words of theirs", "as a page"],
)
def test_a_slack_that_lacks_methods_is_used_for_what_it_has(
    answer: Response, caplog: pytest.LogCaptureFixture
) -> None:
    with served(lacking(answer)) as url, guest(f"{url}/api/", TOKEN, SECRET) as duly:
        assert set(duly.adapter.workspaces[0].known.rooms) == {"C1"}

    said = [each.getMessage() for each in caplog.records if each.name.startswith("adapters.slack")]
    assert "groups cannot be read: unknown_method" in said
    assert "only the list of all channels can be read, which may tell less" in said
    assert "who is in a channel cannot be read, only who comes and goes" in said
