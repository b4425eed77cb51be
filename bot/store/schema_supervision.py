"""The tables of supervision, strange accounts and attestations. Policy 5.1.1, 5.1.2, 4.1.1."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, UniqueConstraint

from bot.store.schema import Moment, records, table

dailies = table(
    "dailies",  # one row a working day; triggers refuse change of what was signed
    ["day"],  # 2026-03-02, of the company's zone
    Column("opened_at", Moment, nullable=False),
    Column("signed_by", String),
    Column("signed_at", Moment),
    Column("body", LargeBinary),  # sealed: what was shown when it was signed, and the remark
)
samples = table(
    "samples",  # append-only
    ["id"],
    Column("number", Integer, nullable=False),
    Column("department", String, nullable=False),
    Column("period", String, nullable=False),
    Column("start", Moment, nullable=False),
    Column("end", Moment, nullable=False),
    Column("reviewer", String, nullable=False),
    Column("seconder", String),  # who looks at a part of it, too; None: nobody could be found
    Column("seed", String, nullable=False),
    Column("population", Integer, nullable=False),
    Column("fingerprint", String, nullable=False),  # of the ids of everything it was drawn from
    Column("drawn_at", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),  # sealed: from whose accounts, what bore a risk
    UniqueConstraint("company", "department", "period"),
    UniqueConstraint("company", "number"),
)
drawn = table(
    "drawn",  # append-only: which messages
    ["sample", "number"],
    Column("record", String, nullable=False),
    Column("conversation", String, nullable=False),
    Column("message", String, nullable=False),
    Column("author", String, nullable=False),  # a person
    Column("risks", String, nullable=False),  # empty: by chance
    Column("twice", Boolean, nullable=False),  # somebody else looks at it, too
)
verdicts = table(
    "verdicts",  # append-only: the last word for each reader counts
    ["sample", "number", "person", "round"],
    Column("verdict", String, nullable=False),  # fine, word, breach, skip
    Column("by", String, nullable=False),  # who said so: `person`, or who stands in for them
    Column("at", Moment, nullable=False),
    Column("why", LargeBinary),  # sealed
    Column("finding", Integer),  # its number
)
strangers = table(
    "strangers",  # accounts that talked and are nobody's
    ["platform", "realm", "id"],
    Column("kind", String, nullable=False),  # stranger, bot
    Column("since", Moment, nullable=False),
    Column("finding", Integer),  # its number
    Column("standing", String, nullable=False),  # open; linked, guest, bot, removed
    Column("by", String),
    Column("at", Moment),
    Column("why", LargeBinary),  # sealed
)
attestations = table(
    "attestations",  # one row for each time that everybody is asked, or a day's worth of them
    ["id"],
    Column("number", Integer, nullable=False),
    Column("rule", String, nullable=False),  # the id in the policy
    Column("period", String, nullable=False),
    Column("policy", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("company", "rule", "period"),
    UniqueConstraint("company", "number"),
)
asked = table(
    "asked",
    ["attestation", "person"],
    Column("duty", String, nullable=False),
    Column("at", Moment, nullable=False),
)
Index("asked_of", asked.c.company, asked.c.person, asked.c.at)
answers = table(
    "answers",  # append-only
    ["attestation", "person", "number"],
    Column("confirmed", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("how", String, nullable=False),  # the platform
    Column("why", LargeBinary),  # sealed: why it cannot be confirmed
)
Index("records_author", records.c.company, records.c.author, records.c.at)
