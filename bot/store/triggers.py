"""What the database itself refuses: changing or deleting evidence and decisions.

Policy 3.3.3 (records), 3.2 (a decision never changes) and 3.2.2 (nor does what was published and
confirmed). The same on both engines.
"""

import sqlalchemy as sa

FINAL = "OLD.state <> 'open'"
OTHER = "OLD.digest <> NEW.digest OR OLD.body <> NEW.body OR OLD.requester <> NEW.requester"
REWRITTEN = "OLD.digest <> NEW.digest OR OLD.body <> NEW.body OR OLD.version <> NEW.version"
RULES = (  # table, deed, when, what it says
    ("records", "UPDATE", "", "records are append-only"),
    ("records", "DELETE", "", "records are append-only"),
    ("requests", "UPDATE", f"{FINAL} OR {OTHER}", "a decision never changes, nor its request"),
    ("requests", "DELETE", "", "requests are kept"),
    ("nudges", "DELETE", "", "what was nudged stays known"),
    ("notices", "UPDATE", REWRITTEN, "what was published never changes"),
    ("notices", "DELETE", "", "what was published is kept"),
    ("receipts", "UPDATE", "", "receipts are append-only"),
    ("receipts", "DELETE", "", "receipts are append-only"),
)


def install(conn: sa.Connection) -> None:
    """On the tables that are there: an early migration knows none of the later ones."""
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
