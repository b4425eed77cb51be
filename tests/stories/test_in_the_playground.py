"""Every shipped route, a notice and a meeting, in the playground itself: a real process over HTTP.

Policy 3.2, 2.2.1, 2.2.2. What each of them does in detail is told by the stories beside this one.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest

from tests.browser.theatre import duly, morning

pytestmark = pytest.mark.xdist_group("in-the-playground")
PATIENCE = 60.0  # seconds; of a machine with much else to do
MAIL = "Dear Ms Li, here is our offer. Please let us know by Friday. Kind regards, Ann"
ROUTES = (  # the request of ann, who leads nobody, and who decides one after another
    ("work.cross_department", "work departments=Engineering The new price list.", ("leo", "mei")),
    ("work.important", "work importance=important The new price list.", ("leo",)),
    ("notice", "notice The office is closed on Friday.", ("leo",)),
    ("material.normal", "material The new catalogue.", ("victor",)),
    ("material.major", "material nature=major The new strategy.", ("victor", "grace")),
    (
        "outside_mail.review",
        f'outside_mail recipients=li@partner.example subject="Our offer" seen=send {MAIL}',
        ("leo",),
    ),
    (
        "outside_mail.major",
        f"outside_mail recipients=li@partner.example nature=major seen=send "
        f'subject="Our offer" {MAIL}',
        ("leo",),
    ),
    ("leave", "leave 2030-03-04..2030-03-05 A wedding", ("leo",)),
    ("resignation", "resignation start=2030-03-31 Something else.", ("leo", "hana")),
    ("training", "training start=2030-05-04 amount=900 A course.", ("leo", "hana")),
    ("account", "account account=CRM I look after customers.", ("leo", "ivan")),
    ("exception", "exception Send the samples without a contract.", ("leo", "grace")),
)


@dataclass
class Playground:
    address: str
    numbers: Iterator[int] = field(default_factory=count)

    def says(self, who: str, text: str) -> None:
        event = {"id": f"story-{next(self.numbers)}", "as": who, "kind": "command", "text": text}
        where = {"place": f"dm:{who}"}
        httpx.post(f"{self.address}/events", json=event | where).raise_for_status()

    def read(self, who: str) -> list[str]:
        lines = httpx.get(f"{self.address}/lines", params={"as": who, "after": 0}).json()
        return [str(each.get("text", "")) for each in lines]

    def hears(self, who: str, wanted: str) -> str:
        """The newest line of theirs that matches, as soon as it has come."""
        until = monotonic() + PATIENCE
        while monotonic() < until:
            found = [each for each in self.read(who) if re.search(wanted, each)]
            if found:
                return found[-1]
            sleep(0.05)
        raise AssertionError(f"{who} never read {wanted!r}: {self.read(who)[-3:]}")

    def asks(self, who: str, text: str) -> int:
        """The number of the request."""
        before = len([each for each in self.read(who) if SENT.search(each)])
        self.says(who, f"request {text}")
        self._until(lambda: len([e for e in self.read(who) if SENT.search(e)]) > before)
        found = [m for each in self.read(who) if (m := SENT.search(each))]
        return int(found[-1][1])

    def _until(self, true: Callable[[], bool]) -> None:
        until = monotonic() + PATIENCE
        while not true():
            assert monotonic() < until
            sleep(0.05)


SENT = re.compile(r"Sent for approval: #(\d+)")


@pytest.fixture(scope="module")
def playground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playground]:
    folder: Path = tmp_path_factory.mktemp("playground")
    with duly(folder) as address:
        morning(address)
        yield Playground(address)


@pytest.mark.parametrize(
    ("line", "approvers"), [each[1:] for each in ROUTES], ids=[each[0] for each in ROUTES]
)
def test_each_shipped_route_is_walked_from_request_to_certificate(
    playground: Playground, line: str, approvers: Sequence[str]
) -> None:
    number = playground.asks("ann", line)
    for who in approvers:
        playground.hears(who, rf"#{number}\b")
        playground.says("ann", f"approve {number}")
        playground.hears("ann", rf"#{number} is your own request")
        playground.says(who, f"approve {number}")

    told = playground.hears("ann", rf"#{number} was approved[\s\S]*Certificate")
    code = re.search(r"Certificate\W+([0-9A-Z]{5}-[0-9A-Z]{5})", told)
    assert code, told
    playground.says("ann", f"verify {code[1]}")
    playground.hears("ann", rf"{code[1]}[\s\S]*Fingerprint")


def test_a_notice_is_published_and_confirmed(playground: Playground) -> None:
    number = playground.asks("ann", "notice audience=department:Sales Bring your badges tomorrow.")
    playground.hears("leo", rf"#{number}\b")
    playground.says("leo", f"approve {number}")
    read = playground.hears("na", "Bring your badges tomorrow.")
    notice = re.search(r"#(\d+)", read)
    assert notice, read
    playground.says("na", f"confirm {notice[1]}")
    playground.says("ann", f"notice {notice[1]}")
    playground.hears("ann", r"Li Na")


def test_a_meeting_is_held_and_its_minutes_are_confirmed(playground: Playground) -> None:
    playground.says("ann", "meeting Budget @bob @leo in 2 hours for 15m")
    booked = re.search(r"#(\d+)", playground.hears("ann", "Booked"))
    assert booked
    number = booked[1]
    playground.hears("bob", rf"#{number}\b")
    over = {"minutes": 5 * 60}  # past noon, when Bob is at work again
    httpx.post(f"{playground.address}/clock", json=over).raise_for_status()
    playground.says("ann", f"minutes {number} Decision: We buy it.\nAction: @bob asks for an offer")
    playground.hears("bob", "We buy it")
    playground.says("bob", f"confirm {number}")
    playground.says("ann", f"minutes {number}")
    playground.hears("ann", "Bob Miller[\\s\\S]*confirmed|confirmed[\\s\\S]*Bob Miller")
