"""What is said in Slack: looked for before it is said again, and shorter where it is too long."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.card import Card
from bot.effects import Publish, Send, Upload
from bot.port import TryLater, Undeliverable
from bot.words import Reader, say
from tests.contract.bench import Bench
from tests.contract.slack import slack
from tests.desk import MONDAY

READER = Reader("en", "Europe/London")
CARD = Card(say("Done"))


@pytest.fixture
def bench() -> Iterator[Bench]:
    with slack() as made:
        yield made


def test_what_may_not_be_looked_for_is_not_said_again(bench: Bench) -> None:
    """Perhaps it stands there already."""
    fake = bench.fake
    fake.world.settings = replace(
        fake.world.settings, scopes=fake.world.settings.scopes - {"channels:history"}
    )
    with pytest.raises(TryLater):
        bench.run(bench.adapter.find(Send(bench.room, CARD), key="k", since=MONDAY))


def sent(bench: Bench) -> list[str]:
    return [file.name for each in bench.fake.world.messages() for file in each.files]


def test_a_file_that_did_not_follow_its_card_is_sent_after_it(bench: Bench) -> None:
    """The connection broke between the two."""
    effect = Upload(bench.ann, "f1", "report.xlsx", CARD)
    bench.run(bench.adapter.deliver(Send(bench.ann, CARD), key="k", reader=READER))
    assert bench.run(bench.adapter.find(effect, key="k", since=MONDAY)) is None

    bench.run(bench.adapter.deliver(effect, key="k", reader=READER))
    assert bench.run(bench.adapter.find(effect, key="k", since=MONDAY)) is not None
    assert sent(bench) == ["report.xlsx"]
    bench.run(bench.adapter.deliver(effect, key="k", reader=READER))
    assert sent(bench) == ["report.xlsx"]


def test_a_long_text_goes_on_where_it_broke_off(bench: Bench) -> None:
    text = "\n".join(f"Line {number} of the notice." for number in range(900))
    effect = Publish(bench.room, say("Notice"), text)
    first = bench.run(bench.adapter.deliver(effect, key="k", reader=READER))
    last = [each for each in bench.fake.posted("k") if not each.deleted][-1]
    last.deleted = True  # as if Slack had never taken it
    assert bench.run(bench.adapter.find(effect, key="k", since=MONDAY)) is None

    assert bench.run(bench.adapter.deliver(effect, key="k", reader=READER)) == first
    assert bench.run(bench.adapter.find(effect, key="k", since=MONDAY)) == first
    shown = "".join(each.text for each in bench.seen(bench.ann))
    assert all(shown.count(f"Line {number} of") == 1 for number in (0, 450, 899))


def test_a_file_that_has_expired_is_said_to_be_so(bench: Bench) -> None:
    effect = Upload(bench.ann, "gone", "report.xlsx", CARD)
    with pytest.raises(Undeliverable, match="expired"):
        bench.run(bench.adapter.deliver(effect, key="k", reader=READER))
