"""matrix-nio's store of keys, where what is known of a session is never lost to a later sharing.

As it comes, a key that is shared again replaces the one we had, with fewer messages to be read; and
anybody in the room may share it again.
"""

from collections.abc import Callable

from nio.crypto import GroupSessionStore, InboundGroupSession
from nio.store import SqliteStore

Heard = Callable[[str, int], object]
PRAGMAS = ("pragma journal_mode = wal", "pragma synchronous = full")


class Sessions(GroupSessionStore):  # type: ignore[misc]  # nio has no types
    """In memory, by room, owner and id."""

    def add(self, session: InboundGroupSession) -> bool:
        had = self.get(session.room_id, session.sender_key, session.id)
        if had is not None and had.first_known_index <= session.first_known_index:
            return False
        return bool(super().add(session))

    def of(self, room: str, id: str) -> list[InboundGroupSession]:
        """Whoever says that it is theirs."""
        return [found[id] for found in self[room].values() if id in found]


class Keyring(SqliteStore):  # type: ignore[misc]  # nio has no types
    """On disk, pickled under our key. `heard`: told of a session's id and the first place of it."""

    sessions: Sessions | None = None
    heard: Heard | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        for each in PRAGMAS:
            self.database.execute_sql(each)

    def load_inbound_group_sessions(self) -> Sessions:
        found = Sessions()
        for each in super().load_inbound_group_sessions():
            found.add(each)
        if self.sessions is None:
            self.sessions = found
        return found

    def save_inbound_group_session(self, session: InboundGroupSession) -> None:
        """Of a session that we have from its owner, only what goes further back is news."""
        same = self.sessions.of(session.room_id, session.id) if self.sessions else []
        if any(each.sender_key != session.sender_key for each in same):
            return
        if self.heard is not None:
            self.heard(session.id, session.first_known_index)
        if not same or session in same:
            super().save_inbound_group_session(session)
