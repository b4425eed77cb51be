"""A command whose form asks for files, for the tests of every platform's way to bring them."""

from dataclasses import dataclass

from bot.card import Card, Choice, Field, Form
from bot.command import Call, Command, Words
from bot.handlers import attaching
from bot.policy import attachments
from bot.words import Code, Quoted, Rows, say

FIELDS = (
    Field("note", say("Note"), choices=(Choice("a", say("A")),), longest=20),
    Field("files", say("Files"), "file", required=False),
)
NEEDED = Field("files", say("Files"), "file")


@dataclass(frozen=True, slots=True)
class Enclosed:
    note: str
    files: str


def parse(words: Words) -> Enclosed:
    return Enclosed(*attachments.apart(words.text))


def run(call: Call, what: Enclosed) -> Card | Form:
    if not what.note:
        return Form("enclose", say("Enclose"), FIELDS, say("Send"))
    found = attaching.claim(call.tx, attaching.resolve(call.tx, call.person, what.files))
    return Card(
        say("Enclosed: {count}", count=len(found)),
        body=(Rows(tuple(Quoted(each.name) for each in found)), Quoted(what.note)),
        facts=tuple(
            (say("File"), Code(f"{each.size} {each.sha256} {each.file}")) for each in found
        ),
    )


def command(*fields: Field) -> Command[Enclosed]:
    return Command(
        name="enclose",
        usage="enclose NOTE",
        summary=say("Enclose files."),
        examples=("",),
        parse=parse,
        run=run,
        fields=fields or FIELDS,
    )
