"""Search as cards: own rooms at once, other people's records with a reason. Policy 3.3.2."""

from bot.card import Button, Card, Field, Form
from bot.command import Call, Refusal, Words
from bot.handlers import inquiring, seeking
from bot.handlers.classes import CLASSES
from bot.handlers.inquiring import Reason
from bot.handlers.seeking import KINDS, Found, Hit
from bot.handlers.sight import Sight, may_look
from bot.policy.lookup.query import LONGEST as LONGEST_QUERY
from bot.policy.lookup.query import Query, read, written
from bot.words import Code, Quoted, Ref, Say, Value, say, say_many

KEYS = ("1️⃣", "2️⃣", "3️⃣", "4️⃣", "5️⃣", "6️⃣", "7️⃣", "8️⃣", "9️⃣", "🔟")
WHOLE = 3000  # characters of a record that is opened
WORDS = Field("words", say("Words; several must all be there"), longest=LONGEST_QUERY)
WHY = Field(
    "why",
    say("Why do you look into other people's records?"),
    "lines",
    required=False,
    hint=say("Kept, and read by who oversees such looks."),
    longest=inquiring.LONGEST,
    named=True,
)


def form(words: str = "") -> Form:
    return Form(
        "search", say("Search"), (Field("words", WORDS.label, initial=words),), say("Search")
    )


def form_for_all(words: str = "") -> Form:
    why = Field("why", WHY.label, "lines", hint=WHY.hint, longest=WHY.longest, named=True)
    asked = (why, Field("words", WORDS.label, initial=words, longest=WORDS.longest))
    return Form("search all", say("Search other people's records"), asked, say("Search"))


def asked(call: Call, words: str) -> Form:
    """Why they look, before anything is shown. Raises Refusal for who may not."""
    inquiring.allowed(call.tx, call.person)
    return form_for_all(words)


def own(call: Call, words: Words, query: Query, before: int | None = None) -> Card:
    """In what the caller may see themselves."""
    search = seeking.prepared(Sight(call.tx, call.person), query, words)
    found = seeking.find(search, before)
    line = written(query)
    buttons = [_open(hit, place) for place, hit in enumerate(found.hits)]
    if found.more is not None:
        buttons.append(Button(say("Older"), "➡️", f"search older:{found.more} {line}"))
    if may_look(call.book.search, call.person):
        buttons.append(Button(say("Other people's records"), "🔎", f"search all {line}"))
    return _card(found, tuple(buttons), line)


def all_(call: Call, words: Words, query: Query, why: str) -> Card:
    """In what others have said, too; that it was looked for is kept."""
    reason = Reason(inquiring.checked(call.tx, call.person, why), written(query))
    search = seeking.prepared(Sight(call.tx, call.person, wide=True), query, words)
    return _looked(call, search, reason, None)


def older(call: Call, words: Words, number: int, before: int) -> Card:
    """The next page of a search with a reason."""
    look = inquiring.continued(call.tx, call.person, number)
    search = seeking.prepared(Sight(call.tx, call.person, wide=True), read(look.words), words)
    return _looked(call, search, Reason(look.why, look.words, look), before)


def _looked(call: Call, search: seeking.Search, reason: Reason, before: int | None) -> Card:
    found = seeking.find(search, before)
    look = inquiring.record(call.tx, call.person, "search", reason, found.hits)
    number = reason.parent.number if reason.parent else look.number
    buttons = [_open(hit, place, number) for place, hit in enumerate(found.hits)]
    if found.more is not None:
        buttons.append(Button(say("Older"), "➡️", f"search older:{found.more} look:{number}"))
    if found.hits:
        buttons.append(Button(say("Take all of it as a file"), "📦", f"bundle {number}"))
    return _card(found, tuple(buttons), reason.words, look.number)


