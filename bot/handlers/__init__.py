"""What each happening does: load, ask policy, save, say. Nothing is sent here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, assert_never

from bot.command import Command
from bot.events import (
    AccessLost,
    AccountChanged,
    Alarm,
    ButtonPressed,
    CommandInvoked,
    CoverageLost,
    Echoed,
    FilePublished,
    FileShared,
    FormSubmitted,
    Happening,
    HomeOpened,
    MembershipChanged,
    MessageChanged,
    MessagePosted,
    PlaceChanged,
    Platform,
    ReactionChanged,
    Undecryptable,
    Unread,
    conversation,
)
from bot.handlers import (
    absences,
    access,
    accounts,
    echoes,
    home,
    menu,
    publishing,
    rooms,
    screening,
    strangers,
    talk,
    unreadable,
)
from bot.port import Ability
from bot.store import Transaction
from bot.words import Say


@dataclass(frozen=True, slots=True)
class Handlers:
    commands: tuple[Command[Any], ...]
    abilities: Mapping[Platform, Ability] = field(default_factory=dict)
    memory: talk.Memory = field(default_factory=talk.Memory)

    def forget(self) -> None:
        self.memory.clear()

    def check(self, form: FormSubmitted) -> Mapping[str, Say]:
        return menu.check(self._menu, form)

    @property
    def _menu(self) -> menu.Menu:
        return menu.Menu(self.commands, self.abilities)

    def handle(self, tx: Transaction, event: Happening) -> None:  # noqa: C901, PLR0912
        access.heard(tx, event)
        unreadable.heard(tx, event)
        match event:
            case MessagePosted():
                talk.posted(tx, event, self.memory)
                strangers.posted(tx, event)
            case MessageChanged():
                talk.changed(tx, event, self.memory)
            case ReactionChanged():
                if not menu.reacted(self._menu, tx, event):
                    talk.reacted(tx, event, self.memory)
            case CommandInvoked():
                menu.typed(self._menu, tx, event)
            case ButtonPressed():
                menu.pressed(self._menu, tx, event)
            case FormSubmitted():
                menu.submitted(self._menu, tx, event)
            case HomeOpened():
                home.opened(tx, event)
            case AccountChanged():
                accounts.changed(tx, event)
            case MembershipChanged():
                rooms.moved(tx, event)
                screening.moved(tx, event)
            case PlaceChanged():
                rooms.changed(tx, event)
                screening.changed(tx, event)
            case CoverageLost(place=place, since=since, at=at):
                tx.gaps.add(conversation(place), since, at)
                absences.unseen(tx, conversation(place), since, at)
            case Echoed():
                echoes.heard(tx, event)
            case FilePublished():
                publishing.published(tx, event)
                screening.published(tx, event)
            case AccessLost():
                access.lost(tx, event)
            case Alarm():
                access.alarmed(tx, event)
            case FileShared():
                talk.shared(tx, event, self.memory)
                menu.brought(self._menu, tx, event)
                screening.shared(tx, event)
            case Undecryptable():
                unreadable.came(tx, event)
            case Unread():
                raise ValueError("nobody could read this payload")
            case _:
                assert_never(event)
