"""/duly meeting: book one, move or cancel it, say who comes and was there. Policy 2.2.2-book."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.card import Card, Choice, Field, Form
from bot.command import Call, Command, Refusal, Words, number_in
from bot.handlers import diary, meetings
from bot.handlers.meetings import Wanted
from bot.policy import booking
from bot.policy.booking import Booking, Span, Speaking, Unclear
from bot.policy.meetings import Answer
from bot.policy.people import Person
from bot.words import Ref, say

LIST = ("list", "mine", "列表", "清单", "清單")
ALL = ("all", "everybody", "everyone", "全部", "所有人", "全体", "全體", "都在")
VERBS = {
    "move": ("move", "改期", "移到", "改到", "改至"),
    "cancel": ("cancel", "取消"),
    "accept": ("accept", "接受", "参加", "參加"),
    "decline": ("decline", "谢绝", "謝絕", "婉拒", "不参加", "不參加"),
    "attended": ("attended", "到会", "到會", "出席"),
    "here": ("here", "我在", "在场", "在場"),
}
DEEDS = {word: deed for deed, words in VERBS.items() for word in words}
Deed = Callable[[Call], Card | Form]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done, once there is somebody to do it."""

    deed: Deed


def parse(words: Words) -> Wish:
    text = words.text.strip()
    if not text:
        return Wish(lambda _: _form())
    if text.casefold() in LIST:
        return Wish(diary.mine)
    first, *rest = text.split(maxsplit=1)
    number = number_in(first)
    verb, *more = rest[0].split(maxsplit=1) if rest else ("",)
    if number is not None and not verb:
        return Wish(lambda call: diary.show(call, number))
    if number is not None and (deed := DEEDS.get(verb.casefold())):
        return Wish(_done(deed, number, more[0].strip() if more else "", words))
    wanted = _wanted(_read(text, words), words)
    return Wish(lambda call: meetings.book(call, wanted))


def _done(deed: str, number: int, rest: str, words: Words) -> Deed:
    if deed in READERS:
        return READERS[deed](number, rest, words)
    if deed == "cancel":
        return _cancelled(number, rest)
    if deed == "here":
        return lambda call: meetings.here(call, number)
    given: Answer = "accepted" if deed == "accept" else "declined"
    return lambda call: meetings.answer(call, number, given, rest)


def _cancelled(number: int, why: str) -> Deed:
    if not why:
        return lambda call: _asked(call, number, "cancel")
    return lambda call: meetings.cancel(call, number, why)


def _moved(number: int, rest: str, words: Words) -> Deed:
    if not rest:
        return lambda call: _asked(call, number, "move")
    _span(rest, words)  # whether it can be read is said at once

    def run(call: Call) -> Card:
        meeting = diary.of_caller(call, number)
        try:
            when = booking.span(rest, _speaking(words), meeting.end - meeting.start)
        except Unclear as unclear:
            raise Refusal(unclear.why) from None
        return meetings.move(call, number, when)

    return run


def _attended(number: int, rest: str, words: Words) -> Deed:
    if not rest:
        return lambda call: _asked(call, number, "attended")
    if rest.casefold() in ALL:
        return lambda call: meetings.attended(call, number, None)
    there, unknown = _people(booking.people(rest, _tokens(words)), words)
    if unknown:
        words.person(unknown[0])
    return lambda call: meetings.attended(call, number, there)


READERS = {"move": _moved, "attended": _attended}  # who read more than a number


def _speaking(words: Words) -> Speaking:
    return Speaking(words.now, words.zone, _tokens(words))


def _tokens(words: Words) -> tuple[str, ...]:
    return tuple(token for token, _ in words.people)


def _read(text: str, words: Words) -> Booking:
    try:
        return booking.read(text, _speaking(words))
    except Unclear as unclear:
        raise Refusal(unclear.why) from None


def _span(text: str, words: Words) -> Span:
    try:
        return booking.span(text, _speaking(words))
    except Unclear as unclear:
        raise Refusal(unclear.why) from None


def _wanted(read: Booking, words: Words) -> Wanted:
    people, outsiders = _people(read.people, words)
    return Wanted(
        topic=read.topic,
        people=tuple(people),
        outsiders=tuple(outsiders),
        when=read.when,
        agenda=read.agenda,
        link=read.link,
    )


def _people(typed: Sequence[str], words: Words) -> tuple[list[Person], list[str]]:
    """Who is of the directory, and who comes from outside. A mention must be of somebody known."""
    people: list[Person] = []
    outsiders: list[str] = []
    for each in typed:
        if each.startswith("@") or each in _tokens(words) or words.directory.named(each):
            people.append(words.person(each))
        else:
            outsiders.append(each)
    return people, outsiders


def run(call: Call, wish: Wish) -> Card | Form:
    return wish.deed(call)


LENGTHS = ("15m", "30m", "45m", "60m", "90m", "120m")
WHEN = Field(
    "when",
    say("When does it begin?"),
    "date",
    hint=say("A day and an hour, or words such as “Thu 14:00”."),
    longest=60,
    labelled=True,
)
LONG = Field(
    "long",
    say("How long?"),
    "choice",
    choices=tuple(
        Choice(each, say("{count} minutes", count=int(each.removesuffix("m")))) for each in LENGTHS
    ),
    initial="60m",
    labelled=True,
)
PEOPLE = Field(
    "people",
    say("Who is to come?"),
    "text",
    hint=say("Names with @, or whole names with commas; addresses of people from outside."),
    longest=1000,
    labelled=True,
)
FIELDS = (
    Field("topic", say("What is it about?"), "text", longest=meetings.TOPIC, labelled=True),
    WHEN,
    LONG,
    PEOPLE,
    Field(
        "link",
        say("A link to join by"),
        "text",
        required=False,
        hint=say("“-” for none."),
        longest=500,
        labelled=True,
    ),
    Field(
        "agenda",
        say("The agenda"),
        "lines",
        required=False,
        hint=say("A line for each point, so that everybody can prepare; “-” for none."),
        longest=2000,
        labelled=True,
    ),
    Field("why", say("Why? The participants read it."), "lines", longest=500),
)
BOOKING, WHY = FIELDS[:-1], FIELDS[-1]


def _form() -> Form:
    return Form("meeting", say("Book a meeting"), BOOKING, say("Book"))


def _asked(call: Call, number: int, verb: str) -> Form:
    """What is still missing; only whom it concerns is asked."""
    meeting = diary.of_caller(call, number)
    shown = Ref(meeting.number)
    line = f"meeting {number} {verb}"
    match verb:
        case "move":
            return Form(line, say("Move {number}", number=shown), (WHEN,), say("Move"))
        case "cancel":
            return Form(line, say("Cancel {number}", number=shown), (WHY,), say("Cancel it"))
        case _:
            field = replace(PEOPLE, label=say("Who was there?"))
            return Form(line, say("Who was in {number}?", number=shown), (field,), say("Send"))


COMMAND = Command(
    name="meeting",
    usage="meeting TOPIC @NAMES WHEN for HOW-LONG",
    summary=say("Book a meeting; move, cancel, answer or list: list, NUMBER, NUMBER move WHEN."),
    examples=(
        "",
        "list",
        "Budget @ann @bob Thu 14:00 for 45m",
        "预算会 @wei 明天下午3点 一小时",
        "7",
        "7 move Fri 10:00",
        "7 cancel The figures are late.",
        "7 decline I am travelling.",
        "7 attended all",
    ),
    parse=parse,
    run=run,
    fields=FIELDS,
)
