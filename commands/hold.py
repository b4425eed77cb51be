"""/duly hold: keep what people, rooms, days or words catch, whatever its term. Policy 3.3.1.

Typed: `hold set people="@bob, Ann Lee" rooms=lobby first=2026-01-01 last=2026-03-31 words=降价
The dispute with Brightwater`.
"""

from dataclasses import dataclass, field, replace
from datetime import date

from bot.card import Card, Field, Form
from bot.command import Call, Command, Refusal, Words, number_in
from bot.handlers import holds
from bot.handlers.holds import REASON, Wanted
from bot.policy import forms
from bot.policy.forms import ESCAPED, PAIR
from bot.policy.people import TRUSTED
from bot.words import Code, Quoted, Say, say

SET = ("set", "new", "设立", "設立", "新建")
VERBS = {"release": "release", "解除": "release", "agree": "agree", "同意": "agree"}
VERBS |= {"keep": "keep", "保留": "keep"}
NAMES = ("people", "rooms", "first", "last", "words")
LONGEST_WORDS = 50


@dataclass(frozen=True, slots=True)
class Asked:
    number: int | None = None
    verb: str = ""  # set, release, agree, keep; empty: shown
    why: str = ""
    wanted: Wanted | None = None
    given: dict[str, str] = field(default_factory=dict)


def parse(words: Words) -> Asked:
    first, *rest = words.text.split(maxsplit=1) or [""]
    if not first:
        return Asked()
    if first.casefold() in SET:
        return _to_set(words, rest[0] if rest else "")
    number, verb, why = number_in(first), *_split(rest[0] if rest else "")
    if number is None or (verb and verb.casefold() not in VERBS):
        raise Refusal(
            say(
                "Say which hold and what about it: {show}, {release}. Set one: {set}",
                show=Code("/duly hold 7"),
                release=Code("/duly hold 7 release WHY"),
                set=Code("/duly hold set"),
            )
        )
    return Asked(number, VERBS.get(verb.casefold(), ""), why)


def _split(text: str) -> tuple[str, str]:
    verb, _, why = text.strip().partition(" ")
    return verb, why.strip()


def _to_set(words: Words, text: str) -> Asked:
    given, reason = _pairs(text)
    if not reason or not given:
        return Asked(verb="set", given=given, why=reason)
    people = tuple(words.person(each).id for each in forms.listed(given.get("people", "")))
    wanted = Wanted(
        people=tuple(dict.fromkeys(people)),
        rooms=forms.listed(given.get("rooms", "")),
        first=_day(given.get("first", "")),
        last=_day(given.get("last", "")),
        words=_terms(given.get("words", "")),
        reason=reason[:REASON],
    )
    if wanted.first and wanted.last and wanted.last < wanted.first:
        raise Refusal(say("The last day is before the first. Name the first day first."))
    return Asked(verb="set", wanted=wanted)


def _pairs(text: str) -> tuple[dict[str, str], str]:
    """`name=value` at the beginning, and what follows them."""
    given, at = dict[str, str](), 0
    while (match := PAIR.match(text, at)) and match[1] in NAMES:
        name, quoted, bare = match.groups()
        given[name] = (ESCAPED.sub(r"\1", quoted) if quoted is not None else bare).strip()
        at = match.end()
    return {name: value for name, value in given.items() if value}, text[at:].strip()


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal(
            say(
                "I cannot read the day {text}. Write it as {example}.",
                text=Quoted(text, 40),
                example=Code("2026-10-01"),
            )
        ) from None


def _terms(text: str) -> tuple[str, ...]:
    found = forms.listed(text)
    if any(len(each) < 2 for each in found) or len(found) > LONGEST_WORDS:  # noqa: PLR2004
        raise Refusal(
            say("Name at most {most} words, each of two characters or more.", most=LONGEST_WORDS)
        )
    return found


def run(call: Call, asked: Asked) -> Card | Form:
    holds.refuse_others(call)
    if asked.wanted is not None:
        return holds.set_(call, asked.wanted)
    if asked.verb == "set":
        return Form(
            "hold set", say("What is to be held?"), _filled(asked), say("Hold it"), (INTRO,)
        )
    return _done(call, asked, asked.number) if asked.number is not None else holds.listed(call)


def _filled(asked: Asked) -> tuple[Field, ...]:
    """With what was typed so far: nothing is lost."""
    known = {**asked.given, "why": asked.why}
    return tuple(replace(each, initial=known.get(each.name, "")) for each in FIELDS)


def _done(call: Call, asked: Asked, number: int) -> Card | Form:
    match asked.verb:
        case "release" if not asked.why:
            holds.show(call, number)  # or there is no such hold
            line = f"hold {number} release"
            return Form(line, say("Why may it be released?"), (WHY,), say("Ask"))
        case "release":
            return holds.ask_release(call, number, asked.why[:REASON])
        case "agree":
            return holds.agree(call, number)
        case "keep":
            return holds.keep(call, number, asked.why[:REASON])
        case _:
            return holds.show(call, number)


def _line(name: str, label: Say, hint: Say) -> Field:
    return Field(name, label, required=False, hint=hint, longest=1000, named=True)


INTRO = say(
    "It catches what fits everything you name; name at least one of these. Whom it names is not "
    "told, and sees nothing of it."
)
DAY = say("For example 2026-10-01")
WHY = Field("why", say("Why? Kept with it for good."), "lines", longest=REASON)
FIELDS = (
    _line("people", say("Whose words?"), say("Names with @, or whole names with commas")),
    _line("rooms", say("In which rooms?"), say("Their names, with commas between them")),
    _line("first", say("From which day on?"), DAY),
    _line("last", say("Until which day?"), DAY),
    _line("words", say("Which words?"), say("One of them is enough; with commas between them")),
    WHY,
)
COMMAND = Command(
    name="hold",
    usage="hold [NUMBER [release|agree|keep WHY]]",
    summary=say("Legal holds: what must not be disposed of; set, look at, release by two."),
    examples=(
        "",
        "set",
        "set people=@bob rooms=lobby first=2026-01-01 last=2026-03-31 The dispute.",
        'set words="降价, discount" The inquiry of May.',
        "7",
        "7 release The dispute is settled.",
        "7 agree",
        "7 keep The court has not decided yet.",
    ),
    parse=parse,
    run=run,
    fields=FIELDS,
    roles=frozenset(TRUSTED),
    typed=True,
)
