"""Routes as a table: which way a request goes, who sits on its steps, who may do what when.

Policy 3.2, 2.2.1-review. Expectations are written by hand, from the rules of docs/approvals.md.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from bot.policy import forms, routes, seats
from bot.policy.people import Absence, Department, Directory, Person
from bot.policy.reading import default_rulebook, read
from bot.policy.routes import Step
from bot.policy.seats import Seat
from bot.words import Reader, render
from tests.desk import STAFF, Desk, account, person

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
HEADS = {"sales": "sam", "tech": "mei", "office": "grace"}
DEPARTMENTS = {id: Department(id=id, name=id.title(), head=who) for id, who in HEADS.items()}
PEOPLE = {name: person(name) for name in STAFF}
PEOPLE["vic"] = Person(id="vic", name="Vic", department="tech", roles=frozenset({"business_head"}))
PEOPLE["ivy"] = Person(
    id="ivy", name="Ivy", department="tech", manager="mei", roles=frozenset({"it"})
)
PEOPLE["out"] = Person(id="out", name="Out", partner=True, roles=frozenset({"it"}))
DIRECTORY = Directory(PEOPLE, DEPARTMENTS)
BOOK = default_rulebook()

WAYS = (  # asked of: what is typed, by whom, the route taken, the people of each step taken
    ("work", "", "ann", None, ()),
    ("work", "importance=normal", "ann", None, ()),
    ("work", "importance=important", "ann", "work.important", ("sam",)),
    ("work", "departments=sales", "ann", None, ()),
    ("work", "departments=sales importance=important", "ann", "work.important", ("sam",)),
    ("work", "departments=tech", "ann", "work.cross_department", ("sam", "mei")),
    ("work", "departments=Tech", "ann", "work.cross_department", ("sam", "mei")),
    ("work", "departments=sales,tech", "ann", "work.cross_department", ("sam", "mei")),
    ("work", "departments=tech,office", "ann", "work.cross_department", ("sam", "mei grace")),
    ("work", "departments=tech，office", "ann", "work.cross_department", ("sam", "mei grace")),
    (
        "work",
        "departments=tech importance=important",
        "ann",
        "work.cross_department",
        ("sam", "mei"),
    ),
    ("work.important", "departments=tech", "ann", "work.cross_department", ("sam", "mei")),
    ("work.cross_department", "", "ann", "work.cross_department", ("sam", "sam")),
    ("work", "departments=tech", "sam", "work.cross_department", ("grace", "mei")),
    ("work", "departments=sales", "bob", "work.cross_department", ("mei", "sam")),
    ("work", "departments=office", "mei", "work.cross_department", ("grace", "grace")),
    ("work", "departments=sales", "grace", "work.cross_department", ("grace!", "sam")),
    ("notice", "", "ann", "notice", ("sam",)),
    ("notice", "", "sam", "notice", ("grace",)),
    ("notice", "", "bob", "notice", ("mei",)),
    ("notice", "", "wei", "notice", ("mei",)),
    ("notice", "", "mei", "notice", ("grace",)),
    ("notice", "", "hana", "notice", ("grace",)),
    ("notice", "audience=all channels=lobby", "ann", "notice", ("sam",)),
    ("material", "", "ann", "material.normal", ("vic",)),
    ("material", "nature=normal", "ann", "material.normal", ("vic",)),
    ("material", "nature=major", "ann", "material.major", ("vic", "grace")),
    ("material", "amount=499999.99", "ann", "material.normal", ("vic",)),
    ("material", "amount=500000", "ann", "material.major", ("vic", "grace")),
    ("material", "amount=500000.00", "ann", "material.major", ("vic", "grace")),
    ("material", "amount=0", "ann", "material.normal", ("vic",)),
    ("material", "amount=1 nature=major", "ann", "material.major", ("vic", "grace")),
    ("material.normal", "nature=major", "ann", "material.major", ("vic", "grace")),
    ("material.normal", "amount=600000", "ann", "material.major", ("vic", "grace")),
    ("material.major", "", "ann", "material.major", ("vic", "grace")),
    ("material", "outsiders=yes", "ann", "material.normal", ("vic",)),
    ("material", "", "vic", "material.normal", ("mei",)),
    ("material", "nature=major", "grace", "material.major", ("vic", "grace!")),
    ("outside_mail", "recipients=li@partner.example", "ann", "outside_mail.review", ("sam",)),
    ("outside_mail", "recipients=x@y.z nature=major", "ann", "outside_mail.major", ("sam",)),
    ("outside_mail", "recipients=x@y.z nature=major", "sam", "outside_mail.major", ("grace",)),
    ("outside_mail.review", "recipients=x@y.z nature=major", "ann", "outside_mail.major", ("sam",)),
    ("outside_mail", "recipients=x@y.z", "bob", "outside_mail.review", ("mei",)),
    ("leave", "start=2026-03-09", "ann", "leave", ("sam",)),
    ("leave", "start=2026-03-09 end=2026-03-18", "ann", "leave", ("sam",)),
    ("leave", "start=2026-03-09 end=2026-03-19", "ann", "leave", ("sam", "hana")),
    ("leave", "start=2026-03-09", "sam", "leave", ("grace",)),
    ("leave", "start=2026-03-09 end=2026-03-31", "hana", "leave", ("grace", "grace")),
    ("resignation", "start=2026-03-31", "ann", "resignation", ("sam hana",)),
    ("resignation", "start=2026-03-31", "bob", "resignation", ("mei hana",)),
    ("resignation", "start=2026-03-31", "hana", "resignation", ("grace",)),
    ("training", "start=2026-03-31", "ann", "training", ("sam",)),
    ("training", "start=2026-03-31 amount=0", "ann", "training", ("sam",)),
    ("training", "start=2026-03-31 amount=0.01", "ann", "training", ("sam", "hana")),
    ("account", "account=CRM", "ann", "account", ("sam", "ivy")),
    ("account", "", "ivy", "account", ("mei", "mei")),
    ("exception", "", "ann", "exception", ("sam", "grace")),
    ("exception", "end=2026-03-31", "sam", "exception", ("grace", "grace")),
)


@pytest.mark.parametrize(("kind", "typed", "who", "route", "steps"), WAYS)
def test_the_way_a_request_takes(
    kind: str, typed: str, who: str, route: str | None, steps: Sequence[str]
) -> None:
    form = {"text": "x", **forms.typed(typed)}
    requester = PEOPLE[who]
    facts = forms.facts(form, requester, DIRECTORY)
    found = routes.choose(BOOK.routes, kind, facts)

    assert (found.kind if found else None) == route
    if found is None:
        return
    taken = [found.steps[number] for number in routes.steps(found, facts)]
    sitting = [
        [each.id for each in routes.approvers(step, form, requester, DIRECTORY)] for step in taken
    ]
    nobody = [each.endswith("!") for each in steps]  # who asks is the only one: nobody can be asked
    wanted = [[] if alone else each.split() for each, alone in zip(steps, nobody, strict=True)]
    assert sitting == wanted
    assert all(who not in people and "out" not in people for people in sitting)


VACANT = (  # who has left, what is asked by whom, the people of each step then
    ("sam", "notice", "", "ann", ("grace",)),
    ("sam grace", "notice", "", "ann", ("",)),
    ("vic", "material", "", "ann", ("sam",)),
    ("ivy", "account", "", "ann", ("sam", "sam")),  # an outsider's role counts for nothing
    ("mei", "account", "", "ivy", ("grace", "grace")),
    ("grace", "exception", "", "ann", ("sam", "sam")),
    ("mei", "work", "departments=tech", "ann", ("sam", "sam")),
    ("hana", "leave", "start=2026-03-09 end=2026-03-31", "ann", ("sam", "sam")),
)


@pytest.mark.parametrize(("left", "kind", "typed", "who", "steps"), VACANT)
def test_who_decides_where_nobody_named_can(
    left: str, kind: str, typed: str, who: str, steps: Sequence[str]
) -> None:
    people = {k: replace(p, active=k not in left.split()) for k, p in PEOPLE.items()}
    directory = Directory(people, DEPARTMENTS)
    form = {"text": "x", **forms.typed(typed)}
    facts = forms.facts(form, people[who], directory)
    found = routes.choose(BOOK.routes, kind, facts)

    assert found is not None
    taken = [found.steps[number] for number in routes.steps(found, facts)]
    sitting = [routes.approvers(step, form, people[who], directory) for step in taken]
    assert [" ".join(each.id for each in step) for step in sitting] == list(steps)


FIELD = '[routes.leave]\nsteps = [{ of = ["field:delegate", "person:bob"], needs = "all" }]'
FILLED = (  # in the field that names an approver; who decides
    ("eve", "eve bob"),
    ("Eve", "eve bob"),
    ("bob", "bob"),
    ("ann", "bob"),  # who asks
    ("Nobody", "bob"),
    ("", "bob"),
)


@pytest.mark.parametrize(("filled", "wanted"), FILLED)
def test_who_is_named_in_the_form_decides(filled: str, wanted: str) -> None:
    (step,) = read(FIELD).routes["leave"].steps
    found = routes.approvers(step, {"delegate": filled}, PEOPLE["ann"], DIRECTORY)

    assert [each.id for each in found] == wanted.split()


def test_what_is_no_field_is_part_of_the_text() -> None:
    typed = forms.typed("importance=important colour=red amount=5 is what we want")

    assert typed == {"importance": "important", "text": "colour=red amount=5 is what we want"}


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"delegate": "eve"}, ""),
        ({"delegate": "Eve"}, ""),
        ({"delegate": "Evelyn"}, "I know nobody called Evelyn."),
        ({"start": "soon"}, "soon is no day;"),
        ({"amount": "5"}, "This kind of request has no field amount."),
    ],
)
def test_what_is_wrong_with_a_form_is_said(form: dict[str, str], fault: str) -> None:
    whole = {"text": "x", "start": "2026-03-09", **form}
    found = forms.faults(whole, BOOK.routes["leave"].fields, DIRECTORY)

    said = [render(each.why, Reader(), str) for each in found]
    assert [each.startswith(fault) for each in said] == [True] * bool(fault)


COPIES = (  # of which route, asked by whom, who reads it once it is approved
    ("leave", "ann", "hana"),
    ("leave", "hana", ""),
    ("training", "bob", "hana"),
    ("material.major", "ann", "sam"),
    ("material.major", "sam", "grace"),
    ("material.normal", "ann", ""),
    ("exception", "ann", ""),  # nobody is an auditor
)


@pytest.mark.parametrize(("kind", "who", "wanted"), COPIES)
def test_who_reads_what_was_approved(kind: str, who: str, wanted: str) -> None:
    found = routes.copies(BOOK.routes[kind], {}, PEOPLE[who], DIRECTORY)

    assert [each.id for each in found] == wanted.split()


def seat(who: str, state: seats.State = "open", **more: object) -> Seat:
    made = Seat(request="r", round=0, step=0, person=who, state=state)
    at = NOW if state in seats.DECIDED else None
    return replace(made, decided_by=who if at else None, decided_at=at, **more)  # type: ignore[arg-type]


STATES: dict[str, seats.State] = {"?": "open", "y": "approved", "n": "rejected", "m": "moved"}
STATES |= {"w": "waiting", "d": "dropped"}
OUTCOMES = (  # what a step needs, how its own seats and the added ones stand, what that comes to
    ("any", "?", "", "open"), ("any", "y", "", "approved"), ("any", "n", "", "rejected"),
    ("any", "??", "", "open"), ("any", "y?", "", "approved"), ("any", "?n", "", "rejected"),
    ("any", "md", "", "open"), ("any", "my", "", "approved"), ("any", "y", "?", "open"),
    ("any", "y", "y", "approved"), ("any", "y", "n", "rejected"), ("any", "?", "y", "open"),
    ("all", "??", "", "open"), ("all", "y?", "", "open"), ("all", "yy", "", "approved"),
    ("all", "yn", "", "rejected"), ("all", "n?", "", "rejected"), ("all", "ymy", "", "approved"),
    ("all", "yd", "", "approved"), ("all", "yy", "?", "open"), ("all", "yy", "yy", "approved"),
    ("in_order", "?w", "", "open"), ("in_order", "yw", "", "open"),
    ("in_order", "yy", "", "approved"),
    ("in_order", "nw", "", "rejected"), (1, "??", "", "open"), (1, "n?", "", "open"),
    (1, "nn", "", "rejected"), (2, "???", "", "open"), (2, "y??", "", "open"),
    (2, "yy?", "", "approved"), (2, "n??", "", "open"), (2, "ny?", "", "open"),
    (2, "nyy", "", "approved"), (2, "nn?", "", "rejected"), (2, "yy?", "w", "open"),
    (5, "yy", "", "approved"), (5, "y?", "", "open"), (5, "yn", "", "rejected"),
)  # fmt: skip


@pytest.mark.parametrize(("needs", "own", "added", "wanted"), OUTCOMES)
def test_what_a_step_has_come_to(needs: str | int, own: str, added: str, wanted: str) -> None:
    step = Step(of=("it",), needs=needs)
    people = [seat(f"p{n}", STATES[each]) for n, each in enumerate(own)]
    people += [seat(f"a{n}", STATES[e], added_by="p0") for n, e in enumerate(added)]

    assert seats.outcome(step, people) == wanted


def seated(words: str) -> list[Seat]:
    """`bob? weiw<bob`: each with how their seat stands and, after <, for whom they wait."""
    parts = [each.partition("<") for each in words.split()]
    return [seat(who[:-1], STATES[who[-1]], after=after or None) for who, _, after in parts]


def drawn(found: Sequence[Seat]) -> set[str]:
    signs = {state: sign for sign, state in STATES.items()}
    return {f"{s.person}{signs[s.state]}{f'<{s.after}' if s.after else ''}" for s in found}


OPENING = (  # how the seats of a step stand, whose turn it is now
    ("bob? weiw<bob", ""), ("boby weiw<bob", "wei"), ("bobn weiw<bob", "wei"),
    ("bobm weiw<bob", ""), ("weiw", "wei"), ("boby weiw<bob meiw<wei", "wei"),
    ("boby weiw<bob meiw<bob", "wei mei"), ("boby weiy<bob meiw<wei", "mei"),
)  # fmt: skip


@pytest.mark.parametrize(("words", "wanted"), OPENING)
def test_whose_turn_it_is(words: str, wanted: str) -> None:
    assert [each.person for each in seats.may_open(seated(words))] == wanted.split()


CHANGES = (  # the seats, who makes room for eve and how, which seats change
    ("bob?", "bob", "moved", "bobm eve?"),
    ("bob? weiw<bob", "bob", "moved", "bobm eve? weiw<eve"),
    ("boby wei?<bob meiw<wei", "wei", "moved", "weim<bob eve?<bob meiw<eve"),
    ("bob?", "bob", "beside", "eve?"),
    ("bob? weiw<bob", "bob", "beside", "eve?"),
    ("bob?", "bob", "before", "eve? bobw<eve"),
    ("boby wei?<bob", "wei", "before", "eve?<bob weiw<eve"),
    ("bob?", "bob", "after", "evew<bob"),
    ("bob? weiw<bob", "bob", "after", "evew<bob weiw<eve"),
)


@pytest.mark.parametrize(("words", "who", "how", "wanted"), CHANGES)
def test_a_seat_given_away_or_added(
    words: str, who: str, how: seats.Where | Literal["moved"], wanted: str
) -> None:
    sitting = seated(words)
    one = next(each for each in sitting if each.person == who)
    if how == "moved":
        found = seats.moved(sitting, one, "eve")
    else:
        found = seats.added(sitting, one, "eve", how)

    assert drawn(found) == set(wanted.split())


RESEATED = (  # what a step needs, its seats, whom the route names now, a spare; what changes
    ("any", "sam?", "sam", None, ""),
    ("any", "sam?", "mei", None, "samd mei?"),
    ("any", "sam?", "", None, ""),  # nobody else can be asked
    ("any", "sam?", "", "grace", "samd grace?"),
    ("all", "sam? mei?", "sam mei eve", None, "eve?"),
    ("all", "sam? mei?", "sam", None, "meid"),
    ("all", "samy mei?", "sam", None, ""),  # a rising decides nothing
    ("all", "samy mei?", "sam", "grace", "meid grace?"),
    ("in_order", "bob? weiw<bob", "bob eve", None, "weid<bob evew<bob"),
    ("in_order", "bob? weiw<bob", "eve wei", None, "bobd eve? weiw<eve"),
    ("in_order", "bob? weiw<bob", "bob wei eve", None, "evew<wei"),
    ("in_order", "bob? weiw<bob", "wei", None, "bobd weiw"),
)


@pytest.mark.parametrize(("needs", "words", "named", "spare", "wanted"), RESEATED)
def test_a_step_whose_people_change(
    needs: str, words: str, named: str, spare: str | None, wanted: str
) -> None:
    step = Step(of=("it",), needs=needs)
    found = seats.reseated(seated(words), named.split(), step, spare)

    assert drawn(found) == set(wanted.split())


DAY = timedelta(days=1)
CHAIRS = (  # who is away or lends decisions to whom, who has left; who may decide on sam's seat
    ("", "", "sam"),
    ("sam>eve", "", "sam eve"),
    ("sam>eve eve>bob", "", "sam bob"),
    ("sam>eve eve>sam", "", "sam grace"),
    ("sam>eve eve>bob bob>wei wei>eve", "", "sam grace"),
    ("sam>ann", "", "sam grace"),  # who asks decides nothing by whatever way
    ("sam>eve eve>ann", "", "sam grace"),
    ("sam>out", "", "sam grace"),
    ("sam>-", "", "sam grace"),
    ("sam~eve", "", "sam eve"),
    ("sam~eve sam>bob", "", "sam eve"),
    ("sam~eve eve>bob", "", "sam bob"),
    ("sam~eve eve~sam", "", "sam eve"),
    ("", "sam", "grace"),
    ("sam>eve", "eve", "sam grace"),
    ("", "sam grace", ""),
)


@pytest.mark.parametrize(("spells", "left", "wanted"), CHAIRS)
def test_who_may_decide_on_a_seat_now(spells: str, left: str, wanted: str) -> None:
    people = {k: replace(p, active=k not in left.split()) for k, p in PEOPLE.items()}
    away: dict[str, tuple[Absence, ...]] = {}
    lent: dict[str, tuple[Absence, ...]] = {}
    for each in spells.split():
        who, _, to = each.replace("~", ">").partition(">")
        one = Absence(
            person=who, start=NOW - DAY, end=NOW + DAY, delegate=None if to == "-" else to
        )
        (lent if "~" in each else away)[who] = (one,)
    directory = Directory(people, DEPARTMENTS, absences=away, delegations=lent)
    found = seats.chairs([seat("sam")], "ann", directory, NOW)

    assert set(found[0].people) == set(wanted.split())


def test_nobody_stands_in_for_whom_the_directory_does_not_know() -> None:
    assert seats.chairs([seat("zed")], "ann", DIRECTORY, NOW)[0].people == ()


def test_nobody_fills_two_seats_of_a_step() -> None:
    lent = {"sam": (Absence(person="sam", start=NOW - DAY, end=NOW + DAY, delegate="mei"),)}
    directory = Directory(PEOPLE, DEPARTMENTS, delegations=lent)
    two = [seat("sam"), seat("mei", "approved")]

    assert seats.chairs(two, "ann", directory, NOW)[0].people == ("sam", "grace")


THREE = '[routes.notice]\nsteps = [{ of = ["person:bob", "person:wei", "person:mei"], needs = 2 }]'
ORDER = '[routes.notice]\nsteps = [{ of = ["person:bob", "person:wei"], needs = "in_order" }]'
BOTH = '[routes.notice]\nsteps = [{ of = ["person:bob", "person:wei"], needs = "all" }]'
STORIES = (  # the company's policy, what is typed one after another, how the request stands then
    ("", "sam:approve", "approved"),
    ("", "sam:reject no", "rejected"),
    ("", "ann:approve", "open"),
    ("", "bob:approve", "open"),
    ("", "grace:approve", "open"),
    ("", "ann2:approve", "open"),  # her second account
    ("", "ann:recall", "recalled"),
    ("", "sam:recall", "open"),
    ("", "ann:recall|sam:approve", "recalled"),
    ("", "sam:approve|sam:reject no", "approved"),
    ("", "sam:reject no|sam:approve", "rejected"),
    ("", "sam:approve|ann:recall", "approved"),
    ("", "sam:return why", "returned"),
    ("", "sam:return why|sam:approve", "returned"),
    ("", "sam:return why|ann:recall", "recalled"),
    ("", "sam:return why|ann:request 1 new|sam:approve", "approved"),
    ("", "bob:return why", "open"),
    ("", "ann:request 1 new|sam:approve", "approved"),
    ("", "eve:request 1 new", "open"),
    ("", "sam:transfer @bob|sam:approve", "open"),
    ("", "sam:transfer @bob|bob:approve", "approved"),
    ("", "sam:transfer @bob|bob:transfer @sam|sam:approve", "approved"),
    ("", "sam:transfer @ann|ann:approve", "open"),
    ("", "bob:transfer @bob|bob:approve", "open"),
    ("", "sam:sign before @eve|sam:approve", "open"),
    ("", "sam:sign before @eve|eve:approve|sam:approve", "approved"),
    ("", "sam:sign before @eve|eve:reject no", "rejected"),
    ("", "sam:sign after @eve|eve:approve", "open"),
    ("", "sam:sign after @eve|sam:approve", "open"),
    ("", "sam:sign after @eve|sam:approve|eve:approve", "approved"),
    ("", "sam:sign beside @eve|eve:approve", "open"),
    ("", "sam:sign beside @eve|eve:approve|sam:approve", "approved"),
    ("", "sam:sign beside @ann|ann:approve", "open"),
    ("", "sam:question why?|sam:approve", "approved"),
    ("", "sam:question why?|ann:comment so|sam:approve", "approved"),
    ("", "sam:defer in 2 hours|sam:approve", "approved"),
    ("", "eve:defer in 2 hours|eve:approve", "open"),
    ("", "sam:delegate @eve 2026-03-02|eve:approve", "approved"),
    ("", "sam:delegate @ann 2026-03-02|ann:approve", "open"),
    ("", "sam:away 2026-03-02|grace:approve", "approved"),
    ("", "sam:away 2026-03-02 @eve|eve:approve", "approved"),
    ("", "sam:away 2026-03-03 @eve|eve:approve", "open"),
    (THREE, "bob:approve", "open"),
    (THREE, "bob:approve|bob:approve", "open"),
    (THREE, "bob:approve|mei:approve", "approved"),
    (THREE, "bob:reject no|wei:approve", "open"),
    (THREE, "bob:reject no|wei:reject no", "rejected"),
    (THREE, "bob:reject no|wei:approve|mei:approve", "approved"),
    (ORDER, "wei:approve", "open"),
    (ORDER, "bob:approve|wei:approve", "approved"),
    (ORDER, "wei:approve|bob:approve", "open"),
    (ORDER, "bob:transfer @eve|eve:approve|wei:approve", "approved"),
    (ORDER, "bob:reject no", "rejected"),
    (BOTH, "bob:approve", "open"),
    (BOTH, "wei:approve|bob:approve", "approved"),
    (BOTH, "wei:approve|bob:reject no", "rejected"),
    (BOTH, "bob:delegate @wei 2026-03-02|wei:approve|wei:approve", "open"),
    ("", "ann2:recall", "recalled"),
    ("", "zed:approve", "open"),  # nobody the directory knows
    (BOTH, "bob:approve|ann:request 1 new|wei:approve", "open"),  # a new text, a new round
    (BOTH, "bob:approve|ann:request 1 new|wei:approve|bob:approve", "approved"),
    (BOTH, "bob:approve|wei:return why|ann:request 1 new|wei:approve", "open"),
    (BOTH, "bob:approve|ann:recall|wei:approve", "recalled"),
    (ORDER, "bob:approve|ann:request 1 new|wei:approve", "open"),
    ("", "duly:policy|sam:approve", "approved"),  # it keeps the version it was sent under
    ("", "duly:policy|bob:approve|wei:approve", "open"),
    ("", "duly:head mei|sam:approve", "open"),
    ("", "duly:head mei|mei:approve", "approved"),
    ("", "duly:left sam|grace:approve", "approved"),
)


def changes(desk: Desk, what: str, who: str) -> None:
    """What happens to the company while a request is open."""
    with desk.store.transaction() as tx:
        if what == "policy":
            tx.policies.adopt(BOTH)
        elif what == "head":
            tx.people.save_departments([replace(DEPARTMENTS["sales"], head=who)])
        else:
            tx.people.save([replace(person(who), active=False)])
    desk.wait(timedelta(hours=1))


@pytest.mark.parametrize(("policy", "told", "state"), STORIES)
def test_who_may_do_what_when(policy: str, told: str, state: str) -> None:
    desk = Desk(policy=policy)
    with desk.store.transaction() as tx:
        tx.people.link(account("ann2"), "ann")
    desk.says("ann", "request notice The office is closed.")
    for each in told.split("|"):
        who, _, words = each.partition(":")
        deed, _, more = words.partition(" ")
        if who == "duly":
            changes(desk, deed, more)
            continue
        alone = deed in ("request", "delegate", "away")
        desk.says(who, words if alone else f"{deed} 1 {more}".strip())
    with desk.store.transaction() as tx:
        found = tx.requests.find(1)
    desk.close()

    assert found is not None
    assert found.state == state


def test_the_table_is_as_long_as_it_is_said_to_be() -> None:
    pure = len(WAYS) + len(VACANT) + len(COPIES) + len(OUTCOMES) + len(OPENING) + len(CHANGES)
    assert pure + len(RESEATED) + len(CHAIRS) + len(STORIES) >= 200
