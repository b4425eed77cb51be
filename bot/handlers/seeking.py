"""Looks for words in what was kept, the newest first. Policy 3.3.2."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from bot.command import Refusal, Words
from bot.events import MessageRef, account_key, account_of, conversation
from bot.handlers.classes import CLASSES
from bot.handlers.deeds import person_named
from bot.handlers.sight import Sight, place_of
from bot.policy.lookup.excerpts import Excerpt, excerpt
from bot.policy.lookup.grams import fold
from bot.policy.lookup.query import LONGEST, MOST_WORDS, Query
from bot.policy.lookup.texts import family, key, words_of
from bot.store import Transaction
from bot.store.search import Opened, Standing, Wanted, time_of
from bot.words import Code, Quoted, Say, Who, say

PAGE = 10
MANY = 400  # places; of who is in more, what was found is looked through instead
OPENED = 600  # records that are opened for one page
GONE_THROUGH = 20_000  # … and that are looked at by where they are
FIRST, CHUNK = 24, 96
KINDS = {
    "post": say("a message"),
    "edit": say("an edit"),
    "deletion": say("a deletion"),
    "file": say("a file"),
    "decision": say("a decision"),
    "notice": say("a notice"),
    "minutes": say("minutes"),
}
NAMES = {  # as people type them
    **{each: each for each in (*CLASSES, *KINDS)},
    "工作": "work",
    "通知": "notice",
    "业务": "material",
    "業務": "material",
    "个人": "personal",
    "個人": "personal",
    "消息": "post",
    "訊息": "post",
    "修改": "edit",
    "编辑": "edit",
    "編輯": "edit",
    "删除": "deletion",
    "刪除": "deletion",
    "文件": "file",
    "檔案": "file",
    "决定": "decision",
    "決定": "decision",
    "纪要": "minutes",
    "會議記錄": "minutes",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that was found; `since`: what has become of it."""

    number: int
    id: str
    who: Who
    author: str  # the person, else the account
    at: datetime
    kind: str
    class_name: str
    place: str  # its name; empty for what was said nowhere
    about: MessageRef | None
    text: str
    part: Excerpt
    since: Say | None


