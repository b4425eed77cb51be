"""Nudges that go at the same time are looked at together: in few statements, to the same end."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.card import Card
from bot.handlers import deeds, nudging
from bot.policy.people import Person
from bot.store import Transaction
from bot.store.schema import nudges, outbox
from tests.desk import Desk, account
from tests.test_ticker import statements

M, H = timedelta(minutes=1), timedelta(hours=1)
MANY = 40


def staffed(desk: Desk) -> list[str]:
    """A company with many more people."""
    names = [f"n{number}" for number in range(MANY)]
    with desk.store.transaction() as tx:
        tx.policies.adopt(f"[nudges]\nper_sender = {MANY}\n")
        tx.people.save(Person(id=name, name=name, department="sales") for name in names)
        for name in names:
            tx.people.link(account(name), name)
    return names


def asked(desk: Desk, names: Sequence[str]) -> None:
    """By ann, all at once."""
    with desk.store.transaction() as tx:
        book = tx.policies.current()
        for name in names:
            opening = deeds.Opening(
                kind="reply",
                owed_by=name,
                owed_to="ann",
                level=book.levels["normal"],
                clause="2.2.1-reply",
                rule="question-to-person",
                start=desk.now,
            )
            deeds.open_duty(tx, opening)


def nudged(desk: Desk) -> list[Any]:
    with desk.store.db.connect() as conn:
        return list(conn.execute(sa.select(nudges).order_by(nudges.c.at, nudges.c.person)))


def cards(desk: Desk) -> dict[str, int]:
    """How many nudging cards there are of each state."""
    c = outbox.c
    ours = sa.select(c.state, sa.func.count()).where(c.kind == "Remind").group_by(c.state)
    with desk.store.db.connect() as conn:
        return {row.state: row[1] for row in conn.execute(ours)}


def carried(desk: Desk) -> dict[str, int]:
    """How many nudges go with cards of each state."""
    with_card = sa.select(outbox.c.state, sa.func.count()).join(
        nudges, nudges.c.parcel == outbox.c.id
    )
    with desk.store.db.connect() as conn:
        return {row.state: row[1] for row in conn.execute(with_card.group_by(outbox.c.state))}


def test_many_nudges_are_composed_in_few_statements(desk: Desk) -> None:
    asked(desk, staffed(desk))
    desk.now += 4 * H + 30 * M  # three working hours of four, lunch between
    desk.bot.ticker.ring()

    with statements(desk) as said:
        loads, tried = desk.bot.courier._claim(None)
    assert (len(loads), tried) == (MANY, MANY)
    assert len(said) < MANY  # those of one nudge, and not of each


def test_a_nudge_that_cannot_be_composed_takes_no_other_with_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(desk, staffed(desk))
    made = nudging.card

    def card(tx: Transaction, due: Any, person: str) -> Card:
        if person == "n7":
            raise KeyError(person)
        return made(tx, due, person)

    monkeypatch.setattr(nudging, "card", card)
    told = desk.wait(4 * H + 30 * M)

    assert len(desk.titles(told)) == MANY - 1
    assert cards(desk) == {"arrived": MANY - 1, "undeliverable": 1}
    assert {row.person for row in nudged(desk) if not row.sent} == {"n7"}


def test_the_cap_of_an_asker_holds_among_cards_that_go_together(desk: Desk) -> None:
    names = staffed(desk)
    with desk.store.transaction() as tx:
        tx.policies.adopt("[nudges]\nper_sender = 5\n")
    asked(desk, names)
    told = desk.wait(4 * H + 30 * M)

    assert len(told) == 5
    assert cards(desk) == {"arrived": 5, "spared": MANY - 5, "ready": MANY - 5}
    assert carried(desk) == {"arrived": 5, "ready": MANY - 5}, "none stays with a card that is over"


def test_for_what_is_too_much_for_today_no_card_is_begun(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.policies.adopt("[nudges]\nper_pair = 1\n")
    asked(desk, ["bob"])
    desk.now += 10 * M
    asked(desk, ["bob", "bob"])
    told = [*desk.wait(4 * H + 20 * M), *desk.wait(15 * M)]

    assert desk.titles(told) == ["bob: «Ann» is waiting for your answer"]
    assert cards(desk) == {"arrived": 1, "ready": 1}
    assert [row.sent for row in nudged(desk)] == [True, None, None]
    assert desk.titles(desk.wait(24 * H))[:1] == ["bob: Your day: 3 things wait"]
