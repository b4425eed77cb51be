"""A table of people against the directory: every fault by row and column, else a whole plan."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from time import process_time

import pytest

from bot.events import Account, Platform
from bot.intake.people import describe, plan
from bot.policy.people import Absence, Department, Directory, Person
from tests.intake.tables import faults, planned, table, words

ANN_IN_CHAT = Account(Platform("slack"), "T1", "U1")
SALES = Department(id="Sales", name="Sales", head="leo")
KNOWN = Directory(
    people={
        "leo": Person(
            id="leo",
            name="Leo",
            email="leo@x.cn",
            department="Sales",
            roles=frozenset({"department_head"}),
        ),
        "ann": Person(id="ann", name="Ann", email="ann@x.cn", department="Sales", manager="leo"),
        "gone": Person(id="gone", name="Eve", email="eve@x.cn", active=False),
    },
    departments={"Sales": SALES},
    accounts={ANN_IN_CHAT: "ann"},
)


def row(id: str, **cells: str) -> Mapping[str, str]:
    return {"id": id, "name": id.title(), **cells}


@pytest.mark.parametrize(
    ("people", "answer"),
    [
        ([row("", name="X")], "2 id: This cell is empty: fill it in."),
        ([row("E1"), row("E1")], "3 id: Row 2 has this number already: each person has one row."),
        ([row("E1"), row("e1")], "3 id: Row 2 has this number already: each person has one row."),
        ([row("ANN")], "2 id: This number is known as ann: write it so."),
        ([row("E 1")], "2 id: An employee number has no spaces, commas or semicolons."),
        ([row("E1", name="")], "2 name: This cell is empty: fill it in."),
        ([row("E1", name="x" * 121)], "2 name: This is too long: use at most 120 characters."),
        ([row("E1", roles="x" * 5000)], "2 roles: This is too long: use at most 4,000 characters."),
        (
            [row("E1", name="An\u202en")],
            "2 name: A character in it cannot be seen (U+202E): type it anew.",
        ),
        (
            [row("E1", department="Sa\x07les")],
            "2 department: A character in it cannot be seen (U+0007): type it anew.",
        ),
        (
            [row("E1", name="#REF!")],
            "2 name: This is an error of Excel: mend the formula, or type the value.",
        ),
        ([row("E1", email="ann")], "2 email: This is no e-mail address, such as ann@example.com."),
        (
            [row("E1", email="A@x.cn"), row("E2", email="a@x.cn")],
            "3 email: E1 (E1) has this e-mail address already.",
        ),
        ([row("E1", email="Ann@x.cn")], "2 email: Ann (ann) has this e-mail address already."),
        (
            [row("E1", manager="Zoe")],
            "2 manager: Nobody is called Zoe, in this file or in the directory: "
            "write an employee number.",
        ),
        (
            [row("E1", manager="E1")],
            "2 manager: This is the same person: name somebody else, or nobody.",
        ),
        (
            [row("E1", name="Li Na"), row("E2", name="li na"), row("E3", manager="Li Na")],
            "4 manager: Li Na may be any of E1, E2: write the employee number.",
        ),
        (
            [row("E1", manager="E2"), row("E2", manager="E3"), row("E3", manager="E1")],
            "2 manager: These people report to each other in a circle: E1, E2, E3, E1. "
            "Change one of the managers.",
        ),
        (
            [row("leo", manager="ann")],
            "2 manager: These people report to each other in a circle: Leo, Ann, Leo. "
            "Change one of the managers.",
        ),
        (
            [row("E1", head_of="Ops; Sales"), row("E2", head_of="sales")],
            "3 head_of: E1 (row 2) heads Sales already: a department has one head.",
        ),
        ([row("E1", head_of="Ops", partner="yes")], "2 head_of: A partner heads no department."),
        (
            [row("E1", roles="hr", partner="yes")],
            "2 roles: A partner has no role in the company: clear the cell, or say no to partner.",
        ),
        (
            [row("E1", roles="hr; boss")],
            "2 roles: boss is not a role. Known: employee, department_head, business_head, "
            "executive, it, hr, admin_office, auditor, investigator, mail_keeper.",
        ),
        (
            [row("E1", zone="Shanghai")],
            "2 zone: There is no time zone Shanghai. "
            "Write one such as Asia/Shanghai or Europe/Berlin.",
        ),
        (
            [row("E1", language="Klingon")],
            "2 language: Klingon is not a language of ours. Known: en, zh_Hans, zh_Hant.",
        ),
        (
            [row("E1", calendar="shifts")],
            "2 calendar: shifts is not a working calendar of the policy file. Known: office.",
        ),
        ([row("E1", partner="perhaps")], "2 partner: Write yes or no here."),
        (
            [row("E1", accounts="slack:U1")],
            "2 accounts: slack:U1 is no account: write platform:realm:account, "
            "such as slack:T0123:U0456.",
        ),
        *(
            (
                [row("E1", accounts=written)],
                f"2 accounts: {written} is no account: write platform:realm:account, "
                "such as matrix:corp.example:@ann:corp.example.",
            )
            for written in (
                "@ann:corp.example",
                "matrix:@ann:corp.example",
                "matrix:corp.example:ann",
            )
        ),
        (
            [row("E1", accounts="slack:T1:U9"), row("E2", accounts="slack:T1:U9")],
            "3 accounts: slack:T1:U9 is E1's by row 2: an account has one person.",
        ),
        (
            [row("E1", accounts="slack:T1:U1")],
            "2 accounts: slack:T1:U1 belongs to Ann (ann), who is not in this file: "
            "give that person a row too, or take this account out.",
        ),
        (
            [row("E1", subsidiary="Suzhou")],
            "2 subsidiary: A subsidiary is noted at its departments: fill in the department too.",
        ),
        (
            [
                row("E1", department="Ops", subsidiary="Suzhou"),
                row("E2", department="Ops", subsidiary="Wuxi"),
            ],
            "3 subsidiary: Row 2 says Suzhou of the same department: it belongs to one.",
        ),
        (
            [
                row("E1", department="A/Lab"),
                row("E2", department="B/Lab"),
                row("E3", department="Lab"),
            ],
            "4 department: There are several departments Lab: A/Lab, B/Lab. "
            "Write the way down to it.",
        ),
        (
            [row("E1", department="A//B")],
            "2 department: A//B is no department: write a name, or the way down as "
            "Head Office/Sales.",
        ),
        ([row("E1", away="soon")], "2 away: soon is no period, such as 2026-10-01..2026-10-07."),
        ([row("E1", away="2026-02-30")], "2 away: 2026-02-30 is no date, such as 2026-10-01."),
        ([row("E1", away="2026-10-01 25:00")], "2 away: 25:00 is no time, such as 13:30."),
        (
            [row("E1", away="2026-10-07..2026-10-01")],
            "2 away: 2026-10-07..2026-10-01 ends before it begins.",
        ),
        (
            [row("E1", away="2026-10-01 ask Bob")],
            "2 away: ask Bob is not understood here. "
            "Who answers meanwhile is written as delegate=E12.",
        ),
        (
            [row("E1", away="2026-10-01 delegate=E1")],
            "2 away: This is the same person: name somebody else, or nobody.",
        ),
        (
            [row("E1", remote="2026-10-01 asleep")],
            "2 remote: asleep is not a way to work elsewhere. Known: remote, travelling.",
        ),
    ],
)
def test_each_fault_is_named_by_row_and_column(
    people: list[Mapping[str, str]], answer: str
) -> None:
    assert faults(*people, known=KNOWN) == [answer]


def test_an_empty_table_is_a_fault() -> None:
    assert faults() == ["0 : There is nobody in this file: write one person a row."]


def test_all_faults_are_told_at_once() -> None:
    found = faults(
        row("E1", language="x", zone="y"), row("", zone=""), row("E3", manager="nobody at all")
    )

    assert [each.split(":")[0] for each in found] == ["2 zone", "2 language", "3 id", "4 manager"]


def test_a_circle_among_people_whom_the_file_does_not_name_is_not_its_fault() -> None:
    one, two = Person(id="a", name="A", manager="b"), Person(id="b", name="B", manager="a")

    assert faults(row("E1"), known=Directory({"a": one, "b": two})) == []


def test_everything_a_row_says_is_planned() -> None:
    made = planned(
        row("E1", name="王芳", department="HQ/Ops", head_of="HQ/Ops", roles="人事、IT"),
        row(
            "E2",
            name="  Bob   Li ",
            email="bob@x.cn",
            department="ops",
            manager="王芳",
            zone="europe/berlin",
            language="zh-TW",
            partner="否",
            active="是",
            accounts="slack:T1:U2; matrix:x.cn:8448:@bob:x.cn:8448，playground:demo:bob",
            subsidiary="Suzhou",
        ),
    )

    wang, bob = made.added
    assert wang.roles == {"hr", "it", "department_head"}
    assert bob == Person(
        id="E2",
        name="Bob Li",
        email="bob@x.cn",
        department="HQ/Ops",
        manager="E1",
        zone="Europe/Berlin",
        language="zh_Hant",
    )
    assert [after for _, after in made.departments] == [
        Department(id="HQ", name="HQ"),
        Department(id="HQ/Ops", name="Ops", parent="HQ", head="E1", subsidiary="Suzhou"),
    ]
    assert [account for account, _, _ in made.links] == [
        Account(Platform("slack"), "T1", "U2"),
        Account(Platform("matrix"), "x.cn:8448", "@bob:x.cn:8448"),
        Account(Platform("playground"), "demo", "bob"),
    ]


@pytest.mark.parametrize("named", ["E2", "e2", "bob@x.cn", "BOB LI"])
def test_a_manager_is_named_by_number_address_or_name(named: str) -> None:
    made = planned(row("E1", manager=named), row("E2", name="Bob Li", email="bob@x.cn"))

    assert made.added[0].manager == "E2"


def test_who_has_left_does_not_make_a_name_ambiguous() -> None:
    made = planned(row("E1", name="Eve"), row("E2", manager="eve"), known=KNOWN)

    assert made.added[1].manager == "E1"


def test_a_column_that_is_absent_changes_nothing() -> None:
    made = planned(row("ann"), row("leo"), known=KNOWN)

    assert made.empty
    assert [one.id for one in made.unchanged] == ["leo", "ann"]


def test_an_empty_cell_clears_what_it_stands_for() -> None:
    made = planned(row("ann", manager="", department=""), known=KNOWN)

    assert made.changed[0][1] == replace(KNOWN.people["ann"], manager=None, department=None)


def test_nobody_leaves_unless_the_file_is_complete() -> None:
    kept, gone = planned(row("ann"), known=KNOWN), planned(row("ann"), known=KNOWN, complete=True)

    assert kept.leaving == ()
    assert "One person is not in the file" in words(kept.remarks[0])
    assert [one.id for one in gone.leaving] == ["leo"]
    assert "Leo (leo) leaves." in map(words, describe(gone))


def test_a_new_head_takes_the_place_and_the_role_of_the_old_one() -> None:
    made = planned(row("leo", head_of=""), row("ann", head_of="Sales"), known=KNOWN)

    assert made.departments == ((SALES, replace(SALES, head="ann")),)
    assert {after.id: after.roles for _, after in made.changed} == {
        "leo": frozenset(),
        "ann": {"department_head"},
    }


def test_an_account_passes_on_when_both_people_are_in_the_file() -> None:
    made = planned(row("ann", accounts=""), row("leo", accounts="slack:T1:U1"), known=KNOWN)

    assert made.links == ((ANN_IN_CHAT, "ann", "leo"),)
    assert words(describe(made)[-1]) == "The account slack:T1:U1 passes from Ann to Leo."


def test_days_away_begin_and_end_at_midnight_where_the_person_lives() -> None:
    made = planned(
        row("E1", away="2026-10-01..2026-10-07 delegate=E2; 2026-11-02T13:30～2026-11-02T18:00"),
        row("E2", zone="Europe/Berlin", remote="2026/10/25, 2026-10-26至2026-10-27 出差"),
    )

    spells = [(one.kind, one.absence.start, one.absence.end) for one in made.spells]
    assert spells == [
        (
            "leave",
            datetime(2026, 9, 30, 16, tzinfo=UTC),
            datetime(2026, 10, 7, 16, tzinfo=UTC),
        ),
        (
            "leave",
            datetime(2026, 11, 2, 5, 30, tzinfo=UTC),
            datetime(2026, 11, 2, 10, tzinfo=UTC),
        ),
        (
            "remote",
            datetime(2026, 10, 24, 22, tzinfo=UTC),
            datetime(2026, 10, 25, 23, tzinfo=UTC),  # summer time ends
        ),
        (
            "travelling",
            datetime(2026, 10, 25, 23, tzinfo=UTC),
            datetime(2026, 10, 27, 23, tzinfo=UTC),
        ),
    ]
    assert made.spells[0].absence.delegate == "E2"


def test_leave_known_already_is_not_told_again() -> None:
    start, end = datetime(2026, 9, 30, 16, tzinfo=UTC), datetime(2026, 10, 1, 16, tzinfo=UTC)
    known = replace(KNOWN, absences={"ann": (Absence(person="ann", start=start, end=end),)})
    remote = [("ann", "remote", start, end, None)]
    same = row("ann", away="2026-10-01", remote="2026-10-01")

    assert plan(table(same), known, elsewhere=remote).spells == ()


def test_who_minds_a_departments_mail_is_noted() -> None:
    made = planned(row("ann", roles="mail_keeper"), known=KNOWN)

    assert made.keepers == {"Sales": "ann"}
    assert words(describe(made)[-1]) == "Ann minds the mail of Sales."


def test_a_change_is_told_with_its_field_and_both_values() -> None:
    made = planned(
        row("ann", email="a@x.cn", department="Sales", roles="hr, it", partner="", active="no"),
        row("leo", partner="yes"),
        row("gone", name="Eve", email="eve@x.cn", active="yes", manager="leo"),
        row("new", department="Lab", subsidiary="Wuxi", head_of="Lab", away="2026-10-01"),
        known=replace(KNOWN, people={**KNOWN.people, "leo": Person(id="leo", name="Leo")}),
    )

    told = list(map(words, describe(made)))

    assert told == [
        "1 new, 2 changed, 1 leaving, 0 as they are.",
        "New: New (new).",
        "Leo (leo) becomes a partner: heard, never nudged or scored.",
        "Ann (ann): email from ann@x.cn to a@x.cn.",
        "Ann (ann): manager from Leo to nothing.",
        "Ann (ann): roles from nothing to hr, it.",
        "Ann (ann) leaves.",
        "Eve (gone): manager from nothing to Leo.",
        "Eve (gone) comes back.",
        "The head of Sales changes from Leo to nobody.",
        "New department: Lab.",
        "The head of Lab changes from nobody to New.",
        "Lab belongs to Wuxi.",
        "New is away: 2026-10-01.",
    ]


def test_three_thousand_people_are_planned_in_time() -> None:
    people = [
        row(
            f"E{n}",
            name=f"Person {n}",
            email=f"p{n}@x.cn",
            manager=f"p{n // 10}@x.cn" if n > 9 else "",
            department=f"HQ/Unit {n % 60}",
            head_of=f"HQ/Unit {n}" if n < 60 else "",
            accounts=f"slack:T1:U{n}; matrix:x.cn:@p{n}:x.cn",
        )
        for n in range(3000)
    ]

    began = process_time()
    made = planned(*people)

    assert process_time() - began < 2
    assert (len(made.added), len(made.departments), len(made.links)) == (3000, 61, 6000)
