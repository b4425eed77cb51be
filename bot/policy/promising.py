"""Whether a chat message is a holding reply: its author says by when they will answer.

Policy 2.2.1-reply: who cannot answer in time says so and names a time. Only the author's own words
count: no quoted lines, code or links. The clause that promises wins over other times it is said
beside, and the last promise over the ones before.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.policy import cues
from bot.policy.calendars import Calendar
from bot.policy.pledges import CORRECTION, MARK, Stand, is_condition, is_vague, stand
from bot.policy.reckoning import Here, Moment, Note, reckon
from bot.policy.timefacts import Ahead, Doubt, EndOf, Length, Weekday
from bot.policy.timewords import Phrase, phrases_in, plain

LONGEST_SENTENCE = 600  # characters; a longer one is pasted, not said
LONGEST_AFTER = 60  # characters behind "I'll get back to you": more of them are the answer
LONGEST_RETURN = 200  # characters of a message that only says that its author will come back

_CUE = re.compile(
    r"\d|[天日周週月点點内內时時晚早午稍回答给給复覆查看末问問]|[小分][时時钟鐘]"
    r"|\b(?:tom|tmr|tmw|tod|ton|mon|tue|wed|thu|fri|sat|sun|noon|midn|morn|after|even|eo[dbwmqy]|"
    r"cob|"
    r"end of|close of|weeke|week|day|days|hour|half|quarter|min|fortn|first thing|by|before|until|"
    r"past|o'cl|will|"
    r"let me|lemme|i'll|we'll|ill|give me|looking|checking|i'm going|i am going|gonna|moment)",
    re.I,
)
_SENTENCE_END = re.compile(r"(?<![ap]\.m)\.(?=\s|$)|[!?。；;\n]|(?:\.{3})")
_CLAUSE_END = re.compile(
    r"[,、:()]| - |[—–]|(?:^|\s)(?=(?:but|however|though)\b)| (?=and (?:i|we|will|then)\b)|"
    r"(?=但是?|不[过過](?!来|來)|然[后後])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Somebody says they will answer: `until` then (UTC), or at a time they do not name.

    `words` are their own, to be quoted back for correction; `exact` is False where the hour is our
    reading of a day. `doubt` says why they might be asked whether that was meant.
    """

    until: datetime | None
    words: str
    exact: bool = True
    note: Note = ""
    doubt: Doubt = ""


@dataclass(frozen=True, slots=True)
class _Clause:
    text: str  # with a mark for each time
    phrase: Phrase | None
    sentence: str
    stand: Stand
    end: int  # where it ends in the message
    conditional: bool  # it or a clause beside it begins with if

    @property
    def doubt(self) -> Doubt:
        if self.stand == "proposal":
            return "asks"
        if self.conditional:
            return "conditional"
        return "vague" if is_vague(self.text) else ""


def holding(
    text: str, now: datetime, zone: str, calendar: Calendar | None = None
) -> Holding | None:
    """What the author of a message promises, if they do; said in `zone` at `now`."""
    own = cues.visible(plain(text))
    if not _CUE.search(own):
        return None

    clauses = list(_clauses(own))
    here = Here(now, ZoneInfo(zone), calendar)
    return _promised(clauses, here) or _open(clauses, own)


def _promised(clauses: list[_Clause], here: Here) -> Holding | None:
    """The last promise with a time; a time said on its own beside a promise is meant by it."""
    timed = [each for each in clauses if each.stand in ("promise", "proposal") and each.phrase]
    alone = [each for each in clauses if each.stand == "bare"]
    if timed:
        return _held(_corrected(timed[-1], clauses), here)
    if alone and any(each.stand in ("promise", "return") for each in clauses):
        return _held(alone[-1], here)
    if not alone or any(each.stand == "other" for each in clauses):
        return None

    last = alone[-1]
    found = _held(last, here)
    if found and not found.doubt and last.phrase and not last.phrase.due:
        return replace(found, doubt="bare")
    return found


def _corrected(promise: _Clause, clauses: list[_Clause]) -> _Clause:
    """ "I'll send it on Thursday. No, Friday." """
    place = clauses.index(promise) + 1
    later = clauses[place:]
    if any(CORRECTION.search(each.text) for each in later):
        return next((each for each in reversed(later) if each.stand == "bare"), promise)
    return promise


