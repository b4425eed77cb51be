"""Slack looked over from outside: tokens, permissions, the way to us, the channels we are in."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import aiohttp

from adapters.slack import tokens
from adapters.slack.asking import PATIENCE, Answer, Asking, Unreachable
from adapters.slack.hearing import Heard, unheard
from adapters.slack.install import API, BEGINNINGS, Install
from adapters.slack.reaching import reach
from adapters.slack.roster import ROOMS
from adapters.slack.scopes import missing
from adapters.slack.slip import Slip
from bot.port import Examined
from bot.words import Code, Quoted, Say, say

SKEW = timedelta(seconds=60)  # that clocks may differ without a word
LATELY = timedelta(hours=1)  # for what was signed with another secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What our own settings and store say, to compare Slack with."""

    now: Callable[[], datetime]
    url: str = ""  # under which we are reached; empty: not known
    cursors: Mapping[str, str] = field(default_factory=dict)
    channels: Sequence[str] = ()  # by name, that the policy speaks of
    came: Callable[[str], bool] = lambda key: True  # whether a happening of this key ever came


async def examine(installs: Sequence[Install], background: Background) -> list[Examined]:
    """Each workspace; no call takes longer than PATIENCE."""
    async with _line() as line:
        return [await Look(each, background, line).all() for each in installs]


@asynccontextmanager
async def _line() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as line:
        yield line


@dataclass(slots=True)
class Look:
    install: Install
    background: Background
    line: aiohttp.ClientSession
    name: str = ""  # of the workspace
    wrong: list[Say] = field(default_factory=list)
    told: list[Say] = field(default_factory=list)

    async def all(self) -> Examined:
        self.wrong += tokens.shapes(self.install)
        if self.install.bot_token.startswith(BEGINNINGS["bot_token"]):
            try:
                await self._slack(Asking(self.line, self.install.api_url))
            except Unreachable as error:
                self.wrong.append(
                    say(
                        "{address} cannot be reached from this machine ({reason}). Look at the "
                        "network, the proxy and the firewall.",
                        address=Code(self.install.api_url),
                        reason=Quoted(str(error)),
                    )
                )
        await self._reached()
        name = Quoted(self.name or self.install.where)
        wrong = [
            say("Slack, {workspace}: {what}", workspace=name, what=what) for what in self.wrong
        ]
        return Examined(self.told, wrong)

    async def _slack(self, asking: Asking) -> None:
        token = self.install.bot_token
        answer = await asking.ask("auth.test", token)
        if answer.refused:
            self.wrong.append(tokens.bot(answer))
            return
        team, self.name = answer.told.text("team_id"), answer.told.text("team")
        self._permissions(answer)
        self._clock(answer)
        if self.install.app_token.startswith(BEGINNINGS["app_token"]):
            opened = await asking.ask("apps.connections.open", self.install.app_token)
            self.wrong += [tokens.app(opened)] if opened.refused else []
        listed = await asking.channels("users.conversations", token, types=ROOMS)
        if listed is None:
            return  # a permission is missing, which is told
        ours = [each for each in listed if not each.flag("is_im")]
        self._summary(answer, ours)
        await self._channels(asking, {each.text("name") for each in ours})
        heard = Heard(team, self.background.cursors, self.background.came, self.background.now())
        self._mistaken(heard)
        if (what := await unheard(asking, self.install, heard, ours)) is not None:
            self.wrong.append(what)

    def _permissions(self, answer: Answer) -> None:
        for each in missing(answer.scopes) if answer.scopes else ():
            self.wrong.append(
                say(
                    "The permission {scope} is missing. Add it under OAuth & Permissions, Bot "
                    "Token Scopes, then reinstall the app.",
                    scope=Code(each.name),
                )
            )

    def _clock(self, answer: Answer) -> None:
        apart = abs(self.background.now() - answer.at) if answer.at else timedelta()
        if apart > SKEW:
            self.wrong.append(
                say(
                    "The clock of this machine and Slack's are {minutes} minutes apart. Let it be "
                    "set from the network (NTP): beyond five minutes Slack's requests are refused.",
                    minutes=Code(f"{apart.total_seconds() / 60:.0f}"),
                )
            )

    def _summary(self, answer: Answer, ours: Sequence[Slip]) -> None:
        way = say("Socket Mode") if self.install.app_token else say("HTTP")
        self.told.append(
            say(
                "Slack: workspace {workspace}, {way}, {scopes} scopes, {channels} channels",
                workspace=Quoted(self.name),
                way=way,
                scopes=Code(str(len(answer.scopes))),
                channels=Code(str(len(ours))),
            )
        )

    async def _channels(self, asking: Asking, ours: set[str]) -> None:
        """Private channels without us cannot be seen; of the public ones those that matter."""
        invite = Code("/invite @Duly")
        if not ours:
            self.wrong.append(
                say(
                    "I am in no channel, so I see nothing of what is said. In each channel that I "
                    "am to look after, type: {command}",
                    command=invite,
                )
            )
            return
        public = await asking.channels("conversations.list", self.install.bot_token)
        for each in public or ():
            name = each.text("name")
            if name in self.background.channels and name not in ours:
                self.wrong.append(
                    say(
                        "The policy speaks of {channel}, and I am not in it. Type there: {command}",
                        channel=Code(f"#{name}"),
                        command=invite,
                    )
                )

    def _mistaken(self, heard: Heard) -> None:
        """What came was signed with another secret than ours, and nothing with ours since."""
        last = heard.at("mistaken")
        if self.install.signing_secret and last is not None and heard.now - last < LATELY:
            self.wrong.append(
                say(
                    "Requests come that are signed with another secret than {variable}, last at "
                    "{time}. Copy it again from Basic Information, App Credentials, and start Duly "
                    "again.",
                    variable=tokens.SECRET,
                    time=last,
                )
            )

    async def _reached(self) -> None:
        """Only HTTP needs an address that Slack can call."""
        secret, url = self.install.signing_secret, self.background.url
        if not tokens.DIGITS.fullmatch(secret):
            return
        if not url:
            self.told.append(
                say(
                    "Whether Slack's requests get here was not tried: {variable} is not set.",
                    variable=Code("DULY_URL"),
                )
            )
            return
        if self.install.api_url == API and urlsplit(url).scheme != "https":
            self.wrong.append(
                say("Slack posts to https addresses only, and not to {url}.", url=Code(url))
            )
            return
        if (what := await reach(self.line, url, secret, self.background.now())) is not None:
            self.wrong.append(what)