@dataclass(frozen=True, slots=True)
class Found:
    hits: tuple[Hit, ...]
    more: int | None = None  # what is older begins below this number
    cut: datetime | None = None  # so far back was looked; there may be more before that
    behind: int = 0  # records that cannot be found yet


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for, by whom."""

    sight: Sight
    query: Query
    wanted: Wanted

    @property
    def tx(self) -> Transaction:
        return self.sight.tx


def prepared(sight: Sight, query: Query, words: Words) -> Search:
    """Raises Refusal for what cannot be looked for, and says what can."""
    if len(query.terms) > MOST_WORDS:
        raise Refusal(say("That is too many words; at most {most} fit.", most=MOST_WORDS))
    if not query.terms and not query.where:
        raise Refusal(
            say(
                "There is no word in this that can be found. For example: {example}",
                example=Code("/duly search contract"),
            )
        )
    where = query.where
    groups = [_places(sight, where.get("in")), _authors(words, where.get("from"))]
    groups += [_named("class", where.get("class"), tuple(CLASSES))]
    groups += [_named("kind", where.get("kind"), tuple(KINDS))]
    wanted = Wanted(
        query.grams,
        [each for each in groups if each is not None],
        start=_day(where.get("since"), words.zone, last=False),
        end=_day(where.get("until"), words.zone, last=True),
    )
    if not wanted.grams and not wanted.any_of:  # days alone
        wanted = replace(wanted, any_of=[{key("kind", each) for each in KINDS}])
    return Search(sight, query, wanted)


def too_long(line: str) -> bool:
    return len(line) > LONGEST


def _places(sight: Sight, name: str | None) -> set[str] | None:
    """Where it may have been said; None: anywhere, or in too many places to name them."""
    if name is None:
        if sight.places is None or len(sight.places) > MANY:
            return None
        return {key("in", each) for each in sight.places}
    named = sight.tx.people.places_named(name.strip().lstrip("#＃"))
    known = [
        each for each in map(conversation, named) if sight.places is None or each in sight.places
    ]
    if not known:
        raise Refusal(
            say("I know no room {name} that you can search.", name=Quoted(name.strip(), 60))
        )
    return {key("in", each) for each in known}


def _authors(words: Words, name: str | None) -> set[str] | None:
    if name is None:
        return None
    person = words.person(name)
    accounts = map(account_key, words.directory.accounts_of(person.id))
    return {key("by", each) for each in (person.id, *accounts)}


def _named(which: str, name: str | None, known: Sequence[str]) -> set[str] | None:
    if name is None:
        return None
    meant = NAMES.get(name.strip().casefold(), "")
    if meant not in known:
        options = Code(", ".join(known))
        raise Refusal(
            say(
                "I do not know {name} here. Known: {options}",
                name=Quoted(name, 40),
                options=options,
            )
        )
    return {key(which, meant)}


def _day(text: str | None, zone: str, *, last: bool) -> datetime | None:
    """The first moment of a day, a month or a year; `last`: the first after it."""
    if text is None:
        return None
    parts = text.strip().replace("/", "-").split("-")
    try:
        numbers = [int(each) for each in parts]
        first = date(*[*numbers, 1, 1][:3]) if 1 <= len(numbers) <= 3 else None  # noqa: PLR2004
        if first is None or not 1970 <= first.year <= 9000:  # noqa: PLR2004
            raise ValueError
    except (ValueError, TypeError, OverflowError):
        raise Refusal(
            say(
                "I cannot read the day {day}. For example: {example}",
                day=Quoted(text, 40),
                example=Code("since:2026-01-31"),
            )
        ) from None
    day = _after(first, len(numbers)) if last else first
    return datetime.combine(day, time(), ZoneInfo(zone))


def _after(first: date, named: int) -> date:
    if named == 3:  # noqa: PLR2004
        return first + timedelta(days=1)
    if named == 2:  # noqa: PLR2004
        return (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return first.replace(year=first.year + 1)


# Found


def find(search: Search, before: int | None = None, most: int = PAGE) -> Found:
    """One page of what stands there. Whatever is common ends soon, what is rare is looked for."""
    wanted = replace(search.wanted, before=before)
    hits: list[Hit] = []
    cut, gone_through, opened = None, 0, 0
    stream = search.tx.search.find(wanted)
    while chunk := list(islice(stream, CHUNK if gone_through else FIRST)):
        gone_through += len(chunk)
        near = _near(search, chunk)
        opened += len(near)
        hits += _hits(search, near, most + 1 - len(hits))
        if len(hits) > most:
            break
        if opened >= OPENED or gone_through >= GONE_THROUGH:
            cut = chunk[-1][0]
            break
    behind = search.tx.search.behind(1000)
    if len(hits) > most:
        return Found(tuple(hits[:most]), more=hits[most - 1].number, behind=behind)
    if cut is not None:
        return Found(tuple(hits), more=cut, cut=time_of(cut), behind=behind)
    return Found(tuple(hits), behind=behind)


def every(search: Search, most: int) -> Iterator[Hit]:
    """Page after page, until there is no more or there are so many."""
    before, count = None, 0
    while count < most:
        found = find(search, before, min(CHUNK, most - count))
        yield from found.hits
        count += len(found.hits)
        if found.more is None:
            return
        before = found.more


def _near(search: Search, chunk: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Those in places that may be searched, where the index was not asked for these alone."""
    places = search.sight.places
    if places is None or len(places) <= MANY:
        return list(chunk)
    at = search.tx.search.conversations([id for _, id in chunk])
    return [each for each in chunk if family(at.get(each[1], "")) in places]


def _hits(search: Search, near: Sequence[tuple[int, str]], most: int) -> list[Hit]:
    opened = search.tx.search.opened([id for _, id in near])
    numbers = {id: number for number, id in near}
    fits = [opened[id] for id in numbers if id in opened and _fits(search, opened[id])]
    seen = search.sight.seen(fits)[:most]
    return [shown(search.sight, numbers[one.row.id], one, now, search.query) for one, now in seen]


def _fits(search: Search, one: Opened) -> bool:
    if not search.query.terms:
        return True
    return search.query.fits(fold(words_of(one.row.kind, one.body)))


def shown(sight: Sight, number: int, one: Opened, now: Standing, query: Query) -> Hit:
    tx, row = sight.tx, one.row
    place = place_of(one)
    text = words_of(row.kind, one.body)
    if row.kind == "deletion":
        text = tx.search.words_before(row.conversation, row.message)
    author = str(one.body.get("who") or row.author)
    return Hit(
        number=number,
        id=row.id,
        who=_who(tx, author, row.author),
        author=author,
        at=row.at,
        kind=row.kind,
        class_name=now.class_name or row.class_name,
        place=tx.people.place_name(replace(place, thread=None)) if place else "",
        about=MessageRef(place, row.message) if place else None,
        text=text,
        part=excerpt(text, query.terms),
        since=_since(row.kind, row.seq, now.seq, now.kind),
    )


def _who(tx: Transaction, author: str, account: str) -> Who:
    """A stranger goes by what the platform calls them."""
    if author in tx.people.snapshot().directory.people:
        return person_named(tx, author)
    login = tx.people.snapshot().logins.get(account_of(account)) if account.count("/") > 1 else None
    return Who(author, login.name if login else author)


def _since(kind: str, seq: int, last: int | None, last_kind: str) -> Say | None:
    if kind == "deletion":
        return say("deleted; it said this before")
    if last is None or last == seq or (kind == "file" and last_kind != "deletion"):
        return None
    if last_kind == "deletion":
        return say("deleted since")
    return say("edited since")


def persons_of(hits: Sequence[Hit]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.author for each in hits))
