"""An assessment, from opening to what HR decides, as conversations. Policy 5.2.1."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from bot.__main__ import parser
from bot.cli import assess as cli
from bot.gathering.assessment import Whose
from bot.gathering.assessment import assessed as assessed_in
from bot.handlers import attaching, findings
from bot.handlers.findings import Suspected
from bot.policy import periods
from bot.policy.assessment import Tally
from bot.policy.duties import Duty
from bot.policy.findings import SEVERITIES
from bot.port import Ability, Brought
from bot.store.assessing import Assessed
from bot.store.schema_assessment import assessed, assessment_trail, ratings
from tests.desk import Desk, account

H, DAY = timedelta(hours=1), timedelta(days=1)
FEBRUARY = datetime(2026, 2, 3, 2, tzinfo=UTC)
POLICY = "[assessment]\nrate_days = 3\ncontest_days = 2\nanswer_days = 2\n"
REMARK = "Careful with figures."


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Of February: Ann had 25 duties, 20 of them on time; Eve had five."""
    made = Desk(policy=POLICY)
    with made.store.transaction() as tx:
        for number in range(25):
            tx.duties.add(duty("ann", on_time=number < 20))
        for _ in range(5):
            tx.duties.add(duty("eve", on_time=True))
    yield made
    made.close()


def duty(who: str, *, on_time: bool, **more: object) -> Duty:
    due = FEBRUARY + 4 * H
    values = {
        "id": "", "number": 0, "kind": "reply", "owed_by": who, "owed_to": "bob",
        "clause": "2.2.1-reply", "rule": "question-to-person", "level": "normal", "policy": 1,
        "calendar": "office", "start": FEBRUARY, "due": due, "first_due": due,
        "state": "done", "closed": due - H if on_time else due + H, "how": "answered",
    }  # fmt: skip
    return Duty(**(values | more))  # type: ignore[arg-type]


def row(desk: Desk, who: str) -> Assessed:
    with desk.store.reading() as tx:
        round = tx.assessments.newest()
        assert round is not None
        found = tx.assessments.one(round.id, who)
    assert found is not None
    return found


def to(said: list[str], who: str) -> str:
    return "\n".join(each for each in said if each.startswith(f"{who}: "))


def opened(desk: Desk) -> list[str]:
    return desk.says("hana", "assess open 2026-02")


def rated(desk: Desk, who: str = "ann", by: str = "sam", words: str = f"90 80 {REMARK}") -> str:
    return to(desk.says(by, f"assess @{who} rate {words}"), by)


def shown(desk: Desk) -> None:
    opened(desk)
    rated(desk)
    rated(desk, "eve", words="85 85")


def test_from_opening_to_the_decision_of_hr_with_a_contest(desk: Desk) -> None:
    said = opened(desk)
    assert "Assessment of 2026-02" in to(said, "hana")
    assert "2026-02: 2 people wait for your rating" in to(said, "sam")
    assert "Rate whom you lead, for 2026-02" in to(desk.says("sam", "mine"), "sam")

    desk.presses("sam", "Rate {person}")
    form = desk.paper.forms[-1].form
    assert [each.name for each in form.fields] == ["accuracy", "attitude", "words"]
    for wrong in ("101", "-1", "９０", "9.5"):
        said = desk.submits("sam", accuracy=wrong, attitude="80", words=REMARK)
        assert said == ["sam: Please give a whole number from 0 to 100."], wrong
    assert "Rated: " in to(desk.submits("sam", accuracy="90", attitude="80", words=REMARK), "sam")
    assert not row(desk, "ann").shown
    said = desk.says("sam", "assess @eve rate 85 85")

    card = to(said, "ann")
    assert "Your assessment of 2026-02" in card
    assert "On time: 20 of 25" in card
    assert "Timeliness: 81.0 (counted)" in card  # (20 + 10 · 25/30) / 35, and no promise
    assert "Accuracy: 90.0 (rated)" in card
    assert "Security awareness: no data" in card
    assert "Suggested: too little data" in card  # two dimensions are missing
    assert REMARK in card
    assert "Rate whom you lead" not in to(desk.says("sam", "mine"), "sam")

    desk.presses("ann", "I contest it …")
    said = desk.submits("ann", words="Three were late because the room was down.")
    assert "Ann contests their assessment" in to(said, "sam").replace("«", "").replace("»", "")
    assert "because the room was down" in to(said, "sam")
    assert "Answer " in to(desk.says("sam", "mine"), "sam")
    refused = to(desk.says("hana", "assess @ann decide B Good work"), "hana")
    assert "has not answered yet" in refused

    desk.presses("sam", "Correct it …")
    said = desk.submits("sam", accuracy="95", attitude="80", words="You are right.")
    assert "has corrected your assessment" in to(said, "ann")
    assert "Accuracy: 95.0 (rated)" in to(said, "ann")
    assert "You are right." in to(said, "ann")
    assert "waits for HR's decision" in to(said, "hana")

    said = desk.says("hana", "assess @ann decide B Good work in a hard month")
    assert "HR has decided on B" in to(said, "ann")
    assert "Good work in a hard month" in to(said, "ann")
    assert row(desk, "ann").grade == "B"
    id = row(desk, "ann").id
    with desk.store.reading() as tx:
        deeds = [each.deed for each in tx.assessments.trail.all(id)]
        versions = [each.rubric.accuracy for each in tx.assessments.ratings(id)]
    assert deeds == ["rated", "shown", "contested", "rated", "corrected", "decided"]
    assert versions == [90, 95]


