"""A fake Slack, strict and hostile, on real sockets of 127.0.0.1.

It is built from what Slack publishes, not from what an adapter expects. A scene:

    with FakeSlack(seed=1) as slack:                      # or: async with …, in a running loop
        team = slack.workspace("Acme")
        ann = team.person("Ann Baker", email="ann@acme.example")
        bob = team.person("Bob Carter", tz="Europe/London", locale="en-GB")
        sales = team.channel("sales", ann, bob)
        sales.invite_bot()

        # give the app: slack.api_url, team.token, slack.signing_secret, slack.app_token
        slack.deliver_to("http://127.0.0.1:3000/slack/events")    # or: slack.sockets()

        said = ann.say(sales, "@bob can you send the report? @duly")
        ann.command(sales, "/duly mine")
        slack.settle()                                    # in a loop: await slack.settled()
        card = slack.until(lambda: slack.posted("key of the card"))[0]
        bob.press(card, "Done")
        slack.settle()
        ann.fill({"Reason": "Late", "Day": "2026-03-04"})  # the open modal, sent off
        print(slack.seen_by(bob)[-1].plain)

Nothing a person does waits: it is told to the app in the background, in order (`Route(lanes=8)`:
eight at once), and `settle` waits for the acknowledgements, `until` for anything else. What the
app does wrong is refused with Slack's word and, in `response_metadata.messages` and in
`slack.refusals`, the rule in ours. What a client would not let a person do raises `Impossible`.

Facts for proofs: `slack.calls`, `slack.deliveries` (payload, attempts, acknowledged),
`slack.acknowledged()`, `slack.lost()`, `slack.posted(key)`, `slack.posted_by_key()`,
`slack.limited`, `slack.warnings`, `slack.seen_by(who)` (each with `plain`, `live`, `controls`).

Accidents: `slack.next("chat.postMessage", Fault("cut_after"))` for one call,
`FakeSlack(faults=Faults(seed=3, calls={"cut_after": 0.05, "late": 0.02}, twice=0.1))` by chance,
`Limiter(on=True)` for real rate limits, `HandClock()` for a time that a simulation moves,
`slack.cut_sockets()`, `slack.renew_sockets()`, `slack.uninstall(team)`,
`slack.revoke_tokens(team)`, `slack.rate_limit_events(team)`.
"""

from tests.slack.fake.app import Settings, from_manifest
from tests.slack.fake.clock import HandClock, WallClock
from tests.slack.fake.company import Company
from tests.slack.fake.delivery import Delivery, Outcome
from tests.slack.fake.faults import KINDS, Fault, Faults
from tests.slack.fake.limiter import Limiter
from tests.slack.fake.people import Person
from tests.slack.fake.posting import Route
from tests.slack.fake.rooms import Channel
from tests.slack.fake.rules import Impossible, Refused
from tests.slack.fake.seeing import Sight
from tests.slack.fake.slack import FakeSlack

__all__ = [
    "KINDS",
    "Channel",
    "Company",
    "Delivery",
    "FakeSlack",
    "Fault",
    "Faults",
    "HandClock",
    "Impossible",
    "Limiter",
    "Outcome",
    "Person",
    "Refused",
    "Route",
    "Settings",
    "Sight",
    "WallClock",
    "from_manifest",
]
