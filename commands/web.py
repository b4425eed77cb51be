"""/duly web: a one-time link to my pages. Policy 3.3.3."""

from bot.card import Card
from bot.command import Call, Command, Refusal
from bot.store.sessions import FRESH, WEB
from bot.words import Link, say
from commands import reading


def run(call: Call, nothing: None) -> Card:  # noqa: ARG001
    address = call.tx.links.address()
    if address is None:
        raise Refusal(
            say("The pages are not running. IT starts them with ./duly serve or ./duly web.")
        )
    if call.account.platform == WEB:
        raise Refusal(say("You are signed in already. For another device, ask again in the chat."))
    token = call.tx.links.make(call.person.id)
    return Card(
        say("Your pages"),
        body=(
            say("Open this link and press the button there:"),
            Link(f"{address}/sign-in/{token}"),
        ),
        why=say(
            "It is for you alone: pass it on to nobody. It works once, within {span}, "
            "and older links no longer do.",
            span=FRESH,
        ),
    )


COMMAND = Command(
    name="web",
    usage="web",
    summary=say("A link to my pages in the browser."),
    examples=("",),
    parse=reading.nothing,
    run=run,
)
