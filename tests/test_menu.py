"""Rules every command must keep, checked over the whole menu."""

from typing import Any

import pytest

from bot.command import Command, Words
from bot.events import MessageRef
from bot.policy.people import Directory
from commands import COMMANDS
from tests.desk import LOBBY, MONDAY, STAFF, Desk, account, person
from tests.needs import some

NAMES = {
    "return": "return_",
    "class": "class_",
    "pass": "pass_",
    "help": "help_",
    "help-account": "help_account",
}  # taken by Python
EVERYBODY = Directory(
    {name: person(name) for name in STAFF}, {}, {account(name): name for name in STAFF}
)
HOSTILE = (
    "",
    " ",
    "🙂",
    "a" * 100_000,
    "7" * 400,
    "\u202e7",
    "\x00\x07",
    "<!channel> <@U123> {person} =1+1 <script>",
    "@" * 10_000,
    "7 @nobody",
    "-1",
    "１２",
    "7 2020-01-01T09:00",
    "9999999999",
    "\ud800",
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.name)
def test_every_example_in_the_help_is_understood(command: Command[Any]) -> None:
    assert command.examples
    for example in command.examples:
        links = (("LINK", MessageRef(LOBBY, "1")),) if "LINK" in example else ()
        command.parse(Words(example, MONDAY, "UTC", links=links, directory=EVERYBODY))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.name)
def test_every_command_lives_in_the_file_of_its_name(command: Command[Any]) -> None:
    assert command.run.__module__ == f"commands.{NAMES.get(command.name, command.name)}"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.name)
def test_free_words_come_last_in_a_form(command: Command[Any]) -> None:
    """A form becomes a command line: what is typed freely must not run into what follows."""
    free = [each for each in command.fields if each.kind in ("text", "lines") and not each.named]
    assert all(field.labelled for field in free if field is not command.fields[-1])


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.name)
def test_whatever_is_typed_gets_an_answer_and_nothing_is_parked(
    desk: Desk, command: Command[Any]
) -> None:
    desk.posts("ann", "@bob when?")
    for who in ("bob", "hana"):
        for words in some(HOSTILE, 3):
            seen = len(desk.paper.forms)
            said = desk.says(who, f"{command.name} {words}")
            assert said or len(desk.paper.forms) > seen, words

    with desk.store.transaction() as tx:
        assert not tx.journal.parked()


def test_an_unknown_command_names_the_way_on(desk: Desk) -> None:
    assert desk.says("ann", "<b>dance</b> 7") == [
        "ann: There is no command «<b>dance</b>». All there is: /duly help"
    ]


def test_a_stranger_is_told_whom_to_ask_and_can_do_nothing(desk: Desk) -> None:
    desk.posts("ann", "@bob when?")

    said = desk.says("mallory", "done 1")
    assert said[0].startswith("mallory: I do not know this account yet")
    assert desk.duty(1).state == "open"
    with desk.store.transaction() as tx:
        assert [row.id for row in tx.people.strangers()] == ["mallory"]
