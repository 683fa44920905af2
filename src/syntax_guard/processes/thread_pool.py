"""Blocking calls side by side."""

from __future__ import annotations

import os
import threading
from queue import Empty, Queue, SimpleQueue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeVar

    T = TypeVar("T")
    R = TypeVar("R")

AHEAD = 2
"""Items a thread that are taken from the iterable before they are needed."""

_WAKE_SECONDS = 0.2 if os.name == "nt" else None
"""How long a wait lasts at most: on Windows, no signal reaches a thread that waits for another."""


def taken(queue: Queue[T] | SimpleQueue[T]) -> T:
    """The next item of `queue`, for a thread that signals have to reach while it waits."""
    while True:
        try:
            return queue.get(timeout=_WAKE_SECONDS)
        except Empty:
            pass


def each(call: Callable[[T], R], items: Iterable[T], threads: int) -> Iterator[R]:
    """Yield ``call(item)`` for each of `items`, as they are done, from so many daemon `threads`.

    Items are taken lazily, in this thread. Unlike ``concurrent.futures``, whose import costs three times as much,
    nothing waits for the threads when the iterator is closed. An exception of `call` is raised here. Where the system
    grants fewer threads, fewer do it; where it grants none, this one does.
    """
    tasks: Queue[T | None] = Queue()
    results: SimpleQueue[tuple[R | None, BaseException | None]] = SimpleQueue()

    def work() -> None:
        while (item := tasks.get()) is not None:
            try:
                results.put((call(item), None))
            except BaseException as error:  # noqa: BLE001 - raised again in the thread that asked
                results.put((None, error))

    running: list[threading.Thread] = []
    waiting = 0
    try:
        for item in items:
            if len(running) < threads:
                thread = threading.Thread(target=work, daemon=True)
                try:
                    thread.start()
                    running.append(thread)
                except RuntimeError:  # none is left
                    threads = len(running)
            if not threads:
                yield call(item)
                continue
            tasks.put(item)
            waiting += 1
            while waiting >= threads * AHEAD:
                yield _result(results)
                waiting -= 1
        while waiting:
            yield _result(results)
            waiting -= 1
    finally:
        for _ in running:
            tasks.put(None)


def _result(results: SimpleQueue[tuple[R | None, BaseException | None]]) -> R:
    result, error = taken(results)
    if error is not None:
        raise error
    return result  # type: ignore[return-value]
