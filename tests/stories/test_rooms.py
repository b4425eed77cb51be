"""We join a room, leave it, or it changes: its people know where they stand."""

from dataclasses import replace

from bot.events import MembershipChanged, PlaceChanged
from bot.store.gaps import OPEN
from bot.store.schema import gaps
from tests.desk import LOBBY, Desk, account, person

US = account("duly")


def moves(desk: Desk, *, joined: bool, key: str) -> list[str]:
    event = MembershipChanged(
        key=key, at=desk.now, account=US, place=LOBBY, joined=joined, ours=True
    )
    return desk.hears(event)


def test_a_room_we_join_is_told_once_what_is_kept_there(desk: Desk) -> None:
    [said] = moves(desk, joined=True, key="in")

    assert said.startswith("lobby: Duly is in this room from now on\n")
    assert "every message, edit and deletion" in said
    assert "To be kept for: 36 months" in said
    assert "/duly help" in said
    assert moves(desk, joined=True, key="in") == []
    assert moves(desk, joined=True, key="told again") == []


def test_after_we_left_it_is_told_anew_and_the_gap_has_an_end(desk: Desk) -> None:
    moves(desk, joined=True, key="1")
    desk.posts("ann", "@bob when will the samples be ready?")
    said = moves(desk, joined=False, key="2")
    with desk.store.transaction() as tx:
        [gap] = tx.rows.all(gaps)
    assert gap.until == OPEN
    assert desk.duty(1).state == "excused"
    assert said[0].startswith("ann: I could not see whether «Bob» answered #1.")
    assert "9999" not in said[0]

    assert len(moves(desk, joined=True, key="3")) == 1
    with desk.store.transaction() as tx:
        [gap] = tx.rows.all(gaps)
    assert gap.until == desk.now


def test_what_is_owed_in_a_room_that_is_closed_is_excused(desk: Desk) -> None:
    desk.posts("ann", "@bob when will the samples be ready?")
    desk.take(PlaceChanged(key="a", at=desk.now, place=LOBBY, name="lobby", archived=True))

    assert desk.duty(1).state == "excused"


def test_it_and_the_heads_hear_once_that_others_can_read_a_room(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("eve"), roles=frozenset({"it"}))])
    desk.take(
        MembershipChanged(key="m", at=desk.now, account=account("ann"), place=LOBBY, joined=True)
    )
    shared = PlaceChanged(key="o", at=desk.now, place=LOBBY, name="lobby", outside=True)
    said = desk.titles(desk.hears(shared))

    told = "People of other companies can read «#lobby»"
    assert sorted(said) == [f"eve: {told}", f"sam: {told}"]
    assert desk.hears(replace(shared, key="p")) == []
