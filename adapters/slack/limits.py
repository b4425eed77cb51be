"""How much Slack takes. The adapter counts in UTF-16 units, of which a character has one or two.

what                             limit          page below docs.slack.dev/reference
blocks of a message, of a view   50, 100        block-kit/blocks; views/modal-views
text of a header                 150            block-kit/blocks/header-block
text of a text object            3,000          block-kit/composition-objects/text-object
elements of actions, context     25, 10         block-kit/blocks/actions-block, context-block
text and value of a button       75, 2,000      block-kit/block-elements/button-element
label and hint of an input       2,000 each     block-kit/blocks/input-block
characters of a text input       3,000          block-kit/block-elements/plain-text-input-element
placeholder                      150            block-kit/block-elements/select-menu-element
options, groups of a select      100, 100       block-kit/composition-objects/option-group-object
text and value of an option      75, 150        block-kit/composition-objects/option-object
ids of blocks and actions        255            block-kit/blocks
title, submit, close             24 each        views/modal-views
private_metadata                 3,000          views/modal-views
fallback text                    4,000 advised  methods/chat.postMessage; cut at 40,000

How much all blocks of a message may hold together is not in the reference. Reports: nothing but
text went up to 13,297 characters, and one divider more took 125 off (slackapi/bolt-js#2509); with
rich text, 11,341 characters were too many (slackapi/bolt-js#2867). So `ROOM` stays well below,
every block and element counts as characters too, and whoever sends can ask for less room.
"""

from bot.words import ISOLATE, POP

BLOCKS, VIEW_BLOCKS = 50, 100
HEADER, TEXT, FALLBACK = 150, 3_000, 3_900
BUTTONS, BUTTON, ACTION = 25, 75, 2_000
LABEL, INPUT, PLACEHOLDER = 2_000, 3_000, 150
OPTIONS, GROUPS, OPTION, VALUE = 100, 100, 75, 150
TITLE, METADATA = 24, 3_000
ROOM, BLOCK, ELEMENT = 9_000, 125, 30


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, longest: int) -> str:
    """Whole, or its beginning and "…"."""
    if units(text) <= longest:
        return text
    kept = first(text, longest - 2).rstrip()
    closed = POP if kept.count(ISOLATE) > kept.count(POP) else ""
    return f"{kept}{closed}…"


def first(text: str, longest: int) -> str:
    """As many whole characters as fit into `longest` units."""
    kept = text[: max(longest, 0)]
    while units(kept) > longest:
        kept = kept[: min(len(kept) - 1, len(kept) - (units(kept) - longest) // 2)]
    return kept
