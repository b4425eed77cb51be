"""What the policy file calls by a short name, as readers of a report know it."""

from collections.abc import Mapping

from bot.words import Say, say

ROLES: Mapping[str, Say] = {
    "admin_office": say("administration office"),
    "auditor": say("auditors"),
    "business_head": say("business heads"),
    "department_head": say("heads of departments"),
    "employee": say("employees"),
    "executive": say("executives"),
    "hr": say("human resources"),
    "investigator": say("investigators"),
    "it": say("IT department"),
    "mail_keeper": say("keepers of mail"),
}
LEVELS: Mapping[str, Say] = {
    "normal": say("ordinary"),
    "important": say("important"),
    "emergency": say("emergency"),
    "acceptance": say("passed on"),
    "decision": say("decision"),
    "notice": say("notice"),
    "followup": say("followed up"),
    "meeting": say("meeting"),
    "action": say("agreed action"),
    "daily": say("daily check"),
    "sample": say("sample check"),
    "attestation": say("attestation"),
    "finding": say("finding"),
    "case": say("case of IT"),
}
CLASSES: Mapping[str, Say] = {
    "work": say("work information"),
    "notice": say("notice"),
    "material": say("business material"),
    "personal": say("personal matter"),
}


def named(id: str, names: Mapping[str, Say]) -> Say | str:
    """Itself, where a company's own policy has made it up."""
    return names.get(id, id)
