"""A notice is published, read, understood and confirmed by everybody it is for. Policy 3.2.2."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import sqlalchemy as sa

from bot.command import Refusal
from bot.effects import Publish, Upload
from bot.events import CommandInvoked, MembershipChanged, Place
from bot.handlers import notices
from bot.policy.approvals import digest
from bot.policy.notices import Draft, Notice
from bot.policy.people import Absence, Department, Person
from bot.store.schema import outbox
from bot.store.schema_notices import receipts
from bot.store.sessions import web_account
from bot.web import listing
from bot.words import Quoted
from tests.desk import LOBBY, MONDAY, Desk, account, person

H, DAY = timedelta(hours=1), timedelta(days=1)
BUTTON = "I have read and understood it"
TEXT = "The office is closed on Friday.\nPlease take your things home."


def draft(audience: Sequence[str] = ("department:sales",), **more: Any) -> Draft:
    values: dict[str, Any] = {"title": "Closed on Friday", "text": TEXT, "requester": "hana"}
    values |= {"audience": tuple(audience), "digest": digest({"text": TEXT}), **more}
    return Draft(**values)


def publish(desk: Desk, wanted: Draft) -> tuple[Notice, list[str]]:
    with desk.store.transaction() as tx:
        notice = notices.publish(tx, wanted)
    return notice, desk.wait(timedelta(0))


def refused(desk: Desk, wanted: Draft) -> str:
    with pytest.raises(Refusal) as found, desk.store.transaction() as tx:
        notices.publish(tx, wanted)
    return found.value.why.sentence


def effects(desk: Desk, kind: str) -> list[Any]:
    with desk.store.transaction() as tx:
        rows = tx.rows.all(outbox, outbox.c.kind == kind)
        return [tx.rows.open(outbox.c.body, row.id, row.body) for row in rows]


def test_everybody_it_is_for_reads_it_and_confirms_it(desk: Desk) -> None:
    _, said = publish(desk, draft())

    assert desk.titles(said) == [f"{who}: Notice #1: «Closed on Friday»" for who in SALES]
    assert "«The office is closed on Friday.\nPlease take your things home.»" in said[0]
    assert "Sender: «Hana»" in said[0]
    assert "Please confirm by: Wed 4 Mar, 10:00" in said[0]
    assert desk.presses("ann", BUTTON)[0].startswith("ann: Thank you. Confirmed: #1")
    shown = next(line for line in desk.paper.lines if line.to == "ann")
    assert shown.text.startswith("Confirmed: #1")
    assert shown.card is not None
    assert not shown.card.buttons
    lists = desk.says("hana", "notice 1")[0]
    assert lists.startswith("hana: #1: 1 of 3 have confirmed")
    assert "Not yet: «Eve», «Sam»" in lists
    assert "Confirmed by: «Ann»" in lists


SALES = ("ann", "eve", "sam")


@pytest.mark.thorough
@pytest.mark.no_cover
@pytest.mark.slow
def test_five_hundred_people(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.people.save_departments(
            [
                Department(id="plant", name="Plant", head="mei"),
                Department(id="press", name="Press", parent="plant"),
            ]
        )
        tx.people.save(
            Person(
                id=f"w{n:03}",
                name=f"Worker {n:03}",
                department="press" if n % 2 else "plant",
                manager="mei",
                zone="Asia/Shanghai",
            )
            for n in range(500)
        )
        for n in range(500):
            tx.people.link(account(f"w{n:03}"), f"w{n:03}")
    _, said = publish(desk, draft(["department:Plant"]))
    assert len(said) == 500

    for n in range(20):
        desk.hears(desk.command(f"w{n:03}", "confirm 1", f"k{n}"))
    said = hours(desk, 29)
    assert [each for each in said if "Please confirm" in each] == []
    said = hours(desk, 2)  # 12 working hours: three quarters of its time
    nudged = [each.split(":")[0] for each in said if "Please confirm that you have read" in each]
    assert len(nudged) == len(set(nudged)) == 480
    assert not {f"w{n:03}" for n in range(20)} & set(nudged)
    hours(desk, 19)

    lists = desk.says("hana", "notice 1")[0]
    assert lists.startswith("hana: #1: 20 of 500 have confirmed")
    assert "«Worker 039» and 460 more" in lists
    assert "Late: «Worker 020»" in lists
    assert "Confirmed by: «Worker 000»" in lists
    assert "«Worker 039»" in desk.says("mei", "notice 1")[0]  # they lead them
    assert desk.says("hana", "notice")[0].split("\n")[1] == (
        "#1 «Closed on Friday»: 20 of 500 confirmed, 480 late"
    )
    assert len(desk.says("hana", "waiting")[0]) < 200  # nobody waits for five hundred by name


def hours(desk: Desk, count: int) -> list[str]:
    """Time goes by; what carries to so many readers at once belongs to one event loop."""
    said: list[str] = []
    for _ in range(count):
        desk.restart()
        said += desk.wait(H)
    desk.restart()
    return said


def test_who_confirms_is_asked_no_more(desk: Desk) -> None:
    publish(desk, draft(["@ann"]))
    desk.says("ann", "confirm 1")

    said = desk.until(MONDAY + 5 * DAY)
    assert [each for each in said if each.startswith("ann:")] == []


def test_who_does_not_is_reminded_twice_and_then_by_the_digest_alone(desk: Desk) -> None:
    publish(desk, draft(["@ann"]))

    said = desk.titles(desk.until(MONDAY + 5 * DAY))
    own = [each for each in said if each.startswith("ann:")]
    assert own == [
        "ann: Please confirm that you have read this: #1",
        "ann: Your day: 1 thing waits",
        "ann: Please confirm today that you have read this: #1",
        "ann: Your day: 1 thing waits",
        "ann: Your day: 1 thing waits",
    ]
    assert [each for each in said if "Late in your team: «Ann»" in each] == []
    assert "#1 Read and confirm the notice “«Closed on Friday»”" in desk.says("ann", "mine")[0]
    assert desk.presses("ann", BUTTON)[0].startswith("ann: Thank you. Confirmed: #1")
    assert desk.says("ann", "mine") == ["ann: You owe nothing. Enjoy it."]


@pytest.mark.parametrize("words", ["confirm 1", "done 1"])
def test_twice_is_once(desk: Desk, words: str) -> None:
    publish(desk, draft())
    assert desk.says("ann", words)[0].startswith("ann: Thank you. Confirmed: #1")
    desk.wait(H)

    assert desk.says("ann", words) == ["ann: You already confirmed #1, on Mon 2 Mar, 09:00."]
    with desk.store.transaction() as tx:
        assert len(tx.notices.receipts(tx.notices.by("hana", 1)[0].id)) == 1


def test_a_reaction_to_its_card_is_its_button(desk: Desk) -> None:
    publish(desk, draft())
    card = next(line for line in desk.paper.lines if line.to == "ann")

    assert desk.reacts("ann", "✅", card.ref)[0].startswith("ann: Thank you. Confirmed: #1")


def test_who_it_is_not_for_has_nothing_to_confirm(desk: Desk) -> None:
    publish(desk, draft())

    assert desk.says("bob", "confirm 1") == ["bob: You owe nothing under #1. Your list: /duly mine"]
    assert desk.says("hana", "confirm 1") == ["hana: #1 is your own; you need not confirm it."]
    assert desk.says("bob", "notice 1") == ["bob: There is no notice #1. Yours: /duly notice"]
    assert desk.says("bob", "notice 1 export") == desk.says("bob", "notice 1")
    assert desk.says("bob", "confirm 99")[0].startswith("bob: You owe nothing under #99.")


def test_heads_see_their_own_people_and_readers_the_notice(desk: Desk) -> None:
    publish(desk, draft(["all"]))

    seen = desk.says("sam", "notice 1")[0]
    assert seen.startswith("sam: #1: 0 of 2 have confirmed")
    assert "Not yet: «Ann», «Eve»" in seen
    assert desk.says("ann", "notice 1")[0].startswith("ann: Notice #1: «Closed on Friday»")


def test_nobody_confirms_for_who_is_away(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        away = Absence(person="ann", start=MONDAY, end=MONDAY + 3 * DAY, delegate="eve")
        tx.people.absent(away)
    _, said = publish(desk, draft(["@ann"]))
    assert said == []

    assert "You owe nothing under #1." in desk.says("eve", "confirm 1")[0]
    assert "You owe nothing under #1." in desk.says("eve", "done 1")[0]
    assert desk.says("eve", "mine") == ["eve: You owe nothing. Enjoy it."]
    assert desk.titles(desk.until(MONDAY + 3 * DAY - H)) == []
    assert desk.titles(desk.until(MONDAY + 3 * DAY + H))[0] == "ann: Notice #1: «Closed on Friday»"


def test_who_stands_in_is_not_nudged_to_confirm(desk: Desk) -> None:
    publish(desk, draft(["@ann"]))
    with desk.store.transaction() as tx:
        away = Absence(person="ann", start=MONDAY + H, end=MONDAY + 3 * DAY, delegate="eve")
        tx.people.absent(away)

    said = desk.titles(desk.until(MONDAY + 4 * DAY))
    assert [each for each in said if each.startswith("eve:")] == []
    assert "ann: Your day: 1 thing waits" in said


def test_what_is_corrected_before_it_is_sent_is_sent_once(desk: Desk) -> None:
    desk.wait(12 * H)  # nobody is at work
    publish(desk, draft(["@ann"]))
    publish(desk, draft(["@ann"], text=CORRECTED, replaces=1, material=False))

    said = desk.titles(desk.until(MONDAY + DAY + H))
    assert said == ["ann: Notice #2, which corrects #1: «Closed on Friday»"]


def test_long_leave_does_not_excuse_and_nothing_of_it_is_handed_over(desk: Desk) -> None:
    publish(desk, draft(["@ann"]))
    desk.says("ann", "away 2026-03-02..2026-04-10")
    assert desk.says("sam", "handover @ann @eve") == ["sam: «Ann» owes nothing."]

    with desk.store.transaction() as tx:
        assert [duty.state for duty in tx.duties.owed_by("ann")] == ["open"]


def test_its_life_is_told_to_who_owes_it(desk: Desk) -> None:
    publish(desk, draft())
    desk.says("ann", "confirm 1")

    told = desk.says("ann", "explain 1")[0]
    assert told.startswith("ann: The life of #1\n«Ann» is to confirm that they have read it;")
    assert "A notice to confirm: clause 3.2.2;" in told
    assert "960 working minutes from Mon 2 Mar, 09:00" in told
    assert "who owed it confirmed it" in told
    assert desk.says("bob", "explain 1")[0].startswith("bob: You owe nothing under #1.")


def test_on_the_pages_it_is_confirmed_like_everywhere(desk: Desk) -> None:
    publish(desk, draft())
    page = web_account("acme", "ann")
    with desk.store.transaction() as tx:
        (section,) = listing.mine(tx, person("ann")).values["sections"]
        tx.people.link(page, "ann")
    (entry,) = section.entries
    assert (entry.path, [each.action for each in entry.buttons]) == ("/notices/1", ["confirm 1"])
    here = Place(page.platform, page.realm, page.id)
    desk.take(CommandInvoked(key="web", at=desk.now, actor=page, place=here, text="confirm 1"))

    with desk.store.transaction() as tx:
        (receipt,) = tx.notices.receipts(tx.notices.by("hana", 1)[0].id)
    assert (receipt.person, receipt.how) == ("ann", "web")


# The check question


QUESTION: dict[str, Any] = {
    "question": "When is the office closed?",
    "options": ("Thursday", "Friday", "=1+1"),
    "right": "Friday",
}


def test_understood_means_that_the_question_was_answered_rightly(desk: Desk) -> None:
    publish(desk, draft(**QUESTION))

    assert "answer this: «When is the office closed?»" in desk.says("ann", "confirm 1")[0]
    said = desk.presses("ann", "1️⃣")[0]
    assert said.startswith("ann: That is not what it says. Please read #1 again.")
    assert "1 wrong answer so far." in card_of(desk, "ann")
    assert desk.says("ann", "confirm 1 3")[0].startswith("ann: That is not what it says.")
    assert "2 wrong answers so far." in card_of(desk, "ann")
    assert desk.says("hana", "notice 1")[0].startswith("hana: #1: 0 of 3 have confirmed")
    assert desk.presses("ann", "2️⃣")[0].startswith("ann: Thank you. Confirmed: #1")
    assert desk.says("eve", "confirm 1 friday")[0].startswith("eve: Thank you. Confirmed: #1")


def card_of(desk: Desk, who: str) -> str:
    card = desk.paper.seen_by(who)[-1].card
    assert card is not None
    assert card.why is not None
    count = dict(card.why.values)["count"]
    return (card.why.many if count != 1 else card.why.sentence).format(count=count)


# Who joins, who leaves


@pytest.mark.thorough
def test_who_joins_while_it_is_new_confirms_it_too(desk: Desk) -> None:
    publish(desk, draft())
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("bob"), department="sales", manager="sam")])

    said = desk.titles(desk.until(MONDAY + DAY + H))
    assert "bob: Notice #1: «Closed on Friday»" in said
    assert desk.says("hana", "notice 1")[0].startswith("hana: #1: 0 of 4 have confirmed")
    desk.until(MONDAY + 31 * DAY)
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("wei"), department="sales")])
    said = desk.titles(desk.until(MONDAY + 33 * DAY))
    assert [each for each in said if each.startswith("wei: #1")] == []


def test_who_leaves_owes_it_no_more_and_comes_back_to_it(desk: Desk) -> None:
    publish(desk, draft())
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("ann"), active=False)])
        tx.people.save([replace(person("eve"), department="tech")])
        notices.left(tx, "ann")

    assert desk.says("hana", "notice 1")[0].startswith("hana: #1: 0 of 1 have confirmed")
    with desk.store.transaction() as tx:
        assert tx.duties.owed_by("ann") == tx.duties.owed_by("eve") == []
        tx.people.save([person("eve")])
    said = desk.titles(desk.says("hana", "notice 1"))
    assert "hana: #1: 0 of 2 have confirmed" in said
    assert "eve: Notice #1: «Closed on Friday»" in said
    assert desk.says("eve", "confirm 1")[0].startswith("eve: Thank you.")


def test_the_members_of_a_channel(desk: Desk) -> None:
    for who in ("ann", "bob", "hana"):
        desk.take(membership(desk, who, joined=True))
    _, said = publish(desk, draft(["place:lobby"]))
    assert desk.titles(said) == [f"{who}: Notice #1: «Closed on Friday»" for who in ("ann", "bob")]

    desk.take(membership(desk, "bob", joined=False))
    desk.take(membership(desk, "eve", joined=True))
    assert "eve: Notice #1: «Closed on Friday»" in desk.titles(desk.says("hana", "notice 1"))
    assert refused(desk, draft(["place:lobby"], requester="sam")).startswith("I am in no channel")


def membership(desk: Desk, who: str, *, joined: bool) -> MembershipChanged:
    key = f"{who}/{joined}/{desk.now}"
    return MembershipChanged(key=key, at=desk.now, account=account(who), place=LOBBY, joined=joined)


# Corrections


CORRECTED = TEXT.replace("Friday", "Thursday")


def test_a_material_correction_is_confirmed_by_everybody_again(desk: Desk) -> None:
    first, _ = publish(desk, draft())
    desk.says("ann", "confirm 1")
    _, said = publish(desk, draft(text=CORRECTED, replaces=1))

    title = "Notice #2, which corrects #1: «Closed on Friday»"
    assert desk.titles(said) == [f"{who}: {title}" for who in SALES]
    assert "Before: “«is closed on Friday." in said[0]
    assert "Now: “«is closed on Thursday." in said[0]
    old = desk.says("eve", "confirm 1")[0]
    assert old.startswith("eve: #1 was corrected: #2 takes its place.")
    assert "Please read it as it is now" in old
    assert desk.presses("eve", BUTTON)[0].startswith("eve: Thank you. Confirmed: #2")
    assert desk.says("ann", "confirm 2")[0].startswith("ann: Thank you. Confirmed: #2")
    with desk.store.transaction() as tx:
        kept = tx.notices.receipts(first.id)
    assert [(each.person, each.version) for each in kept] == [("ann", 1)]
    said = desk.titles(desk.until(MONDAY + 3 * DAY))
    assert [each for each in said if "#1" in each] == []
    assert refused(desk, draft(replaces=1)).startswith("{number} was corrected already")


def test_who_confirmed_need_not_confirm_a_slight_correction(desk: Desk) -> None:
    publish(desk, draft())
    desk.says("ann", "confirm 1")
    _, said = publish(desk, draft(text=TEXT + " Thank you.", replaces=1, material=False))

    assert sorted(each.split(":")[0] for each in said) == ["eve", "sam"]
    assert desk.says("ann", "confirm 1") == [
        "ann: #1 was corrected: #2 takes its place.\nYou need not confirm it again."
    ]
    assert desk.says("ann", "confirm 2")[0].startswith("ann: You confirmed it before it was")
    desk.says("eve", "confirm 2")
    lists = desk.says("hana", "notice 2")[0]
    assert lists.startswith("hana: #2: 2 of 3 have confirmed")
    assert "Not yet: «Sam»" in lists
    nudged = [each for each in desk.until(MONDAY + 50 * H) if "sam: Please confirm" in each]
    assert len(nudged) == 2  # its ladder went on; it did not begin anew


def test_only_its_sender_and_the_offices_correct_it(desk: Desk) -> None:
    publish(desk, draft(["@bob"], requester="ann"))

    assert refused(desk, draft(requester="bob", replaces=1)).startswith("Only {person}, HR")
    assert refused(desk, draft(requester="eve", replaces=1)).startswith("There is no notice")
    assert publish(desk, draft(replaces=1))[0].number == 2
    assert refused(desk, draft(replaces=9)).startswith("There is no notice")


# What cannot be published


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"audience": ("department:cellar",)}, "There is no department"),
        ({"audience": ("@hana",)}, "Nobody is in this audience."),
        ({"audience": ("role:auditor",)}, "Nobody is in this audience."),
        ({"audience": ()}, "Nobody is in this audience."),
        ({"audience": ("list:none",)}, "The policy has no list"),
        ({"channels": ("cellar",)}, "I am in no channel"),
        ({"within": "never"}, "The policy has no level"),
        ({"text": "  "}, "A notice needs"),
        ({"text": "x" * 2001}, "This has {count}"),
        ({"title": "x" * 121}, "This has {count}"),
        ({"question": "?", "options": ("x" * 81,), "right": "x" * 81}, "This has {count}"),
        ({"question": "?", "options": ("a", "A"), "right": "a"}, "A check question offers"),
        ({"question": "?", "options": tuple("abcdefghij"), "right": "a"}, "A check question of"),
        ({"question": "When?"}, "A check question needs"),
        ({"question": "When?", "options": ("a", "b"), "right": "c"}, "The right answer is none"),
    ],
)
def test_what_nobody_could_confirm_is_not_published(wrong: dict[str, Any], why: str) -> None:
    desk = Desk()
    assert refused(desk, draft(**wrong)).startswith(why)
    assert desk.wait(timedelta(0)) == []
    desk.close()


def test_a_request_is_published_once_and_into_its_channels(desk: Desk) -> None:
    wanted = draft(channels=("#Lobby",), request="r1")
    first, _ = publish(desk, wanted)
    again, said = publish(desk, wanted)

    assert (again.id, said) == (first.id, [])
    posted = effects(desk, "Publish")
    assert [(each.to, each.text) for each in posted] == [(LOBBY, TEXT)]
    assert isinstance(posted[0], Publish)


def test_lists_of_the_policy_follow_the_directory(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.policies.adopt('[lists.front]\nof = ["department:sales", "@bob"]')
    _, said = publish(desk, draft(["list:front"]))

    assert sorted(each.split(":")[0] for each in said) == ["ann", "bob", "eve", "sam"]


# As evidence


def test_receipts_never_change_not_even_in_the_database(desk: Desk) -> None:
    publish(desk, draft())
    desk.says("ann", "confirm 1")

    for deed in (receipts.update().values(right=False), receipts.delete()):
        with (
            pytest.raises(sa.exc.DBAPIError, match="append-only"),
            desk.store.db.begin() as conn,
        ):
            conn.execute(deed)


def test_the_receipts_as_a_file_in_which_no_words_become_a_formula(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("eve"), name='=HYPERLINK("http://evil";"x")')])
    notice, _ = publish(desk, draft(title="<b>@all</b>", **QUESTION))
    desk.says("ann", "confirm 1 1")
    desk.says("ann", "confirm 1 2")
    said = desk.says("hana", "notice 1 export")

    assert "hana: The receipts of #1 are ready." in desk.titles(said)
    upload = effects(desk, "Upload")[0]
    assert isinstance(upload, Upload)
    with desk.store.transaction() as tx:
        rows = list(csv.reader(StringIO(tx.files.read(upload.file).decode("utf-8-sig"))))
    assert [row[:4] for row in rows[1:]] == [
        ["ann", "Ann", "Sales", "Confirmed"],
        ["eve", '\'=HYPERLINK("http://evil";"x")', "Sales", "Not yet"],
        ["sam", "Sam", "Sales", "Not yet"],
    ]
    assert rows[1][5:] == ["2026-03-02 09:00", "1", notice.digest, "By a command", "1"]


def test_words_of_a_notice_are_never_markup(desk: Desk) -> None:
    _, said = publish(desk, draft(["@ann"], title="<b>@all</b>", text="=1+1 [x](http://evil) @all"))

    assert said[0].startswith("ann: Notice #1: «<b>@all</b>»\n«=1+1 [x](http://evil) @all»")
    card = desk.paper.seen_by("ann")[-1].card
    assert card is not None
    assert dict(card.title.values)["title"] == Quoted("<b>@all</b>", 120)
    assert card.body == (Quoted("=1+1 [x](http://evil) @all", 2000),)


def test_what_was_published_is_kept_sealed(desk: Desk) -> None:
    publish(desk, draft(title="A canary", text="sings at four"))

    with desk.store.db.connect() as conn:
        row = conn.exec_driver_sql("SELECT body FROM notices").scalar_one()
    assert b"canary" not in bytes(row)
    assert b"sings" not in bytes(row)


def test_other_words_say_how_a_notice_is_drafted(desk: Desk) -> None:
    said = desk.says("ann", "notice The office is closed.")[0]

    assert said.startswith("ann: A notice is drafted, and approved, as a request: /duly request")
    assert desk.says("ann", "notice") == [
        "ann: You have published no notice, and have none to confirm."
    ]
    assert desk.says("ann", "notice 4")[0].startswith("ann: There is no notice #4.")
