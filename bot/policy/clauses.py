"""Every clause of the company's measures: what it asks, how far Duly goes, and whose it is.

The ids are those that code, tests, the policy file and docs/policy.md cite.
"""

from dataclasses import dataclass
from typing import Literal

from bot.words import Say, say

Reach = Literal["automates", "assists", "attests"]


@dataclass(frozen=True, slots=True)
class Clause:
    """`owner`: the role that answers for it; `reach`: what Duly does about it."""

    id: str
    asks: Say
    reach: Reach
    owner: str


CLAUSES = (
    Clause("1.2", say("Everybody who works with or for the company is covered"), "automates", "hr"),
    Clause("1.3-legal", say("Communication is lawful"), "assists", "executive"),
    Clause("1.3-true", say("Communication is truthful"), "assists", "executive"),
    Clause("1.3-confidential", say("Communication is confidential"), "automates", "it"),
    Clause("1.3-timely", say("Communication is timely"), "automates", "department_head"),
    Clause("1.3-moderate", say("Communication is moderate, the bot's own too"), "automates", "hr"),
    Clause("2.1.1-account", say("Chat only with accounts the company knows"), "automates", "it"),
    Clause("2.1.1-work", say("A channel is for its purpose"), "assists", "department_head"),
    Clause("2.1.1-rumour", say("No unverified rumours or sensitive content"), "automates", "hr"),
    Clause("2.1.1-formal", say("Important matters in formal words"), "assists", "department_head"),
    Clause("2.1.1-care", say("IT minds the tools, heads mind their use"), "assists", "it"),
    Clause("2.1.2-subject", say("Mail has a concise subject"), "automates", "department_head"),
    Clause("2.1.2-body", say("Mail has an ordered text"), "assists", "department_head"),
    Clause(
        "2.1.2-attachment", say("Mail has complete attachments"), "automates", "department_head"
    ),
    Clause(
        "2.1.2-recipients", say("Mail has the right recipients"), "automates", "department_head"
    ),
    Clause(
        "2.1.2-followup",
        say("What is important is followed up until understood"),
        "automates",
        "department_head",
    ),
    Clause("2.1.2-care", say("Mail accounts are minded and backed up"), "assists", "it"),
    Clause("2.2.1-etiquette", say("Outside mail is courteous"), "assists", "department_head"),
    Clause(
        "2.2.1-review", say("Important outside mail is reviewed"), "automates", "department_head"
    ),
    Clause(
        "2.2.1-reply",
        say("Answered in time, or told why and until when"),
        "automates",
        "department_head",
    ),
    Clause(
        "2.2.1-major", say("Major outside mail is approved first"), "automates", "department_head"
    ),
    Clause("2.2.2-book", say("Meetings are booked ahead"), "automates", "admin_office"),
    Clause("2.2.2-order", say("Meetings are orderly"), "attests", "admin_office"),
    Clause("2.2.2-minutes", say("Minutes are written and confirmed"), "automates", "admin_office"),
    Clause("2.2.2-care", say("Meeting accounts are minded"), "assists", "admin_office"),
    Clause("3.1", say("All information has one of four classes"), "automates", "department_head"),
    Clause("3.2.1", say("Work information is reviewed"), "automates", "department_head"),
    Clause("3.2.2", say("Notices go out after approval"), "automates", "department_head"),
    Clause("3.2.3", say("Business material is reviewed"), "automates", "business_head"),
    Clause("3.2.4", say("Personal matters are approved and filed"), "automates", "hr"),
    Clause("3.3.1", say("Records are kept by class, as long as needed"), "automates", "hr"),
    Clause("3.3.2", say("Records are backed up and can be traced"), "automates", "it"),
    Clause("3.3.3", say("Storage is safe, complete, confidential"), "automates", "it"),
    Clause("4.1.1", say("Accounts are kept safe and never lent"), "attests", "it"),
    Clause("4.1.2", say("Passwords are changed"), "attests", "it"),
    Clause("4.1.3", say("Account trouble is reported at once"), "automates", "it"),
    Clause("4.2.1", say("No secrets and no personal data get out"), "automates", "it"),
    Clause("4.2.2", say("Confidential files are protected"), "automates", "it"),
    Clause("4.2.3", say("Nobody falls for phishing"), "automates", "it"),
    Clause("4.3.1", say("No unlawful activity on the network"), "assists", "it"),
    Clause("4.3.2", say("Away from the office, the connection is protected"), "attests", "it"),
    Clause("5.1.1", say("IT looks daily, and handles what is wrong"), "automates", "it"),
    Clause("5.1.2", say("Heads review their department"), "automates", "department_head"),
    Clause("5.1.3", say("Breaches can be reported safely"), "automates", "investigator"),
    Clause("5.2.1", say("Conduct counts in the appraisal"), "automates", "hr"),
    Clause("5.2.2", say("Good conduct is rewarded, breaches are corrected"), "assists", "hr"),
)


def serves(cited: str, clause: str) -> bool:
    """Whether a citation is of a clause: itself, or the chapter it stands in (3.2 for 3.2.1)."""
    return clause == cited or clause.startswith((f"{cited}.", f"{cited}-"))
