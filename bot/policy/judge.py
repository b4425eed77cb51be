"""Does this message ask something, and of whom; does that message answer it; and why.

Judged by hand-made rules, tuned on annotated chat: first what the platform says (threads, quotes),
then names, then whose turn it was. Distance is counted in messages, never in minutes.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Literal, NamedTuple

from bot.policy import cues


class Reason(StrEnum):
    """Why the judge decided so."""

    QUESTION_MARK = "question_mark"
    QUESTION_WORDS = "question_words"
    REQUEST_WORDS = "request_words"
    NAMES_SOMEBODY = "names_somebody"
    FOLLOWS_OWN_ASK = "follows_own_ask"  # the next line of a burst: one ask with the one before

    IN_THREAD = "in_thread"
    QUOTES_ASK = "quotes_ask"
    NAMES_ASKER = "names_asker"
    FIRST_WORD = "first_word"  # the asked person's first words since they were asked
    SHORTLY_AFTER = "shortly_after"
    DIRECTLY_AFTER = "directly_after"  # nobody but the asker spoke in between
    ASKER_WAITED = "asker_waited"  # the asker has said nothing since
    IN_DIALOGUE = "in_dialogue"  # the two were talking to each other already
    ANSWER_WORDS = "answer_words"
    SAME_SUBJECT = "same_subject"
    COUNTER_QUESTION = "counter_question"  # a response, and the ball is back with the asker


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """One message as the judge sees it. `seq` counts up by one per message of a conversation."""

    id: str
    seq: int
    at: datetime
    author: str
    text: str
    mentions: tuple[str, ...] = ()
    names: tuple[str, ...] = ()  # how those mentioned may be called in the text
    thread: str | None = None
    quotes: str | None = None
    is_bot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAsk:
    """An ask not settled yet. `of` owes the answer; None: whoever knows."""

    id: str
    seq: int
    asker: str
    of: str | None
    thread: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a message asks; `of` nobody: said to the room."""

    kind: Literal["question", "request"]
    of: tuple[str, ...]
    confidence: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """That a message answers `ask`, which `of` owed."""

    ask: str
    of: str | None
    confidence: float
    reasons: tuple[Reason, ...]


class _Meanwhile(StrEnum):
    """What the asker has said between the ask and the message judged."""

    WAITED = "waited"
    SPOKE = "spoke"  # naming nobody
    ASKED_AGAIN = "asked_again"  # naming nobody
    NAMED_ANOTHER = "named_another"
    NAMED_AUTHOR = "named_author"  # turned to the author of the message judged


class _Trust(NamedTuple):
    """How many messages after the ask a reply is believed, and how often that was right."""

    within: int
    confidence: float


# The shares are those of right answers in the annotated training chats.
_NAMED_FIRST_WORD = {
    _Meanwhile.WAITED: _Trust(60, 0.96),
    _Meanwhile.SPOKE: _Trust(30, 0.84),
    _Meanwhile.ASKED_AGAIN: _Trust(30, 0.84),
    _Meanwhile.NAMED_ANOTHER: _Trust(60, 0.82),
    _Meanwhile.NAMED_AUTHOR: _Trust(30, 0.62),
}
_NAMED_LATER_WORD = {
    _Meanwhile.WAITED: _Trust(60, 0.97),
    _Meanwhile.SPOKE: _Trust(8, 0.5),
    _Meanwhile.ASKED_AGAIN: _Trust(8, 0.5),
    _Meanwhile.NAMED_ANOTHER: _Trust(8, 0.6),
    _Meanwhile.NAMED_AUTHOR: _Trust(0, 0.1),
}
_UNNAMED_FIRST_WORD = {
    _Meanwhile.WAITED: _Trust(15, 0.83),
    _Meanwhile.SPOKE: _Trust(15, 0.83),
    _Meanwhile.ASKED_AGAIN: _Trust(15, 0.83),
    _Meanwhile.NAMED_ANOTHER: _Trust(15, 0.7),
    _Meanwhile.NAMED_AUTHOR: _Trust(8, 0.64),
}
_NAMED_FROM_THE_ROOM = {
    _Meanwhile.WAITED: _Trust(60, 0.9),
    _Meanwhile.SPOKE: _Trust(25, 0.72),
    _Meanwhile.ASKED_AGAIN: _Trust(40, 0.6),
    _Meanwhile.NAMED_ANOTHER: _Trust(12, 0.6),
    _Meanwhile.NAMED_AUTHOR: _Trust(0, 0.1),
}

_UNNAMED_AND_CALLED = _Trust(4, 0.6)  # another has called on the asked person since
_UNNAMED_LATER_WORD = _Trust(3, 0.5)
_NEXT_IN_DIALOGUE = _Trust(3, 0.7)
_NEXT_BY_CHANCE = _Trust(2, 0.5)

_SEQ = attrgetter("seq")
_UNNAMED_AT_MOST = 15  # messages after the ask, for a reply that names nobody
_DIALOGUE = 15  # messages before the ask in which the two may have been talking
_ALONE = 5  # messages before the ask with nobody else in them
_LONGEST_CASUAL = 40  # characters of a reply that only its place and words tie to an ask


