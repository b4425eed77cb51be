"""One notice as a page: its text for who it is for, who confirmed it for who may know. 3.2.2."""

from collections.abc import Sequence

from bot.card import Card
from bot.command import Call, Refusal
from bot.handlers import notice_cards, notices, receipts
from bot.policy.duties import Duty
from bot.policy.notices import Notice
from bot.store import Transaction
from bot.web import visitors
from bot.web.listing import Entry, Section
from bot.web.showing import View
from bot.web.visitors import Visitor
from bot.words import Ref, say

SHOWN = 100  # lines of a list


def listed(tx: Transaction, visitor: Visitor) -> View:
    """Those they are to confirm, those they published; for HR and the office all that count."""
    call, person = visitors.looking(tx, visitor), visitor.person
    owed = [duty for duty in tx.duties.owed_by(person.id) if duty.noticed]
    shown = [
        (say("For you to confirm"), [_owed(tx, each) for each in owed[:SHOWN]], CONFIRMED),
        (say("Published by you"), _standing(call, tx.notices.by(person.id, SHOWN)), NONE),
    ]
    if person.roles.intersection(notices.OFFICES):
        everybodys = _standing(call, tx.notices.newest_ones(SHOWN))
        shown.append((say("Everybody's, the newest first"), everybodys, NONE_YET))
    sections = [Section(title, entries, empty) for title, entries, empty in shown]
    return View("list.html", say("Notices"), "/notices", {"sections": sections})


CONFIRMED = say("You have nothing to confirm.")
NONE = say("You have published no notice.")
NONE_YET = say("No notice was published yet.")


def _owed(tx: Transaction, duty: Duty) -> Entry:
    notice = notice_cards.of(tx, duty)
    line = say(
        "{number} {what} by {due}",
        number=Ref(notice.number),
        what=notice_cards.what(tx, notice),
        due=duty.due,
    )
    return Entry(line, f"/notices/{notice.number}", notice_cards.buttons(notice))


def _standing(call: Call, found: Sequence[Notice]) -> list[Entry]:
    counts = call.tx.notices.counts([each.id for each in found], call.now)
    return [
        Entry(receipts.line(each, *counts.get(each.id, (0, 0, 0))), f"/notices/{each.number}")
        for each in found
    ]


def view(tx: Transaction, visitor: Visitor, number: int) -> View | None:
    """None for who it is neither for nor to know about."""
    notice = tx.notices.find(number)
    if notice is None:
        return None
    own = _own(tx, visitor, notice)
    lists = receipts.lists(visitors.looking(tx, visitor), notice)
    cards = [each for each in (own, lists) if each is not None]
    if not cards:
        return None
    title = say("Notice {number}", number=Ref(number))
    return View("cards.html", title, f"/notices/{number}", {"cards": cards})


def _own(tx: Transaction, visitor: Visitor, notice: Notice) -> Card | None:
    """As who is to confirm it sees it, or who published it."""
    if visitor.person.id == notice.author:
        return notice_cards.card(tx, notice, None, notice.author)
    try:
        return receipts.own(visitors.looking(tx, visitor), notice)
    except Refusal:
        return None
