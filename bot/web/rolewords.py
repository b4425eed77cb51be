"""What each role is called."""

from collections.abc import Iterable, Mapping

from bot.policy.people import ROLES
from bot.words import Say, say

NAMES: Mapping[str, Say] = {
    "employee": say("Employee"),
    "department_head": say("Head of a department"),
    "business_head": say("Head of a business"),
    "executive": say("Executive"),
    "it": say("IT"),
    "hr": say("HR"),
    "admin_office": say("Administrative office"),
    "auditor": say("Auditor"),
    "investigator": say("Investigator"),
    "mail_keeper": say("Mail keeper"),
}


def named(roles: Iterable[str]) -> list[Say]:
    """In the order in which the roles are listed."""
    held = set(roles)
    return [NAMES[each] for each in ROLES if each in held]
