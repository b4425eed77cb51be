"""What each page shows, and to whom: never more than the chat would tell the same person."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.card import Card
from bot.handlers import lists
from bot.words import Reader, Ref, Rows, Say, Value, say
from tests.desk import STAFF, Desk, text_of
from tests.web.lobby import Lobby, Visit

HOSTILE = '<img src=x onerror="alert(1)"></p><script>alert(2)</script>\u202e{x}&amp;'
EVERYBODY = list(STAFF)


@pytest.fixture
def busy(lobby: Lobby) -> Lobby:
    """Answers owed and late, requests open and decided, somebody who stands in."""
    desk = lobby.desk
    desk.posts("ann", "@bob when will the samples be ready?")  # 1
    desk.posts("ann", "@wei can you send me the drawing?")  # 2
    desk.posts("eve", "@ann which colour do they want?")  # 3
    desk.posts("mei", "@sam could you sign the offer today?")  # 4
    desk.says("ann", "request notice The office is closed on Friday.")  # 5, of sam
    desk.says("eve", "request leave 2026-03-10 Tuesday off")  # 6, of sam
    desk.says("bob", "request leave 2026-03-09 Monday off")  # 7, of mei
    desk.says("mei", "approve 7")
    desk.says("wei", "away 2026-03-02..2026-03-06 @bob")
    desk.wait(timedelta(hours=6))
    return lobby


def refs(text: Say | Value) -> set[int]:
    match text:
        case Ref(number):
            return {number}
        case Say(_, values, _):
            return set().union(*(refs(value) for _, value in values)) if values else set()
        case Rows(each):
            return set().union(*map(refs, each))
        case _:
            return set()


def told(desk: Desk, who: str, which: str) -> set[int]:
    """The numbers in a list as the chat tells it."""
    with desk.store.transaction() as tx:
        person = tx.people.snapshot().directory.people[who]
        card: Card = getattr(lists, which)(tx, person)
    return set().union(*map(refs, card.body)) if card.body else set()


def shown(visit: Visit, path: str) -> set[int]:
    """The numbers in the lines of a page."""
    visit.opens(path)
    lines = re.findall(r'<p class="line"[^>]*>(.*?)</p>', visit.answer.text, re.DOTALL)
    return {int(number) for line in lines for number in re.findall(r"#(\d+)", line)[:1]}


@pytest.mark.parametrize("who", EVERYBODY)
def test_the_lists_are_those_of_the_chat(busy: Lobby, who: str) -> None:
    visit = busy.signs_in(who)

    assert shown(visit, "/mine") == told(busy.desk, who, "mine")
    settled = {7} if who == "bob" else set()  # their own request, which was decided
    assert shown(visit, "/waiting") == told(busy.desk, who, "waiting") | settled
    if visit.get("/team").status_code == 200:
        assert shown(visit, "/team") == told(busy.desk, who, "team")


def test_only_who_leads_others_has_a_page_about_their_team(busy: Lobby) -> None:
    for who in EVERYBODY:
        visit = busy.signs_in(who)
        leads = who in ("sam", "mei", "grace")

        assert any(have.get("href") == "/team" for _, have in visit.reads.tags) is leads
        assert visit.get("/team").status_code == (200 if leads else 404)


def test_a_team_shows_what_is_late_and_nobodys_words(busy: Lobby) -> None:
    busy.desk.posts("ann", "@bob and when can you send the drawing?")  # not late yet
    mei = busy.signs_in("mei")
    mei.opens("/team")
    page = mei.speaks("en").words

    assert "Bob owes Ann an answer" in page
    assert "samples" not in page
    assert page.count("Bob owes") == 1


@pytest.mark.parametrize("who", EVERYBODY)
def test_a_duty_is_told_to_whom_the_chat_explains_it(busy: Lobby, who: str) -> None:
    visit = busy.signs_in(who)
    for number in range(1, 9):
        busy.desk.says(who, f"explain {number}")
        card = busy.desk.paper.lines[-1].card
        status = visit.get(f"/duties/{number}").status_code

        assert card is not None
        assert (status == 200) is (card.title.sentence == "The life of {number}"), number


REQUESTS = {  # its requester, who may decide it or was asked; HR, of what is personal
    5: {"ann", "sam"},
    6: {"eve", "sam", "hana"},
    7: {"bob", "mei", "hana"},
}


@pytest.mark.parametrize("number", REQUESTS)
def test_a_request_is_for_its_requester_and_its_route(busy: Lobby, number: int) -> None:
    seeing = {who for who in EVERYBODY if busy.signs_in(who).get(f"/requests/{number}").is_success}

    assert seeing == REQUESTS[number]


def test_who_stands_in_for_an_approver_sees_and_decides_the_request(busy: Lobby) -> None:
    assert busy.signs_in("grace").get("/requests/5").status_code == 404
    busy.desk.says("sam", "away 2026-03-02..2026-03-06 @grace")
    grace = busy.signs_in("grace")
    page = grace.opens("/requests/5")
    assert "The office is closed on Friday." in page.words

    assert "Approved: #5" in grace.presses("Approve").words
    assert "#5 was approved" in grace.reads.words


def test_what_is_not_for_somebody_looks_like_what_is_not_there(busy: Lobby) -> None:
    hana = busy.signs_in("hana")
    answers = {
        re.sub(r'value="[0-9a-f]{16}"', "", hana.get(path).text)
        for path in ("/requests/5", "/requests/999", "/duties/1", "/duties/999", "/nowhere")
    }

    assert hana.answer.status_code == 404
    assert len(answers) == 1


@pytest.mark.parametrize(
    "path",
    ["/duties/0", "/duties/x", "/duties/-1", "/duties/1000000001", f"/duties/{'9' * 5000}",
     f"/requests/{'9' * 20}", "/requests/1.5", "/requests/", "/mine/", "/static/../app.py",
     "/static/%2e%2e/app.py", "/notes/x/file", "/duties/%00", "/notes/%00/file"],
)  # fmt: skip
def test_odd_addresses_are_not_there(busy: Lobby, path: str) -> None:
    assert busy.signs_in("ann").get(path).status_code == 404


def test_a_requester_recalls_and_an_approver_rejects_with_a_reason(busy: Lobby) -> None:
    ann, sam = busy.signs_in("ann"), busy.signs_in("sam")
    ann.opens("/requests/5")
    assert "Approve" not in ann.reads.words
    ann.presses("Recall")
    assert "#5 was recalled" in ann.opens("/requests/5").words

    sam.opens("/requests/6")
    sam.presses("Reject")
    sam.presses("Reject", **{"field-why": "The figures\r\nare old."})
    assert "#6 was rejected" in sam.opens("/requests/6").words
    assert "The figures" in busy.signs_in("eve").opens("/requests/6").words


def test_a_manager_sees_a_duty_and_what_they_can_do_about_it(busy: Lobby) -> None:
    mei = busy.signs_in("mei")
    mei.speaks("en")
    page = mei.opens("/duties/1").words

    assert "Bob owes Ann an answer since" in page
    assert "I have answered" not in page
    mei.presses("Pass on")
    mei.presses("Pass on", **{"field-person": "Wei"})
    assert busy.desk.duty(1).owed_by == "bob"  # until Wei accepts


def test_a_company_without_digests_says_so(desk: Desk) -> None:
    lobby = Lobby(desk)
    with desk.store.transaction() as tx:
        tx.policies.adopt("[nudges]\ndigest = false\n")

    assert "Switched off" in lobby.signs_in("ann").opens("/settings").words


def test_who_waits_can_give_up_or_ask_again(busy: Lobby) -> None:
    ann = busy.signs_in("ann")
    ann.opens("/duties/1")
    assert "Pass on" not in ann.reads.words
    ann.presses("No reply needed")
    assert busy.desk.duty(1).state == "dropped"

    ann.opens("/duties/1")
    ann.presses("Open it again")
    assert busy.desk.duty(1).live


def test_who_waits_can_object_to_no_answer(busy: Lobby) -> None:
    busy.desk.says("bob", "drop 1")
    ann = busy.signs_in("ann")
    ann.opens("/waiting")
    ann.presses("I do need one")

    assert busy.desk.duty(1).held is None
    assert busy.desk.duty(1).live


def test_who_stands_in_sees_for_whom(busy: Lobby) -> None:
    page = busy.signs_in("bob").opens("/mine").words

    assert "You stand in for Wei, who is away." in page


def test_the_settings_say_how_it_stands_and_change_by_the_same_commands(busy: Lobby) -> None:
    ann = busy.signs_in("ann")
    assert "Asia/Shanghai" in ann.opens("/settings").words
    ann.presses("Another hour for the digest")
    ann.presses("Set", **{"field-at": "10:30"})

    assert "10:30" in ann.opens("/settings").words
    ann.presses("Pause your nudges")
    ann.presses("Pause", **{"field-until": "in 2 days"})
    assert "until" in ann.opens("/settings").words


def test_words_of_people_are_never_markup(lobby: Lobby) -> None:
    desk = lobby.desk
    with desk.store.transaction() as tx:
        ann = tx.people.snapshot().directory.people["ann"]
        tx.people.save([replace(ann, name=HOSTILE)])
    desk.posts("ann", f"@bob {HOSTILE} when will it be ready?")
    desk.says("ann", f"request notice {HOSTILE}")
    bob, sam = lobby.signs_in("bob"), lobby.signs_in("sam")
    bob.presses("Send", line=HOSTILE)
    pages = [(bob, bob.answer.headers.get("location", "/mine")), (bob, "/duties/1")]
    pages += [(sam, "/requests/2"), (sam, "/waiting"), (lobby.signs_in("ann"), "/settings")]
    link = lobby.link("ann")
    for visit, path in [*pages, (lobby.visit(), link)]:
        found = visit.opens(path).tags
        names = {tag for tag, _ in found}

        assert visit.answer.status_code == 200
        assert not names & {"script", "img"} - {"img"}
        assert all(have.get("src", "/static/duly.svg") == "/static/duly.svg" for _, have in found)
        assert not any(name.startswith("on") for _, have in found for name in have)
        assert "\u202e" not in visit.answer.text


@pytest.mark.parametrize("reader", [Reader("en"), Reader("zh_Hans"), Reader("zh_Hant")])
def test_times_are_said_where_the_reader_is(busy: Lobby, reader: Reader) -> None:
    ann = busy.signs_in("ann")
    ann.speaks(reader.language)
    card = Card(say("{at}", at=busy.desk.duty(1).due))

    assert text_of(card, Reader(reader.language, "Asia/Shanghai")) in ann.opens("/duties/1").words


def test_pages_for_strangers_are_in_the_language_of_their_browser(lobby: Lobby) -> None:
    for asked, given in (
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh-Hant"),
        ("zh-CN", "zh-Hans"),
        ("de-DE,de;q=0.9,en;q=0.8", "en"),
        ("", "en"),
        ("\ufffd;;;q=,", "en"),
    ):
        visit = lobby.visit()
        visit.language = asked.encode("ascii", "replace").decode()

        assert ("html", {"lang": given}) in visit.opens("/mine").tags


def test_the_first_page_is_theirs_the_platforms_or_the_way_in(desk: Desk) -> None:
    demo, served = Lobby(desk, door="/playground"), Lobby(desk)

    assert demo.visit().get("/").headers["location"] == "/playground"
    assert "Type /duly web in the chat" in served.visit().opens("/").words
    assert served.signs_in("ann").opens("/").words.startswith("What I owe")


def test_behind_a_proxy_with_a_path_every_link_leads_there(desk: Desk) -> None:
    lobby = Lobby(desk, "https://intranet.example/duly")
    desk.says("ann", "web")
    said = desk.paper.lines[-1].text
    assert "https://intranet.example/duly/sign-in/" in said
    link, visit = said.rpartition("/duly")[2], lobby.visit()
    visit.get(link)
    answer = visit.post(link, visit.reads.forms[0].fields)
    assert answer.headers["location"] == "/duly/mine"
    page = visit.get("/mine").text

    found = re.findall(r'(?:href|action|src)="(/[^"]*)"', page)
    assert found
    assert all(each.startswith("/duly/") for each in found)
