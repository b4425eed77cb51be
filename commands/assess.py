"""/duly assess: open, rate, read, contest and decide assessments. Policy 5.2.1."""

import re
from dataclasses import dataclass, field

from bot.card import Card, Form
from bot.command import Call, Command, Refusal, Words
from bot.handlers import assessing, contesting, rating
from bot.handlers.contesting import Decision
from bot.handlers.rating import Given
from bot.policy.assessment import GRADES, Grade
from bot.policy.people import Person
from bot.policy.periods import SHAPE
from bot.store.assessing import Round
from bot.words import Code, say

BEST, DIGITS = 100, 3
PAIR = re.compile(r'(accuracy|attitude|grade|file)=(?:"((?:[^"\\]|\\.)*)"|(\S+))\s*')
DEEDS = {
    **{"open": "open", "开始": "open", "開始": "open", "发起": "open", "發起": "open"},
    **{"template": "template", "模板": "template", "範本": "template"},
    **{"import": "import", "导入": "import", "匯入": "import"},
    **{"mine": "mine", "我的": "mine"},
    **{"agree": "agree", "同意": "agree"},
    **{"contest": "contest", "异议": "contest", "異議": "contest", "申诉": "contest"},
}
ABOUT = {
    **{"rate": "rate", "评分": "rate", "評分": "rate"},
    **{"keep": "keep", "维持": "keep", "維持": "keep"},
    **{"correct": "correct", "更正": "correct"},
    **{"reviewer": "reviewer", "评价人": "reviewer", "評價人": "reviewer"},
    **{"show": "show", "展示": "show"},
    **{"decide": "decide", "决定": "decide", "決定": "decide"},
}


@dataclass(frozen=True, slots=True)
class Asked:
    """`period`: empty: the newest. `person`: None: nobody's in particular."""

    period: str = ""
    deed: str = ""
    person: Person | None = None
    other: Person | None = None
    pairs: dict[str, str] = field(default_factory=dict)
    rest: str = ""


def parse(words: Words) -> Asked:
    first, rest = _first(words.text)
    period = first if SHAPE.fullmatch(first) else ""
    if period:
        first, rest = _first(rest)
    if not first:
        return Asked(period)
    if deed := DEEDS.get(first.casefold()):
        pairs, rest = _pairs(rest)
        return Asked(period, deed, pairs=pairs, rest=rest)
    person = words.person(first)
    verb, rest = _first(rest)
    deed = ABOUT.get(verb.casefold(), "") if verb else "shown"
    if not deed:
        raise _how()
    if deed == "reviewer":
        return Asked(period, deed, person, words.person(rest))
    pairs, rest = _pairs(rest)
    return Asked(period, deed, person, pairs=pairs, rest=rest)


def _first(text: str) -> tuple[str, str]:
    word, *rest = text.split(maxsplit=1) or [""]
    return word, rest[0] if rest else ""


def _pairs(text: str) -> tuple[dict[str, str], str]:
    """What stands in front as name=value, and the words behind it."""
    found: dict[str, str] = {}
    while pair := PAIR.match(text):
        quoted = re.sub(r"\\(.)", r"\1", pair[2]) if pair[2] is not None else pair[3]
        found[pair[1]] = quoted.strip()
        text = text[pair.end() :]
    return found, text.strip()


def _how() -> Refusal:
    return Refusal(
        say(
            "I do not understand this. For example: {rate} {decide} {contest}",
            rate=Code("/duly assess @ann rate"),
            decide=Code("/duly assess @ann decide B WHY"),
            contest=Code("/duly assess contest WHY"),
        )
    )


def run(call: Call, asked: Asked) -> Card | Form:  # noqa: PLR0911
    if asked.deed == "open":
        return contesting.open_(call, asked.rest or asked.period)
    round = assessing.meant(call.tx, asked.period)
    if asked.person is not None:
        return _about(call, round, asked, asked.person)
    match asked.deed:
        case "template":
            return rating.template(call, round)
        case "import":
            return rating.bring(call, round, asked.pairs.get("file", asked.rest))
        case "mine":
            return contesting.mine(call, round)
        case "agree":
            return contesting.agree(call, round)
        case "contest":
            return contesting.contest(call, round, _short(asked.rest))
        case _:
            return contesting.listed(call, round)


def _about(  # noqa: PLR0911
    call: Call, round: Round, asked: Asked, person: Person
) -> Card | Form:
    match asked.deed:
        case "rate":
            return rating.rate(call, round, person, _given(asked))
        case "keep":
            return contesting.stays(call, round, person, _short(asked.rest))
        case "correct":
            return contesting.correct(call, round, person, _given(asked))
        case "reviewer":
            assert asked.other is not None
            return contesting.name(call, round, person, asked.other)
        case "show":
            return contesting.show(call, round, person)
        case "decide":
            return contesting.decide(call, round, person, _decision(asked))
        case _:
            return contesting.shown(call, round, person)


def _given(asked: Asked) -> Given:
    """By name, or both numbers in front of the words."""
    accuracy, attitude = asked.pairs.get("accuracy"), asked.pairs.get("attitude")
    rest = asked.rest
    if not asked.pairs:
        numbers = rest.split(maxsplit=2)
        if len(numbers) > 1 and all(map(str.isdecimal, numbers[:2])):
            accuracy, attitude, rest = numbers[0], numbers[1], "".join(numbers[2:])
    return Given(_number(accuracy), _number(attitude), _short(rest))


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= DIGITS and int(text) <= BEST):
        raise Refusal(say("Accuracy and attitude are whole numbers from 0 to 100."))
    return int(text)


def _decision(asked: Asked) -> Decision:
    named, rest = asked.pairs.get("grade"), asked.rest
    if named is None and rest:
        named, rest = _first(rest)
    grade: Grade | None = next((each for each in GRADES if each == (named or "").upper()), None)
    if named and grade is None:
        raise Refusal(say("A grade is A, B, C or D: {command}", command=Code("decide B WHY")))
    return Decision(grade, _short(rest))


def _short(text: str) -> str:
    if len(text) > contesting.LONGEST:
        most = contesting.LONGEST
        raise Refusal(
            say("This has {count} characters; at most {most} fit.", count=len(text), most=most)
        )
    return text.strip()


COMMAND = Command(
    name="assess",
    usage="assess [PERIOD] [mine|agree|contest WHY|open|template|import|@ann …]",
    summary=say("Assessments: read and contest mine, rate whom I lead; HR opens and decides."),
    examples=(
        "",
        "open 2026-Q4",
        "contest Three of these were late because the room was down.",
        "agree",
        "template",
        "2026-Q4 mine",
    ),
    parse=parse,
    run=run,
    fields=(
        *(rating.ACCURACY, rating.ATTITUDE, contesting.GRADE, rating.FILE),
        rating.REMARK,
    ),
)
