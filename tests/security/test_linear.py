"""Eight times as much of anything takes about eight times as long: no text holds us up.

What is asked is what reads people's words, with its own limits; a pattern alone may be worse.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from time import process_time

import pytest

from bot.policy.attachments import apart
from tests.fuzzing.targets import named

READERS = (
    *("dates", "promises", "judge", "screening", "addresses", "mail", "search_query"),
    *("slack_text", "matrix_html", "command_line"),
)
FUELS = (
    *(" ", "\n", "a", "1", "@", "我", "a.", "1 ", "by ", "no ", '"', "<a ", "a@b.", "> ", "`"),
)
COMMANDS = ("meeting Tue 14:00", "request notice", "minutes 1", "promise 1", "finding 1 note")
FEW, MANY = 1000, 8000  # characters: as much as a command may have
TIMES = MANY // FEW
MARGIN = 3
FLOOR = 0.03  # seconds, below which nobody is held up and a clock says little


def spent(read: Callable[[str], object], text: str) -> float:
    began = process_time()
    read(text)
    return process_time() - began


def grows(read: Callable[[str], object], begin: str, fuel: str) -> float:
    """How many times as long it takes than it should; 0: it is quick."""
    few, many = (begin + (fuel * size)[:size] + "\x00x" for size in (FEW, MANY))
    if (longest := spent(read, many)) < FLOOR:
        return 0.0
    longest = min(longest, spent(read, many))
    return longest / (TIMES * min(spent(read, few) for _ in range(3)) + FLOOR)


def reader(name: str) -> Callable[[str], object]:
    ready = named(name).ready()

    def read(text: str) -> None:
        with suppress(*ready.refusals):
            ready.parse(text.encode())

    return read


@pytest.mark.parametrize("name", READERS)
def test_it_takes_no_more_than_its_share(name: str) -> None:
    read = reader(name)
    begins = [f"{each} " for each in COMMANDS] if name == "command_line" else [""]
    read("warm")
    slow = {(begin, fuel): grows(read, begin, fuel) for begin in begins for fuel in FUELS}

    assert {each: times for each, times in slow.items() if times > MARGIN} == {}


def test_references_at_the_end_of_a_command_are_found_in_one_go() -> None:
    for fuel in FUELS:
        assert grows(apart, "x", fuel) <= MARGIN
    assert apart(f"a  \n file:{'0' * 32} \t file:{'1' * 32} ")[0] == "a"


def test_what_grows_by_the_square_would_be_seen() -> None:
    """As references were looked for before: from each blank of a run anew."""
    before = re.compile(r"(?:(?:^|\s+)file:[0-9a-f]{32}){1,50}\s*$")

    assert grows(before.search, "x", " ") > MARGIN
