"""A platform shuts us out: what is not seen meanwhile is known, and IT hears of it elsewhere."""

from dataclasses import replace
from datetime import timedelta

from bot.cli import doctor
from bot.events import AccessLost, Account
from bot.store.gaps import OPEN
from bot.store.schema import gaps
from tests.desk import LOBBY, PAPER, Desk, person

HOUR = timedelta(hours=1)


def lose(desk: Desk, key: str = "lost") -> list[str]:
    return desk.titles(desk.hears(AccessLost(key=key, at=desk.now, platform=PAPER, realm="home")))


def test_every_room_there_is_unseen_until_something_arrives_again(desk: Desk) -> None:
    desk.posts("ann", "@bob when will the samples be ready?")
    due, lost_at = desk.duty(1).due, desk.now
    lose(desk)
    with desk.store.transaction() as tx:
        [gap] = tx.rows.all(gaps)
        assert (gap.since, gap.until) == (lost_at, OPEN)
        assert tx.gaps.lost() == {"paper/home": lost_at}
    desk.now = due + HOUR
    desk.posts("eve", "good morning everybody")

    with desk.store.transaction() as tx:
        [gap] = tx.rows.all(gaps)
        assert tx.gaps.lost() == {}
    assert gap.until == desk.now
    assert desk.duty(1).state == "excused"


def test_it_hears_of_it_once_and_only_elsewhere(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.people.save([replace(person(name), roles=frozenset({"it"})) for name in ("eve", "wei")])
        tx.people.link(Account(PAPER, "branch", "eve2"), "eve")

    [said] = lose(desk)
    assert said.startswith("eve2: paper («home») lets Duly in no more since")
    assert lose(desk, "again") == []


def test_the_doctor_says_what_to_do_about_it(desk: Desk) -> None:
    lose(desk)
    with desk.store.reading() as tx:
        found = [each.sentence for each in doctor._findings(tx)]

    assert any("lets Duly in no more" in each for each in found)


def test_what_was_on_its_way_before_does_not_end_it(desk: Desk) -> None:
    lose(desk)
    desk.take(replace(desk.message("ann", "good morning", "m99"), at=desk.now - HOUR))

    with desk.store.transaction() as tx:
        assert list(tx.gaps.lost()) == ["paper/home"]
    assert LOBBY.realm == "home"
