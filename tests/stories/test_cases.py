"""What people bring to IT, and the links it turns on, as conversations. Policy 4.1.3, 4.2.3."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.events import MembershipChanged
from tests.desk import LOBBY, MONDAY, Desk, account
from tests.stories.test_screening import raw

H = timedelta(hours=1)
EVIL = "win a prize at https://login.evil.example/a?b"
NOT_YOURS = "There is no case #1 for you."


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    with made.store.transaction() as tx:
        people = tx.people.snapshot().directory.people
        it = {"bob": frozenset({"it"}), "wei": frozenset({"it"})}
        tx.people.save(
            replace(each, language="en", roles=each.roles | it.get(each.id, frozenset()))
            for each in people.values()
        )
    for who in ("ann", "bob", "eve", "sam"):
        made.take(
            MembershipChanged(
                key=f"in {who}", at=made.now, place=LOBBY, account=account(who), joined=True
            )
        )
    yield made
    made.close()


# Trouble with an account


def test_trouble_gets_a_number_what_to_do_at_once_and_one_of_it(desk: Desk) -> None:
    said = desk.says("ann", "help-account I cannot sign in since nine.")

    (told,) = [each for each in said if each.startswith("ann: ")]
    assert "«Bob» of IT looks into it: #1" in told
    assert "Never send anyone your password" in told
    assert "An answer by: Mon 2 Mar, 11:00" in told
    (asked,) = [each for each in said if each.startswith("bob: ")]
    assert "«I cannot sign in since nine.»" in asked
    assert b"cannot sign in" not in raw(desk)
    assert (desk.duty(1).kind, desk.duty(1).owed_by) == ("handle", "bob")


def test_the_form_says_what_never_to_write(desk: Desk) -> None:
    desk.says("ann", "help-account")
    form = desk.paper.forms[-1].form
    assert "Never send anyone your password" in str(form.intro)
    desk.submits("ann", words="It asks for a code I never get.")

    assert desk.duty(1).kind == "handle"


@pytest.mark.thorough
def test_a_password_in_it_is_refused_and_kept_nowhere(desk: Desk) -> None:
    (told,) = desk.says("ann", "help-account my password: Tr0ub4dor&3x does not work")

    assert "I have kept nothing" in told
    assert b"Tr0ub4dor" not in raw(desk)
    with desk.store.transaction() as tx:
        assert tx.cases.open_ones(5) == []


def test_cases_are_spread_by_who_has_least(desk: Desk) -> None:
    for who in ("ann", "eve", "sam", "mei"):
        desk.says(who, "help-account locked out")
    assert [desk.duty(n).owed_by for n in (1, 2, 3, 4)] == ["bob", "wei", "bob", "wei"]

    desk.says("bob", "help-account mine, too")  # nobody handles their own
    assert desk.duty(5).owed_by == "wei"


def test_the_ball_goes_back_and_forth_until_it_works(desk: Desk) -> None:
    desk.says("ann", "help-account locked out")
    said = desk.says("bob", "case 1 answer Please try the new page.")
    assert any("«Please try the new page.»" in each for each in said if each.startswith("ann: "))
    assert desk.duty(1).state == "done"

    said = desk.presses("ann", "It does not")
    said = desk.submits("ann", words="It still asks for a code.")
    assert any("It still asks for a code." in each for each in said if each.startswith("bob: "))
    desk.says("wei", "case 1 take")
    desk.says("wei", "case 1 done A new code is on its way.")
    assert "Good. #1 is done." in desk.presses("ann", "It works again")[0]
    with desk.store.transaction() as tx:
        case = tx.cases.find(1)
        assert case is not None
        assert (case.state, case.handler) == ("done", "wei")
        assert case.answered_at == MONDAY
        assert [each.deed for each in tx.cases.trail.all(case.id)] == [
            *("opened", "given", "answered", "reopened", "taken", "done", "confirmed"),
        ]


def test_what_is_late_goes_to_who_leads_it(desk: Desk) -> None:
    desk.says("ann", "help-account locked out")
    said = desk.until(MONDAY + 10 * H)

    assert any(each.startswith("bob: Trouble with an account") for each in said)
    (late,) = [each for each in said if each.startswith("mei: ")]
    assert "«Bob» has not answered «Ann» since" in late
    assert "locked out" in desk.says("mei", "case 1")[0]


@pytest.mark.parametrize("deed", ["", "take", "answer x", "done", "true", "confirm", "reopen x"])
@pytest.mark.parametrize("who", ["eve", "sam", "hana", "grace"])
def test_nobody_else_knows_of_a_case(desk: Desk, who: str, deed: str) -> None:
    desk.says("ann", "help-account locked out")
    if who == "grace":  # she leads who leads Bob, and may read it
        assert "locked out" in desk.says(who, "case 1")[0]
        return

    assert desk.says(who, f"case 1 {deed}") == [
        each.replace("#9", "#1") for each in desk.says(who, f"case 9 {deed}")
    ]


@pytest.mark.parametrize("deed", ["take", "done", "true", "false", "unclear"])
def test_who_reported_it_does_not_handle_it(desk: Desk, deed: str) -> None:
    desk.says("bob", "help-account locked out")

    assert "is for IT to answer" in desk.says("bob", f"case 1 {deed}")[0]


def test_without_it_people_are_told_whom_to_ask(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        people = tx.people.snapshot().directory.people
        tx.people.save(replace(people[each], roles=frozenset()) for each in ("bob", "wei"))

    assert "Tell HR" in desk.says("ann", "help-account locked out")[0]


# Fraud


def test_a_report_of_fraud_is_judged_and_its_reporter_thanked(desk: Desk) -> None:
    id = desk.posts("sam", EVIL)
    said = desk.says("ann", f"phishing msg:{id}")
    (asked,) = [each for each in said if each.startswith("bob: ")]
    assert "login[.]evil[.]example" in asked
    assert "https://" not in asked
    assert "open no link in it" in next(each for each in said if each.startswith("ann: "))
    assert "reported it already" in desk.says("ann", f"phishing msg:{id}")[0]

    said = desk.presses("bob", "It is a fraud")
    (thanks,) = [each for each in said if each.startswith("ann: ")]
    assert "Well seen: what you reported is a fraud (#1)" in thanks
    assert "It is your first in twelve months." in thanks
    assert "was said already" in desk.says("bob", "case 1 false")[0]


def test_what_is_no_fraud_and_what_nobody_can_tell_is_told_kindly(desk: Desk) -> None:
    for number, verdict in ((1, "false"), (2, "unclear")):
        desk.says("ann", "phishing the boss wants gift cards")
        said = desk.says(desk.duty(number).owed_by or "", f"case {number} {verdict} It is from us.")
        (told,) = [each for each in said if each.startswith("ann: ")]
        assert ("Thank you for asking" if verdict == "false" else "open nothing") in told
        assert "«It is from us.»" in told


def test_a_blocked_domain_is_found_at_once_and_who_saw_it_is_warned_once(desk: Desk) -> None:
    id = desk.posts("sam", EVIL)
    desk.says("ann", f"phishing msg:{id}")
    desk.presses("bob", "It is a fraud")
    said = desk.presses("bob", "⛔")

    warned = sorted(each.partition(":")[0] for each in said if "Beware of a link" in each)
    assert warned == ["eve", "sam"]  # neither who reported it nor who blocked it
    assert "login[.]evil[.]example" in str(said)
    (told,) = [each for each in desk.says("wei", "phishing list") if each.startswith("wei: ")]
    assert "login[.]evil[.]example, by «Bob»" in told

    seen = len(desk.paper.lines)
    desk.posts("eve", "look: https://login.evil.example/z")
    assert "A link to a domain on the company's list" in desk.read(seen)[0]
    desk.says("wei", "phishing unblock login.evil.example")
    said = desk.says("wei", "phishing block login.evil.example")
    warned = [each for each in said if "Beware" in each]
    assert not [each for each in warned if each.startswith(("eve: ", "sam: "))]
    desk.says("wei", "phishing unblock login.evil.example")
    seen = len(desk.paper.lines)
    desk.posts("eve", "again: https://login.evil.example/q")
    assert desk.read(seen) == []


def test_nobody_blocks_what_people_need(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.policies.adopt('[mail]\ndomains = ["brightwater.example"]')

    for domain in ("brightwater.example", "mail.brightwater.example", "example", "github.com"):
        said = desk.says("bob", f"phishing block {domain}")[0]
        assert "blocked:" not in said, domain
    assert "IT keeps the list" in desk.says("ann", "phishing block evil.example")[0]
    assert "IT keeps the list" in desk.says("ann", "phishing list")[0]


def test_who_reports_many_is_recommended_to_hr_who_decide(desk: Desk) -> None:
    for number in (1, 2, 3):
        desk.says("ann", f"phishing see https://evil{number}.example/")
        said = desk.says(desk.duty(number).owed_by or "", f"case {number} true")
    assert any("«Ann» has reported 3 real frauds" in each for each in said if each[:5] == "hana:")
    assert "That makes 3 in twelve months." in str(said)

    said = desk.presses("hana", "Commend them")
    assert any("«Hana» commends you" in each for each in said if each.startswith("ann: "))
    assert "already" in desk.says("hana", "case 3 commend")[0]
    assert "There is no case #3" in desk.says("sam", "case 3 commend")[0]


def test_a_message_of_a_room_one_is_not_in_cannot_be_reported(desk: Desk) -> None:
    id = desk.posts("sam", EVIL)
    with desk.store.transaction() as tx:
        known = tx.people.sees("hana", LOBBY)
    said = desk.says("hana", f"phishing msg:{id}")

    assert ("no such message" in said[0]) is not known
