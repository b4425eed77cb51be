"""Does this message ask something, and of whom; does that message answer it; and why.

What the platform says (threads, quotes) and what words alone settle is judged by rules; whose turn
it was is weighed, by weights learned from annotated chat. Distance is counted in messages, never
in minutes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

from bot.policy import cues, weighing
from bot.policy.spoken import OpenAsk, Utterance, Wording
from bot.policy.turns import Scene, Turn

__all__ = ["Answer", "Ask", "OpenAsk", "Reason", "Utterance", "answers", "asks"]

Kind = Literal["question", "request", "instruction"]
Scope = Literal["each", "any", "all", "room"]


class Reason(StrEnum):
    """Why the judge decided so."""

    QUESTION_MARK = "question_mark"
    QUESTION_WORDS = "question_words"
    REQUEST_WORDS = "request_words"
    OPENS_LIKE_A_QUESTION = "opens_like_a_question"  # "when I press it, nothing happens"
    NAMES_SOMEBODY = "names_somebody"
    NAMES_GROUP = "names_group"
    TO_EVERYBODY = "to_everybody"
    FOLLOWS_OWN_ASK = "follows_own_ask"  # the next line of a burst: one ask with the one before

    IN_THREAD = "in_thread"
    QUOTES_ASK = "quotes_ask"
    NAMES_ASKER = "names_asker"
    FIRST_WORD = "first_word"  # the asked person's first words since they were asked
    SHORTLY_AFTER = "shortly_after"
    DIRECTLY_AFTER = "directly_after"  # nobody but the two spoke in between
    ASKER_WAITED = "asker_waited"  # the asker has said nothing since
    NOBODY_ELSE_CALLED = "nobody_else_called"  # only the asker has called on who replies
    IN_DIALOGUE = "in_dialogue"  # the two were talking to each other already
    ANSWER_WORDS = "answer_words"
    SAME_SUBJECT = "same_subject"
    TURN = "turn"  # nothing in particular: who has spoken to whom
    ACCEPTS = "accepts"  # an "ok" to a request, or to a question that takes a yes
    ACKNOWLEDGES = "acknowledges"  # "received", where no more is owed or it is enough
    COUNTER_QUESTION = "counter_question"  # a response, and the ball is back with the asker


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a message asks: an answer, or that an instruction is acknowledged ("see the log").

    Of `each` person in `of`; of `any` one member of a group named, with nobody in `of`; of `all`
    who are there; or of the `room`: of whoever knows.
    """

    kind: Kind
    of: tuple[str, ...]
    scope: Scope
    confidence: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """That a message answers `ask`, which `of` owed."""

    ask: str
    of: str | None
    confidence: float
    reasons: tuple[Reason, ...]


_REACH = 60  # messages after the ask, for a reply that neither quotes it nor stands in its thread
_REACH_UNNAMED = 15  # … and names nobody, of somebody whom nobody asked
_BY_PLATFORM = 0.97
_ACKNOWLEDGED = 0.9
_SHORTLY = 5  # messages
_LEAST = 0.2  # confidence, below which nobody need hear of it
_REASONS = 3  # named at most, the strongest first
_SLIGHT = 0.1  # log odds, below which a reason is not worth naming


def asks(new: Utterance, window: Sequence[Utterance]) -> Ask | None:
    """What a message asks, and of whom; None: nothing."""
    if new.is_bot or new.wording.says_nothing or cues.wants_no_reply(new.wording.text):
        return None
    found = _found(new)
    if found is None:
        return None

    scope = _scope(new, found)
    reasons = found.reasons + _ADDRESSED[scope]
    if _follows_own_ask(new, window):
        reasons += (Reason.FOLLOWS_OWN_ASK,)
    of = _named(new) if scope == "each" else ()
    return Ask(kind=found.kind, of=of, scope=scope, confidence=found.confidence, reasons=reasons)


def answers(
    new: Utterance, window: Sequence[Utterance], open_asks: Sequence[OpenAsk]
) -> tuple[Answer, ...]:
    """Which open asks a message answers."""
    owed = [a for a in open_asks if a.asker != new.author and a.of in (None, new.author)]
    if new.is_bot or not owed or new.wording.silent:
        return ()

    before = scene(new, window)
    found = (_judged(before.turn(ask)) for ask in owed if ask.seq < new.seq)
    return tuple(answer for answer in found if answer is not None)


class _Found(NamedTuple):
    kind: Kind
    confidence: float
    reasons: tuple[Reason, ...]


