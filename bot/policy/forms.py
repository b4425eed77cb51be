"""What a request can be asked about: the fields of its form, and what a route learns from them.

Policy 3.2. The same fields stand in a form, in a dialogue and in a typed command:
`request material nature=major amount=80000 The price list of next year`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from email.utils import getaddresses

from bot.card import Choice, Field
from bot.policy.conditions import Fact
from bot.policy.people import Directory, Person
from bot.words import Code, Quoted, Say, say

LONGEST = 3000  # characters of a text shown to its approver: all of it
SHORT = 300
PAIR = re.compile(r'\s*(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]\S*))(?=\s|$)', re.DOTALL)
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
DAYS = re.compile(r"(\d{4}-\d\d-\d\d)(?:\.\.(\d{4}-\d\d-\d\d))?")
NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,2})?")

YES_OR_NO = (Choice("no", say("No")), Choice("yes", say("Yes")))


def _line(
    name: str, label: Say, hint: Say | None = None, *, kind: str = "text", needed: bool = False
) -> Field:
    return Field(
        name,
        label,
        kind,  # type: ignore[arg-type]
        required=needed,
        hint=hint,
        longest=SHORT,
        named=True,
    )


def _choice(name: str, label: Say, *choices: Choice) -> Field:
    initial = choices[0].value
    return Field(
        name, label, "choice", required=False, choices=choices, initial=initial, named=True
    )


TEXT = "text"  # the field that needs no name when it is typed
FILES = "files"
SEEN = "seen"  # whether what was found is to be changed first; no part of what is approved
FIELDS: Mapping[str, Field] = {
    each.name: each
    for each in (
        _line("subject", say("Subject")),
        Field(
            "text",
            say("The text, exactly as it is to go out"),
            "lines",
            longest=LONGEST,
            named=True,
        ),
        _choice(
            "importance",
            say("How important is it?"),
            Choice("normal", say("Normal")),
            Choice("important", say("Important")),
        ),
        _choice(
            "nature",
            say("What is it about?"),
            Choice("normal", say("Day-to-day business")),
            Choice("major", say("A major decision, or something sensitive")),
        ),
        _line("amount", say("Amount, in the company's currency"), say("A number such as 80000")),
        _line(
            "departments",
            say("Which departments does it touch?"),
            say("Their short names, with commas between them"),
        ),
        _choice("outsiders", say("Do people outside the company read it?"), *YES_OR_NO),
        _line(
            "channels",
            say("Where is it published?"),
            say("Names of channels, with commas between them; nothing: you publish it yourself"),
        ),
        _line(
            "audience",
            say("Who is to read it?"),
            say("For example: all, department:sales, role:it, @ann; with commas between them"),
        ),
        _line(
            "question", say("A question that shows it was understood"), say("Nothing: none is put")
        ),
        _line("answer", say("Its answers, the right one first, with commas between them")),
        _line("replaces", say("Which notice does it correct?"), say("Its number, such as #12")),
        _choice("again", say("Is everybody to confirm the correction?"), *YES_OR_NO[::-1]),
        _line("recipients", say("To whom, with commas between the addresses?"), needed=True),
        _line("start", say("First day"), say("For example 2026-10-01"), needed=True),
        _line("end", say("Last day"), say("For example 2026-10-07; nothing: the same day")),
        _line("delegate", say("Who stands in for you?"), kind="person"),
        _line("receiver", say("Who takes over what you owe?"), kind="person"),
        _line("account", say("Which account or system?")),
        Field("files", say("Attachments"), "file", required=False, longest=4000, named=True),
        _choice(
            "seen",
            say("Is it to be sent for review as it is?"),
            Choice("change", say("No, I change it first")),
            Choice("send", say("Yes, send it for review")),
        ),
    )
}
NAMES: Mapping[str, Say] = {  # of what was filled in, where the field itself asks a question
    "importance": say("Importance"),
    "nature": say("Nature"),
    "amount": say("Amount"),
    "departments": say("Departments"),
    "outsiders": say("Read outside the company"),
    "channels": say("Channels"),
    "audience": say("Audience"),
    "question": say("Check question"),
    "answer": say("Its answers"),
    "replaces": say("Corrects"),
    "again": say("Confirmed again by everybody"),
    "recipients": say("Recipients"),
    "delegate": say("Stands in"),
    "receiver": say("Takes over"),
    "account": say("Account"),
}
FACTS = (*FIELDS, "touched", "outside", "days")


@dataclass(frozen=True, slots=True)
class Fault:
    field: str
    why: Say


def written(form: Mapping[str, str]) -> str:
    """A form as it is typed."""
    pairs = (FIELDS[name].pair(value) for name, value in form.items() if value)
    return " ".join(pairs)


def typed(text: str) -> dict[str, str]:
    """`name=value` pairs at the beginning, and what follows them as the text."""
    values: dict[str, str] = {}
    at = 0
    while match := PAIR.match(text, at):
        name, quoted, bare = match.groups()
        if name not in FIELDS:
            break
        values[name] = ESCAPED.sub(r"\1", quoted) if quoted is not None else bare
        at = match.end()
    if rest := text[at:].strip():
        values[TEXT] = f"{values[TEXT]} {rest}" if TEXT in values else rest
    return values


def listed(text: str) -> tuple[str, ...]:
    """What stands between commas, of whatever script."""
    parts = (part.strip() for part in re.split(r"[,，、;；\n]", text))
    return tuple(dict.fromkeys(part for part in parts if part))


def faults(
    form: Mapping[str, str], fields: tuple[str, ...], directory: Directory
) -> Iterator[Fault]:
    """What keeps a form from being sent, field by field. Pure."""
    for name in form:
        if name not in fields:
            yield Fault(name, say("This kind of request has no field {name}.", name=Code(name)))
    for name in fields:
        value = form.get(name, "")
        if not value and FIELDS[name].required:
            yield Fault(name, say("{label}: please fill this in.", label=FIELDS[name].label))
        elif value and (why := _wrong(name, value, directory)):
            yield Fault(name, why)
    if days(form) is not None and (days(form) or 0) < 1:
        yield Fault("end", say("The last day is before the first. Name the first day first."))


def _wrong(name: str, value: str, directory: Directory) -> Say | None:
    label = FIELDS[name].label
    if len(value) > FIELDS[name].longest:
        return say(
            "{label}: this has {count} characters; at most {most} fit.",
            label=label,
            count=len(value),
            most=FIELDS[name].longest,
        )
    choices = {each.value for each in FIELDS[name].choices}
    if choices and value not in choices:
        return say("{label}: please choose one of the list.", label=label)
    check = _CHECKS.get(name)
    return check(value, directory) if check else None


def _no_amount(value: str, directory: Directory) -> Say | None:
    del directory
    if NUMBER.fullmatch(value):
        return None
    return say(
        "{label}: write a number such as {example}.",
        label=FIELDS["amount"].label,
        example=Code("80000"),
    )


def _no_day(value: str, directory: Directory) -> Say | None:
    del directory
    if _day(value) is not None:
        return None
    return say(
        "{day} is no day; write one such as {example}.",
        day=Quoted(value, 40),
        example=Code("2026-10-01"),
    )


def _unknown_department(value: str, directory: Directory) -> Say | None:
    unknown = [each for each in listed(value) if department(each, directory) is None]
    if not unknown:
        return None
    return say("There is no department {name}.", name=Quoted(unknown[0], 60))


def _no_address(value: str, directory: Directory) -> Say | None:
    del directory
    wrong = [each for each in listed(value) if "@" not in (address(each) or "")]
    return say("{name} is no mail address.", name=Quoted(wrong[0], 60)) if wrong else None


def _nobody(value: str, directory: Directory) -> Say | None:
    if value in directory.people or len(directory.named(value)) == 1:
        return None
    return say(
        "I know nobody called {name}. Use their whole name, or mention them with @.",
        name=Quoted(value),
    )


_CHECKS: Mapping[str, Callable[[str, Directory], Say | None]] = {
    "amount": _no_amount,
    "start": _no_day,
    "end": _no_day,
    "departments": _unknown_department,
    "recipients": _no_address,
    "delegate": _nobody,
    "receiver": _nobody,
}


def department(name: str, directory: Directory) -> str | None:
    """The id of a department, by its id or its name."""
    wanted = name.casefold()
    for id, each in directory.departments.items():
        if wanted in (id.casefold(), each.name.casefold()):
            return id
    return None


def address(text: str) -> str | None:
    """The bare address of `Ann <ann@acme.example>`; None where there is none."""
    found = getaddresses([text])
    return found[0][1].casefold() if found and "@" in found[0][1] else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def span(form: Mapping[str, str]) -> tuple[date, date] | None:
    """The first and the last day it is about."""
    start = _day(form.get("start", ""))
    end = _day(form.get("end", "")) if form.get("end") else start
    return (start, end) if start and end else None


def days(form: Mapping[str, str]) -> int | None:
    """How many days it is about, the first and the last included."""
    found = span(form)
    return (found[1] - found[0]).days + 1 if found else None


def facts(form: Mapping[str, str], requester: Person, directory: Directory) -> dict[str, Fact]:
    """What the conditions of a route can ask for."""
    known: dict[str, Fact] = {
        name: form.get(name) or field.initial for name, field in FIELDS.items()
    }
    touched = touches(form, directory)
    known["amount"] = float(form.get("amount") or 0)
    known["departments"] = touched
    known["touched"] = sum(each != requester.department for each in touched)
    known["outsiders"] = form.get("outsiders") == "yes"
    known["outside"] = sum(
        not _inside(each, directory) for each in listed(form.get("recipients", ""))
    )
    known["days"] = days(form) or 0
    return known


def touches(form: Mapping[str, str], directory: Directory) -> tuple[str, ...]:
    """The ids of the departments a request touches."""
    found = (department(each, directory) for each in listed(form.get("departments", "")))
    return tuple(dict.fromkeys(each for each in found if each))


def _inside(recipient: str, directory: Directory) -> bool:
    """The mail address of a colleague, or one beside theirs."""
    host = (address(recipient) or "").rpartition("@")[2]
    return bool(host) and host in directory.hosts
