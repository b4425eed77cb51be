"""Messages a second through the engine, and how long an acknowledgement takes meanwhile.

    python -m bench.ingest [--count 8000] [--rate 500] [--seconds 60]

Beside them stands the bare limit: the same journal rows written in the same way with no engine
at work (group commit alone). SQLite, WAL, synchronous=FULL.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.company import messages, store_in
from bot.events import MessagePosted
from bot.serving import SWITCH, settle
from bot.wiring import Bot, assemble


def percentile(values: Sequence[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def engine_alone(folder: Path, events: Sequence[MessagePosted]) -> float:
    """Messages a second that the engine handles when they lie in the journal already."""
    store = store_in(folder)
    bot = assemble(store, [])
    asyncio.run(bot.inbox.take(events))
    start = time.perf_counter()
    while bot.engine.work():
        pass
    spent = time.perf_counter() - start
    store.db.dispose()
    return len(events) / spent


async def acknowledged(bot: Bot, events: Sequence[MessagePosted], rate: float) -> list[float]:
    """Seconds from each message's coming to its being on disk, at so many a second."""
    loop, begin, spent = asyncio.get_running_loop(), time.perf_counter(), []

    async def take(event: MessagePosted, due: float) -> None:
        await bot.inbox.take([event])
        spent.append(time.perf_counter() - due)

    tasks = []
    for number, event in enumerate(events):
        due = begin + number / rate
        wait = due - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        tasks.append(loop.create_task(take(event, due)))
    await asyncio.gather(*tasks)
    return spent


async def handling(bot: Bot, handled: list[int]) -> None:
    while True:
        turn = bot.taken.turn()
        count = await asyncio.to_thread(bot.engine.work)
        handled.append(count)
        if not count:
            await turn.wait(1.0)


async def together(
    bot: Bot, events: Sequence[MessagePosted], rate: float, *, engine: bool
) -> tuple[list[float], int]:
    handled: list[int] = []
    work = asyncio.create_task(handling(bot, handled)) if engine else None
    spent = await acknowledged(bot, events, rate)
    if work is not None:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
    return spent, sum(handled)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=8000)
    options.add_argument("--rate", type=float, default=500)
    options.add_argument("--seconds", type=float, default=60)
    args = options.parse_args()
    sys.setswitchinterval(SWITCH)
    settle()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("alone", "bare", "both"):
            (folder / part).mkdir()
        speed = engine_alone(folder / "alone", list(messages(args.count)))
        print(f"engine alone: {speed:,.0f} messages/s ({args.count:,} messages, 300 people)")
        events = list(messages(int(args.rate * args.seconds)))
        for part, engine in (("bare", False), ("both", True)):
            store = store_in(folder / part)
            bot = assemble(store, [])
            spent, handled = asyncio.run(together(bot, events, args.rate, engine=engine))
            store.db.dispose()
            p50, p99 = (percentile(spent, each) * 1000 for each in (0.5, 0.99))
            print(
                f"{'with the engine at work' if engine else 'bare group commit'}: "
                f"{args.rate:.0f}/s for {args.seconds:.0f} s, acknowledged p50 {p50:.1f} ms, "
                f"p99 {p99:.1f} ms, most {max(spent) * 1000:.0f} ms, handled {handled:,}"
            )


if __name__ == "__main__":
    main()
