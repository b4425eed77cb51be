"""How a duty ended, in words a person accepts. Policy 1.3: lawful, truthful."""

from collections.abc import Mapping

from bot.handlers.deeds import person_named
from bot.policy.duties import Duty, State
from bot.policy.judge import Reason
from bot.store import Transaction
from bot.words import Code, Say, say

ENDS: Mapping[State, Say] = {
    "done": say("It was settled at {at}: {how}."),
    "dropped": say("It was dropped at {at}: {how}."),
    "passed": say("It was passed on at {at}: {how}."),
    "excused": say("It was excused at {at}: {how}."),
    "lapsed": say("It lapsed at {at}: {how}."),
}
STATES: Mapping[State, Say] = {
    "open": say("open"),
    "promised": say("promised"),
    "done": say("settled"),
    "passed": say("passed on"),
    "dropped": say("dropped"),
    "excused": say("excused"),
    "lapsed": say("lapsed"),
}
HOW: Mapping[str, Say] = {
    "confirmed": say("who owed it confirmed it"),
    "corrected": say("another version took its place"),
    "left": say("it was not for them any more"),
    "said so": say("who owed it said so"),
    "reaction": say("by a reaction"),
    "emergency": say("it became an emergency"),
    "edited": say("the message was changed and asks this no more"),
    "deleted": say("the question was deleted"),
    "approved": say("the request was approved"),
    "rejected": say("the request was rejected"),
    "recalled": say("the request was recalled"),
    "returned": say("the request was sent back"),
    "revised": say("the text of the request was changed"),
    "transferred": say("the decision was passed on"),
    "waits": say("somebody else was to approve first"),
    "reseated": say("somebody else has that role now"),
    "answered": say("it was answered"),
    "accepted": say("it was accepted"),
    "declined": say("it was declined"),
    "away": say("who owed it is away for long, and nobody stands in"),
    "gap": say("for a time I could not see whether it was answered"),
    "nobody answered": say("nobody answered, however often I asked"),
    "silence": say("no reply was said to be needed, and nobody objected"),
    "asker silent": say("who asked never answered what was asked back"),
    "minuted": say("the minutes were sent"),
    "silent": say("nothing was said against it in time"),
    "amended": say("the minutes were changed"),
    "fine": say("who looked at it found nothing wrong"),
    "put right": say("what was found has been put right"),
    "false alarm": say("it was a false alarm"),
    "looked at": say("every message of it was looked at"),
    "signed": say("who owed it signed"),
    "rated": say("who owed it has rated them"),
    "handled": say("who looked after the case took its next step"),
    "unsigned": say("nobody signed that day"),
    "cannot": say("who owed it said that they cannot confirm it"),
    "upheld": say("it was upheld"),
    "explained": say("its author explained it"),
    "decided": say("it was decided"),
    "helped": say("IT answered"),
    "kept": say("the words were kept, and the objection with them"),
    "consented": say("somebody has looked at it"),
    "parent": say("what it hung on was settled"),
}
OF_SOMEBODY: Mapping[str, Say] = {  # before a colon and a person's id
    "by": say("{person} said that none is needed"),
    "to": say("to {person}"),
    "another": say("{person}, who was asked too, answered"),
}
REASONS: Mapping[Reason, Say] = {
    Reason.QUESTION_MARK: say("it asks with a question mark"),
    Reason.QUESTION_WORDS: say("its words are those of a question"),
    Reason.REQUEST_WORDS: say("its words are those of a request"),
    Reason.OPENS_LIKE_A_QUESTION: say("it begins like a question"),
    Reason.NAMES_SOMEBODY: say("it names who is asked"),
    Reason.NAMES_GROUP: say("it names a group"),
    Reason.TO_EVERYBODY: say("it is said to everybody here"),
    Reason.FOLLOWS_OWN_ASK: say("it goes on from what was asked just before"),
    Reason.IN_THREAD: say("it stands in the thread of the question"),
    Reason.QUOTES_ASK: say("it quotes the question"),
    Reason.NAMES_ASKER: say("it names who asked"),
    Reason.FIRST_WORD: say("it is the first they said since they were asked"),
    Reason.SHORTLY_AFTER: say("it came only a few messages later"),
    Reason.DIRECTLY_AFTER: say("nobody else spoke in between"),
    Reason.ASKER_WAITED: say("who asked had said nothing since"),
    Reason.NOBODY_ELSE_CALLED: say("nobody but who asked had called on them"),
    Reason.IN_DIALOGUE: say("the two were talking to each other"),
    Reason.ANSWER_WORDS: say("it is worded like an answer"),
    Reason.SAME_SUBJECT: say("it is about the same thing"),
    Reason.TURN: say("it was their turn to speak"),
    Reason.ACCEPTS: say("it says yes to what was asked"),
    Reason.ACKNOWLEDGES: say("it says that it was read"),
    Reason.COUNTER_QUESTION: say("it asks something back"),
}


def end(tx: Transaction, duty: Duty) -> Say:
    """What closed it, when, and how. `duty` is closed."""
    assert duty.closed is not None
    return Say(ENDS[duty.state].sentence, (("at", duty.closed), ("how", _how(tx, duty.how))))


def _how(tx: Transaction, how: str) -> Say | Code:
    kind, _, rest = how.partition(":")
    if kind in OF_SOMEBODY:
        return Say(OF_SOMEBODY[kind].sentence, (("person", person_named(tx, rest)),))
    if kind == "answered":
        reason = REASONS.get(Reason(rest)) if rest in list(Reason) else None
        if reason is None:  # of an older version
            return say("it was answered in the chat")
        return say("it was answered in the chat; {reason}", reason=reason)
    return HOW.get(how, Code(how))
