"""`duly people` on a real store: what is imported is there whole, or not at all."""

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.cli import people
from bot.clock import Clock
from bot.events import Account, AccountChanged, Platform
from bot.policy.people import CHAIN, Directory, Person
from bot.seal import KEY, Seal
from bot.store import Store
from bot.store.connecting import in_memory
from bot.store.schema import absences, departments
from tests.intake.tables import write_csv, write_xlsx

EXAMPLE = Path(__file__).parent.parent / "examples" / "people.csv"
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
HEAD = ("id", "name", "manager", "accounts", "away")
Duly = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def store() -> Iterator[Store]:
    made = Store(in_memory(), "brightwater", Seal(bytes(KEY), bytes), Clock(lease=lambda: NOON))
    yield made
    made.db.dispose()


@pytest.fixture
def duly(store: Store, monkeypatch: pytest.MonkeyPatch) -> Duly:
    """Runs `duly people …` in English; gives the exit code and what was printed."""
    monkeypatch.setenv("LC_ALL", "C")

    def run(*words: object) -> tuple[int, list[str]]:
        parser = argparse.ArgumentParser()
        people.add(parser.add_subparsers(dest="word"))
        args = parser.parse_args(["people", *map(str, words)])
        said: list[str] = []
        return people.run(args, store if args.needs_store else None, said.append), said

    return run


def directory(store: Store) -> Directory:
    with store.reading() as tx:
        return tx.people.snapshot().directory


def chat(id: str) -> Account:
    return Account(Platform("playground"), "demo", id)


def test_the_demo_company_is_read_in_whole(store: Store, duly: Duly) -> None:
    assert duly("import", EXAMPLE) == (0, ["27 new, 0 changed, 0 leaving, 0 as they are."])

    known = directory(store)
    bob, mei = known.people["bob"], known.people["mei"]
    assert (len(known.people), len(known.departments), len(known.accounts)) == (27, 5, 27)
    assert known.behind(chat("bob")) == bob
    assert [one.id for one in known.above(bob)] == ["mei", "grace"]
    assert known.head_of(mei) == known.people["grace"]
    assert mei.language == "zh_Hans"
    assert {one.id for one in known.with_role("it")} == {"ivan"}
    assert {one.id for one in known.people.values() if one.partner} == {"pat"}


def test_accounts_that_were_there_before_their_people_are_linked_by_email(
    store: Store, duly: Duly, tmp_path: Path
) -> None:
    one = Account(Platform("paper"), "home", "u1")
    said = AccountChanged(key="", at=NOON, account=one, name="A", email="ANN@acme.example")
    with store.transaction() as tx:
        tx.people.meet(said)
    file = write_csv(
        tmp_path / "p.csv", [("id", "name", "email"), ("a1", "Ann", "ann@acme.example")]
    )
    code, lines = duly("import", file)

    assert (code, lines[-1]) == (0, "One account linked by its e-mail.")
    known = directory(store).behind(one)
    assert known is not None
    assert known.id == "a1"


def test_reading_the_same_file_again_changes_nothing(store: Store, duly: Duly) -> None:
    duly("import", EXAMPLE)
    before = directory(store)

    code, said = duly("import", EXAMPLE, "--complete")

    assert (code, said[0]) == (0, "0 new, 0 changed, 0 leaving, 27 as they are.")
    assert directory(store) == before


def test_a_dry_run_shows_everything_and_changes_nothing(store: Store, duly: Duly) -> None:
    code, said = duly("import", EXAMPLE, "--dry-run")

    assert code == 0
    assert "New: Ann Carter (ann)." in said
    assert said[-1] == "This was a dry run: nothing was changed."
    assert directory(store) == Directory()


def test_a_fault_in_the_last_row_leaves_the_store_as_it_was(
    store: Store, duly: Duly, tmp_path: Path
) -> None:
    lines = [HEAD, ("E1", "Ann", "", "slack:T:U1", "2026-03-02"), ("E2", "Bob", "Zoe", "", "")]

    code, said = duly("import", write_xlsx(tmp_path / "a.xlsx", lines))

    assert code == 1
    assert said == [
        "Row 3, manager: Nobody is called Zoe, in this file or in the directory: "
        "write an employee number.",
        "One fault: nothing was changed. Mend it and read the file again.",
    ]
    assert directory(store) == Directory()


