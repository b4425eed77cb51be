"""Holding replies: who says when they will answer. Policy 2.2.1-reply; the table: phrases.toml."""

import unicodedata
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.phrases import LANGUAGES, Row, rows
from bot.policy.dates import moment, read
from bot.policy.hours import OFFICE, Calendar
from bot.policy.promising import Holding, holding
from bot.policy.reckoning import Moment

TABLE = list(rows())
SHANGHAI = "Asia/Shanghai"
TUESDAY = datetime(2026, 11, 24, 2, tzinfo=UTC)  # 10:00 in Shanghai
EARLY = Calendar(  # closes at 17:00, has lunch at 11:30
    name="early",
    zone=SHANGHAI,
    spans=(((time(8), time(11, 30)), (time(12), time(17))),) * 5 + ((), ()),
)
NIGHTLY = Calendar(name="night", zone=SHANGHAI, spans=((((time(22)), time(6)),),) * 7)


def kept(row: Row) -> Calendar | None:
    if not row.country:
        return None
    return Calendar(name="table", zone=row.zone, country=row.country)


def remarks(found: Moment | Holding) -> str:
    return " ".join(each for each in ("" if found.exact else "~", found.note, found.doubt) if each)


def local(words: str, calendar: Calendar | None = None, now: datetime = TUESDAY) -> str:
    found = moment(words, now, SHANGHAI, calendar)
    return f"{found.astimezone(ZoneInfo(SHANGHAI)):%m-%d %H:%M}" if found else "none"


def said(text: str) -> Holding:
    found = holding(text, TUESDAY, SHANGHAI)
    assert found is not None, text
    return found


def of(kind: str) -> list[Row]:
    return [row for row in TABLE if row.kind == kind]


def test_the_table_is_as_large_as_it_says_in_every_language() -> None:
    counts = Counter(row.language for row in TABLE if row.kind != "nothing")

    assert all(counts[language] >= 70 for language in LANGUAGES)
    assert len(of("nothing")) >= 60


@pytest.mark.parametrize("row", of("moments"), ids=lambda row: f"{row.here:%m%d} {row.text}")
def test_a_moment_is_read_as_people_mean_it(row: Row) -> None:
    found = read(row.text, row.now, row.zone, kept(row))

    if row.meant == "none":
        assert found is None
        return
    assert found is not None
    assert (found.at, remarks(found)) == (row.meant, row.remarks)


@pytest.mark.parametrize("row", of("holdings"), ids=lambda row: f"{row.here:%m%d} {row.text}")
def test_a_holding_reply_is_noticed_with_its_time(row: Row) -> None:
    found = holding(row.text, row.now, row.zone, kept(row))

    assert found is not None
    assert (found.until or "open", remarks(found)) == (row.meant, row.remarks)


@pytest.mark.parametrize("row", of("nothing"), ids=lambda row: f"{row.here:%m%d} {row.text}")
def test_what_promises_nothing_is_left_alone(row: Row) -> None:
    assert holding(row.text, row.now, row.zone, kept(row)) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("let me check, will send it tmr morning", "tmr morning"),
        ("I'm out until Wed, will answer Thursday morning", "Thursday morning"),
        ("明天下午三点前给您答复", "明天下午三点"),
        ("Sorry! I will reply by Wednesday, 10:30 am, promised.", "Wednesday, 10:30 am"),
        ("I'll let you know.", "I'll let you know"),
    ],
)
def test_the_words_that_name_the_time_are_quoted(text: str, words: str) -> None:
    assert said(text).words == words


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("I'll send it on Thursday. No, Friday", "11-27 18:00"),
        ("I'll send it on Thursday, sorry, I mean Friday 10am", "11-27 10:00"),
        ("I'll answer at 3pm; at the latest I'll answer tomorrow", "11-25 18:00"),
        ("I'll check. Thursday 9:00.", "11-26 09:00"),
        ("We can send you the file by 5pm, the meeting is at 3pm", "11-24 17:00"),
        ("Thanks for the mail of Monday. I'll answer it tomorrow", "11-25 18:00"),
        ("I'll send yesterday's report and the one from last Monday tomorrow", "11-25 18:00"),
        ("I'll reply by 3 p.m. The bank is slow.", "11-24 15:00"),
        ("我明天看一下", "11-25 18:00"),
        ("I'll be responding within 12 hours.", "11-24 22:00"),
        ("等我半小时", "11-24 10:30"),
        ("这周内给结果", "11-27 18:00"),
        ("我三点前发群里", "11-24 15:00"),
        ("20分鐘後覆你", "11-24 10:20"),
        ("I'd say Friday", "11-27 18:00"),
        ("还差一点，明天给你", "11-25 18:00"),
        ("我早一点给你，四点前", "11-24 16:00"),
    ],
)
def test_of_several_times_the_promised_one_counts(text: str, until: str) -> None:
    found = said(text).until

    assert found is not None
    assert f"{found.astimezone(ZoneInfo(SHANGHAI)):%m-%d %H:%M}" == until