def asks(new: Utterance, window: Sequence[Utterance]) -> Ask | None:
    """What a message asks, and of whom; None: nothing."""
    if new.is_bot:
        return None
    text = _own_words(new)
    if _says_nothing(text):
        return None
    of = tuple(name for name in dict.fromkeys(new.mentions) if name != new.author)
    found = _question(text) or _request(text, named=bool(of))
    if found is None:
        return None

    reasons = found.reasons
    if of:
        reasons += (Reason.NAMES_SOMEBODY,)
    if _follows_own_ask(new, window):
        reasons += (Reason.FOLLOWS_OWN_ASK,)
    return Ask(kind=found.kind, of=of, confidence=found.confidence, reasons=reasons)


def answers(
    new: Utterance, window: Sequence[Utterance], open_asks: Sequence[OpenAsk]
) -> tuple[Answer, ...]:
    """Which open asks a message answers."""
    owed = [a for a in open_asks if a.asker != new.author and a.of in (None, new.author)]
    if new.is_bot or not owed:
        return ()
    text = _own_words(new)
    if _says_nothing(text):
        return ()

    said = _Said(new, text, _spoken_to(new, window), _heard(new, window))
    found = (_by_platform(new, ask, text) or _by_words(said, ask) for ask in owed)
    return tuple(answer for answer in found if answer is not None)


def _own_words(new: Utterance) -> str:
    return cues.without_names(cues.visible(new.text), (*new.names, *new.mentions))


def _says_nothing(text: str) -> bool:
    return (
        cues.is_only_emoji(text)
        or cues.is_acknowledgement(text)
        or cues.is_greeting(text)
        or cues.is_auto_reply(text)
    )


class _Found(NamedTuple):
    kind: Literal["question", "request"]
    confidence: float
    reasons: tuple[Reason, ...]


def _question(text: str) -> _Found | None:
    clauses = cues.parts(text)
    marked = any(cues.has_question_mark(clause) for clause in clauses)
    worded = any(cues.questions_in_words(clause) for clause in clauses)
    if marked and worded:
        return _Found("question", 0.95, (Reason.QUESTION_MARK, Reason.QUESTION_WORDS))
    if marked:
        return _Found("question", 0.9, (Reason.QUESTION_MARK,))
    return _Found("question", 0.6, (Reason.QUESTION_WORDS,)) if worded else None


def _request(text: str, *, named: bool) -> _Found | None:
    """To the room only a polite request counts: advice to nobody is a bare verb as well."""
    clauses = cues.parts(text)
    if any(cues.requests_politely(clause) for clause in clauses):
        return _Found("request", 0.8, (Reason.REQUEST_WORDS,))
    if named and cues.orders(clauses):
        return _Found("request", 0.6, (Reason.REQUEST_WORDS,))
    return None


def _follows_own_ask(new: Utterance, window: Sequence[Utterance]) -> bool:
    before = window[-1] if window else None
    if before is None or before.author != new.author or before.thread != new.thread:
        return False
    text = _own_words(before)
    return (_question(text) or _request(text, named=bool(before.mentions))) is not None


def _by_platform(new: Utterance, ask: OpenAsk, text: str) -> Answer | None:
    """A reply in the ask's own thread, or quoting it, unless it only asks back."""
    if new.quotes == ask.id:
        reason = Reason.QUOTES_ASK
    elif new.thread == ask.id:
        reason = Reason.IN_THREAD
    else:
        return None
    if cues.only_asks(text):
        return None
    return Answer(ask=ask.id, of=ask.of, confidence=0.97, reasons=(reason,))


class _Said(NamedTuple):
    """The message judged."""

    new: Utterance
    text: str  # its own words
    to: frozenset[str]
    heard: list[Utterance]  # what was said before it, in the same thread or outside all of them


def _heard(new: Utterance, window: Sequence[Utterance]) -> list[Utterance]:
    root = new.thread
    return [u for u in window if u.thread == root or (u.id == root and root is not None)]


def _by_words(said: _Said, ask: OpenAsk) -> Answer | None:
    """By names and turns."""
    if said.new.thread != ask.thread or said.new.seq <= ask.seq:
        return None
    if said.to and ask.asker not in said.to:
        return None
    since = bisect_right(said.heard, ask.seq, key=_SEQ)
    distance = _distance(said, ask, since)
    if not said.to and distance > _UNNAMED_AT_MOST:
        return None

    turn = _turn(said, ask, since)
    judged = _from_the_room(turn) if ask.of is None else _from_the_asked(turn)
    if judged is None or distance > judged.trust.within:
        return None
    reasons = judged.reasons
    if turn.meanwhile is _Meanwhile.WAITED:
        reasons += (Reason.ASKER_WAITED,)
    if cues.only_asks(said.text):
        reasons += (Reason.COUNTER_QUESTION,)
    return Answer(ask=ask.id, of=ask.of, confidence=judged.trust.confidence, reasons=reasons)


