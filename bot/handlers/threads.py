"""What happened to a request, told line by line, with both names where somebody stood in.

Policy 3.2. A thread is for those alone who have to do with the request.
"""

from collections.abc import Callable, Mapping

from bot.handlers.deeds import person_named
from bot.policy.approvals import Deed, Trace
from bot.store import Transaction
from bot.words import Quoted, Say, Value, say

LONGEST = 500  # characters of a comment in it

_DONE: Mapping[Deed, Callable[[Value, Value, Trace], Say]] = {
    "submit": lambda who, _, __: say("{person} asked for it", person=who),
    "approve": lambda who, _, __: say("{person} approved", person=who),
    "reject": lambda who, _, __: say("{person} rejected", person=who),
    "return": lambda who, _, __: say("{person} sent it back", person=who),
    "revise": lambda who, _, __: say("{person} changed the text", person=who),
    "transfer": lambda who, other, _: say(
        "{person} passed the decision to {other}", person=who, other=other
    ),
    "sign": lambda who, other, _: say(
        "{person} asked {other} to approve as well", person=who, other=other
    ),
    "recall": lambda who, _, __: say("{person} recalled it", person=who),
    "urge": lambda who, _, __: say("{person} urged", person=who),
    "defer": lambda who, _, trace: say(
        "{person} decides by {until}", person=who, until=trace.until or trace.at
    ),
    "comment": lambda who, _, __: say("{person} said", person=who),
    "question": lambda who, _, __: say("{person} asked", person=who),
    "reply": lambda who, _, __: say("{person} answered", person=who),
    "count": lambda who, _, __: say(
        "{person} had approved this text on an earlier step", person=who
    ),
    "released": lambda who, _, __: say("{person} released it by hand, word for word", person=who),
    "withdraw": lambda who, _, __: say("{person} had it taken back", person=who),
}


def line(tx: Transaction, trace: Trace) -> Say:
    """One line of a thread: who did what, for whom, when, and what they said."""
    who: Value = person_named(tx, trace.actor)
    if trace.behalf is not None:
        other = person_named(tx, trace.behalf)
        who = say("{person} for {other}", person=who, other=other)
    done = _DONE[trace.deed](who, person_named(tx, trace.other), trace)
    if not trace.comment:
        return say("{at} {done}", at=trace.at, done=done)
    words = Quoted(trace.comment, LONGEST)
    return say("{at} {done}: “{words}”", at=trace.at, done=done, words=words)


def told(tx: Transaction, request: str, most: int | None = None) -> tuple[Say, ...]:
    """What happened since it was asked for, in order; only the newest where that is too much."""
    lines = [each for each in tx.requests.trail(request) if each.deed != "submit"]
    return tuple(
        line(tx, each)
        for each in (
            lines if most is None else lines[len(lines) - most :] if most < len(lines) else lines
        )
    )
