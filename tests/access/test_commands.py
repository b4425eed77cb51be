"""Every command by everybody, with the number of everything: nobody reads what is not theirs.

Promise 7: who may not see something gets exactly the answer they get for what does not exist.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from bot.events import Account, AccountChanged
from bot.handlers import accounts
from commands import COMMANDS
from tests.access.asking import NOTHING, Answer, Asking, asking
from tests.access.company import ACCOUNTS, ACTORS, Company, build, may
from tests.access.table import FREE, GIVEN, TABLE
from tests.desk import PAPER, account

ROWS = [(line, things) for lines, things in TABLE.items() for line in lines]


@pytest.fixture(scope="module")
def company() -> Iterator[Company]:
    made = build()
    yield made
    made.desk.close()


@pytest.fixture(scope="module")
def ask(company: Company) -> Iterator[Asking]:
    with asking(company) as made:
        yield made


def named(company: Company, thing: str) -> str:
    return company.told.get(thing) or str(company.things[thing])


def leaks(answer: Answer, command: str) -> list[tuple[str, str]]:
    given = GIVEN.get(command, "").split()
    return [each for each in answer.canaries() if not may(*each) and each[0] not in given]


def test_every_command_has_its_rows() -> None:
    asked = {line.split()[0] for line, _ in ROWS} | {line.split()[0] for line in FREE}

    assert {each.name for each in COMMANDS} == asked


@pytest.mark.thorough
def test_nothing_was_sent_to_who_may_not_read_it(company: Company) -> None:
    """While all of it came to be."""
    told = tuple((line.to, line.text) for line in company.desk.paper.lines)

    assert leaks(Answer(told), "") == []


@pytest.mark.no_cover
@pytest.mark.parametrize(("line", "things"), ROWS, ids=[line for line, _ in ROWS])
def test_what_is_not_theirs_does_not_exist(ask: Asking, line: str, things: dict[str, str]) -> None:
    found: dict[str, set[str]] = {thing: set() for thing in things}
    for who in ACTORS:
        none = ask.says(who, line.format(NOTHING)).about(NOTHING)
        for thing in things:
            name = named(ask.company, thing)
            answer = ask.says(who, line.format(name))
            assert leaks(answer, line.split(maxsplit=1)[0]) == [], (who, thing)
            if answer.about(name) != none:
                found[thing].add(who)
    assert found == {thing: everyone(who) for thing, who in things.items()}


def everyone(who: str) -> set[str]:
    """With all their accounts."""
    people = set(who.split())
    return people | {account for account, person in ACCOUNTS.items() if person in people}


@pytest.mark.no_cover
@pytest.mark.parametrize("line", FREE)
def test_no_list_tells_what_is_not_theirs(ask: Asking, line: str) -> None:
    for who in ACTORS:
        answer = ask.says(who, line.format(**ask.company.things))
        assert leaks(answer, line.split(maxsplit=1)[0]) == [], who
        assert answer.told, who


def test_a_search_finds_what_its_asker_may_read(ask: Asking) -> None:
    """That something is found at all, so that the rows above can fail."""
    words = {"between": "ann eve", "room": "ann eve", "approved": "eve sam"}
    for word, who in words.items():
        seen = {each for each in ACTORS if list(ask.says(each, f"search {word}").canaries())}
        assert seen == everyone(who), word


@pytest.mark.parametrize("line", ["mine", "hold 1", "search room", "breach", "help", "link WRONG"])
def test_who_has_left_is_a_stranger(ask: Asking, line: str) -> None:
    gone, stranger = ask.says("gone", line), ask.says("mallory", line)

    assert [text.replace("gone", "mallory") for _, text in gone.about("X").told] == [
        text for _, text in stranger.about("X").told
    ]


# Guests, bots, closed accounts and those of other companies: whatever they ask is a stranger's


CHANGES = re.compile(r"(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM) \"?(\w+)", re.IGNORECASE)
HARMLESS = {"outbox", "numbers", "accounts", "tries"}  # an answer, who asked, a wrong code
KINDS: dict[str, dict[str, Any]] = {
    "guest": {"outsider": True},
    "bot": {"automatic": True},
    "closed": {"active": False},
}
NO_CODES = "Guests, bots and closed accounts are linked by HR or IT only."
NONE: dict[str, str] = {}
LINES = {line.split()[0]: (line, NONE) for line in FREE} | {
    line.split()[0]: (line, things) for lines, things in TABLE.items() for line in lines
}


@contextmanager
def changing(ask: Asking) -> Iterator[set[str]]:
    """Which tables meanwhile."""
    found: set[str] = set()

    def noted(*told: Any) -> None:
        found.update(CHANGES.findall(str(told[2])))

    conn = ask.tx.rows.conn
    sa.event.listen(conn, "before_cursor_execute", noted)
    try:
        yield found
    finally:
        sa.event.remove(conn, "before_cursor_execute", noted)


def others(ask: Asking) -> Iterator[tuple[str, Account]]:
    """Of every kind, each with the address of a colleague; and a closed one that was hers."""
    yield "of another company", Account(PAPER, "elsewhere", "ann")
    for name, kind in KINDS.items():
        yield name, met(ask, f"some-{name}", **kind)
    hers = account("ann-closed")
    ask.tx.people.link(hers, "ann")
    yield "closed, and hers before", met(ask, hers.id, active=False)


def met(ask: Asking, name: str, **kind: Any) -> Account:
    one, at = account(name), ask.company.desk.now
    said = AccountChanged(key="", at=at, account=one, name="Ann", email="ann@acme.example")
    accounts.changed(ask.tx, replace(said, **kind))
    return one


@pytest.mark.no_cover
def test_whatever_they_ask_is_a_strangers(ask: Asking) -> None:
    wrong, kinds = [], list(others(ask))
    for name, (line, things) in LINES.items():
        number = next((ask.company.things[x] for x in things if x in ask.company.things), 1)
        said = line.format(number, notice=ask.company.things["notice"])
        nobody = masked(ask.says("mallory", said), account("mallory"))
        for kind, one in kinds:
            with changing(ask) as changed:
                told = masked(ask.says(one.id, said, one), one)
            if changed - HARMLESS or (told != nobody and not (name == "link" and NO_CODES in told)):
                wrong.append((kind, said, told, changed - HARMLESS))
    assert wrong == []


def masked(answer: Answer, one: Account) -> str:
    told = "".join(text for _, text in answer.told)
    return re.sub(rf"'{one.realm}'", "'home'", told).replace(f"'{one.id}'", "'X'")


def test_a_colleague_would_be_answered_otherwise(ask: Asking) -> None:
    """That this page can fail."""
    mine, nobodys = ask.says("ann", "mine"), ask.says("mallory", "mine")

    assert masked(mine, account("ann")) != masked(nobodys, account("mallory"))
    with changing(ask) as changed:
        ask.says("ann", "away 2026-07-01")
    assert changed - HARMLESS
