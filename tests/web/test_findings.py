"""The queue of findings as pages, for who may read it. Policy 5.1.1."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.handlers import findings
from bot.handlers.findings import Suspected
from tests.desk import STAFF, Desk
from tests.web.lobby import Lobby

SEES = {"hana": {1, 2}, "sam": {1}, "grace": {1, 2}, "bob": {2}, "mei": {2}, "eve": {1, 2}}


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.close()


@pytest.fixture
def filed(lobby: Lobby) -> Lobby:
    """#1 of Ann's, #2 of nobody's and for IT; Bob is of IT, Eve an auditor."""
    with lobby.desk.store.transaction() as tx:
        people = tx.people.snapshot().directory.people
        tx.people.save(
            [
                replace(people["bob"], roles=frozenset({"it"})),
                replace(people["eve"], roles=frozenset({"auditor"})),
            ]
        )
        ann = tx.people.snapshot().directory.people["ann"]
        hostile = "<script>alert(1)</script>"
        filed = Suspected(rule="accounts.lent", clause="4.1.1", person=ann, evidence=(hostile,))
        findings.open_(tx, filed)
        findings.open_(tx, replace(filed, person=None, role="it"))
    return lobby


def test_each_sees_in_the_list_and_behind_it_only_what_is_theirs(filed: Lobby) -> None:
    for who in STAFF:
        visit, sees = filed.signs_in(who), SEES.get(who, set())
        page = visit.opens("/findings/open")
        assert (visit.answer.status_code == 200) is (who in SEES), who
        links = {have.get("href") for _, have in page.tags}
        assert {n for n in (1, 2) if f"/findings/{n}" in links} == sees, who
        for number in (1, 2):
            visit.opens(f"/findings/{number}")
            own = who == "ann" and number == 1
            assert (visit.answer.status_code == 200) is (number in sees or own), (who, number)


def test_a_finding_is_looked_at_to_its_end_on_its_page(filed: Lobby) -> None:
    sam = filed.signs_in("sam")
    page = sam.opens("/findings/1")
    assert "It rests on: <script>alert(1)</script>" in page.words
    assert "It was noticed at" in page.words
    assert not any(tag == "script" for tag, _ in page.tags)

    sam.presses("I look at it")
    page = sam.opens("/findings/1")
    assert "In the hands of Sam, until" in page.words
    filed.desk.says("sam", "finding 1 settled")
    assert "Sam closed it at" in sam.opens("/findings/1").words
    assert "closed it at" not in filed.signs_in("ann").opens("/findings/1").words


def test_a_case_has_a_page_for_it_and_who_reported_it(filed: Lobby) -> None:
    filed.desk.says("ann", "help-account I am locked out.")
    for who, status in (("ann", 200), ("bob", 200), ("sam", 404), ("hana", 404)):
        visit = filed.signs_in(who)
        visit.opens("/cases/3")
        assert visit.answer.status_code == status, who
    assert "Trouble with an account" in filed.signs_in("bob").opens("/findings/open").words
