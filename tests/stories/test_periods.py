"""Reports that come by themselves: of each period once, and made anew where late data changed it.

Policy 5.1.2, 5.2.1.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from bot import making, periodical
from bot.clock import Clock
from bot.effects import Deliverable, Upload
from bot.events import MessageRef, Place, PlaceChanged, Platform
from bot.gathering import gather
from bot.handlers import deeds
from bot.handlers.deeds import Ending
from bot.handlers.nudging import Nudging
from bot.making import Made
from bot.policy.duties import Duty
from bot.policy.findings import Finding
from bot.policy.keyfigures import Issue
from bot.policy.people import Absence
from bot.report import Material, Tell, Wanted, silent
from bot.store import Store, Transaction
from bot.store.connecting import connect, create, sqlite_url
from bot.store.schema import duties, orders
from bot.ticker import Ticker
from bot.words import Reader
from bot.workshop import Workshop
from reports.build import build
from reports.issue import issue
from reports.sheets import SHEETS
from tests.desk import Desk, Paper, person

DAY = timedelta(days=1)
APRIL_2 = datetime(2026, 4, 2, 1, tzinfo=UTC)  # 09:00 in Shanghai, the second working day
POLICY = """
[reports]
hr = ["month"]
head = ["month"]
board = ["month"]
audit = []
"""


UPHELD = Finding(
    id="f", number=900, rule="house.rule", clause="4.2.1", severity="slight", person="bob",
    about=None, request=None, at=APRIL_2, state="settled", how="upheld", settled_by="hana",
    settled_at=APRIL_2,
)  # fmt: skip


class Shelf(Paper):
    """A platform that keeps what it is handed."""

    def __init__(self) -> None:
        super().__init__()
        self.uploads: list[Upload] = []

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        if isinstance(effect, Upload):
            self.uploads.append(effect)
        return await super().deliver(effect, key=key, reader=reader)


@pytest.fixture(autouse=True)
def cheaply(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In this process, and of the sheets the cover alone; `test_in_full` makes all of it."""

    async def made(_: object, material: Material, tell: Tell = silent) -> Made:
        out = tmp_path / "report.xlsx"
        out.unlink(missing_ok=True)
        out.with_suffix(".png").unlink(missing_ok=True)
        said = issue(material, out, tell)
        return Made(*making._read(out), said)

    def cover_alone(material: Material, out: Path, tell: Tell) -> object:
        return build(material, out, SHEETS[:1], tell=tell)

    def dot(_: Material, out: Path) -> None:
        out.write_bytes(b"\x89PNG")

    monkeypatch.setattr("bot.workshop.issue", made)
    monkeypatch.setattr("reports.issue.build", cover_alone)
    monkeypatch.setattr("reports.picture.draw", dot)


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk(paper=Shelf(), policy=POLICY)
    desk.wait(timedelta(0))
    yield desk
    desk.close()


def of_reports(said: list[str]) -> list[str]:
    return [each for each in said if "eport of" in each or "报告" in each]


def comes(desk: Desk, at: datetime) -> list[str]:
    """Time goes by at once; what was ordered is made; what is then said of reports."""
    said = desk.wait(at - desk.now)
    while asyncio.run(desk.bot.workshop.round()):
        pass
    return of_reports([*said, *desk.wait(timedelta(seconds=1))])


def daily(desk: Desk, at: datetime) -> list[str]:
    """The same, day by day."""
    said: list[str] = []
    while desk.now < at:
        said += comes(desk, min(desk.now + DAY, at))
    return said


def history(desk: Desk, person: str, edition: str) -> list[tuple[str, int, str]]:
    """Period, version and what was the occasion, of those that are there."""
    with desk.store.reading() as tx:
        found = tx.published.made(person, 50)
    return sorted((r.period, r.version, r.occasion) for r in found if r.edition == edition)