def _distance(said: _Said, ask: OpenAsk, since: int) -> int:
    """How many messages later; an ask out of sight in a slow thread is just before its window."""
    if since or said.new.thread is not None:
        return len(said.heard) - since + 1
    return said.new.seq - ask.seq


def _spoken_to(new: Utterance, window: Sequence[Utterance]) -> frozenset[str]:
    """Whom a message names, or quotes; a message quoted out of sight is somebody's."""
    named = frozenset(new.mentions)
    if new.quotes is not None:
        named |= {next((u.author for u in window if u.id == new.quotes), new.quotes)}
    return named - {new.author}


class _Turn(NamedTuple):
    """An open ask, the message judged, and what was said before and between."""

    ask: OpenAsk
    said: _Said
    before: list[Utterance]  # the ask too, where the window still shows it
    between: list[Utterance]
    meanwhile: _Meanwhile


def _turn(said: _Said, ask: OpenAsk, since: int) -> _Turn:
    between = said.heard[since:]
    return _Turn(
        ask=ask,
        said=said,
        before=said.heard[max(0, since - _DIALOGUE) : since],
        between=between,
        meanwhile=_meanwhile(said.new, between, ask),
    )


def _meanwhile(new: Utterance, between: Sequence[Utterance], ask: OpenAsk) -> _Meanwhile:
    said = [u for u in between if u.author == ask.asker]
    if not said:
        return _Meanwhile.WAITED
    named = {name for u in said for name in u.mentions}
    if new.author in named:
        return _Meanwhile.NAMED_AUTHOR
    if named:
        return _Meanwhile.NAMED_ANOTHER
    if any(cues.has_question_mark(cues.visible(u.text)) for u in said):
        return _Meanwhile.ASKED_AGAIN
    return _Meanwhile.SPOKE


class _Judged(NamedTuple):
    trust: _Trust
    reasons: tuple[Reason, ...]


def _from_the_asked(turn: _Turn) -> _Judged | None:
    """Their first word settles it; thanks and "one moment" before it do not count as one."""
    own = [u for u in turn.between if u.author == turn.said.new.author]
    first = all(_says_nothing(_own_words(u)) for u in own)
    if turn.said.to:
        trust = (_NAMED_FIRST_WORD if first else _NAMED_LATER_WORD)[turn.meanwhile]
        reasons = (Reason.NAMES_ASKER, Reason.FIRST_WORD) if first else (Reason.NAMES_ASKER,)
        return _Judged(trust, reasons)
    called = _called_by_another(turn)
    if first and not called:
        return _Judged(_UNNAMED_FIRST_WORD[turn.meanwhile], (Reason.FIRST_WORD,))
    if turn.meanwhile is not _Meanwhile.WAITED or (called and not first):
        return None
    return _Judged(_UNNAMED_AND_CALLED if called else _UNNAMED_LATER_WORD, (Reason.SHORTLY_AFTER,))


def _called_by_another(turn: _Turn) -> bool:
    calls = [u.author for u in turn.between if turn.said.new.author in u.mentions]
    return bool(calls) and calls[-1] != turn.ask.asker


def _from_the_room(turn: _Turn) -> _Judged | None:
    if turn.said.to:
        return _Judged(_NAMED_FROM_THE_ROOM[turn.meanwhile], (Reason.NAMES_ASKER,))
    if any(u.author != turn.ask.asker for u in turn.between):
        return None

    if _in_dialogue(turn):
        return _Judged(_NEXT_IN_DIALOGUE, (Reason.DIRECTLY_AFTER, Reason.IN_DIALOGUE))
    tie = _casual_tie(turn, turn.said.text)
    return None if tie is None else _Judged(_NEXT_BY_CHANCE, (Reason.DIRECTLY_AFTER, tie))


def _casual_tie(turn: _Turn, text: str) -> Reason | None:
    """What ties the next remark of somebody unnamed to the ask, beyond its place."""
    if len(text) > _LONGEST_CASUAL or cues.has_question_mark(text):
        return None
    if _same_subject(turn, text):
        return Reason.SAME_SUBJECT
    if cues.opens_like_an_answer(text) and not _talks_to_another(turn):
        return Reason.ANSWER_WORDS
    return None


def _talks_to_another(turn: _Turn) -> bool:
    author = turn.said.new.author
    return any(author in u.mentions or (u.author == author and u.mentions) for u in turn.before)


def _in_dialogue(turn: _Turn) -> bool:
    """The two named each other shortly before, or nobody else was speaking."""
    pair = {turn.ask.asker, turn.said.new.author}
    if any(u.author in pair and pair & set(u.mentions) - {u.author} for u in turn.before):
        return True
    lately = {u.author for u in turn.before[-_ALONE:]}
    return len(turn.before) >= _ALONE and lately == pair


def _same_subject(turn: _Turn, text: str) -> bool:
    asked = turn.before[-1] if turn.before else None
    if asked is None or asked.id != turn.ask.id:
        return False
    return bool(cues.content_words(cues.visible(asked.text)) & cues.content_words(text))
