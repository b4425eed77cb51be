"""Duties of supervision in words: days to sign, samples to look at, what people attest or rate.

Policy 5.1.1, 5.1.2, 4.1.1, 5.2.1. They are known by their rule. Nobody does them for
somebody else but who stands in, and nobody attests or rates for anybody.
"""

from bot.card import Button, Card
from bot.handlers import assesscards, attesting, samples, signing
from bot.handlers.deeds import person_named
from bot.policy.duties import Duty
from bot.store import Transaction
from bot.words import Ref, Say, Value, say

RULES = "supervision."  # how the rules of all of them begin


def is_ours(duty: Duty) -> bool:
    return duty.rule.startswith(RULES) or duty.assesses


def comes_alone(duty: Duty) -> bool:
    """On a card of its own, when the day begins."""
    return signing.is_daily(duty)


def number_of(tx: Transaction, duty: Duty) -> Ref:
    """By which people know it: that of the sample, or of what they attest."""
    if samples.is_sample(duty):
        return Ref(samples.of(tx, duty).number)
    return Ref(attesting.of(tx, duty).number) if duty.kind == "attest" else Ref(duty.number)


def path_of(tx: Transaction, duty: Duty) -> str:
    """Its page; empty where all there is to it stands in its line."""
    if duty.kind == "attest" or duty.assesses:
        return ""
    return f"/samples/{number_of(tx, duty).number}" if samples.is_sample(duty) else "/daily"


def what(tx: Transaction, duty: Duty) -> Say:
    """In a list of what somebody owes."""
    if duty.assesses:
        return assesscards.what(tx, duty)
    if samples.is_sample(duty):
        return samples.what(tx, duty)
    if duty.kind == "attest":
        words = attesting.words(tx, attesting.of(tx, duty), duty.owed_by or "")
        return say("Confirm: {words}", words=words)
    return say("Look at the state of things, and sign for today")


def late(tx: Transaction, duty: Duty) -> Say:
    """In a list of what is late in a team."""
    values: dict[str, Value] = {
        "number": number_of(tx, duty),
        "owner": person_named(tx, duty.owed_by),
        "due": duty.due,
    }
    if duty.assesses:
        return assesscards.late(duty, values)
    if samples.is_sample(duty):
        return say("{number} {owner} has not looked since {due} at a sample of messages", **values)
    if duty.kind == "attest":
        return say("{number} {owner} has not confirmed since {due} what is asked", **values)
    return say("{number} {owner} has not signed since {due} the state of things", **values)


def exits(tx: Transaction, duty: Duty) -> tuple[Button, ...]:
    """The cheap ways out for who owes it."""
    if duty.assesses:
        return assesscards.exits(tx, duty)
    if samples.is_sample(duty):
        return samples.exits(samples.of(tx, duty).number)
    if duty.kind == "attest":
        return attesting.exits(attesting.of(tx, duty).number)
    return (Button(say("Look at it"), "🔎", "daily"), *signing.exits())


def card(tx: Transaction, duty: Duty) -> Card:
    """It alone, as it stands when it is sent."""
    if duty.assesses:
        return assesscards.card(tx, duty)
    if samples.is_sample(duty):
        return samples.intro(tx, duty)
    if duty.kind == "attest":
        return attesting.card(tx, duty)
    return signing.reminder(tx, duty)