def answered(desk: Desk) -> str:
    """Bob is asked something and answers in time; the id of what he owed."""
    asked = desk.posts("ann", "@bob when will the samples be ready?")
    desk.wait(timedelta(minutes=30))
    desk.posts("bob", "They are ready, in the store room.", reply_to=asked)
    desk.wait(timedelta(minutes=1))
    with desk.store.reading() as tx:
        return str(tx.rows.all(duties, duties.c.owed_by == "bob")[-1].id)


def unanswered(desk: Desk, id: str) -> None:
    """An import corrects what had become of it."""
    with desk.store.transaction() as tx:
        duty = tx.duties.get(id)
        assert duty is not None
        tx.duties.save(replace(duty, closed=duty.due + timedelta(hours=1)))


def test_a_report_comes_to_who_is_named_on_the_second_working_day(desk: Desk) -> None:
    answered(desk)
    assert comes(desk, APRIL_2 - timedelta(minutes=1)) == []

    said = comes(desk, APRIL_2 + timedelta(hours=1))

    assert sorted(desk.titles(said)) == [
        "grace: Report of 2026-03: department edition",
        "grace: Report of 2026-03: management edition",
        "hana: Report of 2026-03: HR edition",
        "mei: 2026-03 报告：部门版",
        "sam: Report of 2026-03: department edition",
    ]
    hana = next(each for each in said if each.startswith("hana"))
    assert 5 <= len(hana.splitlines()[1:]) <= 8
    assert "Below target" not in hana
    assert "No figure lies clearly below its target." in hana
    assert "On-time rate: 100%, target 95%" in hana
    assert "/duly report 2026-03 hr sends the whole report." in hana
    mei = next(each for each in said if each.startswith("mei"))
    assert "及时率: 100%，目标 95%" in mei
    assert "没有指标明显低于目标。" in mei
    assert comes(desk, APRIL_2 + 10 * DAY) == []


def test_where_nothing_was_counted_no_figure_is_said_to_be_well(desk: Desk) -> None:
    said = comes(desk, APRIL_2 + timedelta(hours=1))

    hana, mei = (next(each for each in said if each.startswith(name)) for name in ("hana", "mei"))
    assert "There was too little to count: no figure could be held against its target." in hana
    assert "可统计的数据太少：没有指标可以与目标比较。" in mei


