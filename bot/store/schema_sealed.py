"""The tables of the reporting channel: keys of people, and cases that only they can open. 5.1.3.

What was said is sealed to people before it gets here. No row says who reported.
"""

from sqlalchemy import Column, Index, Integer, LargeBinary, String, UniqueConstraint

from bot.store.schema import Moment, table

sealed_holders = table(
    "sealed_holders",  # who can open cases: a public key each, the private one under a passphrase
    ["id"],
    Column("person", String),  # None: the recovery key, split between two people
    Column("public", LargeBinary, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),  # the private key; nobody here can open it
    Column("salt", LargeBinary, nullable=False),
    Column("rounds", Integer, nullable=False),
    Column("proof", String),  # of the recovery key: a hash of what shows that both halves are there
    Column("keepers", LargeBinary),  # … and who has them; sealed
    Column("since", Moment, nullable=False),
    Column("until", Moment),  # a newer one took its place
)
Index("case_holders_person", sealed_holders.c.company, sealed_holders.c.person)
sealed_cases = table(
    "sealed_cases",
    ["id"],
    Column("number", Integer, nullable=False),
    Column("receipt", String, nullable=False),  # a hash of what follows from the receipt code
    Column("code", LargeBinary, nullable=False),  # the case's key, under the receipt code
    Column("recovery", LargeBinary, nullable=False),  # … sealed to the recovery key
    Column("recovery_holder", String, nullable=False),
    Column("identity", LargeBinary),  # of who reported, sealed: two people open it together
    Column("identity_recovery", LargeBinary),
    Column("state", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("owner", String),
    Column("at", Moment, nullable=False),
    Column("assessed_at", Moment),
    Column("closed_at", Moment),
    UniqueConstraint("company", "number"),
    UniqueConstraint("company", "receipt"),
)
sealed_keys = table(
    "sealed_keys",  # a case's key, sealed to each who may open it
    ["case", "holder"],
    Column("person", String, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("half", String, nullable=False),  # which half of the key to the identity: a, b or none
    Column("share", LargeBinary),  # that half, sealed too
    Column("by", String),  # who sealed it again for them; None: who reported
    Column("at", Moment, nullable=False),
)
Index("case_keys_person", sealed_keys.c.company, sealed_keys.c.person)
sealed_left_out = table("sealed_left_out", ["case", "person"])  # on purpose: it may concern them
sealed_parts = table(
    "sealed_parts",  # append-only: what was said in a case, and files; sealed
    ["case", "number"],
    Column("part", String, nullable=False),  # its own id, by which a repetition is known
    Column("kind", String, nullable=False),  # message, file
    Column("side", String, nullable=False),  # reporter, or the id of the person
    Column("at", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("company", "case", "part"),
)
sealed_log = table(
    "sealed_log",  # append-only: who of those who can open a case did what
    ["case", "number"],
    Column("person", String, nullable=False),
    Column("what", String, nullable=False),
    Column("about", String, nullable=False),  # a state, or another person
    Column("at", Moment, nullable=False),
)
sealed_openings = table(
    "sealed_openings",  # somebody asks to see who reported; a second person agrees or not
    ["case", "number"],
    Column("by", String, nullable=False),
    Column("holder", String, nullable=False),  # the key to which the other half is to be sealed
    Column("why", LargeBinary, nullable=False),  # sealed under the case's key
    Column("at", Moment, nullable=False),
    Column("agreed_by", String),
    Column("agreed_at", Moment),
    Column("share", LargeBinary),  # the other half, sealed to who asked
)
