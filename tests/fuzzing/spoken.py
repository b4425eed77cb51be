"""What people type: commands, times, promises, questions, mail, and what they search for."""

from datetime import UTC, datetime, timedelta

from bot.command import Refusal, Words
from bot.handlers import seeking
from bot.policy import dates as moments
from bot.policy import ics, mailcheck, promising
from bot.policy import judge as judging
from bot.policy import screening as screens
from bot.policy.addresses import addresses as entries
from bot.policy.addresses import named
from bot.policy.calendars import Calendar
from bot.policy.lookup import query
from bot.policy.mail import Mail, MailFile, Surroundings
from bot.policy.meetings import Meeting
from bot.policy.people import Directory, Person
from bot.policy.reading import default_rulebook
from bot.policy.screening.rules import Room
from bot.policy.spoken import OpenAsk, Utterance
from commands import COMMANDS
from tests.fuzzing.chance import read, surrogates
from tests.fuzzing.targets import Ready

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
ZONE = "Asia/Shanghai"
PARTED = "\x1f"  # between the parts of one input


def _ready(parse: object, *seeds: str, refusals: tuple[type[Exception], ...] = ()) -> Ready:
    def from_bytes(data: bytes) -> object:
        return parse(read(data))  # type: ignore[operator]

    return Ready(from_bytes, refusals, [surrogates(each) for each in seeds])


def command_line() -> Ready:
    """The first word names the command; where it names none, its number in the menu does."""
    people = {id: Person(id=id, name=name) for id, name in (("ann", "Ann Lee"), ("wei", "李伟"))}
    directory = Directory(people=people)
    by_name = {each.name: each for each in COMMANDS}

    def parse(text: str) -> object:
        first, _, rest = text.partition(" ")
        command = by_name.get(first) or COMMANDS[sum(map(ord, first)) % len(COMMANDS)]
        return command.parse(Words(rest.strip(), NOW, ZONE, directory=directory))

    lines = [f"{each.name} {example}" for each in COMMANDS for example in each.examples]
    return _ready(parse, *lines, refusals=(Refusal,))


def dates() -> Ready:
    calendar = default_rulebook().calendars["office"]

    def parse(text: str) -> object:
        return moments.read(text, NOW, ZONE), moments.read(text, NOW, "UTC", _calendar(calendar))

    english = ("in 2 hours", "tomorrow 15:00", "Thu EOB", "by 5 March 17:00", "2026-03-05 09:30")
    chinese = ("明天下午三点前", "2小时后", "下周五", "三月五日上午十点半", "本周四下班前")
    return _ready(parse, *english, *chinese)


def _calendar(found: object) -> Calendar | None:
    return found if isinstance(found, Calendar) else None


def promises() -> Ready:
    return _ready(
        lambda text: promising.holding(text, NOW, ZONE),
        "I'll send it on Thursday. No, Friday.",
        "Let me check, back to you by tomorrow 15:00",
        "明天下午三点前给您答复，如果来得及的话",
        "我看一下，稍后回复你",
        "Would Monday be all right? If not I will do it in 2 hours.",
    )


def judge() -> Ready:
    """An ask, and what is said after it."""

    def parse(text: str) -> object:
        first, _, second = text.partition(PARTED)
        asked = Utterance(
            id="1", seq=1, at=NOW, author="ann", text=first, mentions=("bob",), names=("Bob",)
        )
        said = Utterance(id="2", seq=2, at=NOW, author="bob", text=second, quotes=None)
        ask = OpenAsk(id="1", seq=1, asker="ann", of="bob", text=first)
        found = judging.asks(asked, [])
        return found, judging.answers(said, [asked], [ask]), judging.asks(said, [asked])

    return _ready(
        parse,
        f"@Bob can you send me the test report?{PARTED}yes, sent",
        f"@Bob 报告好了吗？{PARTED}好的，已经发给你了",
        f"please all sign the sheet by Friday{PARTED}ok thanks 👍",
        f"Who has the key? @all{PARTED}I do; where shall I leave it?",
    )


