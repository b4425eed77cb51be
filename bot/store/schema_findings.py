"""The tables of what was done about findings, and of cases of IT. Policy 5.1.1, 4.1.3."""

from sqlalchemy import Column, Index, Integer, LargeBinary, String, UniqueConstraint

from bot.store.schema import Moment, table

finding_trail = table(
    "finding_trail",  # append-only: triggers refuse change and deletion
    ["finding", "number"],
    Column("round", Integer, nullable=False),
    Column("deed", String, nullable=False),
    Column("by", String),
    Column("at", Moment, nullable=False),
    Column("body", LargeBinary),  # sealed: what was said, whom it went to, which measure
)
Index("finding_trail_deed", finding_trail.c.company, finding_trail.c.deed, finding_trail.c.at)
cases = table(
    "cases",  # what people brought to IT
    ["id"],
    Column("number", Integer, nullable=False),
    Column("kind", String, nullable=False),  # account, phishing
    Column("reporter", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("conversation", String),  # the message it is about
    Column("thread", String),
    Column("message", String),
    Column("handler", String),
    Column("state", String, nullable=False),  # open, answered, done
    Column("verdict", String, nullable=False),  # of phishing: true, false, unclear
    Column("answered_at", Moment),
    Column("done_at", Moment),
    Column("confirmed_at", Moment),
    Column("body", LargeBinary, nullable=False),  # sealed: words and hosts
    UniqueConstraint("company", "number"),
)
Index("cases_reporter", cases.c.company, cases.c.reporter, cases.c.at)
Index("cases_state", cases.c.company, cases.c.state, cases.c.at)
case_trail = table(
    "case_trail",  # append-only: triggers refuse change and deletion
    ["case", "number"],
    Column("round", Integer, nullable=False),
    Column("deed", String, nullable=False),
    Column("by", String),
    Column("at", Moment, nullable=False),
    Column("body", LargeBinary),  # sealed
)
blocked = table(
    "blocked",  # domains nobody is to be sent to, beside those of the policy file
    ["domain"],
    Column("by", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("case", String),
)
seen_links = table(
    "seen_links",  # where a link stood: under a key, so that nobody reads the rows alone
    ["host", "conversation", "message"],
    Column("at", Moment, nullable=False),
)
Index("seen_links_at", seen_links.c.company, seen_links.c.at)
