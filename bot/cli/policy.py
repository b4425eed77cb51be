"""`duly policy`: looks a policy file over, shows the one in force, takes a new one into force."""

import argparse
import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.common import FINE, FOUND, MISUSED, Out, opened, where
from bot.cli.people import readable, spoken

if TYPE_CHECKING:
    from bot.policy.hours import Calendar
    from bot.policy.reading import Mistakes
    from bot.store import Store
    from bot.words import Say

LARGEST = 2 * 2**20  # bytes


def add(sub: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    policy = sub.add_parser("policy", help="the policy file: check, show, adopt; its rules")
    deeds = policy.add_subparsers(dest="deed", metavar="DEED", required=True)
    one = deeds.add_parser("check", help="explain every mistake of a file with its line")
    one.add_argument("file", metavar="FILE", type=Path)
    one.set_defaults(needs_store=False)
    one = deeds.add_parser("show", help="the default policy, and what the company laid over it")
    where(one)
    one.set_defaults(needs_store=False)  # there is a policy even before there is a store
    one = deeds.add_parser("rules", help="how often each rule's nudges were right")
    where(one)
    one.set_defaults(needs_store=True)
    one = deeds.add_parser("routes", help="which ways requests go, and who would have to approve")
    one.add_argument("--try", dest="tried", metavar="REQUEST", help="such as 'material amount=9'")
    one.add_argument("--as", dest="requester", metavar="PERSON", help="who would ask for it")
    where(one)
    one.set_defaults(needs_store=True)
    one = deeds.add_parser("coverage", help="clause by clause: what carries it out, what shows it")
    one.add_argument("--period", metavar="PERIOD", help="such as 2026-10; this month where none is")
    where(one)
    one.set_defaults(needs_store=True)
    one = deeds.add_parser("adopt", help="make a file the policy from now on")
    one.add_argument("file", metavar="FILE", type=Path)
    where(one)
    one.set_defaults(needs_store=True)


def run(args: argparse.Namespace, store: "Store | None", out: Out) -> int:
    """0: fine, 1: the file has mistakes, 2: asked for wrongly."""
    if args.deed == "show":
        return _show(args, store, out)
    if args.deed in ("coverage", "rules", "routes"):
        assert store is not None
        return _told(args, store, out)
    if not readable(args.file, out):
        return MISUSED
    if args.deed == "check":
        return _check(args.file, store, out)

    assert store is not None
    return _adopt(args.file, store, out)


def _told(args: argparse.Namespace, store: "Store", out: Out) -> int:
    """What is known of the policy in force."""
    if args.deed == "rules":
        return _rules(store, out)
    if args.deed == "routes":
        return _routes(args, store, out)
    from bot.cli.coverage import run as cover

    return cover(args.period, store, out)


def _text(file: Path, out: Out) -> str | None:
    from bot.words import Quoted, say

    words, name = spoken(), Quoted(str(file))
    try:
        if file.stat().st_size <= LARGEST:
            return file.read_text(encoding="utf-8-sig")
        out(words(say("{file} is too large for a policy file.", file=name)))
    except UnicodeError:
        out(words(say("{file} is not UTF-8 text: save it as UTF-8.", file=name)))
    except OSError as error:
        reason = Quoted(error.strerror or str(error))
        out(words(say("{file} cannot be opened: {reason}.", file=name, reason=reason)))
    return None


def _check(file: Path, store: "Store | None", out: Out) -> int:
    from bot.clock import Clock
    from bot.policy.reading import Mistakes, read
    from bot.words import Quoted, say

    text = _text(file, out)
    if text is None:
        return FOUND
    try:
        book = read(text)
    except Mistakes as mistakes:
        return _explain(file, mistakes, out)
    words = spoken()
    out(words(say("{file} is fine.", file=Quoted(str(file)))))
    clock = store.clock if store else Clock()
    for warning in warnings(book.calendars.values(), clock.now().date()):
        out(words(warning))
    return FINE


def _explain(file: Path, mistakes: "Mistakes", out: Out) -> int:
    words = spoken()
    for mistake in mistakes.found:
        out(f"{file}:{mistake.line}: {words(mistake.what)}")
    return FOUND


def warnings(calendars: "Iterable[Calendar]", today: date) -> "Iterator[Say]":
    """Whose days off of this year or the next are only predicted. Policy 2.2.1-reply."""
    from bot.policy.calendars import provisional
    from bot.words import Code, Quoted, say

    for calendar in calendars:
        for year in (today.year, today.year + 1):
            if provisional(year, calendar):
                yield say(
                    "Calendar {name}: the holidays of {year} are only predicted. "
                    "When they are announced, read them in: {command}",
                    name=Quoted(calendar.name),
                    year=Code(str(year)),
                    command=Code("duly people holidays FILE"),
                )


def _show(args: argparse.Namespace, store: "Store | None", out: Out) -> int:
    from importlib.resources import files

    from bot.policy.reading import default_text
    from bot.words import Quoted, say

    words = spoken()
    text, version = _laid_over(store) if store else _laid_over_where(args)
    place = Quoted(str(files("bot.policy").joinpath("policy.toml")), 1000)
    out("# " + words(say("The default policy: {file}", file=place)))
    out(default_text().rstrip())
    if text:
        out("")
        out("# " + words(say("Laid over it by the company, version {number}:", number=version)))
        out(re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "", text).rstrip())
    return FINE