def test_a_crash_half_way_leaves_the_store_as_it_was(
    store: Store, duly: Duly, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.store.intake import Register  # noqa: PLC0415

    def strike(*_: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(Register, "keep_mail", strike)
    with pytest.raises(RuntimeError):
        duly("import", EXAMPLE)

    assert directory(store) == Directory()


def test_accounts_a_platform_has_told_of_are_kept_as_they_are(
    store: Store, duly: Duly, tmp_path: Path
) -> None:
    one = Account(Platform("slack"), "T", "U1")
    with store.transaction() as tx:
        tx.people.meet(AccountChanged(key="1", at=NOON, account=one, name="annie", zone="UTC"))
    assert duly("list", "--strangers") == (0, ["slack:T:U1  annie"])

    duly("import", write_csv(tmp_path / "a.csv", [HEAD, ("E1", "Ann", "", "slack:T:U1", "")]))

    with store.reading() as tx:
        login = tx.people.snapshot().logins[one]
    assert (login.person, login.name, login.zone) == ("E1", "annie", "UTC")
    assert duly("list", "--strangers") == (0, ["Every account known belongs to somebody."])


def test_the_same_leave_again_only_changes_who_answers(
    store: Store, duly: Duly, tmp_path: Path
) -> None:
    lines = [(*HEAD, "remote"), ("E1", "Ann", "", "", "2026-03-02", "2026-03-03"), ("E2", "Bob")]
    again = [lines[0], ("E1", "Ann", "", "", "2026-03-02 delegate=Bob", "2026-03-03"), lines[2]]
    for n, each in enumerate((lines, again)):
        assert duly("import", write_xlsx(tmp_path / f"{n}.xlsx", each))[0] == 0

    (leave,) = directory(store).absences["E1"]
    assert leave.delegate == "E2"
    with store.reading() as tx:
        assert [row.kind for row in tx.rows.all(absences)] == ["leave", "remote"]


def test_who_minds_a_departments_mail_is_kept(store: Store, duly: Duly) -> None:
    duly("import", EXAMPLE)

    with store.reading() as tx:
        kept = {row.id: row.mail_keeper for row in tx.rows.all(departments) if row.mail_keeper}
    assert kept == {"Brightwater/Sales": "na"}


def test_who_is_missing_leaves_only_a_complete_file(
    store: Store, duly: Duly, tmp_path: Path
) -> None:
    duly("import", EXAMPLE)
    file = write_csv(tmp_path / "a.csv", [("id", "name"), ("grace", "Grace Liu 刘慧")])

    _, said = duly("import", file)
    assert said[1] == (
        "26 people are not in the file and stay as they are, unless the table is complete."
    )
    assert directory(store).people["ann"].active

    duly("import", file, "--complete")
    assert directory(store).behind(chat("ann")) is None
    assert "has left" in duly("list")[1][0]


def test_the_first_it_is_named_by_a_command(store: Store, duly: Duly) -> None:
    duly("import", EXAMPLE)

    assert duly("role", "ann", "IT") == (0, ["The roles of Ann Carter are now: employee, it."])
    assert duly("role", "ann", "it", "--remove")[1] == [
        "The roles of Ann Carter are now: employee."
    ]
    assert directory(store).people["ann"].roles == {"employee"}
    assert duly("role", "pat", "hr") == (2, ["Pat Gomez is a partner: partners have no role."])


def test_an_account_is_linked_and_let_go(store: Store, duly: Duly) -> None:
    duly("import", EXAMPLE)
    one = Account(Platform("matrix"), "corp.org:8448", "@ann:corp.org:8448")
    written = (one.platform, one.realm, one.id)

    assert duly("link", *written, "Ann Carter")[1] == [
        "The account matrix:corp.org:8448:@ann:corp.org:8448 belongs to Ann Carter."
    ]
    assert directory(store).accounts_of("ann") == (one, chat("ann"))
    assert duly("link", *written, "-")[0] == 0
    assert directory(store).accounts_of("ann") == (chat("ann"),)


def test_leave_is_noted_in_the_persons_own_zone(store: Store, duly: Duly) -> None:
    duly("import", EXAMPLE)

    said = duly("away", "jonas", "2026-10-01", "2026-10-07", "--delegate", "ann")

    assert said == (0, ["Jonas Weber is away: 2026-10-01..2026-10-07."])
    (leave,) = directory(store).absences["jonas"]
    assert leave.start == datetime(2026, 9, 30, 22, tzinfo=UTC)
    assert (leave.end - leave.start, leave.delegate) == (timedelta(days=7), "ann")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("role", "ann", "boss"), "boss is not a role. Known: employee, "),
        (("role", "zoe", "hr"), "Nobody is called zoe: see `duly people list`."),
        (("link", "slack", "T 1", "U1", "ann"), "slack:T 1:U1 is no account: "),
        (("link", "slack", "T1", "U1", "zoe"), "Nobody is called zoe"),
        (("away", "ann", "2026-10-07", "2026-10-01"), "2026-10-07..2026-10-01 ends before"),
        (("away", "ann", "soon", "later"), "soon..later is no period"),
        (("away", "ann", "2026-10-01", "2026-10-02", "--delegate", "zoe"), "Nobody is called zoe"),
        (("away", "ann", "2026-10-01", "2026-10-02", "--delegate", "ann"), "This is the same"),
        (("import", "none.csv"), "There is no file none.csv."),
        (("holidays", "none.csv"), "There is no file none.csv."),
        (("template", "people.csv"), "The template is a workbook"),
        (("template", "/nowhere/people.xlsx"), "/nowhere/people.xlsx cannot be written: No such"),
    ],
)
def test_wrong_use_is_answered_with_what_to_do(
    words: tuple[str, ...], answer: str, duly: Duly
) -> None:
    duly("import", EXAMPLE)

    code, said = duly(*words)

    assert code == 2
    assert said[0].startswith(answer)


