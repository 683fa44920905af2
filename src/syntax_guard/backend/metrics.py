"""Metrics for Prometheus: https://prometheus.io/docs/practices/naming/"""

from __future__ import annotations

import glob
import os
import threading
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

from .database import GuardedPool

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from starlette.requests import Request

    from .check import Reading
    from .checkup import Checkup


class Metrics:
    """The instruments; one of these a process and registry.

    With ``PROMETHEUS_MULTIPROC_DIR`` set, before this is made, the values of all workers are one answer.
    """

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self.registry = registry
        # Of several workers the one that looked last knows best; pools are each worker's own and add up.
        self._healthy = Gauge(
            "syntax_guard_check_healthy", "1 if the check passed when last run, else 0", ["check"],
            registry=registry, multiprocess_mode="livemostrecent",
        )  # fmt: skip
        self._runs = Counter(
            "syntax_guard_check_runs", "Runs of the check by outcome", ["check", "outcome"], registry=registry
        )
        self._duration = Histogram(
            "syntax_guard_check_duration_seconds", "How long the check took", ["check"], registry=registry
        )
        self._checked, self._broken = (
            Gauge(
                f"syntax_guard_sources_{name}", text, ["check"],
                registry=registry, multiprocess_mode="livemostrecent",
            )
            for name, text in (("checked", "Source files looked at"), ("broken", "Source files that do not parse"))
        )  # fmt: skip
        self._in_use, self._waiting, self._overflow, self._limit = (
            Gauge(f"syntax_guard_pool_{name}", text, ["pool"], registry=registry, multiprocess_mode="livesum")
            for name, text in (
                ("connections_in_use", "Connections that are checked out"),
                ("requests_waiting", "Callers that wait for a connection"),
                ("connections_overflow", "Connections open beyond the pool's size"),
                ("connections_limit", "Most connections that the pool opens, overflow included"),
            )
        )

    def observe(self, reading: Reading) -> None:
        """Take over one reading; a listener of ``Checkup``."""
        name = reading.check.name
        self._healthy.labels(name).set(int(reading.healthy))
        self._runs.labels(name, "pass" if reading.healthy else "fail").inc()
        self._duration.labels(name).observe(reading.seconds)
        for count, gauge in (("checked", self._checked), ("broken", self._broken)):
            if count in reading.counts:
                gauge.labels(name).set(reading.counts[count])

    def watch_pool(self, engine: Engine | AsyncEngine, pool: str = "main") -> None:
        """Follow the pool of an engine made by ``create_engine`` or ``create_async_engine`` of this package."""
        plain = engine.sync_engine if isinstance(engine, AsyncEngine) else engine
        gauges = [gauge.labels(pool) for gauge in (self._in_use, self._waiting, self._overflow, self._limit)]

        # The last to tell is the last to have looked. The garbage collector may return a connection in the midst of it.
        telling = threading.RLock()

        def follow() -> None:
            now = plain.pool  # another one after engine.dispose()
            if isinstance(now, GuardedPool):
                most = now.size() + max(now._max_overflow, 0)  # noqa: SLF001 - no public name
                with telling:
                    counts = (now.checkedout(), now.waiting, max(now.overflow(), 0), most)
                    for gauge, count in zip(gauges, counts, strict=True):
                        gauge.set(count)

        if not isinstance(plain.pool, GuardedPool):
            raise TypeError("its pool counts no waiters: make the engine with syntax_guard.backend.create_engine")
        plain.pool.on_change = follow
        follow()

    def routes(self, checkup: Checkup | None = None, path: str = "/metrics") -> list[Route]:
        """A route for ``application.router.routes``.

        With ``checkup``, a scrape asks the checks first (within their deadlines, sharing what ``/health`` knows), so
        that what it says is true even where nobody asks for health.
        """
        if checkup is not None:
            checkup.listeners.append(self.observe)

        async def metrics(_: Request) -> Response:
            if checkup is not None:
                await checkup.readings()
            return Response(self.exposition(), headers={"Content-Type": CONTENT_TYPE_LATEST})

        return [Route(path, metrics)]

    def exposition(self) -> bytes:
        """Everything in the registry, or of all workers in multiprocess mode, as Prometheus reads it."""
        folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
        if folder is None:
            return generate_latest(self.registry)
        _forget_the_dead(folder)
        together = CollectorRegistry()
        MultiProcessCollector(together, folder)  # type: ignore[no-untyped-call]
        return generate_latest(together)


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
