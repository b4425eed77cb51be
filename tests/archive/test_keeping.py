"""What people wrote beside the chat goes with its class and month, too."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.store.rings import SETTLED
from bot.store.schema import pieces, requests, wraps
from bot.store.verifying import Broken
from tests.desk import Desk


def rings(desk: Desk) -> dict[str, str]:
    """By owner, without ids."""
    with desk.store.db.connect() as conn:
        rows = conn.execute(sa.select(wraps.c.record, wraps.c.ring)).all()
    return {row.record.partition("/")[0]: row.ring for row in rows if "/" in row.record}


def destroy(desk: Desk, name: str) -> None:
    desk.store.rings.close(name)
    desk.now += SETTLED
    desk.store.rings.destroy(name)


@pytest.mark.thorough
def test_a_request_is_read_until_its_class_and_month_are_destroyed(desk: Desk) -> None:
    desk.says("ann", "request notice Closed on Friday")
    with desk.store.reading() as tx:
        (request,) = tx.requests.of("ann")
        assert "Closed on Friday" in request.form.values()
    desk.says("sam", f"approve {request.number} fine by me")
    assert rings(desk) == {"request": "notice/2026-03"}

    destroy(desk, "notice/2026-03")

    with desk.store.reading() as tx:
        (gone,) = tx.requests.of("ann")
        assert (gone.number, gone.state, set(gone.form.values())) == (
            request.number,
            "approved",
            set(),
        )
        assert [each.comment for each in tx.requests.trail(gone.id)] == ["", ""]
        assert tx.requests.text_of(gone.id, 0) == {}
    for words in ("mine", "request", f"explain {request.number}"):
        assert "our side" not in "".join(desk.says("ann", words))


def test_of_many_requests_those_destroyed_are_without_words(desk: Desk) -> None:
    for words in ("notice Closed on Friday", "notice Open on Monday"):
        desk.says("ann", f"request {words}")
    with desk.store.reading() as tx:
        numbers = [each.number for each in tx.requests.of("ann")]
    for number in numbers:
        desk.says("sam", f"approve {number} fine by me")
    since, until = desk.now - timedelta(days=1), desk.now + timedelta(days=1)

    def told() -> list[tuple[int, bool]]:
        with desk.store.reading() as tx:
            found = tx.requests.approved_between(["notice"], since, until)
            return sorted((each.number, any(each.form.values())) for each in found)

    assert told() == [(number, True) for number in sorted(numbers)]
    destroy(desk, "notice/2026-03")
    assert told() == [(number, False) for number in sorted(numbers)]


def test_minutes_and_their_meeting_go_with_work(desk: Desk) -> None:
    desk.says("ann", "meeting Budget @bob @wei Tue 14:00 for 45 minutes")
    desk.until(desk.now.replace(day=3, hour=7))
    desk.says("ann", "minutes 1 decision: We hire two people\naction: @bob writes the notice")
    assert {"meeting": "work/2026-03", "minutes": "work/2026-03"}.items() <= rings(desk).items()

    destroy(desk, "work/2026-03")

    with desk.store.reading() as tx:
        meeting = tx.meetings.find(1) or pytest.fail("it was forgotten")
        written = tx.meetings.minutes(meeting.id) or pytest.fail("they were forgotten")
        assert meeting.topic == ""
        assert [each.text for each in written.items] == [""] * len(written.items)
        assert written.items
    desk.says("ann", "meeting 1")


def test_what_was_closed_under_the_companys_key_is_still_read() -> None:
    desk = Desk()
    desk.says("ann", "request notice Closed on Friday")
    with desk.store.transaction() as tx:
        (request,) = tx.requests.of("ann")
        tx.rows.conn.execute(sa.delete(wraps))
        sealed = tx.rows.close(requests.c.body, request.id, {"text": "as before"})
        tx.rows.conn.exec_driver_sql("DROP TRIGGER requests_no_update")
        tx.rows.conn.execute(sa.text("UPDATE requests SET body = :body"), {"body": sealed})

    with desk.store.reading() as tx:
        assert tx.requests.get(request.id).form == {"text": "as before"}


def test_what_lies_under_the_companys_key_is_no_break_until_it_is_changed(desk: Desk) -> None:
    """Workbooks, and whatever was kept before there were keys of classes and months."""
    with desk.store.transaction() as tx:
        tx.files.add("march.xlsx", "hana", bytes(3 << 20), timedelta(days=7))
        tx.files.keep("brought", "plan.pdf", "ann", b"%PDF", timedelta(days=7))

    assert broken(desk) == []
    with desk.store.transaction() as tx:
        tx.rows.change(pieces, pieces.c.file == "brought", pieces.c.number == 0, body=bytes(40))
    assert broken(desk) == ["file/brought"]


def broken(desk: Desk) -> list[str]:
    with desk.store.reading() as tx:
        steps = list(tx.verifying.steps())
    return [step.conversation for step in steps if isinstance(step, Broken)]
