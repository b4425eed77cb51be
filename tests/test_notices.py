"""Audiences, check questions and corrections: the pure part of notices. Policy 3.2.2."""

from datetime import UTC, datetime

import pytest

from bot.policy import notices
from bot.policy.notices import Change, Draft, NoAudience, Notice, Part, Scope, changes, part
from bot.policy.people import Department, Directory, Person
from bot.words import Reader, render


def person(id: str, department: str, **more: object) -> Person:
    return Person(id=id, name=id.title(), department=department, **more)  # type: ignore[arg-type]


DIRECTORY = Directory(
    people={
        each.id: each
        for each in (
            person("ann", "sales", roles=frozenset({"it"})),
            person("bob", "east", calendar="night"),
            person("eve", "office"),
            person("sam", "sales", active=False),
            person("pia", "sales", partner=True),
        )
    },
    departments={
        "sales": Department(id="sales", name="Sales 销售部"),
        "east": Department(id="east", name="East", parent="sales"),
        "office": Department(id="office", name="Office", parent="loop"),
        "loop": Department(id="loop", name="Loop", parent="office"),
    },
)
LISTS = {"front": ("department:sales", "list:more"), "more": ("@eve",), "self": ("list:self",)}
ROOMS = {"lobby": ("ann", "pia", "sam", "nobody")}
SCOPE = Scope(DIRECTORY, LISTS, ("office", "night"), ROOMS.get)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("all", Part("all")),
        (" 全体 ", Part("all")),
        ("department: sales", Part("department", "sales")),
        ("部门：销售部", Part("department", "销售部")),
        ("Role:it", Part("role", "it")),
        ("place:a  b", Part("place", "a b")),
        ("@ann", Part("person", "ann")),
        ("人员:ann", Part("person", "ann")),
        ("list:x", Part("list", "x")),
    ],
)
def test_the_terms_of_an_audience(text: str, meant: Part) -> None:
    assert part(text) == meant


@pytest.mark.parametrize(
    "text", ["", "@", "sales", "department:", "town:berlin", ":x", "<!channel>"]
)
def test_what_is_no_audience_names_what_is(text: str) -> None:
    with pytest.raises(NoAudience) as found:
        part(text)

    assert "department:sales" in render(found.value.why, Reader(), str)


@pytest.mark.parametrize(
    ("audience", "people"),
    [
        (("all",), {"ann", "bob", "eve"}),
        (("department:sales",), {"ann", "bob"}),
        (("department:Sales 销售部",), {"ann", "bob"}),
        (("department:loop",), {"eve"}),
        (("role:it", "calendar:night"), {"ann", "bob"}),
        (("place:lobby",), {"ann"}),
        (("place:#lobby",), {"ann"}),
        (("@pia", "@Ann"), {"ann", "pia"}),
        (("list:front",), {"ann", "bob", "eve"}),
        ((), set()),
    ],
)
def test_whom_an_audience_means(audience: tuple[str, ...], people: set[str]) -> None:
    assert SCOPE.people(audience) == people


@pytest.mark.parametrize(
    ("audience", "why"),
    [
        ("department:cellar", "There is no department cellar. Known: East, Loop, Office, Sales"),
        ("role:king", "There is no role king. Known: employee,"),
        ("calendar:moon", "There is no calendar moon. Known: office, night."),
        ("place:attic", "I am in no channel called attic,"),
        ("@zoe", "I know nobody called zoe."),
        ("@sam", "I know nobody called sam."),
        ("list:nobody", "The policy has no list nobody. Known: front, more, self."),
        ("list:self", "The policy has no list self."),
    ],
)
def test_whom_it_cannot_mean_is_said_with_what_is_known(audience: str, why: str) -> None:
    with pytest.raises(NoAudience) as found:
        SCOPE.people([audience])

    assert render(found.value.why, Reader(), str).startswith(why)


def test_two_people_of_one_name_are_told_apart_by_hand() -> None:
    twins = {id: Person(id=id, name="Li Na") for id in ("a", "b")}

    with pytest.raises(NoAudience) as found:
        Scope(Directory(people=twins)).people(["@Li Na"])
    assert render(found.value.why, Reader(), str).startswith("2 people are called Li Na.")


def asking(right: str, options: tuple[str, ...] = ()) -> Notice:
    names = dict.fromkeys(("id", "digest", "class_name", "author", "level", "title", "text"), "x")
    return Notice(
        **names,
        number=1,
        kind="notice",
        version=1,
        policy=1,
        material=False,
        request=None,
        about=None,
        published_at=datetime(2026, 3, 2, tzinfo=UTC),
        replaces=None,
        replaced_by=None,
        audience=("all",),
        channels=(),
        question="When?",
        options=options,
        right=right,
    )


@pytest.mark.parametrize(
    ("right", "options", "words", "understood"),
    [
        ("Friday", ("Thursday", "Friday"), "2", True),
        ("Friday", ("Thursday", "Friday"), "1", False),
        ("Friday", ("Thursday", "Friday"), " friday. ", True),
        ("Friday", ("Thursday", "Friday"), "0", False),
        ("Friday", ("Thursday", "Friday"), "9" * 30, False),
        ("Friday", (), "Friday", True),
        ("Friday", (), "2", False),
        ("2", ("1", "2"), "2", True),
        ("1", ("2", "1"), "1", True),
    ],
)
def test_a_check_question_is_answered_by_number_or_words(
    right: str, options: tuple[str, ...], words: str, understood: bool
) -> None:
    assert notices.answered(asking(right, options), words) is understood


def test_a_question_that_cannot_be_answered_is_not_asked() -> None:
    plain = {"title": "x", "text": "x", "audience": ("all",), "requester": "ann", "digest": "x"}

    assert notices.why_unasked(Draft(**plain)) is None  # type: ignore[arg-type]
    for wrong in (
        {"question": "?"},
        {"options": ("a",)},
        {"question": "?", "right": "b", "options": ("a",)},
    ):
        assert notices.why_unasked(Draft(**plain, **wrong)) is not None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("same", "same", ()),
        ("", "new words", (Change("", "new words"),)),
        ("old words", "", (Change("old words", ""),)),
        ("Come on Friday.", "Come on Thursday.", (Change("Come on Friday.", "Come on Thursday."),)),
        ("周五下午放假", "周四下午放假", (Change("周五下午放假", "周四下午放假"),)),
        ("a\n" * 300 + "x", "a\n" * 300 + "y", (Change("a\na\na\nx", "a\na\na\ny"),)),
    ],
)
def test_a_correction_shows_what_it_changed(
    before: str, after: str, found: tuple[Change, ...]
) -> None:
    assert changes(before, after) == found


def test_changes_far_apart_are_shown_apart() -> None:
    words = [f"w{n}" for n in range(200)]
    other = [*words]
    other[10], other[150] = "ten", "fifty"

    first, second = changes(" ".join(words), " ".join(other))
    assert first == Change("w7 w8 w9 w10 w11 w12 w13", "w7 w8 w9 ten w11 w12 w13")
    assert "fifty" in second.after
