"""What the database itself keeps of findings and cases, on both engines. Policy 5.1.1."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from tests.desk import MONDAY, Desk
from tests.stories.test_findings import H, file, one, uphold


def test_the_database_keeps_every_closing(desk: Desk) -> None:
    file(desk)
    uphold(desk)
    desk.says("ann", "finding 1 contest I was away.")
    desk.says("hana", "finding 1 reopen She was.")
    desk.says("grace", "finding 1 settled")
    found = one(desk)
    assert (found.round, found.how) == (2, "settled")
    for statement in (
        "UPDATE findings SET how = 'fine'",
        "UPDATE findings SET state = 'open'",
        "UPDATE findings SET state = 'open', round = 4",
        "UPDATE findings SET state = 'settled', round = 3, how = 'fine'",
        "UPDATE finding_trail SET deed = 'noted'",
        "DELETE FROM finding_trail",
    ):
        with pytest.raises(sa.exc.DBAPIError), desk.store.db.begin() as conn:
            conn.exec_driver_sql(statement)
    assert one(desk) == found


def test_a_case_keeps_what_was_reported_and_done(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        bob = tx.people.snapshot().directory.people["bob"]
        tx.people.save([replace(bob, roles=frozenset({"it"}))])
    desk.says("ann", "help-account I am locked out")
    desk.says("bob", "case 1 done Try again, please.")
    desk.says("ann", "phishing see https://evil.example/x")
    desk.says("bob", "phishing block evil.example 2")
    desk.says("eve", "phishing https://evil.example/y")  # the same host is no second row
    for statement in (
        "UPDATE cases SET reporter = 'eve'",
        "DELETE FROM cases",
        "UPDATE case_trail SET deed = 'added'",
        "DELETE FROM case_trail",
    ):
        with pytest.raises(sa.exc.DBAPIError), desk.store.db.begin() as conn:
            conn.exec_driver_sql(statement)
    with desk.store.transaction() as tx:
        assert [each.state for each in tx.cases.between(MONDAY, MONDAY + 400 * H)] == [
            "done",
            "open",
            "open",
        ]
