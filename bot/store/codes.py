"""One-time codes by which somebody shows that another account is theirs as well.

Of a code only its SHA-256 is kept. All times here are lease time, which nobody moves.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from bot.events import Account, account_key
from bot.store.rows import Rows, Where, still
from bot.store.schema import codes, tries

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that looks like another
LENGTH, GROUP = 12, 4
FRESH = timedelta(minutes=15)  # a code can be used
KEPT = timedelta(days=7)  # how long those that are over are remembered
MOST, WITHIN = 5, timedelta(hours=1)  # wrong codes of one account

Standing = Literal["good", "used", "replaced", "expired", "unknown"]


class Found(NamedTuple):
    standing: Standing
    person: str = ""  # whose it is
    made_by: str = ""  # themselves, or who gave it to them


def plain(text: str) -> str:
    """A code as it was typed, without what only helps to read it."""
    return "".join(text.replace("-", "").split()).upper()


def is_code(text: str) -> bool:
    """It looks like one of ours."""
    letters = plain(text)
    return len(letters) == LENGTH and set(letters) <= set(LETTERS)


def fresh_code(random: Callable[[int], bytes]) -> str:
    """Every letter as likely as any other."""
    letters, most = "", 256 - 256 % len(LETTERS)
    while len(letters) < LENGTH:
        letters += "".join(LETTERS[each % len(LETTERS)] for each in random(LENGTH) if each < most)
    cut = letters[:LENGTH]
    return "-".join(cut[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def _hash(code: str) -> bytes:
    return hashlib.sha256(plain(code).encode()).digest()


@dataclass(frozen=True, slots=True)
class Codes:
    rows: Rows

    def make(self, person: str, made_by: str) -> str:
        """A new code; their older ones can no longer be used."""
        clock, c = self.rows.clock, codes.c
        now = clock.lease()
        self.rows.remove(codes, c.expires_at < now - KEPT)
        older = c.person == person, c.ended_at.is_(None)
        self.rows.change(codes, *older, ended_at=now, how="replaced")
        code = fresh_code(clock.random)
        self.rows.add(
            codes,
            id=clock.new_id(),
            hash=_hash(code),
            person=person,
            made_by=made_by,
            expires_at=now + FRESH,
            how="",
        )
        return code

    def redeem(self, code: str) -> Found:
        """What it is; where it is good, it is used by that."""
        c, now = codes.c, self.rows.clock.lease()
        row = self.rows.one(codes, c.hash == _hash(code))
        if row is None:
            return Found("unknown")
        if row.ended_at is not None:
            return Found("used" if row.how == "used" else "replaced", row.person)
        free = c.id == row.id, c.ended_at.is_(None), *still(c.expires_at, now, FRESH)
        if not self.rows.change(codes, *free, ended_at=now, how="used"):
            return Found("expired", row.person)
        return Found("good", row.person, row.made_by)

    def whose(self, code: str) -> str | None:
        """Whose a code is that still works; it is not used by that."""
        c, now = codes.c, self.rows.clock.lease()
        good = c.hash == _hash(code), c.ended_at.is_(None), *still(c.expires_at, now, FRESH)
        row = self.rows.one(codes, *good)
        return row and str(row.person)

    def tried_enough(self, account: Account) -> bool:
        """Too many wrong codes of late."""
        id, now = account_key(account), self.rows.clock.lease()
        row = self.rows.one(tries, tries.c.account == id, *_lately(now))
        return row is not None and row.count >= MOST

    def miss(self, account: Account) -> None:
        """A wrong code more."""
        id, now = account_key(account), self.rows.clock.lease()
        lately = tries.c.account == id, *_lately(now)
        if not self.rows.change(tries, *lately, count=tries.c.count + 1):
            self.rows.put(tries, {"account": id}, since=now, count=1)


def _lately(now: datetime) -> tuple[Where, ...]:
    return tries.c.since > now - WITHIN, tries.c.since <= now + WITHIN
