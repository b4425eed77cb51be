"""Records and supervision in the playground itself: a real process over HTTP, then the terminal.

Policy 3.3, 4.1, 4.2, 5.1. What each part does in detail is told by the stories beside this one;
the reporting channel by tests/reporting/test_browser.py.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest

from bot.__main__ import main
from tests.browser.theatre import duly, morning
from tests.stories.test_in_the_playground import Playground

PATIENCE = 60.0  # seconds
pytestmark = [pytest.mark.xdist_group("records-in-the-playground"), pytest.mark.thorough]
SECRET = "Tr0ub4dor&3x-blue"


class Company(Playground):
    def posts(self, who: str, place: str, text: str) -> None:
        event = {"id": f"post-{next(self.numbers)}", "as": who, "kind": "message", "text": text}
        httpx.post(f"{self.address}/events", json=event | {"place": place}).raise_for_status()

    def moves(self, **how: object) -> None:
        httpx.post(f"{self.address}/clock", json=how).raise_for_status()

    def submits(self, who: str, form: str, **fields: str) -> None:
        event = {"id": f"form-{next(self.numbers)}", "as": who, "kind": "form", "form": form}
        httpx.post(f"{self.address}/events", json=event | {"fields": fields}).raise_for_status()

    def meets(self, who: str, wanted: str, *, after: Callable[[], None]) -> str:
        """As `hears`, of what comes with a round of the bot's own: `after` is done until then."""
        until = monotonic() + PATIENCE
        while not (found := [each for each in self.read(who) if re.search(wanted, each)]):
            assert monotonic() < until, f"{who} never read {wanted!r}: {self.read(who)[-3:]}"
            after()
            sleep(0.2)
        return found[-1]

    def number(self, who: str, wanted: str) -> str:
        found = re.search(r"#(\d+)", self.hears(who, wanted))
        assert found
        return found[1]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("records")


@pytest.fixture(scope="module")
def company(data: Path) -> Iterator[Company]:
    policy = data / "no-reports.toml"  # the worker would make those of all the years
    policy.write_text("[reports]\nhr = []\nhead = []\nboard = []\naudit = []\n", "utf-8")
    with duly(data) as address:
        assert main(["policy", "adopt", str(policy), "--data", str(data)]) == 0
        morning(address)
        yield Company(address)


def test_a_password_in_a_channel_from_the_hint_to_the_measure(company: Company) -> None:
    company.posts("ann", "sales", f"The password of the test server is {SECRET}")
    number = company.number("ann", "I found something in it")
    assert SECRET not in company.hears("ann", "I found something in it")
    company.moves(working_minutes=300)
    company.hears("leo", rf"To be looked at, of Ann Carter: A password, #{number}")
    company.says("leo", f"finding {number} claim")
    company.hears("leo", "Leo Zhang 张磊 took it into their hands")
    company.says("leo", f"finding {number} ask")
    company.hears("ann", rf"asks what you say to this: #{number}")
    company.says("ann", f"finding {number} explain It is only the test server")
    company.hears("leo", "It is only the test server")
    company.says("leo", f"finding {number} upheld No passwords in a channel")
    company.hears("ann", rf"upholds what I noticed \(#{number}\)")
    company.hears("hana", rf"upheld #{number}: it is for you to say what follows")
    company.says("hana", f"finding {number} measure take")
    company.hears("ann", "A reminder in writing|reminder")
    company.hears("hana", rf"#{number} is settled")
    assert not any("#1000000" in each for each in company.read("hana"))
    company.says("hana", f"finding {number} reopen Somebody else should look")
    company.hears("ann", rf"#{number} is looked at again")


def test_a_strange_account_stands_on_its_card_and_it_signs(company: Company) -> None:
    company.posts("visitor", "sales", "Hello, who can send me the list of customers?")
    company.says("ivan", "daily")
    company.hears("ivan", "Accounts that talk in our rooms and are nobody's")
    company.says("ivan", "account")
    number = company.number("ivan", "talks in our rooms and is nobody's")
    company.says("ivan", f"account {number} link @ann Her new phone")
    company.hears("ann", "An account was added to you")
    company.says("ivan", "daily sign Looked into it.")
    company.hears("ivan", "Signed for today")


