"""Many callers, one commit."""

import asyncio
from threading import Event

import pytest

from bot.sharing import Shared, Waiting
from tests.desk import Desk

LATER = range(11, 21)


async def _add_all(shared: Shared[int], *items: int) -> list[BaseException | None]:
    return await asyncio.gather(*map(shared.add, items), return_exceptions=True)


def test_those_that_come_together_share_a_commit_in_the_order_they_came() -> None:
    commits: list[list[int]] = []

    def write(batch: list[Waiting[int]]) -> None:
        commits.append([each.item for each in batch])
        for each in batch:
            each.written = True

    assert asyncio.run(_add_all(Shared(write), *range(20))) == [None] * 20
    assert commits == [list(range(20))]


def test_what_comes_while_one_is_written_shares_the_next() -> None:
    commits: list[list[int]] = []
    shared: Shared[int]

    def write(batch: list[Waiting[int]]) -> None:
        commits.append([each.item for each in batch])
        for each in batch:
            each.written = True

    async def story() -> None:
        first = asyncio.create_task(shared.add(1))
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # the first is being written
        await asyncio.gather(first, shared.add(2), shared.add(3))

    shared = Shared(write)
    asyncio.run(story())
    assert commits == [[1], [2, 3]]


def test_nobody_waits_for_a_commit_after_their_own() -> None:
    told, free = set[int](), Event()

    def write(batch: list[Waiting[int]]) -> None:
        if batch[0].item == LATER[0]:
            assert free.wait(20), f"{set(range(1, 11)) - told} wait for what came later"
        for each in batch:
            each.written = True

    async def add(shared: Shared[int], item: int) -> None:
        await shared.add(item)
        told.add(item)
        if told >= set(range(1, 11)):
            free.set()

    async def story() -> None:
        shared = Shared(write)
        first = [asyncio.create_task(add(shared, 0))]
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # the first is being written, ten wait for it …
        first += [asyncio.create_task(add(shared, each)) for each in range(1, 11)]
        while shared._waiting or 0 not in told:  # noqa: ASYNC110  # nothing rings then
            await asyncio.sleep(0)
        first += [asyncio.create_task(add(shared, each)) for each in LATER]  # … and more for them
        await asyncio.gather(*first)

    asyncio.run(story())


def test_nobody_is_told_that_it_is_kept_where_the_commit_failed() -> None:
    def write(_: list[Waiting[int]]) -> None:
        raise OSError("the disk is full")

    shared = Shared(write)
    answers = asyncio.run(_add_all(shared, 1, 2, 3))

    assert all(isinstance(each, OSError | ConnectionError) for each in answers)
    assert isinstance(asyncio.run(_add_all(shared, 4))[0], OSError)  # and it goes on, in any loop


def test_what_is_wrong_with_one_is_told_to_that_one_alone() -> None:
    def write(batch: list[Waiting[int]]) -> None:
        for each in batch:
            each.written = each.item != 2
            each.error = None if each.written else ValueError(each.item)

    answers = asyncio.run(_add_all(Shared(write), 1, 2, 3))

    assert [type(each) for each in answers] == [type(None), ValueError, type(None)]


def test_whoever_is_cancelled_in_the_midst_blocks_nobody() -> None:
    def write(batch: list[Waiting[int]]) -> None:
        for each in batch:
            each.written = True

    async def story() -> None:
        shared = Shared(write)
        first = asyncio.create_task(shared.add(1))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        async with asyncio.timeout(5):
            await shared.add(2)

    asyncio.run(story())


@pytest.mark.parametrize("count", [0, 1, 2])
def test_one_that_cannot_be_written_takes_no_other_with_it(count: int) -> None:
    desk = Desk()

    def fine(_: object) -> None: ...

    def broken(_: object) -> None:
        raise ValueError("this one")

    async def story() -> list[BaseException | None]:
        record = desk.bot.courier._record
        writes = [broken, *[fine] * count]
        return await asyncio.gather(*map(record, writes), return_exceptions=True)

    answers = asyncio.run(story())
    desk.close()

    assert [type(each) for each in answers] == [ValueError, *[type(None)] * count]
