"""Conditions of a policy file: what they say, and what they are not let to say. Policy 3.2."""

import pytest

from bot.policy import conditions
from bot.policy.conditions import Fact

FACTS: dict[str, Fact] = {
    "amount": 60000.0,
    "nature": "major",
    "outsiders": False,
    "departments": ("tech", "it"),
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("amount > 50000", True),
        ("amount >= 60000 and not outsiders", True),
        ("50000 < amount < 55000", False),
        ("nature == 'major' or outsiders", True),
        ("nature in ('normal', 'major')", True),
        ("'tech' in departments", True),
        ("'sales' in departments", False),
        ("nature not in ['normal']", True),
        ("outsiders", False),
        ("not (amount > 1 and outsiders)", True),
        ("nature > 5", False),
        ("5 in amount", False),
    ],
)
def test_a_condition_says_what_it_reads_like(text: str, holds: bool) -> None:
    assert conditions.read(text, FACTS).holds(FACTS) is holds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "amount >",
        "amuont > 5",
        "open('/etc/passwd')",
        "amount.real > 5",
        "departments[0] == 'tech'",
        "amount + 1 > 5",
        "(lambda: 1)()",
        "[x for x in departments]",
        "f'{amount}' == '1'",
        "nature is 'major'",
        "None == nature",
        "amount > 5; nature",
        "(" * 60 + "outsiders" + ")" * 60 + " and " + "not " * 30 + "outsiders",
        "outsiders or " * 60 + "outsiders",
        "9" * 400 + "9" * 200,
    ],
)
def test_nothing_else_of_the_language_is_let_in(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        conditions.read(text, FACTS)


def test_which_facts_a_condition_asks_for_is_known() -> None:
    read = conditions.read("amount > 5 and nature == 'major'", FACTS)

    assert read.names == {"amount", "nature"}
