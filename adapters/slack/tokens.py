"""What is wrong with a workspace's tokens and secret, and where the right ones are."""

import re
from collections.abc import Iterator

from adapters.slack.asking import Answer
from adapters.slack.install import BEGINNINGS, VARIABLES, Install
from adapters.slack.scopes import CONNECTING
from bot.words import Code, Quoted, Say, say

BOT, APP, SECRET = (Code(VARIABLES[each]) for each in ("bot_token", "app_token", "signing_secret"))
DIGITS = re.compile(r"[0-9a-f]{32}")


def shapes(made: Install) -> Iterator[Say]:
    """What can be seen without asking anybody."""
    if not made.bot_token:
        yield say(
            "{variable} is not set. The bot's token is on the page OAuth & Permissions of the app "
            "and begins with {beginning}.",
            variable=BOT,
            beginning=Code(BEGINNINGS["bot_token"]),
        )
    elif not made.bot_token.startswith(BEGINNINGS["bot_token"]):
        yield say(
            "{variable} holds {kind} where the bot's token belongs. That one is on the page "
            "OAuth & Permissions of the app and begins with {beginning}.",
            variable=BOT,
            kind=_kind(made.bot_token),
            beginning=Code(BEGINNINGS["bot_token"]),
        )
    if made.app_token and not made.app_token.startswith(BEGINNINGS["app_token"]):
        yield say(
            "{variable} holds {kind} where an app-level token belongs. Make one under Basic "
            "Information, App-Level Tokens, with the scope {scope}; it begins with {beginning}.",
            variable=APP,
            kind=_kind(made.app_token),
            scope=Code(CONNECTING),
            beginning=Code(BEGINNINGS["app_token"]),
        )
    if not made.app_token and not made.signing_secret:
        yield say(
            "Nothing says how Slack's messages are to reach me. Set {socket} (Socket Mode) or "
            "{secret} (HTTP).",
            socket=APP,
            secret=SECRET,
        )
    if made.signing_secret and not DIGITS.fullmatch(made.signing_secret):
        yield say(
            "{variable} cannot be a signing secret: one has 32 digits from 0 to f. Copy it from "
            "Basic Information, App Credentials, Signing Secret.",
            variable=SECRET,
        )


def _kind(token: str) -> Say:
    if token.startswith("xapp-"):
        return say("an app-level token")
    if token.startswith("xoxp-"):
        return say("a person's token")
    if token.startswith("xoxb-"):
        return say("a bot's token")
    if token.startswith("xoxe"):
        return say("a token of those that expire")
    return say("something else")


def bot(answer: Answer) -> Say:
    """Why Slack does not take the bot's token."""
    match answer.refused:
        case "invalid_auth" | "not_authed":
            return say(
                "Slack does not know the token in {variable}. Copy it again from OAuth & "
                "Permissions of the app, and start Duly again.",
                variable=BOT,
            )
        case "token_revoked":
            return say(
                "The token in {variable} was revoked. Install the app again under Install App, "
                "copy the new token, and start Duly again.",
                variable=BOT,
            )
        case "token_expired":
            return say(
                "The token in {variable} has expired. Put the new one in its place: Duly renews no "
                "tokens itself.",
                variable=BOT,
            )
        case "account_inactive":
            return say(
                "The app was taken out of the workspace. Install it again under Install App, and "
                "copy the new token into {variable}.",
                variable=BOT,
            )
        case _:
            return refused(BOT, answer)


def app(answer: Answer) -> Say:
    """Why no connection can be opened with the app-level token."""
    match answer.refused:
        case "missing_scope":
            return say(
                "The token in {variable} lacks the scope {scope}. Make a new one with it under "
                "Basic Information, App-Level Tokens.",
                variable=APP,
                scope=Code(CONNECTING),
            )
        case "invalid_auth" | "not_authed" | "token_revoked" | "account_inactive":
            return say(
                "Slack does not know the token in {variable}, or it was revoked. Make one under "
                "Basic Information, App-Level Tokens, with the scope {scope}.",
                variable=APP,
                scope=Code(CONNECTING),
            )
        case _:
            return refused(APP, answer)


def refused(variable: Code, answer: Answer) -> Say:
    if answer.refused == "ratelimited":
        return say(
            "Slack asks to be called less often just now. Try again in {seconds} seconds.",
            seconds=Code(answer.told.text("after") or "30"),
        )
    return say(
        "Slack refuses the token in {variable}: {code}.",
        variable=variable,
        code=Quoted(answer.refused),
    )
