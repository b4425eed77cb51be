"""Emoji have names: Slack keeps `:tada:` where somebody wrote the sign, and shows the sign."""

import re

NAMES = {
    "✅": "white_check_mark",
    "☑️": "ballot_box_with_check",
    "❌": "x",
    "❗": "exclamation",
    "⚠️": "warning",
    "🚫": "no_entry_sign",
    "👍": "+1",
    "👎": "-1",
    "👀": "eyes",
    "🙏": "pray",
    "👌": "ok_hand",
    "👋": "wave",
    "🙋": "raising_hand",
    "🎉": "tada",
    "🔥": "fire",
    "💬": "speech_balloon",
    "📎": "paperclip",
    "📝": "memo",
    "📅": "date",
    "📌": "pushpin",
    "📣": "mega",
    "📤": "outbox_tray",
    "🔁": "repeat",
    "🔒": "lock",
    "🔔": "bell",
    "🔕": "no_bell",
    "⏰": "alarm_clock",
    "⏳": "hourglass_flowing_sand",
    "⏸️": "double_vertical_bar",
    "⏩": "fast_forward",
    "➡️": "arrow_right",
    "↩️": "leftwards_arrow_with_hook",
    "➕": "heavy_plus_sign",
    "✍️": "writing_hand",
    "🟢": "large_green_circle",
    "🔴": "red_circle",
    "🤝": "handshake",
    "🗑️": "wastebasket",
    "💤": "zzz",
}
SIGNS = {name: sign for sign, name in NAMES.items()}
FOUND = re.compile("|".join(sorted(map(re.escape, NAMES), key=len, reverse=True)))


def named(text: str) -> str:
    """As Slack keeps it."""
    return FOUND.sub(lambda found: f":{NAMES[found[0]]}:", text)


def sign(name: str) -> str:
    """As Slack shows it; a name that is not known here stays as it is."""
    return SIGNS.get(name, f":{name}:")
