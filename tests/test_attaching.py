"""Files that people add to forms: kept for a day, copied for good, and nobody else's."""

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot import clock
from bot.command import Refusal
from bot.handlers import attaching
from bot.policy import attachments
from bot.policy.attachments import Attached
from bot.port import Ability, Brought
from bot.store.files import PIECE
from bot.words import Reader, render, say
from commands import COMMANDS
from tests.desk import Desk, account, person
from tests.enclosing import NEEDED, command

DAY = timedelta(days=1)
BODY = b"%PDF-1.7 offer"


def bring(
    desk: Desk, who: str = "ann", name: str = "offer.pdf", body: bytes = BODY, key: str = "k"
) -> str:
    return asyncio.run(desk.bot.inbox.keep(Brought(account(who), key, name, body)))


def why(caught: pytest.ExceptionInfo[Refusal]) -> str:
    return render(caught.value.why, Reader(), str)


def resolved(desk: Desk, who: str, value: str) -> tuple[Attached, ...]:
    with desk.store.transaction() as tx:
        return attaching.resolve(tx, person(who), value)


def claimed(desk: Desk, who: str, value: str) -> tuple[Attached, ...]:
    with desk.store.transaction() as tx:
        return attaching.claim(tx, attaching.resolve(tx, person(who), value))


def body_of(desk: Desk, file: str) -> bytes:
    with desk.store.reading() as tx:
        return tx.files.read(file)


def test_a_file_is_kept_with_its_name_its_size_and_its_hash(desk: Desk) -> None:
    reference = bring(desk, name="报价单 三月.pdf")

    (found,) = resolved(desk, "ann", reference)
    assert (found.name, found.size) == ("报价单 三月.pdf", len(BODY))
    assert found.sha256 == hashlib.sha256(BODY).hexdigest()
    assert reference == attachments.reference(found.file)


def test_the_same_brought_again_is_the_same_file(desk: Desk) -> None:
    first = bring(desk)

    assert bring(desk) == first
    assert bring(desk, key="another form") != first
    assert bring(desk, body=b"other") != first
    assert bring(desk, name="other.pdf") != first
    assert bring(desk, who="bob") != first


def test_what_nobody_used_is_gone_after_a_day_but_its_copy_stays(desk: Desk) -> None:
    reference = bring(desk)
    (copy,) = claimed(desk, "ann", reference)
    desk.wait(DAY)

    with pytest.raises(Refusal) as caught:
        resolved(desk, "ann", reference)
    assert "not there any more" in why(caught)
    assert body_of(desk, copy.file) == BODY
    with desk.store.transaction() as tx:
        tx.files.expire(desk.now)
        assert tx.files.stored(copy.file) is not None
    assert bring(desk) == reference  # it may be brought anew


