"""/duly minutes: what a meeting decided, and what I say of that. Policy 2.2.2-minutes."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.card import Card, Form
from bot.command import Call, Command, Refusal, Words
from bot.handlers import minutes, objections, rights
from bot.handlers.objections import Objecting
from bot.words import Code, say
from commands import reading

VERBS = {
    "confirm": ("confirm", "确认", "確認"),
    "object": ("object", "异议", "異議", "反对", "反對"),
    "amend": ("amend", "修改", "更正"),
    "accept": ("accept", "采纳", "採納", "接受"),
    "keep": ("keep", "保留", "维持", "維持"),
}
DEEDS = {word: deed for deed, words in VERBS.items() for word in words}
Deed = Callable[[Call], Card | Form]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done, once there is somebody to do it."""

    deed: Deed


def parse(words: Words) -> Wish:
    number, rest = reading.number(words, "minutes 5")
    verb, *more = rest.split(maxsplit=1) or [""]
    text = more[0].strip() if more else ""
    deed = DEEDS.get(verb.casefold())
    if deed in ("object", "amend"):
        return _objecting(number, text, words, amends=deed == "amend")
    return Wish(lambda call: _do(call, number, deed, words, rest=rest))


def _do(call: Call, number: int, deed: str | None, words: Words, *, rest: str) -> Card | Form:
    if not rest:
        return minutes.show(call, number)
    match deed:
        case "confirm":
            return _confirm(call, number, rest.partition(" ")[2])
        case "accept":
            return objections.accept(call, number, words)
        case "keep":
            return objections.keep(call, number)
        case _:
            return minutes.file(call, number, rest, words)


def _confirm(call: Call, number: int, text: str) -> Card:
    found = minutes.confirm(call, number, text)
    if found is None:
        rights.find(call, number)
        raise Refusal(say("They are not written yet."))
    return found


def _objecting(number: int, text: str, words: Words, *, amends: bool) -> Wish:
    first, *more = text.split(maxsplit=1) or [""]
    if DEEDS.get(first.casefold()) == "amend" and not amends:
        return _objecting(number, more[0] if more else "", words, amends=True)
    if not first:
        return Wish(lambda _: objections.objecting_form(number, amends=amends))
    item = first.rstrip(".:：、").lstrip("#＃")
    if not (item.isascii() and item.isdigit() and len(item) < len("1000")):
        raise Refusal(
            say(
                "Say which item, for example: {example}",
                example=Code(f"/duly minutes {number} object 3 It was 5,000."),
            )
        )
    said = more[0].strip() if more else ""
    if not said and amends:
        return Wish(lambda call: objections.wording_form(call, number, int(item)))
    if not said:
        raise Refusal(say("Say why: the organiser reads it."))
    made = Objecting(int(item), said, amends)
    return Wish(lambda call: objections.object_to(call, number, made, words))


def run(call: Call, wish: Wish) -> Card | Form:
    return wish.deed(call)


COMMAND = Command(
    name="minutes",
    usage="minutes NUMBER",
    summary=say("Write the minutes of a meeting; confirm them, object to an item, amend it."),
    examples=(
        "7",
        "7 Decision: We buy it.\nAction: @ann asks for an offer by 2026-10-01",
        "7 confirm",
        "7 confirm 2 3",
        "7 object 3 It was 5,000.",
        "7 amend 3 We spend 5,000.",
        "7 accept",
        "7 keep",
    ),
    parse=parse,
    run=run,
    fields=minutes.FIELDS,
)
