"""One workspace at work: takes what Slack sends, and keeps up with what it does not send."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from adapters.slack import forms, inbound, sealed
from adapters.slack.bringing import bring, called
from adapters.slack.calls import Calls, Refused
from adapters.slack.history import History
from adapters.slack.install import Install
from adapters.slack.known import Known
from adapters.slack.messages import Ignored, called_on
from adapters.slack.outbound import Outbound
from adapters.slack.pace import Pace
from adapters.slack.roster import Roster, joining
from adapters.slack.slip import Slip, Unreadable, moment
from bot.events import FormSubmitted, Happening, MembershipChanged
from bot.port import Cursor, Files, Inbox, TryLater
from bot.words import Say

BEAT = 15.0  # seconds between two notes that we are alive
FRESH = timedelta(hours=1)  # after which everybody is looked at again
SILENCE = timedelta(minutes=30)  # after which what stands between Slack and us is in doubt
LIMITED = timedelta(minutes=2)  # after which nothing of a limited minute is still to come
STUBBORN = 3  # rooms that cannot be filled now, before the rest are put off too
MOST = 5_000  # ids remembered
RETRY = 10.0  # seconds after Slack could not be reached

log = logging.getLogger(__name__)

Answer = Mapping[str, Any] | None  # what Slack is told besides that we have it


class NotListening(ConnectionError):
    """We cannot keep anything yet: Slack is to send it again."""


@dataclass(slots=True)
class Workspace:
    install: Install
    calls: Calls
    known: Known
    files: Files
    now: Callable[[], datetime]
    outbound: Outbound
    roster: Roster
    history: History
    inbox: Inbox | None = None
    ignored: Counter[str] = field(default_factory=Counter)
    missed_since: datetime | None = None  # since when what Slack sends may not have reached us
    deaf: bool = False  # no line to Slack is up
    heard_at: datetime | None = None  # when Slack last got through to us by HTTP
    mistaken: datetime | None = None  # when something came that another secret had signed
    _asked: asyncio.Event = field(default_factory=asyncio.Event)  # to look at something now
    _rooms: list[str] = field(default_factory=list)  # that are to be looked at
    _met: set[str] = field(default_factory=set)  # rooms that are not listed, once heard of

    async def take(self, payload: Mapping[str, Any]) -> Answer:
        """Returns when it is kept; what nobody can read is kept as it came. Raises else."""
        if self.inbox is None or not self.known.team:
            raise NotListening
        if sealed.is_sealed(payload):
            return await self._sealed(payload, self.inbox)
        await self._acquaint(payload)
        try:
            found = inbound.read(payload, self.known, self.now())
        except Unreadable:
            found = (inbound.unread(payload, self.known, self.now()),)
        except Exception as error:  # a mistake of ours must not lose it
            log.error("a payload could not be read: %s", type(error).__name__)
            found = (inbound.unread(payload, self.known, self.now()),)
        if isinstance(found, Ignored):
            await self._note(payload, found)
            return None
        if payload.get("type") == "view_submission":
            return await self._filled_in(payload, found)
        await self._keep(tuple([await called(self.calls, each) for each in found]))
        return None

    async def _sealed(self, payload: Mapping[str, Any], inbox: Inbox) -> Answer:
        """Nothing of it may be kept as it came. Raises where it cannot be read or taken."""
        if payload.get("type") != "view_submission":
            return None
        try:
            found = inbound.read(payload, self.known, self.now())
            assert isinstance(found, tuple)
            form = found[0]
            assert isinstance(form, FormSubmitted)
            return await sealed.take(inbox, form, payload["view"])
        except Exception as error:
            log.error("a report was not taken: %s", type(error).__name__)
            raise sealed.Lost from None  # a traceback could hold its words

    async def _keep(self, found: tuple[Happening, ...]) -> None:
        assert self.inbox is not None
        ours = [each for each in found if isinstance(each, MembershipChanged) and each.ours]
        cursor, first = None, list[Happening]()
        for each in ours:
            id = self.known.today(each.place.id)
            cursor = joining(self.known, id, each.at if each.joined else None)
            if each.joined:
                first += await self.roster.introduced(id)
                self._rooms.append(id)
        await self.inbox.take([*first, *found], cursor)
        self.roster.learn(found)
        if ours:
            self.look()

    async def _filled_in(self, payload: Mapping[str, Any], found: tuple[Happening, ...]) -> Answer:
        """Mistakes are shown in the form itself, in the language it was shown in."""
        assert self.inbox is not None
        form, view = found[0], payload.get("view")
        if not isinstance(form, FormSubmitted) or not isinstance(view, Mapping):
            await self._keep(found)
            return None

        answers = forms.submitted(view)
        brought, errors = await bring(self.inbox, self.calls, form, answers.files)
        wrong: dict[str, Say] = {**self.inbox.check(brought), **errors}
        if wrong:
            return forms.errors(wrong, view, answers.reader)
        await self._keep((brought,))
        return None

    async def _acquaint(self, payload: Mapping[str, Any]) -> None:
        """Whom it names and we have not heard of: members and groups are as they are kept."""
        assert self.inbox is not None
        event = Slip(payload).at("event")
        if event.text("type") == "message":
            await self._met_in(event.text("channel"))
        ids, groups = called_on(event)
        if new := [id for id in ids if id not in self.known.names]:
            await self.roster.acquaint(self.inbox, new)
        if any(id not in self.known.groups for id in groups):
            await self.roster.acquaint_groups(groups)

    async def _met_in(self, id: str) -> None:
        """A room of which another process was told, or a chat that somebody has just begun."""
        if not id or id in self.known.rooms or id in self._met or self.inbox is None:
            return
        if len(self._met) > MOST:
            self._met.clear()
        self._met.add(id)
        await self._learn_ids(self.inbox)
        if id not in self.known.rooms and id not in self._rooms:
            self._rooms.append(id)
            self.look()

    async def _note(self, payload: Mapping[str, Any], found: Ignored) -> None:
        """Nothing for the core; perhaps something for us."""
        self.ignored[found.why] += 1
        event = Slip(payload).at("event")
        match event.text("type"):
            case "channel_id_changed":
                await self._renamed(event.text("old_channel_id"), event.text("new_channel_id"))
            case "app_rate_limited":
                await self.limited(event.number("minute_rate_limited"))
            case _:
                self.roster.learn_note(event)

    async def _renamed(self, old: str, new: str) -> None:
        """For us it stays the place it was; only Slack is to be told the new id."""
        if not old or not new or self.inbox is None:
            return
        first = self.known.first.get(old, old)
        await self.inbox.take([], Cursor(f"slack/{self.known.team}/id/{first}", new))
        self.known.goes_by(first, new)

    async def limited(self, minute: float) -> None:
        """Slack holds events back from then on: every room is to be filled from there.

        It says so while the minute still goes on: once it is over, they are filled once more.
        """
        since = moment(f"{int(minute)}.0") if 0 < minute < 2**32 else self.now() - FRESH
        if self.inbox is not None:
            await self.inbox.take([], Cursor(self._limited(), f"{since.timestamp():.6f}"))
        await self.missed(since)

    async def missed(self, since: datetime) -> None:
        if self.inbox is not None:
            await self.history.begin(self.inbox, since, await self._readable(self.inbox))
            self.look()

    def look(self) -> None:
        """At what may have been missed, now rather than in a while."""
        self._asked.set()

    async def _readable(self, inbox: Inbox) -> list[str]:
        """The rooms we are in, those too that only another process has heard of."""
        prefix = f"slack/{self.known.team}/joined/"
        joined = (await inbox.cursors(prefix)).items()
        heard = [name.removeprefix(prefix) for name, since in joined if since]
        archived = {id for id, room in self.known.rooms.items() if room.archived}
        return [id for id in dict.fromkeys([*self.known.rooms, *heard]) if id not in archived]

    async def connect(self) -> None:
        """Who we are: nothing can be read before. Tries until Slack answers."""
        while not self.known.team:
            try:
                told = await self.calls.read("auth.test")
            except (TryLater, Refused) as no:
                log.warning("slack cannot be asked who we are: %s", no)
                await self.calls.pace.sleep(RETRY)
                continue
            self.known.bot_user, self.known.bot_id = told.text("user_id"), told.text("bot_id")
            self.known.url = told.text("url")
            self.known.enterprise = told.text("enterprise_id")
            self.known.team = told.text("team_id")

    async def keep_up(self, inbox: Inbox) -> None:
        """Until cancelled: who is who, which rooms, and what was said while we were away."""
        before = await inbox.cursor(self._until())
        await self._learn_ids(inbox)
        self.inbox = inbox
        if before:
            self.missed_since = moment(before)
        else:  # the very first time: what is said from now on is ours to keep
            await inbox.take([], Cursor(self._until(), f"{self.now().timestamp():.6f}"))
        async with asyncio.TaskGroup() as group:
            group.create_task(self._beat(inbox))
            group.create_task(self._look(inbox))

    async def _learn_ids(self, inbox: Inbox) -> None:
        """Under which a place goes now: it may have been told to another process."""
        prefix = f"slack/{self.known.team}/id/"
        for name, id in (await inbox.cursors(prefix)).items():
            self.known.goes_by(name.removeprefix(prefix), id)

    def reached(self) -> None:
        """Slack got through to us. After a long silence it may have tried before, in vain."""
        before, self.heard_at = self.heard_at, self.now()
        if before is not None and self.heard_at - before > SILENCE and self.missed_since is None:
            self.missed_since = before
            self.look()

    def _heard(self) -> str:
        """Until when nothing is missing that is not written down; empty: that is not known here."""
        at = self.now() if self.install.app_token and not self.deaf else self.heard_at
        return f"{at.timestamp():.6f}" if at is not None and self.missed_since is None else ""

    async def _beat(self, inbox: Inbox) -> None:
        """What is not noted as heard is a gap, should we stop now."""
        noted: datetime | None = None
        until = ""
        while True:
            if self.mistaken != noted:
                noted = self.mistaken
                at = f"{noted.timestamp():.6f}" if noted else ""
                await inbox.take([], Cursor(f"slack/{self.known.team}/mistaken", at))
            await inbox.take([], Cursor(self._alive(), f"{self.now().timestamp():.6f}"))
            if (heard := self._heard()) not in ("", until):
                await inbox.take([], Cursor(self._until(), heard))
                until = heard
            await asyncio.sleep(BEAT)

    async def _look(self, inbox: Inbox) -> None:
        """Every process learns who is who; one of them fills what was missed."""
        looked: dict[bool, datetime] = {}
        while True:
            try:
                first = await inbox.lease(self._looking())
                await self._learn_ids(inbox)
                if first not in looked or self.now() - looked[first] > FRESH:
                    await self.roster.load(inbox, members=first)
                    looked |= dict.fromkeys((False, first), self.now())
                await self._note_gaps(inbox)
                if first:
                    await self._fill(inbox)
            except (TryLater, Refused) as no:
                log.warning("slack cannot be looked at: %s", no)
            except Exception:
                log.exception("catching up stumbled and goes on")
            self._asked.clear()
            try:
                async with asyncio.timeout(BEAT):
                    await self._asked.wait()
            except TimeoutError:
                pass

    async def _note_gaps(self, inbox: Inbox) -> None:
        """What may be missing stands in the store before we count as alive again."""
        while self._rooms:
            await self.roster.look_at(inbox, self._rooms.pop(0))
        since = self.missed_since
        if since is not None:
            await self.history.begin(inbox, since, await self._readable(inbox))
            if self.missed_since == since:
                self.missed_since = None

    async def _fill(self, inbox: Inbox) -> None:
        """All of them in the end: one that cannot be filled now keeps no other waiting."""
        await self._fill_again(inbox)
        late: list[TryLater] = []
        for id, since in (await self.history.open_gaps(inbox)).items():
            await inbox.lease(self._looking())
            try:
                await self.history.fill(inbox, id, since)
            except TryLater as no:
                late.append(no)
                if len(late) == STUBBORN:
                    break
        if late:
            raise late[0]

    async def _fill_again(self, inbox: Inbox) -> None:
        """The minute that was limited is over: what came in it after we had looked."""
        limited = await inbox.cursor(self._limited())
        if not limited or self.now() - moment(limited) < LIMITED:
            return
        await self.history.begin(inbox, moment(limited), await self._readable(inbox))
        if await inbox.cursor(self._limited()) == limited:
            await inbox.take([], Cursor(self._limited(), ""))

    def _limited(self) -> str:
        return f"slack/{self.known.team}/limited"

    def _looking(self) -> str:
        return f"slack/{self.known.team}/looking"

    def _until(self) -> str:
        return f"slack/{self.known.team}/heard"

    def _alive(self) -> str:
        return f"slack/{self.known.team}/alive"


def workspace(install: Install, files: Files, now: Callable[[], datetime]) -> Workspace:
    known = Known(team="", bot_user="")
    pace = Pace(posts=install.rate)
    calls = Calls(install.bot_token, install.api_url, pace, install.token_today)
    return Workspace(
        install=install,
        calls=calls,
        known=known,
        files=files,
        now=now,
        outbound=Outbound(calls, known, files, now),
        roster=Roster(calls, known, now),
        history=History(calls, known, now),
    )
