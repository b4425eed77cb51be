"""What the judge looks at: a message, what its words alone say, and an ask not settled yet."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from bot.policy import cues


@dataclass(frozen=True)
class Wording:
    """What the words of one message say, whoever wrote it. Each is read when first asked for."""

    text: str  # the author's own words, without the names it opens or ends with

    @cached_property
    def size(self) -> int:
        return cues.size(self.text)

    @cached_property
    def marked(self) -> bool:
        return cues.has_question_mark(self.text)

    @cached_property
    def _clauses(self) -> list[str]:
        return cues.parts(self.text)

    @cached_property
    def _questions(self) -> list[str]:
        return [c for c in self._clauses if cues.has_question_mark(c) or cues.questions_in_words(c)]

    @cached_property
    def asks_marked(self) -> bool:
        """A question mark where something is asked, and not in thanks."""
        return self.marked and any(map(cues.has_question_mark, self._clauses))

    @cached_property
    def asks_worded(self) -> bool:
        return any(map(cues.questions_in_words, self._questions))

    @cached_property
    def polite(self) -> bool:
        return any(map(cues.requests_politely, self._clauses))

    @cached_property
    def seeks_anybody(self) -> bool:
        return cues.seeks_anybody(self.text)

    @cached_property
    def continues(self) -> bool:
        """It goes on with an earlier line: "and …", "i mean …"."""
        return cues.continues(self.text)

    @cached_property
    def begins_to_ask(self) -> bool:
        """The word of a question stands first, though what follows may be none."""
        return any(map(cues.begins_to_ask, self._clauses))

    @cached_property
    def orders(self) -> bool:
        """A bare verb: an order to somebody, or advice to nobody."""
        return cues.orders(self._clauses)

    @property
    def requests(self) -> bool:
        return self.polite or self.orders

    @property
    def asks(self) -> bool:
        return bool(self._questions) or self.requests

    @cached_property
    def what(self) -> bool:
        """A question, and no yes answers it."""
        return bool(self._questions) and all(map(cues.asks_what, self._questions))

    @property
    def takes_yes(self) -> bool:
        """A request, or a question to be answered by yes or no."""
        return self.requests or (bool(self._questions) and not self.what)

    @cached_property
    def only_asks(self) -> bool:
        return self.marked and cues.only_asks(self.text)

    @cached_property
    def acknowledges(self) -> bool:
        """It says "received", "thanks" or a smile, and no more."""
        return cues.is_acknowledgement(self.text)

    @cached_property
    def accepts(self) -> bool:
        """An acknowledgement with an "ok" in it: a yes to whoever asked for one."""
        return self.acknowledges and cues.accepts(self.text)

    @cached_property
    def thanks(self) -> bool:
        return cues.thanks(self.text)

    @cached_property
    def only_agrees(self) -> bool:
        return cues.only_agrees(self.text)

    @cached_property
    def agrees(self) -> bool:
        return cues.agrees(self.text)

    @cached_property
    def opens(self) -> bool:
        return cues.opens_like_an_answer(self.text)

    @cached_property
    def automatic(self) -> bool:
        """A machine's reply in its owner's absence."""
        return cues.is_auto_reply(self.text)

    @cached_property
    def silent(self) -> bool:
        """A greeting, or nothing at all."""
        return not self.text.strip() or cues.is_greeting(self.text)

    @cached_property
    def says_nothing(self) -> bool:
        """Whether it neither asks nor answers anything."""
        return self.silent or self.acknowledges or self.automatic

    @cached_property
    def of_me(self) -> bool:
        return cues.speaks_of_me(self.text)

    @cached_property
    def of_you(self) -> bool:
        return cues.speaks_of_you(self.text)

    @cached_property
    def subject(self) -> frozenset[str]:
        return cues.content_words(self.text)


def wording(text: str, names: tuple[str, ...]) -> Wording:
    return Wording(cues.without_names(cues.visible(text), names))


@dataclass(frozen=True, kw_only=True)
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
    everyone: bool = False  # the platform said so: @channel, @all
    groups: tuple[str, ...] = ()  # ids of groups mentioned

    @cached_property
    def wording(self) -> Wording:
        """Read once: a message is looked at again for as long as a window shows it."""
        return wording(self.text, (*self.names, *self.mentions))

    @cached_property
    def to(self) -> frozenset[str]:
        """Whom it names, apart from its author."""
        return frozenset(self.mentions) - {self.author}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAsk:
    """An ask not settled yet. `of` owes the answer; None: whoever knows.

    `text` is what was asked, for the caller who has it; otherwise it is looked for in the window.
    With `acknowledgement_settles`, "thanks" and "received" are taken for an answer as well.
    """

    id: str
    seq: int
    asker: str
    of: str | None
    thread: str | None = None
    kind: Literal["reply", "acknowledge"] = "reply"
    text: str | None = None
    acknowledgement_settles: bool = False
