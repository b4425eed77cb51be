"""What every page says around its own matter."""

from collections.abc import Mapping

from bot.words import Code, Say, say

PHRASES: Mapping[str, Say] = {
    "skip": say("Skip to the content"),
    "menu": say("Pages"),
    "mine": say("What I owe"),
    "waiting": say("Waiting"),
    "requests": say("Requests"),
    "team": say("My team"),
    "settings": say("Settings"),
    "sign_out": say("Sign out"),
    "language": say("Language"),
    "switch": say("Switch"),
    "close": say("Close"),
    "news": say("From Duly"),
    "still": say("Duly is still working on it."),
    "again": say("Look again"),
    "download": say("Download"),
    "any": say("Any command, as in the chat"),
    "send": say("Send"),
    "example": say("For example: {example}", example=Code("request notice")),
    "optional": say("(optional)"),
    "way": say("The way it takes"),
    "thread": say("What happened"),
    "lists": say("Lists of requests"),
    "new": say("New request"),
    "search": say("Search"),
    "words": say("Words, a name or a number"),
    "earlier": say("Back"),
    "later": say("More"),
    "behalf": say("decided by"),
    "now": say("It is here now"),
    "versions": say("What was changed"),
    "added": say("added:"),
    "left_out": say("left out:"),
    "same_text": say("The text stayed as it was."),
    "certificate": say("Certificate"),
    "see_certificate": say("See the certificate"),
    "see_request": say("See the request"),
    "valid": say("Valid"),
    "taken_back": say("Taken back"),
    "compare": say("Compare a text"),
    "your_text": say("The text you have before you"),
    "compare_now": say("Compare"),
    "paste": say("To paste into a mail"),
    "block": say("Select all of it, and copy it"),
    "minutes": say("The minutes"),
    "you": say("You:"),
    "why_look": say("Why do you look into other people's records?"),
    "why_kept": say("Kept, and read by who oversees such looks."),
    "what_words": say("Words; several must all be there"),
    "narrow": say("Narrow it down:"),
    "results": say("What was found"),
    "open": say("Open"),
    "older": say("Older"),
    "bundle": say("Take all of it as a file"),
    "pages_here": say("Pages about this"),
    "faults": say("Something in the form is not right yet."),
}
OWN_NAMES = {"en": "English", "zh_Hans": "简体中文", "zh_Hant": "繁體中文"}


def how_to_sign_in() -> Say:
    return say(
        "Type {command} in the chat: Duly answers with a link for you alone.",
        command=Code("/duly web"),
    )