def test_a_copy_is_of_the_bytes_at_that_moment(desk: Desk) -> None:
    body = bytes(range(256)) * (PIECE // 100)  # several pieces
    reference = bring(desk, body=body)
    (copy,) = claimed(desk, "ann", reference)
    with desk.store.transaction() as tx:
        tx.files.keep(attachments.referred(reference)[0], "x", "ann", b"changed", DAY)

    assert body_of(desk, copy.file) == body
    assert copy.sha256 == hashlib.sha256(body).hexdigest()
    assert resolved(desk, "ann", reference)[0].sha256 != copy.sha256
    with desk.store.transaction() as tx, pytest.raises(LookupError):
        tx.files.copy("0" * 32)


def test_nobody_uses_another_persons_file_nor_a_workbook(desk: Desk) -> None:
    theirs = bring(desk)
    with desk.store.transaction() as tx:
        workbook = tx.files.add("report.xlsx", "bob", b"figures", DAY)

    for value in (theirs, f"file:{workbook}", "file:" + "0" * 32):
        with pytest.raises(Refusal) as caught:
            resolved(desk, "bob", value)
        assert "not there any more" in why(caught)
    with pytest.raises(Refusal):
        resolved(desk, "bob", "offer.pdf")


def test_what_is_empty_too_large_too_much_or_a_strangers_is_refused(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.policies.adopt("[files]\nlongest_mb = 1\nwaiting_mb = 2")
    large = bytes(1_000_000)
    assert asyncio.run(desk.bot.inbox.largest()) == len(large)
    bring(desk, body=large)
    bring(desk, body=large, key="k2")

    for said, trial in {
        "offer.pdf is empty": {"body": b""},
        "offer.pdf is larger than 1 MB": {"body": large + b"x"},
        "too much that was not used": {"body": b"x"},
        "I do not know this account": {"who": "nobody"},
    }.items():
        with pytest.raises(Refusal) as caught:
            bring(desk, **trial)  # type: ignore[arg-type]
        assert said in why(caught)
    assert bring(desk, body=large)  # it is there already
    desk.wait(DAY)
    assert bring(desk, body=b"x")


def test_nothing_is_said_to_be_kept_before_it_is_committed(desk: Desk) -> None:
    def strike(name: str) -> None:
        if name == "before commit":
            raise OSError("disk full")

    clock.faults.append(strike)
    try:
        with pytest.raises(OSError, match="disk full"):
            bring(desk)
    finally:
        clock.faults.remove(strike)

    with desk.store.transaction() as tx:
        assert tx.files.waiting("ann") == 0
    assert resolved(desk, "ann", bring(desk))


def test_the_same_brought_by_many_at_once_is_one_file(desk: Desk) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: bring(desk), range(8)))

    (reference,) = found
    assert resolved(desk, "ann", reference)[0].size == len(BODY)
    with desk.store.transaction() as tx:
        assert tx.files.waiting("ann") == len(BODY)


def test_neither_its_name_nor_its_bytes_lie_readable_in_the_database(desk: Desk) -> None:
    reference = bring(desk, name="canary-7f3a.pdf", body=b"canary-7f3a in the text")
    claimed(desk, "ann", reference)

    with desk.store.db.connect() as conn:
        tables = sa.inspect(conn).get_table_names()
        for table in tables:
            for row in conn.execute(sa.text(f'SELECT * FROM "{table}"')):
                assert "canary-7f3a" not in repr(
                    [bytes(x) if isinstance(x, memoryview) else x for x in row]
                )


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("offer.pdf", "offer.pdf"),
        ("报价单 三月.pdf", "报价单 三月.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\offer.pdf", "offer.pdf"),
        ("offer\u202efdp.exe", "offerfdp.exe"),
        ("a\x00b\nc\u200b.pdf", "abc.pdf"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ("..", "file"),
        ("", "file"),
        (" . ", "file"),
        ("folder/", "file"),
        ("x" * 300 + ".pdf", "x" * 115 + "….pdf"),
        ("x" * 300, "x" * 119 + "…"),
        ("\ud800.pdf", "pdf"),
        ("<b>'\"&.pdf", "<b>'\"&.pdf"),
    ],
)
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    assert attachments.safe_name(name) == safe
    assert len(attachments.safe_name(name)) <= attachments.LONGEST


ONE, TWO = "file:" + "1" * 32, "file:" + "2" * 32


def test_a_value_refers_to_files_and_to_nothing_else() -> None:
    assert attachments.referred(f" {ONE}  {TWO} {ONE}") == ("1" * 32, "2" * 32)
    assert attachments.written(["1" * 32, "2" * 32, "1" * 32]) == f"{ONE} {TWO}"
    assert attachments.why_not("") is None
    for value in ("offer.pdf", "file:", f"{ONE},{TWO}", "file:" + "g" * 32, f"x{ONE}"):
        assert attachments.why_not(value) is not None
    many = attachments.written(f"{number:032x}" for number in range(attachments.MOST + 1))
    assert attachments.why_not(many) is not None