@pytest.mark.thorough
def test_nothing_is_decided_before_the_time_to_contest_is_over(desk: Desk) -> None:
    shown(desk)
    assert "can contest it until" in to(desk.says("hana", "assess @ann decide A x"), "hana")

    said = desk.until(desk.now + 3 * DAY)
    assert "2026-02: 2 people wait for HR's decision" in to(said, "hana")
    assert row(desk, "ann").grade == ""  # never by itself

    desk.says("hana", "assess @ann decide B Steady")
    assert "Decide on the grades" in to(desk.says("hana", "mine"), "hana")
    desk.says("hana", "assess @eve decide B Steady")
    assert "Decide on the grades" not in to(desk.says("hana", "mine"), "hana")
    assert "over at" in to(desk.says("ann", "assess contest x"), "ann")


def test_who_agrees_can_be_decided_on_at_once(desk: Desk) -> None:
    shown(desk)
    assert "you agree" in to(desk.presses("ann", "I agree"), "ann")
    assert "agreed to it already" in to(desk.says("ann", "assess contest x"), "ann")

    assert "they are told" in to(desk.says("hana", "assess @ann decide A Fine"), "hana")


def test_it_may_stay_as_it_is_with_a_reason(desk: Desk) -> None:
    shown(desk)
    desk.says("ann", "assess contest It was not so.")

    said = desk.says("sam", "assess @ann keep I have looked at each of them.")

    assert "keeps your assessment as it is" in to(said, "ann")
    assert "I have looked at each of them." in to(said, "ann")
    assert "can be contested once" in to(desk.says("ann", "assess contest Again."), "ann")
    assert row(desk, "ann").state == "answered"


def test_what_was_put_right_meanwhile_counts_when_it_is_corrected(desk: Desk) -> None:
    shown(desk)
    desk.says("ann", "assess contest The room was down.")
    with desk.store.transaction() as tx:
        late = next(d for n in range(1, 99) if (d := tx.duties.find(n)) and d.closed > d.due)  # type: ignore[operator]
        tx.duties.save(replace(late, state="excused"))

    desk.says("sam", 'assess @ann correct accuracy="90" attitude="80" One did not count.')

    assert row(desk, "ann").evidence.tally("on_time") == Tally(20, 24)


def test_nobody_rates_themselves_nor_whom_they_do_not_lead(desk: Desk) -> None:
    opened(desk)
    assert "Nobody rates themselves" in rated(desk, "sam", "sam") or "no assessment of" in rated(
        desk, "sam", "sam"
    )
    assert "There is no assessment of" in rated(desk, "ann", "bob")
    assert "There is no assessment of" in rated(desk, "ann", "eve")
    assert "Only who leads" in rated(desk, "ann", "hana")
    assert "Rated: " in rated(desk, "ann", "grace")  # who leads who leads them
    assert "whole numbers from 0 to 100" in rated(desk, "eve", words="101 80")


def test_hr_names_who_rates_instead_and_it_is_theirs(desk: Desk) -> None:
    said = opened(desk)
    assert "1 person has nobody who leads them" in to(said, "hana")
    assert "leads" in to(desk.says("hana", "assess @grace reviewer @sam"), "hana")
    named = to(desk.says("hana", "assess @grace reviewer @grace"), "hana")
    assert "Nobody rates themselves" in named

    said = desk.says("hana", "assess @ann reviewer @bob")
    assert "2026-02: 1 person waits for your rating" in to(said, "bob")
    assert "Rated: " in rated(desk, "ann", "bob")
    assert "Accuracy: 90.0" in to(desk.says("ann", "assess"), "ann")
    said = desk.says("sam", "assess @eve rate 85 85")  # Sam's duty is done without Ann
    assert "Rate whom you lead" not in to(desk.says("sam", "mine"), "sam")
    assert "Your assessment of 2026-02" in to(said, "eve")


