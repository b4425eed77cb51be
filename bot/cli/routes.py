"""`duly policy routes`: which ways requests go; with --try, who would have to approve, and why."""

from typing import TYPE_CHECKING

from bot.cli.common import FINE, FOUND, MISUSED, Out
from bot.cli.people import spoken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.policy.conditions import Fact
    from bot.policy.people import Directory, Person
    from bot.policy.routes import Route, Step
    from bot.store import Store
    from bot.words import Say


def show(store: "Store", out: Out) -> int:
    """Every route of the policy in force, step by step."""
    words = spoken()
    with store.reading() as tx:
        book = tx.policies.current()
    for route in book.routes.values():
        out(words(_headed(route)))
        for number, step in enumerate(route.steps, 1):
            out(f"  {words(_stepped(number, step))}")
        if route.copies:
            out(f"  {words(_copied(route))}")
    return FINE


def attempt(store: "Store", wanted: str, requester: str, out: Out) -> int:
    """Who would have to approve what is typed so; nothing is kept."""
    from bot.policy import forms, routes
    from bot.words import Code, Quoted, say

    words = spoken()
    with store.reading() as tx:
        book, directory = tx.policies.current(), tx.people.snapshot().directory
        found = directory.named(requester)
        if len(found) != 1:
            out(words(say("I know nobody called {name}.", name=Quoted(requester))))
            return MISUSED
        kind, _, rest = wanted.strip().partition(" ")
        if not routes.known(book.routes, kind):
            out(words(say("There is no route {name}.", name=Quoted(kind))))
            return MISUSED
        form = {forms.TEXT: "…", **forms.typed(rest)}
        fields = routes.fields_of(book.routes, kind)
        faults = [each.why for each in forms.faults(form, fields, directory)]
        for why in faults:
            out(words(why))
        if faults:
            return FOUND
        facts = forms.facts(form, found[0], directory)
        for line in _tried(book.routes, kind, facts):
            out(words(line))
        route = routes.choose(book.routes, kind, facts)
        if route is None:
            out(words(say("No approval is needed.")))
            return FINE
        out(words(say("Taken: {route}", route=Code(route.kind))))
        for line in _walked(route, form, found[0], directory):
            out(f"  {words(line)}")
    return FINE


def _headed(route: "Route") -> "Say":
    from bot.words import Code, say

    name, clause = Code(route.kind), Code(route.clause)
    if route.when is None:
        return say("{route} (clause {clause})", route=name, clause=clause)
    when = Code(route.when.text)
    return say("{route} (clause {clause}), if {when}", route=name, clause=clause, when=when)


def _stepped(number: int, step: "Step") -> "Say":
    from bot.words import Code, Rows, say

    told = say(
        "Step {number}: {needs} of {people}",
        number=number,
        needs=Code(str(step.needs)),
        people=Rows(tuple(map(Code, step.of))),
    )
    return (
        told
        if step.when is None
        else say("{step}, if {when}", step=told, when=Code(step.when.text))
    )


def _copied(route: "Route") -> "Say":
    from bot.words import Code, Rows, say

    return say("Copies to {people}", people=Rows(tuple(map(Code, route.copies))))


def _tried(
    all_routes: "Mapping[str, Route]", kind: str, facts: "Mapping[str, Fact]"
) -> "Iterator[Say]":
    """The conditions of its family, and whether each holds."""
    from bot.words import Code, say

    for route in all_routes.values():
        if route.family == kind.partition(".")[0] and route.when is not None:
            values = {"route": Code(route.kind), "when": Code(route.when.text)}
            if route.when.holds(facts):
                yield say("{route}: {when} holds", **values)
            else:
                yield say("{route}: {when} does not hold", **values)


def _walked(
    route: "Route", form: "Mapping[str, str]", requester: "Person", directory: "Directory"
) -> "Iterator[Say]":
    from bot.policy import forms, routes
    from bot.words import Rows, Who, say

    taken = routes.steps(route, forms.facts(form, requester, directory))
    for number, step in enumerate(route.steps):
        told = _stepped(number + 1, step)
        people = routes.approvers(step, form, requester, directory)
        names = Rows(tuple(Who(each.id, each.name) for each in people))
        if number not in taken:
            yield say("{step}: left out", step=told)
        elif people:
            yield say("{step}: {names}", step=told, names=names)
        else:
            yield say("{step}: nobody can be asked", step=told)
