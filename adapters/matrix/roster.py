"""Who people are by the homeserver's own books, where an administrator's token lets us look.

Its e-mail addresses are those it has validated itself, so that they may say whose account it is;
what people write into their profiles says nothing. Without the token, accounts are linked by HR's
table or by a code.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from adapters.matrix import keys, rooms
from adapters.matrix.known import Known
from adapters.matrix.slip import Slip, print_of, server_of
from adapters.matrix.wire import NOT_FOUND, UNAUTHORIZED, NoAnswer, Wire
from bot.events import AccountChanged
from bot.port import Cursor, Inbox

USERS = "/_synapse/admin/v2/users"
AGAIN = 3600.0  # seconds until somebody is looked at once more
PAUSE = 5.0  # seconds until newcomers are looked for
TROUBLE = 60.0  # seconds after the homeserver did not answer
REST = 0.02  # seconds between two questions: the homeserver has other things to do
AT_ONCE = 100  # people in one round
FORBIDDEN = 403

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Roster:
    """`wire`: with the administrator's token."""

    wire: Wire
    known: Known
    now: Callable[[], datetime]
    _seen: dict[str, float] = field(default_factory=dict)  # by the loop's clock
    _facts: dict[str, str] = field(default_factory=dict)  # as they were told last

    async def keep_up(self, inbox: Inbox) -> None:
        """Until cancelled: newcomers soon, everybody now and then. Refused, it ends."""
        for name, facts in (await inbox.cursors(self._name(""))).items():
            self._facts[name.removeprefix(self._name(""))] = facts
        going_on = True
        while going_on:
            due = self._due(asyncio.get_running_loop().time())
            going_on = await self._look_at(inbox, due[:AT_ONCE]) if due else True
            if len(due) <= AT_ONCE:
                await asyncio.sleep(PAUSE)

    def _due(self, now: float) -> list[str]:
        """Whom we share a room with, or did: of a closed account its rooms are taken away."""
        known = {who for room in self.known.rooms.values() for who in room.members}
        known |= self._seen.keys()
        ours = (who for who in known if server_of(who) == self.known.realm)
        others = (who for who in ours if who != self.known.user)
        return sorted(who for who in others if self._seen.get(who, now) <= now)

    async def _look_at(self, inbox: Inbox, batch: list[str]) -> bool:
        """False: the token is not one of an administrator."""
        for user in batch:
            try:
                answer = await self.wire.ask("GET", f"{USERS}/{quote(user, safe='')}")
            except NoAnswer:
                await asyncio.sleep(TROUBLE)
                break
            self._seen[user] = asyncio.get_running_loop().time() + AGAIN
            if answer.status in (UNAUTHORIZED, FORBIDDEN):
                log.error("the homeserver does not let us see its people: %s", answer.refused)
                return False
            if not answer.ok and answer.status != NOT_FOUND:
                log.warning("the homeserver does not say who people are: %s", answer.refused)
                await asyncio.sleep(TROUBLE)
                break
            if answer.ok:
                await self._tell(inbox, user, Slip(answer.told))
            await asyncio.sleep(REST)
        return True

    async def _tell(self, inbox: Inbox, user: str, told: Slip) -> None:
        """What is not as it was told last. What is locked may be opened again, and locked again."""
        mails = [each.text("address") for each in told.all("threepids") if _is_mail(each)]
        email = mails[0] if len(mails) == 1 else None
        automatic = told.text("user_type") == "bot"
        if automatic:
            self.known.bots.add(user)
        active = not (told.flag("deactivated") or told.flag("locked"))
        guest = told.flag("is_guest") or told.number("is_guest") == 1
        if guest:
            self.known.guests.add(user)
        name = told.text("displayname").strip()[: rooms.LONGEST] or rooms.local(user)
        facts = print_of([user, name, email, automatic, active, guest])
        if self._facts.get(user) == facts:
            return
        at = self.now()
        event = AccountChanged(
            key=keys.told(self.known.realm, "vouched", f"{user}/{facts}/{at.isoformat()}"),
            at=at,
            account=self.known.account(user),
            name=name,
            automatic=automatic,
            active=active,
            email=None if automatic or guest else email,
            outsider=guest,
        )
        last = "" if automatic or guest else facts  # told in every run: a join may have said other
        await inbox.take([event], Cursor(self._name(user), last))
        self._facts[user] = facts

    def _name(self, user: str) -> str:
        return f"matrix/{self.known.user}/vouched/{user}"


def _is_mail(told: Slip) -> bool:
    validated = told.number("validated_at") > 0
    return told.text("medium") == "email" and validated and "@" in told.text("address")
