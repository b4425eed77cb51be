"""A text that somebody posted by hand, against what was approved. Policy 3.2.

What is released is what was approved: word for word in canonical form, with its subject above it
or without. What comes close to an approved text differs from it; anything else was not approved.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import SequenceMatcher

from bot.policy import approvals, cues, differing, forms, judge
from bot.policy.approvals import Request
from bot.policy.judge import Utterance

ALIKE = 0.6  # of the words of both, so that one is meant to be the other
SHORT = 80  # letters of a question, or of thanks, that is no release
TYPED = ("/", "!")  # how a command begins


def is_release(said: Utterance) -> bool:
    """Whether it is more than a question, thanks, a greeting or a command."""
    wording = said.wording
    if wording.says_nothing or said.text.lstrip().startswith(TYPED):
        return False
    if cues.size(wording.text) > SHORT:
        return True
    ask = judge.asks(said, ())
    return not wording.thanks and (ask is None or ask.kind != "question")


def canonical(text: str) -> str:
    return approvals.canonical({"": text})[""]


def ways(form: Mapping[str, str]) -> tuple[str, ...]:
    """How an approved text may stand in a channel: alone, or under its subject."""
    form = approvals.canonical(form)
    text, subject = form.get(forms.TEXT, ""), form.get("subject", "")
    return (text, f"{subject}\n{text}", f"{subject}\n\n{text}") if subject else (text,)


def same(text: str, approved: Iterable[Request]) -> Iterator[Request]:
    """The requests by which these very words were approved."""
    said = canonical(text)
    return (each for each in approved if said in ways(each.form))


def near(
    text: str, approved: Iterable[Request], stands: Callable[[Request], bool]
) -> Request | None:
    """The one that was probably meant; the newest, where several are as near."""
    alike = ((likeness(text, _nearest(text, each)), each) for each in approved)
    close = [(share, each) for share, each in alike if share >= ALIKE and stands(each)]
    return max(close, key=lambda pair: pair[0])[1] if close else None


def _nearest(text: str, request: Request) -> str:
    """The way of writing it that is as long as `text`."""
    return min(ways(request.form), key=lambda way: abs(len(way) - len(text)))


def likeness(one: str, other: str) -> float:
    """How much of the words of both is in both, from 0 to 1; a Chinese character is a word."""
    matcher = SequenceMatcher(None, _words(other), _words(one), autojunk=False)
    least = min(matcher.real_quick_ratio(), matcher.quick_ratio())  # cheap, and never too low
    return matcher.ratio() if least >= ALIKE else least


def _words(text: str) -> list[str]:
    found = differing.TOKEN.findall(canonical(text).casefold())
    return [each for each in found if not each.isspace()]


def what_differs(request: Request, text: str) -> tuple[differing.Piece, ...]:
    """What was approved, against what was posted."""
    return differing.differences(_nearest(text, request), canonical(text))
