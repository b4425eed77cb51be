"""What the commands about a request read the same way: its number, the text shown, the words."""

import re
from dataclasses import dataclass

from bot.card import Field, Form
from bot.command import Refusal, Words
from bot.words import Code, Say, say
from commands import reading

SHOWN = re.compile(r"=([0-9a-f]{12})(?:\s+|$)")
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Decision:
    number: int
    comment: str
    digest: str = ""  # the beginning of that of the text their button stood under

    def again(self, command: str) -> str:
        """The command line so far, for a form that asks for the rest."""
        seen = f" ={self.digest}" if self.digest else ""
        return f"{command} {self.number}{seen}"


def read(words: Words, example: str) -> Decision:
    number, rest = reading.number(words, example)
    match = SHOWN.match(rest)
    if match is None:
        return Decision(number, rest)
    return Decision(number, rest[match.end() :].strip(), match[1])


SEND = say("Send")


def asked(
    decision: Decision, command: str, title: Say, fields: tuple[Field, ...], submit: Say = SEND
) -> Form:
    return Form(decision.again(command), title, fields, submit)


def name_first(words: Words, text: str) -> tuple[str, str]:
    """Whom a text names at its beginning, and what follows: a mention, or one or two words."""
    parts = text.split()
    for count in (3, 2, 1):
        name = " ".join(parts[:count])
        known = dict(words.people).get(name)
        if len(parts) >= count and (known or words.directory.named(name)):
            return name, text.split(maxsplit=count)[count] if len(parts) > count else ""
    return (parts[0], " ".join(parts[1:])) if parts else ("", "")


def short(decision: Decision) -> str:
    if len(decision.comment) > LONGEST:
        raise Refusal(
            say(
                "This has {count} characters; at most {most} fit.",
                count=len(decision.comment),
                most=LONGEST,
            )
        )
    return decision.comment


def example(line: str) -> Code:
    return Code(f"/duly {line}")
