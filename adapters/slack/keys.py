"""Under which key a happening of Slack is known: the same in every way it can come to us.

A message posted reaches us by the events, by the history that fills a gap, and in an export: it
is kept once. What has an id of Slack's goes by that, everything else by what it says.
"""

from adapters.slack.slip import print_of


def posted(team: str, channel: str, ts: str) -> str:
    """`channel` as we first knew it, whatever Slack calls it today.

    `ts` as Slack writes it: "1700000000.000100".
    """
    return f"slack/{team}/message/{channel}/{ts}"


def edited(team: str, channel: str, ts: str, when: str) -> str:
    """`when`: the ts of the edit, which a message of the history carries too."""
    return f"slack/{team}/edit/{channel}/{ts}/{when}"


def deleted(team: str, channel: str, ts: str) -> str:
    return f"slack/{team}/deletion/{channel}/{ts}"


def told(team: str, kind: str, id: str) -> str:
    """By Slack's own id of the delivery: an event, a trigger, a view."""
    return f"slack/{team}/{kind}/{id}"


def alike(team: str, kind: str, facts: object) -> str:
    """By all that it says, where Slack gives no id: the same facts are the same happening."""
    return f"slack/{team}/{kind}/{print_of(facts)}"