def _found(new: Utterance) -> _Found | None:  # noqa: PLR0911
    """To the room only a polite request counts: advice to nobody is a bare verb as well."""
    said = new.wording
    if said.asks_marked and said.asks_worded:
        return _Found("question", 0.95, (Reason.QUESTION_MARK, Reason.QUESTION_WORDS))
    if said.asks_marked:
        return _Found("question", 0.9, (Reason.QUESTION_MARK,))
    if said.asks_worded:
        return _Found("question", 0.6, (Reason.QUESTION_WORDS,))
    if said.polite:
        return _Found("request", 0.8, (Reason.REQUEST_WORDS,))
    if said.orders and (_named(new) or new.groups or new.everyone):
        return _Found("instruction", 0.6, (Reason.REQUEST_WORDS,))
    if said.begins_to_ask:
        return _Found("question", 0.35, (Reason.OPENS_LIKE_A_QUESTION,))
    return None


def _named(new: Utterance) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys(new.mentions) if name != new.author)


_ADDRESSED: dict[Scope, tuple[Reason, ...]] = {
    "each": (Reason.NAMES_SOMEBODY,),
    "any": (Reason.NAMES_GROUP,),
    "all": (Reason.TO_EVERYBODY,),
    "room": (),
}


def _scope(new: Utterance, found: _Found) -> Scope:
    """ "@all who has the key?" is answered by one; "@all please sign" is not."""
    text = new.wording.text
    if new.everyone and not cues.seeks_somebody(text):
        return "all"
    if _named(new):
        return "each"
    if new.groups:
        return "any"
    return "all" if found.kind != "question" and cues.bids_everybody(text) else "room"


def _follows_own_ask(new: Utterance, window: Sequence[Utterance]) -> bool:
    before = window[-1] if window else None
    if before is None or before.author != new.author or before.thread != new.thread:
        return False
    return _found(before) is not None


def scene(new: Utterance, window: Sequence[Utterance]) -> Scene:
    """A message among what was said before it where it was said."""
    return Scene(new=new, to=_spoken_to(new, window), heard=_heard(new, window))


def _spoken_to(new: Utterance, window: Sequence[Utterance]) -> frozenset[str]:
    """Whom a message names, or quotes; a message quoted out of sight is somebody's."""
    named = new.to.union(new.groups)
    if new.quotes is not None:
        named |= {next((u.author for u in window if u.id == new.quotes), new.quotes)}
    return named - {new.author}


def _heard(new: Utterance, window: Sequence[Utterance]) -> list[Utterance]:
    root = new.thread
    return [u for u in window if u.thread == root or (u.id == root and root is not None)]


def _judged(turn: Turn) -> Answer | None:
    """The ask's own thread and quotes first; else names, words and turns."""
    placed = _place(turn)
    if placed is not None:
        settled = _may_answer(turn) and not _asks_another(turn)
        return _answer(turn, _BY_PLATFORM, (placed,)) if settled else None
    if not weighable(turn):
        return None
    if turn.ask.kind == "acknowledge" and _only_receives(turn.scene.new.wording):
        return None if _called_away(turn) else _answer(turn, _ACKNOWLEDGED, (Reason.ACKNOWLEDGES,))
    return _weighed(turn)


def weighable(turn: Turn) -> bool:
    """Whether a reply is one by its words and near enough, so that turns and names decide."""
    return _within_reach(turn) and _may_answer(turn)


def _place(turn: Turn) -> Reason | None:
    new, ask = turn.scene.new, turn.ask
    if new.quotes == ask.id:
        return Reason.QUOTES_ASK
    return Reason.IN_THREAD if new.thread == ask.id else None


def _within_reach(turn: Turn) -> bool:
    new, to, ask = turn.scene.new, turn.scene.to, turn.ask
    if new.thread != ask.thread or (to and ask.asker not in to):
        return False
    return turn.distance <= (_REACH_UNNAMED if not to and ask.of is None else _REACH)


def _may_answer(turn: Turn) -> bool:
    """A bare "ok" answers a request, and a yes a question that takes one.

    Thanks answer nothing, unless the company sees it otherwise.
    """
    said, asked = turn.scene.new.wording, turn.asked
    if turn.ask.of is not None and not turn.scene.to and _speaks_on(turn):
        return False
    if _only_receives(said):
        return turn.ask.kind == "acknowledge" or _accepts(said, asked) or _enough(turn)
    return not (said.only_agrees and asked is not None and asked.what and not asked.takes_yes)


def _speaks_on(turn: Turn) -> bool:
    """It asks whoever knows, or goes on with what its author was saying as they were asked."""
    said = turn.scene.new.wording
    if said.seeks_anybody:
        return True
    return said.continues and turn.distance == 1 and turn.was_speaking


