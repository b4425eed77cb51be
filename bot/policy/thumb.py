"""A rule of thumb for who answers whom: names first, then whose turn it is.

Made by hand before anything was learned, and still the strongest single fact: the learned weights
correct it. A trust is the share of right answers in the annotated training chats, believed up to
so many messages after the ask.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from bot.policy import cues
from bot.policy.spoken import OpenAsk, Utterance


class Meanwhile(StrEnum):
    """What the asker has said between the ask and the message judged."""

    WAITED = "waited"
    SPOKE = "spoke"  # naming nobody
    ASKED_AGAIN = "asked_again"  # naming nobody
    NAMED_ANOTHER = "named_another"
    NAMED_AUTHOR = "named_author"  # turned to the author of the message judged


class _Trust(NamedTuple):
    within: int
    share: float


_NAMED_FIRST_WORD = {
    Meanwhile.WAITED: _Trust(60, 0.96),
    Meanwhile.SPOKE: _Trust(30, 0.84),
    Meanwhile.ASKED_AGAIN: _Trust(30, 0.84),
    Meanwhile.NAMED_ANOTHER: _Trust(60, 0.82),
    Meanwhile.NAMED_AUTHOR: _Trust(30, 0.62),
}
_NAMED_LATER_WORD = {
    Meanwhile.WAITED: _Trust(60, 0.97),
    Meanwhile.SPOKE: _Trust(8, 0.5),
    Meanwhile.ASKED_AGAIN: _Trust(8, 0.5),
    Meanwhile.NAMED_ANOTHER: _Trust(8, 0.6),
    Meanwhile.NAMED_AUTHOR: _Trust(0, 0.1),
}
_UNNAMED_FIRST_WORD = {
    Meanwhile.WAITED: _Trust(15, 0.83),
    Meanwhile.SPOKE: _Trust(15, 0.83),
    Meanwhile.ASKED_AGAIN: _Trust(15, 0.83),
    Meanwhile.NAMED_ANOTHER: _Trust(15, 0.7),
    Meanwhile.NAMED_AUTHOR: _Trust(8, 0.64),
}
_NAMED_FROM_THE_ROOM = {
    Meanwhile.WAITED: _Trust(60, 0.9),
    Meanwhile.SPOKE: _Trust(25, 0.72),
    Meanwhile.ASKED_AGAIN: _Trust(40, 0.6),
    Meanwhile.NAMED_ANOTHER: _Trust(12, 0.6),
    Meanwhile.NAMED_AUTHOR: _Trust(0, 0.1),
}

_UNNAMED_AND_CALLED = _Trust(4, 0.6)  # another has called on the asked person since
_UNNAMED_LATER_WORD = _Trust(3, 0.5)
_NEXT_IN_DIALOGUE = _Trust(3, 0.7)
_NEXT_BY_CHANCE = _Trust(2, 0.5)
_NEVER = _Trust(0, 0.0)
_LONGEST_CASUAL = 40  # letters of a reply that only its place and words tie to an ask


class Sight(NamedTuple):
    """What the rule of thumb looks at."""

    new: Utterance
    ask: OpenAsk
    named: bool  # the reply names the asker, or quotes them
    distance: int
    before: Sequence[Utterance]  # the last messages up to the ask
    between: Sequence[Utterance]
    first_word: bool  # of the author since, apart from thanks and "one moment"
    called_by_another: bool  # last, since the ask
    in_dialogue: bool
    same_subject: bool


def trust(sight: Sight) -> float:
    """How often such a reply was the answer; nought where it comes too late to be believed."""
    found = _room(sight) if sight.ask.of is None else _asked(sight)
    return found.share if sight.distance <= found.within else 0.0


def _asked(sight: Sight) -> _Trust:
    meanwhile = _meanwhile(sight)
    if sight.named:
        return (_NAMED_FIRST_WORD if sight.first_word else _NAMED_LATER_WORD)[meanwhile]
    if sight.first_word and not sight.called_by_another:
        return _UNNAMED_FIRST_WORD[meanwhile]
    if meanwhile is not Meanwhile.WAITED or (sight.called_by_another and not sight.first_word):
        return _NEVER
    return _UNNAMED_AND_CALLED if sight.called_by_another else _UNNAMED_LATER_WORD


def _room(sight: Sight) -> _Trust:
    if sight.named:
        return _NAMED_FROM_THE_ROOM[_meanwhile(sight)]
    if any(u.author != sight.ask.asker for u in sight.between):
        return _NEVER
    if sight.in_dialogue:
        return _NEXT_IN_DIALOGUE
    return _NEXT_BY_CHANCE if _casual_tie(sight) else _NEVER


def _meanwhile(sight: Sight) -> Meanwhile:
    said = [u for u in sight.between if u.author == sight.ask.asker]
    if not said:
        return Meanwhile.WAITED
    named = {name for u in said for name in u.mentions}
    if sight.new.author in named:
        return Meanwhile.NAMED_AUTHOR
    if named:
        return Meanwhile.NAMED_ANOTHER
    again = any(u.wording.marked for u in said)
    return Meanwhile.ASKED_AGAIN if again else Meanwhile.SPOKE


def _casual_tie(sight: Sight) -> bool:
    """Whether the words of the next remark of somebody unnamed tie it to the ask."""
    said = sight.new.wording
    if cues.size(said.text) > _LONGEST_CASUAL or said.marked:
        return False
    return sight.same_subject or (said.opens and not _talks_to_another(sight))


def _talks_to_another(sight: Sight) -> bool:
    author = sight.new.author
    return any(author in u.mentions or (u.author == author and u.mentions) for u in sight.before)
