"""What the database itself refuses: changing or deleting evidence and decisions.

Policy 3.3.3 (records), 3.2 (a decision never changes, nor what came of a finding), 3.1 (nor the
class something was given), 3.2.2 (nor does what was published and confirmed) and 3.3.1 (nor what
was held or disposed of). The same on both engines.
"""

import re

import sqlalchemy as sa

OLD = re.compile(r"OLD\.(\w+)")

FINAL = "OLD.state NOT IN ('open', 'returned')"
TEXT = "(OLD.digest <> NEW.digest OR OLD.body <> NEW.body) AND NEW.round <> OLD.round + 1"
OTHER = f"OLD.requester <> NEW.requester OR OLD.number <> NEW.number OR ({TEXT})"
SAT = "OLD.state IN ('approved', 'rejected')"
KEPT = (  # nothing there is ever changed or deleted
    ("records", "records are append-only"),
    ("versions", "what was asked stays known"),
    ("trail", "what happened to a request stays known"),
    ("certificates", "a certificate never changes"),
    ("classes", "what class something was given stays known"),
    ("checkpoints", "checkpoints are append-only"),
    ("checkpoint_heads", "checkpoints are append-only"),
    ("receipts", "receipts are append-only"),
    ("minutes", "minutes are kept, and a version of them never changes"),
    ("minutes_items", "minutes are kept, and a version of them never changes"),
    ("minutes_responses", "what was said of minutes never changes"),
    ("looks", "who looked at what stays known"),
    ("looked", "who looked at what stays known"),
    ("sealed_parts", "what was said in a case never changes"),
    ("sealed_log", "who did what in a case stays known"),
    ("hold_deeds", "what was done to a hold stays known"),
    ("disposal_certificates", "what was disposed of stays known"),
    ("samples", "what was drawn never changes"),
    ("drawn", "what was drawn never changes"),
    ("verdicts", "what was made of a message stays known"),
    ("answers", "what was attested never changes"),
    ("finding_trail", "what was done about a finding stays known"),
    ("case_trail", "what was done about a case stays known"),
    ("ratings", "what was rated stays known"),
    ("assessment_trail", "what was done about an assessment stays known"),
    ("downloads", "who took a workbook stays known"),
    ("restores", "that a store was laid back stays known"),
    ("checks", "what a look through the archive found stays known"),
    ("role_changes", "who had which role stays known"),
)
REWRITTEN = "OLD.digest <> NEW.digest OR OLD.body <> NEW.body OR OLD.version <> NEW.version"
FOUND = " OR ".join(
    f"OLD.{each} <> NEW.{each}" for each in ("number", "rule", "clause", "severity", "at")
)
REPORTED = " OR ".join(
    (
        "OLD.state = 'closed'",
        *(f"OLD.{each} <> NEW.{each}" for each in ("number", "receipt", "code", "recovery", "at")),
    )
)
HELD = " OR ".join(f"OLD.{each} <> NEW.{each}" for each in ("number", "set_by", "at", "body"))
ENDED = "OLD.state IN ('done', 'refused', 'empty') OR OLD.number <> NEW.number"
AGAIN = "(NEW.state = 'open' AND NEW.round = OLD.round + 1)"  # the closing stays on its trail
SETTLED = f"(OLD.state = 'settled' AND NOT {AGAIN}) OR {FOUND}"
BROUGHT = " OR ".join(
    f"OLD.{each} <> NEW.{each}" for each in ("number", "kind", "reporter", "at", "body")
)
RULES = (  # table, deed, when, what it says
    *((table, deed, "", says) for table, says in KEPT for deed in ("UPDATE", "DELETE")),
    ("seats", "UPDATE", SAT, "a decision never changes"),
    ("seats", "DELETE", SAT, "a decision never changes"),
    ("requests", "UPDATE", f"{FINAL} OR {OTHER}", "a decision never changes, nor its request"),
    ("requests", "DELETE", "", "requests are kept"),
    ("findings", "UPDATE", SETTLED, "what came of a finding never changes"),
    ("findings", "DELETE", "", "findings are kept"),
    (
        "sealed_cases",
        "UPDATE",
        f"OLD.state = 'closed' OR {REPORTED}",
        "a closed case never changes",
    ),
    ("sealed_cases", "DELETE", "", "cases are kept"),
    ("sealed_openings", "UPDATE", "OLD.agreed_by IS NOT NULL", "what was agreed stays known"),
    ("sealed_openings", "DELETE", "", "who asked to see who reported stays known"),
    ("dailies", "UPDATE", "OLD.signed_at IS NOT NULL", "what was signed never changes"),
    ("dailies", "DELETE", "", "days to sign are kept"),
    ("cases", "UPDATE", BROUGHT, "what somebody reported never changes"),
    ("cases", "DELETE", "", "cases are kept"),
    ("notices", "UPDATE", REWRITTEN, "what was published never changes"),
    ("notices", "DELETE", "", "what was published is kept"),
    ("assessed", "DELETE", "", "assessments are kept"),
    ("assessments", "UPDATE", "", "an assessment stays as it was opened"),
    ("assessments", "DELETE", "", "assessments are kept"),
    ("nudges", "DELETE", "", "what was nudged stays known"),
    ("meetings", "DELETE", "", "meetings are kept"),
    ("holds", "UPDATE", f"OLD.state = 'released' OR {HELD}", "what was held never changes"),
    ("holds", "DELETE", "", "holds are kept"),
    ("disposals", "UPDATE", ENDED, "what came of a disposal never changes"),
    ("disposals", "DELETE", "", "disposals are kept"),
)


def install(conn: sa.Connection) -> None:
    """On the tables and columns there are so far: an older migration knows fewer."""
    look = sa.inspect(conn)
    there = {
        name: {column["name"] for column in look.get_columns(name)}
        for name in set(look.get_table_names()) & {rule[0] for rule in RULES}
    }
    for table, deed, when, says in RULES:
        if table in there and set(OLD.findall(when)) <= there[table]:
            _install(conn, table, deed, when, says)


def _install(conn: sa.Connection, table: str, deed: str, when: str, says: str) -> None:
    name = f"{table}_no_{deed.lower()}"
    condition = f" WHEN ({when})" if when else ""
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        conn.exec_driver_sql(
            f"CREATE TRIGGER {name} BEFORE {deed} ON {table}{condition} "
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