def _only_receives(said: Wording) -> bool:
    return said.acknowledges or said.automatic


def _accepts(said: Wording, asked: Wording | None) -> bool:
    if asked is None or not said.accepts:
        return False
    return asked.requests or (asked.takes_yes and not said.thanks)


def _enough(turn: Turn) -> bool:
    """ "Received" where the policy lets it settle what is asked; a machine's never does."""
    return turn.ask.acknowledgement_settles and turn.scene.new.wording.acknowledges


def _asks_another(turn: Turn) -> bool:
    """In the thread, but a question to somebody else."""
    scene = turn.scene
    return scene.new.wording.only_asks and bool(scene.new.to) and turn.ask.asker not in scene.new.to


def _called_away(turn: Turn) -> bool:
    """ "Received" that names nobody is said to whoever called last."""
    return not turn.scene.to and turn.called_by_another


def _answer(turn: Turn, confidence: float, reasons: tuple[Reason, ...]) -> Answer:
    said = turn.scene.new.wording
    if said.acknowledges and turn.ask.kind == "reply":
        accepts = _accepts(said, turn.asked)
        reasons += (Reason.ACCEPTS if accepts else Reason.ACKNOWLEDGES,)
    if said.only_asks:
        reasons += (Reason.COUNTER_QUESTION,)
    return Answer(ask=turn.ask.id, of=turn.ask.of, confidence=confidence, reasons=reasons)


class _Ground(NamedTuple):
    """A reason, when it holds, and the facts whose weight it speaks for."""

    reason: Reason
    fact: str
    at_least: float
    at_most: float
    weight_of: tuple[str, ...]


_MANY = float("inf")
_GROUNDS = (
    _Ground(Reason.NAMES_ASKER, "names_asker", 1, 1, ("names_asker", "rule_of_thumb")),
    _Ground(
        Reason.FIRST_WORD, "first_word", 1, 1,
        ("author_said", "author_lines", "author_to_asker", "author_to_nobody"),
    ),
    _Ground(Reason.DIRECTLY_AFTER, "others_lines", 0, 0, ("others_lines", "others", "distance")),
    _Ground(Reason.SHORTLY_AFTER, "distance", 1, _SHORTLY, ("distance", "others_lines", "others")),
    _Ground(
        Reason.ASKER_WAITED, "asker_lines", 0, 0,
        (
            "asker_lines", "asker_to_author", "asker_to_others", "asker_last", "asker_since",
            "asked_again_since",
        ),
    ),
    _Ground(
        Reason.NOBODY_ELSE_CALLED, "called_by_others", 0, 0,
        ("called_by_others", "called_by_others_since", "others_called_last", "others_waiting"),
    ),
    _Ground(
        Reason.IN_DIALOGUE, "in_dialogue", 1, _MANY,
        (
            "in_dialogue", "author_to_asker_before", "asker_to_author_before",
            "called_by_asker_since", "author_before", "asker_before", "author_named_since",
        ),
    ),
    _Ground(
        Reason.ANSWER_WORDS, "opens_an_answer", 1, _MANY,
        ("agrees", "opens", "yes_to_ask", "of_me", "of_you", "size", "marked"),
    ),
    _Ground(Reason.SAME_SUBJECT, "shared_part", 1e-9, 1, ("shared", "shared_part", "shared_rare")),
)  # fmt: skip


_IN_THE_ROOM = tuple(each for each in _GROUNDS if each.reason is not Reason.FIRST_WORD)


def _weighed(turn: Turn) -> Answer | None:
    scales = weighing.scales()["room" if turn.ask.of is None else "asked"]
    confidence = scales.weigh(turn.facts)
    if confidence < _LEAST:
        return None
    grounds = _IN_THE_ROOM if turn.ask.of is None else _GROUNDS
    return _answer(turn, confidence, _named_grounds(grounds, turn.facts, scales.shares(turn.facts)))


def _named_grounds(
    grounds: Sequence[_Ground], facts: Mapping[str, float], shares: Mapping[str, float]
) -> tuple[Reason, ...]:
    """What spoke for it and holds, the strongest first."""
    told = sorted(
        (-sum(shares[fact] for fact in ground.weight_of), ground.reason)
        for ground in grounds
        if ground.at_least <= facts[ground.fact] <= ground.at_most
    )
    strong = [reason for share, reason in told if -share >= _SLIGHT][:_REASONS]
    return tuple(strong or [reason for _, reason in told[:1]] or [Reason.TURN])
