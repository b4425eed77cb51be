"""What a modal and its submission agree on."""

import re

from adapters.slack.limits import VALUE
from bot.card import Field
from bot.reporting import MARK

CALLBACK = "form"
SEALED = MARK  # of a form that is sealed before anything of it is kept
VALUE_ID = "value"  # the action_id of every field's element
ACCOUNT = re.compile(r"<@(?P<id>[A-Z0-9]{2,30})(?:\|[^>]*)?>")
# What surely comes back from Slack as it went: it writes some characters in other ways.
SAFE = re.compile(rf"[\w.:/#@+-]{{1,{VALUE}}}", re.ASCII)


def codes(field: Field) -> list[str] | None:
    """The numbers that stand for a field's values, or None where each may stand for itself."""
    values = [each.value for each in field.choices]
    if len(set(values)) == len(values) and all(SAFE.fullmatch(each) for each in values):
        return None
    return [str(number) for number in range(len(values))]
