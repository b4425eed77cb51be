"""Forms on a page: whom a field may offer; and, with faults, shown again as they were sent."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.card import Field, Form
from bot.handlers import attaching
from bot.policy import attachments
from bot.policy.people import Directory, Person
from bot.store import Transaction
from bot.words import Say, clean

FIELD = "field-"  # before the names of a form's own fields
MOST = 1000  # people offered while somebody types a name


@dataclass(frozen=True, slots=True)
class Filling:
    """A form as it stands in a page; `note` is the one that asked for it."""

    note: str
    form: Form
    given: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, Say] = field(default_factory=dict)

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


def offered(tx: Transaction, reader: Person, forms: Sequence[Form]) -> tuple[str, ...]:
    """Colleagues, each by a name that means nobody else, where a form asks for one.

    Outsiders are offered nobody: they type the name of whom they know.
    """
    if reader.partner or not any(map(asks_for_people, forms)):
        return ()
    directory = tx.people.snapshot().directory
    people = [each for each in directory.people.values() if each.active and not each.partner]
    return tuple(sorted(_meant(directory, each) for each in people[:MOST]))


def _meant(directory: Directory, person: Person) -> str:
    """Their name; where it is another's too, or tricky to read, their address."""
    plain = clean(person.name, len(person.name)) == person.name
    known = directory.named(person.name) == (person,)
    return person.name if plain and known else person.email or person.id
