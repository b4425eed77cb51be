"""`duly policy`: every mistake of a policy file is explained with its line."""

import argparse
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.cli import policy
from bot.clock import Clock
from bot.policy.reading import Mistakes, default_rulebook, read
from bot.seal import KEY, Seal
from bot.settings import Unusable
from bot.store import Store
from bot.store.connecting import in_memory
from bot.words import Reader, render

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
Duly = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def store() -> Iterator[Store]:
    made = Store(in_memory(), "brightwater", Seal(bytes(KEY), bytes), Clock(lease=lambda: NOON))
    yield made
    made.db.dispose()


@pytest.fixture
def duly(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Duly:
    """Writes the text to policy.toml, if any, and runs `duly policy WORD policy.toml`."""
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.chdir(tmp_path)

    def run(word: str, text: str | bytes | None = None) -> tuple[int, list[str]]:
        if text is not None:
            Path("policy.toml").write_bytes(text.encode() if isinstance(text, str) else text)
        parser = argparse.ArgumentParser()
        policy.add(parser.add_subparsers(dest="word"))
        args = parser.parse_args(["policy", word, *(["policy.toml"] if word != "show" else [])])
        said: list[str] = []
        return policy.run(args, store, said.append), said

    return run


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("a = 1\nb = [", "policy.toml:2: This is not TOML: "),
        ("[nudges]\nper_day = 3\nper_dya = 4", "policy.toml:3: A policy has no nudges.per_dya."),
        ('\n[marks]\nclause = "9.9"', "policy.toml:3: marks.clause must be a clause of the policy"),
        ('[levels.normal]\nwithin = "soon"', "policy.toml:2: levels.normal.within must be a time"),
        ("marks = 3", "policy.toml:1: marks must be a table."),
        ('company_zone = "Shanghai"', "policy.toml:1: company_zone must be a time zone"),
        (
            '[routes.notice]\nsteps = ["cat"]',
            "policy.toml:2: routes.notice.steps.of must be a list of approvers",
        ),
        (
            '[notices]\njoiners_days = 30\nlevel = "huge"',
            "policy.toml:3: notices.level must be one of normal",
        ),
        (
            '[lists.front]\nof = ["department:sales", "town"]',
            "policy.toml:2: lists.front.of must be a list of people such as all, department:sales",
        ),
        ("[lists.front]\nof = []", "policy.toml:2: lists.front.of must be a list of people"),
        ("[lists.front]\nwho = 3", "policy.toml:2: A policy has no lists.front.who. Known: of."),
        (
            '[lists.a]\nof = ["list:b"]\n[lists.b]\nof = ["all", "list:a"]',
            "policy.toml:4: lists.b.of names a list that is not there, or that holds it: a.",
        ),
        (
            '[lists.a]\nof = ["list:none"]',
            "policy.toml:2: lists.a.of names a list that is not there, or that holds it: none.",
        ),
        (
            "[classes.work]\nkeep_months = 40\nimportant_months = 39",
            "policy.toml:3: What is important is kept at least as long as what is not: "
            "classes.work.important_months is 39, classes.work.keep_months is 40. Set both.",
        ),
        (
            "[classes.work]\nkeep_months = 1200",
            "policy.toml:2: What is important is kept at least as long as what is not: ",
        ),
        (
            '[[rules]]\nid = "x"\nclause = "1.2"\nlevel = "huge"',
            "policy.toml:4: rules.x.level must be one of normal",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, answer: str, duly: Duly) -> None:
    code, said = duly("check", text)

    assert code == 1
    assert any(line.startswith(answer) for line in said), said


def test_every_mistake_is_told_at_once(duly: Duly) -> None:
    code, said = duly("check", "nonsense = 1\n[nudges]\nper_day = -1\ngather = 5")

    assert code == 1
    assert [line.split(":")[1] for line in said] == ["1", "3", "4"]


def test_a_file_without_mistakes_is_fine_but_a_predicted_year_is_warned_of(duly: Duly) -> None:
    code, said = duly("check", 'company_language = "zh_Hans"')

    assert (code, said[0]) == (0, "policy.toml is fine.")
    assert said[1:] == [
        "Calendar office: the holidays of 2027 are only predicted. "
        "When they are announced, read them in: duly people holidays FILE"
    ]


def test_a_calendar_without_a_country_is_never_predicted(duly: Duly) -> None:
    assert duly("check", '[calendars.office]\ncountry = ""')[1] == ["policy.toml is fine."]


def test_warnings_name_both_years() -> None:
    found = policy.warnings(default_rulebook().calendars.values(), date(2027, 1, 1))

    said = [render(each, Reader(), lambda words: words) for each in found]
    assert [line.split("holidays of ")[1][:4] for line in said] == ["2027", "2028"]


def test_a_file_is_adopted_as_a_new_version(store: Store, duly: Duly) -> None:
    code, said = duly("adopt", 'name = "Ours"')

    assert (code, said[0]) == (0, "policy.toml is the policy now: version 1.")
    assert duly("adopt", 'name = "Ours, again"')[1][0].endswith("version 2.")
    with store.reading() as tx:
        assert tx.policies.current().name == "Ours, again"


def test_what_hr_has_settled_is_not_warned_of(store: Store, duly: Duly) -> None:
    with store.transaction() as tx:
        tx.people.hear_hr("office", {date(2027, 2, 6): True})

    assert duly("adopt", "")[1] == ["policy.toml is the policy now: version 1."]


def test_a_file_with_mistakes_is_not_adopted(store: Store, duly: Duly) -> None:
    assert duly("adopt", "nonsense = 1")[0] == 1

    with store.reading() as tx:
        assert tx.policies.current().version == 0


def test_the_policy_in_force_is_shown(duly: Duly) -> None:
    first = duly("show")[1]
    assert first[0].startswith("# The default policy: /")
    assert first[0].endswith("policy.toml")
    assert "[routes.notice]" in first[1]

    duly("adopt", 'name = "Ours"')
    assert duly("show")[1][-2:] == ["# Laid over it by the company, version 1:", 'name = "Ours"']


def test_there_is_a_policy_before_there_is_a_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("DULY_DATA", str(tmp_path))
    monkeypatch.delenv("DULY_DATABASE_URL", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    parser = argparse.ArgumentParser()
    policy.add(parser.add_subparsers())
    said: list[str] = []

    assert policy.run(parser.parse_args(["policy", "show"]), None, said.append) == 0
    assert len(said) == 2
    with pytest.raises(Unusable):
        policy.run(
            parser.parse_args(["policy", "show", "--data", str(tmp_path)]), None, said.append
        )


def test_a_file_that_is_not_there_is_wrong_use(duly: Duly) -> None:
    assert duly("check") == (2, ["There is no file policy.toml."])


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        (b"\xff\xfe\x00", "policy.toml is not UTF-8 text: save it as UTF-8."),
        (b"#" * (2**21 + 1), "policy.toml is too large for a policy file."),
    ],
)
@pytest.mark.parametrize("word", ["check", "adopt"])
def test_what_is_no_text_is_refused(word: str, content: bytes, answer: str, duly: Duly) -> None:
    assert duly(word, content) == (1, [answer])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = 3", "name must be a text."),
        ('[answers]\nbursts = "yes"', "answers.bursts must be true or false."),
        (
            "[answers]\nacknowledgement_settles = 1",
            "answers.acknowledgement_settles must be true or false.",
        ),
        (
            '[classes.work]\nacknowledgement_settles = "yes"',
            "classes.work.acknowledgement_settles must be true or false.",
        ),
        ("[nudges]\nper_day = true", "nudges.per_day must be a whole number."),
        ("[levels.normal]\nremind_at = 101", "must be a whole number from 0 to 100."),
        ("[answers]\nsure = 2", "answers.sure must be a number from 0 to 1."),
        ('[answers]\nemoji = "x"', "answers.emoji must be a list of texts."),
        ('company_zone = "Mars"', "company_zone must be a time zone"),
        ('[calendars.x]\nzone = "UTC"\ncountry = 3', "calendars.x.country must be a country"),
        ('[promises]\nlongest_days = "x"', "promises.longest_days must be a whole number of days"),
        ("[promises]\nlongest_days = 3651", "must be a whole number of days, at most 3650."),
        ("[classes.work]\nkeep_months = 0", "must be a whole number of months, from 1 to 1200."),
        (
            '[calendars.office]\nmonday = ["09:00-12:00", "11:00-18:00"]',
            "calendars.office.monday must be a list of hours one after another",
        ),
        ("[levels.normal]\nclause = 3", "levels.normal.clause must be a clause"),
        ('[routes.notice]\nsteps = "hr"', "routes.notice.steps must be a list of steps"),
        ("[routes.notice]\nsteps = []", "routes.notice.steps must be a list of steps"),
        ('[routes.notice]\nfields = ["mood"]', "routes.notice.fields must be a list of fields"),
        ('[routes.notice]\nsteps = ["field:mood"]', "routes.notice.steps.of must be a list of"),
        (
            '[routes.notice]\nsteps = [{ of = "hr" }]',
            "routes.notice.steps.of must be a list of approvers",
        ),
        (
            '[routes.notice]\nsteps = [{ of = ["hr"], needs = 0 }]',
            "routes.notice.steps.needs must be any, all, in_order or a number from 1.",
        ),
        ('[routes.notice]\nsteps = ["pope"]', "routes.notice.steps.of must be a list of approvers"),
        ("rules = [1]", "rules must be a list of tables."),
    ],
)
def test_every_wrong_value_is_told_what_it_must_be(text: str, said: str) -> None:
    with pytest.raises(Mistakes) as error:
        read(text)

    told = [render(mistake.what, Reader(), str) for mistake in error.value.found]
    assert any(said in each for each in told), told


def test_lists_may_hold_lists_that_share_one() -> None:
    lists = {
        "top": ("all",), "all": ("east", "west"), "east": ("core",), "west": ("core",), "core": (),
    }  # fmt: skip
    text = "".join(
        f"[lists.{name}]\nof = {['@ann', *(f'list:{each}' for each in held)]}\n"
        for name, held in lists.items()
    )

    assert read(text).lists["all"] == ("@ann", "list:east", "list:west")
