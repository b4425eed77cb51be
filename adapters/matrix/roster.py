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
from adapters.matrix.slip import Slip, server_of
from adapters.matrix.wire import NOT_FOUND, NoAnswer, Wire
from bot.events import AccountChanged, Happening
from bot.port import Inbox

USERS = "/_synapse/admin/v2/users"
AGAIN = 3600.0  # seconds until somebody is looked at once more
PAUSE = 5.0  # seconds until newcomers are looked for
TROUBLE = 60.0  # seconds after the homeserver did not answer
REST = 0.02  # seconds between two questions: the homeserver has other things to do
AT_ONCE = 100  # events in one commit

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Roster:
    """`wire`: with the administrator's token."""

    wire: Wire
    known: Known
    now: Callable[[], datetime]
    _seen: dict[str, float] = field(default_factory=dict)  # by the loop's clock

    async def keep_up(self, inbox: Inbox) -> None:
        """Until cancelled: newcomers soon, everybody now and then. Refused, it ends."""
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
        found: list[Happening] = []
        for user in batch:
            try:
                answer = await self.wire.ask("GET", f"{USERS}/{quote(user, safe='')}")
            except NoAnswer:
                await asyncio.sleep(TROUBLE)
                break
            self._seen[user] = asyncio.get_running_loop().time() + AGAIN
            if answer.ok:
                found.append(self._told(user, Slip(answer.told)))
            elif answer.status != NOT_FOUND:
                log.error("the homeserver does not let us see its people: %s", answer.refused)
                return False
            await asyncio.sleep(REST)
        await inbox.take(found)
        return True

    def _told(self, user: str, told: Slip) -> AccountChanged:
        """The same facts have the same key. What is locked may be opened again, and then is."""
        mails = [each.text("address") for each in told.all("threepids") if _is_mail(each)]
        email = mails[0] if len(mails) == 1 else None
        automatic = told.text("user_type") == "bot"
        if automatic:
            self.known.bots.add(user)
        active = not (told.flag("deactivated") or told.flag("locked"))
        guest = told.flag("is_guest") or told.number("is_guest") == 1
        name = told.text("displayname").strip()[: rooms.LONGEST] or rooms.local(user)
        facts = [user, name, email, automatic, active, guest]
        return AccountChanged(
            key=keys.alike(self.known.realm, "vouched", facts),
            at=self.now(),
            account=self.known.account(user),
            name=name,
            automatic=automatic,
            active=active,
            email=None if automatic or guest else email,
            outsider=guest,
        )


def _is_mail(told: Slip) -> bool:
    validated = told.number("validated_at") > 0
    return told.text("medium") == "email" and validated and "@" in told.text("address")
