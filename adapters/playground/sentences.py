"""Every sentence of the page; templates and the script know them by short names."""

from collections.abc import Mapping
from functools import cache

from bot.words import Code, Reader, Say, render, say, say_many

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
    "next": say("Next step"),
    "back": say("Previous step"),
    "again": say("Start again"),
    "more": say("More"),
    "important": say("Mark as important"),
    "phishing": say("Report as fraud"),
    "emergency": say("It is an emergency"),
    "emergency_sure": say("Press again: Duly nudges even at night"),
    "urgent": say("Urgent"),
    "urgent_about": say("Mark as urgent: Duly sees to it sooner. A few a week are allowed."),
}
SCRIPT = (  # those the script says by itself
    *("copied", "delete_sure", "emergency_sure", "editing", "quoting", "failed", "waiting"),
    *("offline", "moved", "commands", "people", "new", "only_you"),
)


SOON = (say("in 2 hours"), say("tomorrow 10:00"), say("Fri 17:00"))  # offered for a date


@cache
def page_words(reader: Reader) -> Mapping[str, str]:
    """As plain text; the template escapes."""
    return {name: render(each, reader, str) for name, each in PAGE.items()}


def replies(count: int, reader: Reader) -> str:
    return render(say_many("{count} reply", "{count} replies", count), reader, str)


def write_to(name: str, reader: Reader) -> str:
    return render(say("Write to {place}", place=Code(name)), reader, str)


def step(number: int, all: int, reader: Reader) -> str:
    return render(say("Step {number} of {all}", number=number, all=all), reader, str)


def any_of(count: int, reader: Reader) -> str:
    return render(say("A group of {count}: any one of them may answer", count=count), reader, str)


def everybody(count: int, reader: Reader) -> str:
    asked = say("Everybody here ({count}); a question is for each of them", count=count)
    return render(asked, reader, str)
