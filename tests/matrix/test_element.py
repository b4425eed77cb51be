"""The encryption of Element Web reads what our own people write, and they read it."""

from collections.abc import Iterator

import pytest

from tests.matrix.element.element import Start, elements
from tests.matrix.people import People
from tests.needs import need

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def start() -> Iterator[Start]:
    with elements(need("element")) as made:
        yield made


def test_two_who_exclude_insecure_devices_read_each_other(people: People, start: Start) -> None:
    url = people.server.url
    ann, bob = start(url, people.account("ann")), start(url, people.account("bob"))
    room = ann.create_room(invite=[bob.id])
    bob.accept(room)

    ann.say(room, "Good morning")
    heard = bob.sees(room, "Good morning")
    bob.say(room, "Hello")

    assert (heard.encrypted, heard.failure, heard.shield) == (True, None, None)
    assert ann.sees(room, "Hello").encrypted
    assert ann.vouched(bob.id, bob.device_id)


def test_our_own_people_and_element_read_each_other(people: People, start: Start) -> None:
    ann = start(people.server.url, people.account("ann"))
    bob = people.secret("bob", exclude_insecure=True)
    room = ann.create_room(invite=[bob.id])
    bob.accept(room)

    ann.say(room, "Good morning")
    heard = bob.sees(room, "Good morning")
    said = bob.say(room, "Helo")
    bob.edit(room, said, "Hello")

    shown = ann.sees(room, "Hello")
    assert heard.secret
    assert (shown.encrypted, shown.failure, shown.shield) == (True, None, None)


def test_element_excludes_whom_our_own_people_exclude(people: People, start: Start) -> None:
    ann = start(people.server.url, people.account("ann"))
    bob = people.secret("bob", signed=False)
    room = ann.create_room(invite=[bob.id])
    bob.accept(room)

    ann.say(room, "Only for who is known")
    bob.say(room, "Here I am")

    [_, shown] = ann.until(room, lambda seen: len(seen) == 2 and seen[1].failure)
    assert shown.failure == "UNSIGNED_SENDER_DEVICE"
    assert bob.until(room, lambda seen: seen)[0].trouble == "no key"
    codes = [each["content"].get("code") for each in bob.to_device]
    assert codes == ["m.unverified"]
