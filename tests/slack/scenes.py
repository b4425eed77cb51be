"""What a scene in the house is asked about: duties, records, whispers, gaps."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.events import Happening, conversation
from bot.policy.duties import Duty
from bot.store.schema import gaps as coverage
from bot.store.schema import journal, records
from tests.desk import person
from tests.slack.fake import Channel, Person
from tests.slack.fake.delivery import Delivery
from tests.slack.fake.things import Message
from tests.slack.house import House

NUDGED = timedelta(hours=4, minutes=40)  # of the clock, from Monday at nine
ASKED = "@bob can you send me the test report?"
ANSWER = "It is in the shared folder, page 3 has the figures."


def says(home: House, who: Person, text: str, thread: Message | None = None) -> Message:
    """In #sales; and Duly has taken it in."""
    said = who.say(home.sales, text, thread=thread)
    home.settle()
    return said


def asked(home: House) -> Message:
    return says(home, home.ann, ASKED)


def owes(home: House, name: str) -> list[Duty]:
    """What somebody owes now."""
    with home.store.reading() as tx:
        return tx.duties.owed_by(name)


def numbers(home: House, name: str) -> list[int]:
    return [each.number for each in owes(home, name)]


def whispers(who: Person) -> list[str]:
    return [each.plain for each in who.sees if each.kind == "ephemeral"]


def answered(home: House, who: Person, typed: str, where: Channel | None = None) -> str:
    """What a slash command is answered, which only they see."""
    before = len(whispers(who))
    who.command(where or home.sales, typed)
    home.settle()
    (answer,) = whispers(who)[before:]
    return answer


def filled(home: House, who: Person, **fields: object) -> Delivery:
    """The open form, sent off."""
    home.slack.until(lambda: who.modal)
    told = who.submit(**fields)
    home.settle()
    return told


def caught_up(home: House) -> None:
    """Until no room has a gap any more, and all that follows is done."""
    prefix = f"slack/{home.company.id}/gap/"

    def whole() -> bool:
        one = home.adapter.workspaces[0]
        if one.missed_since is not None or one.inbox is None:
            return False
        with home.store.reading() as tx:
            return not any(tx.listeners.cursors(prefix).values())

    home.slack.until(whole, 60)
    home.settle()


def happened(home: House) -> list[Happening]:
    with home.store.reading() as tx:
        return [tx.journal.read(row) for row in tx.journal.rows.all(journal)]


def kept(home: House, where: Channel | None = None) -> list[str]:
    """The words of every post that is kept of a room, in the order of the archive."""
    place = conversation(home.adapter.workspaces[0].known.place((where or home.sales).id))
    with home.store.reading() as tx:
        found = tx.records.rows.all(
            records, records.c.conversation == place, records.c.kind == "post"
        )
        said = (tx.records.message(place, row.message) for row in found)
        return [each[1]["text"] for each in said if each is not None]


def gaps(home: House, where: Channel | None = None) -> list[tuple[datetime, datetime]]:
    place = conversation(home.adapter.workspaces[0].known.place((where or home.sales).id))
    with home.store.reading() as tx:
        rows = tx.gaps.rows.all(coverage, coverage.c.place == place)
        return [(row.since, row.until) for row in rows]


def parked(home: House) -> list[str]:
    """What Duly stumbled over."""
    with home.store.reading() as tx:
        return [tx.journal.error(row) for row in tx.journal.parked()]


def appoint(home: House, name: str, *roles: str) -> None:
    """Somebody of the staff gets other roles."""
    with home.store.transaction() as tx:
        tx.people.save([replace(person(name), roles=frozenset(roles))])