def test_who_has_left_is_waited_for_no_more(desk: Desk) -> None:
    opened(desk)
    rated(desk)
    with desk.store.transaction() as tx:
        people = tx.people.snapshot().directory.people
        tx.people.save([replace(people["eve"], active=False)])

    rated(desk, words="91 80")

    assert row(desk, "ann").shown
    assert "Rate whom you lead" not in to(desk.says("sam", "mine"), "sam")


def test_no_figure_is_read_before_they_could_read_it_themselves(desk: Desk) -> None:
    opened(desk)
    for who in ("sam", "hana"):
        said = to(desk.says(who, "assess @ann"), who)
        assert "Being rated" in said
        assert "Timeliness" not in said
    assert "not ready yet" in to(desk.says("ann", "assess"), "ann")
    assert "There is no assessment of" in to(desk.says("bob", "assess @ann"), "bob")


@pytest.mark.thorough
def test_what_is_rated_late_is_shown_late_and_hr_can_show_it_unrated(desk: Desk) -> None:
    opened(desk)
    rated(desk)
    assert not row(desk, "ann").shown

    said = desk.until(desk.now + 4 * DAY)
    assert "Your assessment of 2026-02" in to(said, "ann")
    assert "Your assessment of 2026-02" not in to(said, "eve")

    said = desk.says("hana", "assess @eve show")
    assert "Attitude: no data" in to(said, "eve")
    assert "has been shown it" in rated(desk, "ann")


def test_a_period_is_opened_once_and_when_it_is_over_by_hr(desk: Desk) -> None:
    assert "Only HR does this" in to(desk.says("sam", "assess open 2026-02"), "sam")
    assert "not over yet" in to(desk.says("hana", "assess open 2026-03"), "hana")
    assert "names no period" in to(desk.says("hana", "assess open spring"), "hana")
    opened(desk)
    assert "open already" in to(opened(desk), "hana")