@pytest.mark.parametrize(
    "text",
    [
        "I can confirm the service was back by 15:00",
        "I'll get back to you: the port is 8080, the host is the old one, the login as before",
        "Let me check the log. " + "It says that nothing was wrong with the service. " * 5,
        "I'll answer on 31 April",  # no such day, and so no time
        "two hours ago",
        "last week",
        "上周",
        "3天前",
        "a" * 700 + " I'll send it tomorrow",  # pasted
        "15:00 tomorrow?",
        "I send it to you on the old channel since Monday",
    ],
)
def test_what_only_looks_like_a_promise_is_none(text: str) -> None:
    found = holding(text, TUESDAY, SHANGHAI)

    assert found is None or found.until is None


def test_a_calendar_says_when_parts_of_a_day_end() -> None:
    assert local("tomorrow morning", EARLY) == "11-25 11:30"
    assert local("下班前", EARLY) == "11-24 17:00"
    assert local("tomorrow afternoon", EARLY) == "11-25 17:00"
    assert local("Saturday", EARLY) == "11-28 17:00"
    assert local("end of week", EARLY, TUESDAY + timedelta(days=3, hours=8)) == "11-29 17:00"
    assert local("tomorrow", NIGHTLY) == "11-25 18:00"
    assert OFFICE[-1][1] == time(18)  # what days end at without a calendar


def test_a_calendar_that_never_opens_has_no_working_days() -> None:
    closed = Calendar(name="closed", zone=SHANGHAI, spans=((),) * 7)

    assert local("2 working days", closed) == "none"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("on the 24th", "12-24 18:00"),  # the 24th is today
        ("by the 24th", "11-24 18:00"),
        ("by the 24th 11:00", "11-24 11:00"),
        ("by Tuesday 9:00", "12-01 09:00"),
        ("by Tuesday morning", "11-24 12:00"),
        ("by the 31st", "12-31 18:00"),
        ("the 5th of next month", "12-05 18:00"),
        ("end of quarter", "12-31 18:00"),
        ("EOY", "12-31 18:00"),
        ("next weekend", "12-06 18:00"),
        ("next month", "12-31 18:00"),
        ("in a month", "12-24 10:00"),
        ("两个月后", "01-24 10:00"),
        ("in 2 days at 3pm", "11-26 15:00"),
        ("三天后下午三点", "11-27 15:00"),
        ("after lunch", "11-24 18:00"),
        ("12am", "11-25 00:00"),
        ("凌晨12点", "11-25 00:00"),
        ("早上12点", "11-24 12:00"),
        ("中午1点", "11-24 13:00"),
        ("中午11点半", "11-24 11:30"),
        ("明天凌晨", "11-25 06:00"),
        ("上午", "11-24 12:00"),
        ("a few hours", "11-24 13:00"),
        ("in a half hour", "11-24 10:30"),
        ("in 9999 working days", "none"),
        ("half a day", "11-24 22:00"),
        ("an hour and a half from now", "11-24 11:30"),
        ("两小时半", "11-24 12:30"),
        ("周末下午", "11-29 18:00"),
        ("本周末", "11-29 18:00"),
        ("周5", "11-27 18:00"),
        ("下周的周三", "12-02 18:00"),
        ("in two and a half hours", "11-24 12:30"),
        ("11:00 +08:00", "11-24 11:00"),
        ("2026-11-24T12:00+08:00", "11-24 12:00"),
        ("2026-11-24 12:00 UTC+0", "11-24 20:00"),
        ("3pm CST", "11-24 15:00"),
        ("4pm UTC+5:30", "none"),  # no whole hour
        ("4pm UTC+25", "none"),
        ("13pm", "none"),
        ("24:30", "none"),
        ("30 February", "none"),
        ("the 31st of next month", "12-31 18:00"),
        ("29 Feb", "02-29 18:00"),
        ("tomorrow 3pm 4pm", "none"),
        ("tomorrow Thursday", "none"),
        ("1 hour 2 hours", "none"),
        ("3pm CET UTC", "none"),
        ("morning", "none"),
        ("last night", "11-23 22:00"),
        ("Monday or Tuesday", "none"),
        ("tomorrow\n3pm", "none"),
        ("tomorrow " * 30, "none"),
        ("9999-12-31 23:00 UTC-8", "none"),
        ("0000-01-01", "none"),
        ("in 99 weeks at 3pm", "10-17 15:00"),
        ("by the 32nd", "none"),
        ("13月底", "none"),
        ("end of January", "01-31 18:00"),
        ("end of next quarter", "03-31 18:00"),
        ("周", "none"),
    ],
)
def test_odd_ways_of_naming_a_time(words: str, meant: str) -> None:
    assert local(words) == meant