def _held(clause: _Clause, here: Here) -> Holding | None:
    found = reckon(clause.phrase, clause.sentence, here) if clause.phrase else None
    if found is None:
        return None
    doubt = clause.doubt if clause.doubt in ("asks", "conditional") else found.doubt or clause.doubt
    return _holding(found, doubt)


def _holding(found: Moment, doubt: Doubt) -> Holding:
    return Holding(
        until=found.at, words=found.words, exact=found.exact, note=found.note, doubt=doubt
    )


def _open(clauses: list[_Clause], own: str) -> Holding | None:
    """They will come back, and do not say when. Whoever goes on at length is answering."""
    found = next((each for each in reversed(clauses) if each.stand == "return"), None)
    if found is None or len(own) > LONGEST_RETURN:
        return None
    if len(own) - found.end > LONGEST_AFTER:
        return None
    return Holding(until=None, words=found.text.strip())


def _clauses(own: str) -> Iterator[_Clause]:
    """Every clause of the sentences that people would say, in order."""
    start = 0
    for end, asked in _sentences(own):
        if end - start <= LONGEST_SENTENCE:
            yield from _of_sentence(own[start:end], start, asked)
        start = end


def _sentences(own: str) -> Iterator[tuple[int, bool]]:
    for match in _SENTENCE_END.finditer(own):
        yield match.end(), match.group() == "?"
    yield len(own), False


def _of_sentence(sentence: str, offset: int, asked: bool) -> Iterator[_Clause]:
    if not _CUE.search(sentence):
        if sentence.strip(" .,!?\n"):
            yield _Clause(sentence, None, sentence, _plain_stand(sentence, asked), offset, False)
        return
    phrases = [each for each in phrases_in(sentence) if not _is_over(each, sentence)]
    conditional = is_condition(sentence)
    for start, end in _cuts(sentence, phrases):
        inside = [each for each in phrases if start <= each.start < end]
        text = _marked(sentence, start, end, inside).strip(" ,:.!。;")
        if not text:
            continue
        phrase = _meant(inside)
        stands = _stand(text, phrase, asked)
        yield _Clause(text, phrase, sentence, stands, offset + end, conditional)


def _plain_stand(sentence: str, asked: bool) -> Stand:
    return stand(sentence, asked=asked, timed=False, due=False)


def _stand(text: str, phrase: Phrase | None, asked: bool) -> Stand:
    found = stand(text, asked=asked, timed=phrase is not None, due=bool(phrase and phrase.due))
    if found == "other" and phrase is None and is_condition(text):
        return "nothing_more"
    return found


def _is_over(phrase: Phrase, sentence: str) -> bool:
    """Times gone by are not promised: yesterday, last week, two hours ago, the mail of Monday."""
    for each in phrase.facts:
        match each:
            case Ahead(days=days) if days < 0:
                return True
            case Weekday(week=week) if week is not None and week < 0:
                return True
            case EndOf(ahead=ahead) if ahead < 0:
                return True
            case Length() if each.minutes < 0 or each.days < 0:
                return True
    return (
        re.search(r"\b(?:from|of|since)(?: the)? $", sentence[: phrase.start][-12:], re.I)
        is not None
    )


def _cuts(sentence: str, phrases: list[Phrase]) -> Iterator[tuple[int, int]]:
    """Where clauses begin and end; a comma within a time ("Friday, 3 pm") parts nothing."""
    start, upcoming = 0, iter([*phrases, Phrase(len(sentence), len(sentence), ())])
    phrase = next(upcoming)
    for match in _CLAUSE_END.finditer(sentence):
        while phrase.end <= match.start() and phrase.end < len(sentence):
            phrase = next(upcoming)
        if phrase.start <= match.start() < phrase.end:
            continue
        yield start, match.end()
        start = match.end()
    yield start, len(sentence)


def _marked(sentence: str, start: int, end: int, phrases: list[Phrase]) -> str:
    pieces, at = [], start
    for each in phrases:
        pieces.append(sentence[at : each.start])
        pieces.append(MARK)
        at = each.end
    return "".join((*pieces, sentence[at:end]))


def _meant(phrases: list[Phrase]) -> Phrase | None:
    """Of several times in a clause the last deadline, or else the last."""
    due = [each for each in phrases if each.due]
    return next(reversed(due or phrases), None)
