"""A small company in the fake Slack, to try Duly on without a workspace of one's own.

`python -m tests.slack.tryout` prints the variables to set for `./duly serve`, then takes lines:

    ann #sales @bob can you send me the report?      Ann writes into a channel
    ann /duly help                                   Ann types a command, in her chat with Duly
    ann !                                            what is new of Duly's where Ann sees it
    invite general                                   Duly is invited into a channel
"""

import json
import sys
import time
from pathlib import Path

from tests.slack.fake import FakeSlack, Impossible, Person, Settings, from_manifest
from tests.slack.fake.company import Company

PEOPLE = {
    "ann": ("Ann Baker", "en-GB"),
    "bob": ("Bob Carter", "en-US"),
    "mei": ("Mei Lin", "zh-CN"),
    "leo": ("Leo Ng", "zh-TW"),
}
PAUSE = 1.0  # seconds that Duly is given to answer


class Tryout:
    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        self.team: Company = slack.workspace("Acme")
        self.people: dict[str, Person] = {
            name: self.team.person(
                called, email=f"{name}@acme.example", locale=locale, display_name=name
            )
            for name, (called, locale) in PEOPLE.items()
        }
        self.shown: dict[str, list[str]] = {}
        everybody = self.people.values()
        names = ("sales", "general", "announcements")
        self.rooms = {name: self.team.channel(name, *everybody) for name in names}

    def variables(self, *, http: str = "") -> list[str]:
        way = f"SLACK_APP_TOKEN={self.slack.app_token}"
        if http:
            way = f"SLACK_SIGNING_SECRET={self.slack.signing_secret}"
        return [
            f"export SLACK_API_URL={self.slack.api_url}",
            f"export SLACK_BOT_TOKEN={self.team.token}",
            f"export {way}",
        ]

    def do(self, line: str) -> list[str]:
        """What came of a line: everything new of Duly's that somebody sees."""
        who, _, what = line.strip().partition(" ")
        if who == "invite" and what.lstrip("#") in self.rooms:
            self.rooms[what.lstrip("#")].invite_bot()
            return [f"Duly is in #{what.lstrip('#')} now."]
        if who not in self.people or not what:
            return [(__doc__ or "").partition("\n\n")[2]]
        person = self.people[who]
        if what == "!":
            return self.seen(person)
        try:
            self._said(person, what)
        except Impossible as no:
            return [f"Slack would not let them: {no}"]
        self.slack.settle()
        time.sleep(PAUSE)
        return self.seen(person)

    def _said(self, person: Person, what: str) -> None:
        room, _, words = what.partition(" ")
        if room.startswith("#") and room[1:] in self.rooms:
            where = self.rooms[room[1:]]
            (person.command if words.startswith("/") else person.say)(where, words)
        elif what.startswith("/"):
            person.command(person.desk(), what)
        else:
            person.write(what)

    def seen(self, person: Person) -> list[str]:
        """What they have not been shown yet of Duly's words."""
        ours = [each for each in self.slack.seen_by(person) if each.by == self.team.bot.id]
        said = [f"[{each.kind} in {each.where}] {each.plain}" for each in ours]
        before, self.shown[person.id] = self.shown.get(person.id, []), said
        return [each for each in said if each not in before]


def main(words: list[str]) -> int:
    """`python -m tests.slack.tryout [MANIFEST] [--http URL]`"""
    settings = Settings()
    if words and not words[0].startswith("-"):
        settings = from_manifest(json.loads(Path(words.pop(0)).read_text(encoding="utf-8")))
    slack = FakeSlack(seed=int(time.time()), settings=settings)
    http = words[1] if words[:1] == ["--http"] else ""
    with slack:
        there = Tryout(slack)
        sys.stdout.write("\n".join([*there.variables(http=http), ""]))
        sys.stdout.flush()
        if http:
            slack.deliver_to(http, verify=False)
        else:
            slack.sockets()
        for line in sys.stdin:
            sys.stdout.write("\n".join([*there.do(line), "--", ""]))
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
