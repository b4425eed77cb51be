"""A meeting from its booking to the last thing done that it agreed on. Policy 2.2.2."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.effects import Upload
from bot.events import MembershipChanged
from bot.policy.minutes import Minutes, Response
from bot.policy.people import Absence
from bot.store.schema_meetings import items, responses
from bot.store.schema_meetings import minutes as versions
from tests.desk import LOBBY, MONDAY, Desk, account, person

H, M = timedelta(hours=1), timedelta(minutes=1)
TUESDAY = MONDAY + 24 * H
START = datetime(2026, 3, 3, 6, tzinfo=UTC)  # Tuesday 14:00 in Shanghai
BOOK = "meeting Budget @bob @wei Tue 14:00 for 45m\nagenda: 1. Offers\n2. Dates"
WRITTEN = (
    "Decision: We buy it.\nAction: @bob asks for an offer by Fri 17:00\nNote: It was friendly."
)


def in_english(desk: Desk) -> Desk:
    """Everybody reads English, so that a story is told in one language."""
    with desk.store.transaction() as tx:
        tx.people.save(replace(person(who), language="en") for who in ("wei", "mei"))
    return desk


@pytest.fixture(autouse=True)
def _in_english(desk: Desk) -> None:
    in_english(desk)


def without_digests(said: list[str]) -> list[str]:
    return [each.split("\n")[0] for each in said if "Your day" not in each and "今日" not in each]


def held(desk: Desk) -> None:
    """It was booked, and is over."""
    desk.says("ann", BOOK)
    desk.until(START + 46 * M)


def written(desk: Desk) -> None:
    held(desk)
    desk.says("ann", f"minutes 1 {WRITTEN}")


def kept(desk: Desk) -> tuple[Minutes, list[Response]]:
    with desk.store.transaction() as tx:
        meeting = tx.meetings.find(1)
        assert meeting is not None
        found = tx.meetings.minutes(meeting.id)
        assert found is not None
        return found, tx.meetings.responses(meeting.id)


def said_of(desk: Desk, who: str) -> list[str]:
    return [each.said for each in kept(desk)[1] if each.person == who]


# Booked, 2.2.2-book


def test_everybody_is_invited_with_a_calendar_file_and_the_organiser_reads_it_back(
    desk: Desk,
) -> None:
    said = desk.says("ann", BOOK)

    assert sorted(desk.titles(said)) == [
        "ann: Booked: #1, Tue 3 Mar, 14:00.",
        "bob: For your calendar: #1, «Budget»",
        "bob: «Ann» invites you to a meeting: #1",
        "wei: For your calendar: #1, «Budget»",
        "wei: «Ann» invites you to a meeting: #1",
    ]
    assert "«1. Offers\n2. Dates»" in said[0]
    file = calendar_files(desk)[0]
    assert b"METHOD:REQUEST" in file
    assert b"DTSTART:20260303T060000Z" in file


def calendar_files(desk: Desk) -> list[bytes]:
    with desk.store.transaction() as tx:
        found = [tx.outbox.behind(line.ref) for line in desk.paper.lines]
        uploads = [each[1] for each in found if each and isinstance(each[1], Upload)]
        return [tx.files.read(each.file) for each in uploads]


def test_a_form_asks_for_what_is_needed(desk: Desk) -> None:
    desk.says("ann", "meeting")
    said = desk.submits(
        "ann",
        topic="Plan: B",
        when="Tue 14:00",
        long="90m",
        people="@bob, Wei",
        link="https://meet.example/1",
        agenda="1. Offers\nlink: none of it",
    )

    assert "ann: Booked: #1, Tue 3 Mar, 14:00.\n«Plan: B»\n«1. Offers\nlink: none of it»" in said[2]
    assert "Until: Tue 3 Mar, 15:30" in said[2]
    assert "Participants: «Bob», «Wei»" in said[2]
    assert "Link: «https://meet.example/1»" in said[2]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("meeting Budget @bob 2026-03-01 14:00", "has passed. Name a time that is still to come."),
        ("meeting Budget @bob Tue", "Say at what hour it begins"),
        ("meeting Budget @bob", "Say what about, with whom and when"),
        ("meeting @bob Tue 14:00", "a meeting has a topic"),
        ("meeting Budget Tue 14:00", "Name who is to come"),
        ("meeting Budget @nobody Tue 14:00", "I know nobody called «@nobody»"),
        ("meeting Budget @ann Tue 14:00", "Name who is to come"),
        ("meeting Budget @bob Tue 14:00 for 25 hours", "A meeting lasts from 5 min to 24 h."),
        ("meeting Budget @bob 2028-03-01 14:00", "is more than a year away"),
        (f"meeting {'x' * 201} @bob Tue 14:00", "This has 201 characters; at most 200 fit."),
        ("meeting 7", "There is no meeting #7 of yours."),
    ],
)
def test_what_cannot_be_booked_is_refused_with_the_way_on(
    desk: Desk, words: str, answer: str
) -> None:
    said = desk.says("ann", words)

    assert len(said) == 1
    assert answer in said[0]


def test_whom_the_time_does_not_suit_is_named_but_not_why_they_are_away(desk: Desk) -> None:
    desk.says("sam", "meeting Sales @bob Tue 14:30 for 1 hour")
    with desk.store.transaction() as tx:
        leave = Absence(person="wei", start=TUESDAY, end=TUESDAY + 24 * H)
        tx.people.absent(leave, "leave")
        tx.people.save([replace(person("eve"), calendar="late")])
    said = desk.says("ann", "meeting Budget @bob @wei @mei Tue 14:00")
    booked = said[-1] if said[-1].startswith("ann") else next(e for e in said if "Booked" in e)

    assert "Busy then: «Bob»." in booked
    assert "Away then: «Wei»." in booked
    assert "leave" not in booked
    assert "Sales" not in booked
    assert "Mei" not in booked.partition("Away then")[2].split("\n")[0]
    theirs = next(each for each in said if each.startswith("bob: «Ann» invites"))
    assert "You have another meeting then." in theirs
    assert "Wei" not in theirs.partition("You have another")[2].split("\n")[0]
    evening = desk.says("ann", "meeting Late @mei Wed 19:00")
    assert any("Outside their working time: «Ann», «Mei»." in each for each in evening)


def test_nobody_is_told_outside_their_working_time(desk: Desk) -> None:
    desk.now = MONDAY + 12 * H  # Monday 21:00
    said = desk.says("ann", "meeting Budget @bob Wed 14:00")
    assert desk.titles(said) == ["ann: Booked: #1, Wed 4 Mar, 14:00."]

    said = desk.until(TUESDAY + M)
    assert desk.titles(said) == [
        "bob: «Ann» invites you to a meeting: #1",
        "bob: For your calendar: #1, «Budget»",
    ]


def test_an_invitation_that_comes_too_late_is_not_sent(desk: Desk) -> None:
    desk.now = MONDAY + 12 * H
    desk.says("ann", "meeting Call @bob 22:00 for 30m")
    said = without_digests(desk.until(TUESDAY + 2 * H))

    assert not [each for each in said if "invites you" in each or "It begins" in each]
    assert "ann: It is over: #1. Who was there?" in said


def test_who_declines_is_told_to_the_organiser_and_hears_no_more_of_it(desk: Desk) -> None:
    desk.says("ann", BOOK)
    said = desk.presses("bob", "I will come")
    assert desk.titles(said) == ["bob: You come to #1, Tue 3 Mar, 14:00."]
    said = desk.says("wei", "meeting 1 decline 出差")
    assert desk.titles(said) == [
        "ann: «Wei» does not come to #1, Tue 3 Mar, 14:00.",
        "wei: You do not come to #1.",
    ]
    assert "«出差»" in said[0]

    said = without_digests(desk.until(START + 45 * M))
    assert not [each for each in said if each.startswith("wei")]
    assert "bob: Soon: #1, Tue 3 Mar, 14:00" in said


def test_a_meeting_with_outsiders_is_made_known_to_the_office_and_late_booking_says_so(
    desk: Desk,
) -> None:
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("hana"), roles=frozenset({"admin_office"}))])
    said = desk.says("ann", "meeting Visit @bob leo@harbor.example Thu 14:00")
    office = next(each for each in said if each.startswith("hana"))
    assert desk.titles([office]) == ["hana: «Ann» expects people from outside: #1"]
    assert "From outside: «leo@harbor.example»" in office
    assert "less than" not in office

    said = desk.says("ann", "meeting Visit leo@harbor.example 16:00")
    late = "That is less than 24 h ahead, which the policy asks for."
    assert all(late in each for each in said if each.startswith(("ann", "hana")))
    assert "I cannot write to people from outside" in "".join(said)
    assert "leo@harbor.example" in desk.says("hana", "meeting 1")[0]
    assert "There is no meeting #1 of yours." in desk.says("mei", "meeting 1")[0]


# Moved, cancelled


def test_a_moved_meeting_is_asked_about_again_and_happens_once(desk: Desk) -> None:
    desk.says("ann", BOOK)
    desk.presses("bob", "I will come")
    said = desk.says("ann", "meeting 1 move Wed 10:00")
    assert sorted(desk.titles(said)) == [
        "ann: Moved: #1, Wed 4 Mar, 10:00.",
        "bob: For your calendar: #1, «Budget»",
        "bob: «Ann» invites you to a meeting: #1",
        "wei: For your calendar: #1, «Budget»",
        "wei: «Ann» invites you to a meeting: #1",
    ]
    assert "Until: Wed 4 Mar, 10:45" in said[0]
    assert b"SEQUENCE:1" in calendar_files(desk)[-1]
    assert "«Bob»: not answered yet" in desk.says("ann", "meeting 1")[0]

    said = without_digests(desk.until(MONDAY + 51 * H))
    assert said.count("bob: Soon: #1, Wed 4 Mar, 10:00") == 1
    assert said.count("bob: It begins: «Budget»") == 1
    assert said.count("ann: It is over: #1. Who was there?") == 1


def test_a_cancelled_meeting_is_told_once_and_nothing_happens(desk: Desk) -> None:
    desk.says("ann", BOOK)
    desk.says("ann", "meeting 1 cancel")
    said = desk.submits("ann", why="The figures are late.")
    assert sorted(desk.titles(said)) == [
        "ann: Cancelled: #1. The participants are told.",
        "bob: Out of your calendar: #1, «Budget»",
        "bob: «Ann» has cancelled #1, Tue 3 Mar, 14:00.",
        "wei: Out of your calendar: #1, «Budget»",
        "wei: «Ann» has cancelled #1, Tue 3 Mar, 14:00.",
    ]
    assert b"METHOD:CANCEL" in calendar_files(desk)[-1]

    assert without_digests(desk.until(START + 24 * H)) == []
    assert "was cancelled" in desk.says("bob", "meeting 1 accept")[0]
    assert "was cancelled" in desk.says("ann", "meeting 1 move Wed 10:00")[0]


def test_only_the_organiser_moves_or_cancels_and_others_see_nothing(desk: Desk) -> None:
    desk.says("ann", BOOK)

    assert desk.says("bob", "meeting 1 move Wed 10:00") == ["bob: Only «Ann» can do this."]
    assert desk.says("bob", "meeting 1 cancel no") == ["bob: Only «Ann» can do this."]
    for words in ("meeting 1", "meeting 1 accept", "meeting 1 cancel x", "meeting 1 here"):
        assert "There is no meeting #1 of yours." in desk.says("eve", words)[0]
    assert "There are no minutes #1 for you." in desk.says("eve", "minutes 1")[0]


# Held, 2.2.2-order


def test_rules_and_agenda_come_at_its_start_and_presence_is_attested(desk: Desk) -> None:
    desk.says("ann", BOOK)
    said = without_digests(desk.until(START + M))
    assert [each for each in said if "It begins" in each] == [
        "ann: It begins: «Budget»",
        "bob: It begins: «Budget»",
        "wei: It begins: «Budget»",
    ]
    assert desk.presses("bob", "I am here") == ["bob: Noted: you were there, in #1."]

    said = desk.until(START + 46 * M)
    assert without_digests(said) == ["ann: It is over: #1. Who was there?"]
    desk.presses("ann", "Not all")
    assert desk.submits("ann", people="Bob")[0].startswith("ann: Noted: 1 participant was there.")
    told = desk.says("ann", "meeting 1")[0]
    assert "«Bob»: there, by their own word" in told
    assert "«Wei»: not there" in told


def test_they_are_posted_in_a_room_where_nobody_else_is(desk: Desk) -> None:
    for who in ("ann", "bob", "wei"):
        joined(desk, who)
    desk.says("ann", BOOK)
    said = desk.until(START + M)
    begins = [each for each in desk.titles(said) if "It begins" in each]
    assert begins == ["lobby: It begins: «Budget»"]


def test_they_are_kept_out_of_a_room_with_others_in_it(desk: Desk) -> None:
    for who in ("ann", "bob", "wei", "eve"):
        joined(desk, who)
    desk.says("ann", BOOK)
    said = desk.until(START + M)
    begins = [each for each in desk.titles(said) if "It begins" in each]
    assert begins == [f"{who}: It begins: «Budget»" for who in ("ann", "bob", "wei")]


def joined(desk: Desk, who: str) -> None:
    desk.take(
        MembershipChanged(
            key=f"join/{who}", at=desk.now, account=account(who), place=LOBBY, joined=True
        )
    )


def test_after_an_outage_one_card_tells_of_all_and_nobody_prepares_for_what_has_begun(
    desk: Desk,
) -> None:
    desk.says("ann", BOOK)
    desk.says("ann", "meeting Plan @bob Tue 15:00 for 30m")
    desk.says("ann", "meeting Next @bob Wed 10:00 for 30m")
    desk.says("ann", "meeting Last @bob Wed 10:30 for 30m")
    said = without_digests(desk.wait(TUESDAY + 24 * H - 15 * M - desk.now))  # Wednesday 08:45
    assert not said
    said = without_digests(desk.wait(16 * M))

    assert said == [
        "ann: 2 meetings of yours are over",
        "bob: 2 meetings are soon",
    ]


# Minuted, 2.2.2-minutes


def test_who_called_it_owes_the_minutes_and_is_nudged_and_then_their_manager(desk: Desk) -> None:
    held(desk)
    assert desk.duty(2).kind == "minutes"
    assert desk.duty(2).due == START + 45 * M + 24 * H + 30 * M  # eight working hours
    said = without_digests(desk.until(START + 96 * H))

    assert said == [
        "ann: The minutes are still to be written",
        "ann: The minutes are due",
        "sam: Late in your team: «Ann»",
        "grace: Still late, below you: «Ann»",
    ]
    late = next(line for line in desk.paper.lines if line.to == "sam")
    assert "#2 «Ann» has owed the minutes of a meeting since" in late.text
    assert "Budget" not in late.text


def test_the_minutes_are_written_from_a_template_and_sent_to_confirm(desk: Desk) -> None:
    held(desk)
    desk.presses("ann", "Write the minutes")
    form = desk.paper.forms[-1].form
    template = form.fields[0].initial
    assert template == "# 1. Offers\n# 2. Dates\nDecision: \nAction: @ \nNote: "
    assert "There is no item in this." in desk.submits("ann", text=template)[0]

    said = desk.submits("ann", text=template + "\n" + WRITTEN)
    assert sorted(desk.titles(said)) == [
        "ann: Sent: the minutes of #1, 3 items.",
        "bob: «Ann» sends you the minutes of #1",
        "wei: «Ann» sends you the minutes of #1",
    ]
    sent = next(each for each in said if each.startswith("bob"))
    assert "1. Decision: «We buy it.»" in sent
    assert "2. Action of «Bob» by Fri 6 Mar, 17:00: «asks for an offer»" in sent
    assert desk.duty(2).state == "done"
    with desk.store.transaction() as tx:
        assert not [each for each in tx.records.verify() if not isinstance(each, int)]
    assert "were sent" in desk.says("ann", "minutes 1 Note: again")[0]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Action: do it by Fri", "Name who is to do this: “«do it by Fri»”."),
        ("Action: @nobody does it", "I know nobody called «@nobody»."),
        ("Action: @bob does it by 2026-03-01", "has passed"),
        ("Action: @bob", "Say what is to be done"),
        ("Decision:", "There is no item in this."),
        ("\n".join(["Note: x"] * 51), "These are 51 items; at most 50 fit."),
        ("Note: " + "x" * 601, "An item has 601 characters; at most 600 fit"),
    ],
)
def test_minutes_that_cannot_be_read_are_refused_whole(desk: Desk, text: str, answer: str) -> None:
    held(desk)
    said = desk.says("ann", f"minutes 1 {text}")

    assert len(said) == 1
    assert answer in said[0]
    assert desk.duty(2).live


def test_only_who_called_it_or_took_it_over_writes_the_minutes(desk: Desk) -> None:
    held(desk)
    assert "«Ann» writes them." in desk.says("bob", "minutes 1 Note: mine")[0]
    desk.says("ann", "pass 2 @bob")
    desk.presses("bob", "Accept")
    said = desk.says("bob", f"minutes 1 {WRITTEN}")

    assert "bob: Sent: the minutes of #1, 3 items." in desk.titles(said)
    assert "wei: «Bob» sends you the minutes of #1" in desk.titles(said)


def test_silence_and_words_are_counted_apart(desk: Desk) -> None:
    written(desk)
    assert desk.presses("bob", "Confirm all") == ["bob: Confirmed: 3 items."]
    assert "You have answered that already." in desk.says("bob", "minutes 1 confirm")[0]
    said = desk.until(START + 53 * H)

    assert said_of(desk, "bob") == ["confirm"] * 3
    assert said_of(desk, "wei") == ["silent"] * 3
    finished = [each for each in said if each.startswith("ann: The minutes of #1 are settled")]
    assert len(finished) == 1
    assert finished[0].count("— 1 confirmed, 1 by silence, 0 objected, 0 not yet") == 3
    nudges = [each for each in without_digests(said) if each.startswith("wei")]
    assert nudges == ["wei: «Ann» waits for your word on the minutes"]


def test_silence_confirms_nothing_where_the_policy_says_so() -> None:
    desk = in_english(Desk(policy="[meetings]\nsilent_confirms = false"))
    written(desk)
    said = without_digests(desk.until(START + 72 * H))

    assert said_of(desk, "wei") == []
    assert "wei: Your word to «Ann» on the minutes is due" in said
    desk.close()


@pytest.mark.thorough
def test_what_had_not_reached_somebody_is_not_confirmed_by_their_silence(desk: Desk) -> None:
    held(desk)
    desk.now = START + 6 * H  # Tuesday 20:00
    desk.says("ann", f"minutes 1 {WRITTEN}")
    said = desk.wait(62 * H)  # we were down until Friday, 10:00

    assert "wei: «Ann» sends you the minutes of #1" in desk.titles(said)
    assert said_of(desk, "wei") == []
    desk.until(desk.now + 7 * 24 * H)
    assert said_of(desk, "wei") == ["silent"] * 3


def test_an_objection_in_time_is_looked_at_and_dissent_stays(desk: Desk) -> None:
    written(desk)
    said = desk.says("bob", "minutes 1 object 1 We only rent it.")
    assert desk.titles(said) == [
        "ann: «Bob» objects to the minutes of #1",
        "bob: Noted. «Ann» is asked to look at it.",
    ]
    assert "“«We only rent it.»”" in said[0]
    desk.presses("bob", "Confirm the rest")
    said = desk.presses("ann", "Keep my words")
    assert desk.titles(said) == [
        "bob: «Ann» keeps the words; your objection stays in the minutes of #1.",
        "ann: Kept. The objection stays beside it.",
    ]

    assert said_of(desk, "bob") == ["object", "confirm", "confirm", "keep"]
    told = desk.says("ann", "minutes 1")[0]
    assert "«Bob» objects to 1: “«We only rent it.»”" in told
    assert "— 0 confirmed, 0 by silence, 1 objected, 1 not yet" in told


def test_an_amendment_makes_a_new_version_and_only_what_changed_is_asked_again(
    desk: Desk,
) -> None:
    written(desk)
    desk.says("wei", "minutes 1 confirm")
    desk.says("bob", "minutes 1 amend 1 We rent it for a year.")
    desk.says("bob", "minutes 1 confirm")
    said = desk.presses("ann", "Take these words")
    assert desk.titles(said) == [
        "bob: «Ann» has taken your words into the minutes of #1.",
        "wei: «Ann» has changed the minutes of #1",
        "ann: Changed: item 1 of the minutes of #1.",
    ]
    asked = next(each for each in said if each.startswith("wei"))
    assert "1. Decision: «We rent it for a year.»\nIt read before: “«We buy it.»”" in asked
    assert "2. Action" not in asked

    said = desk.presses("wei", "Confirm all")
    assert "wei: Confirmed: 1 item." in said
    found, answers = kept(desk)
    assert (found.items[0].text, found.items[0].since) == ("We rent it for a year.", 2)
    assert found.version == 2
    assert [each.said for each in answers if each.person == "bob"] == [
        "amend",
        "confirm",
        "confirm",
        "accept",
        "confirm",
    ]


@pytest.mark.thorough
def test_the_organiser_changes_an_item_and_its_action_follows(desk: Desk) -> None:
    written(desk)
    assert desk.duty(3).kind == "act"
    said = desk.says("ann", "minutes 1 amend 2 @wei asks for two offers")

    assert "ann: Changed: item 2 of the minutes of #1." in desk.titles(said)
    assert desk.duty(3).state == "dropped"
    with desk.store.transaction() as tx:
        theirs = [duty for duty in tx.duties.owed_by("wei") if duty.kind == "act"]
    assert [each.due for each in theirs] == [datetime(2026, 3, 6, 9, tzinfo=UTC)]
    assert "«asks for two offers»" in desk.says("wei", "mine")[0]


def test_a_late_objection_is_kept_and_undoes_nothing(desk: Desk) -> None:
    written(desk)
    desk.until(START + 53 * H)
    desk.until(START + 67 * H)  # Friday, 09:00
    said = desk.says("wei", "minutes 1 object 1 不同意")

    assert desk.titles(said) == [
        "ann: «Wei» objects to the minutes of #1, after the deadline",
        "wei: It is kept as a late objection; «Ann» is told.",
    ]
    with desk.store.transaction() as tx:
        assert not [duty for duty in tx.duties.owed_by("ann") if duty.kind == "review"]
    told = desk.says("ann", "minutes 1")[0]
    assert "Late, to 1, «Wei»: “«不同意»”" in told
    assert "— 0 confirmed, 2 by silence, 0 objected, 0 not yet" in told


def test_what_was_agreed_is_owed_nudged_and_done(desk: Desk) -> None:
    written(desk)
    desk.says("bob", "minutes 1 confirm")
    assert "#3 Do what a meeting has agreed on by Fri 6 Mar, 17:00" in desk.says("bob", "mine")[0]
    said = without_digests(desk.until(datetime(2026, 3, 6, 9, 1, tzinfo=UTC)))
    assert [each for each in said if each.startswith("bob")] == [
        "bob: Still to be done, as a meeting has agreed",
        "bob: Due now, as a meeting has agreed",
    ]

    assert desk.presses("bob", "Done")[0].startswith("bob: Done: #3. «Ann» can open it again.")
    assert desk.duty(3).state == "done"
    assert without_digests(desk.until(desk.now + 72 * H)) == []


def test_an_owner_who_was_not_there_hears_of_their_action_alone(desk: Desk) -> None:
    held(desk)
    said = desk.says("ann", "minutes 1 Decision: Secret.\nAction: @eve sends the file by Fri")
    told = next(each for each in said if each.startswith("eve"))

    assert "eve: A meeting has agreed on something for you: #3" in told
    assert "«sends the file»" in told
    assert "Secret" not in told
    assert "There are no minutes #1 for you." in desk.says("eve", "minutes 1")[0]
    assert "There are no minutes #3 for you." in desk.says("eve", "minutes 3")[0]


def test_confirm_can_be_routed_and_knows_what_is_not_minutes(desk: Desk) -> None:
    written(desk)
    desk.posts("ann", "@bob when?")
    numbers = {each: desk.duty(each).kind for each in range(2, 7)}
    mine = next(n for n, kind in numbers.items() if kind == "confirm" and owner(desk, n) == "bob")

    said = desk.says("bob", f"minutes {mine} confirm 1")
    assert said == ["bob: Confirmed: 1 item."]
    other = next(n for n, kind in numbers.items() if kind == "reply")
    assert "There are no minutes" in desk.says("bob", f"minutes {other} confirm")[0]


def owner(desk: Desk, number: int) -> str | None:
    return desk.duty(number).owed_by


def test_what_was_minuted_and_said_of_it_never_changes_not_even_in_the_database(
    desk: Desk,
) -> None:
    written(desk)
    desk.says("bob", "minutes 1 confirm")
    for change in (
        versions.update().values(digest="x"),
        versions.delete(),
        items.update().values(kind="note"),
        responses.update().values(said="object"),
        responses.delete(),
    ):
        refused = pytest.raises(sa.exc.DBAPIError, match=r"never changes|kept")
        with refused, desk.store.db.begin() as conn:
            conn.execute(change)


def test_words_are_only_kept_sealed(desk: Desk) -> None:
    written(desk)
    desk.says("bob", "minutes 1 object 1 We only rent it.")
    with desk.store.db.connect() as conn:
        for table in ("meetings", "invitees", "minutes", "minutes_items", "minutes_responses"):
            rows = conn.exec_driver_sql(f"SELECT * FROM {table}").all()
            assert rows
            for secret in (b"Budget", b"We buy it", b"We only rent it", b"Offers"):
                assert secret not in repr(rows).encode()


def test_words_of_people_are_quoted_wherever_they_come_back(desk: Desk) -> None:
    evil = "<!channel> {person} *b* =1+1"
    said = desk.says(
        "ann", f"meeting\ntopic: {evil}\nwhen: Tue 14:00\npeople: @bob\nagenda: {evil}"
    )
    assert f"«{evil}»" in said[0]
    desk.until(START + 61 * M)
    said = desk.says("ann", f"minutes 1 Decision: {evil}")
    assert f"1. Decision: «{evil}»" in "".join(said)
    said = desk.says("bob", f"minutes 1 object 1 {evil}")
    assert f"“«{evil}»”" in "".join(said)
    with desk.store.transaction() as tx:
        assert not tx.journal.parked()


def test_what_each_has_ahead_is_listed(desk: Desk) -> None:
    assert "You have no meeting ahead." in desk.says("ann", "meeting list")[0]
    desk.says("ann", BOOK)

    assert "#1 Tue 3 Mar, 14:00, yours: “«Budget»”" in desk.says("ann", "meeting list")[0]
    theirs = desk.says("bob", "meeting list")[0]
    assert "#1 Tue 3 Mar, 14:00, with «Ann», not answered yet: “«Budget»”" in theirs


def test_an_amendment_read_later_means_what_it_meant_to_its_author(desk: Desk) -> None:
    written(desk)
    desk.says("bob", "minutes 1 amend 2 @wei asks for two offers by tomorrow 17:00")
    desk.until(desk.now + 3 * H)
    desk.presses("ann", "Take these words")

    action = kept(desk)[0].items[1]
    assert (action.owner, action.text) == ("wei", "asks for two offers")
    assert action.due == datetime(2026, 3, 4, 9, tzinfo=UTC)


@pytest.mark.thorough
def test_who_has_nothing_to_decide_on_is_told_so(desk: Desk) -> None:
    written(desk)

    assert "There is no open objection under #1." in desk.says("ann", "minutes 1 keep")[0]
    assert desk.says("bob", "minutes 1 accept")[0] == "bob: Only «Ann» can do this."
    assert "There is no item 9; there are 3." in desk.says("bob", "minutes 1 object 9 no")[0]
    assert "Say which item" in desk.says("bob", "minutes 1 object so what")[0]
    assert "Say why" in desk.says("bob", "minutes 1 object 1")[0]
    desk.says("bob", "minutes 1 object 1 We rent it.")
    said = desk.says("ann", "minutes 1 accept")
    assert "No other words were proposed." in said[0]
    desk.says("wei", "minutes 1 object 2 不")
    assert "Say which objection: #" in desk.says("ann", "minutes 1 keep")[0]


def test_forms_take_objections_and_new_words(desk: Desk) -> None:
    written(desk)
    desk.presses("bob", "Object or amend")
    said = desk.submits("bob", text="amend 3 It was very friendly.")
    assert "ann: «Bob» objects to the minutes of #1" in desk.titles(said)
    desk.presses("ann", "Change the words")
    assert desk.paper.forms[-1].form.fields[0].initial == "It was friendly."
    said = desk.submits("ann", text="It was friendly and short.")

    assert "ann: Changed: item 3 of the minutes of #1." in desk.titles(said)
    with desk.store.transaction() as tx:
        assert not [duty for duty in tx.duties.owed_by("ann") if duty.kind == "review"]


@pytest.mark.thorough
def test_a_leave_moves_the_deadline_and_silence_counts_only_then(desk: Desk) -> None:
    written(desk)
    desk.says("wei", "away 2026-03-05..2026-03-10")
    desk.until(START + 72 * H)
    assert said_of(desk, "wei") == []

    desk.until(START + 9 * 24 * H)
    assert said_of(desk, "wei") == ["silent"] * 3


def test_who_waits_for_it_and_who_is_to_look_at_it_see_it_in_their_lists(desk: Desk) -> None:
    written(desk)
    desk.says("bob", "minutes 1 object 1 We only rent it.")
    waiting = desk.says("ann", "waiting")[0]
    assert "«Bob» is to confirm the minutes by Thu 5 Mar" in waiting
    assert "«Bob» is to do by Fri 6 Mar, 17:00 what was agreed: “«asks for an offer»”" in waiting
    assert "«Ann» is to look at your objection by Wed 4 Mar" in desk.says("bob", "waiting")[0]

    number = next(duty for duty in map(desk.duty, range(2, 8)) if duty.kind == "review").number
    assert "objects to the minutes of #1" in desk.says("ann", f"minutes {number}")[0]
    said = desk.says("ann", f"minutes {number} keep")
    assert said[-1] == "ann: Kept. The objection stays beside it."
    assert "#1" in desk.says("bob", f"explain {number}")[0] or desk.duty(number).state == "done"


def test_what_cannot_be_done_now_says_why(desk: Desk) -> None:
    desk.says("ann", BOOK)
    assert "#1 begins at" in desk.says("ann", "meeting 1 attended all")[0]
    assert "#1 begins at" in desk.says("bob", "meeting 1 here")[0]
    assert "#1 begins at" in desk.says("ann", "minutes 1 Note: early")[0]
    assert "It is your own meeting" in desk.says("ann", "meeting 1 accept")[0]
    assert "You have called the meeting" in desk.says("ann", "meeting 1 here")[0]
    desk.until(START + 46 * M)
    assert "#1 is over." in desk.says("bob", "meeting 1 decline")[0]
    assert "Who was there is for «Ann» to say." in desk.says("bob", "meeting 1 attended all")[0]
    assert "«Eve» was not invited" in desk.says("ann", "meeting 1 attended @eve")[0]
    assert "They are not written yet." in desk.says("bob", "minutes 1 confirm")[0]
    assert "are still to come" in desk.says("bob", "minutes 1 object 1 no")[0]
    assert "Meeting #1, held" in desk.says("bob", "meeting 1")[0]
    desk.says("ann", "meeting Other @bob 16:30")
    desk.says("ann", "meeting 3 cancel Not needed.")
    assert "Meeting #3, cancelled" in desk.says("bob", "meeting 3")[0]
    assert "#3 was cancelled." in desk.says("ann", "meeting 3 attended all")[0]
    assert "#3 was cancelled." in desk.says("ann", "minutes 3 Note: x")[0]


def test_partners_are_asked_to_come_and_owe_nothing(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("bob"), partner=True)])
    assert "Ask the colleague you work with" in desk.says("bob", "meeting X @ann Tue 14:00")[0]
    held(desk)
    said = desk.says("ann", "minutes 1 Action: @bob sends the samples by Fri\nNote: x")

    assert not [each for each in said if each.startswith("bob")]
    with desk.store.transaction() as tx:
        assert not tx.duties.owed_by("bob")