def screening() -> Ready:
    rules = default_rulebook().screening
    rooms = (Room("sales", open=True), Room("hr", open=False, outside=True))

    def parse(text: str) -> object:
        for room in rooms:
            for hit in screens.screen(text, room, rules):
                assert 0 <= hit.start <= hit.end <= len(text), hit
        return screens.masked(text, rules)

    return _ready(
        parse,
        "my id is 11010519491231002X, card 4111 1111 1111 1111",
        "password: hunter2hunter2 https://user:secret@host.example/a",
        "call +86 138 0013 8000, IBAN DE89 3704 0044 0532 0130 00",
        "AKIAIOSFODNN7EXAMPLE ghp_0123456789abcdefghijABCDEFGHIJ012345",
        "-----BEGIN RSA PRIVATE KEY----- http://192.168.0.1/x http://bit.ly/abc",
        "听说公司要裁员了 身份证 A123456789 http://раураl.com",
    )


def addresses() -> Ready:
    def parse(text: str) -> object:
        return [*entries(text), named(text)]

    return _ready(parse, '"Lee, Ann" <ann@acme.example>; bob@x.example，eve@a.b.example', "a@b.cd")


def mail() -> Ready:
    known = Surroundings(
        rules=default_rulebook().mail,
        domains=frozenset({"brightwater.example"}),
        written=frozenset({"lee@harborfoods.com"}),
    )

    def parse(text: str) -> object:
        to, subject, body, name, *_ = (*text.split(PARTED), "", "", "", "")
        file = MailFile(name=name, size=len(text), first=surrogates(name)[:8])
        files = (file,) if name else ()
        whole = Mail(
            sender="Ann <ann@brightwater.example>",
            to=(to,),
            subject=subject,
            body=body,
            attachments=files,
        )
        return [mailcheck.told(each) for each in mailcheck.check(whole, known)]

    english = "Dear Ms Lee,\n\nThe samples are attached. Please confirm by Friday.\n\nBest regards"
    chinese = "尊敬的王女士：\n\n您好！附件为报价单，请于3月6日前确认。\n\n此致\n敬礼\n\n李伟"
    quoted = "\n\nOn Mon, 2 Mar 2026 at 09:00, Lee <lee@harborfoods.com> wrote:\n> hello\n> there"
    return _ready(
        parse,
        PARTED.join(("lee@harborfoods.com", "Samples for 4711", english + quoted, "Offer.pdf")),
        PARTED.join(("wang@haigang.com.cn", "关于4711号订单", chinese, "报价单.xlsx.exe")),
        PARTED.join(("all@brightwater.example", "RE: RE: FW: URGENT!!!", "密码: abc12345", "")),
    )


def calendar_file() -> Ready:
    """Words of people are no lines of it."""

    def parse(text: str) -> object:
        topic, agenda, link, name, *_ = (*text.split(PARTED), "", "", "", "")
        meeting = Meeting(
            id="m1",
            number=1,
            organiser="ann",
            policy=1,
            booked_at=NOW,
            topic=topic,
            agenda=agenda,
            link=link,
            start=NOW,
            end=NOW + timedelta(hours=1),
        )
        made = ics.write(meeting, ics.Attendee(name, agenda), [ics.Attendee(topic, name)], NOW)
        lines = made.decode().split("\r\n")
        assert all(len(each.encode()) <= ics.WIDTH for each in lines)
        assert not any(set(each) & set("\r\n\x0b\x0c\x85\u2028\u2029") for each in lines)
        starts = [each for each in lines if each and not each.startswith(" ")]
        assert [each[:6] for each in starts if each.startswith(("BEGIN", "END"))] == [
            *("BEGIN:", "BEGIN:", "END:VE", "END:VC")
        ]
        return made

    return _ready(
        parse,
        PARTED.join(("Budget", "1. Costs\n2. Plan", "https://meet.example/1", "Ann Lee")),
        PARTED.join(("预算\r\nEND:VEVENT", "a;b,c\\n", "x", '"Ann" <ann@acme.example>')),
    )


def search_query() -> Ready:
    """What is written down of a query is the same query."""

    def parse(text: str) -> object:
        found = query.read(text)
        again = query.read(query.written(found))
        assert [each.tight for each in again.terms] == [each.tight for each in found.terms]
        for name in ("since", "until"):
            seeking._day(found.where.get(name), ZONE, last=name == "until")
        return again

    return _ready(
        parse,
        'test report in:sales from:ann since:2026-01 until:2026-02-28 class:notice "two words"',
        "报告 发件人：李伟 自:2026-01-01 “两个 词” kind:file why:audit",
        refusals=(Refusal,),
    )
