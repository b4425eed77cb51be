"""Runs migrations on the connection that bot.store.migrating hands over."""

from typing import Any, Literal

from alembic import context

from bot.store.schema import Moment, meta


def render(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Moments are whole numbers in the tables, whatever the code makes of them."""
    return "sa.BigInteger()" if kind == "type" and isinstance(item, Moment) else False


context.configure(
    connection=context.config.attributes["connection"], target_metadata=meta, render_item=render
)
with context.begin_transaction():
    context.run_migrations()
