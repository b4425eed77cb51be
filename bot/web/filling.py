"""Forms on a page: whom a field may offer; and, with faults, shown again as they were sent."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.card import Card, Field, Form
from bot.handlers import attaching
from bot.policy import attachments, forms
from bot.policy.people import Directory, Person
from bot.store import Transaction
from bot.words import Say, clean

FIELD = "field-"  # before the names of a form's own fields
MOST = 1000  # people offered while somebody types a name
REQUEST = "request"  # how the command of a form begins that asks for an approval
DAYS = ("start", "end")  # fields of a request that are days


@dataclass(frozen=True, slots=True)
class Filling:
    """A form as it stands in a page; `note` is the one that asked for it.

    Without a note it is a page of its own: `page` is its address, and it is sent there.
    """

    note: str
    form: Form
    given: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, Say] = field(default_factory=dict)
    page: str = ""
    refused: Card | None = None  # why what was sent was not done

    @property
    def action(self) -> str:
        return self.page or f"/notes/{self.note}/fill"

    @property
    def prefix(self) -> str:
        """Before the ids of its controls: beside it, the same page may show a note's form."""
        return "page-" if self.page else ""

    def control(self, each: Field) -> str:
        """What a browser offers to fill it in with."""
        asks_for_day = self.form.command.startswith(f"{REQUEST} ") and each.name in DAYS
        return "date" if asks_for_day else "text"

    @property
    def brings_files(self) -> bool:
        return any(each.kind == "file" for each in self.form.fields)

    def kept(self, name: str, held: Mapping[str, str]) -> list[tuple[str, str]]:
        """The files a field holds already: their references and names."""
        value = self.value(name)
        files = () if attachments.why_not(value) else attachments.referred(value)
        return [(attachments.reference(each), held[each]) for each in files if each in held]

    def value(self, name: str) -> str:
        initial = next(each.initial for each in self.form.fields if each.name == name)
        return self.given.get(name, initial)


def given(form: Form, fields: Mapping[str, str]) -> dict[str, str]:
    """What was filled in, by the names of the form's fields."""
    return {each.name: _given(each, fields) for each in form.fields}


def _given(field: Field, fields: Mapping[str, str]) -> str:
    """A field for files brings those that it held and that were not taken away again."""
    name = f"{FIELD}{field.name}"
    if field.kind != "file":
        return fields.get(name, "")
    kept = re.compile(f"{re.escape(name)}-file:[0-9a-f]{{32}}")
    return " ".join(value for key, value in fields.items() if kept.fullmatch(key))


def faults(tx: Transaction, form: Form, given: Mapping[str, str]) -> dict[str, Say]:
    """What is wrong with a request, field by field, that only the directory can tell."""
    if form.command.partition(" ")[0] != REQUEST:
        return {}
    names = tuple(each.name for each in form.fields if each.name in forms.FIELDS)
    known = {name: given.get(name, "").strip() for name in names}
    found = forms.faults(known, names, tx.people.snapshot().directory)
    return {each.field: each.why for each in found}


def field_for_files(form: Form, posted: str) -> str | None:
    """The name of the field whose control is called `posted`, where it takes files."""
    fits = (each.name for each in form.fields if each.kind == "file")
    return next((name for name in fits if f"{FIELD}{name}" == posted), None)


def held(tx: Transaction, person: Person, fillings: Sequence[Filling]) -> dict[str, str]:
    """The files they hold already, by id, with their names."""
    values = (
        filling.value(each.name)
        for filling in fillings
        for each in filling.form.fields
        if each.kind == "file"
    )
    return attaching.names(tx, person, values)


def asks_for_people(form: Form) -> bool:
    return any(each.kind == "person" for each in form.fields)


def offered(tx: Transaction, reader: Person, asking: Sequence[Form]) -> tuple[str, ...]:
    """Colleagues, each by a name that means nobody else, where a form asks for one.

    Outsiders are offered nobody: they type the name of whom they know.
    """
    if reader.partner or not any(map(asks_for_people, asking)):
        return ()
    directory = tx.people.snapshot().directory
    people = [each for each in directory.people.values() if each.active and not each.partner]
    return tuple(sorted(_meant(directory, each) for each in people[:MOST]))


def _meant(directory: Directory, person: Person) -> str:
    """Their name; where it is another's too, or tricky to read, their address."""
    plain = clean(person.name, len(person.name)) == person.name
    known = directory.named(person.name) == (person,)
    return person.name if plain and known else person.email or person.id