def test_with_pages_the_summary_leads_to_the_one_of_its_report(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.links.announce("https://duly.example")

    said = comes(desk, APRIL_2 + timedelta(hours=1))

    with desk.store.reading() as tx:
        mine = next(each for each in tx.published.made("hana", 5))
    hana = next(each for each in said if each.startswith("hana"))
    assert f"The whole report https://duly.example/reports/{mine.number}" in hana
    with desk.store.reading() as tx:
        assert tx.published.numbered(mine.number, "hana") is not None
        assert tx.published.numbered(mine.number, "ann") is None


def test_after_a_long_outage_the_newest_of_each_kind_is_sent_and_names_the_others() -> None:
    desk = Desk(paper=Shelf(), policy=POLICY.replace('hr = ["month"]', 'hr = ["month", "quarter"]'))
    desk.wait(timedelta(0))
    desk.now = datetime(2026, 6, 9, 2, tzinfo=UTC)  # nothing happened since 2 March

    said = comes(desk, desk.now)

    hana = sorted(each for each in said if each.startswith("hana"))
    assert desk.titles(hana) == [
        "hana: Report of 2026-05: HR edition",
        "hana: Report of 2026-Q1: HR edition",
    ]
    assert "Made late" not in hana[1]
    assert "Made late, as Duly was down when they were due: 2026-03, 2026-04." in hana[0]
    assert history(desk, "hana", "hr") == [
        ("2026-03", 1, "missed"),
        ("2026-04", 1, "missed"),
        ("2026-05", 1, "due"),
        ("2026-Q1", 1, "due"),
    ]
    listed = desk.says("hana", "reports")[0].splitlines()
    assert sorted(each.split(": ")[0] for each in listed[1:]) == [
        "2026-03, HR edition",
        "2026-04, HR edition",
        "2026-05, HR edition",
        "2026-Q1, HR edition",
    ]
    desk.close()


def test_late_data_bring_a_new_version_that_says_what_changed(desk: Desk) -> None:
    answered(desk)
    answered(desk)
    late = answered(desk)
    comes(desk, APRIL_2 + timedelta(hours=1))
    unanswered(desk, late)

    said = daily(desk, APRIL_2 + 6 * DAY)

    hana = [each for each in said if each.startswith("hana")]
    assert desk.titles(hana) == ["hana: Corrected report of 2026-03: HR edition"]
    assert "Late data have changed what version 1 said:" in hana[0]
    assert "On-time rate: 100% → 66.7%" in hana[0]
    assert history(desk, "hana", "hr") == [("2026-03", 1, "due"), ("2026-03", 2, "late")]
    assert "mei: 2026-03 报告更正版：部门版" in desk.titles(said)
    assert not [each for each in said if each.startswith("sam")], "none of theirs changed"


def reopened(tx: Transaction, duty: Duty) -> None:
    tx.duties.save(replace(duty, state="open", closed=None))


def imported(tx: Transaction, duty: Duty) -> None:
    tx.duties.add(replace(duty, id="", number=0))


def on_leave(tx: Transaction, duty: Duty) -> None:
    """It is entered afterwards: they were away for most of the time it took."""
    end = duty.start + timedelta(minutes=20)
    tx.people.absent(Absence(person="bob", start=duty.start, end=end, delegate=None))


@pytest.mark.parametrize("comes_late", [reopened, imported, on_leave])
def test_whatever_comes_late_is_seen_by_the_figures(
    desk: Desk, comes_late: Callable[[Transaction, Duty], None]
) -> None:
    late = answered(desk)
    comes(desk, APRIL_2 + timedelta(hours=1))
    with desk.store.transaction() as tx:
        duty = tx.duties.get(late)
        assert duty is not None
        comes_late(tx, duty)

    daily(desk, APRIL_2 + DAY)

    assert history(desk, "hana", "hr") == [("2026-03", 1, "due"), ("2026-03", 2, "late")]


def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whose figures are computed, from now on."""
    found: list[str] = []

    def gathered(tx: Transaction, wanted: Wanted) -> Material:
        found.append(f"{wanted.person} {wanted.edition}")
        return gather(tx, wanted)

    monkeypatch.setattr(periodical, "gather", gathered)
    return found


@pytest.mark.thorough
def test_nothing_is_computed_while_the_data_behind_it_are_what_they_were(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = answered(desk)
    comes(desk, APRIL_2 + timedelta(hours=1))
    found = looks(monkeypatch)

    desk.posts("ann", "@bob and where are they?")  # of another period
    daily(desk, APRIL_2 + 4 * DAY)
    assert found == []

    unanswered(desk, late)
    daily(desk, APRIL_2 + 7 * DAY)
    assert {"hana hr", "grace board", "mei head"} <= set(found)
    assert len(history(desk, "hana", "hr")) == 2

    found.clear()
    daily(desk, APRIL_2 + 12 * DAY)
    assert found == []


@pytest.mark.thorough
def test_what_changed_no_figure_is_looked_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = answered(desk)
    comes(desk, APRIL_2 + timedelta(hours=1))
    found = looks(monkeypatch)
    with desk.store.transaction() as tx:
        duty = tx.duties.get(late)
        assert duty is not None
        tx.duties.save(replace(duty, how="answered at last"))

    daily(desk, APRIL_2 + 6 * DAY)

    assert sorted(found) == ["grace board", "grace head", "hana hr", "mei head", "sam head"]
    assert history(desk, "hana", "hr") == [("2026-03", 1, "due")]


@pytest.mark.thorough
def test_a_finding_that_proves_a_false_alarm_is_late_data(desk: Desk) -> None:
    finding = replace(UPHELD, rule="unapproved", at=desk.now, settled_at=None, state="open", how="")
    with desk.store.transaction() as tx:
        tx.findings.add(finding)
    comes(desk, APRIL_2 + timedelta(hours=1))
    with desk.store.transaction() as tx:
        assert tx.findings.settle(
            replace(finding, state="settled", how="false", settled_at=desk.now)
        )

    daily(desk, APRIL_2 + DAY)

    assert history(desk, "hana", "hr") == [("2026-03", 1, "due"), ("2026-03", 2, "late")]


def joins(desk: Desk, owed: Duty) -> None:  # noqa: ARG001
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("eve"), id="new")])


def leaves(desk: Desk, owed: Duty) -> None:  # noqa: ARG001
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("eve"), active=False)])


def opens_a_room(desk: Desk, owed: Duty) -> None:  # noqa: ARG001
    place = Place(Platform("playground"), "acme", "new-room")
    desk.hears(
        PlaceChanged(
            key="new", at=desk.now, place=place, name="new", kind="channel", archived=False
        )
    )


def drops(desk: Desk, owed: Duty) -> None:
    assert "needs no reply" in desk.says("ann", f"drop {owed.number}")[0]


def promises(desk: Desk, owed: Duty) -> None:
    desk.says("bob", f"promise {owed.number} by tomorrow 17:00")
    with desk.store.reading() as tx:
        after = tx.duties.get(owed.id)
    assert after is not None
    assert after.promised_at is not None


def hands_over(desk: Desk, owed: Duty) -> None:
    with desk.store.transaction() as tx:
        deeds.settle(tx, owed, "passed", Ending("to:eve", tx.clock.now()))


def stands(desk: Desk, owed: Duty) -> None:
    with desk.store.transaction() as tx:
        deeds.hold(tx, owed, "asked_back")


@pytest.mark.thorough
@pytest.mark.parametrize("deed", [joins, leaves, opens_a_room, drops, promises, hands_over, stands])
def test_what_is_done_when_the_books_have_closed_is_no_late_data(
    desk: Desk, deed: Callable[[Desk, Duty], None]
) -> None:
    answered(desk)
    desk.now = datetime(2026, 3, 31, 1, tzinfo=UTC)
    desk.posts("ann", "@bob when will the samples be ready?")
    with desk.store.transaction() as tx:
        tx.gaps.add("playground/acme/C0", desk.now, desk.now + timedelta(hours=3))
    comes(desk, APRIL_2 + timedelta(hours=1))
    with desk.store.reading() as tx:
        owed = tx.duties.get(tx.rows.all(duties, duties.c.owed_by == "bob")[-1].id)
    assert owed is not None
    deed(desk, owed)

    daily(desk, APRIL_2 + DAY)

    assert history(desk, "hana", "hr") == [("2026-03", 1, "due")]
    assert history(desk, "grace", "board") == [("2026-03", 1, "due")]


@pytest.mark.thorough
def test_an_answer_after_the_books_have_closed_is_no_late_data(desk: Desk) -> None:
    desk.now = datetime(2026, 3, 31, 1, tzinfo=UTC)
    asked = desk.posts("ann", "@bob when will the samples be ready?")
    comes(desk, APRIL_2 + timedelta(hours=1))
    desk.posts("bob", "They are ready, in the store room.", reply_to=asked)

    assert [each for each in daily(desk, APRIL_2 + 5 * DAY) if "hana" in each] == []


@pytest.mark.thorough
def test_a_correction_is_made_once_a_day_and_within_its_window_only(desk: Desk) -> None:
    first, second = answered(desk), answered(desk)
    comes(desk, APRIL_2 + timedelta(hours=1))
    unanswered(desk, first)
    desk.wait(timedelta(hours=2))
    assert comes(desk, desk.now) == [], "a new version is looked for when the next day begins"
    daily(desk, APRIL_2 + 5 * DAY)
    assert len(history(desk, "hana", "hr")) == 2

    comes(desk, APRIL_2 + 31 * DAY)
    unanswered(desk, second)
    daily(desk, APRIL_2 + 40 * DAY)

    assert [each for each in history(desk, "hana", "hr") if each[0] == "2026-03"] == [
        ("2026-03", 1, "due"),
        ("2026-03", 2, "late"),
    ]


@pytest.mark.thorough
def test_who_counted_others_by_now_gets_no_correction(desk: Desk) -> None:
    late = answered(desk)
    comes(desk, APRIL_2 + timedelta(hours=1))
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("ann"), department="tech", manager="mei")])
    unanswered(desk, late)

    said = daily(desk, APRIL_2 + 5 * DAY)

    assert sorted(each.split(":")[0] for each in said) == ["grace", "hana"]


@pytest.mark.thorough
def test_two_processes_make_each_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = sqlite_url(tmp_path)
    one, other = connect(url), connect(url)
    create(one)

    made_once_by(one, other, monkeypatch)
    other.dispose()
    one.dispose()


@pytest.mark.thorough
def test_two_processes_make_each_once_on_postgresql(
    postgresql: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_once_by(postgresql, postgresql, monkeypatch)


def made_once_by(one: sa.Engine, other: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both look at the clock at the same moment, after an outage, and both build."""
    desk = Desk(policy=POLICY, db=one)
    desk.wait(timedelta(0))
    desk.now = datetime(2026, 6, 9, 2, tzinfo=UTC)
    stores = [
        Store(db, "acme", desk.store.seal, Clock(lease=lambda: desk.now)) for db in (one, other)
    ]
    both, built = Barrier(2), list[str]()

    async def made(*_: object) -> Made:
        built.append("")
        return Made(b"a workbook", None, Issue(()))

    def work(store: Store) -> None:
        both.wait()
        Ticker(store, Nudging()).ring()
        while asyncio.run(Workshop(store, silent_build).round()):
            pass

    monkeypatch.setattr("bot.workshop.issue", made)
    threads = [Thread(target=work, args=(each,)) for each in stores]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    with desk.store.reading() as tx:
        names = [each.once for each in tx.rows.all(orders, orders.c.state == "made")]
    assert len(names) == len(set(names)) == len(built) == 5 * 3


def silent_build(*_: object) -> None:
    """Stands where a builder must."""


def test_the_summary_waits_until_its_reader_is_at_work(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        back = APRIL_2 + 5 * DAY
        tx.people.absent(Absence(person="hana", start=APRIL_2 - DAY, end=back, delegate=None))
    assert not [each for each in comes(desk, back - timedelta(hours=1)) if "hana" in each]

    assert desk.titles([each for each in comes(desk, back + 3 * DAY) if "hana" in each]) == [
        "hana: Report of 2026-03: HR edition"
    ]


@pytest.mark.thorough
def test_what_was_corrected_before_its_reader_was_back_is_said_once(desk: Desk) -> None:
    late = answered(desk)
    back = APRIL_2 + 11 * DAY
    with desk.store.transaction() as tx:
        tx.people.absent(Absence(person="hana", start=APRIL_2 - DAY, end=back, delegate=None))
    comes(desk, APRIL_2 + timedelta(hours=1))
    unanswered(desk, late)

    said = [each for each in daily(desk, back + DAY) if "hana" in each]

    assert desk.titles(said) == ["hana: Corrected report of 2026-03: HR edition"]


def test_who_has_lost_the_role_meanwhile_reads_nothing_of_it(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        back = APRIL_2 + 5 * DAY
        tx.people.absent(Absence(person="hana", start=APRIL_2 - DAY, end=back, delegate=None))
    comes(desk, APRIL_2 + timedelta(hours=1))
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("hana"), roles=frozenset())])

    assert not [each for each in comes(desk, back + 3 * DAY) if "hana" in each]


