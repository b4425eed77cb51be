"""/duly link: a one-time code that makes another account mine too. Policy 1.2."""

from bot.card import Card, Field, Form
from bot.command import Call, Command, Refusal, Words
from bot.handlers import linking, strangers
from bot.policy.people import Person
from bot.store.codes import is_code
from bot.words import say

WHOM = ("for", "给", "給")  # HR asks whose code it is to be


def parse(words: Words) -> Person | str | None:
    """Whose code is wanted, or which was typed; None: my own."""
    if not words.text:
        return None
    if is_code(words.text) or words.text in WHOM:
        return words.text
    return words.person(words.text)


def run(call: Call, wanted: Person | str | None) -> Card | Form:
    if wanted is None or wanted == call.person:
        return linking.offer(call.tx, call.person, call.person.id)
    if isinstance(wanted, str) and wanted not in WHOM:
        strangers.claimed(call, wanted)
        why = say(
            "This account is linked already, to {person}. Type the code from the account that "
            "is to be added.",
            person=call.who(call.person.id),
        )
        return Card(why, tone="bad")
    if "hr" not in call.person.roles:
        raise Refusal(say("Only HR can get a code for somebody else. Ask them."))
    if isinstance(wanted, str):
        title = say("For whom do you want a code?")
        return Form("link", title, FIELDS, say("Get the code"))
    if wanted.partner or not wanted.active:
        raise Refusal(say("Codes are for colleagues who work here. Link others by hand."))
    return linking.offer(call.tx, wanted, call.person.id)


FIELDS = (Field("person", say("Who?"), "person", longest=100),)
COMMAND = Command(
    name="link",
    usage="link [CODE]",
    summary=say("A code that makes another account mine too."),
    examples=("", "K7MP-2XQR-9WTH"),
    parse=parse,
    run=run,
    fields=FIELDS,
)
