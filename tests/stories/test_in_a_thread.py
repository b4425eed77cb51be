"""In a thread a word is enough: what is owed there is meant."""

from dataclasses import replace
from itertools import count

import pytest

from tests.desk import LOBBY, Desk

keys = count()


def says(desk: Desk, who: str, text: str, thread: str) -> list[str]:
    """What they read themselves."""
    typed = desk.command(who, text, f"thread/{next(keys)}")
    said = desk.titles(desk.hears(replace(typed, place=replace(LOBBY, thread=thread))))
    return [each for each in said if each.startswith(f"{who}:")]


def asked(desk: Desk) -> str:
    return desk.posts("ann", "@bob when will the samples be ready?")


def test_who_owes_it_promises_settles_and_opens_it_again_without_a_number(desk: Desk) -> None:
    thread = asked(desk)

    assert says(desk, "bob", "promise by Tue 17:00", thread)[0].startswith("bob: Promised: #1")
    assert says(desk, "bob", "done", thread)[0].startswith("bob: Done: #1")
    assert says(desk, "ann", "reopen", thread)[0] == "ann: Open again: #1."
    assert says(desk, "bob", "pass @eve", thread)[0] == "bob: «Eve» is asked to take over #1."
    assert says(desk, "eve", "accept", thread)[0] == "eve: It is yours now: #3."
    assert says(desk, "eve", "drop", thread)[0].startswith("eve: «Ann» is asked whether #3")


def test_a_question_within_the_thread_is_meant_too(desk: Desk) -> None:
    thread = desk.posts("ann", "The samples for Friday")
    desk.posts("ann", "@bob when will they be ready?", reply_to=thread)

    assert says(desk, "bob", "done", thread)[0].startswith("bob: Done: #1")


def test_several_are_listed_with_their_numbers(desk: Desk) -> None:
    thread = asked(desk)
    desk.posts("eve", "@bob could you send me the contract?", reply_to=thread)
    typed = desk.command("bob", "promise by Tue 17:00", "several")
    said = desk.hears(replace(typed, place=replace(LOBBY, thread=thread)))[0]

    assert "/duly promise 1 by Tue 17:00" in said
    assert "\n#1 " in said
    assert "\n#2 " in said
    assert desk.duty(1).state == desk.duty(2).state == "open"


@pytest.mark.parametrize("word", ["done", "promise by Tue 17:00", "pass @sam", "drop", "explain"])
def test_what_is_not_theirs_is_not_theirs_in_a_thread(desk: Desk, word: str) -> None:
    said = says(desk, "eve", word, asked(desk))

    assert said == ["eve: Nothing here is yours to do that with. Your list: /duly mine"]
    assert desk.duty(1).live


def test_a_number_counts_before_the_thread(desk: Desk) -> None:
    asked(desk)
    thread = desk.posts("eve", "@bob could you send me the contract?")
    says(desk, "bob", "done 1", thread)

    assert not desk.duty(1).live
    assert desk.duty(2).live


def test_important_means_the_message_the_thread_began_with(desk: Desk) -> None:
    thread = desk.posts("ann", "the customer wants the certificate today")
    says(desk, "ann", "important @bob", thread)

    about = desk.duty(1).about
    assert about is not None
    assert (about.id, desk.duty(1).owed_by) == (thread, "bob")
