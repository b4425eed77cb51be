"""Search as pages: each sees what is theirs; a look is written down before it is shown."""

import pytest

from tests.stories.test_search import TEAM, WHY, becomes, edits, goes_through, posts, room
from tests.web.lobby import Lobby

HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script> brightwater'


@pytest.fixture
def found(lobby: Lobby) -> Lobby:
    desk = lobby.desk
    becomes(desk, "eve", "auditor")
    room(desk, TEAM, "team", "ann", "sam")
    posts(desk, "ann", f"The contract {HOSTILE}")
    id = posts(desk, "sam", "our contract price is 4711", TEAM)
    posts(desk, "sam", "never mind", TEAM)
    edits(desk, "sam", id, None, TEAM)
    goes_through(desk)
    return lobby


def looks(lobby: Lobby) -> int:
    with lobby.desk.store.transaction() as tx:
        return len(tx.looks.newest(100))


def test_what_is_found_stands_there_as_words_with_its_hit_marked(found: Lobby) -> None:
    bob = found.signs_in("bob")
    page = bob.opens("/search?words=contract")

    assert "1 record found" in page.words
    assert "<mark>contract</mark>" in bob.answer.text
    assert "<script>" not in bob.answer.text
    assert "img" not in {tag for tag, have in page.tags if have.get("src") == "x"}
    record = next(
        have["href"] for _, have in page.tags if "/search/records/" in have.get("href", "")
    )
    assert "What Ann said" in bob.opens(record.removeprefix("/")).words
    assert looks(found) == 0


def test_who_may_not_look_sees_no_way_to_it(found: Lobby) -> None:
    bob = found.signs_in("bob")

    assert "Other people" not in bob.opens("/search").words
    assert bob.get("/search/others").status_code == 404
    sent = next(form for form in bob.opens("/search").forms if "pass" in form.fields).fields
    answer = bob.post("/search/others", sent | {"words": "price", "why": "A complaint of March"})
    assert answer.status_code == 404
    assert looks(found) == 0


def test_a_look_is_asked_for_with_a_reason_and_written_down(found: Lobby) -> None:
    eve = found.signs_in("eve")
    eve.opens("/search/others")

    assert eve.presses("Search", words="price", why="no").words.count("4711") == 0
    assert eve.answer.status_code == 422
    assert looks(found) == 0

    page = eve.presses("Search", words="price", why="A complaint of March")
    assert "4711" in page.words
    assert looks(found) == 1
    assert "4711" in eve.presses("Open").words
    assert looks(found) == 2
    told = eve.opens("/looks").words
    assert "A complaint of March" in told
    assert "A complaint" not in found.signs_in("sam").opens("/looks").words


def test_a_search_of_somebody_else_opens_nothing(found: Lobby) -> None:
    eve = found.signs_in("eve")
    eve.opens("/search/others")
    eve.presses("Search", words="price", why="A complaint of March")
    form = next(each for each in eve.reads.forms if "/search/records/" in each.action)

    hana = found.signs_in("hana")
    own = next(each for each in hana.opens("/search").forms if "pass" in each.fields).fields
    assert hana.post(form.action, own | {"look": form.fields["look"]}).status_code == 404
    assert hana.get(form.action).status_code == 404
    assert looks(found) == 1


def test_pages_are_turned_and_mistakes_told(found: Lobby) -> None:
    for number in range(12):
        posts(found.desk, "ann", f"item {number}")
    goes_through(found.desk)
    bob = found.signs_in("bob")

    page = bob.opens("/search?words=item")
    older = next(have["href"] for _, have in page.tags if "before=" in have.get("href", ""))
    assert "item 1" in bob.opens(older.removeprefix("/")).words
    assert "I cannot read the day" in bob.opens("/search?words=item+since%3Asoon").words
    assert "That is too long" in bob.opens(f"/search?words={'x' * 501}").words
    assert "no word in this" in bob.opens("/search?words=%3F%3F").words


def test_an_auditor_reads_the_looks_of_all(found: Lobby) -> None:
    found.desk.says("hana", f"search all price {WHY}")

    assert "A complaint of 3 March" in found.signs_in("eve").opens("/looks").words
