"""To whom a report is sealed, and to whom it never is. Policy 5.1.3."""

from dataclasses import replace
from random import Random

from bot.policy import reporting
from bot.policy.people import Department, Directory, Person
from bot.policy.reporting import Channel, Holder, Keeper, halves, tag, tags
from tests.desk import MONDAY
from tests.needs import seed

DAY = MONDAY.replace(hour=9)


def holder(id: str, *, outside: bool = False) -> Holder:
    return Holder(id=f"key of {id}", person=id, name=id, public=id.encode(), outside=outside)


def company(random: Random) -> Directory:
    """Some people, some of whom lead others, by themselves or by a department."""
    names = [f"p{n}" for n in range(random.randint(3, 14))]
    units = [f"d{n}" for n in range(random.randint(1, 4))]
    people = {
        name: Person(
            id=name,
            name=name.upper(),
            department=random.choice([None, *units]),
            manager=random.choice([None, None, *names]),
            active=random.random() < 0.95,
        )
        for name in names
    }
    departments = {
        unit: Department(
            id=unit,
            name=unit,
            head=random.choice([None, *names]),
            parent=random.choice([None, *units]),
        )
        for unit in units
    }
    return Directory(people=people, departments=departments)


def in_line(directory: Directory, one: Person, other: Person) -> bool:
    return any(x.id == other.id for x in directory.above(one)) or one.id == other.id


def test_nobody_it_concerns_and_nobody_in_their_line_can_ever_read_it() -> None:
    random = Random(seed())
    for _ in range(400):
        directory = company(random)
        people = list(directory.people.values())
        some = random.sample(people, min(len(people), 4))
        channel = Channel(
            company="acme",
            holders=tuple(holder(x.id, outside=n == 3) for n, x in enumerate(some)),
            keepers=tuple(Keeper(x.name, x.id) for x in random.sample(people, 2)),
            directory=directory,
        )
        named = random.sample(people, random.randint(1, 2))
        routing = channel.routing(channel.near(named))
        for reader in routing.to:
            person = directory.people[reader.person]
            assert not any(
                in_line(directory, person, x) or in_line(directory, x, person) for x in named
            ), (person, named)
        free = [x for x in channel.holders if x.id not in channel.near(named)]
        inside = [x for x in free if not x.outside]
        assert list(routing.to) == (inside or free)
        assert routing.beyond == (not inside)

        found = tags(channel)  # a browser finds out the same by them
        by_tags = {id for x in named for id in found.get(tag("acme", x.name), ())}
        assert {id for id in by_tags if id.startswith("key")} == channel.near(named)
        places = {f"keeper {n}" for n in range(2)} - by_tags
        told = {channel.keepers[int(each.split()[1])].person for each in places}
        assert told == set(channel.to_be_told(named))


def test_a_channel_is_open_with_two_investigators_and_a_recovery_key() -> None:
    two = (holder("eve"), holder("bob"))
    ready = Channel(company="acme", holders=two, recovery=holder(""))

    assert ready.open
    assert not replace(ready, recovery=None).open
    assert not replace(ready, holders=(*two[:1], holder("olga", outside=True))).open
    assert ready.print != replace(ready, recovery=holder("another")).print


def test_no_one_person_gets_both_halves() -> None:
    assert halves(5) == ("a", "b", "a", "b", "a")
    assert halves(0) == ()


def test_names_are_the_same_however_they_are_spelt() -> None:
    assert tag("acme", " Ａnn  CARTER ") == tag("acme", "ann carter")
    assert tag("acme", "ann carter") != tag("other", "ann carter")


def test_a_case_moves_on_and_never_back() -> None:
    assert reporting.why_no_step("received", "assessed", "") is None
    assert reporting.why_no_step("investigating", "closed", "partly") is None
    assert reporting.why_no_step("investigating", "closed", "") is not None
    assert reporting.why_no_step("received", "assessed", "partly") is not None
    assert reporting.why_no_step("closed", "assessed", "") is not None
