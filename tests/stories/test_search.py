"""What was said is found again, by who may see it. Policy 3.3.2."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.events import (
    Attachment,
    FileShared,
    MembershipChanged,
    MessageChanged,
    MessageRef,
    Place,
    PlaceChanged,
)
from bot.indexing import _entry
from bot.policy.lookup.query import read
from bot.store.search import Wanted
from tests.desk import LOBBY, PAPER, STAFF, Desk, account, person

TEAM = Place(PAPER, "home", "team")
H = timedelta(hours=1)
WHY = 'why="A complaint of 3 March"'


def goes_through(desk: Desk) -> None:
    """As the worker does between two moments."""
    while desk.bot.indexer.work():
        pass


def room(desk: Desk, place: Place, name: str, *members: str, kind: str = "channel") -> None:
    desk.take(
        PlaceChanged(key=f"place {name}", at=desk.now, place=place, name=name, kind=kind),  # type: ignore[arg-type]
        *(
            MembershipChanged(
                key=f"{name} {who}", at=desk.now, account=account(who), place=place, joined=True
            )
            for who in members
        ),
    )


def posts(desk: Desk, who: str, text: str, place: Place = LOBBY) -> str:
    if place == LOBBY:
        return desk.posts(who, text)
    said = desk.message(who, text, next(desk._ids))
    desk.take(replace(said, message=MessageRef(place, said.message.id)))
    return said.message.id


def edits(desk: Desk, who: str, id: str, text: str | None, place: Place = LOBBY) -> None:
    key = f"edit {id} {text}"
    ref = MessageRef(place, id)
    desk.take(MessageChanged(key=key, at=desk.now, author=account(who), message=ref, text=text))


def finds(desk: Desk, who: str, words: str) -> list[str]:
    """The words of what is found, as it is quoted."""
    goes_through(desk)
    (said,) = desk.says(who, f"search {words}")
    return [line.split("“«")[1].rstrip("»”") for line in said.split("\n") if "“«" in line]


def says(desk: Desk, who: str, words: str) -> str:
    goes_through(desk)
    (said,) = desk.says(who, words)
    return said


def becomes(desk: Desk, who: str, *roles: str) -> None:
    with desk.store.transaction() as tx:
        tx.people.save([replace(person(who), roles=frozenset(roles))])


@pytest.fixture
def talked(desk: Desk) -> Desk:
    becomes(desk, "wei", "auditor")
    room(desk, TEAM, "team", "ann", "sam")
    posts(desk, "ann", "The CONTRACT with Brightwater is ready")
    posts(desk, "bob", "合同审批已经完成，请看附件")
    posts(desk, "sam", "our contract price is 4711", TEAM)
    return desk


def test_words_are_found_whatever_their_width_case_and_language(talked: Desk) -> None:
    assert finds(talked, "bob", "contract") == ["The CONTRACT with Brightwater is ready"]
    assert finds(talked, "bob", "ＣＯＮＴＲＡＣＴ ready") == [
        "The CONTRACT with Brightwater is ready"
    ]
    assert finds(talked, "bob", "审批") == ["合同审批已经完成，请看附件"]
    assert finds(talked, "bob", "审") == ["合同审批已经完成，请看附件"]
    assert finds(talked, "bob", '"with brightwater"') == ["The CONTRACT with Brightwater is ready"]
    assert finds(talked, "bob", '"brightwater with"') == []
    assert finds(talked, "bob", "contract 审批") == []


def test_nobody_finds_what_was_said_where_they_are_not(talked: Desk) -> None:
    assert finds(talked, "sam", "4711") == ["our contract price is 4711"]
    assert finds(talked, "bob", "4711") == []
    assert "I know no room «#team»" in says(talked, "bob", "search price in:#team")
    assert "I know no room «#none»" in says(talked, "bob", "search price in:#none")


@pytest.mark.thorough
def test_it_is_narrowed_down_by_room_author_day_class_and_kind(talked: Desk) -> None:
    talked.now += 48 * H
    posts(talked, "eve", "another contract", TEAM)

    assert finds(talked, "ann", "contract") == [
        "another contract",
        "our contract price is 4711",
        "The CONTRACT with Brightwater is ready",
    ]
    assert len(finds(talked, "ann", "contract in:team")) == 2
    assert finds(talked, "ann", "在:#team 来自:sam") == ["our contract price is 4711"]
    assert finds(talked, "ann", "contract since:2026-03-03") == ["another contract"]
    assert len(finds(talked, "ann", "contract until:2026-03-03")) == 2
    assert finds(talked, "ann", "contract class:notice") == []
    assert len(finds(talked, "ann", "contract class:work kind:post")) == 3


def test_a_mistake_in_a_filter_is_told_with_an_example(talked: Desk) -> None:
    assert "I cannot read the day «soon»" in says(talked, "ann", "search x since:soon")
    assert "Known: work, notice, material, personal" in says(talked, "ann", "search x class:odd")
    assert "I know nobody called «@nobody»" in says(talked, "ann", "search x from:@nobody")
    assert "no word in this that can be found" in says(talked, "ann", "search ...")


def test_colleagues_find_what_stands_now_and_its_author_what_stood_before(talked: Desk) -> None:
    id = posts(talked, "ann", "the password is swordfish")
    edits(talked, "ann", id, "the password is gone")

    assert finds(talked, "bob", "swordfish") == []
    assert finds(talked, "bob", "password") == ["the password is gone"]
    assert finds(talked, "ann", "swordfish") == ["the password is swordfish"]

    edits(talked, "ann", id, None)
    assert finds(talked, "bob", "password") == []


def test_evidence_is_found_by_who_looks_into_others_records_with_a_reason(talked: Desk) -> None:
    id = posts(talked, "ann", "the price is secretly lower")
    edits(talked, "ann", id, None)
    goes_through(talked)

    said = says(talked, "wei", f"search all secretly {WHY}")
    assert "the price is secretly lower" in said
    assert "deleted since" in said or "已删除" in said
    assert "Nothing found" in says(talked, "bob", "search secretly")
    assert "not for your role" in says(talked, "bob", f"search all secretly {WHY}")


def test_without_a_reason_it_is_asked_for_first(talked: Desk) -> None:
    goes_through(talked)
    assert talked.says("hana", "search all contract") == []

    talked.submits("hana", words="contract", why="")
    (said,) = talked.submits("hana", words="contract", why="short")
    assert "Say in a few words why" in said
    (said,) = talked.submits("hana", words="price", why="A complaint of 3 March")
    assert "our contract price is 4711" in said


def test_each_look_is_a_record_and_is_told_to_who_oversees_them(talked: Desk) -> None:
    assert "price is 4711" in says(talked, "hana", f"search all price {WHY}")
    opened = talked.presses("hana", "1️⃣")
    assert "What «Sam» said" in opened[0]

    told = says(talked, "wei", "looks")
    assert "«Hana»" in told
    assert "A complaint of 3 March" in told
    assert told.count("#") == 2
    with talked.store.transaction() as tx:
        assert tx.records.head("duly/looks")[0] == 2


def test_people_read_later_who_looked_at_their_records_but_not_why(talked: Desk) -> None:
    says(talked, "hana", f"search all price {WHY}")
    assert "There is no look" in says(talked, "sam", "looks")

    talked.now += timedelta(days=31)
    told = says(talked, "sam", "looks")
    assert "«Hana» found something of yours" in told
    assert "complaint" not in told
    assert "There is no look" in says(talked, "eve", "looks")


def test_what_is_personal_is_for_its_author_and_hr_alone(talked: Desk) -> None:
    id = posts(talked, "ann", "my illness takes longer")
    talked.says("ann", f"class msg:{id} personal it is about my health")

    assert finds(talked, "bob", "illness") == []
    assert finds(talked, "ann", "illness class:personal") == ["my illness takes longer"]
    assert "illness" not in says(talked, "wei", f"search all illness {WHY}").split("\n", 1)[1]
    assert "my illness takes longer" in says(talked, "hana", f"search all illness {WHY}")


def test_direct_chats_are_found_by_who_is_in_them_alone(talked: Desk) -> None:
    pair = Place(PAPER, "home", "pair")
    room(talked, pair, "", "ann", "bob", kind="direct")
    posts(talked, "ann", "between us: the merger", pair)

    assert finds(talked, "bob", "merger") == ["between us: the merger"]
    assert finds(talked, "eve", "merger") == []
    assert "between us" not in says(talked, "hana", f"search all merger {WHY}")


def test_days_alone_name_all_that_was_said_then(talked: Desk) -> None:
    assert len(finds(talked, "ann", "since:2026-03-02 until:2026-03-02")) == 3
    assert "3 records" in says(talked, "hana", f"search all since:2026-03 {WHY}")


@pytest.mark.thorough
def test_files_are_found_by_their_names_and_notices_by_who_they_are_for(talked: Desk) -> None:
    id = posts(talked, "ann", "see what is attached", TEAM)
    talked.take(
        FileShared(
            key="file",
            at=talked.now,
            actor=account("ann"),
            message=MessageRef(TEAM, id),
            files=(Attachment("Quotation-2026.pdf", "F1", 3),),
        )
    )
    talked.says("ann", 'request notice audience="@bob" The elevator is out of order.')
    talked.says("sam", "approve 1")

    assert finds(talked, "sam", "quotation kind:file") == ["Quotation-2026.pdf"]
    assert finds(talked, "bob", "quotation") == []
    assert "elevator" in says(talked, "bob", "search elevator kind:notice").casefold()
    assert "Nothing found" in says(talked, "eve", "search elevator kind:notice")
    edits(talked, "ann", id, None, TEAM)
    assert finds(talked, "sam", "quotation") == []


def test_pages_go_on_where_the_last_one_ended(desk: Desk) -> None:
    for number in range(25):
        desk.posts("ann", f"item {number} of the list")

    assert finds(desk, "bob", "item") == [f"item {n} of the list" for n in range(24, 14, -1)]
    (said,) = desk.presses("bob", "Older")
    assert "item 14 of the list" in said
    assert "item 5 of the list" in said
    (said,) = desk.presses("bob", "Older")
    assert "item 0 of the list" in said
    assert "Older" not in [each.label.sentence for each in desk.paper.lines[-1].card.buttons]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "query",
    [
        '" * NEAR( OR',
        "foo OR bar NOT (baz)",
        "a" * 480,
        "word " * 90,
        "\x00\x00",
        "\ud800 lone",
        "(((((a+)+)+)+)+)$",
        "!!! ??? …",
        "🎉🎉",
        "שלום עולם",
        "'; DROP TABLE lookups; --",
        '"""',
        "in: from: since:",
        "ß ſ İ",
        "&|!<->:*",
        "in:🎉",
        "class:",
    ],
)
def test_whatever_is_typed_gets_an_answer(talked: Desk, query: str) -> None:
    posts(talked, "ann", f"it said {query}")
    said = says(talked, "ann", f"search {query}")

    assert said.startswith("ann: ")
    with talked.store.transaction() as tx:
        assert not list(tx.journal.parked())


def test_what_is_disposed_of_leads_nowhere(talked: Desk) -> None:
    assert finds(talked, "bob", "brightwater") != []
    with talked.store.transaction() as tx:
        (found,) = [id for _, id in tx.search.find(Wanted(read("brightwater").grams))]
        tx.search.forget([found])

    assert finds(talked, "bob", "brightwater") == []
    assert finds(talked, "bob", "审批") != []


def test_what_is_disposed_of_while_it_is_gone_through_leads_nowhere(desk: Desk) -> None:
    posts(desk, "ann", "a canary sings")
    with desk.store.reading() as tx:
        ids = tx.search.pending(9)
        entries = [_entry(id, each) for id, each in tx.search.opened(ids).items()]
    with desk.store.transaction() as tx:
        tx.search.forget(ids)
    with desk.store.transaction() as tx:
        tx.search.enter(entries, ids[-1])

    with desk.store.reading() as tx:
        assert list(tx.search.find(Wanted(read("canary").grams))) == []


def test_made_anew_it_finds_the_same(talked: Desk) -> None:
    before = [finds(talked, who, "contract") for who in STAFF]
    talked.bot.indexer.rebuild()

    assert [finds(talked, who, "contract") for who in STAFF] == before
