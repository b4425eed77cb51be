"""What a homeserver's refusals mean, and what somebody can do about them."""

from bot.words import Code, Say, say

GONE = frozenset(("M_NOT_FOUND",))


def remedy(code: str) -> Say | None:
    """None where nobody can do anything, or nobody has to."""
    match code:
        case "M_FORBIDDEN":
            return say(
                "I may not write into a room of Matrix: I am not in it, or the power levels do "
                "not let me. Where I should, type there: {command}",
                command=Code("/invite @duly:…"),
            )
        case "M_TOO_LARGE":
            return say(
                "The homeserver refused a file or a message of mine as too large: raise its limit "
                "for uploads ({setting}).",
                setting=Code("max_upload_size"),
            )
        case "M_CONSENT_NOT_GIVEN":
            return say("The homeserver wants its terms to be accepted for my account first.")
        case _:
            return None
