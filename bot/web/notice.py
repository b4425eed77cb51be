"""One notice as a page: its text for who it is for, who confirmed it for who may know. 3.2.2."""

from bot.card import Card
from bot.command import Refusal
from bot.handlers import notice_cards, receipts
from bot.policy.notices import Notice
from bot.store import Transaction
from bot.web import visitors
from bot.web.showing import View
from bot.web.visitors import Visitor
from bot.words import Ref, say


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
