"""What the policy seems broken by, from noticing to measure, as conversations. 5.1.1, 5.2.2."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.events import MessageRef
from bot.handlers import findings
from bot.handlers.findings import Suspected
from bot.policy.findings import Finding, Severity
from bot.policy.people import Absence
from tests.desk import LOBBY, MONDAY, STAFF, Desk, account
from tests.stories.test_screening import LEAK, SECRET, edit, post, raw

H = timedelta(hours=1)
STRANGE = "accounts.lent"
NOBODY = "There is no finding #1 for you to look at."


@pytest.fixture
def desk() -> Iterator[Desk]:
    """On one engine: what both keep is in test_findings_kept.py."""
    made = Desk()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _offices(desk: Desk) -> None:
    """Bob is of IT, Eve is an auditor, and there are two of HR."""
    with desk.store.transaction() as tx:
        people = tx.people.snapshot().directory.people
        roles = {"bob": {"it"}, "eve": {"auditor"}, "wei": {"hr"}}
        tx.people.save(
            replace(each, language="en", roles=each.roles | roles.get(each.id, set()))
            for each in people.values()
        )


def file(
    desk: Desk, who: str | None = "ann", severity: Severity = "serious", **more: object
) -> Finding:
    with desk.store.transaction() as tx:
        known = tx.people.snapshot().directory.people.get(who or "")
        found = Suspected(
            rule=STRANGE,
            clause="4.1.1",
            person=known,
            severity=severity,
            **more,  # type: ignore[arg-type]
        )
        return findings.open_(tx, found)


def one(desk: Desk, number: int = 1) -> Finding:
    with desk.store.transaction() as tx:
        found = tx.findings.find(number)
    assert found is not None
    return found


def deeds(desk: Desk, number: int = 1) -> list[str]:
    id = one(desk, number).id
    with desk.store.transaction() as tx:
        return [each.deed for each in tx.findings.trail.all(id)]


def uphold(desk: Desk, number: int = 1, by: str = "sam") -> list[str]:
    return desk.says(by, f"finding {number} upheld asked=2026-03-02 It was so.")


# Who looks at it


def test_what_is_filed_waits_for_the_head_with_its_evidence(desk: Desk) -> None:
    id = desk.posts("ann", "use my account while I am away")
    file(desk, evidence=(MessageRef(LOBBY, id), account("ann"), "two devices at once"))

    assert desk.duty(1).owed_by == "sam"
    told = desk.says("sam", "finding 1")[0]
    assert "To be looked at, of «Ann»: accounts.lent, #1" in told
    assert "It rests on: two devices at once" in told
    assert "It rests on the account paper/home/ann" in told
    assert "It rests on a message in «lobby»: “«use my account while I am away»”" in told


@pytest.mark.parametrize("role", ["it", "hr"])
def test_an_office_is_asked_by_who_has_least_to_look_at(desk: Desk, role: str) -> None:
    with desk.store.transaction() as tx:
        mei = replace(tx.people.snapshot().directory.people["mei"], roles=frozenset({role}))
        tx.people.save([mei])
    for _ in range(4):
        file(desk, None, role=role)

    asked = [desk.duty(number).owed_by for number in (1, 2, 3, 4)]
    assert len(set(asked)) == (2 if role == "it" else 3)


@pytest.mark.parametrize("who", sorted(STAFF))
def test_nobody_looks_at_a_finding_about_themselves_or_who_leads_them(desk: Desk, who: str) -> None:
    """Of everybody: who is asked is never them, nor anybody they lead, but for the offices."""
    file(desk, who)

    owner = desk.duty(1).owed_by or ""
    with desk.store.transaction() as tx:
        directory = tx.people.snapshot().directory
        asked = directory.people[owner]
        led = {each.id for each in directory.leads(directory.people[who])}
    assert asked.id != who
    assert asked.id not in led or {"hr", "auditor"} & asked.roles
    for other in led - {"hana", "eve", "wei"}:
        assert NOBODY in desk.says(other, "finding 1")[0]
        assert NOBODY in desk.says(other, "finding 1 false x")[0]
    assert one(desk).state == "open"


MAY = {  # of a finding of Ann's that Hana reported: who may close it, and who may only read it
    "sam": "close",
    "grace": "close",
    "wei": "close",
    "hana": "read",
    "eve": "read",
    "ann": "own",
    "bob": "nothing",
    "mei": "nothing",
}


@pytest.mark.parametrize("who", sorted(MAY))
@pytest.mark.parametrize("deed", ["", "claim", "ask", "fine x", "false x", "escalate x", "note x"])
def test_who_may_do_what_is_the_same_by_every_deed(desk: Desk, who: str, deed: str) -> None:
    file(desk, reporter="hana")
    (said, *_) = desk.says(who, f"finding 1 {deed}")

    if MAY[who] == "nothing":
        assert NOBODY in said
        assert said == desk.says(who, f"finding 8 {deed}")[0].replace("#8", "#1")
    elif MAY[who] == "close":
        assert "is for others" not in said
        assert NOBODY not in said
    elif deed and (MAY[who] == "read" or deed != "false x"):
        assert "is for others" in said or "about your own message" in said
    state, how = one(desk).state, one(desk).how
    assert (state == "settled") == (MAY[who] == "close" and deed in ("fine x", "false x"))
    assert how in ("", "fine", "false")


def test_a_stand_in_whom_it_concerns_neither_hears_of_it_nor_closes_it(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        end = desk.now + 72 * H
        tx.people.absent(Absence(person="sam", start=desk.now, end=end, delegate="ann"))
    file(desk)

    heard = desk.until(MONDAY + 30 * H)
    assert not [each for each in heard if each.startswith("ann: ")]
    assert "owe nothing" in desk.says("ann", "mine")[0]
    assert "owe nothing" in desk.says("ann", "explain 1")[0]


def test_what_is_late_goes_up_and_never_to_whom_it_concerns(desk: Desk) -> None:
    """Hana reports to Grace, and looks at a finding about Grace."""
    file(desk, "grace")
    owner = desk.duty(1).owed_by
    assert owner in ("hana", "wei", "eve")

    said = desk.until(MONDAY + 60 * H)
    assert [each for each in said if each.startswith(f"{owner}: ")]
    assert not [each for each in said if each.startswith("grace: ")]
    assert "#1" not in str(desk.says("grace", "team"))
    assert "owe nothing" in desk.says("grace", "explain 1")[0]


# Its life


def test_a_claim_keeps_others_away_until_it_lapses(desk: Desk) -> None:
    file(desk)
    assert "#1 is in your hands until" in desk.says("wei", "finding 1 claim")[0]
    refused = desk.says("sam", "finding 1 fine x")[0]
    assert "«Wei» looks at #1 until" in refused
    desk.wait(25 * H)
    assert "#1 is settled." in desk.says("sam", "finding 1 fine It was agreed.")[-1]
    assert deeds(desk) == ["opened", "claimed", "closed"]


def test_passed_up_it_is_with_who_stands_above_and_the_way_down_is_shut(desk: Desk) -> None:
    file(desk)
    said = desk.says("sam", "finding 1 escalate I know her too well.")
    assert "sam: «Grace» looks at #1 now." in said
    assert any(each.startswith("grace: To be looked at, of «Ann»") for each in said)

    assert "is for others" in desk.says("sam", "finding 1 fine x")[0]
    assert "«Sam» passed it up to «Grace»" in desk.says("grace", "finding 1")[0]
    desk.says("grace", "finding 1 escalate hr It is a matter of HR.")
    assert "is for others" in desk.says("grace", "finding 1 fine x")[0]
    assert one(desk).role == "hr"


def test_a_head_may_pass_it_to_it(desk: Desk) -> None:
    file(desk)
    said = desk.says("sam", "finding 1 escalate it Look at the log, please.")

    assert any(each.startswith("bob: ") for each in said)
    assert "#1 is settled." in desk.says("bob", "finding 1 settled")[-1]


def test_notes_files_and_links_are_for_reviewers_alone(desk: Desk) -> None:
    id = desk.posts("bob", "ann told me her code")
    file(desk)
    desk.says("sam", f"finding 1 note msg:{id} She told Bob.")

    shown = desk.says("sam", "finding 1")[0]
    assert "«Sam» noted at" in shown
    assert "«She told Bob.»" in shown
    assert "ann told me her code" in shown
    assert "She told Bob" not in desk.says("ann", "finding 1")[0]
    assert b"She told Bob" not in raw(desk)


# Heard before it is upheld


def test_nothing_is_upheld_before_whom_it_concerns_was_heard(desk: Desk) -> None:
    file(desk)
    (refused,) = desk.says("sam", "finding 1 upheld It was so.")
    assert "«Ann» has not been asked yet what they say to #1." in refused
    said = desk.presses("sam", "Ask them")
    assert any(each.startswith("ann: «Sam» asks what you say to this: #1") for each in said)

    assert "may still answer on #1" in desk.says("sam", "finding 1 upheld It was so.")[0]
    said = desk.says("ann", "finding 1 explain It was my own second telephone.")
    assert any(each.startswith("sam: «Ann» gave their word on #1") for each in said)
    said = desk.says("sam", "finding 1 upheld The log says otherwise.")
    assert "#1 is settled." in said[-1]
    assert one(desk).how == "upheld"


def test_who_does_not_answer_in_time_has_been_asked(desk: Desk) -> None:
    file(desk)
    desk.says("sam", "finding 1 ask")
    desk.wait(26 * H)
    desk.says("sam", "finding 1 upheld It was so.")

    assert one(desk).how == "upheld"
    assert "They were asked on 2026-03-02." in desk.says("grace", "finding 1")[0]


@pytest.mark.parametrize("day", ["2026-02-27", "2026-03-03", "2026-13-01"])
def test_the_day_they_were_asked_is_one_that_can_be(desk: Desk, day: str) -> None:
    file(desk)
    desk.says("sam", f"finding 1 upheld asked={day} It was so.")

    assert one(desk).state == "open"


@pytest.mark.thorough
def test_what_was_told_to_its_author_counts_as_asked(desk: Desk) -> None:
    post(desk, "ann", LEAK)
    assert "may still answer" in desk.says("sam", "finding 1 upheld It was a real one.")[0]
    desk.wait(26 * H)
    desk.says("sam", "finding 1 upheld It was a real one.")

    assert one(desk).how == "upheld"
    assert SECRET.encode() not in raw(desk)


def test_a_deletion_does_not_close_what_somebody_has_in_hand(desk: Desk) -> None:
    id, _ = post(desk, "ann", LEAK)
    desk.says("sam", "finding 1 claim")
    edit(desk, "ann", id, None)

    assert one(desk).state == "open"
    assert "«Ann» took it out of the message" in desk.says("sam", "finding 1")[0]


# Contested, opened again


def test_they_contest_it_and_hr_opens_it_again_for_somebody_else(desk: Desk) -> None:
    file(desk)
    said = uphold(desk)
    assert any("upholds what I noticed (#1)" in each for each in said if each.startswith("ann: "))
    said = desk.says("ann", "finding 1 contest I was on leave that day.")
    assert any(each.startswith("hana: «Ann» asks for another look at #1") for each in said)

    assert "once is enough" in desk.says("ann", "finding 1 contest Again.")[0]
    assert "HR and auditors" in desk.says("sam", "finding 1 reopen I am the head.")[0]
    desk.says("hana", "finding 1 reopen Her leave was in the system.")
    found = one(desk)
    assert (found.state, found.how, found.round) == ("open", "", 2)
    assert "is for others" in desk.says("sam", "finding 1 fine x")[0]
    assert "#1 is settled." in desk.says("grace", "finding 1 fine She was on leave.")[-1]
    assert deeds(desk).count("closed") == 2
    with desk.store.transaction() as tx:
        assert tx.findings.upheld(MONDAY - H, MONDAY + 400 * H) == []


def test_what_stays_is_told_with_its_reason(desk: Desk) -> None:
    file(desk)
    uphold(desk)
    desk.says("ann", "finding 1 contest I do not agree.")
    said = desk.says("hana", "finding 1 stays The log is plain.")

    assert any("it stays as it is" in each for each in said if each.startswith("ann: "))
    assert one(desk).how == "upheld"
    assert "Nobody has asked" in desk.says("hana", "finding 1 stays Again.")[0]


def test_who_upheld_it_does_not_judge_the_contest(desk: Desk) -> None:
    file(desk, role="hr")
    by = desk.duty(1).owed_by or ""
    uphold(desk, by=by)
    said = desk.says("ann", "finding 1 contest I do not agree.")

    other = {"hana": "wei", "wei": "hana"}[by]
    assert any(each.startswith(f"{other}: ") for each in said)
    assert not any(each.startswith(f"{by}: ") for each in said)


def test_it_is_too_late_to_contest_after_a_month(desk: Desk) -> None:
    file(desk)
    uphold(desk)
    desk.wait(timedelta(days=31))

    assert "Speak with HR" in desk.says("ann", "finding 1 contest Late.")[0]


@pytest.mark.parametrize("who", ["ann", "sam", "grace", "bob", "mei"])
def test_only_hr_and_auditors_open_it_again(desk: Desk, who: str) -> None:
    file(desk)
    uphold(desk)
    desk.says(who, "finding 1 reopen I want it.")

    assert one(desk).state == "settled"


# What follows


def test_the_policy_recommends_and_a_person_decides(desk: Desk) -> None:
    file(desk, severity="moderate")
    uphold(desk)
    desk.says("sam", "finding 1 measure take")
    file(desk, severity="moderate")
    with desk.store.transaction() as tx:
        (second,) = tx.findings.open_ones(10)
    number = second.number
    told = str(uphold(desk, number))

    assert (
        "The policy recommends a reminder in writing: with it there are 2 within 12 months" in told
    )
    assert "This is only what the table of the policy recommends" in told
    said = desk.presses("sam", "As recommended")
    heard = next(each for each in said if each.startswith("ann: "))
    assert f"What follows from #{number}: a reminder in writing" in heard
    assert "«Sam» decided so." in heard
    assert "is decided already" in desk.says("sam", f"finding {number} measure none x")[0]
    with desk.store.transaction() as tx:
        decided = tx.findings.measures(MONDAY - H, MONDAY + 400 * H)
    assert [trace.more["taken"] for _, trace in decided] == ["talk", "reminder"]


def test_less_than_recommended_needs_a_reason_and_more_is_not_offered(desk: Desk) -> None:
    file(desk, "bob", "serious")
    uphold(desk, by="mei")
    assert "HR decides" in desk.says("mei", "finding 1 measure take")[0]

    assert "graver than that" in desk.says("hana", "finding 1 measure warning x")[0]
    desk.says("hana", "finding 1 measure none")
    said = desk.submits("hana", why="It was my mistake.")
    assert any("no measure" in each for each in said if each.startswith("bob: "))


def test_a_lighter_one_is_chosen_in_a_form(desk: Desk) -> None:
    file(desk, "bob", "critical")
    uphold(desk, by="mei")
    desk.says("hana", "finding 1 measure lighter")
    desk.submits("hana", measure="talk", why="It was the first week.")

    with desk.store.transaction() as tx:
        ((_, trace),) = tx.findings.measures(MONDAY - H, MONDAY + 400 * H)
    assert (trace.more["taken"], trace.more["advised"]) == ("talk", "warning")


@pytest.mark.parametrize("who", ["bob", "wei", "ann"])
def test_nobody_decides_what_follows_for_themselves_or_others_without_the_office(
    desk: Desk, who: str
) -> None:
    file(desk, "wei" if who == "wei" else "bob", "critical")
    uphold(desk, by="hana")
    desk.says(who, "finding 1 measure none It was nothing.")

    with desk.store.transaction() as tx:
        assert tx.findings.measures(MONDAY - H, MONDAY + 400 * H) == []


# The queue, and what the report counts


def test_the_queue_shows_each_what_they_may_read(desk: Desk) -> None:
    file(desk, "ann", "critical")
    file(desk, "mei")
    file(desk, None, role="it")

    def lines(who: str, which: str) -> int:
        return desk.says(who, f"findings {which}")[0].count("#")

    assert [lines(who, "open") for who in ("hana", "eve", "bob", "sam", "ann")] == [3, 3, 1, 1, 0]
    assert [lines(who, "mine") for who in ("sam", "bob", "ann")] == [1, 1, 0]
    assert [lines(who, "department") for who in ("sam", "grace", "mei")] == [1, 2, 0]
    assert [lines(who, "closed") for who in ("hana", "sam")] == [0, 0]
    assert (
        "#1 Critical: accounts.lent, of «Ann»"
        in desk.says("hana", "findings open")[0].split("\n")[1]
    )


def test_only_what_is_upheld_counts_and_precision_is_told_of_a_rule(desk: Desk) -> None:
    for number, how in enumerate(("upheld asked=2026-03-02", "fine", "false", "settled"), 1):
        file(desk)
        desk.says("sam", f"finding {number} {how} It was so.")
    file(desk)

    with desk.store.transaction() as tx:
        start, end = MONDAY - H, MONDAY + 400 * H
        assert [each.number for each in tx.findings.upheld(start, end)] == [1]
        assert len(tx.findings.still_open(end)) == 1
        assert tx.findings.judged(STRANGE, 50) == (2, 2)
