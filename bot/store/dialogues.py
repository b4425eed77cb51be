"""Forms that are filled in question by question, where a platform has no forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.card import Form
from bot.events import Account, account_key
from bot.store.rows import Rows
from bot.store.schema import dialogues

OPEN = timedelta(days=1)  # after a question, as people see it
KEPT = timedelta(days=7)  # to tell who answers too late what became of it


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What was asked and answered so far: `files` for the field that is asked for now."""

    form: Form
    values: Mapping[str, str]
    files: tuple[str, ...] = ()
    people: tuple[tuple[str, Account], ...] = ()  # whom the answers mention
    at: datetime | None = None  # when it was last kept


@dataclass(frozen=True, slots=True)
class Dialogues:
    rows: Rows

    def of(self, account: Account) -> Dialogue | None:
        """Theirs, though it may be over by now."""
        id = account_key(account)
        row = self.rows.one(dialogues, dialogues.c.account == id)
        if row is None:
            return None
        form, values, files, people = self.rows.open(dialogues.c.body, id, row.body)
        return Dialogue(form, values, files, people, row.at)

    def over(self, dialogue: Dialogue) -> bool:
        """Nobody answered for so long that a word is no answer any more."""
        return dialogue.at is not None and dialogue.at + OPEN <= self.rows.clock.now()

    def keep(self, account: Account, dialogue: Dialogue) -> None:
        """One for an account: a new one takes the place of an older."""
        id, now = account_key(account), self.rows.clock.now()
        self.rows.remove(dialogues, dialogues.c.at < now - KEPT)
        kept = (dialogue.form, dict(dialogue.values), dialogue.files, dialogue.people)
        body = self.rows.close(dialogues.c.body, id, kept)
        self.rows.put(dialogues, {"account": id}, body=body, at=now)

    def end(self, account: Account) -> None:
        self.rows.remove(dialogues, dialogues.c.account == account_key(account))
