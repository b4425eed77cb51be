"""Each shipped route, from the request to its certificate, as a conversation. Policy 3.2, 2.2.1."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.policy.attachments import bound_in
from bot.port import Brought
from bot.words import Reader, Say, Value, render
from tests.desk import MONDAY, Desk, account

H = timedelta(hours=1)
TEXT = "The price list of next year."


def role(desk: Desk, who: str, *roles: str, **more: Any) -> None:
    with desk.store.transaction() as tx:
        known = tx.people.snapshot().directory.people[who]
        tx.people.save([replace(known, roles=known.roles | set(roles), **more)])


def state(desk: Desk, number: int = 1) -> str:
    with desk.store.transaction() as tx:
        found = tx.requests.find(number)
    assert found is not None
    return found.state


def fact(said: list[str], label: str) -> str:
    """What a fact of the last card that has it says."""
    lines = [line for each in said for line in each.split("\n") if line.startswith(f"{label}: ")]
    return lines[-1].partition(": ")[2]


def first(said: list[str], who: str) -> str:
    return next(each for each in said if each.startswith(f"{who}: "))


def test_work_information_for_other_departments_is_reviewed_by_every_head(desk: Desk) -> None:
    said = desk.says("ann", f"request work departments=tech,office {TEXT}")
    assert "ann: Sent for approval: #1\nIt waits for «Sam»." in said

    desk.says("sam", "approve 1")
    desk.says("mei", "approve 1")
    assert state(desk) == "open"
    said = desk.says("grace", "approve 1")
    assert said[-1].startswith("grace: Approved: #1.")
    assert state(desk) == "approved"


def test_who_approved_a_text_on_one_step_is_not_asked_again_on_the_next(desk: Desk) -> None:
    desk.says("bob", f"request resignation start=2026-04-30 {TEXT}")
    desk.says("mei", "approve 1")
    said = desk.says("hana", "approve 1")

    assert state(desk) == "approved"
    assert "«Mei» approved" in first(said, "bob")


def test_work_information_that_touches_nobody_else_needs_no_approval(desk: Desk) -> None:
    said = desk.says("ann", f"request work {TEXT}")

    assert said[0].startswith("ann: This needs no approval")
    said = desk.says("ann", f"request work importance=important {TEXT}")
    assert "ann: Sent for approval: #1\nIt waits for «Sam»." in said


@pytest.mark.thorough
def test_material_goes_to_the_business_head_and_major_material_higher(desk: Desk) -> None:
    role(desk, "mei", "business_head")
    desk.says("ann", f"request material {TEXT}")
    desk.says("mei", "approve 1")
    assert state(desk) == "approved"

    desk.says("ann", f"request material.normal amount=600000 {TEXT}")  # the lesser way is no choice
    desk.says("mei", "approve 2")
    assert state(desk, 2) == "open"
    said = desk.says("grace", "approve 2")
    assert state(desk, 2) == "approved"
    assert any(each.startswith("sam: #2 was approved") for each in said)  # the copy, 抄送


MAIL = "Dear Ms Li, here is our offer. Please let us know by Friday. Kind regards, Ann"


def test_mail_to_somebody_outside_gets_a_certificate_to_paste(desk: Desk) -> None:
    line = 'request outside_mail recipients="li@partner.example" subject="The offer" nature=major '
    desk.says("ann", line + MAIL)
    form = desk.paper.forms[-1].form
    assert [each.name for each in form.fields] == ["seen"]
    assert any("li@partner.example" in told(each) for each in form.intro)
    said = desk.submits("ann", seen="send")
    assert "Recipients: «li@partner.example»" in first(said, "sam")

    said = desk.says("sam", "approve 1")
    code = fact(said, "Certificate")
    known = desk.says("eve", f"verify {code.lower()}")
    assert known[0].startswith("eve: #1 was approved\nCertificate: ")
    assert "Dear Ms Li" not in known[0]  # she has nothing to do with it
    same = desk.says("eve", f"verify {code} {MAIL}")
    assert "is the one that was approved, word for word" in same[0]
    other = desk.says("eve", f"verify {code} {MAIL}!")
    assert "is not the one that was approved" in other[0]
    assert desk.says("eve", "verify 00000-00000")[0].startswith("eve: There is no certificate")


def test_mail_is_bettered_before_anybody_has_to_review_it(desk: Desk) -> None:
    line = 'request outside_mail recipients=li@partner.example subject="Top secret" '
    desk.says("ann", line + MAIL)
    form = desk.paper.forms[-1].form  # a stop: the whole form again, with everything in it
    assert {each.name: each.initial for each in form.fields}["text"] == MAIL
    assert "outside_mail.major" in told(form.intro[0])

    desk.says("ann", line.replace("Top secret", "The offer") + MAIL)
    desk.submits("ann", seen="change")
    assert {each.name: each.initial for each in desk.paper.forms[-1].form.fields}["text"] == MAIL
    with desk.store.transaction() as tx:
        assert tx.requests.find(1) is None


def told(words: Say | Value) -> str:
    return render(words, Reader(), lambda quoted: f"«{quoted}»")


def brings(desk: Desk, who: str, name: str, body: bytes) -> str:
    return asyncio.run(
        desk.bot.inbox.keep(Brought(by=account(who), key=name, name=name, body=body))
    )


def test_the_files_that_were_approved_are_those_that_were_seen(desk: Desk) -> None:
    file = brings(desk, "ann", "prices.xlsx", b"the first bytes")
    said = desk.says("ann", f'request material files="{file}" {TEXT}')
    shown = hashlib.sha256(b"the first bytes").hexdigest()[:12]
    assert f"«prices.xlsx» (15 bytes, fingerprint {shown})" in first(said, "sam")
    with desk.store.transaction() as tx:
        found = tx.requests.find(1)
        assert found is not None
        copy = bound_in(found.form["files"])[0]
        tx.files.expire(desk.now + timedelta(days=2))  # what was brought is gone
        assert tx.files.read(copy.file) == b"the first bytes"

    assert "sam: 1 file of #1 is on its way to you." in desk.says("sam", "attachments 1")
    assert desk.says("eve", "attachments 1")[-1].startswith("eve: There is no request #1.")
    assert desk.says("eve", f'request material files="{file}" {TEXT}')[-1].startswith(
        "eve: One of the files is not there any more."
    )


def test_an_approved_leave_becomes_the_absence(desk: Desk) -> None:
    said = desk.says("ann", "request leave 2026-03-04..2026-03-05 delegate=@eve A wedding")
    desk.says("sam", "approve 1")

    with desk.store.transaction() as tx:
        away = tx.people.snapshot().directory.absences["ann"]
    assert [(each.delegate, each.end - each.start) for each in away] == [("eve", 48 * H)]
    assert away[0].start == datetime(2026, 3, 3, 16, tzinfo=UTC)
    assert "A wedding" in said[0]


def test_what_is_personal_is_seen_by_hr_and_its_route_only(desk: Desk) -> None:
    desk.says("ann", "request leave 2026-03-04..2026-03-05 A wedding")
    said = desk.says("sam", "approve 1")
    code = fact(said, "Certificate")

    assert any(each.startswith("hana: #1 was approved") for each in said)
    for who in ("bob", "grace", "eve"):
        assert desk.says(who, f"verify {code}")[0].startswith(f"{who}: There is no certificate")
    assert "Leave" not in desk.says("grace", "requests department")[0]
    assert "A wedding" in desk.says("hana", f"verify {code}")[0]


def test_a_long_leave_needs_hr_as_well(desk: Desk) -> None:
    desk.says("ann", "request leave 2026-03-09..2026-03-31 A long journey")
    desk.says("sam", "approve 1")
    assert state(desk) == "open"
    desk.says("hana", "approve 1")
    assert state(desk) == "approved"


def test_who_resigns_hands_over_what_they_owe(desk: Desk) -> None:
    desk.posts("eve", "@ann when will the samples be ready?")
    desk.says("ann", "request resignation start=2026-03-31 receiver=@bob I found something else.")
    desk.says("sam", "approve 2")
    desk.wait(timedelta())
    said = desk.says("hana", "approve 2")

    assert state(desk, 2) == "approved"
    assert any(each.startswith("bob: Who takes over what «Ann» owes?") for each in said)


def test_what_a_leaver_was_to_decide_goes_to_who_takes_over(desk: Desk) -> None:
    desk.says("ann", f"request notice {TEXT}")
    desk.says("sam", "request resignation start=2026-03-31 receiver=@bob I found something else.")
    desk.says("grace", "approve 2")
    said = desk.says("hana", "approve 2")
    asked = next(each for each in said if each.startswith("bob: Who takes over"))
    assert "1 decision is awaited." in asked

    desk.presses("bob", "I take it over")
    assert "not waiting for you" in desk.says("sam", "approve 1")[-1]
    said = desk.says("bob", "approve 1")
    assert state(desk) == "approved"
    assert "«Sam» passed the decision to «Bob»" in first(said, "ann")


def test_training_with_a_price_needs_hr(desk: Desk) -> None:
    desk.says("ann", "request training start=2026-05-04 end=2026-05-05 amount=900 A course in Rust")
    desk.says("sam", "approve 1")
    assert state(desk) == "open"
    desk.says("hana", "approve 1")
    assert state(desk) == "approved"


def test_an_account_needs_it_too(desk: Desk) -> None:
    role(desk, "wei", "it")
    desk.says("ann", "request account account=CRM I look after the customers in the north.")
    desk.says("sam", "approve 1")
    desk.says("wei", "approve 1")
    assert state(desk) == "approved"


def test_an_exception_goes_up_to_an_executive(desk: Desk) -> None:
    desk.says("ann", "request exception end=2026-03-31 Send the samples without a contract.")
    desk.says("sam", "approve 1")
    assert state(desk) == "open"
    desk.says("grace", "approve 1")
    assert state(desk) == "approved"


# What can be done on the way


def test_sent_back_changed_and_everybody_decides_anew(desk: Desk) -> None:
    desk.says("ann", f"request work departments=tech {TEXT}")
    desk.says("sam", "approve 1")
    said = desk.says("mei", "return 1 Name the year.")
    assert any(each.startswith("ann: «Mei» sent #1 back to you") for each in said)
    assert state(desk) == "returned"
    assert desk.says("sam", "approve 1")[-1].startswith("sam: #1 went back to «Ann»")

    said = desk.says("ann", "request 1 The price list of 2027.")
    assert "It said before:\n«The price list of next year.»" in first(said, "sam")
    assert state(desk) == "open"
    desk.says("mei", "approve 1")
    desk.says("mei", "approve 1")
    assert state(desk) == "open"  # the head comes first again
    desk.says("sam", "approve 1")
    desk.says("mei", "approve 1")
    assert state(desk) == "approved"


def test_a_button_under_an_older_text_does_not_approve_the_new_one(desk: Desk) -> None:
    desk.says("ann", f"request notice {TEXT}")
    with desk.store.transaction() as tx:
        request = tx.requests.find(1)
    assert request is not None
    old = request.digest[:12]
    desk.says("ann", "request 1 Something else altogether.")

    assert "was changed since you were shown it" in desk.says("sam", f"approve 1 ={old}")[-1]
    assert state(desk) == "open"
    assert desk.presses("sam", "Approve")[-1].startswith("sam: Approved: #1.")


def test_passed_on_and_signed_before_after_and_beside(desk: Desk) -> None:
    desk.says("ann", f"request notice {TEXT}")
    said = desk.says("sam", "transfer 1 @bob He knows the prices.")
    assert any(each.startswith("bob: «Ann» asks for approval: #1") for each in said)
    assert "not waiting for you" in desk.says("sam", "approve 1")[-1]

    desk.says("bob", "sign 1 before @eve")
    assert "not waiting for you" in desk.says("bob", "approve 1")[-1]
    desk.says("eve", "approve 1")
    desk.says("bob", "sign 1 after @wei")
    desk.says("bob", "sign 1 beside @mei")
    desk.says("bob", "approve 1")
    desk.says("mei", "approve 1")
    assert state(desk) == "open"
    desk.says("wei", "approve 1")
    assert state(desk) == "approved"


def test_nobody_is_set_on_a_step_who_asked_for_it_or_sits_there(desk: Desk) -> None:
    desk.says("ann", f"request notice {TEXT}")

    assert "asked for it" in desk.says("sam", "transfer 1 @ann")[-1]
    assert "is on this step of #1 already" in desk.says("sam", "sign 1 beside @sam")[-1]
    assert state(desk) == "open"


def test_put_off_until_a_time_and_not_for_ever(desk: Desk) -> None:
    desk.says("ann", f"request notice {TEXT}")
    said = desk.says("sam", "defer 1 until Wed 10:00")
    assert any("«Sam» decides on #1 by Wed 4 Mar, 10:00" in each for each in said)
    assert "at most" in desk.says("sam", "defer 1 until 2026-06-01 10:00")[-1]

    nudges = [
        each for each in desk.until(MONDAY + 48 * H) if "is waiting for your decision" in each
    ]
    assert nudges == []


def test_asked_back_the_clock_of_who_decides_stands(desk: Desk) -> None:
    desk.says("ann", f"request notice {TEXT}")
    said = desk.says("sam", "question 1 Which year?")
    assert any("«Sam» asks you about #1 before they decide\n«Which year?»" in s for s in said)
    quiet = [s for s in desk.until(MONDAY + 7 * H) if s.startswith("sam: «Ann» is waiting")]
    assert quiet == []

    said = desk.says("ann", "comment 1 The coming one.")
    assert any(each.startswith("sam: «Ann» about #1\n«The coming one.»") for each in said)
    assert [s for s in desk.titles(desk.until(MONDAY + 34 * H)) if "waiting for your decision" in s]


@pytest.mark.thorough
def test_urged_a_few_times_and_not_too_soon(desk: Desk) -> None:
    desk.says("ann", f"request notice {TEXT}")
    assert "Give them some time" in desk.says("ann", "urge 1")[-1]
    for day in (1, 2, 3):
        desk.until(MONDAY + 24 * day * H)
        said = desk.says("ann", "urge 1")
        assert "sam: «Ann» asks you to decide on #1 soon" in desk.titles(said)
    desk.until(MONDAY + 97 * H)
    assert "You have urged #1 3 times" in desk.says("ann", "urge 1")[-1]
    assert "no request #1" in desk.says("eve", "urge 1")[-1]
    assert "Only «Ann»" in desk.says("sam", "urge 1")[-1]


def test_what_is_approved_is_taken_back_only_by_an_approval(desk: Desk) -> None:
    desk.says("ann", "request leave 2026-03-04..2026-03-05 A wedding")
    code = fact(desk.says("sam", "approve 1"), "Certificate")
    said = desk.says("ann", "recall 1 The wedding is off.")
    assert "#1 stays approved until #2" in said[-1]
    assert "#2 takes #1 back already" in desk.says("ann", "recall 1 Again.")[-1]

    desk.says("sam", "approve 2")
    assert (state(desk, 1), state(desk, 2)) == ("approved", "approved")
    with desk.store.transaction() as tx:
        assert not tx.people.snapshot().directory.absences
    assert desk.says("ann", f"verify {code}")[0].startswith(
        "ann: #1 was approved, and taken back later"
    )


@pytest.mark.thorough
def test_who_delegates_is_decided_for_and_both_names_stand_there(desk: Desk) -> None:
    desk.says("sam", "delegate @eve 2026-03-02..2026-03-03")
    said = desk.says("ann", f"request notice {TEXT}")
    assert any(each.startswith("eve: «Ann» asks for approval: #1") for each in said)
    said = desk.says("eve", "approve 1 Fine.")
    assert "«Eve» for «Sam» approved: “«Fine.»”" in first(said, "ann")

    desk.until(MONDAY + 49 * H)
    desk.says("ann", f"request notice {TEXT}")
    assert "no request #2" in desk.says("eve", "approve 2")[-1]


def test_a_delegation_to_the_requester_goes_up_instead(desk: Desk) -> None:
    desk.says("sam", "delegate @ann 2026-03-02..2026-03-03")
    desk.says("ann", f"request notice {TEXT}")

    assert "your own request" in desk.says("ann", "approve 1")[-1]
    assert desk.says("grace", "approve 1")[-1].startswith("grace: Approved: #1.")


def test_who_comes_to_stand_in_later_is_asked_when_the_absence_begins(desk: Desk) -> None:
    desk.says("ann", f"request notice {TEXT}")
    desk.says("sam", "away 2026-03-03..2026-03-04 @eve")
    assert not [s for s in desk.until(MONDAY + 8 * H) if s.startswith("eve: «Ann» asks")]

    said = desk.until(MONDAY + 26 * H)
    assert [s for s in said if s.startswith("eve: «Ann» asks for approval: #1")]


def test_two_of_three_and_one_after_another_by_the_companys_own_policy() -> None:
    desk = Desk(
        policy="""
