"""Reading bookings and minutes, whom a time suits, calendar files; and laws over random days."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.policy import booking, hours, ics, meetings, minutes
from bot.policy.booking import Speaking, Unclear
from bot.policy.calendars import OFFICE_WEEK, Calendar
from bot.policy.hours import Interval
from bot.policy.ics import Attendee
from bot.policy.meetings import Invitee, Meeting
from bot.policy.minutes import Item, Minutes, Response
from bot.policy.people import Absence
from bot.policy.reading import Mistakes, read
from bot.store import Store
from bot.words import Reader, render
from tests.desk import MONDAY, Desk
from tests.needs import share

H, M = timedelta(hours=1), timedelta(minutes=1)
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)  # Monday, 09:00 in Shanghai
HERE = Speaking(NOW, "Asia/Shanghai")
BERLIN = Calendar(name="berlin", zone="Europe/Berlin", spans=OFFICE_WEEK)
NEW_YORK = Calendar(name="new york", zone="America/New_York", spans=OFFICE_WEEK)
HOSTILE = (
    "\x00\x01" * 300,
    "@" * 8000,
    "," * 8000 + "x",
    " " * 8000 + "Thu 14:00",
    "for 45m " * 900,
    "topic: " * 1000,
    "14:00-" * 1000,
    "\ud800 @\ud800 Thu 14:00",
    "一" * 8000,
    "Decision:" * 900,
    "- " * 4000,
    "https://" + "a" * 8000,
)


def wall(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


# Typed bookings


@pytest.mark.parametrize(
    ("typed", "topic", "people", "start", "minutes"),
    [
        ("Budget @ann @bob Thu 14:00 for 45m", "Budget", "@ann @bob", "05T14:00", 45),
        ("Budget with @ann and @bob on Thu at 14:00", "Budget", "@ann @bob", "05T14:00", 60),
        ("周四14:00 45分钟 @wei 讨论预算", "讨论预算", "@wei", "05T14:00", 45),
        ("預算會 @wei、@mei 明天下午3點 一個半小時", "預算會", "@wei @mei", "03T15:00", 90),
        ("预算会 @wei 明天下午3点 半小时", "预算会", "@wei", "03T15:00", 30),
        ("Standup in 2 hours for half an hour @ann", "Standup", "@ann", "02T11:00", 30),
        ("Monday review @ann Thu 14:00-15:30", "Monday review", "@ann", "05T14:00", 90),
        ("讨论 3月5日14:00到15:30 @wei", "讨论", "@wei", "05T14:00", 90),
        ("Next @bob Wed 10:00", "Next", "@bob", "04T10:00", 60),
        ("Call @bob Thu 11:00-1:00", "Call", "@bob", "05T11:00", 120),
        (
            "Q3 figures, Thu 9:00, x@y.example, 1.5 hours",
            "Q3 figures",
            "x@y.example",
            "05T09:00",
            90,
        ),
    ],
)
def test_a_booking_is_read_in_three_languages(
    typed: str, topic: str, people: str, start: str, minutes: int
) -> None:
    found = booking.read(typed, HERE)

    assert (found.topic, " ".join(found.people)) == (topic, people)
    assert found.when.start == wall(f"2026-03-{start}", "Asia/Shanghai")
    assert found.when.end - found.when.start == minutes * M


def test_what_stands_for_people_on_a_platform_is_taken_whole() -> None:
    found = booking.read("Plan <@U1> Ann Lee Thu 9:00", replace(HERE, names=("<@U1>", "Ann Lee")))
    assert (found.topic, found.people) == ("Plan", ("<@U1>", "Ann Lee"))


def test_parts_on_lines_of_their_own_keep_words_apart() -> None:
    found = booking.read(
        "主题：预算\n时间：周四14:00\n时长：90分钟\n参会人：@wei，Harbor Foods\n链接：-\n"
        "议程：一、报价\n时间：随意",
        HERE,
    )
    assert (found.topic, found.people) == ("预算", ("@wei", "Harbor Foods"))
    assert (found.link, found.agenda) == ("", "一、报价\n时间：随意")
    assert found.when.end - found.when.start == 90 * M


@pytest.mark.parametrize(
    ("zone", "typed", "start", "end"),
    [  # the clocks go forward, and back
        ("Europe/Berlin", "Night shift @a 2026-03-29 01:00-04:00", "2026-03-29T01:00", 2 * H),
        ("Europe/Berlin", "Night shift @a 2026-10-25 01:00-04:00", "2026-10-25T01:00", 4 * H),
        ("America/New_York", "Night @a 2026-03-08 01:00-04:00", "2026-03-08T01:00", 2 * H),
        ("America/New_York", "Night @a 2026-11-01 00:30-03:00", "2026-11-01T00:30", 3.5 * H),
        ("America/New_York", "Night @a 2026-11-01 00:30 for 3 hours", "2026-11-01T00:30", 3 * H),
    ],
)
def test_hours_on_the_wall_and_lengths_hold_where_clocks_change(
    zone: str, typed: str, start: str, end: timedelta
) -> None:
    found = booking.read(typed, Speaking(NOW, zone)).when

    assert found.start == wall(start, zone)
    assert found.end - found.start == end


def test_an_hour_that_the_clocks_skip_or_show_twice_is_noted() -> None:
    spring, autumn = (Speaking(NOW + days * 24 * H, "Europe/Berlin") for days in (0, 200))
    assert booking.span("2026-03-29 02:30", spring).note == "skipped_hour"
    assert booking.span("2026-10-25 02:30", autumn).note == "ambiguous_hour"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_read_or_refused(text: str) -> None:
    for reader in (booking.read, minutes.read, booking.span):
        try:
            reader(text, HERE)
        except Unclear as unclear:
            render(unclear.why, Reader(), str)


# Whom a time suits


@pytest.mark.parametrize(
    ("day", "zone", "trouble"),
    [  # 14:00-15:00 UTC
        ("2026-03-05", BERLIN, ""),  # 15:00
        ("2026-03-05", NEW_YORK, ""),  # 09:00
        ("2026-03-10", NEW_YORK, ""),  # summer time there alone: 10:00
        ("2026-10-27", BERLIN, ""),  # winter time here alone: 15:00
        ("2026-10-27", NEW_YORK, ""),  # 10:00
        ("2026-03-07", BERLIN, "outside"),  # a Saturday
    ],
)
def test_working_time_is_that_of_each_where_they_are(
    day: str, zone: Calendar, trouble: str
) -> None:
    start = datetime.fromisoformat(f"{day}T14:00+00:00")
    assert meetings.trouble(start, start + H, zone) == trouble


@pytest.mark.parametrize(
    ("at", "calendar", "trouble"),
    [
        ("2026-03-06T13:00", NEW_YORK, "outside"),  # 08:00
        ("2026-03-09T13:00", NEW_YORK, ""),  # summer time: 09:00
        ("2026-10-30T13:00", NEW_YORK, ""),
        ("2026-11-02T13:00", NEW_YORK, "outside"),
        ("2026-03-27T16:30", BERLIN, ""),  # 17:30, until 18:00
        ("2026-03-30T16:30", BERLIN, "outside"),  # 18:30
        ("2026-10-26T16:30", BERLIN, ""),
        ("2026-03-05T11:30", BERLIN, ""),  # 12:30: lunch
    ],
)
def test_summer_time_makes_an_hour_suit_or_not(at: str, calendar: Calendar, trouble: str) -> None:
    start = datetime.fromisoformat(f"{at}+00:00")
    lunch = at.endswith("11:30")
    found = meetings.trouble(start, start + 30 * M, calendar)
    assert found == ("outside" if lunch else trouble)


def test_who_is_away_is_away_however_short_the_meeting() -> None:
    away = Interval(NOW + 5 * H, NOW + 6 * H)
    office = Calendar(name="o", zone="Asia/Shanghai")
    assert meetings.trouble(NOW + 4 * H, NOW + 5 * H, office, [away]) != "away"
    assert meetings.trouble(NOW + 5 * H, NOW + 5 * H + 5 * M, office, [away]) == "away"


@given(
    st.integers(0, 400 * 24 * 60),
    st.integers(0, 20 * 60),
    st.sampled_from([BERLIN, NEW_YORK]),
    st.lists(st.tuples(st.integers(0, 400 * 24), st.integers(1, 72)), max_size=3),
)
def test_the_time_to_prepare_is_the_last_with_so_much_working_time_left(
    minute: int, working: int, calendar: Calendar, leaves: list[tuple[int, int]]
) -> None:
    at, span = NOW + minute * M, working * M
    away = [Interval(NOW + a * H, NOW + (a + b) * H) for a, b in leaves]
    found = meetings.earlier(at, span, calendar, away)

    assert found <= at
    enough = hours.between(found, at, calendar, away) >= span
    assert enough or found == at - meetings.PREPARING
    later = found + timedelta(seconds=1)
    assert later > at or hours.between(later, at, calendar, away) < span


# Minutes


MINUTED = """# Budget
Decision: We buy the second machine.
- Action: @ann send the offer by Fri 17:00
  and its annex
