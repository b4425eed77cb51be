"""What the policy recommends, who may look, and what may be blocked: pure rules. 5.2.2, 4.2.3."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.policy.cases import defanged, gives_away, handler_of, why_not_blocked
from bot.policy.findings import Severity
from bot.policy.measures import Upheld, commended, lighter, months_before, recommend
from bot.policy.people import Absence, Directory, Person
from bot.policy.reading import default_rulebook
from bot.policy.screening import links
from bot.policy.screening.folding import fold

NOW = datetime(2026, 3, 31, 8, tzinfo=UTC)
DAY = timedelta(days=1)
RUNGS = default_rulebook().findings.measures


@pytest.mark.parametrize(
    ("severity", "before", "measure", "count"),
    [
        ("slight", [], "talk", 1),
        ("slight", [("slight", 10)], "talk", 2),
        ("slight", [("slight", 10), ("moderate", 300)], "reminder", 3),
        ("slight", [("slight", 10), ("slight", 400)], "talk", 2),
        ("moderate", [], "talk", 1),
        ("moderate", [("moderate", 10)], "reminder", 2),
        ("moderate", [("slight", 10)], "talk", 1),
        ("moderate", [("moderate", 10), ("critical", 20)], "training", 3),
        ("serious", [], "reminder", 1),
        ("serious", [("critical", 10)], "warning", 2),
        ("critical", [], "warning", 1),
        ("critical", [("critical", 700)], "proceeding", 2),
        ("critical", [("critical", 800)], "warning", 1),
    ],
)
def test_the_measure_follows_severity_and_repetition(
    severity: Severity, before: list[tuple[Severity, int]], measure: str, count: int
) -> None:
    known = [Upheld(severity=each, at=NOW - ago * DAY) for each, ago in before]
    found = recommend(RUNGS, Upheld(severity=severity, at=NOW), known)

    assert (found.measure, found.count) == (measure, count)


def test_an_empty_table_recommends_nothing() -> None:
    assert recommend((), Upheld(severity="critical", at=NOW), []).measure == "none"
    assert lighter("warning") == ("training", "reminder", "talk")
    assert lighter("none") == ()
    assert commended((), NOW, []) == 0


def test_a_commendation_comes_with_the_third_and_not_with_the_fourth() -> None:
    dates = [NOW - each * DAY for each in (5, 10, 15)]
    assert [commended(RUNGS, NOW, dates[:n]) for n in range(4)] == [0, 0, 3, 0]


def test_a_month_before_the_last_of_a_month_is_its_last() -> None:
    assert months_before(NOW, 1).date().isoformat() == "2026-02-28"
    assert months_before(NOW, 15).date().isoformat() == "2024-12-31"


def test_a_case_goes_to_who_is_there_and_has_least() -> None:
    it = frozenset({"it"})
    people = {
        "boss": Person(id="boss", name="Boss"),
        **{each: Person(id=each, name=each, roles=it, manager="boss") for each in ("a", "b")},
        "x": Person(id="x", name="x", manager="boss"),
    }
    away = {"a": (Absence(person="a", start=NOW - DAY, end=NOW + DAY),)}

    def to(load: dict[str, tuple[int, int]], who: str = "x", **more: object) -> str | None:
        known = Directory(people, **more)  # type: ignore[arg-type]
        found = handler_of(known, people[who], load, NOW)
        return found.id if found else None

    assert to({}) == "a"
    assert to({"a": (1, 9)}) == "b"
    assert to({"a": (1, 9), "b": (1, 3)}) == "b"
    assert to({}, absences=away) == "b"
    assert to({}, "a") == "b"
    assert (
        handler_of(Directory({"a": people["a"], "boss": people["boss"]}), people["a"], {}, NOW)
        == (people["boss"])
    )
    assert handler_of(Directory({"x": people["x"]}), people["x"], {}, NOW) is None


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("nothing here", set()),
        ("https://A.evil.example/x and evil.cn", {"a.evil.example", "evil.cn"}),
        ("hxxps://evil.example", {"evil.example"}),
        ("run setup.py, then mail ann@acme.example", set()),
        ("请打开https://evil.example。谢谢", {"evil.example"}),
        ("http://localhost/x", set()),
    ],
)
def test_every_host_of_a_text_is_named(text: str, hosts: set[str]) -> None:
    assert links.hosts(fold(text).low) == hosts


def test_what_is_shown_of_a_link_is_no_link() -> None:
    shown = defanged("see https://evil.example/a.b?x and www.evil.cn 3.5")

    assert shown == "see hxxps://evil[.]example/a.b?x and www[.]evil[.]cn 3.5"


@pytest.mark.parametrize(
    ("domain", "fits"),
    [
        ("evil.example", True),
        ("evil", False),
        ("a..b", False),
        ("paypal.com", False),
        ("bit.ly", False),
        ("evil.paypal.com", True),
        ("https://evil.example", False),
    ],
)
def test_only_a_domain_that_nobody_needs_is_blocked(domain: str, fits: bool) -> None:
    assert (why_not_blocked(domain, default_rulebook().screening) is None) is fits


def test_a_password_is_seen_before_it_is_kept() -> None:
    rules = default_rulebook().screening
    assert gives_away("my password is Tr0ub4dor&3x today", rules)
    assert not gives_away("my password is expired", rules)
