"""Forms that are filled in question by question, where a platform has no forms."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.card import Form
from bot.events import Account, account_key
from bot.store.rows import Rows
from bot.store.schema import dialogues


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What was asked and answered so far."""

    form: Form
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Dialogues:
    rows: Rows

    def of(self, account: Account) -> Dialogue | None:
        id = account_key(account)
        row = self.rows.one(dialogues, dialogues.c.account == id)
        if row is None:
            return None
        form, values = self.rows.open(dialogues.c.body, id, row.body)
        return Dialogue(form, values)

    def keep(self, account: Account, dialogue: Dialogue) -> None:
        """One for an account: a new one takes the place of an older."""
        id = account_key(account)
        body = self.rows.close(dialogues.c.body, id, (dialogue.form, dict(dialogue.values)))
        self.rows.put(dialogues, {"account": id}, body=body)

    def end(self, account: Account) -> None:
        self.rows.remove(dialogues, dialogues.c.account == account_key(account))
