"""What we send and how we read signatures, against the readings of Slack's own library."""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View
from slack_sdk.signature import SignatureVerifier

from adapters.slack.branch import Branch
from adapters.slack.forms import view
from adapters.slack.guard import Guard
from adapters.slack.render import home, message
from bot.card import Card, Form
from bot.words import Reader
from tests.slack.shapes import Shape
from tests.slack.test_forms import FORMS
from tests.slack.test_render import CARDS, READERS, Addresses

SECRET, NOW = "8f742231b10e4a5c8888abcd99eeff85", 1_772_413_200


def understood(blocks: Iterable[Shape]) -> None:
    """Their models know every block, find it within its limits, and lose nothing of it."""
    for each in blocks:
        known = Block.parse(dict(each))
        assert known is not None
        assert known.to_dict() == each


@pytest.mark.thorough
@given(CARDS, READERS)
def test_every_card_is_one_for_their_models(card: Card, reader: Reader) -> None:
    understood(message(card, reader, Addresses()).blocks)
    understood(home([card], reader, Addresses()))


@pytest.mark.thorough
@given(FORMS, READERS)
def test_every_form_is_one_for_their_models(form: Form, reader: Reader) -> None:
    made = view(form, reader, "{}")
    understood(made["blocks"])  # type: ignore[arg-type]
    assert View(**made).to_dict() == made  # type: ignore[arg-type]


@pytest.mark.parametrize("body", [b"", b"{}", "消息=1".encode(), b"payload=%7B%7D", b"a" * 5000])
@pytest.mark.parametrize("late", [0, 299, 301, -299, -301])
def test_a_signature_is_good_for_us_when_it_is_for_their_verifier(body: bytes, late: int) -> None:
    stamp = str(NOW - late)
    made = hmac.new(SECRET.encode(), b"v0:%s:%s" % (stamp.encode(), body), hashlib.sha256)
    theirs = SignatureVerifier(SECRET, Clock())  # type: ignore[arg-type]
    guard = Guard([Branch(SECRET, [])], lambda: NOW)

    for signature in (f"v0={made.hexdigest()}", made.hexdigest(), f"v1={made.hexdigest()}", "v0="):
        headers = {"x-slack-request-timestamp": stamp, "x-slack-signature": signature}
        good = theirs.is_valid_request(body, headers)
        assert (guard._signed(body, headers) is not None) == good
        assert good == (signature.startswith("v0=") and len(signature) > 3 and abs(late) < 300)


class Clock:
    def now(self) -> Any:
        return NOW
