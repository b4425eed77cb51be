"""A company in a fake Slack, on real sockets, with people who talk; and what must hold of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

import sqlalchemy as sa

from bot.clock import Clock
from bot.seal import Seal
from bot.store import Store
from tests.desk import STAFF
from tests.simulation.laws import Breach
from tests.slack import laws
from tests.slack.fake import Channel, Company, FakeSlack, Person, Route, WallClock
from tests.slack.talk import Talk

KEY = "5a" * 32
SOONER = 0.05  # of the time after which Slack tells again what was not acknowledged
LANES = 6  # deliveries that are on their way at once
# Everybody is always at work, and is nudged within minutes: kills meet nudges, too. Nobody gets a
# report unasked: to make those of a month would be most of the time.
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
POLICY = "\n".join(
    (
        "[calendars.office]",
        'country = ""',
        *(f'{day} = ["00:00-24:00"]' for day in DAYS),
        *("[levels.normal]", 'within = "1m"', 'manager_after = "1m"', 'head_after = "2m"'),
        *("[levels.decision]", 'within = "1m"', 'manager_after = "1m"'),
        "[reports]",
    )
)


@dataclass
class Town:
    slack: FakeSlack
    company: Company
    people: dict[str, Person]
    sales: Channel
    talk: Talk

    def variables(self) -> dict[str, str]:
        """What an app needs to know of it."""
        return {
            "SLACK_API_URL": self.slack.api_url,
            "SLACK_BOT_TOKEN": self.company.token,
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
        }

    def reached_at(self, ports: list[int]) -> None:
        urls = [f"http://127.0.0.1:{port}/slack/events" for port in ports]
        self.slack.route.url, self.slack.route.also = urls[0], tuple(urls[1:])

    def staff(self) -> str:
        """As `duly people import` reads it."""
        rows = ["id,name,department,manager,head_of,roles,zone,language,accounts"]
        heads = {"sam": "sales", "mei": "tech", "grace": "office"}
        for name, (department, manager, roles, language) in STAFF.items():
            said = "; ".join(("employee", *roles.split()))
            head, account = heads.get(name, ""), f"slack:{self.company.id}:{self.people[name].id}"
            rows.append(
                f"{name},{name.title()},{department},{manager or ''},{head},{said},"
                f"Asia/Shanghai,{language},{account}"
            )
        return "\n".join(rows)

    def acknowledged(self) -> int:
        return sum(each.acknowledged for each in self.slack.deliveries)

    def withdrawn(self) -> int:
        """Cards that Slack took twice, one of which was taken away again."""
        return sum(len(found) > 1 for found in self.slack.posted_by_key().values())

    def verdict(self, store: Store, *, frozen: bool) -> Iterator[Breach]:
        """The laws of stories in Slack, and that what was typed and acknowledged was taken."""
        yield from laws.afterwards(store, self.slack, self.sales, frozen=frozen)
        with store.reading() as tx:
            for each in self.slack.deliveries:
                typed = each.sort == "command" and each.acknowledged
                key = f"slack/{self.company.id}/command/{each.payload.get('trigger_id')}"
                if typed and not tx.journal.has(key):
                    yield Breach("lost", f"{key} was acknowledged and is in no journal")


@contextmanager
def town(seed: int) -> Iterator[Town]:
    clock = WallClock(scale=SOONER)
    with FakeSlack(seed=seed, clock=clock, route=Route(lanes=LANES)) as slack:
        company = slack.workspace("Acme")
        people = {
            name: company.person(
                name.title(), email=f"{name}@acme.example", tz="Asia/Shanghai", locale="en-US"
            )
            for name in STAFF
        }
        sales = company.channel("sales", *people.values())
        sales.invite_bot()
        yield Town(slack, company, people, sales, Talk(Random(f"{seed}/talk"), people, sales))


def store_of(db: sa.Engine, clock: Clock) -> Store:
    return Store(db, "main", Seal(bytes.fromhex(KEY), clock.random), clock)
