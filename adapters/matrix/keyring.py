"""matrix-nio's store of keys, where what is known of a session is never lost to a later sharing.

As it comes, a key that is shared again replaces the one we had, with fewer messages to be read; and
anybody who has the key may share it again, as their own or for another room.
"""

from collections import defaultdict
from collections.abc import Callable

from nio.crypto import GroupSessionStore, InboundGroupSession
from nio.store import MegolmInboundSessions, SqliteStore

from bot.clock import fault_point

Heard = Callable[[str, int], object]
PRAGMAS = ("pragma journal_mode = wal", "pragma synchronous = full")


class Sessions(GroupSessionStore):  # type: ignore[misc]  # nio has no types
    """In memory, by room, owner and id."""

    def __init__(self) -> None:
        super().__init__()
        self._same: defaultdict[str, list[InboundGroupSession]] = defaultdict(list)

    def add(self, session: InboundGroupSession) -> bool:
        had = self.get(session.room_id, session.sender_key, session.id)
        if had is not None and had.first_known_index <= session.first_known_index:
            return False
        self._same[session.id] = [*self.others(session), session]
        return bool(super().add(session))

    def of(self, room: str, id: str) -> list[InboundGroupSession]:
        """Whoever says that it is theirs."""
        return [each for each in self._same.get(id, ()) if each.room_id == room]

    def others(self, session: InboundGroupSession) -> list[InboundGroupSession]:
        """The same session, as another's or of another room."""
        mine = (session.room_id, session.sender_key)
        same = self._same.get(session.id, ())
        return [each for each in same if (each.room_id, each.sender_key) != mine]


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
        """Of a session that we have from its owner, only what goes further back is news.

        There is room for one of the same id: the first, until it turns out whose it is.
        """
        if self.sessions is None or not self.sessions.others(session):
            if self.heard is not None:
                self.heard(session.id, session.first_known_index)
            if self.sessions is None or session in self.sessions.of(session.room_id, session.id):
                fault_point("a key is kept")
                super().save_inbound_group_session(session)

    def prefer(self, session: InboundGroupSession) -> None:
        """It is this one's, whoever was first."""
        with self.database.bind_ctx(self.models), self.database.atomic():
            same = MegolmInboundSessions.session_id == session.id
            MegolmInboundSessions.delete().where(same).execute()
            fault_point("a key is another's")
            super().save_inbound_group_session(session)
