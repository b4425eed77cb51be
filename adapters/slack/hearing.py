"""Whether what people write in Slack gets here: its newest messages against our journal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.slack import keys
from adapters.slack.asking import Asking
from adapters.slack.install import Install
from adapters.slack.slip import STAMP, Slip, moment
from bot.words import Code, Say, Value, say

AT_WORK = timedelta(minutes=2)  # since the running bot last said so
LATE = timedelta(minutes=3)  # Slack may take its time
ROOMS = 5  # that are looked into


@dataclass(frozen=True, slots=True)
class Heard:
    """What our store knows of one workspace."""

    team: str
    cursors: Mapping[str, str]
    came: Callable[[str], bool]
    now: datetime

    @property
    def at_work(self) -> bool:
        alive = self.at("alive")
        return alive is not None and self.now - alive < AT_WORK

    def at(self, name: str) -> datetime | None:
        found = self.cursors.get(f"slack/{self.team}/{name}", "")
        return moment(found) if STAMP.fullmatch(found) else None


async def unheard(
    asking: Asking, install: Install, heard: Heard, rooms: Sequence[Slip]
) -> Say | None:
    """A message that should have come and did not. Raises Unreachable."""
    if not heard.at_work:
        return None
    for each in [each for each in rooms if _watched(each, heard)][:ROOMS]:
        id = each.text("id")
        answer = await asking.ask(
            "conversations.history", install.bot_token, channel=id, limit="15"
        )
        for said in answer.told.all("messages"):
            if _expected(said, heard, id) and not heard.came(
                keys.posted(heard.team, id, said.text("ts"))
            ):
                return _missing(install, each.text("name") or id, moment(said.text("ts")))
    return None


def _watched(room: Slip, heard: Heard) -> bool:
    """We have been there for a while, and nothing of it is being filled in just now."""
    return heard.at(f"joined/{room.text('id')}") is not None and not heard.cursors.get(
        f"slack/{heard.team}/gap/{room.text('id')}"
    )


def _expected(said: Slip, heard: Heard, id: str) -> bool:
    """Somebody's own words, since we are there and not only just now."""
    joined = heard.at(f"joined/{id}")
    if said.text("subtype") or said.text("bot_id") or not STAMP.fullmatch(said.text("ts")):
        return False
    at = moment(said.text("ts"))
    return joined is not None and joined + LATE < at < heard.now - LATE


def _missing(install: Install, channel: str, at: datetime) -> Say:
    values: dict[str, Value] = {"channel": Code(f"#{channel}"), "time": at}
    if install.app_token:
        return say(
            "What was said in {channel} at {time} never came. Look whether Socket Mode is on, and "
            "whether Event Subscriptions of the app has all the events of the manifest.",
            **values,
        )
    return say(
        "What was said in {channel} at {time} never came. Look under Event Subscriptions of the "
        "app whether the Request URL is verified and all the events of the manifest are there.",
        **values,
    )