def test_it_opens_by_itself_where_the_policy_says_so(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.policies.adopt(f'{POLICY}opens = "month"\n')
    desk.posts("eve", "good morning")

    said = desk.until(desk.now + DAY)

    assert "2026-02: 2 people wait for your rating" in to(said, "sam")


def test_what_is_upheld_counts_once_and_what_is_open_not_at_all(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        person = tx.people.snapshot().directory.people["ann"]
        for severity in SEVERITIES[1:3]:
            made = Suspected(rule="accounts.lent", clause="4.1.1", person=person, severity=severity)
            findings.open_(tx, made)
    desk.says("sam", "finding 31 upheld asked=2026-03-02 It was so.")
    desk.now += 31 * DAY
    desk.says("hana", "assess open 2026-03")
    desk.says("sam", "assess @eve rate 85 85")

    card = to(desk.says("sam", "assess @ann rate 90 80"), "ann")

    assert "Upheld: #31, moderate, clause 4.1.1, 6 points" in card
    assert "Points off: 6.0" in card
    assert "Total score: " in card
    assert "serious" not in card


def test_measures_stand_beside_what_was_recommended(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        person = tx.people.snapshot().directory.people["ann"]
        for _ in range(2):
            made = Suspected(rule="x", clause="4.1.1", person=person, severity="moderate")
            findings.open_(tx, made)
    desk.says("sam", "finding 31 upheld asked=2026-03-02 It was so.")
    desk.says("sam", "finding 31 measure take")
    desk.says("sam", "finding 32 upheld asked=2026-03-02 It was so again.")
    desk.now += 31 * DAY
    desk.says("hana", "assess open 2026-03")

    with desk.store.reading() as tx:
        march = periods.parse("2026-03", "Asia/Shanghai")
        found = assessed_in(tx, march, Whose(None))
        others = assessed_in(tx, march, Whose(frozenset({"bob"})))
    assert found is not None
    assert [(m.number, m.advised, m.taken, m.by) for m in found.measured] == [
        (31, "talk", "talk", "sam"),
        (32, "reminder", "", None),
    ]
    assert others is not None
    assert others.measured == ()
    assert [each.person for each in others.standings] == ["bob"]


def test_what_is_personal_or_of_any_hour_is_not_counted(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.duties.add(duty("ann", on_time=False, authorised_by="grace"))
        tx.duties.add(duty("ann", on_time=False, subject="sealed/1"))
        tx.duties.add(duty("ann", on_time=False, state="dropped"))
    opened(desk)

    assert row(desk, "ann").evidence.tally("on_time") == Tally(20, 25)


# As a sheet


def sheet(desk: Desk) -> bytes:
    desk.says("sam", "assess template")
    with desk.store.reading() as tx:
        file = tx.rows.conn.execute(sa.text("SELECT id FROM files ORDER BY made_at DESC")).scalar()
        return tx.files.read(file or "")


def filled(body: bytes, **cells: int | str) -> bytes:
    book, out = load_workbook(BytesIO(body)), BytesIO()
    for place, value in cells.items():
        book.worksheets[0][place] = value
    book.save(out)
    return out.getvalue()


def brought(desk: Desk, body: bytes) -> str:
    """Sam gives a file to Duly; its reference."""
    with desk.store.transaction() as tx:
        file = Brought(key="k", by=account("sam"), name="ratings.xlsx", body=body)
        return attaching.keep(tx, file)


def test_a_sheet_is_filled_in_and_given_back(desk: Desk) -> None:
    opened(desk)
    body = sheet(desk)
    page = load_workbook(BytesIO(body)).worksheets[0]
    assert [[cell.value for cell in line][:2] for line in page.iter_rows(min_row=2)] == [
        ["ann", "Ann"],
        ["eve", "Eve"],
    ]
    assert page["C2"].number_format == "0"  # as text, Excel would refuse every number
    file = brought(desk, filled(body, C2=90, D2=80, E2=REMARK, C3=70, D3=75))

    said = desk.says("sam", f'assess import file="{file}"')

    assert "2 ratings are taken." in to(said, "sam")
    assert "Accuracy: 90.0 (rated)" in to(said, "ann")
    with desk.store.reading() as tx:
        assert {each.how for each in tx.rows.all(ratings)} == {"sheet"}


def test_every_fault_of_a_sheet_is_named_with_its_cell_and_nothing_is_taken(desk: Desk) -> None:
    opened(desk)
    mistakes = {"C2": 101, "C3": 80, "D3": 80, "C4": 9, "D4": 9}
    words = {"D2": "good", "A3": "bob", "A4": "sam"}
    body = sheet(desk)
    file = brought(desk, filled(body, **mistakes, **words))

    said = to(desk.says("sam", f'assess import file="{file}"'), "sam")

    assert "4 faults: nothing was taken" in said
    assert "Row 2, «accuracy»: Write a whole number from 0 to 100." in said
    assert "Row 2, «attitude»: Write a whole number from 0 to 100." in said
    assert "Row 3, «id»: «bob» is nobody whom you rate" in said
    assert "Row 4, «id»: Nobody rates themselves." in said
    with desk.store.reading() as tx:
        assert not tx.rows.count(ratings)


def test_what_was_rated_and_done_never_changes(desk: Desk) -> None:
    opened(desk)
    rated(desk)
    for table in (ratings, assessment_trail):
        with pytest.raises(sa.exc.DBAPIError), desk.store.transaction() as tx:
            tx.rows.change(table, by="eve")
    with pytest.raises(sa.exc.DBAPIError), desk.store.transaction() as tx:
        tx.rows.remove(assessed)


def test_where_there_are_no_forms_it_is_a_dialogue() -> None:
    desk = Desk(policy=POLICY, abilities=~Ability.FORMS)
    opened(desk)

    assert "Accuracy, 0 to 100" in to(desk.says("sam", "assess @ann rate"), "sam")
    desk.answers("sam", "90")
    desk.answers("sam", "80")
    assert "Rated: " in to(desk.answers("sam", "-"), "sam")

    assert row(desk, "ann").state == "rating"
    desk.close()


def test_the_same_in_a_terminal(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "en")
    opened(desk)
    file, said = tmp_path / "ratings.xlsx", list[str]()

    def duly(*words: str) -> int:
        said.clear()
        args = parser().parse_args(["assess", *words, "--by", "sam"])
        return cli.run(args, desk.store, said.append)

    assert duly("template", str(file)) == 0
    assert duly("template", str(file)) == 2  # it is there already
    assert duly("import", str(file)) == 1
    assert "Nobody is rated in this sheet" in said[0]
    file.write_bytes(filled(file.read_bytes(), C2=90, D2=300))
    assert duly("import", str(file), "--dry-run") == 1
    assert said[0] == "Row 2, attitude: Write a whole number from 0 to 100."
    file.write_bytes(filled(file.read_bytes(), D2=80))
    assert duly("import", str(file), "--dry-run") == 0
    assert said == ["One person is rated.", "This was a dry run: nothing was changed."]
    assert duly("import", str(file)) == 0
    assert said == ["1 rating is taken."]
    assert duly("import", str(file)) == 0
    assert said == ["0 ratings are taken."]
    args = parser().parse_args(["assess", "template", str(tmp_path / "x.xlsx"), "--by", "bob"])
    assert cli.run(args, desk.store, said.append) == 2