def test_a_name_that_may_be_several_people_is_asked_about(duly: Duly, tmp_path: Path) -> None:
    lines = [("id", "name"), ("E1", "Li Na"), ("E2", "Li Na")]
    duly("import", write_csv(tmp_path / "a.csv", lines))

    code, said = duly("role", "li na", "hr")

    assert (code, said) == (2, ["li na may be any of E1, E2: write the employee number."])


@pytest.mark.parametrize("word", ["import", "holidays"])
def test_a_file_that_is_no_table_is_refused(word: str, duly: Duly, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("nothing")

    code, said = duly(word, tmp_path / "a.csv")

    assert code == 1
    assert said[0].startswith("No row of headings was found.")


def test_everybody_is_listed_with_roles_and_accounts(duly: Duly) -> None:
    assert duly("list") == (0, ["The directory is empty: import a table first."])

    duly("import", EXAMPLE)

    lines = duly("list")[1]
    assert lines[0] == "ann, Ann Carter, Brightwater/Sales, employee, playground:demo:ann"
    assert "pat, Pat Gomez, —, playground:demo:pat, partner" in lines


@pytest.mark.parametrize("words", [("holidays",), ("import", "--calendar-overrides")])
def test_hr_overrides_single_days(
    words: tuple[str, ...], store: Store, duly: Duly, tmp_path: Path
) -> None:
    lines = [("date", "working"), ("2027-02-06", "yes"), ("2027-02-08", "no")]
    file = write_csv(tmp_path / "a.csv", lines)

    assert duly(*words, file, "--dry-run")[1][-1] == "This was a dry run: nothing was changed."
    assert duly(*words, file) == (0, ["Calendar office: 2 days."])

    with store.reading() as tx:
        days = dict(tx.people.snapshot().holidays["office"])
    assert list(days.values()) == [True, False]


def test_faults_in_hr_overrides_are_named(duly: Duly, tmp_path: Path) -> None:
    lines = [("date", "working"), ("2027-02-06", "?"), ("soon", "no")]

    code, said = duly("holidays", write_csv(tmp_path / "a.csv", lines))

    assert code == 1
    assert said[0] == "Row 2, working: Write yes or no here."
    assert said[-1].startswith("2 faults: nothing was changed.")


def test_the_template_is_written_in_the_language_of_the_terminal(
    duly: Duly, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_TW.UTF-8")
    assert people.tongue() == "zh_Hant"

    assert duly("template", tmp_path / "people.xlsx")[0] == 0
    assert (tmp_path / "people.xlsx").stat().st_size > 5000


def test_three_thousand_people_are_taken_in_at_once(
    store: Store, duly: Duly, tmp_path: Path
) -> None:
    lines = [HEAD, *((f"E{n}", f"P {n}", "", f"slack:T:U{n}", "") for n in range(3000))]
    file = write_csv(tmp_path / "a.csv", lines)

    assert duly("import", file)[0] == 0
    assert len(directory(store).accounts) == 3000


def test_the_command_line_imports_nothing_heavy_before_it_is_needed() -> None:
    heavy = "{'sqlalchemy', 'openpyxl', 'babel', 'holidays'}"
    code = f"import sys, bot.cli.people, bot.cli.policy; print({heavy} & sys.modules.keys())"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"


def test_a_line_of_managers_is_followed_no_further_than_any_company_has() -> None:
    people = {f"p{n}": Person(id=f"p{n}", name="", manager=f"p{n + 1}") for n in range(30)}

    above = [each.id for each in Directory(people).above(people["p0"])]
    assert above == [f"p{n}" for n in range(1, CHAIN + 1)]