@pytest.mark.thorough
def test_the_picture_comes_with_the_summary_and_without_its_library_the_summary_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(desk)
    comes(desk, APRIL_2 + timedelta(hours=1))
    names = {(each.to.id, each.name) for each in shelf(desk).uploads}
    assert ("hana", "duly-hr-2026-03.png") in names
    upload = next(each for each in shelf(desk).uploads if each.to.id == "hana")
    with desk.store.reading() as tx:
        assert tx.files.read(upload.file).startswith(b"\x89PNG")

    shelf(desk).uploads.clear()
    monkeypatch.setattr("reports.issue.find_spec", lambda _: None)
    said = comes(desk, datetime(2026, 5, 8, 2, tzinfo=UTC))

    assert "hana: Report of 2026-04: HR edition" in desk.titles(said)
    assert shelf(desk).uploads == []


def test_a_picture_that_cannot_be_drawn_costs_the_picture_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise ValueError("no ink")

    monkeypatch.setattr("reports.picture.draw", fails)

    assert "hana: Report of 2026-03: HR edition" in desk.titles(
        comes(desk, APRIL_2 + timedelta(hours=1))
    )
    assert "the picture of report" in caplog.text
    assert "no ink" not in caplog.text


def test_where_the_policy_allows_the_file_comes_too_until_it_expires() -> None:
    desk = Desk(paper=Shelf(), policy=POLICY + 'as_file = ["board"]\nkeep_days = 5\n')
    desk.wait(timedelta(0))
    comes(desk, APRIL_2 + timedelta(hours=1))

    sent = {each.name: each.file for each in shelf(desk).uploads if each.to.id == "grace"}
    board = sent.pop("duly-board-2026-03.xlsx")
    assert set(sent) == {"duly-board-2026-03.png", "duly-head-2026-03.png"}
    with desk.store.reading() as tx:
        assert tx.files.read(board).startswith(b"PK")
    assert "until" in desk.says("grace", "reports")[0]
    desk.wait(6 * DAY)
    with desk.store.reading() as tx, pytest.raises(LookupError):
        tx.files.read(board)
    said = desk.says("grace", "reports")[0]
    assert "its file was removed; /duly report 2026-03 board makes it again" in said
    desk.close()


