"""Accounts that talked in covered rooms and are nobody's, and what IT said of them. 2.1.1."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from bot.events import Account, Platform
from bot.store.rows import Rows
from bot.store.schema_supervision import strangers

Standing = Literal["open", "linked", "guest", "bot", "removed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    account: Account
    kind: Literal["stranger", "bot"]
    since: datetime
    finding: int | None
    standing: Standing = "open"
    by: str | None = None
    at: datetime | None = None
    why: str = ""


@dataclass(slots=True)
class Strangers:
    rows: Rows
    _known: dict[Account, Standing] | None = None  # as this transaction knows

    def standing(self, account: Account) -> Standing | None:
        """Asked of every message of somebody unknown; None: it never spoke before."""
        if self._known is None:
            rows = self.rows.all(strangers)
            self._known = {_account(row): cast(Standing, row.standing) for row in rows}
        return self._known.get(account)

    def get(self, account: Account) -> Stranger | None:
        return self._one(*_is(account))

    def of_finding(self, number: int) -> Stranger | None:
        return self._one(strangers.c.finding == number)

    def waiting(self) -> list[Stranger]:
        c = strangers.c
        return [self._stranger(row) for row in self.rows.all(strangers, c.standing == "open")]

    def put(self, one: Stranger) -> None:
        key = "/".join((one.account.platform, one.account.realm, one.account.id))
        sealed = self.rows.close(strangers.c.why, key, one.why) if one.why else None
        same = ("kind", "since", "finding", "standing", "by", "at")
        values = {name: getattr(one, name) for name in same}
        self.rows.put(strangers, _keys(one.account), **values, why=sealed)
        self._known = None

    def _one(self, *where: Any) -> Stranger | None:
        row = self.rows.one(strangers, *where)
        return self._stranger(row) if row else None

    def _stranger(self, row: Any) -> Stranger:
        key = "/".join((row.platform, row.realm, row.id))
        same = ("kind", "since", "finding", "standing", "by", "at")
        return Stranger(
            account=_account(row),
            why=self.rows.open(strangers.c.why, key, row.why) if row.why else "",
            **{name: getattr(row, name) for name in same},
        )


def _account(row: Any) -> Account:
    return Account(Platform(row.platform), row.realm, row.id)


def _keys(account: Account) -> dict[str, str]:
    return {"platform": account.platform, "realm": account.realm, "id": account.id}


def _is(account: Account) -> Sequence[Any]:
    return [strangers.c[name] == value for name, value in _keys(account).items()]
