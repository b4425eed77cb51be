"""A form as a dialogue, one question a message, where a platform has no forms.

Only what is said to us alone, without naming us, answers a question; nobody waits for it longer
than a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.card import Card, Choice, Field, Form
from bot.events import Account
from bot.policy import attachments
from bot.store import Transaction
from bot.store.dialogues import Dialogue
from bot.words import Code, Say, Value, say, say_many

LONGEST = 4  # digits of a choice's number, and one more
NONE = ("-", "－", "—", "none", "无", "無")  # instead of a file
ENOUGH = ("ok", "done", "好", "好了", "完成")  # after the last file
CANCEL = ("cancel", "!cancel", "！cancel", "取消", "!取消", "！取消")


@dataclass(frozen=True, slots=True)
class Talk:
    """With one account; `files`: they can be posted where it is held."""

    tx: Transaction
    account: Account
    files: bool = False

    def begin(self, form: Form) -> Card:
        """What can be left out, and typed by its name, is not asked for."""
        asked = tuple(each for each in form.fields if each.required or not each.named)
        return self._ask(Dialogue(replace(form, fields=asked or form.fields), {}))

    def cancel(self) -> Card:
        if self.tx.dialogues.of(self.account) is None:
            return Card(say("There is nothing to cancel: I have asked you nothing."))
        self.tx.dialogues.end(self.account)
        return Card(say("Cancelled. Nothing was sent."))

    def answered(self, dialogue: Dialogue, value: str) -> Card | str:
        """The next question; or, after the last, the command line that the form becomes."""
        values = {**dialogue.values, pending(dialogue).name: value}
        if len(values) < len(dialogue.form.fields):
            return self._ask(replace(dialogue, values=values, files=()))
        self.tx.dialogues.end(self.account)
        return dialogue.form.line(values)

    def added(self, dialogue: Dialogue, files: Sequence[str]) -> Card:
        """They posted files for the field that is asked for; perhaps more follow."""
        found = tuple(dict.fromkeys((*dialogue.files, *files)))
        if why := attachments.why_not(" ".join(found)):
            return self.again(dialogue, why)
        self.tx.dialogues.keep(self.account, replace(dialogue, files=found))
        return Card(
            say_many("{count} file is added", "{count} files are added", len(found)),
            body=(say("Post another, or answer {enough} to go on.", enough=Code(ENOUGH[0])),),
            why=_way_out(dialogue),
        )

    def again(self, dialogue: Dialogue, why: Say) -> Card:
        """The same question, with what was wrong about the answer."""
        card = self._question(dialogue, pending(dialogue))
        return Card(why, body=(card.title, *card.body), why=card.why, tone="bad")

    def too_late(self, dialogue: Dialogue) -> Card:
        """What became of it, said once."""
        self.tx.dialogues.end(self.account)
        return Card(
            say("What I asked you waited for a day and was given up: nothing was sent."),
            body=(say("Begin anew: {command}", command=Code(f"/duly {dialogue.form.command}")),),
            why=dialogue.form.title,
        )

    def _ask(self, dialogue: Dialogue) -> Card:
        self.tx.dialogues.keep(self.account, dialogue)
        return self._question(dialogue, pending(dialogue))

    def _question(self, dialogue: Dialogue, field: Field) -> Card:
        body: list[Say | Value] = [] if dialogue.values else list(dialogue.form.intro)
        body += [] if field.hint is None else [field.hint]
        if field.kind == "file":
            body.append(_post(field) if self.files else _no_files(field))
        for number, choice in enumerate(field.choices, 1):
            body.append(say("{number}: {choice}", number=Code(str(number)), choice=choice.label))
        return Card(field.label, body=tuple(body), why=_way_out(dialogue))


def cancelled(text: str) -> bool:
    return text.strip().casefold() in CANCEL


def pending(dialogue: Dialogue) -> Field:
    """The field whose answer is awaited."""
    return dialogue.form.fields[len(dialogue.values)]


def awaits_file(tx: Transaction, account: Account) -> bool:
    """What they post next is meant for a form."""
    found = tx.dialogues.of(account)
    return found is not None and not tx.dialogues.over(found) and pending(found).kind == "file"


def _post(field: Field) -> Say:
    if field.required:
        return say("Post the file here.")
    return say("Post the file here. For none, answer {none}.", none=Code("-"))


def _no_files(field: Field) -> Say:
    page = Code("/duly web")
    if field.required:
        return say("Files cannot be added here. Open your page and begin there: {page}", page=page)
    return say(
        "Files cannot be added here. To do so, open your page and begin there: {page}. "
        "For none, answer {none}.",
        page=page,
        none=Code("-"),
    )


def unread(field: Field, text: str) -> Say | None:
    """An answer that may be a posted file, which would be lost; "-" says that there is none."""
    blank = field.kind == "file" and not text.strip()
    return say("I could read no file in this message.") if blank else None


def _way_out(dialogue: Dialogue) -> Say:
    return say(
        "{form} (to stop: {command})", form=dialogue.form.title, command=Code("/duly cancel")
    )


def value(dialogue: Dialogue, text: str) -> str:
    """A choice is named by its number or its value; files were posted before."""
    field, text = pending(dialogue), text.strip()
    if field.kind == "file" and text.casefold() in NONE:
        return ""
    if dialogue.files and text.casefold() in ENOUGH:
        return " ".join(dialogue.files)
    if text.isdecimal() and len(text) < LONGEST and 0 < int(text) <= len(field.choices):
        chosen: Choice = field.choices[int(text) - 1]
        return chosen.value
    return text
