"""Event loops without threads, so that the same seed is the same story to the last byte."""

import asyncio
import os
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from threading import current_thread, main_thread
from typing import Any, TypeVar

T = TypeVar("T")


class AtOnce(ThreadPoolExecutor):
    """Runs what it is given where it is given."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except BaseException as error:
            done.set_exception(error)
        return done


def loop() -> asyncio.AbstractEventLoop:
    made = asyncio.new_event_loop()
    made.set_default_executor(AtOnce(1))
    return made


def run(work: Coroutine[Any, Any, T]) -> T:
    """As asyncio.run, in one loop for all that the main thread runs: to make one takes long."""
    if current_thread() is not main_thread():
        with asyncio.Runner(loop_factory=loop) as runner:
            return runner.run(work)
    one = _ours.get(os.getpid()) or _ours.setdefault(os.getpid(), loop())  # a fork has its own
    try:
        return one.run_until_complete(work)
    finally:
        _end(one)


def _end(one: asyncio.AbstractEventLoop) -> None:
    """Whatever is left running is cancelled, as asyncio.run does."""
    left = asyncio.all_tasks(one)
    for task in left:
        task.cancel()
    if left:
        one.run_until_complete(asyncio.gather(*left, return_exceptions=True))


_ours: dict[int, asyncio.AbstractEventLoop] = {}
