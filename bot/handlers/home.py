"""Each person's own page: what they owe, wait for and decide, and what they set. Policy 3.3.3."""

from bot.card import Button, Card
from bot.effects import ShowHome
from bot.events import Account, HomeOpened
from bot.handlers import digests, linking, lists
from bot.policy.people import Person
from bot.store import Transaction
from bot.words import Code, Say, Value, say

OURS = "home:"  # how the id of the page begins, where its buttons are pressed
LANGUAGES = {"en": "English", "zh_Hans": "简体中文", "zh_Hant": "繁體中文"}  # in their own words
HOURS = ("09:00", "13:30", "17:00")


def opened(tx: Transaction, event: HomeOpened) -> None:
    tx.people.see(event.actor)
    show(tx, event.actor, f"{event.key}/0")


def show(tx: Transaction, account: Account, key: str) -> None:
    person = tx.people.asks(account)
    cards = (linking.stranger(),) if person is None else _cards(tx, account, person)
    tx.outbox.add(ShowHome(account, cards), key, urgent=True)


def _cards(tx: Transaction, account: Account, person: Person) -> tuple[Card, ...]:
    return (
        lists.mine(tx, person),
        lists.awaited(tx, person),
        lists.approvals(tx, person),
        _settings(tx, account, person),
    )


def _settings(tx: Transaction, account: Account, person: Person) -> Card:
    now, reader = tx.clock.now(), tx.people.reader(account, tx.home())
    away = tx.people.snapshot().directory.away(person.id, now)
    paused = tx.preferences.paused_until(person.id)
    running = paused is not None and paused > now
    until = say("until {until}", until=paused) if paused is not None and running else say("None")
    facts: tuple[tuple[Say, Say | Value], ...] = (
        (say("Time zone"), Code(str(digests.zone_of(tx, person.id)))),
        (say("Language"), Code(LANGUAGES.get(reader.language, reader.language))),
        (say("Daily digest"), Code(f"{digests.hour_of(tx, person.id):%H:%M}")),
        (say("Pause"), until),
    )
    if away is not None:
        facts += ((say("Away"), say("until {until}", until=away.end)),)
    return Card(
        say("Your settings"),
        facts=facts,
        buttons=(_pause(running=running), *_hours(tx, person)),
        why=say("Time zone and language come from the directory; HR can change them."),
    )


def _pause(*, running: bool) -> Button:
    if running:
        return Button(say("End the pause"), "▶️", "pause off")
    return Button(say("No nudges until tomorrow"), "⏸️", "pause until tomorrow 09:00")


def _hours(tx: Transaction, person: Person) -> tuple[Button, ...]:
    if not tx.policies.current().nudges.digest:
        return ()
    now = f"{digests.hour_of(tx, person.id):%H:%M}"
    return tuple(
        Button(say("Digest at {at}", at=Code(hour)), "🕐", f"settings digest {hour}")
        for hour in HOURS
        if hour != now
    )
