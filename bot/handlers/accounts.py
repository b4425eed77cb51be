"""What a platform says of an account: whose it is, and whether it is still used. Policy 1.2."""

import logging

from bot.events import Account, AccountChanged
from bot.handlers import closing, statuses
from bot.store import Transaction

log = logging.getLogger(__name__)


def changed(tx: Transaction, event: AccountChanged) -> None:
    open_before = tx.people.is_open(event.account)
    tx.people.meet(event)
    link(tx, event.account)
    statuses.said(tx, event)
    if open_before and not event.active:
        closing.closed(tx, event)


def link(tx: Transaction, account: Account | None = None) -> int:
    """By e-mail, where a platform vouches for it; all that wait for it, or one."""
    found = tx.people.link_by_email(account)
    for one, person in found.items():
        log.info("linked %s/%s/%s to %s", one.platform, one.realm, one.id, person)
    return len(found)
