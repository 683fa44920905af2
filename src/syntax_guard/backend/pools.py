"""Pools whose counts are known: connections in use and open, and callers that wait for one."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Any, NamedTuple, cast

from sqlalchemy import event
from sqlalchemy.pool import AsyncAdaptedQueuePool, PoolProxiedConnection, QueuePool


class PoolCounts(NamedTuple):
    """What a pool holds at one moment."""

    in_use: int
    waiting: int
    overflow: int
    limit: float
    """Most connections that it opens, overflow included; infinite where there is no limit."""


class GuardedPool(QueuePool):
    """A pool that knows how many callers wait for a connection, and tells when its counts change."""

    def __init__(self, creator: Any, pool_size: int = 5, max_overflow: int = 10, **options: Any) -> None:
        super().__init__(creator, pool_size=pool_size, max_overflow=max_overflow, **options)
        self.limit = math.inf if max_overflow < 0 or pool_size == 0 else pool_size + max_overflow
        self.on_change: Callable[[], None] = lambda: None
        self._waiting = 0
        self._in_use: set[int] = set()
        self._open: set[int] = set()
        self._counting = threading.RLock()  # the garbage collector may return a connection in the middle of it
        # Each event comes before the pool's own counts change, so these are counts of their own.
        event.listen(self, "connect", lambda _, record: self._count(self._open.add, id(record)))
        event.listen(self, "close", lambda _, record: self._count(self._open.discard, id(record)))
        event.listen(self, "checkout", lambda _, record, __: self._count(self._in_use.add, id(record)))
        event.listen(self, "checkin", lambda _, record: self._count(self._in_use.discard, id(record)))
        event.listen(self, "detach", lambda _, record: self._count(self._forget, id(record)))

    def counts(self) -> PoolCounts:
        """What it holds now."""
        with self._counting:
            overflow = 0 if self.size() == 0 else max(0, len(self._open) - self.size())
            return PoolCounts(len(self._in_use), self._waiting, overflow, self.limit)

    def connect(self) -> PoolProxiedConnection:
        """Hand out a connection; the wait for it is counted."""
        self._wait(1)
        try:
            return super().connect()
        finally:
            self._wait(-1)

    def recreate(self) -> GuardedPool:
        """Make the pool that follows this one after ``engine.dispose()``."""
        again = cast("GuardedPool", super().recreate())
        again.on_change = self.on_change
        return again

    def _count(self, change: Callable[[int], None], record: int) -> None:
        with self._counting:
            change(record)
        self.on_change()

    def _forget(self, record: int) -> None:
        self._in_use.discard(record)
        self._open.discard(record)

    def _wait(self, change: int) -> None:
        with self._counting:
            self._waiting += change
        self.on_change()


class GuardedAsyncPool(GuardedPool, AsyncAdaptedQueuePool):
    """The same, with waiting that leaves the event loop free."""