def _open(hit: Hit, place: int, look: int | None = None) -> Button:
    label = say("Open {number}", number=Code(str(place + 1)))
    return Button(label, KEYS[place], f"search open:{hit.id}" + (f" look:{look}" if look else ""))


def opened(call: Call, id: str, number: int | None) -> Card:
    """One record whole; of other people's by a search of theirs, and that is kept as well."""
    look = inquiring.continued(call.tx, call.person, number) if number is not None else None
    hit = one(Sight(call.tx, call.person, wide=look is not None), id, look.words if look else "")
    if look is not None:
        inquiring.record(call.tx, call.person, "open", Reason(look.why, "", look), [hit])
    return whole(hit)


def one(sight: Sight, id: str, words: str) -> Hit:
    """Raises Refusal where there is none that they may see: that is the same."""
    found = sight.tx.search.opened([id]).get(id)
    seen = sight.seen([found]) if found is not None else []
    if not seen:
        raise Refusal(say("There is no such record for you to see. Search again."))
    return seeking.shown(sight, 0, *seen[0], read(words))


def whole(hit: Hit) -> Card:
    return Card(
        say("What {person} said", person=hit.who),
        body=(Quoted(hit.text, WHOLE),),
        facts=facts(hit),
        about=hit.about,
    )


def facts(hit: Hit) -> tuple[tuple[Say, Say | Value], ...]:
    found: list[tuple[Say, Say | Value]] = [(say("Said at"), hit.at)]
    if hit.place:
        found.append((say("Where"), Quoted(hit.place, 80)))
    found.append((say("Class"), CLASSES.get(hit.class_name) or Code(hit.class_name)))
    if hit.kind in KINDS:
        found.append((say("What it is"), KINDS[hit.kind]))
    if hit.since is not None:
        found.append((say("Since then"), hit.since))
    return tuple(found)


def _card(found: Found, buttons: tuple[Button, ...], line: str, look: int | None = None) -> Card:
    notes = (*_notes(found),)
    if look is not None:
        notes += (say("This look is kept as {number}, with your reason.", number=Ref(look)),)
    if not found.hits:
        empty = say("Nothing found for {words}.", words=Quoted(line, 120))
        return Card(empty, body=notes, buttons=buttons, why=_hint())
    title = say_many(
        "{count} record found, the newest first",
        "{count} records found, the newest first",
        len(found.hits),
    )
    if found.more is not None:
        title = say("The newest {count}; there are more", count=len(found.hits))
    body = tuple(line_of(hit, place + 1) for place, hit in enumerate(found.hits))
    return Card(title, body=(*body, *notes), buttons=buttons, why=_hint())


def _hint() -> Say:
    return say(
        "Narrow it down: {example}",
        example=Code('in:#room from:@ann since:2026-01-31 class:notice "two words"'),
    )


def _notes(found: Found) -> tuple[Say, ...]:
    notes: list[Say] = []
    if found.cut is not None:
        notes.append(say("I have looked back to {at} so far.", at=found.cut))
    if found.behind:
        notes.append(behind(found.behind))
    return tuple(notes)


def behind(count: int) -> Say:
    return say_many(
        "{count} record of the last moments cannot be found yet.",
        "{count} records cannot be found yet: I am still going through them.",
        count,
    )


def line_of(hit: Hit, index: int) -> Say:
    """Who, where, when, and the words around what was looked for."""
    values: dict[str, Value] = {
        "index": Code(f"{index}."),
        "who": hit.who,
        "at": hit.at,
        "class": CLASSES.get(hit.class_name) or Code(hit.class_name),
        "words": Quoted(hit.part.whole),
    }
    where: Value = Quoted(hit.place, 80) if hit.place else KINDS.get(hit.kind, say("a record"))
    if hit.since is None:
        return say("{index} {who}, {where}, {at}, {class}: “{words}”", where=where, **values)
    return say(
        "{index} {who}, {where}, {at}, {class} ({since}): “{words}”",
        where=where,
        since=hit.since,
        **values,
    )
