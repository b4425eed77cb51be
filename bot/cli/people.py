"""`duly people`: the directory from HR's table, roles, accounts and absences. Policy 1.2."""

import argparse
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.common import FINE, FOUND, MISUSED, Out, where

if TYPE_CHECKING:
    from bot.intake.notes import Fault
    from bot.policy.people import Directory, Person
    from bot.store import Store
    from bot.words import Say, Value

FAULTS_SHOWN = 100
NOBODY = "-"


def add(sub: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    people = sub.add_parser("people", help="the directory: import, list, roles, accounts, leave")
    deeds = people.add_subparsers(dest="deed", metavar="DEED", required=True)
    one = deeds.add_parser("import", help="read people from .xlsx or .csv")
    one.add_argument("file", metavar="FILE", type=Path)
    one.add_argument("--dry-run", action="store_true", help="only show what would change")
    one.add_argument("--complete", action="store_true", help="who is not in the file has left")
    one.add_argument(
        "--calendar-overrides",
        action="store_true",
        help="FILE holds days off and make-up days, as for `people holidays`",
    )
    one = deeds.add_parser("holidays", help="read HR's days off and make-up days")
    one.add_argument("file", metavar="FILE", type=Path)
    one.add_argument("--dry-run", action="store_true", help="only look whether it can be read")
    one = deeds.add_parser("list", help="everybody, or accounts nobody is known behind")
    one.add_argument("--strangers", action="store_true")
    one = deeds.add_parser("template", help="write a workbook to fill in")
    one.add_argument("file", metavar="FILE", type=Path)
    _add_small(deeds)
    for name, deed in deeds.choices.items():
        deed.set_defaults(needs_store=name != "template")
        if name != "template":
            where(deed)


def _add_small(deeds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    one = deeds.add_parser("role", help="give somebody a role; the first `it` is named so")
    one.add_argument("person", metavar="ID")
    one.add_argument("role", metavar="ROLE")
    one.add_argument("--remove", action="store_true")
    one = deeds.add_parser("link", help="say whose an account is (- for nobody's)")
    for name in ("platform", "realm", "account", "person"):
        one.add_argument(name, metavar=name.upper())
    one = deeds.add_parser("code", help="a one-time code that makes an account somebody's")
    one.add_argument("person", metavar="ID")
    one = deeds.add_parser("away", help="note when somebody is away; START and END included")
    one.add_argument("person", metavar="ID")
    one.add_argument("start", metavar="START")
    one.add_argument("end", metavar="END")
    one.add_argument("--delegate", metavar="ID", default="")


def run(args: argparse.Namespace, store: "Store | None", out: Out) -> int:
    """0: done, 1: the file has faults, 2: asked for wrongly. `template` needs no store."""
    if args.deed == "template":
        return _template(args.file, out)

    assert store is not None
    if args.deed == "import":
        return (_holidays if args.calendar_overrides else _import)(args, store, out)
    deeds = {"holidays": _holidays, "list": _list, "role": _role, "link": _link, "code": _code}
    deeds["away"] = _away
    return deeds[args.deed](args, store, out)


def tongue() -> str:
    """The language of whoever sits at the terminal."""
    from bot.words.language import language

    set_to = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return str(language(next(filter(None, set_to), "en")).locale)


def spoken(zone: str = "UTC") -> "Callable[[Say | Value], str]":
    from bot.words import Reader, render

    reader = Reader(tongue(), zone)
    return lambda what: render(what, reader, quote=lambda words: words)


def readable(file: Path, out: Out) -> bool:
    from bot.words import Quoted, say

    if not file.is_file():
        out(spoken()(say("There is no file {file}.", file=Quoted(str(file)))))
        return False
    return True


def _template(file: Path, out: Out) -> int:
    from bot.intake.template import template
    from bot.words import Code, Quoted, say

    words, name = spoken(), Quoted(str(file))
    if file.suffix.lower() != ".xlsx":
        out(words(say("The template is a workbook: give it a name that ends in .xlsx.")))
        return MISUSED
    if file.exists():
        out(words(say("{file} is already there: name another file, or delete it.", file=name)))
        return MISUSED
    try:
        template(file, tongue())
    except OSError as error:
        reason = Quoted(error.strerror or str(error))
        out(words(say("{file} cannot be written: {reason}.", file=name, reason=reason)))
        return MISUSED
    command = Code(f"duly people import {file} --dry-run")
    out(words(say("{file} is written. Fill it in, then: {command}", file=name, command=command)))
    return FINE


def _import(args: argparse.Namespace, store: "Store", out: Out) -> int:
    from bot.handlers import enrolling
    from bot.intake import people as intake
    from bot.words import say, say_many

    if not readable(args.file, out):
        return MISUSED
    words, linked = spoken(), 0
    try:
        table = intake.read(args.file)
        with store.reading() if args.dry_run else store.transaction() as tx:
            plan = enrolling.planned(tx, table, complete=args.complete)
            if not args.dry_run:
                linked = enrolling.enrol(tx, plan)
    except intake.Unreadable as error:
        out(words(error.what))
        return FOUND
    except intake.Faults as error:
        return refused(error.found, out)
    told = intake.describe(plan)
    for what in told if args.dry_run else told[: 1 + len(plan.remarks)]:
        out(words(what))
    if linked:
        out(
            words(
                say_many(
                    "One account linked by its e-mail.",
                    "{count} accounts linked by their e-mail.",
                    linked,
                )
            )
        )
    if args.dry_run:
        out(words(say("This was a dry run: nothing was changed.")))
    return FINE


def _holidays(args: argparse.Namespace, store: "Store", out: Out) -> int:
    from bot.intake import holidays as intake
    from bot.store.intake import Register
    from bot.words import Quoted, say, say_many

    if not readable(args.file, out):
        return MISUSED
    words = spoken()
    try:
        table = intake.read(args.file)
        with store.reading() if args.dry_run else store.transaction() as tx:
            days = intake.days(table, tx.policies.current())
            if not args.dry_run:
                Register(tx).override(days)
    except intake.Unreadable as error:
        out(words(error.what))
        return FOUND
    except intake.Faults as error:
        return refused(error.found, out)
    for name, some in days.items():
        what = say_many(
            "Calendar {name}: one day.",
            "Calendar {name}: {count} days.",
            len(some),
            name=Quoted(name),
        )
        out(words(what))
    if args.dry_run:
        out(words(say("This was a dry run: nothing was changed.")))
    return FINE


def refused(faults: "Iterable[Fault]", out: Out) -> int:
    from bot.words import Code, Quoted, say, say_many

    words, found = spoken(), tuple(faults)
    for fault in found[:FAULTS_SHOWN]:
        column = Quoted(fault.column)
        placed = say(
            "Row {row}, {column}: {what}", row=Code(str(fault.row)), column=column, what=fault.what
        )
        out(words(placed if fault.row else fault.what))
    counted = say_many(
        "One fault: nothing was changed. Mend it and read the file again.",
        "{count} faults: nothing was changed. Mend them and read the file again.",
        len(found),
    )
    out(words(counted))
    return FOUND


def _list(args: argparse.Namespace, store: "Store", out: Out) -> int:
    from bot.words import say

    words = spoken()
    with store.reading() as tx:
        shot = tx.people.snapshot()
        strangers = tx.people.strangers() if args.strangers else ()
    lines = _strangers(strangers) if args.strangers else _people(shot.directory)
    shown = [words(line) for line in lines]
    for line in shown:
        out(line)
    if not shown:
        none = say("Every account known belongs to somebody.")
        out(words(none if args.strangers else say("The directory is empty: import a table first.")))
    return FINE


def _strangers(rows: "Iterable[object]") -> "Iterator[Value]":
    from bot.words import Quoted

    for row in rows:
        at = ":".join(str(getattr(row, name)) for name in ("platform", "realm", "id"))
        yield Quoted(f"{at}  {getattr(row, 'name', '')}")


def _people(directory: "Directory") -> "Iterator[Value]":
    from bot.intake.cells import written
    from bot.words import Code, Quoted, Rows, say

    for id, one in sorted(directory.people.items()):
        parts: list[Value] = [Quoted(id), Quoted(one.name), Quoted(one.department or "—")]
        parts += [Code(role) for role in sorted(one.roles)]
        parts += [Quoted(written(account)) for account in directory.accounts_of(id)]
        parts += [say("partner")] if one.partner else []
        parts += [say("has left")] if not one.active else []
        yield Rows(tuple(parts))


def _found(text: str, directory: "Directory", out: Out) -> "Person | None":
    """The one person meant; else what to write instead is said."""
    from bot.words import Quoted, Rows, say

    meant = directory.people.get(text)
    among = (meant,) if meant else directory.named(text)
    if len(among) == 1:
        return among[0]

    word, words = Quoted(text), spoken()
    if among:
        ids = Rows(tuple(Quoted(one.id) for one in among))
        what = say(
            "{word} may be any of {people}: write the employee number.", word=word, people=ids
        )
        out(words(what))
    else:
        out(words(say("Nobody is called {word}: see `duly people list`.", word=word)))
    return None


def _role(args: argparse.Namespace, store: "Store", out: Out) -> int:
    from dataclasses import replace

    from bot.intake.cells import roles
    from bot.intake.notes import Wrong
    from bot.words import Code, Rows, Who, say

    words = spoken()
    try:
        named = roles(args.role)
    except Wrong as wrong:
        out(words(wrong.what))
        return MISUSED
    with store.transaction() as tx:
        person = _found(args.person, tx.people.snapshot().directory, out)
        if person is None:
            return MISUSED
        if person.partner and not args.remove:
            out(words(say("{who} is a partner: partners have no role.", who=Who("", person.name))))
            return MISUSED
        held = person.roles - named if args.remove else person.roles | named
        tx.people.save([replace(person, roles=held)])
    all_held = Rows(tuple(map(Code, sorted(held)))) if held else say("none")
    who = Who(person.id, person.name)
    out(words(say("The roles of {who} are now: {roles}.", who=who, roles=all_held)))
    return FINE


def _link(args: argparse.Namespace, store: "Store", out: Out) -> int:
    from bot.intake.cells import account, written
    from bot.intake.notes import Wrong
    from bot.words import Quoted, Who, say

    words = spoken()
    try:
        one = account(f"{args.platform}:{args.realm}:{args.account}")
    except Wrong as wrong:
        out(words(wrong.what))
        return MISUSED
    name = Quoted(written(one))
    with store.transaction() as tx:
        if args.person == NOBODY:
            tx.people.link(one, None)
            out(words(say("The account {account} belongs to nobody now.", account=name)))
            return FINE
        person = _found(args.person, tx.people.snapshot().directory, out)
        if person is None:
            return MISUSED
        tx.people.link(one, person.id)
    who = Who(person.id, person.name)
    out(words(say("The account {account} belongs to {person}.", account=name, person=who)))
    return FINE


def _code(args: argparse.Namespace, store: "Store", out: Out) -> int:
    """Shown once; only its hash is kept."""
    from bot.handlers import linking

    words = spoken()
    with store.transaction() as tx:
        person = _found(args.person, tx.people.snapshot().directory, out)
        if person is None:
            return MISUSED
        card = linking.offer(tx, person, linking.OPERATOR)
    for line in (card.title, *card.body, card.why):
        if line is not None:
            out(words(line))
    return FINE


def _away(args: argparse.Namespace, store: "Store", out: Out) -> int:
    from bot.handlers import absences
    from bot.intake.cells import period
    from bot.intake.notes import Wrong
    from bot.policy.people import Absence
    from bot.store.intake import Register
    from bot.words import Quoted, Who, say

    words, when = spoken(), f"{args.start}..{args.end}"
    with store.transaction() as tx:
        directory = tx.people.snapshot().directory
        person = _found(args.person, directory, out)
        instead = _found(args.delegate, directory, out) if args.delegate else None
        if person is None or (args.delegate and instead is None):
            return MISUSED
        if person == instead:
            out(words(say("This is the same person: name somebody else, or nobody.")))
            return MISUSED
        book = tx.policies.current()
        try:
            start, end, _ = period(when, person.zone or book.calendar(person.calendar).zone)
        except Wrong as wrong:
            out(words(wrong.what))
            return MISUSED
        delegate = instead.id if instead else None
        absence = Absence(person=person.id, start=start, end=end, delegate=delegate)
        Register(tx).absent([(absence, "leave")])
        absences.began(tx, absence)
    who, written = Who(person.id, person.name), Quoted(when)
    out(words(say("{person} is away: {when}.", person=who, when=written)))
    return FINE
