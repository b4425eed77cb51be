"""What makes something a duty, in words: every nudge says by which rule it came. 1.3-moderate."""

from bot.words import Code, Say, say

RULES = {  # those of the default policy; a company's own are shown by their names
    "question-to-person": say("Asked by name"),
    "urgent-words": say("Asked by name, and urgent"),
    "urgent-priority": say("Asked by name, and sent as urgent"),
    "outsider-waits": say("A customer or partner is waiting"),
    "several-departments": say("Several departments are asked"),
    "marked": say("Marked as important"),
    "emergency": say("An emergency"),
    "asked_back": say("Asked back before answering you"),
    "passed": say("Somebody wants to pass it on to you"),
    "handover": say("Handed over by somebody who left or moved"),
    "edited": say("Asked by a later change of the message"),
    "notice": say("A notice to confirm"),
    "followup": say("A message that is followed up"),
    "meetings.minutes": say("A meeting is over"),
    "meetings.confirm": say("Minutes wait to be confirmed"),
    "meetings.act": say("Agreed in a meeting"),
    "meetings.review": say("An objection to minutes"),
    "releases.differs": say("Posted otherwise than it was approved"),
    "releases.unapproved": say("Posted without approval"),
    "routes.notice": say("A notice waits for approval"),
    "routes.material": say("Business material waits for approval"),
    "routes.work": say("Work information waits for approval"),
    "routes.leave": say("Leave waits for approval"),
}


def named(rule: str) -> Say | Code:
    return RULES.get(rule, Code(rule))
