"""Blocking calls side by side."""

from __future__ import annotations

import threading
from queue import Queue, SimpleQueue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeVar

    T = TypeVar("T")
    R = TypeVar("R")

AHEAD = 2
"""Items a thread that are taken from the iterable before they are needed."""


def each(call: Callable[[T], R], items: Iterable[T], threads: int) -> Iterator[R]:
    """Yield ``call(item)`` for each of `items`, as they are done, from so many daemon `threads`.

    Items are taken lazily, in this thread. Unlike ``concurrent.futures``, whose import costs three times as much,
    nothing waits for the threads when the iterator is closed. An exception of `call` is raised here.
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
                running.append(threading.Thread(target=work, daemon=True))
                running[-1].start()
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
    result, error = results.get()
    if error is not None:
        raise error
    return result  # type: ignore[return-value]
