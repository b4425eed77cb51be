"""An account is closed: what its person owes is not forgotten. Policy 3.2.4."""

from dataclasses import replace

from bot.events import AccountChanged
from tests.desk import Desk, account, person

ASK = "@bob when will the samples be ready?"


def told(desk: Desk, who: str = "bob", *, active: bool, key: str = "closed") -> list[str]:
    event = AccountChanged(key=key, at=desk.now, account=account(who), name=who, active=active)
    return desk.titles(desk.hears(event))


def test_the_manager_is_asked_who_takes_over_and_hr_hears_of_it_once(desk: Desk) -> None:
    desk.posts("ann", ASK)
    said = told(desk, active=False)

    assert sorted(each.split(":")[0] for each in said) == ["hana", "mei", "mei"]
    assert "hana: The last account of «Bob» was closed" in said
    assert told(desk, active=False) == []
    assert told(desk, active=False, key="again") == []
    desk.presses("mei", "I take it over")
    with desk.store.transaction() as tx:
        assert [duty.owed_by for duty in tx.duties.owed_to("ann")] == ["mei"]


def test_who_has_another_account_is_written_to_there(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.people.link(account("bob2"), "bob")

    assert told(desk, active=False) == []
    with desk.store.transaction() as tx:
        assert tx.people.reached_at("bob") == account("bob2")


def test_who_is_back_is_written_to_again_and_nothing_else_changes(desk: Desk) -> None:
    desk.posts("ann", ASK)
    told(desk, active=False)
    desk.presses("mei", "I take it over")

    assert told(desk, active=True, key="open") == []
    with desk.store.transaction() as tx:
        assert tx.people.reached_at("bob") == account("bob")
        assert tx.duties.owed_by("bob") == []


def test_of_who_has_no_manager_hr_and_it_are_told(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("eve"), roles=frozenset({"it"}))])
        tx.people.save([replace(person("grace"), department=None)])
    said = told(desk, "grace", active=False)

    assert [each.split(":")[0] for each in said] == ["hana", "eve"]
