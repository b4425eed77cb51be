"""Everything Duly holds about one person, for that person. Policy 1.3-legal, 3.3.2.

What is sealed from Duly itself, cases of the reporting channel, is not in it; nor what others said.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import islice
from typing import Any

from bot.command import name_of
from bot.events import account_key, account_of
from bot.handlers import inquiring, rules
from bot.handlers.sight import place_of
from bot.packing import page
from bot.packing.labels import LABELS, TITLES
from bot.packing.packed import Packed, lines, zipped
from bot.policy.lookup.texts import key, words_of
from bot.store import Transaction
from bot.store.holdings import PERSONAL
from bot.store.search import Opened, Wanted
from bot.words import Reader, Say, render, say

KEEP = timedelta(days=7)
MOST = 50_000  # messages
CHUNK = 200
LOOKS = 1000


def pack(tx: Transaction, order: Any) -> Packed:
    reader = tx.people.reader(account_of(order.account), tx.home())
    person, found = order.person, dict[str, list[Mapping[str, Any]]]()
    directory = tx.people.snapshot().directory
    for name, rows in tx.holdings.of(person, directory.accounts_of(person)):
        found[name] = [_told(tx, name, row) for row in rows]
    found["looks"] = _looks(tx, person, reader)
    found["messages"] = list(islice(_messages(tx, person), MOST))
    intro = _intro(tx, len(found["messages"]))
    parts = [page.Part(TITLES[name], rows) for name, rows in found.items()]
    title = say("Everything Duly holds about you")
    made = page.Page(title, intro, parts, LABELS, say("Nothing."))
    files = {f"data/{name}.jsonl": lines(rows) for name, rows in found.items()}
    files |= {"index.html": made.html(reader), "README.txt": page.text((title, *intro), reader)}
    name = f"duly-mydata-{tx.clock.now():%Y-%m-%d}.zip"
    return Packed(name, say("Everything I hold about you, as a file."), zipped(files), KEEP)


def _intro(tx: Transaction, messages: int) -> tuple[Say, ...]:
    intro = [
        say(
            "Made at {at}. Open index.html to read it. The files under data are for programs, "
            "with one JSON object a line.",
            at=tx.clock.now(),
        ),
        say("SHA256SUMS has the checksum of each file: sha256sum -c SHA256SUMS"),
        say(
            "What others said or owe is theirs and not in it. Of what was found in a message of "
            "yours only the kind is kept, not the thing itself."
        ),
        say(
            "Cases of the reporting channel are sealed to the investigators: I cannot read them "
            "and do not know whose they are."
        ),
        say("What is on its way to you is kept for some days; it says nothing that is not here."),
    ]
    if messages >= MOST:
        intro.append(say("Of your messages these are the newest {count}.", count=MOST))
    if behind := tx.search.behind(1000):
        intro.append(
            say(
                "The last {count} records are not gone through yet and may be missing.",
                count=behind,
            )
        )
    return tuple(intro)


def _told(tx: Transaction, part: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """People by their names, rules in words where there are any."""
    directory = tx.people.snapshot().directory
    told = dict(row)
    for name, value in row.items():
        if name in PERSONAL and isinstance(value, str) and value in directory.people:
            told[name] = name_of(directory, value).name
    if part in ("findings", "settled_findings"):
        told["what"] = render(rules.named(row["rule"]), Reader(), str) if row["rule"] else ""
    return told


def _looks(tx: Transaction, person: str, reader: Reader) -> list[Mapping[str, Any]]:
    """Looks at their records, as far as they are told, and those they took themselves."""
    known = tx.people.snapshot().directory.people[person]
    every = [*inquiring.told(tx, known, LOOKS), *tx.looks.by(person, LOOKS)]
    told = [inquiring.line(tx, look, known) for look in every]
    return [
        {
            "what": render(each.what, reader, str),
            "words": each.words.text if each.words else "",
            "why": each.why.text if each.why else "",
        }
        for each in told
    ]


def _messages(tx: Transaction, person: str) -> Iterator[Mapping[str, Any]]:
    accounts = {account_key(each) for each in tx.people.snapshot().directory.accounts_of(person)}
    own = {person, *accounts}
    stream = tx.search.find(Wanted((), [{key("by", each) for each in own}]))
    while chunk := list(islice(stream, CHUNK)):
        opened = tx.search.opened([id for _, id in chunk])
        for one in (opened[id] for _, id in chunk if id in opened):
            if one.body.get("who", one.row.author) in own:
                yield _message(tx, one)


def _message(tx: Transaction, one: Opened) -> Mapping[str, Any]:
    place = place_of(one)
    return {
        "at": one.row.at,
        "place": tx.people.place_name(place) if place else "",
        "kind": one.row.kind,
        "class_name": one.row.class_name,
        "text": words_of(one.row.kind, one.body),
    }
