"""Which records somebody may find: their own conversations, or others' with a reason. Policy 3.3.2.

Their own: what stands now in the places they are in, requests and minutes that are theirs. What
was edited away or deleted, what is of the class personal, and places they are not in are for those
alone whom the policy lets look into other people's records.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.events import Place, account_of, conversation
from bot.handlers import requestcards
from bot.policy.lookup.texts import OWN_CHAINS, SAID
from bot.policy.people import Person
from bot.policy.rulebook import SearchRules
from bot.store import Transaction
from bot.store.search import Opened, Standing


def may_look(rules: SearchRules, person: Person) -> bool:
    """Into other people's records, with a reason."""
    return person.active and not person.partner and bool(person.roles & set(rules.roles))


def oversees(rules: SearchRules, person: Person) -> bool:
    """Reads who looked at what."""
    return person.active and not person.partner and bool(person.roles & set(rules.overseers))


@dataclass(frozen=True)
class Sight:
    """What one person sees; `wide`: of other people's records, too."""

    tx: Transaction
    person: Person
    wide: bool = False

    @cached_property
    def rules(self) -> SearchRules:
        return self.tx.policies.current().search

    @cached_property
    def places(self) -> frozenset[str] | None:
        """The conversations they see; None: all."""
        if self.wide:
            return None
        seen = self.tx.people.seen_by(self.person.id)
        return frozenset({*map(conversation, seen), *OWN_CHAINS})

    def seen(self, found: Sequence[Opened]) -> list[tuple[Opened, Standing]]:
        """Those of them they may find, and how each stands now."""
        now = self.tx.search.standing({_message(each) for each in found})
        both = [(each, now[_message(each)]) for each in found]
        return [(each, standing) for each, standing in both if self._sees(each, standing)]

    def _sees(self, one: Opened, now: Standing) -> bool:
        row, class_name = one.row, now.class_name or one.row.class_name
        if row.conversation.startswith("duly/"):
            return self._sees_ours(one, class_name)
        if self.wide:
            return self._looks_at(one, class_name)
        mine = one.body.get("who") == self.person.id
        if row.conversation not in (self.places or ()) or row.kind not in (*SAID, "file"):
            return False
        if class_name == "personal" and not mine:
            return False
        if row.kind == "file":
            return mine or now.kind != "deletion"
        return row.kind != "deletion" and (mine or now.seq == row.seq)

    def _looks_at(self, one: Opened, class_name: str) -> bool:
        if not may_look(self.rules, self.person) or not self._of_class(class_name):
            return False
        return self.rules.direct_messages or not self._direct(one)

    def _of_class(self, class_name: str) -> bool:
        return class_name != "personal" or bool(self.person.roles & set(self.rules.personal))

    def _direct(self, one: Opened) -> bool:
        """It was said to somebody alone; of a place of which nobody told us, all may be."""
        at = account_of(one.row.conversation)
        known = self.tx.people.snapshot().places.get((at.platform, at.realm, at.id))
        return known is None or known.kind == "direct" or bool(one.body.get("direct"))

    def _sees_ours(self, one: Opened, class_name: str) -> bool:
        """A decision, a notice, or minutes."""
        if self.wide:
            return may_look(self.rules, self.person) and self._of_class(class_name)
        if one.row.kind == "decision":
            return requestcards.sees(self.tx, self.tx.requests.get(one.row.thread), self.person)
        if one.row.kind == "notice":
            member = self.tx.notices.member(one.row.message, self.person.id)
            return member is not None or one.row.author == self.person.id
        if one.row.kind != "minutes":
            return False
        meeting = self.tx.meetings.get(one.row.conversation.rpartition("/")[2])
        return meeting is not None and self.person.id in (meeting.organiser, *meeting.invited)


def place_of(one: Opened) -> Place | None:
    """None for what was said nowhere: a decision, minutes."""
    if one.row.conversation.startswith("duly/"):
        return None
    at = account_of(one.row.conversation)
    return Place(at.platform, at.realm, at.id, one.row.thread)


def _message(one: Opened) -> tuple[str, str]:
    return one.row.conversation, one.row.message
