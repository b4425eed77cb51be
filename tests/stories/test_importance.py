"""What makes a message worth chasing, who may shout, and who is asked when many are named."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.events import Group, MembershipChanged
from bot.store.schema_classes import classes
from tests.desk import LOBBY, MONDAY, STAFF, Desk, account, person

H, M = timedelta(hours=1), timedelta(minutes=1)
TECH = Group("g1", "tech", tuple(account(name) for name in ("bob", "wei", "mei")))


def level(desk: Desk, number: int) -> tuple[str, str]:
    duty = desk.duty(number)
    return duty.rule, duty.level


def test_an_outsider_who_waits_is_important(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("eve"), partner=True)])
    desk.posts("eve", "@bob can you send us the contract?")

    assert level(desk, 1) == ("outsider-waits", "important")


def test_three_departments_asked_at_once_are_important(desk: Desk) -> None:
    desk.posts("grace", "@bob @sam @hana can you give me your figures?")

    assert level(desk, 1) == ("several-departments", "important")


def test_what_the_platform_calls_urgent_is_important(desk: Desk) -> None:
    desk.take(replace(desk.message("ann", "@bob can you call me?", "m900"), priority=True))

    assert level(desk, 1) == ("urgent-priority", "important")


def test_an_urgent_statement_is_to_be_acknowledged_and_two_words_do(desk: Desk) -> None:
    desk.posts("ann", "@bob urgent: the customer has stopped the line")
    assert desk.duty(1).kind == "acknowledge"
    desk.posts("bob", "@ann 收到")

    assert desk.duty(1).state == "done"


def test_two_words_do_not_settle_a_question(desk: Desk) -> None:
    desk.posts("ann", "@bob when will the samples be ready?")
    desk.posts("bob", "@ann 收到")

    assert desk.duty(1).live


def test_the_class_of_a_channel_can_decide() -> None:
    rule = (
        '[[rules]]\nid = "material"\nclause = "3.2.3"\nlevel = "important"\nasks = true\n'
        'addressed = true\nclasses = ["material"]\n[[rules]]\nid = "question-to-person"\n'
        'clause = "2.2.1-reply"\nlevel = "normal"\nasks = true\naddressed = true\n'
        '[channels]\nlobby = { class = "material" }\n'
    )
    desk = Desk(policy=rule)
    desk.posts("ann", "@bob can you send me the price list?")
    assert level(desk, 1) == ("material", "important")
    desk.close()


def test_a_rule_gives_what_is_said_a_class() -> None:
    rule = '[[rules]]\nid = "prices"\nclause = "3.1"\nclass = "material"\nwords = ["price list"]\n'
    desk = Desk(policy=rule)
    for words in ("this is our new Price List", "lunch at noon"):
        desk.posts("ann", words)

    with desk.store.reading() as tx:
        found = [row.class_name for row in tx.rows.all(classes)]
    assert found == ["material"]
    desk.close()


def test_the_budget_for_urgent_is_shown_and_then_spent() -> None:
    desk = Desk(policy="[marks]\nper_week = 2\n")
    said = []
    for number in range(3):
        message = desk.posts("ann", f"@bob the figures of week {number}")
        said += desk.says("ann", f"important msg:{message}")
    desk.close()

    assert "Urgent messages left this week: 1 of 2" in said[0]
    assert "Urgent messages left this week: 0 of 2" in said[1]
    assert "which is all the policy allows" in said[2]


def test_beyond_the_budget_an_urgent_word_is_an_ordinary_question() -> None:
    desk = Desk(policy="[marks]\nper_week = 1\n")
    desk.posts("ann", "@bob urgent, can you call me?")
    desk.posts("bob", "@ann yes, in a minute I am with you")
    desk.posts("ann", "@wei urgent, can you call me?")
    rules = [desk.duty(number).rule for number in (1, 2)]
    desk.close()

    assert rules == ["urgent-words", "question-to-person"]


def test_a_mark_set_later_makes_nobody_late_at_once(desk: Desk) -> None:
    message = desk.posts("ann", "@bob the figures are in the folder")
    desk.now += 6 * H
    desk.says("ann", f"important msg:{message}")

    assert desk.duty(1).due == MONDAY + 8 * H
    assert desk.duty(1).kind == "acknowledge"


# Emergencies


def test_only_who_is_entitled_calls_an_emergency(desk: Desk) -> None:
    message = desk.posts("ann", "@bob the line stands still, can you come?")

    assert (
        "Only these roles may call an emergency" in desk.says("ann", f"emergency msg:{message}")[0]
    )
    with desk.store.reading() as tx:
        assert all(duty.authorised_by is None for duty in tx.duties.owed_by("bob"))


def test_an_emergency_is_nudged_at_night_and_says_who_said_so(desk: Desk) -> None:
    desk.now = MONDAY + 14 * H  # 23:00
    message = desk.posts("ann", "the line stands still")
    said = desk.says("sam", f"emergency msg:{message} @bob")
    assert desk.titles(said)[-1].startswith("sam: This is an emergency now.")
    assert desk.duty(1).authorised_by == "sam"
    assert desk.duty(1).due == MONDAY + 15 * H

    nudged = [each for each in desk.until(MONDAY + 15 * H) if each.startswith("bob")]
    assert nudged
    assert "«Sam»" in nudged[0]


# Who is asked


def test_of_a_group_one_answer_suffices(desk: Desk) -> None:
    asked = replace(
        desk.message("ann", "@tech can you send me the report?", "m900"), groups=(TECH,)
    )
    desk.take(asked)
    owing = [desk.duty(number).owed_by for number in (1, 2, 3)]
    desk.posts("wei", "@ann it is in the shared folder")

    assert owing == ["bob", "wei", "mei"]
    assert [desk.duty(number).state for number in (1, 2, 3)] == ["dropped", "done", "dropped"]
    assert desk.duty(1).how == "another:wei"


def test_a_group_of_thousands_owes_nothing_and_the_asker_learns_what_to_do(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.people.save(
            [replace(person("eve"), id=f"p{n}", name=f"P{n}", email="") for n in range(200)]
        )
        for number in range(200):
            tx.people.link(account(f"p{number}"), f"p{number}")
    everybody = Group("g2", "all", tuple(account(f"p{n}") for n in range(200)))
    asked = replace(
        desk.message("ann", "@all can you send me the report?", "m900"), groups=(everybody,)
    )
    said = desk.hears(asked)

    assert desk.titles(said) == [
        "ann: 200 people are in this group, so I watch for no answer of theirs."
    ]
    with desk.store.reading() as tx:
        assert not tx.duties.owed_to("ann")


def test_everybody_in_the_room_is_asked_to_confirm(desk: Desk) -> None:
    for name in ("ann", "bob", "wei", "eve"):
        desk.hears(
            MembershipChanged(
                key=f"in {name}", at=desk.now, account=account(name), place=LOBBY, joined=True
            )
        )
    asked = replace(
        desk.message("ann", "@all please confirm that you have read it", "m9"), everyone=True
    )
    desk.take(asked)
    with desk.store.reading() as tx:
        owing = {duty.owed_by for duty in tx.duties.owed_to("ann")}

    assert owing == {"bob", "wei", "eve"}


@pytest.mark.parametrize("text", ["@bob can you send me the report?"])
def test_who_has_left_cannot_answer_and_the_asker_hears_it_at_once(desk: Desk, text: str) -> None:
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("bob"), active=False)])
    said = desk.hears(desk.message("ann", text, "m900"))

    assert desk.titles(said) == ["ann: «Bob» has left the company and cannot answer."]
    assert "«Mei»" in said[0]


def test_asking_oneself_or_a_stranger_opens_nothing(desk: Desk) -> None:
    desk.posts("ann", "@ann can you remember the report?")
    desk.posts("ann", "@robot can you remember the report?")

    with desk.store.reading() as tx:
        assert [tx.duties.owed_by(name) for name in STAFF] == [[]] * len(STAFF)
