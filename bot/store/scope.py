"""Whose rows a report reads: everybody's, or those of some people alone."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from bot.store.rows import Where

Scope = frozenset[str] | None  # None: everybody
MANY = 5_000  # people who are named in one statement: what databases take has an end


def of(scope: Scope, *columns: sa.ColumnElement[Any]) -> tuple[Where, ...]:
    """Rows in which one of them stands. Of so many that everything comes, `among` finds them."""
    if scope is None or len(scope) > MANY:
        return ()
    return (sa.or_(*(column.in_(sorted(scope)) for column in columns)),)


def among(scope: Scope) -> Callable[[str | None], bool]:
    """Whether somebody is one of them."""
    return (lambda _: True) if scope is None else scope.__contains__
