"""Who has said what between an ask and a message that may answer it: the facts that are weighed.

All of them count messages or compare words; none looks at a clock.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

from bot.policy import thumb
from bot.policy.spoken import OpenAsk, Utterance, Wording, wording

_SEQ = attrgetter("seq")
_BEFORE = 15  # messages before the ask in which the two may have been talking
_JUST = 3  # messages before the ask
_ALONE = 5  # messages before the ask with nobody else in them
_FAR = 61  # messages: as far as a window shows, and one more
_LONG = 400  # letters


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A message and what was said before it, in the same thread or outside all of them."""

    new: Utterance
    to: frozenset[str]  # whom it names or quotes
    heard: Sequence[Utterance]

    @cached_property
    def by_author(self) -> list[int]:
        """Where the author of the message has spoken before."""
        return [n for n, each in enumerate(self.heard) if each.author == self.new.author]

    @cached_property
    def calls(self) -> list[int]:
        """Where somebody has called on the author."""
        author = self.new.author
        return [n for n, u in enumerate(self.heard) if author in u.mentions and u.author != author]

    def turn(self, ask: OpenAsk) -> "Turn":
        since = bisect_right(self.heard, ask.seq, key=_SEQ)
        return Turn(scene=self, ask=ask, since=since)


@dataclass(frozen=True, kw_only=True)
class Turn:
    """An open ask, the message judged, and what was said before and between."""

    scene: Scene
    ask: OpenAsk
    since: int  # where in the scene the messages after the ask begin

    @cached_property
    def distance(self) -> int:
        """How many messages later; an ask that a slow thread shows no more is just before it."""
        new = self.scene.new
        if self.since or new.thread is not None:
            return len(self.scene.heard) - self.since + 1
        return new.seq - self.ask.seq

    @cached_property
    def asked(self) -> Wording | None:
        """The words of the ask, where they can be known."""
        if self.ask.text is not None:
            return wording(self.ask.text, ())
        seen = self._seen
        return None if seen is None else seen.wording

    @cached_property
    def _seen(self) -> Utterance | None:
        last = self.scene.heard[self.since - 1] if self.since else None
        return last if last is not None and last.id == self.ask.id else None

    @cached_property
    def between(self) -> Sequence[Utterance]:
        return self.scene.heard[self.since :]

    @cached_property
    def by_asker(self) -> list[int]:
        """Where the asker has spoken since."""
        return [n for n, u in enumerate(self.between) if u.author == self.ask.asker]

    @cached_property
    def by_author(self) -> list[int]:
        return [n - self.since for n in self.scene.by_author if n >= self.since]

    @cached_property
    def said_something(self) -> int:
        """What the author has said since that may have been the answer."""
        return sum(
            not u.wording.says_nothing and (not u.to or self.ask.asker in u.to)
            for u in map(self.between.__getitem__, self.by_author)
        )

    @cached_property
    def called_by_another(self) -> bool:
        """Whether the last to call on the author since the ask was not the asker."""
        last = self.scene.calls[-1] if self.scene.calls else -1
        return last >= self.since and self.scene.heard[last].author != self.ask.asker

    @cached_property
    def before(self) -> Sequence[Utterance]:
        """The last messages up to the ask; the ask too, where it can be seen."""
        return self.scene.heard[max(0, self.since - _BEFORE) : self.since]

    @cached_property
    def in_dialogue(self) -> bool:
        """The two named each other shortly before, or nobody else was speaking."""
        pair = {self.ask.asker, self.scene.new.author}
        if any(u.author in pair and pair & u.to for u in self.before):
            return True
        lately = self.before[-_ALONE:]
        return len(lately) == _ALONE and {u.author for u in lately} == pair

    @cached_property
    def was_speaking(self) -> bool:
        """The author had spoken in one of the last lines before the ask."""
        lately = self.before[:-1] if self._seen is not None else self.before
        return any(each.author == self.scene.new.author for each in lately[-_JUST:])

    @cached_property
    def rule_of_thumb(self) -> float:
        seen = self._seen
        subject = frozenset() if seen is None else seen.wording.subject
        return thumb.trust(
            thumb.Sight(
                new=self.scene.new,
                ask=self.ask,
                named=bool(self.scene.to),
                distance=self.distance,
                before=self.before,
                between=self.between,
                first_word=self.first_word,
                called_by_another=self.called_by_another,
                in_dialogue=self.in_dialogue,
                same_subject=not subject.isdisjoint(self.scene.new.wording.subject),
            )
        )

    @cached_property
    def first_word(self) -> bool:
        """The author has said nothing since the ask but thanks, greetings and "one moment"."""
        own = (self.between[n].wording for n in self.by_author)
        return all(said.says_nothing for said in own)

    @cached_property
    def facts(self) -> dict[str, float]:
        return {name: float(value) for name, value in self._facts()}

    def _facts(self) -> Iterator[tuple[str, float]]:
        yield "rule_of_thumb", self.rule_of_thumb
        yield from self._of_the_words()
        yield from self._of_the_distance()
        yield from self._of_the_asker()
        yield from self._of_the_author()
        yield from self._of_calls()
        yield from self._of_before()
        yield from self._of_the_subject()

    def _of_the_words(self) -> Iterator[tuple[str, float]]:
        said, asked = self.scene.new.wording, self.asked
        yield "names_asker", self.ask.asker in self.scene.to
        yield "size", min(said.size, _LONG)
        yield "marked", said.marked
        yield "agrees", said.agrees
        yield "opens", said.opens
        yield "of_me", said.of_me
        yield "of_you", said.of_you
        yield "ask_size", 0 if asked is None else min(asked.size, _LONG)
        yield "ask_marked", asked is not None and asked.marked
        yield "ask_what", asked is not None and asked.what
        yield "ask_of_you", asked is not None and asked.of_you
        yield "yes_to_ask", asked is not None and asked.takes_yes and said.agrees
        yield "opens_an_answer", said.agrees or said.opens

    def _of_the_distance(self) -> Iterator[tuple[str, float]]:
        asker, author = self.ask.asker, self.scene.new.author
        others = [u.author for u in self.between if u.author not in (asker, author)]
        yield "distance", min(self.distance, _FAR)
        yield "others_lines", len(others)
        yield "others", len(set(others))
        yield (
            "others_to_asker",
            sum(asker in u.mentions and u.author != author for u in self.between),
        )

    def _of_the_asker(self) -> Iterator[tuple[str, float]]:
        author = self.scene.new.author
        lines = [self.between[n] for n in self.by_asker]
        to_author = [author in u.mentions for u in lines]
        again = [
            n
            for n, u in zip(self.by_asker, lines, strict=True)
            if u.wording.asks and (not u.to or author in u.to)
        ]
        yield "asker_lines", len(lines)
        yield "asker_to_author", sum(to_author)
        yield "asker_to_others", sum(bool(u.to - {author}) for u in lines)
        yield "asker_last", _last_of_asker(lines, author)
        yield "asker_since", self._back_to(self.by_asker)
        yield "asked_again_since", self._back_to(again)

    def _back_to(self, places: Sequence[int]) -> int:
        """How many messages ago was the last of these, or the ask."""
        return min(len(self.between) - places[-1] if places else self.distance, _FAR)

    def _of_the_author(self) -> Iterator[tuple[str, float]]:
        asker = self.ask.asker
        lines = [self.between[n] for n in self.by_author]
        places = self.scene.by_author
        named = [n for n in places if self.scene.heard[n].to]
        yield "first_word", self.first_word
        yield "author_lines", len(lines)
        yield "author_said", self.said_something
        yield "author_to_asker", sum(asker in u.to for u in lines)
        yield "author_to_nobody", sum(not u.to for u in lines)
        yield "author_since", self._ago(places)
        yield "author_named_since", self._ago(named)

    def _ago(self, places: Sequence[int]) -> int:
        """How many messages of the whole scene ago was the last of these."""
        return len(self.scene.heard) - places[-1] if places else _FAR

    def _of_calls(self) -> Iterator[tuple[str, float]]:
        heard, asker = self.scene.heard, self.ask.asker
        theirs = [n for n in self.scene.calls if heard[n].author == asker]
        others = [n for n in self.scene.calls if heard[n].author != asker]
        spoke = self.scene.by_author[-1] if self.scene.by_author else -1
        yield "called_by_asker_since", self._ago(theirs)
        yield "called_by_others_since", self._ago(others)
        yield "called_by_others", sum(n >= self.since for n in others)
        yield "others_called_last", bool(others) and (not theirs or others[-1] > theirs[-1])
        yield "others_waiting", bool(others) and not self._turned_to(others[-1])
        yield "called_since_last_word", sum(n > spoke for n in theirs)

    def _turned_to(self, call: int) -> bool:
        """Whether the author has said something since to who called, or to nobody."""
        caller = self.scene.heard[call].author
        own = (self.scene.heard[n] for n in self.scene.by_author if n > call)
        return any(not u.to or caller in u.to for u in own)

    def _of_before(self) -> Iterator[tuple[str, float]]:
        asker, author = self.ask.asker, self.scene.new.author
        before = self.before if self._seen is None else self.before[:-1]
        asks = [u for u in before if u.author == asker]
        replies = [u for u in before if u.author == author]
        yield "in_dialogue", self.in_dialogue
        yield "asker_before", len(asks)
        yield "author_before", len(replies)
        yield "author_to_asker_before", sum(asker in u.mentions for u in replies)
        yield "asker_to_author_before", sum(author in u.mentions for u in asks)
        yield "asked_before", sum(u.wording.asks and (not u.to or author in u.to) for u in asks)
        yield "others_to_asker_before", sum(asker in u.to and u.author != author for u in before)
        yield "speakers", len({u.author for u in self.scene.heard[-_BEFORE:]})

    def _of_the_subject(self) -> Iterator[tuple[str, float]]:
        author = self.scene.new.author
        own = self.asked.subject if self.asked is not None else frozenset()
        more = [self.between[n] for n in self.by_asker[:3] if not self.between[n].to - {author}]
        asked = own.union(*(u.wording.subject for u in more))
        shared = asked & self.scene.new.wording.subject
        yield "shared", len(own & self.scene.new.wording.subject)
        yield "shared_part", len(shared) / (1 + len(asked))
        yield "shared_rare", max((1 / (1 + self._uses(word)) for word in shared), default=0)

    def _uses(self, word: str) -> int:
        """How often others than the asker have said a word lately."""
        asker = self.ask.asker
        return sum(word in u.wording.subject and u.author != asker for u in self.scene.heard)


def _last_of_asker(lines: Sequence[Utterance], author: str) -> int:
    """3: silent since the ask; 2: turned to the author; 1: to nobody; 0: to somebody else."""
    if not lines:
        return 3
    to = lines[-1].to
    return 1 if not to else 2 if author in to else 0
