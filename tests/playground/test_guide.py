"""The guide, and what is offered to somebody who writes: in each language, for the people here."""

from datetime import datetime

import pytest

from adapters.playground import completion
from adapters.playground.cast import Cast, Channel, Example, Person
from adapters.playground.guide import Step, first, guide, scene
from adapters.playground.hooks import MenuEntry
from adapters.playground.moving import next_month
from adapters.playground.tour import tour
from bot.demo import cast as company
from bot.events import CommandInvoked
from bot.words import Reader, say
from tests.playground.stage import CAST, MENU
from tests.playground.test_inbound import Known, event

EVERY = frozenset({"pause"})
COMPANY = company()


def steps(language: str, asker: str = "") -> tuple[Step, ...]:
    found = scene(COMPANY, language, asker)
    assert found is not None
    return guide(found, Reader(language), EVERY)


@pytest.mark.parametrize("language", ["en", "zh_Hans", "zh_Hant"])
def test_every_step_leads_to_where_its_person_may_go_and_what_can_be_read(language: str) -> None:
    for each in steps(language):
        if each.who:
            assert each.place in COMPANY.places_of(each.who)
        if each.draft:
            sent = {"as": each.who, "place": each.place, "kind": "message"}
            got = event(Known(COMPANY), **sent, text=each.draft.format(number=1))
            typed = each.draft.startswith("/duly")
            assert typed if isinstance(got, CommandInvoked) else got.mentions
        assert each.link or each == steps(language)[-1]


@pytest.mark.parametrize("language", ["en", "zh_Hans", "zh_Hant"])
def test_the_guide_through_records_leads_where_its_people_may_go(language: str) -> None:
    walked = tour(COMPANY, Reader(language))

    for each in walked[:-1]:
        assert each.link
        assert each.move or each.place in COMPANY.places_of(each.who)
        if each.draft:
            sent = {"as": each.who, "place": each.place, "kind": "message"}
            got = event(Known(COMPANY), **sent, text=each.draft)
            assert each.draft.startswith("/duly") is isinstance(got, CommandInvoked)
    assert "visitor" in {each.who for each in walked}
    assert tour(CAST, Reader(language)) == ()


@pytest.mark.parametrize(
    ("now", "then"),
    [("2026-11-30", "2026-12-08"), ("2027-01-31", "2027-02-08"), ("2026-07-15", "2026-08-10")],
)
def test_the_next_month_begins_on_a_weekday_after_its_holidays(now: str, then: str) -> None:
    noon = datetime.fromisoformat(f"{now}T12:00+08:00")

    assert next_month(noon, "Asia/Shanghai").isoformat() == f"{then}T09:30:00+08:00"


@pytest.mark.parametrize("language", ["en", "zh_Hans", "zh_Hant"])
def test_whoever_asks_in_the_guide_reads_the_language_of_the_reader(language: str) -> None:
    asker = COMPANY.person(steps(language)[0].who)

    assert asker is not None
    assert asker.language == language


def test_whoever_plays_along_keeps_the_example_they_began() -> None:
    """Wei reads simplified Chinese; Yating, who asked him, traditional."""
    assert steps("zh_Hans", "yating")[0].who == "yating"
    assert steps("zh_Hans")[0].who == "na"


def test_what_there_is_no_command_for_is_left_out() -> None:
    found = scene(COMPANY)
    assert found is not None

    drafts = [each.draft for each in guide(found, Reader(), frozenset())]

    assert not any("pause" in each for each in drafts)
    assert any("pause" in each.draft for each in steps("en"))


def test_without_examples_the_guide_finds_people_who_share_a_channel() -> None:
    found = scene(CAST)
    assert found is not None

    assert (found.asker.id, found.other.id, found.channel.id) == ("ann", "bob", "sales")
    assert first(CAST)[1] == "sales"


def test_a_company_of_one_has_no_guide() -> None:
    alone = Cast((Person("ann", "Ann"),), (Channel("c", "c", members=("ann",)),))

    assert scene(alone) is None
    assert first(alone) == (alone.people[0], "")


def test_an_example_of_people_who_left_is_passed_over() -> None:
    gone = Cast(CAST.people, CAST.channels, examples=(Example("ann", "gone", "bob", "sales"),))

    assert scene(gone) == scene(CAST)


def test_commands_are_offered_by_the_readers_own_names_first() -> None:
    menu = (*MENU, MenuEntry("dance", "dance NUMBER STEP", say("What you owe others")))

    ann = completion.commands(menu, CAST.people[0])
    wei = completion.commands(menu, CAST.people[2])

    assert ann[0]["names"] == ["mine"]
    assert ann[2]["usage"] == " 7 by Thu 17:00"
    assert wei[2]["names"][0] == "承诺"
    assert wei[2]["names"][-1] == "promise"
    assert wei[4]["names"] == ["dance"]
    assert wei[4]["usage"].endswith(" STEP")


def test_groups_count_the_others_who_are_here_and_everybody_has_a_name_of_the_readers() -> None:
    ann, wei = CAST.people[0], CAST.people[2]

    here = completion.mentions(CAST, ann, "sales")
    own = completion.mentions(CAST, wei, "sales")

    assert [each["names"][0] for each in here] == ["bob", "li.wei", "finance", "all", "eve", "mei"]
    assert here[2]["about"] == "A group of 2: any one of them may answer"
    assert here[3]["about"].startswith("Everybody here (2)")
    assert own[3]["names"][0] == "所有人"
    assert not any("any" in each for each in completion.mentions(CAST, ann, "dm:ann"))


def test_each_department_of_the_company_is_a_team() -> None:
    teams = {each.id: each.members for each in COMPANY.teams}

    assert teams["engineering"] == ("mei", "bob", "wei", "ivan", "jun", "priya")
    assert "brightwater" not in teams
