"""What the database itself refuses: changing or deleting evidence and decisions.

Policy 3.3.3 (records) and 3.2 (a decision never changes). The same on both engines.
"""

import sqlalchemy as sa

FINAL = "OLD.state <> 'open'"
OTHER = "OLD.digest <> NEW.digest OR OLD.body <> NEW.body OR OLD.requester <> NEW.requester"
RULES = (  # table, deed, when, what it says
    ("records", "UPDATE", "", "records are append-only"),
    ("records", "DELETE", "", "records are append-only"),
    ("requests", "UPDATE", f"{FINAL} OR {OTHER}", "a decision never changes, nor its request"),
    ("requests", "DELETE", "", "requests are kept"),
    ("nudges", "DELETE", "", "what was nudged stays known"),
    ("meetings", "DELETE", "", "meetings are kept"),
    ("minutes", "UPDATE", "", "a version of minutes never changes"),
    ("minutes", "DELETE", "", "minutes are kept"),
    ("minutes_items", "UPDATE", "", "a version of minutes never changes"),
    ("minutes_items", "DELETE", "", "minutes are kept"),
    ("minutes_responses", "UPDATE", "", "what was said of minutes never changes"),
    ("minutes_responses", "DELETE", "", "what was said of minutes is kept"),
)


def install(conn: sa.Connection) -> None:
    """On the tables that are there: later ones bring theirs with their migration."""
    there = set(sa.inspect(conn).get_table_names())
    for table, deed, when, says in RULES:
        if table not in there:
            continue
        name = f"{table}_no_{deed.lower()}"
        condition = f" WHEN ({when})" if when else ""
        if conn.dialect.name == "sqlite":
            conn.exec_driver_sql(
                f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {deed} ON {table}{condition} "
                f"BEGIN SELECT RAISE(ABORT, '{says}'); END"
            )
        else:
            _postgresql(conn, name, f"BEFORE {deed} ON {table} FOR EACH ROW{condition}", says)


def _postgresql(conn: sa.Connection, name: str, when: str, says: str) -> None:
    conn.exec_driver_sql(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{says}'; END $$"
    )
    conn.exec_driver_sql(f"CREATE OR REPLACE TRIGGER {name} {when} EXECUTE FUNCTION {name}()")
