"""The table of classes given to what was said, beyond that of its channel. Policy 3.1."""

from sqlalchemy import Column, Index, String

from bot.store.schema import Moment, table

classes = table(
    "classes",  # append-only: the last row of a message is in force; why is in its record
    ["conversation", "message", "number"],
    Column("source", String, nullable=False),  # author, head, rule, request
    Column("by", String, nullable=False),  # the person, the rule's id or the request's
    Column("before", String, nullable=False),
    Column("class", String, nullable=False, key="class_name"),
    Column("at", Moment, nullable=False),
    Column("said_at", Moment, nullable=False),  # when the message was
)
Index("classes_said", classes.c.company, classes.c.said_at)