Decisions:
- one
* two
Actions
1. @wei 完成报告，周五前
2) ask @mei for the plan, due tomorrow
决定：采用方案B
待办：@wei 周三前提交预算
行動項：@mei 聯絡客戶，3月6日下午5點
備註：下次再議
Action: @
Note:
# Besides
2026-03-01 was the *old* date"""


def test_items_are_read_in_three_languages() -> None:
    found = minutes.read(MINUTED, HERE)
    friday = datetime(2026, 3, 6, 9, tzinfo=UTC)

    assert [(each.kind, each.owner, each.text) for each in found] == [
        ("decision", "", "We buy the second machine."),
        ("action", "@ann", "send the offer and its annex"),
        ("decision", "", "one"),
        ("decision", "", "two"),
        ("action", "@wei", "完成报告"),
        ("action", "@mei", "ask for the plan"),
        ("decision", "", "采用方案B"),
        ("action", "@wei", "提交预算"),
        ("action", "@mei", "聯絡客戶"),
        ("note", "", "下次再議"),
        ("note", "", "2026-03-01 was the *old* date"),
    ]
    assert found[4].due == friday + H
    assert found[8].due == friday


def test_a_day_alone_ends_with_the_working_hours() -> None:
    calendar = Calendar(name="o", zone="Asia/Shanghai")
    (line,) = minutes.read("Action: @ann does it by Fri", replace(HERE, calendar=calendar))
    assert line.due == datetime(2026, 3, 6, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("@ann checks the figures of 2025-12-31", "checks the figures of 2025-12-31"),
        ("@ann plans for 2027-12-31", "plans for 2027-12-31"),
        ("@ann does it by 2026-02-30", "does it by 2026-02-30"),
        ("@ann checks Monday's report and the plan", "checks Monday's report and the plan"),
        ("@ann takes the Friday figures along", "takes the Friday figures along"),
    ],
)
def test_a_date_that_the_words_are_about_is_no_deadline(words: str, left: str) -> None:
    (line,) = minutes.read(f"Action: {words}", HERE)
    assert (line.text, line.due) == (left, None)


def test_a_deadline_is_told_from_a_day_that_is_named_after_it() -> None:
    (line,) = minutes.read("Action: @ann sends it by Thu 17:00 with the Friday figures in it", HERE)

    assert line.text == "sends it with the Friday figures in it"
    assert line.due == datetime(2026, 3, 5, 9, tzinfo=UTC)


def version(number: int, *items: Item) -> Minutes:
    return Minutes(
        id=f"v{number}",
        meeting="m",
        version=number,
        at=NOW,
        by="ann",
        confirm_by=NOW,
        digest=minutes.digest(items),
        items=items,
    )


def said(what: minutes.Said, item: int = 1, of: int = 1, *, late: bool = False) -> Response:
    return Response(
        id="r", version=of, item=item, person="bob", by="bob", said=what, at=NOW, late=late
    )


@pytest.mark.parametrize(
    ("responses", "standing"),
    [
        ((), "waiting"),
        ((said("confirm"),), "confirmed"),
        ((said("silent"),), "silent"),
        ((said("object"),), "objected"),
        ((said("object"), said("keep")), "dissent"),
        ((said("silent"), said("object", late=True)), "silent"),
        ((said("confirm"), said("object")), "objected"),
        ((said("object"), said("confirm")), "confirmed"),
        ((said("confirm", item=2),), "waiting"),
    ],
)
def test_how_somebody_stands_is_what_they_said_last_in_time(
    responses: tuple[Response, ...], standing: str
) -> None:
    item = Item(number=1, kind="note", text="x")
    assert minutes.standing(item, responses, "bob") == standing
    assert minutes.standing(item, responses, "eve") == "waiting"


def test_what_was_said_of_words_that_changed_counts_no_more() -> None:
    first = version(1, Item(number=1, kind="note", text="x"), Item(number=2, kind="note", text="y"))
    answers = (said("confirm"), said("confirm", item=2))
    changed = minutes.changed(first.items, replace(first.items[0], text="z"), 2)

    assert minutes.unanswered(first, answers, "bob") == ()
    again = minutes.unanswered(version(2, *changed), answers, "bob")
    assert [each.number for each in again] == [1]
    tally = minutes.tally(changed[1], answers, ("bob", "eve"))
    assert (tally.confirmed, tally.silent, tally.waiting) == (1, 0, 1)
    assert first.digest != minutes.digest(changed)


# Calendar files


def meeting(**changes: object) -> Meeting:
    made = Meeting(
        id="id",
        number=1,
        organiser="ann",
        topic="Budget",
        start=NOW + H,
        end=NOW + 2 * H,
        policy=0,
        booked_at=NOW,
        invitees=(Invitee(person="bob"),),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def parsed(file: bytes) -> list[tuple[str, str]]:
    """Unfolded by RFC 5545: every line as its name with parameters, and its value."""
    text = file.decode()
    assert text.endswith("\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    found = []
    for line in text.replace("\r\n ", "").split("\r\n")[:-1]:
        inside = False
        for at, each in enumerate(line):
            inside ^= each == '"'
            if each == ":" and not inside:
                found.append((line[:at], line[at + 1 :]))
                break
        else:
            raise AssertionError(line)
    return found


def unescaped(value: str) -> str:
    parts, escaped = "", False
    for each in value:
        if escaped:
            parts += "\n" if each == "n" else each
        elif each != "\\":
            parts += each
        escaped = each == "\\" and not escaped
    return parts


PRINTABLE = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=300)


@given(PRINTABLE, PRINTABLE, PRINTABLE, PRINTABLE)
def test_a_calendar_file_gives_back_what_was_put_in_and_nothing_else(
    topic: str, agenda: str, link: str, name: str
) -> None:
    agenda += "\r\nEND:VCALENDAR\rATTENDEE:mailto:x@y.example\n;,\\"
    one = meeting(topic=topic, agenda=agenda, link=link)
    file = parsed(ics.write(one, Attendee(name, "ann@a.example"), [Attendee(name, name)], NOW))
    names = Counter(key.partition(";")[0] for key, _ in file)

    assert names["END"] == 2
    assert names["ATTENDEE"] == 1
    values = {key.partition(";")[0]: value for key, value in file}
    assert unescaped(values["SUMMARY"]) == topic
    lines = agenda.replace("\r\n", "\n").replace("\r", "\n")
    assert unescaped(values["DESCRIPTION"]).startswith(lines)
    assert values["ATTENDEE"].startswith(("mailto:", "invalid:nomail"))
    assert values["ORGANIZER"] == "mailto:ann@a.example"


def test_times_are_utc_and_a_change_counts_up() -> None:
    new_york = wall("2026-03-09T10:00", "America/New_York")
    one = meeting(start=new_york, end=new_york + H, sequence=2)
    values = dict(parsed(ics.write(one, Attendee("Ann"), [], NOW, "CANCEL")))

    assert values["DTSTART"] == "20260309T140000Z"
    assert values["DTSTAMP"] == "20260302T010000Z"
    assert (values["METHOD"], values["STATUS"], values["SEQUENCE"]) == ("CANCEL", "CANCELLED", "3")
    assert values["UID"] == "id@duly"


# The policy file


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ('[meetings]\nprepare_before = "soon"', 2, "meetings.prepare_before must be a time such"),
        ('[meetings]\n\nlevel = "huge"', 3, "meetings.level must be one of normal"),
        ("[meetings]\nsilent_confirms = 1", 2, "meetings.silent_confirms must be true or false."),
        ("[meetings]\nground_rules = 1", 2, "meetings.ground_rules must be a text."),
        ("[meetings]\nroom = 1", 2, "A policy has no meetings.room."),
    ],
)
def test_a_mistake_about_meetings_is_told_with_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(Mistakes) as error:
        read(text)

    told = [(each.line, render(each.what, Reader(), str)) for each in error.value.found]
    assert any(number == line and said.startswith(what) for number, said in told), told


# Laws: whatever happens when, nothing is sent twice, and nothing unasked outside working time


DEEDS = st.sampled_from(
    [
        ("ann", "meeting Budget @bob @wei in 3 hours for 30m"),
        ("ann", "meeting Plan @bob tomorrow 10:00"),
        ("bob", "meeting Night @ann @wei 23:00 for 1 hour"),
        ("ann", "meeting 1 move tomorrow 15:00"),
        ("ann", "meeting 1 cancel no"),
        ("bob", "meeting 1 accept"),
        ("wei", "meeting 1 decline"),
        ("ann", "meeting 1 attended all"),
        ("bob", "meeting 1 here"),
        ("ann", "minutes 1 Decision: We buy it.\nAction: @bob asks by Fri\nNote: x"),
        ("bob", "minutes 1 confirm"),
        ("wei", "minutes 1 confirm 1"),
        ("bob", "minutes 1 object 1 no"),
        ("bob", "minutes 1 amend 1 We rent it."),
        ("ann", "minutes 1 accept"),
        ("ann", "minutes 1 keep"),
        ("ann", "minutes 1 amend 2 @wei asks"),
    ]
)
SPANS = st.sampled_from([timedelta(0), 10 * M, 3 * H, 9 * H, 25 * H, 80 * H])


@pytest.mark.no_cover
@settings(max_examples=max(4, share(500)), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(DEEDS, SPANS, st.booleans()), min_size=3, max_size=14), st.booleans())
def test_nothing_is_sent_twice_and_nothing_unasked_outside_working_time(
    happened: list[tuple[tuple[str, str], timedelta, bool]], away: bool
) -> None:
    desk = Desk()
    if away:
        with desk.store.transaction() as tx:
            tx.people.absent(Absence(person="wei", start=MONDAY + 20 * H, end=MONDAY + 70 * H))
    for (who, words), span, down in [*happened, (("bob", "mine"), 200 * H, False)]:
        seen = len(desk.paper.lines)
        asked = desk.says(who, words)
        assert any(each.startswith(f"{who}: ") for each in asked)
        _unasked_in_working_time(desk, seen, but=who)
        _go_by(desk, span, down=down)
    keys = Counter(line.key for line in desk.paper.lines)
    assert [key for key, count in keys.items() if count > 1] == []
    with desk.store.transaction() as tx:
        assert not tx.journal.parked()
        assert not [each for each in tx.records.verify() if not isinstance(each, int)]
    desk.close()


def _go_by(desk: Desk, span: timedelta, *, down: bool) -> None:
    """Either all at once, as if we had been down, or from one moment to the next."""
    end = desk.now + span
    while desk.now < end:
        seen = len(desk.paper.lines)
        step = end - desk.now if down else min(desk._next(), end) - desk.now
        desk.wait(step)
        _unasked_in_working_time(desk, seen)
        titles = Counter((line.to, line.text) for line in desk.paper.lines[seen:])
        assert max(titles.values(), default=1) == 1


def _unasked_in_working_time(desk: Desk, seen: int, but: str = "") -> None:
    store: Store = desk.store
    for line in desk.paper.lines[seen:]:
        if line.to == but:
            continue
        with store.transaction() as tx:
            calendar = tx.policies.calendar("office", tx.policies.current())
            absences = tx.people.snapshot().directory.absences.get(line.to, ())
        away = [Interval(each.start, each.end) for each in absences]
        assert hours.is_open(desk.now, calendar, away), (desk.now, line.to, line.text)