def test_the_words_of_a_command_are_told_from_its_files() -> None:
    assert attachments.apart(f"a note\nin lines {ONE} {TWO}") == (
        "a note\nin lines",
        f"{ONE} {TWO}",
    )
    assert attachments.apart(ONE) == ("", ONE)
    assert attachments.apart(f"see {ONE} there") == (f"see {ONE} there", "")
    assert attachments.apart("") == ("", "")


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr("bot.wiring.COMMANDS", (*COMMANDS, command()))
    return Desk(abilities=~(Ability.FORMS | Ability.FILES))


@pytest.mark.thorough
def test_a_dialogue_says_where_files_can_be_added_and_takes_none(plain: Desk) -> None:
    plain.says("ann", "enclose")
    asked = plain.answers("ann", "a note")
    assert "open your page and begin there: /duly web" in asked[0]
    assert "could read no file" in plain.answers("ann", "")[0]
    assert "words are not read in this field" in plain.answers("ann", "offer.pdf")[0]

    assert plain.titles(plain.answers("ann", "-")) == ["ann: Enclosed: 0"]
    plain.close()


def test_a_dialogue_cannot_go_on_where_a_file_is_needed(
    plain: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    needing = command(NEEDED)
    monkeypatch.setattr("tests.enclosing.FIELDS", (NEEDED,))
    monkeypatch.setattr("bot.wiring.COMMANDS", (*COMMANDS, needing))
    plain.restart()
    asked = plain.says("ann", "enclose")

    assert "Files cannot be added here. Open your page and begin there: /duly web" in asked[0]
    assert "Please fill this in." in plain.answers("ann", "-")[0]
    assert plain.says("ann", "cancel") == ["ann: Cancelled. Nothing was sent."]
    plain.close()


def test_in_a_dialogue_files_are_posted_where_the_platform_has_them(plain: Desk) -> None:
    plain.paper.abilities = ~Ability.FORMS
    plain.restart()
    inbox = plain.bot.inbox
    plain.says("ann", "enclose")
    assert not asyncio.run(inbox.awaits(account("ann")))
    assert "Post the file here. For none, answer -." in plain.answers("ann", "a note")[0]
    assert asyncio.run(inbox.awaits(account("ann")))
    assert not asyncio.run(inbox.awaits(account("bob")))

    first, second = bring(plain, key="1"), bring(plain, name="prices.pdf", key="2")
    assert plain.brings("ann", first)[0].startswith("ann: 1 file is added\nPost another, or answer")
    assert plain.brings("ann", first, second)[0].startswith("ann: 2 files are added")
    refused = plain.brings("ann", refused=say("It is empty."))
    assert refused[0].startswith("ann: It is empty.\n")
    assert plain.titles(plain.answers("ann", "OK")) == ["ann: Enclosed: 2"]
    assert not asyncio.run(inbox.awaits(account("ann")))
    assert "was added to nothing" in plain.brings("ann", first)[0]
    plain.close()


def test_no_more_files_than_fit_are_added_in_a_dialogue(plain: Desk) -> None:
    plain.says("ann", "enclose")
    plain.answers("ann", "a note")

    many = [bring(plain, key=f"{each}") for each in range(attachments.MOST + 1)]
    assert "at most 10 fit" in plain.brings("ann", *many)[0]
    assert plain.brings("ann", *many[:-1])[0].startswith("ann: 10 files are added")
    plain.close()


def test_a_form_with_files_is_checked_before_it_is_taken_and_ends_in_the_command(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.wiring.COMMANDS", (*COMMANDS, command()))
    desk.restart()
    desk.says("ann", "enclose")
    files = f"{bring(desk)} {bring(desk, name='b.txt')}"

    said = desk.submits("ann", note="look", files=files)
    assert said[0].startswith("ann: Enclosed: 2\n«offer.pdf», «b.txt»\n«look»")
    wrong = desk.submits("ann", note="look", files="../offer.pdf")
    assert "words are not read" in wrong[0]
