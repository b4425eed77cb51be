"""The tables of meetings and their minutes. Policy 2.2.2."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, UniqueConstraint

from bot.store.schema import Moment, fixed, table

meetings = table(
    "meetings",
    ["id"],
    Column("number", Integer, nullable=False),
    Column("organiser", String, nullable=False),
    Column("topic", LargeBinary, nullable=False),  # sealed
    Column("agenda", LargeBinary, nullable=False),  # sealed
    Column("link", LargeBinary, nullable=False),  # sealed
    Column("start", Moment, nullable=False),
    Column("end", Moment, nullable=False),
    Column("state", String, nullable=False),  # booked, held, cancelled
    Column("place", String),  # the conversation where it was booked
    Column("policy", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),  # how often it was moved
    Column("booked_at", Moment, nullable=False),
    UniqueConstraint("company", "number"),
)
BOOKED = meetings.c.state.in_(fixed("booked"))
Index(
    "meetings_booked",
    meetings.c.company,
    meetings.c.start,
    sqlite_where=BOOKED,
    postgresql_where=BOOKED,
)
Index("meetings_organiser", meetings.c.company, meetings.c.organiser, meetings.c.start)
invitees = table(
    "invitees",
    ["meeting", "number"],
    Column("person", String),  # None: an outsider
    Column("name", LargeBinary),  # sealed: an outsider's name or address
    Column("answer", String, nullable=False),  # asked, accepted, declined
    Column("attended", Boolean),  # the organiser's word
    Column("attested", Moment),  # when they said themselves that they were there
)
Index("invitees_person", invitees.c.company, invitees.c.person)
minutes = table(
    "minutes",  # append-only: a version never changes
    ["id"],
    Column("meeting", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),  # sealed: as it was typed
    Column("digest", String, nullable=False),  # SHA-256 of its items
    Column("at", Moment, nullable=False),
    Column("by", String, nullable=False),
    Column("confirm_by", Moment, nullable=False),  # the last of its readers' deadlines
    UniqueConstraint("company", "meeting", "version"),
)
items = table(
    "minutes_items",  # append-only
    ["minutes", "number"],
    Column("kind", String, nullable=False),  # decision, action, note
    Column("owner", String),
    Column("due", Moment),
    Column("text", LargeBinary, nullable=False),  # sealed
    Column("since", Integer, nullable=False),  # the version in which it got these words
    Column("duty", String),  # what its owner owes
)
responses = table(
    "minutes_responses",  # append-only
    ["id"],
    Column("meeting", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("item", Integer, nullable=False),
    Column("person", String, nullable=False),  # whose response it is
    Column("by", String, nullable=False),  # who gave it: themselves, who stands in, the organiser
    Column("said", String, nullable=False),  # confirm, silent, object, amend, accept, keep
    Column("words", LargeBinary, nullable=False),  # sealed
    Column("at", Moment, nullable=False),
    Column("late", Boolean, nullable=False),
)
Index("minutes_responses_meeting", responses.c.company, responses.c.meeting, responses.c.id)
