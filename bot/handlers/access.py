"""A platform lets us in no more, or again: what was not seen meanwhile is known. Policy 3.3.2."""

from datetime import datetime

from bot.card import Card
from bot.events import (
    AccessLost,
    Account,
    Alarm,
    Happening,
    Place,
    Platform,
    conversation,
    realm_of,
)
from bot.handlers import absences, keepers
from bot.store import Transaction
from bot.store.gaps import OPEN
from bot.words import Code, Quoted, Say, say


def lost(tx: Transaction, event: AccessLost) -> None:
    """Every room there is unseen from now on; IT hears of it wherever else they are."""
    realm = f"{event.platform}/{event.realm}"
    if realm in tx.gaps.lost():
        return
    tx.gaps.lose(realm, event.at)
    for place in _rooms(tx, event.platform, event.realm):
        if not tx.gaps.is_open(place):
            tx.gaps.add(place, event.at, OPEN)
    card = Card(
        told(realm, event.at),
        body=(say("What is said there meanwhile is not seen, and nothing of ours arrives."),),
        tone="bad",
    )

    def elsewhere(account: Account) -> bool:
        return (account.platform, account.realm) != (event.platform, event.realm)

    keepers.tell(tx, "it", card, f"lost/{event.key}", elsewhere)


def alarmed(tx: Transaction, event: Alarm) -> None:
    """IT hears of it, once."""
    keepers.tell(tx, "it", Card(event.what, tone="bad"), f"alarm/{event.key}")


def told(realm: str, since: datetime) -> Say:
    platform, _, id = realm.partition("/")
    return say(
        "{platform} ({realm}) lets Duly in no more since {since}. Install the app there again, or "
        "give it a new token, and restart: {command}",
        platform=Code(platform),
        realm=Quoted(id),
        since=since,
        command=Code("./duly doctor"),
    )


def heard(tx: Transaction, event: Happening) -> None:
    """Something arrives from there again: from now on we see. Asked of every event: be quick."""
    known = tx.gaps.lost()
    if not known:
        return
    where = realm_of(event)
    since = known.get("/".join(where)) if where else None
    if where is None or since is None or event.at <= since:
        return
    tx.gaps.regain("/".join(where))
    for place in _rooms(tx, *where):
        if tx.gaps.end_of(place, since, event.at):
            absences.unseen(tx, place, since, event.at)


def _rooms(tx: Transaction, platform: Platform, realm: str) -> list[str]:
    keys = tx.people.snapshot().places
    return [conversation(Place(*key)) for key in map(_key, keys) if key[:2] == (platform, realm)]


def _key(key: tuple[str, str, str]) -> tuple[Platform, str, str]:
    return Platform(key[0]), key[1], key[2]
