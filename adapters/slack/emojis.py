"""What Slack calls an emoji, and the character it is."""

import re
from functools import cache

import emoji

CODE = re.compile(r":([a-z0-9_+'-]+)(?:::skin-tone-[2-6])?:")
PLAIN = "\ufe0f"  # asks for the coloured look; Slack's names make no difference
OWN = {
    "heavy_exclamation_mark": "❗",
    "male-doctor": "👨‍⚕️",
}  # names of Slack's that are no GitHub's


@cache
def _named() -> dict[str, str]:
    found: dict[str, str] = {}
    for character, told in emoji.EMOJI_DATA.items():
        if told["status"] != emoji.STATUS["fully_qualified"]:
            continue
        for name in (*told.get("alias", ()), told["en"]):
            found.setdefault(name.strip(":").casefold(), character)
    return found | OWN


@cache
def _names() -> dict[str, str]:
    found: dict[str, str] = {}
    for name, character in _named().items():
        found.setdefault(character.replace(PLAIN, ""), name)
    return found


def character(name: str) -> str:
    """Without its skin tone; a company's own emoji stays a name between colons."""
    plain = name.partition("::")[0]
    return _named().get(plain.casefold(), f":{plain}:")


def name(character: str) -> str | None:
    """None for what Slack has no name for."""
    return _names().get(character.replace(PLAIN, ""))


def spelt_out(text: str) -> str:
    """Words with the emoji themselves in them; a code that is none stays as it is."""
    if ":" not in text:
        return text
    return CODE.sub(lambda found: _named().get(found.group(1).casefold(), found.group()), text)
