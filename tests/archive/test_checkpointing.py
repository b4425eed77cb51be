"""Checkpoints are taken in time and posted outside, each once. Policy 3.3.3."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.file import Notebook
from bot.card import Card
from bot.clock import Clock
from bot.effects import Send
from bot.handlers.checkpointing import LINES
from bot.port import TryLater, Undeliverable
from bot.wiring import assemble
from bot.words import Code, Reader, say
from tests.desk import Desk

WATCHED = '[archive]\nevery = "1h"\nchannel = "lobby"\n'
READER = Reader("en", "UTC")


def turn(desk: Desk) -> None:
    for _ in range(5):
        asyncio.run(desk.bot.turn())


def posted(desk: Desk) -> list[str]:
    return [line.text for line in desk.paper.lines if "duly-checkpoint" in line.text]


def test_every_hour_in_which_something_was_said_has_one_in_the_channel() -> None:
    desk = Desk(policy=WATCHED)
    desk.posts("ann", "hello")
    for hours in (0, 1, 1, 1):
        desk.now += timedelta(hours=hours, minutes=2)
        turn(desk)
    assert len(posted(desk)) == 1

    desk.posts("ann", "again")
    desk.now += timedelta(minutes=2)
    turn(desk)
    turn(desk)

    assert [text.splitlines()[0] for text in posted(desk)] == [
        "Checkpoint 1 of the archive",
        "Checkpoint 2 of the archive",
    ]
    lines = [line for text in posted(desk) for line in text.splitlines()]
    with desk.store.reading() as tx:
        assert [step for step in tx.verifying.steps(lines) if not isinstance(step, int)] == []


def keys(desk: Desk) -> set[str]:
    desk.now += timedelta(minutes=2)
    turn(desk)
    turn(desk)
    return {line.key for line in desk.paper.lines if "duly-checkpoint" in line.text}


def test_no_platform_takes_one_of_another_life_for_the_same() -> None:
    """After a restore the next has a number that was posted already, over other records."""
    found = list[set[str]]()
    for said in ("before", "after the restore"):
        desk = Desk(policy=WATCHED)
        desk.posts("ann", said)
        turn(desk)
        found.append(keys(desk))

    assert all(found)
    assert found[0].isdisjoint(found[1])


def test_they_are_written_to_the_file_too(tmp_path: Path) -> None:
    desk, file = Desk(), tmp_path / "checkpoints.txt"
    desk.bot = assemble(desk.store, [desk.paper, Notebook(file)])
    desk.posts("ann", "hello")
    for _ in range(3):
        turn(desk)
        desk.now += timedelta(hours=2)

    with desk.store.reading() as tx:
        assert file.read_text().splitlines() == [each.line for each in tx.checkpoints.all()]
        assert file.read_text().count("\n") == 1


def written(file: Path, line: str) -> object:
    effect = Send(LINES, Card(say("Checkpoint"), body=(Code(line),)))
    notebook = Notebook(file)

    async def story() -> object:
        before = await notebook.find(effect, key="k", since=Clock().now())
        await notebook.deliver(effect, key="k", reader=READER)
        await notebook.deliver(effect, key="k", reader=READER)
        assert await notebook.find(effect, key="k", since=Clock().now()) is not None
        return before

    return asyncio.run(story())


def test_a_line_that_is_tried_again_is_written_once(tmp_path: Path) -> None:
    file = tmp_path / "checkpoints.txt"
    file.write_text("one\nhalf a li")  # the process was killed there

    assert written(file, "two") is None

    assert file.read_text() == "one\nhalf a li\ntwo\n"


def test_a_file_that_cannot_be_written_is_tried_later(tmp_path: Path) -> None:
    with pytest.raises(TryLater):
        written(tmp_path / "missing" / "checkpoints.txt", "one")


def test_nothing_else_is_written_to_the_file(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path / "checkpoints.txt")
    effect = Send(Desk().message("ann", "x", "x").author, Card(say("Checkpoint")))

    assert asyncio.run(notebook.find(effect, key="k", since=Clock().now())) is None
    with pytest.raises(Undeliverable):
        asyncio.run(notebook.deliver(effect, key="k", reader=READER))
