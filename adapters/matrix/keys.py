"""Under which key a happening of Matrix is known: by the id of its event, in every way it comes.

An event reaches us by a sync, once more after a crash, and by the messages that fill a gap.
"""

from hashlib import sha256

from adapters.matrix.slip import print_of

CONTENT = "duly"  # the field of a message of ours that holds the key of what it is


def event(realm: str, id: str) -> str:
    return f"matrix/{realm}/event/{id}"


def told(realm: str, kind: str, id: str) -> str:
    """What follows from an event besides itself."""
    return f"matrix/{realm}/{kind}/{id}"


def alike(realm: str, kind: str, facts: object) -> str:
    """By all that it says, where it is no event: the same facts are the same happening."""
    return f"matrix/{realm}/{kind}/{print_of(facts)}"


def transaction(key: str, part: str = "") -> str:
    """The same for the same effect: a homeserver makes one event of it, however often it comes."""
    return f"duly-{sha256(f'{key}/{part}'.encode()).hexdigest()[:40]}"
