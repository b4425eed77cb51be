"""The policy, the people and the health of Duly as pages: what each shows, and to whom."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from bot.gathering.covering import covered
from bot.policy import periods
from bot.policy.changes import changes
from bot.policy.people import Absence
from bot.store.health import BACKUP, KEYS_BACKUP, Health
from bot.store.sessions import token_in
from bot.web import policypage
from bot.web.visitors import Visitor, recognise
from tests.desk import Desk, person
from tests.web.lobby import Lobby, Reading, Visit

FIRST = 'name = "Acme"\ncompany_zone = "Asia/Shanghai"\n[nudges]\ndigest = true\n'
SECOND = f"{FIRST.replace('true', 'false')}[screening]\nformality = false\n"
MULTIPART = "multipart/form-data; boundary=quokka"


@pytest.fixture
def lobby() -> Iterator[Lobby]:
    desk = Desk()
    yield Lobby(desk)
    desk.close()


@pytest.fixture
def ivan(lobby: Lobby) -> Visit:
    return becomes_it(lobby)


def becomes_it(lobby: Lobby) -> Visit:
    """Ivan, who is IT."""
    with lobby.desk.store.transaction() as tx:
        hana = person("hana")
        one = replace(hana, id="ivan", name="Ivan", email="ivan@acme.example")
        tx.people.save([replace(one, roles=frozenset({"it"}))])
    return signed_in(lobby, "ivan")


def signed_in(lobby: Lobby, who: str) -> Visit:
    """By a link that was made for them."""
    visit = lobby.visit()
    with lobby.desk.store.transaction() as tx:
        link = f"/sign-in/{tx.links.make(who)}"
    lobby.enters(visit, link)
    return visit


def csv(*rows: str) -> bytes:
    return "\n".join(("id,name,email,department,roles", *rows)).encode()


def brings(visit: Visit, body: bytes, **fields: str) -> Reading:
    """Somebody has a table looked over."""
    visit.get("/people")
    sent = {"pass": visit.field("pass"), "nonce": visit.field("nonce"), **fields}
    visit.send("POST", "/people/check", multipart(body, sent), headers())
    return visit.reads


def headers() -> dict[str, str]:
    return {"content-type": MULTIPART, "origin": "null", "sec-fetch-site": "same-origin"}


def multipart(body: bytes, fields: Mapping[str, str]) -> bytes:
    parts = [
        f'--quokka\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = '--quokka\r\nContent-Disposition: form-data; name="table"; filename="people.csv"\r\n'
    return b"".join(parts) + head.encode() + b"\r\n" + body + b"\r\n--quokka--\r\n"


def takes_in(visit: Visit, **other: str) -> Reading:
    form = next(each for each in visit.reads.forms if each.action.endswith("/people/import"))
    visit.post("/people/import", form.fields | other)
    return visit.reads


def known(lobby: Lobby, id: str) -> object:
    with lobby.desk.store.reading() as tx:
        return tx.people.snapshot().directory.people.get(id)


# The policy


def test_everybody_reads_the_policy_and_hr_its_figures(lobby: Lobby) -> None:
    ann, hana = signed_in(lobby, "ann"), signed_in(lobby, "hana")
    plain, full = ann.opens("/policy").words, hana.opens("/policy").words

    for each in ("2.2.1-reply", "Answered in time", "Head of a department", "does it, or notices"):
        assert each in plain
        assert each in full
    assert "Evidence" in full
    assert "Evidence" not in plain
    assert "nothing in this period" in full
    assert "nothing in this period" not in plain


def test_the_page_shows_what_the_terminal_and_the_sheet_show(lobby: Lobby) -> None:
    lobby.desk.posts("ann", "@bob can you send me the price list?")
    hana = visitor(lobby, signed_in(lobby, "hana"))
    period = periods.current(lobby.desk.now, "Asia/Shanghai")
    with lobby.desk.store.reading() as tx:
        found = covered(tx, period.start, period.end)
        view = policypage.policy(tx, hana, "")

    shown = [(x.figures.controls, x.figures.evidence) for x in view.values["lines"]]
    assert shown == [(len(each.controls), each.traces.count) for each in found]
    assert any(evidence for _, evidence in shown)


def visitor(lobby: Lobby, visit: Visit) -> Visitor:
    with lobby.desk.store.reading() as tx:
        found = recognise(tx, token_in(visit.cookies["duly"]))
    assert found is not None
    return found


def test_the_version_in_force_who_adopted_it_and_what_it_changed(lobby: Lobby) -> None:
    with lobby.desk.store.transaction() as tx:
        tx.policies.adopt(FIRST, "root")
        tx.policies.adopt(SECOND, "olga")
    ann, hana = signed_in(lobby, "ann"), signed_in(lobby, "hana")
    plain, full = ann.opens("/policy").words, hana.opens("/policy").words

    assert "Adopted by olga" in plain
    assert "nudges screening" in plain
    assert "formality" not in plain
    assert "formality = false" in full
    assert 'name = "Acme"' not in full, "what stayed is left out"


@pytest.mark.parametrize("period", ["2020-01", "2020", "nonsense", "'--", "9" * 400, "２０２０-01"])
def test_another_period_or_none_at_all(lobby: Lobby, period: str) -> None:
    hana = signed_in(lobby, "hana")
    page = hana.opens(f"/policy?period={period}")

    assert hana.answer.status_code == 200
    assert ("Evidence of 2020" in page.words) == (period[:2] in ("20", "２０"))


def test_changes_name_the_parts_and_show_the_lines_around() -> None:
    long = "".join(f"a{n} = {n}\n" for n in range(20))
    found = changes(long, long.replace("a9 = 9", "a9 = 10"))
    text = "".join(piece.text for piece in found.pieces)

    assert found.parts == ("a9",)
    assert "a8 = 8" in text
    assert "a3 = 3" not in text
    assert changes(FIRST, FIRST + "# a remark\n").parts == ()
    assert changes("", FIRST).parts == ("company_zone", "name", "nudges")
    assert changes(FIRST, FIRST).pieces == ()


# The people


def test_the_directory_is_for_hr_and_it(lobby: Lobby, ivan: Visit) -> None:
    hana, ann = signed_in(lobby, "hana"), signed_in(lobby, "ann")

    for one in (hana, ivan):
        page = one.opens("/people").words
        assert "Sam" in page
        assert "Head of a department" in page
        assert "9 people" in page
    for path in ("/people", "/people/template", "/people?words=sam"):
        assert ann.get(path).status_code == 404


def test_people_are_found_by_words_and_shown_with_their_leave(lobby: Lobby) -> None:
    hana, now = signed_in(lobby, "hana"), lobby.desk.now
    with lobby.desk.store.transaction() as tx:
        away = Absence(person="bob", start=now, end=now + timedelta(days=3))
        tx.people.absent(away)

    page = hana.opens("/people?words=TECH%20bob")
    assert "1 person" in page.words
    assert "until" in page.words
    assert "Nobody is found" in hana.opens("/people?words=%3Cb%3Ezed").words
    assert "<b>zed" not in hana.answer.text


def test_a_table_is_looked_over_and_then_taken_in(lobby: Lobby) -> None:
    hana = signed_in(lobby, "hana")
    page = brings(hana, csv("zoe,Zoe,zoe@acme.example,sales,", "bob,Robert,bob@acme.example,tech,"))

    assert "1 new, 1 changed" in page.words
    assert "New: Zoe" in page.words
    assert "from Bob to Robert" in page.words
    assert known(lobby, "zoe") is None
    assert "taken in" in takes_in(hana).words
    assert known(lobby, "zoe") is not None
    again = takes_in_again(hana)
    assert again == 404, "it is done once"


def takes_in_again(visit: Visit) -> int:
    visit.get("/people")
    sent = {"pass": visit.field("pass"), "nonce": visit.field("nonce"), "file": "0" * 32}
    return visit.post("/people/import", sent).status_code


def test_every_fault_is_shown_with_its_cell(lobby: Lobby) -> None:
    hana = signed_in(lobby, "hana")
    page = brings(hana, csv("zoe,,zoe@acme.example,sales,king", "zoe,Zoe,no address,sales,"))

    assert hana.answer.status_code == 422
    assert "Row 2, name" in page.words
    assert "Row 2, roles" in page.words
    assert "Row 3, id" in page.words
    assert not [form for form in page.forms if form.action.endswith("import")]


@pytest.mark.parametrize("body", [b"", b"\x00" * 50, b"PK\x03\x04 no zip", b"\xd0\xcf\x11\xe0"])
def test_what_is_no_table_is_refused_in_words(lobby: Lobby, body: bytes) -> None:
    hana = signed_in(lobby, "hana")
    brings(hana, body)

    assert hana.answer.status_code in (400, 422)


def test_a_workbook_is_read_too_and_words_in_it_are_no_markup(lobby: Lobby) -> None:
    book, body = Workbook(), BytesIO()
    sheet = book.worksheets[0]
    for row in (["id", "name"], ["zoe", "<script>alert(1)</script>"], ["yan", "=1+1"]):
        sheet.append(row)
    sheet["B3"].data_type = "s"
    book.save(body)
    hana = signed_in(lobby, "hana")
    brings(hana, body.getvalue())

    assert "<script>alert" not in hana.answer.text
    assert "2 new" in hana.reads.words


def test_only_what_was_shown_is_done(lobby: Lobby) -> None:
    """The directory changed between looking it over and taking it in."""
    hana = signed_in(lobby, "hana")
    brings(hana, csv("bob,Robert,bob@acme.example,tech,"))
    with lobby.desk.store.transaction() as tx:
        tx.people.save([replace(person("bob"), name="Bobby")])

    page = takes_in(hana)
    assert "changed meanwhile" in page.words
    assert "from Bobby to Robert" in page.words
    assert takes_in(hana).words.count("taken in")


def test_nobody_changes_their_own_roles(lobby: Lobby) -> None:
    hana = signed_in(lobby, "hana")
    page = brings(hana, csv("hana,Hana,hana@acme.example,office,hr; auditor"))

    assert "for a colleague to change" in page.words
    assert hana.answer.status_code == 422


def test_who_is_not_in_a_complete_table_leaves_but_not_oneself(lobby: Lobby) -> None:
    hana = signed_in(lobby, "hana")
    page = brings(hana, csv("ann,Ann,ann@acme.example,sales,"), complete="yes")

    assert "for a colleague to change" in page.words
    page = brings(
        hana,
        csv("ann,Ann,ann@acme.example,sales,", "hana,Hana,hana@acme.example,office,hr"),
        complete="yes",
    )
    assert "6 leaving" in page.words
    assert takes_in(hana, complete="").words.count("changed meanwhile")


def test_the_table_of_one_is_for_nobody_else_to_take_in(lobby: Lobby, ivan: Visit) -> None:
    hana = signed_in(lobby, "hana")
    brings(hana, csv("zoe,Zoe,zoe@acme.example,sales,"))
    form = next(each for each in hana.reads.forms if each.action.endswith("/people/import"))
    ivan.get("/people")
    stolen = form.fields | {"pass": ivan.field("pass"), "nonce": ivan.field("nonce")}

    assert ivan.post("/people/import", stolen).status_code == 404
    assert known(lobby, "zoe") is None


def test_the_template_is_read_again_as_it_is(lobby: Lobby) -> None:
    hana = signed_in(lobby, "hana")
    body = hana.get("/people/template").content
    head = [cell.value for cell in load_workbook(BytesIO(body)).worksheets[0][1]]

    assert "id" in head
    brings(hana, body)
    assert "nobody in this file" in hana.reads.words


def test_ann_can_send_no_table(lobby: Lobby) -> None:
    ann = signed_in(lobby, "ann")
    ann.get("/mine")
    sent = {"pass": ann.field("pass"), "nonce": ann.field("nonce")}

    ann.send("POST", "/people/check", multipart(csv("zoe,Zoe,,,"), sent), headers())
    assert ann.answer.status_code == 404
    assert ann.post("/people/import", sent | {"file": "0" * 32}).status_code == 404


# The health of Duly


def test_it_sees_how_duly_does_and_others_do_not(desk: Desk) -> None:
    """On either database; and what waits is counted."""
    lobby = Lobby(desk)
    ivan = becomes_it(lobby)
    lobby.inbox.idle = True
    with desk.store.transaction() as tx:
        tx.journal.admit([desk.message("ann", "hello", "m1")])
    page = ivan.opens("/health").words

    for each in ("paper", "Last heard from it", "To be sent", "Store of keys can be read", "0.1.0"):
        assert each in page
    assert "No backup was made yet: ./duly backup FILE" in page
    assert "Events to be handled 1, the oldest since" in page
    for who in ("ann", "hana", "grace"):
        assert signed_in(lobby, who).get("/health").status_code == 404


def test_a_trouble_goes_once_it_is_mended(lobby: Lobby, ivan: Visit) -> None:
    with lobby.desk.store.transaction() as tx:
        Health(tx.rows).note(BACKUP)
        Health(tx.rows).note(KEYS_BACKUP)
    assert "backup was made yet" not in ivan.opens("/health").words

    lobby.desk.now += timedelta(days=3)
    ivan = signed_in(lobby, "ivan")
    assert "The last backup is of" in ivan.opens("/health").words


def test_what_nobody_handles_is_told_of(lobby: Lobby, ivan: Visit) -> None:
    lobby.inbox.idle = True
    desk: Desk = lobby.desk
    with desk.store.transaction() as tx:
        tx.journal.admit([desk.message("ann", "hello", "m1")])
    desk.now += timedelta(hours=1)

    assert "Events wait to be handled since" in ivan.opens("/health").words


# Their own settings


def test_a_pause_can_be_ended_and_leave_is_shown(lobby: Lobby) -> None:
    bob, now = signed_in(lobby, "bob"), lobby.desk.now
    assert "Pause your nudges" in bob.opens("/settings").words
    assert "Not noted" in bob.reads.words
    with lobby.desk.store.transaction() as tx:
        away = Absence(person="bob", start=now, end=now + timedelta(days=3), delegate="ann")
        tx.people.absent(away)
    lobby.desk.says("bob", "pause until tomorrow 10:00")
    page = bob.opens("/settings")

    assert "Ann stands in" in page.words
    bob.presses("End the pause")
    assert "Pause None" in bob.opens("/settings").words