[routes.notice]
steps = [
    { of = ["person:bob", "person:wei", "person:mei"], needs = 2 },
    { of = ["person:sam", "person:grace"], needs = "in_order" },
]
"""
    )
    desk.says("ann", f"request notice {TEXT}")
    desk.says("bob", "approve 1")
    assert "not waiting" in desk.says("sam", "approve 1")[-1]
    desk.says("wei", "reject 1 No.")
    assert state(desk) == "open"  # two of three can still say yes
    desk.says("mei", "approve 1")
    assert "not waiting" in desk.says("grace", "approve 1")[-1]
    desk.says("sam", "approve 1")
    desk.says("grace", "approve 1")
    assert state(desk) == "approved"


def test_the_approved_text_is_published_word_for_word(desk: Desk) -> None:
    desk.says("ann", f"request work importance=important channels=lobby {TEXT}")
    desk.says("sam", "approve 1")
    assert [(p.to.id, p.text) for p in desk.paper.published] == [("lobby", TEXT)]

    said = desk.says("ann", f"request work importance=important channels=attic {TEXT}")
    assert said == ["ann: I am in no channel called «attic»."]


def test_the_heads_list_shows_who_asked_for_what_and_not_the_words(desk: Desk) -> None:
    desk.says("ann", f"request notice {TEXT}")
    said = desk.says("grace", "requests department")[0]
    assert "#1 A notice of «Ann»" in said
    assert "price list" not in said
    assert "Waiting for a decision: 1 request" in said
    assert "price list" in desk.says("ann", "requests mine price")[0]
    assert desk.says("ann", "requests mine banana") == ["ann: No requests."]
    assert "#1 A notice of «Ann»" in desk.says("sam", "requests waiting")[0]


def test_a_form_that_is_not_complete_comes_back_with_what_was_typed(desk: Desk) -> None:
    desk.says("ann", "request leave A wedding")
    form = desk.paper.forms[-1].form

    assert form.command == "request leave"
    assert {f.name: f.initial for f in form.fields}["text"] == "A wedding"
    said = desk.submits("ann", start="2026-03-04", text='A "wedding"\\n start=2027-01-01')
    assert "ann: Sent for approval: #1" in desk.titles(said)
    with desk.store.transaction() as tx:
        found = tx.requests.find(1)
    assert found is not None
    assert found.form["start"] == "2026-03-04"
    assert found.form["text"] == 'A "wedding"\\n start=2027-01-01'


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("request material amount=much x", "write a number such as 80000"),
        ("request work departments=moon x", "There is no department «moon»."),
        ("request outside_mail recipients=nobody subject=x y", "«nobody» is no mail address."),
        ("request leave start=tomorrow x", "«tomorrow» is no day"),
        ("request leave 2026-03-05..2026-03-04 x", "The last day is before the first."),
        ("request material nature=huge x", "please choose one of the list"),
        ("request leave start=2026-03-04 delegate=@nobody x", "I know nobody called"),
        ("request notice amount=5 x", "has no field amount"),
    ],
)
def test_what_cannot_be_asked_is_told_what_to_do(desk: Desk, line: str, why: str) -> None:
    said = desk.says("ann", line)
    shown = [told(words) for each in desk.paper.forms for words in each.form.intro]
    assert why in " ".join([*said, *shown])
    with desk.store.transaction() as tx:
        assert tx.requests.find(1) is None
