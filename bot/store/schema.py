"""The tables. `company` comes first in every key."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)


class Moment(sa.TypeDecorator[datetime]):
    """An aware time, kept as microseconds since 1970 UTC: the same on every engine."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be kept")
        since = value - EPOCH
        return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return EPOCH + timedelta(microseconds=value)


COUNTED = ("step", "number", "policy", "round")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
meta = sa.MetaData()


def fixed(*words: str) -> sa.BindParameter[Any]:
    """Written out in the statement: a partial index is not used for words that are bound."""
    return sa.bindparam(None, list(words), expanding=True, literal_execute=True)


def table(name: str, keys: Sequence[str], *parts: Column[Any] | UniqueConstraint) -> Table:
    """Keys are texts, but for those that count something."""
    ours = [
        Column(key, Integer if key in COUNTED else String, primary_key=True)
        for key in ("company", *keys)
    ]
    return Table(name, meta, *ours, *parts)


# What happened, and what we do about it

journal = table(
    "journal",
    ["id"],
    Column("key", String, nullable=False),
    Column("place", String, nullable=False),  # events of one place are handled in order
    Column("body", LargeBinary),  # sealed; erased a week after it was settled
    Column("taken_at", Moment, nullable=False),  # lease time
    Column("settled_at", Moment),  # lease time
    Column("error", LargeBinary),  # sealed; parked when set
    UniqueConstraint("company", "key"),
)
WAITING = sa.and_(journal.c.settled_at.is_(None), journal.c.error.is_(None))
Index(
    "journal_waiting",
    journal.c.company,
    journal.c.id,
    sqlite_where=WAITING,
    postgresql_where=WAITING,
)
PARKED = sa.and_(journal.c.error.is_not(None), journal.c.settled_at.is_(None))
Index(
    "journal_parked",
    journal.c.company,
    journal.c.id,
    sqlite_where=PARKED,
    postgresql_where=PARKED,
)
SETTLED = sa.and_(journal.c.settled_at.is_not(None), journal.c.body.is_not(None))
Index(
    "journal_settled",
    journal.c.company,
    journal.c.settled_at,
    sqlite_where=SETTLED,
    postgresql_where=SETTLED,
)
listeners = table(
    "listeners",
    ["name"],
    Column("cursor", String),
    Column("holder", String),
    Column("held_until", Moment),  # lease time
)
outbox = table(
    "outbox",
    ["id"],
    Column("key", String, nullable=False),
    Column("platform", String, nullable=False),
    Column("kind", String, nullable=False),  # the effect's name
    Column("urgent", Boolean, nullable=False),  # answers a person who waits for it
    Column("person", String),  # who is nudged
    Column("subject", String),  # what it shows, to find it again: "request/…", "duty/…"
    Column("body", LargeBinary),  # sealed; erased a week after it was settled
    Column("since", Moment, nullable=False),  # lease time
    Column("held_until", Moment, nullable=False),  # lease time
    Column("not_before", Moment, nullable=False),  # the time people see
    Column("deadline", Moment),  # when what it speaks of is due, else when it was written; likewise
    Column("state", String, nullable=False),  # ready, doubtful, arrived, spared, undeliverable
    Column("settled_at", Moment),  # lease time
    Column("place", String),  # where it arrived …
    Column("message", String),  # … as which message
    Column("outcome", LargeBinary),  # sealed
    Column("shown", LargeBinary),  # sealed: the buttons of a card about several things
    Column("look", Boolean, nullable=False, server_default=sa.false()),  # look for it first
    Column("lane", String),  # a hash of whoever gets it: theirs leave one after the other
    Column("carrier", String),  # the process that carries it just now
    UniqueConstraint("company", "key"),
)
UNSENT = outbox.c.state.in_(fixed("ready", "doubtful"))
Index(
    "outbox_unsent",
    outbox.c.company,
    outbox.c.urgent,
    outbox.c.deadline,
    outbox.c.id,
    sqlite_where=UNSENT,
    postgresql_where=UNSENT,
)
Index("outbox_arrived", outbox.c.company, outbox.c.place, outbox.c.message)
Index("outbox_subject", outbox.c.company, outbox.c.subject)
Index("outbox_nudged", outbox.c.company, outbox.c.person, outbox.c.not_before)
UNDELIVERABLE = outbox.c.state.in_(fixed("undeliverable"))
Index(
    "outbox_undeliverable",
    outbox.c.company,
    outbox.c.settled_at,
    sqlite_where=UNDELIVERABLE,
    postgresql_where=UNDELIVERABLE,
)
CARRIED = outbox.c.carrier.is_not(None)
Index(
    "outbox_carried",
    outbox.c.company,
    outbox.c.urgent,
    outbox.c.lane,
    sqlite_where=CARRIED,
    postgresql_where=CARRIED,
)
GATHERING = sa.and_(outbox.c.kind.in_(fixed("Remind")), outbox.c.state.in_(fixed("ready")))
Index(
    "outbox_gathering",
    outbox.c.company,
    outbox.c.person,
    outbox.c.id,
    sqlite_where=GATHERING,
    postgresql_where=GATHERING,
)
dues = table(
    "dues",
    ["id"],
    Column("at", Moment, nullable=False),  # the time people see
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("step", Integer, nullable=False),
    UniqueConstraint("company", "kind", "subject", "step"),
)
Index("dues_at", dues.c.company, dues.c.at)