def test_a_summary_is_sent_though_its_picture_has_expired_meanwhile() -> None:
    desk = Desk(paper=Shelf(), policy=POLICY + "keep_days = 2\n")
    desk.wait(timedelta(0))
    back = APRIL_2 + 5 * DAY
    with desk.store.transaction() as tx:
        tx.people.absent(Absence(person="hana", start=APRIL_2 - DAY, end=back, delegate=None))

    comes(desk, APRIL_2 + timedelta(hours=1))
    said = comes(desk, back + DAY)

    assert "hana: Report of 2026-03: HR edition" in desk.titles(said)
    assert not [each for each in shelf(desk).uploads if each.to.id == "hana"]
    desk.close()


def test_who_has_several_roles_names_the_edition(desk: Desk) -> None:
    assert "preparing the report of 2026-03" in desk.says("hana", "report 2026-03 board")[0]
    assert "preparing" in desk.says("hana", "report 管理层")[0]
    assert "not for your role" in desk.says("ann", "report 2026-03 board")[0]
    assert "heads of departments" in desk.says("ann", "report head")[0]
    with desk.store.reading() as tx:
        assert [each.edition for each in tx.orders.of("hana")] == ["board", "board"]
    assert "preparing the report of 2026-03" in desk.says("hana", "reports")[0]
    assert "You have no reports." in desk.says("ann", "reports")[0]


def test_a_report_that_cannot_be_made_is_told_of_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> Made:
        raise making.Unmade("its process died")

    monkeypatch.setattr("bot.workshop.issue", fails)
    desk.now = APRIL_2
    desk.wait(timedelta(hours=1))
    for _ in range(3):
        comes(desk, desk.now)
        desk.wait(timedelta(minutes=20))

    said = [line.text for line in desk.paper.seen_by("hana")]
    assert said == ["The report could not be made. IT can see why in the log."]


def shelf(desk: Desk) -> Shelf:
    assert isinstance(desk.paper, Shelf)
    return desk.paper
