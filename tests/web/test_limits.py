"""Failures are counted by address, for a while, and not without end."""

from datetime import timedelta

from bot.web.limits import KNOWN, MOST, SPAN, Attempts
from tests.desk import MONDAY


def attempts() -> tuple[Attempts, list[timedelta]]:
    ahead = [timedelta(0)]
    return Attempts(lambda: MONDAY + ahead[0]), ahead


def test_failures_of_long_ago_do_not_count() -> None:
    made, ahead = attempts()
    for _ in range(MOST - 1):
        made.fail("192.0.2.1")
    ahead[0] = SPAN
    made.fail("192.0.2.1")

    assert made.wait("192.0.2.1") is None


def test_the_wait_grows_shorter() -> None:
    made, ahead = attempts()
    for _ in range(MOST):
        made.fail("192.0.2.1")
    ahead[0] = timedelta(minutes=4)

    assert made.wait("192.0.2.1") == timedelta(minutes=6)
    assert made.wait("192.0.2.2") is None


def test_a_flood_of_addresses_fills_no_memory() -> None:
    made, _ = attempts()
    for number in range(KNOWN + 10):
        made.fail(f"host-{number}")

    assert len(made.failed) == KNOWN
