"""Blocking calls side by side, whose results come in the order in which the calls were put in."""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import Generic, TypeVar

from .thread_pool import taken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    Outcome: TypeAlias = "tuple[R | None, BaseException | None]"

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 2
"""Calls a thread that may wait or run before their results are taken: a thread that is done has its next at once."""


class InOrder(Generic[T, R]):
    """``call(item)`` for each item that is `put`, in so many daemon `threads`; `get` the results in the same order.

    One thread may put while another gets. Nothing waits for the threads when it is closed.
    """

    def __init__(self, call: Callable[[T], R], threads: int) -> None:
        self._call = call
        self._threads = threads
        self._running = 0
        self._room = threading.Semaphore(threads * AHEAD)
        self._tasks: SimpleQueue[tuple[T, SimpleQueue[Outcome[R]]] | None] = SimpleQueue()
        self._results: SimpleQueue[SimpleQueue[Outcome[R]] | None] = SimpleQueue()

    def put(self, item: T) -> None:
        """Have `item` dealt with. This waits while `AHEAD` items for each thread are not taken yet."""
        self._room.acquire()
        result: SimpleQueue[Outcome[R]] = SimpleQueue()
        self._results.put(result)
        if self._running < self._threads:
            try:
                threading.Thread(target=self._work, daemon=True).start()
                self._running += 1
            except RuntimeError:  # none is left
                self._threads = self._running
        if self._running:
            self._tasks.put((item, result))
        else:
            result.put(self._outcome(item))

    def end(self, error: BaseException | None = None) -> None:
        """Say that no more is put in; `get` raises `error` after the last result, if there is one."""
        if error is not None:
            last: SimpleQueue[Outcome[R]] = SimpleQueue()
            last.put((None, error))
            self._results.put(last)
        self._results.put(None)

    def get(self) -> R | None:
        """Return the next result, as soon as it is there; None after the last. Raises what the call raised."""
        waiting = taken(self._results)
        if waiting is None:
            return None
        result, error = taken(waiting)
        self._room.release()
        if error is not None:
            raise error
        return result

    def close(self) -> None:
        """Have every thread end as soon as its call returns. Once is enough."""
        for _ in range(self._running):
            self._tasks.put(None)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            item, result = task
            result.put(self._outcome(item))
            del task, item, result  # a thread that waits holds on to nothing

    def _outcome(self, item: T) -> Outcome[R]:
        try:
            return self._call(item), None
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that gets
            return None, error
