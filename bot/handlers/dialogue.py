"""A form as a dialogue, one question a message, where a platform has no forms."""

from dataclasses import replace

from bot.card import Card, Choice, Field, Form
from bot.events import Account
from bot.store import Transaction
from bot.store.dialogues import Dialogue
from bot.words import Code, Say, Value, say

LONGEST = 4  # digits of a choice's number, and one more
NONE = ("-", "－", "—", "none", "无", "無")  # instead of a file
CANCEL = ("cancel", "!cancel", "取消")


def begin(tx: Transaction, account: Account, form: Form) -> Card:
    """What can be left out, and typed by its name, is not asked for."""
    asked = tuple(each for each in form.fields if each.required or not each.named)
    dialogue = Dialogue(replace(form, fields=asked or form.fields), {})
    tx.dialogues.keep(account, dialogue)
    return _question(dialogue, dialogue.form.fields[0])


def cancelled(text: str) -> bool:
    return text.strip().casefold() in CANCEL


def cancel(tx: Transaction, account: Account) -> Card:
    tx.dialogues.end(account)
    return Card(say("Cancelled. Nothing was sent."))


def answered(tx: Transaction, account: Account, dialogue: Dialogue, value: str) -> Card | str:
    """The next question; or, after the last, the command line that the form becomes."""
    values = {**dialogue.values, pending(dialogue).name: value}
    if len(values) < len(dialogue.form.fields):
        following = Dialogue(dialogue.form, values)
        tx.dialogues.keep(account, following)
        return _question(following, pending(following))
    tx.dialogues.end(account)
    return dialogue.form.line(values)


def pending(dialogue: Dialogue) -> Field:
    """The field whose answer is awaited."""
    return dialogue.form.fields[len(dialogue.values)]


def again(dialogue: Dialogue, why: Say) -> Card:
    """The same question, with what was wrong about the answer."""
    card = _question(dialogue, pending(dialogue))
    return Card(why, body=(card.title, *card.body), why=card.why, tone="bad")


def _question(dialogue: Dialogue, field: Field) -> Card:
    body: list[Say | Value] = [] if dialogue.values else list(dialogue.form.intro)
    body += [] if field.hint is None else [field.hint]
    if field.kind == "file":
        body.append(_no_files(field))
    for number, choice in enumerate(field.choices, 1):
        body.append(say("{number}: {choice}", number=Code(str(number)), choice=choice.label))
    return Card(field.label, body=tuple(body), why=_way_out(dialogue))


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


def value(field: Field, text: str) -> str:
    """A choice is named by its number or its value."""
    text = text.strip()
    if field.kind == "file" and text.casefold() in NONE:
        return ""
    if text.isdecimal() and len(text) < LONGEST and 0 < int(text) <= len(field.choices):
        chosen: Choice = field.choices[int(text) - 1]
        return chosen.value
    return text
