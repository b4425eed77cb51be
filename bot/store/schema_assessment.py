"""The tables of assessments: what was counted, what people rated, what became of it. 5.2.1."""

from sqlalchemy import Column, Index, Integer, LargeBinary, String, UniqueConstraint

from bot.store.schema import Moment, table

assessments = table(
    "assessments",  # one row a period
    ["id"],
    Column("period", String, nullable=False),
    Column("start", Moment, nullable=False),
    Column("end", Moment, nullable=False),
    Column("policy", Integer, nullable=False),
    Column("opened_by", String),  # None: the policy's schedule
    Column("opened_at", Moment, nullable=False),
    Column("rate_by", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),  # sealed: the company's own rates
    UniqueConstraint("company", "period"),
)
assessed = table(
    "assessed",  # one row a person and assessment
    ["id"],
    Column("assessment", String, nullable=False),
    Column("person", String, nullable=False),
    Column("reviewer", String),  # None: HR is to name one
    Column("state", String, nullable=False),  # rating, shown, agreed, contested, answered
    Column("shown_at", Moment),
    Column("contest_by", Moment),
    Column("grade", String, nullable=False),  # HR's; empty: not decided
    Column("decided_by", String),
    Column("decided_at", Moment),
    Column("body", LargeBinary, nullable=False),  # sealed: what was counted
    UniqueConstraint("company", "assessment", "person"),
)
Index("assessed_person", assessed.c.company, assessed.c.person)
ratings = table(
    "ratings",  # append-only: the last counts
    ["assessed", "number"],
    Column("by", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("how", String, nullable=False),  # form, sheet
    Column("body", LargeBinary, nullable=False),  # sealed: the rubrics and the remark
)
assessment_trail = table(
    "assessment_trail",  # append-only
    ["assessed", "number"],
    Column("round", Integer, nullable=False),
    Column("deed", String, nullable=False),
    Column("by", String),
    Column("at", Moment, nullable=False),
    Column("body", LargeBinary),  # sealed: reasons, whom it went to
)
