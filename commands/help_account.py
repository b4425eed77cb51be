"""/duly help-account: trouble with an account, for IT. Policy 4.1.3."""

from bot.card import Card, Form
from bot.command import Call, Command, Refusal, Words
from bot.handlers import cases
from bot.words import say


def parse(words: Words) -> str:
    return words.text


def run(call: Call, words: str) -> Card | Form:
    if len(words) > cases.LONGEST:
        raise Refusal(
            say(
                "This has {count} characters; at most {most} fit.",
                count=len(words),
                most=cases.LONGEST,
            )
        )
    return cases.help_account(call, words)


COMMAND = Command(
    name="help-account",
    usage="help-account WORDS",
    summary=say("Something is wrong with my account."),
    examples=("", "I was signed out and my password is not taken."),
    parse=parse,
    run=run,
    fields=(cases.TROUBLE,),
)
