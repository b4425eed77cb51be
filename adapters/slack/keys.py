"""Under which key a happening of Slack is known: the same in every way it can come to us.

A message posted reaches us by the events, by the history that fills a gap, and in an export: it
is kept once.
"""


def posted(team: str, channel: str, ts: str) -> str:
    """`ts` as Slack writes it: "1700000000.000100"."""
    return f"slack/{team}/message/{channel}/{ts}"