VOCABULARY = (
    "tomorrow today Friday next week by at in 3pm 15:00 two hours days an a half quarter past",
    "I'll send it will answer not can you if ? . , ! EOD 30/11 3/4 2026-03-29 02:30 CET UTC+8",
    "noon midnight Nov 31 明天 下午 三点 半 前 给您 答复 下 周 五 月底 两个 工作日 内 12月",
    "1号 后 不 吗 会 我",
)
WORDS = st.sampled_from(sorted({word for line in VOCABULARY for word in line.split()}))
SENTENCES = st.lists(WORDS, max_size=12).map(" ".join) | st.lists(WORDS, max_size=12).map("".join)
ZONES = st.sampled_from(["UTC", SHANGHAI, "Europe/Berlin", "America/New_York", "Asia/Kolkata"])
NOWS = st.integers(1_577_836_800, 2_051_222_400).map(lambda at: datetime.fromtimestamp(at, UTC))


@given(st.text(max_size=80) | SENTENCES, NOWS, ZONES)
def test_whatever_is_said_until_is_utc_or_nothing(text: str, now: datetime, zone: str) -> None:
    found, at = holding(text, now, zone), moment(text, now, zone)

    for each in (found.until if found else None, at):
        assert each is None or each.tzinfo is UTC


@pytest.mark.thorough
@given(SENTENCES, NOWS)
def test_full_width_forms_are_read_like_plain_ones(text: str, now: datetime) -> None:
    wide = text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F) if chr(code) != "'"})
    plain = unicodedata.normalize("NFKC", wide)

    assert holding(wide, now, SHANGHAI) == holding(plain, now, SHANGHAI)
    assert moment(wide, now, SHANGHAI) == moment(plain, now, SHANGHAI)


@given(
    st.integers(1, 500), st.integers(1, 500), st.sampled_from(["minutes", "hours", "days"]), NOWS
)
def test_a_longer_time_is_later(first: int, second: int, unit: str, now: datetime) -> None:
    early = moment(f"in {min(first, second)} {unit}", now, "Europe/Berlin")
    late = moment(f"in {max(first, second)} {unit}", now, "Europe/Berlin")

    assert early is not None
    assert late is not None
    assert now < early <= late


@given(
    NOWS, ZONES, st.sampled_from(["明天", "Friday", "下周三", "月底", "15:00", "by Monday", "5号"])
)
def test_a_time_without_a_date_lies_ahead(now: datetime, zone: str, words: str) -> None:
    found = read(words, now, zone)

    assert found is not None
    assert found.at > now or found.note == "past"
    if words not in ("月底",):
        assert found.at > now


@given(NOWS, ZONES)
def test_the_same_day_is_named_alike_in_every_language(now: datetime, zone: str) -> None:
    for same in (
        ("tomorrow 3pm", "明天下午三点", "明天下午三點", "明天15:00"),
        ("next Wednesday", "下周三", "下禮拜三"),
        ("in two hours", "两小时后", "兩個小時後"),
        ("end of month", "月底", "月底前"),
    ):
        assert len({moment(words, now, zone) for words in same}) == 1


@pytest.mark.thorough
@pytest.mark.parametrize(
    "piece",
    [
        *(
            "1",
            " ",
            "a ",
            "by ",
            "1 2 ",
            "1/1/",
            "1:",
            "1?",
            ",",
            ".",
            "> ",
            "`",
            "\n",
            "Ａ１",
            "3pm ",
        ),
        *(
            "i'll ",
            "i will x ",
            "in the ",
            "end of ",
            "a few ",
            "twenty-",
            "tomorrow ",
            "if ",
            "ok ",
        ),
        *("I'll do it by Friday. ", "给你，", "我会", "下个", "明天", "如果", "一", "十"),
    ],
)
def test_no_text_takes_long(piece: str) -> None:
    text = (piece * 100_000)[:100_000]
    begun = perf_counter()

    holding(text, TUESDAY, SHANGHAI)
    moment(text, TUESDAY, SHANGHAI)

    assert perf_counter() - begun < 10  # seconds; 1.3 was the most that was measured
