"""What can go wrong with a page, in words of the reader and without any detail of ours."""

from bot.web.sentences import how_to_sign_in
from bot.words import Code, Say, say


class Trouble(Exception):
    """A page that says why not, and what to do."""

    def __init__(self, status: int, title: Say, body: Say) -> None:
        super().__init__(title.sentence)
        self.status, self.title, self.body = status, title, body


def missing() -> Trouble:
    """The same for what is not there and for what is not for them to see."""
    title = say("There is no such page for you")
    return Trouble(404, title, say("It may not exist, or may be for somebody else."))


def stranger() -> Trouble:
    return Trouble(403, say("Please sign in"), how_to_sign_in())


def forged() -> Trouble:
    title = say("This form is not from this page")
    return Trouble(403, title, say("Go back, load the page anew, and try once more."))


def too_large() -> Trouble:
    return Trouble(413, say("That is too large"), say("Shorten it, and send it again."))


def unreadable() -> Trouble:
    return Trouble(400, say("This form cannot be read"), say("Load the page anew, and try again."))


def not_taken() -> Trouble:
    title = say("Duly does not answer at the moment")
    return Trouble(503, title, say("Nothing was done. Go back, and send the same again."))


def wrong_way() -> Trouble:
    return Trouble(405, say("This page cannot be used like that"), say("Go back to your pages."))


def broken(number: str) -> Trouble:
    title = say("Something broke on our side")
    return Trouble(
        500, title, say("If it stays so, tell IT this number: {number}", number=Code(number))
    )
