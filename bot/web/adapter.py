"""The pages as a platform: what is for somebody who acted there becomes a note they find there.

Nobody is written to here unasked (`People.reached_at`), there are no rooms, and the pages show by
themselves what is owed. It goes through the database, so the pages may be in another process.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from bot.card import Card
from bot.effects import (
    Amend,
    Deliverable,
    Mark,
    OpenForm,
    Publish,
    Send,
    ShowHome,
    Upload,
    Whisper,
    Withdraw,
)
from bot.events import Account, MessageRef, Place
from bot.port import Ability, Door, Inbox, Undeliverable
from bot.store import Store, Transaction
from bot.store.notes import Note
from bot.store.sessions import WEB
from bot.words import Reader


class Web:
    platform = WEB
    abilities = Ability.WHISPERS | Ability.FORMS | Ability.BUTTONS | Ability.FILES
    doors: Sequence[Door] = ()  # the pages are mounted by themselves

    def __init__(self, store: Store) -> None:
        self._store = store

    async def listen(self, inbox: Inbox) -> None:
        await asyncio.Event().wait()

    def hang_up(self) -> None:
        """Nothing is held open."""

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        """Kept as meaning: the page puts it into words, in the language it is in then."""
        return await asyncio.to_thread(self._deliver, effect, key)

    async def find(self, effect: Deliverable, *, key: str, since: datetime) -> MessageRef | None:
        return await asyncio.to_thread(self._find, key)

    def _find(self, key: str) -> MessageRef | None:
        with self._store.reading() as tx:
            found = tx.notes.keyed(key)
        return self._ref(found) if found else None

    def _deliver(self, effect: Deliverable, key: str) -> MessageRef | None:
        with self._store.transaction(hurry=True) as tx:
            known = tx.notes.keyed(key)
            note = known or self._carry_out(tx, effect, key)
        return self._ref(note) if note else None

    def _carry_out(self, tx: Transaction, effect: Deliverable, key: str) -> Note | None:
        match effect:
            case Send(to=to) | Upload(to=to):
                return tx.notes.add(key, self._person(tx, to), None, effect)
            case Whisper(to=to, reply_handle=asked) | OpenForm(to=to, reply_handle=asked):
                return tx.notes.add(key, self._person(tx, to), asked, effect)
            case Amend(message=message, card=card):
                return self._amend(tx, message, card)
            case Withdraw(message=message):
                tx.notes.remove(message.id)
                return None
            case ShowHome():
                raise Undeliverable("the pages show by themselves what is owed")
            case Mark() | Publish():
                raise Undeliverable("there are no rooms here")
            case _:
                assert_never(effect)

    def _amend(self, tx: Transaction, message: MessageRef, card: Card) -> Note:
        note = tx.notes.get(message.id, message.place.id)
        if note is None or not isinstance(note.effect, Send | Whisper | Upload):
            raise Undeliverable("there is no such note")
        tx.notes.change(note, replace(note.effect, card=card))
        return note

    def _person(self, tx: Transaction, to: Place | Account) -> str:
        known = isinstance(to, Account) and tx.people.snapshot().directory.behind(to)
        if not known or to.realm != self._store.company:
            raise Undeliverable("there is no such person here")
        return known.id

    def _ref(self, note: Note) -> MessageRef:
        return MessageRef(Place(WEB, self._store.company, note.person), note.id)