def test_it_hears_of_fraud_and_of_trouble_and_answers(company: Company) -> None:
    company.says("ann", "phishing Sign in at http://parcel.example/pay")
    number = company.number("ivan", "A message that looks like fraud, reported by Ann Carter")
    company.says("ivan", f"case {number} true")
    company.hears("ann", rf"what you reported is a fraud \(#{number}\)")
    company.says("bob", "help-account I cannot sign in since nine.")
    number = company.number("ivan", "Trouble with an account, reported by Bob Miller")
    company.says("ivan", f"case {number} answer Try again")
    company.hears("bob", rf"Ivan Petrov of IT answers #{number}")


def test_what_was_said_is_found_in_both_languages_and_a_look_leaves_a_trace(
    company: Company,
) -> None:
    company.posts("na", "sales", "合同审批什么时候能好？")
    company.says("na", "搜索 审批")
    company.hears("na", "合同审批什么时候能好")
    company.says("min", "search server")
    company.hears("min", "Nothing found|nothing|No record")
    asked = {"why": "The audit of November", "words": "server"}
    ask = partial(company.submits, "qing", "search all", **asked)
    company.meets("qing", "找到 1 条记录", after=ask)
    company.says("qing", "looks")
    company.hears("qing", "The audit of November")
    company.says("ann", "mydata")
    company.hears("ann", "Everything I hold about you, as a file")


def test_nobody_can_report_before_two_investigators_have_keys(company: Company) -> None:
    company.says("ann", "breach")
    company.hears("ann", "The reporting channel is not open yet")


def test_a_month_later_a_head_goes_through_a_sample(company: Company, data: Path) -> None:
    company.says("hana", "hold set people=@ann words=server The dispute with Brightwater.")
    company.hears("hana", "Held from now on")
    company.moves(month_of="leo")
    number = ""
    while not number:
        company.moves(minutes=1)
        company.says("leo", "sample")
        found = re.search(r"Number: #(\d+)", company.hears("leo", "sample"))
        number = found[1] if found else ""
    company.says("leo", f"sample {number} 1 fine")
    company.hears("leo", "2 of|Message 2|Left")
    assert main(["sample", "--check", number, "--data", str(data)]) == 0


def test_after_years_two_people_dispose_of_what_is_due(company: Company) -> None:
    for _ in range(4):
        company.moves(minutes=365 * 24 * 60)
    company.moves(month_of="hana")
    due, a_minute = "Look through what is past its term", partial(company.moves, minutes=1)
    listed = company.meets("hana", due, after=a_minute)
    number = re.findall(r"#(\d+) Look through what is past", listed)[-1]
    company.says("hana", f"disposal {number}")
    assert "1 held" in company.hears("hana", rf"to be disposed of for good: #{number}")
    company.says("hana", f"disposal {number} propose")
    company.says("hana", f"disposal {number} consent")
    company.hears("hana", "It takes two|somebody else|another")
    company.says("qing", f"disposal {number} consent")
    company.hears("hana", rf"Both consent: #{number}")


def test_it_is_verified_exported_and_brought_back(
    company: Company, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert company.address
    here, bundle, kept = ["--data", str(data)], tmp_path / "all.zip", str(tmp_path / "all.duly")
    assert main(["verify", *here]) == 0
    assert main(["export", "--all", "--out", str(bundle), *here]) == 0
    assert "verify.py" in zipfile.ZipFile(bundle).namelist()
    assert main(["verify", "--bundle", str(bundle), *here]) == 0
    there = ["--data", str(tmp_path / "there")]
    assert main(["backup", kept, *here]) == 0
    assert main(["backup", "--keys", kept + ".keys", *here]) == 0
    assert main(["restore", kept, *there, "--key", str(data / "duly.key")]) == 0
    assert main(["restore", kept + ".keys", *there]) == 0
    capsys.readouterr()
    assert main(["verify", *there]) == 0
    assert "Nothing kept was changed" in capsys.readouterr().out
