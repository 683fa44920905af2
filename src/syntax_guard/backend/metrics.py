"""Metrics for Prometheus: https://prometheus.io/docs/practices/naming/"""

from __future__ import annotations

import glob
import itertools
import os
import threading
import weakref
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.responses import Response
from starlette.routing import Route

from .pools import GuardedPool

if TYPE_CHECKING:
    from fastapi import APIRouter
    from sqlalchemy import Engine
    from starlette.requests import Request

    from .check import Reading
    from .checkup import Checkup


class _Instruments:
    """What one registry holds: a second application of the process uses the same."""

    def __init__(self, registry: CollectorRegistry) -> None:
        # Of several workers, the one that looked last counts. Each worker has pools of its own; they add up.
        self.healthy = Gauge(
            "syntax_guard_check_healthy", "1 if the check passed when last run, else 0", ["check"],
            registry=registry, multiprocess_mode="livemostrecent",
        )  # fmt: skip
        self.runs = Counter(
            "syntax_guard_check_runs", "Runs of the check by outcome", ["check", "outcome"], registry=registry
        )
        self.duration = Histogram(
            "syntax_guard_check_duration_seconds", "How long the check took", ["check"], registry=registry
        )
        self.checked, self.broken = (
            Gauge(
                f"syntax_guard_sources_{name}", text, ["check"],
                registry=registry, multiprocess_mode="livemostrecent",
            )
            for name, text in (("checked", "Source files looked at"), ("broken", "Source files that do not parse"))
        )  # fmt: skip
        self.pool = tuple(
            Gauge(f"syntax_guard_pool_{name}", text, ["pool"], registry=registry, multiprocess_mode="livesum")
            for name, text in (
                ("connections_in_use", "Connections that are checked out"),
                ("requests_waiting", "Callers that wait for a connection"),
                ("connections_overflow", "Connections open beyond the pool's size"),
                ("connections_limit", "Most connections that the pool opens, overflow included"),
            )
        )


_MADE: weakref.WeakKeyDictionary[CollectorRegistry, _Instruments] = weakref.WeakKeyDictionary()
_MAKING = threading.Lock()
_POOLS: dict[str, weakref.ref[Engine]] = {}
"""Labels that were given to engines without one of their own."""


def _free_name(engine: Engine) -> str:
    with _MAKING:
        for number in itertools.count(1):
            name = "main" if number == 1 else f"main {number}"
            other = _POOLS.get(name, lambda: None)()
            if other is None or other is engine:
                _POOLS[name] = weakref.ref(engine)
                return name
    raise AssertionError("numbers do not end")


class Metrics:
    """The instruments of a registry, Prometheus' own where none is given.

    Two applications in one process tell their pools apart by labels, and their checks by a registry for each. With
    ``PROMETHEUS_MULTIPROC_DIR`` set, before this is made, the values of all workers are one answer.
    """

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self.registry = registry
        with _MAKING:
            made = _MADE.get(registry)
            if made is None:
                made = _MADE[registry] = _Instruments(registry)
        self._healthy, self._runs, self._duration = made.healthy, made.runs, made.duration
        self._checked, self._broken = made.checked, made.broken
        self._in_use, self._waiting, self._overflow, self._limit = made.pool

    def observe(self, reading: Reading) -> None:
        """Take over one reading. This is a listener of ``Checkup``.

        Args:
            reading: What a run of a check said.
        """
        name = reading.check.name
        self._healthy.labels(name).set(int(reading.healthy))
        self._runs.labels(name, "pass" if reading.healthy else "fail").inc()
        self._duration.labels(name).observe(reading.seconds)
        for count, gauge in (("checked", self._checked), ("broken", self._broken)):
            if count in reading.counts:
                gauge.labels(name).set(reading.counts[count])

    def watch_pool(self, engine: Engine | AsyncEngine, pool: str | None = None) -> None:
        """Follow the pool of an engine.

        Args:
            engine: Made by ``create_engine`` or ``create_async_engine`` of this package.
            pool: Its label. Default: ``main`` for the first engine of this process, ``main 2`` for the next.

        Raises:
            TypeError: Another function made the engine, so its pool counts no waiters.
        """
        plain = engine.sync_engine if isinstance(engine, AsyncEngine) else engine
        name = pool or _free_name(plain)
        gauges = [gauge.labels(name) for gauge in (self._in_use, self._waiting, self._overflow, self._limit)]
        # One thread at a time: the last values are the newest. The garbage collector may call this within itself.
        telling = threading.RLock()

        def follow() -> None:
            now = plain.pool  # another one after engine.dispose()
            if isinstance(now, GuardedPool):
                with telling:
                    for gauge, count in zip(gauges, now.counts(), strict=True):
                        gauge.set(count)

        if not isinstance(plain.pool, GuardedPool):
            raise TypeError("its pool counts no waiters: make the engine with syntax_guard.backend.create_engine")
        plain.pool.on_change = follow
        follow()

    def routes(self, checkup: Checkup | None = None, path: str = "/metrics") -> list[Route]:
        """Make a route to put before all others: ``app.router.routes[:0] = metrics.routes(checkup)``.

        Args:
            checkup: Checks that a scrape asks first, within their deadlines. So the metrics are true even where no
                probe asks
                for health. It shares what ``/health`` knows.
            path: The path of the route.

        Returns:
            A list with the route.
        """
        scrape = self._scrape(checkup)

        async def metrics(_: Request) -> Response:
            return await scrape()

        return [Route(path, metrics)]

    def _scrape(self, checkup: Checkup | None) -> Callable[[], Awaitable[Response]]:
        if checkup is not None and self.observe not in checkup.listeners:
            checkup.listeners.append(self.observe)

        async def scrape() -> Response:
            if checkup is not None:
                await checkup.readings()
            return Response(self.exposition(), headers={"Content-Type": CONTENT_TYPE_LATEST})

        return scrape

    def exposition(self) -> bytes:
        """Render everything in the registry, or of all workers in multiprocess mode.

        Returns:
            The text that Prometheus reads.
        """
        folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
        if folder is None:
            return generate_latest(self.registry)
        _forget_the_dead(folder)
        together = CollectorRegistry()
        MultiProcessCollector(together, folder)  # type: ignore[no-untyped-call]
        return generate_latest(together)


def metrics_router(metrics: Metrics, checkup: Checkup | None = None, path: str = "/metrics") -> APIRouter:
    """Make ``metrics.routes`` an ``APIRouter`` of FastAPI. Its ``include_router`` can add a prefix and dependencies.

    Args:
        metrics: The metrics to show.
        checkup: As for ``Metrics.routes``.
        path: The path of the route.

    Returns:
        The router.
    """
    from fastapi import APIRouter

    router = APIRouter()
    scrape = metrics._scrape(checkup)  # noqa: SLF001 - of this module
    router.add_api_route(path, scrape, methods=["GET", "HEAD"], include_in_schema=False, response_model=None)
    return router


def _forget_the_dead(folder: str) -> None:
    """Drop the live gauges of workers that ended without saying so, killed for instance."""
    for path in glob.glob(os.path.join(glob.escape(folder), "gauge_live*_*.db")):
        pid = int(path.rpartition("_")[2].removesuffix(".db"))
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            mark_process_dead(pid, folder)  # type: ignore[no-untyped-call]
        except PermissionError:
            pass  # alive, and another user's
