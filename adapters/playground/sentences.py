"""Every sentence of the page; templates and the script know them by short names."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from adapters.playground.cast import Cast, Channel, Person, direct
from bot.words import Code, Reader, Say, Who, render, say, say_many

PAGE: Mapping[str, Say] = {
    "title": say("Duly playground"),
    "trying": say("for trying out only"),
    "trying_long": say("A made-up company on this machine alone. Nothing here reaches anybody."),
    "you_are": say("You are"),
    "switch": say("Be somebody else"),
    "second_window": say("Open a second window to be two people at once."),
    "channels": say("Channels"),
    "duly": say("Duly"),
    "alone": say("Only you and Duly"),
    "direct": say("Between you and Duly"),
    "home": say("Home"),
    "home_about": say("Your own page, kept up to date by Duly"),
    "home_empty": say("Nothing is here yet."),
    "members": say("Members"),
    "quiet": say("Nothing has been said here yet."),
    "quiet_duly": say("Write “help” to see what Duly can do for you."),
    "message": say("Message"),
    "send": say("Send"),
    "hint": say("Enter sends, Shift+Enter starts a new line, / shows the commands."),
    "thread": say("Thread"),
    "reply": say("Reply in thread"),
    "quote": say("Quote"),
    "react": say("React with"),
    "edit": say("Edit"),
    "delete": say("Delete"),
    "delete_sure": say("Press again to delete"),
    "link": say("Copy link"),
    "copied": say("The link was copied. Paste it behind a command that asks for a message."),
    "edited": say("edited"),
    "gone": say("This message was deleted."),
    "only_you": say("Only you can see this"),
    "bot": say("Bot"),
    "download": say("Download"),
    "about": say("Go to the message"),
    "quoting": say("Quoting"),
    "editing": say("Editing"),
    "cancel": say("Cancel"),
    "close": say("Close"),
    "dismiss": say("Dismiss"),
    "menu": say("Menu"),
    "theme": say("Light or dark"),
    "time": say("Time in the playground"),
    "time_about": say("Only forward. Duly takes it for the real time."),
    "one_hour": say("+1 working hour"),
    "two_hours": say("+2 working hours"),
    "one_day": say("+1 working day"),
    "morning": say("Next morning"),
    "moved": say("The clock was moved."),
    "waiting": say("Duly does not answer yet; your message is kept and tried again."),
    "failed": say("That did not work. Please try again."),
    "offline": say("The connection was lost; trying again …"),
    "commands": say("Commands"),
    "people": say("People"),
    "new": say("New message from"),
    "try": say("Try this"),
}
SCRIPT = (  # those the script says by itself
    *("copied", "delete_sure", "editing", "quoting", "failed", "waiting", "offline", "moved"),
    *("commands", "people", "new", "only_you"),
)


CLOCK = {"one": PAGE["one_hour"], "two": PAGE["two_hours"]}
SOON = (say("in 2 hours"), say("tomorrow 10:00"), say("Fri 17:00"))  # offered for a date


@cache
def page_words(reader: Reader) -> Mapping[str, str]:
    """As plain text; the template escapes."""
    return {name: render(each, reader, str) for name, each in PAGE.items()}


def replies(count: int, reader: Reader) -> str:
    return render(say_many("{count} reply", "{count} replies", count), reader, str)


def write_to(name: str, reader: Reader) -> str:
    return render(say("Write to {place}", place=Code(name)), reader, str)


def example(cast: Cast) -> tuple[Person, Person, Channel] | None:
    """Two people who share a channel, and if possible a language, for the guide."""
    if cast.example:
        asker, other, place = cast.example
        channel = next(each for each in cast.channels if each.id == place)
        return _known(cast, asker), _known(cast, other), channel
    for channel in cast.channels:
        there = [each for each in cast.people if each.id in channel.members]
        pairs = [(there[0], other) for other in there[1:]]
        alike = (pair for pair in pairs if pair[0].language == pair[1].language)
        chosen = next(alike, next(iter(pairs), None))
        if chosen is not None:
            return (*chosen, channel)
    return None


def first(cast: Cast) -> tuple[Person, str]:
    """Who a newcomer is, and where: as the guide begins."""
    found = example(cast)
    return (found[0], found[2].id) if found else (cast.people[0], "")


def _known(cast: Cast, id: str) -> Person:
    return next(each for each in cast.people if each.id == id)


def question(other: Person, reader: Reader) -> str:
    asked = say(
        "{person} when can the samples be sent? The customer is asking.",
        person=Code(f"@{other.id}"),
    )
    return render(asked, reader, str)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the guide; the link opens the page as `who` in `place`, with `draft` written."""

    text: str
    link: str = ""
    who: str = ""
    place: str = ""
    draft: str = ""


def guide(cast: Cast, reader: Reader) -> tuple[Step, ...]:
    """As plain text; the template escapes."""
    found = example(cast)
    if found is None:
        return ()
    asker, other, channel = found
    ann, bob = Who(asker.id, asker.name), Who(other.id, other.name)

    def words(text: Say) -> str:
        return render(text, reader, str)

    ask = say("As {ann}, ask {bob} a question in {place}.", ann=ann, bob=bob, place=_named(channel))
    later = say("Press “{two}”, then “{one}” above: for Duly that time went by.", **CLOCK)
    answer = say("Be {bob}: Duly has sent a reminder. Press a button on it, or answer.", bob=bob)
    more = say("Type {command} anywhere to see what else there is.", command=Code("/duly"))
    draft, write = question(other, reader), words(say("Write it for me"))
    switch = words(say("Switch to {bob}", bob=bob))
    return (
        Step(words(ask), write, asker.id, channel.id, draft),
        Step(words(later)),
        Step(words(answer), switch, other.id, direct(other.id)),
        Step(words(more)),
    )


def _named(channel: Channel) -> Code:
    return Code(f"#{channel.name}")