def _laid_over_where(args: argparse.Namespace) -> tuple[str, int]:
    """Nothing where there is no store yet, unless one was named. Raises Unusable."""
    from bot.settings import Unusable

    try:
        with opened(args) as store:
            return _laid_over(store)
    except Unusable:
        if args.data or args.database:
            raise
        return "", 0


def _laid_over(store: "Store") -> tuple[str, int]:
    with store.reading() as tx:
        return tx.policies.text(), tx.policies.current().version


def _rules(store: "Store", out: Out) -> int:
    """What people did about the nudges of each rule, under the version in force. 1.3-moderate."""
    from bot.handlers.labels import standings
    from bot.handlers.learning import precisions
    from bot.words import Code, Share, say, say_many

    words = spoken()
    with store.reading() as tx:
        found, version = standings(tx), tx.policies.current().version
        looked = precisions(tx)
    out(words(say("Under policy version {version}:", version=Code(str(version)))))
    for each in found:
        figures = say_many("{count} nudge judged", "{count} nudges judged", each.judged)
        if each.judged:
            share = Share(each.wrong / each.judged)
            figures = say("{judged}, {share} of them wrong", judged=figures, share=share)
        state = say("waits for the digest") if each.demoted else say("goes out at once")
        out(f"{each.rule}: {words(figures)}; {words(state)}")
    for one in looked:
        figures = say_many("{count} finding settled", "{count} findings settled", one.judged)
        if one.judged:
            share = Share(one.wrong / one.judged)
            figures = say("{judged}, {share} of them false alarms", judged=figures, share=share)
        state = say("only collects") if one.collects else say("tells the author")
        out(f"{one.rule}: {words(figures)}; {words(state)}")
    return FINE


def _routes(args: argparse.Namespace, store: "Store", out: Out) -> int:
    from bot.cli import routes
    from bot.words import Code, say

    if args.tried is None:
        return routes.show(store, out)
    if args.requester is None:
        example = Code("duly policy routes --try 'material amount=80000' --as ann")
        out(spoken()(say("Name who would ask for it: {example}", example=example)))
        return MISUSED
    return routes.attempt(store, args.tried, args.requester, out)


def _operator() -> str:
    """Who sits at the terminal, as the machine knows them."""
    from getpass import getuser

    try:
        return getuser()
    except (OSError, KeyError):  # a number without a name
        return ""


def _adopt(file: Path, store: "Store", out: Out) -> int:
    from bot.policy.reading import Mistakes
    from bot.words import Quoted, say

    text = _text(file, out)
    if text is None:
        return FOUND
    try:
        with store.transaction() as tx:
            version = tx.policies.adopt(text, _operator())
            book = tx.policies.current()
            calendars = [tx.policies.calendar(name, book) for name in book.calendars]
    except Mistakes as mistakes:
        return _explain(file, mistakes, out)
    words, name = spoken(), Quoted(str(file))
    out(words(say("{file} is the policy now: version {number}.", file=name, number=version)))
    for warning in warnings(calendars, store.clock.now().date()):
        out(words(warning))
    return FINE
