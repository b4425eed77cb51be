"""How what was said is chained, so that nothing can be changed unseen. Policy 3.3.3.

Needs nothing but Python: a bundle of evidence carries this file as its own verifier.
"""

import hashlib
import json
from collections.abc import Sequence

START = bytes(32)  # what the first record of a chain has before it
HEADER = (  # of a record, in the order in which it is hashed; `at`: microseconds since 1970 UTC
    "id",
    "conversation",
    "seq",
    "kind",
    "thread",
    "message",
    "author",
    "class",
    "at",
)
_canonical = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode
_sha256 = hashlib.sha256


def leaf(header: Sequence[object], sealed: bytes) -> bytes:
    """SHA-256 over the canonical header and the hash of the sealed body.

    It tells nothing of a record to who has not its sealed body: that begins with chance.
    """
    return _sha256(_canonical(header).encode() + _sha256(sealed).digest()).digest()


def link(previous: bytes, leaf: bytes) -> bytes:
    """The hash of a record: over the hash before it, and its leaf."""
    return _sha256(previous + leaf).digest()