# Evidence

heads = table(
    "heads",  # one chain of records a conversation: how long it is, and its last hash
    ["conversation"],
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
records = table(
    "records",  # append-only: triggers refuse change and deletion
    ["id"],
    Column("conversation", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("kind", String, nullable=False),  # post, edit, deletion, decision, look, minutes, class
    Column("thread", String),
    Column("message", String, nullable=False),
    Column("author", String, nullable=False),  # the account
    Column("class", String, nullable=False, key="class_name"),
    Column("at", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),  # sealed under a key of its own
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    UniqueConstraint("company", "conversation", "seq"),
)
Index("records_message", records.c.company, records.c.conversation, records.c.message)
wraps = table(
    "wraps",  # own keys of records and of others, wrapped; apart, so that they can be wrapped anew
    ["record"],
    Column("ring", String, nullable=False),  # under which key: bot.store.rings
    Column("home", String),  # where it belongs, while a hold keeps it elsewhere
    Column("wrapped", LargeBinary, nullable=False),
)
Index("wraps_ring", wraps.c.company, wraps.c.ring)

# People

people = table(
    "people",
    ["id"],
    Column("name", String, nullable=False),
    Column("email", String, nullable=False),
    Column("department", String),
    Column("manager", String),
    Column("zone", String),
    Column("language", String, nullable=False),
    Column("calendar", String, nullable=False),
    Column("partner", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
)
roles = table("roles", ["person", "role"])
departments = table(
    "departments",
    ["id"],
    Column("name", String, nullable=False),
    Column("head", String),
    Column("parent", String),
    Column("subsidiary", String, nullable=False),
    Column("mail_keeper", String),
)
accounts = table(
    "accounts",
    ["platform", "realm", "id"],
    Column("person", String),  # None: a stranger, kept apart
    Column("name", String, nullable=False),
    Column("language", String),
    Column("zone", String),
    Column("automatic", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("email", String),  # where the platform vouches for it
    Column("outsider", Boolean, nullable=False, server_default=sa.false()),  # a guest
)
absences = table(
    "absences",
    ["id"],
    Column("person", String, nullable=False),
    Column("kind", String, nullable=False),  # leave, status; remote, travelling; or delegation
    Column("start", Moment, nullable=False),
    Column("end", Moment, nullable=False),
    Column("delegate", String),
    Column("account", String),  # whose status says so
)
holidays = table(
    "holidays",  # HR's word against the library's
    ["calendar", "day"],
    Column("working", Boolean, nullable=False),
)
places = table(
    "places",
    ["platform", "realm", "id"],
    Column("name", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("archived", Boolean, nullable=False),
    Column("outside", Boolean, nullable=False, server_default=sa.false()),  # others read it too
)
members = table(
    "members",
    ["platform", "realm", "place", "account"],
    Column("joined", Boolean, nullable=False),  # False: they were, and have left
)

# The policy's work

policies = table(
    "policies",
    ["id"],
    Column("version", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("adopter", String, nullable=False, server_default=""),  # as the machine knows them
    UniqueConstraint("company", "version"),
)
numbers = table("numbers", ["name"], Column("last", Integer, nullable=False))
duties = table(
    "duties",
    ["id"],
    Column("number", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("owed_by", String),
    Column("owed_to", String),
    Column("conversation", String),
    Column("thread", String),
    Column("message", String),
    Column("seq", BigInteger),  # of the message in its conversation
    Column("subject", String, nullable=False),
    Column("clause", String, nullable=False),
    Column("rule", String, nullable=False),
    Column("level", String, nullable=False),
    Column("policy", Integer, nullable=False),
    Column("calendar", String, nullable=False),
    Column("start", Moment, nullable=False),
    Column("due", Moment, nullable=False),
    Column("first_due", Moment, nullable=False),
    Column("state", String, nullable=False),
    Column("promised_for", Moment),
    Column("promised_at", Moment),
    Column("closed", Moment),
    Column("how", String, nullable=False),
    Column("answer", String),
    Column("step", Integer, nullable=False),
    Column("held", Moment),  # since then its clock stands
    Column("held_why", String, nullable=False),
    Column("stood", Integer, nullable=False),  # seconds of working time it has stood before
    Column("repromised", String, nullable=False),  # renegotiated, broken
    Column("parent", String),  # the duty it came from
    Column("responded", String),  # the message that first responded, if it did not settle it …
    Column("responded_at", Moment),  # … and when
    Column("authorised_by", String),  # who said that it is an emergency
    Column("marked_by", String),  # who marked it as important
    UniqueConstraint("company", "number"),
)
LIVE = duties.c.state.in_(fixed("open", "promised"))
for _name, _order in {
    "owed_by": ("due", "id"),
    "owed_to": ("due", "id"),
    "subject": ("due", "id"),
    "conversation": ("id",),
}.items():
    Index(
        f"duties_{_name}",
        duties.c.company,
        duties.c[_name],
        *(duties.c[each] for each in _order),
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
Index("duties_message", duties.c.company, duties.c.conversation, duties.c.message, duties.c.id)
Index("duties_due", duties.c.company, duties.c.due)
Index("duties_parent", duties.c.company, duties.c.parent, sqlite_where=LIVE, postgresql_where=LIVE)
Index("duties_asked", duties.c.company, duties.c.owed_to, duties.c.start)
MARKED = duties.c.marked_by.is_not(None)
Index(
    "duties_marked",
    duties.c.company,
    duties.c.marked_by,
    duties.c.start,
    sqlite_where=MARKED,
    postgresql_where=MARKED,
)
ANSWERED = duties.c.answer.is_not(None)
Index(
    "duties_answer",
    duties.c.company,
    duties.c.conversation,
    duties.c.answer,
    sqlite_where=ANSWERED,
    postgresql_where=ANSWERED,
)
promises = table(
    "promises",  # the ledger: every time that was named, in order
    ["duty", "number"],
    Column("made_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("by", String, nullable=False),
    Column("how", String, nullable=False),  # said, typed
)
nudges = table(
    "nudges",  # at most one for a duty, step and person, ever
    ["duty", "step", "person"],
    Column("parcel", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("sent", Boolean),  # None: not decided yet; False: spared
    Column("rule", String, nullable=False),  # of the duty
    Column("asker", String),  # who waits for it
    Column("label", String),  # what came of it: right, wrong
)
LABELLED = nudges.c.label.is_not(None)
Index(
    "nudges_labelled",
    nudges.c.company,
    nudges.c.rule,
    nudges.c.at,
    sqlite_where=LABELLED,
    postgresql_where=LABELLED,
)
Index("nudges_person", nudges.c.company, nudges.c.person, nudges.c.at)
Index("nudges_asker", nudges.c.company, nudges.c.asker, nudges.c.at)
demotions = table(
    "demotions",  # rules whose nudges were wrong too often: they wait for the digest
    ["rule", "policy"],
    Column("since", Moment, nullable=False),
    Column("wrong", Integer, nullable=False),
    Column("judged", Integer, nullable=False),
)
preferences = table(
    "preferences",  # what somebody set for themselves
    ["person"],
    Column("paused_until", Moment),
    Column("digest_at", String),  # 09:30, in their zone
)
Index("nudges_parcel", nudges.c.company, nudges.c.parcel, *list(nudges.primary_key)[1:])
requests = table(
    "requests",
    ["id"],
    Column("number", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("requester", String, nullable=False),
    Column("class", String, nullable=False, key="class_name"),
    Column("clause", String, nullable=False),
    Column("policy", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),  # sealed: what is to be approved
    Column("digest", String, nullable=False),  # SHA-256 of its canonical form
    Column("state", String, nullable=False),  # open, approved, rejected, recalled
    Column("step", Integer, nullable=False),  # of its route, the one that waits
    Column("round", Integer, nullable=False),  # how often its text was changed
    Column("recalls", String),  # the approved request that it is to take back
    Column("at", Moment, nullable=False),
    Column("place", String),
    Column("decided_by", String),
    Column("decided_at", Moment),
    Column("comment", LargeBinary),  # sealed
    UniqueConstraint("company", "number"),
)
Index("requests_requester", requests.c.company, requests.c.requester, requests.c.id)
Index("requests_decided", requests.c.company, requests.c.state, requests.c.decided_at)
versions = table(
    "versions",  # every text a request has had; append-only
    ["request", "round"],
    Column("digest", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),  # sealed
)
seats = table(
    "seats",  # each approver's place on a step; what was decided there never changes
    ["request", "round", "step", "person"],
    Column("state", String, nullable=False),  # waiting, open, approved, rejected, moved, dropped
    Column("after", String),  # whose approval it waits for
    Column("added_by", String),  # who set them there, beyond the route
    Column("given_by", String),  # who gave them their own place
    Column("duty", String),
    Column("decided_by", String),  # they themselves, or who stood in for them
    Column("decided_at", Moment),
)
UNDECIDED = seats.c.state.in_(fixed("waiting", "open"))
Index(
    "seats_person",
    seats.c.company,
    seats.c.person,
    sqlite_where=UNDECIDED,
    postgresql_where=UNDECIDED,
)
Index("seats_asked", seats.c.company, seats.c.person, seats.c.request)
trail = table(
    "trail",  # what happened to a request, in order; append-only
    ["request", "number"],
    Column("at", Moment, nullable=False),
    Column("actor", String, nullable=False),
    Column("deed", String, nullable=False),
    Column("behalf", String),  # for whom they stood in
    Column("other", String),  # whom it was given to, or who was added
    Column("round", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("digest", String, nullable=False),  # of what they had before their eyes
    Column("until", Moment),
    Column("comment", LargeBinary),  # sealed
)
certificates = table(
    "certificates",  # of what was approved; append-only
    ["code"],
    Column("request", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("company", "request"),
)
findings = table(
    "findings",  # a rule that something appears to break; each is a duty to review
    ["id"],
    Column("number", Integer, nullable=False),
    Column("rule", String, nullable=False),
    Column("clause", String, nullable=False),
    Column("severity", String, nullable=False),  # slight, moderate, serious, critical
    Column("person", String),  # whose it is; None: not known
    Column("conversation", String),
    Column("message", String),
    Column("request", String),  # which request it should have been, or was
    Column("at", Moment, nullable=False),
    Column("state", String, nullable=False),  # open, settled; repeat, collected: not told
    Column("how", String, nullable=False),  # what came of it
    Column("settled_by", String),
    Column("settled_at", Moment),
    Column("note", LargeBinary),  # sealed: what its reviewer said
    Column("hash", LargeBinary),  # under a key: the same thing, found again
    Column("tail", LargeBinary),  # sealed: what may be shown of it
    Column("claim", String, nullable=False, server_default=""),  # false, explained: its author's …
    Column("reply", LargeBinary),  # … sealed: and why
    Column("role", String, nullable=False, server_default="head"),  # who looks at it
    Column("round", Integer, nullable=False, server_default="1"),  # one more when opened again
    Column("reporter", String),
    Column("claimed_by", String),
    Column("claimed_until", Moment),
    UniqueConstraint("company", "number"),
)
Index("findings_state", findings.c.company, findings.c.state, findings.c.at)
Index("findings_rule", findings.c.company, findings.c.rule, findings.c.settled_at)
Index("findings_message", findings.c.company, findings.c.conversation, findings.c.message)
Index("findings_person", findings.c.company, findings.c.person, findings.c.at)
dialogues = table(
    "dialogues",  # forms being filled in question by question
    ["account"],
    Column("at", Moment, nullable=False),  # when the last question was asked, as people see it
    Column("body", LargeBinary, nullable=False),  # sealed
)
files = table(
    "files",
    ["id"],
    Column("name", String, nullable=False),
    Column("owner", String, nullable=False),  # who may have it
    Column("size", BigInteger, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)
pieces = table(
    "pieces",  # sealed; number -1 says how people call the file, and the hash of its bytes
    ["file", "number"],
    Column("body", LargeBinary, nullable=False),
)
orders = table(
    "orders",  # workbooks asked for
    ["id"],
    Column("person", String, nullable=False),
    Column("account", String, nullable=False),
    Column("period", String, nullable=False),
    Column("edition", String, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("held_until", Moment, nullable=False),  # lease time
    Column("tries", Integer, nullable=False),
    Column("state", String, nullable=False),  # waiting, made, failed
    Column("file", String),
    Column("stage", String, nullable=False, server_default="waiting"),  # reading, writing, checking
    Column("done", Integer, nullable=False, server_default="0"),  # sheets …
    Column("sheets", Integer, nullable=False, server_default="0"),  # … of so many
    Column("written", Integer, nullable=False, server_default="0"),  # rows
    Column("number", Integer),  # what people know it by
    Column("occasion", String, nullable=False, server_default=""),  # due, missed, late; "": asked
    Column("once", String),  # of what nobody asked for: its period, edition, reader, version
    Column("version", Integer, nullable=False, server_default="1"),
    Column("made_at", Moment),
    Column("figures", LargeBinary),  # sealed: what it says, and what it corrects
)
Index("orders_once", orders.c.company, orders.c.once, unique=True)
Index("orders_number", orders.c.company, orders.c.number, unique=True)
Index("orders_person", orders.c.company, orders.c.person, orders.c.id)
Index("orders_file", orders.c.company, orders.c.file)
gaps = table(
    "gaps",  # where and when something may have been said that we did not see
    ["id"],
    Column("place", String, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
)
unreadable = table(
    "unreadable",  # what was said that we could not read, or not at once
    ["place", "message"],
    Column("author", String, nullable=False),  # an account
    Column("at", Moment, nullable=False),  # when it was said
    Column("found_at", Moment, nullable=False),  # lease time
    Column("read_at", Moment),  # when it could be read
    Column("asked_at", Moment),  # when its author was asked to say it again …
    Column("parcel", String),  # … by which card
)
Index("unreadable_at", unreadable.c.company, unreadable.c.at)

# The pages

links = table(
    "links",  # one-time links by which people sign in
    ["id"],
    Column("hash", LargeBinary, nullable=False),  # SHA-256 of the secret that stands in the link
    Column("person", String, nullable=False),
    Column("made_at", Moment, nullable=False),  # lease time, as all of these
    Column("expires_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("how", String, nullable=False),  # used, replaced; empty while it can be used
)
Index("links_person", links.c.company, links.c.person)
codes = table(
    "codes",  # by which an account becomes somebody's
    ["id"],
    Column("hash", LargeBinary, nullable=False),  # SHA-256 of the code
    Column("person", String, nullable=False),
    Column("made_by", String, nullable=False),  # themselves, HR, or who sits at the machine
    Column("expires_at", Moment, nullable=False),  # lease time
    Column("ended_at", Moment),  # lease time
    Column("how", String, nullable=False),  # used, replaced; empty while it can be used
)
Index("codes_hash", codes.c.company, codes.c.hash)
tries = table(
    "tries",  # wrong codes
    ["account"],
    Column("since", Moment, nullable=False),  # lease time
    Column("count", Integer, nullable=False),
)
sessions = table(
    "sessions",
    ["id"],
    Column("hash", LargeBinary, nullable=False),  # SHA-256 of the secret in the cookie
    Column("person", String, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("language", String),  # chosen on the page; empty: the person's own
    Column("browser", LargeBinary, nullable=False),  # sealed: how it names itself
)
Index("sessions_person", sessions.c.company, sessions.c.person)
notes = table(
    "notes",  # what the pages have to tell somebody: answers to what they did there
    ["id"],
    Column("key", String, nullable=False),  # of the effect
    Column("person", String, nullable=False),
    Column("asked", String),  # which deed of theirs it answers
    Column("at", Moment, nullable=False),
    Column("seen_at", Moment),
    Column("body", LargeBinary, nullable=False),  # sealed
    UniqueConstraint("company", "key"),
)
Index("notes_person", notes.c.company, notes.c.person, notes.c.id)
