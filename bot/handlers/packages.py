"""Files that are asked for: all that is held about somebody, or a case. Policy 3.3.2, 1.3-legal."""

from bot.card import Card
from bot.command import Call
from bot.handlers import inquiring
from bot.words import Ref, say


def mine(call: Call) -> Card:
    if call.tx.bundles.waits(call.person.id, "mydata"):
        return Card(say("I am already packing it; it comes as a file."), tone="good")
    call.tx.bundles.add(call.person.id, call.account, "mydata")
    return Card(
        say("I am packing everything I hold about you; it comes as a file."),
        why=say("It is for you alone. What others said is theirs, and is not in it."),
        tone="good",
    )


def case(call: Call, number: int) -> Card:
    """Of a search of theirs whose reason still holds."""
    look = inquiring.continued(call.tx, call.person, number)
    call.tx.bundles.add(call.person.id, call.account, "case", look.id)
    return Card(
        say(
            "I am packing what was found by search {number}; it comes as a file.",
            number=Ref(number),
        ),
        why=say("That it was taken is kept, and read by who oversees such looks."),
        tone="good",
    )
