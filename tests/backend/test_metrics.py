"""Metrics as Prometheus reads them: one process here, several in ``test_servers``."""

from __future__ import annotations

import asyncio
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import create_engine as plain_create_engine
from sqlalchemy import text
from starlette.applications import Starlette

from syntax_guard.backend import Check, CheckError, Checkup, Fault, Metrics, create_async_engine, create_engine
from syntax_guard.backend import database as database_check

from .postgres import Database
from .serving import served


def values(exposition: str) -> dict[tuple[str, ...], float]:
    """``(name, label values …)`` -> value, read by the client's own parser."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(exposition)
        for sample in family.samples
    }


def scraped(metrics: Metrics) -> dict[tuple[str, ...], float]:
    return values(metrics.exposition().decode())


@pytest.fixture
def metrics(monkeypatch: pytest.MonkeyPatch) -> Metrics:
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    return Metrics(CollectorRegistry())


def test_a_scrape_asks_the_checks_and_tells_outcome_duration_and_sources(metrics: Metrics) -> None:
    def broken() -> None:
        raise CheckError(Fault("SyntaxError", "bad"), counts={"checked": 7, "broken": 1})

    checkup = Checkup(Check("database", lambda: None), Check("sources", broken), memory=0)
    with served(Starlette(routes=metrics.routes(checkup))) as client:
        client.get("/metrics")
        reply = client.get("/metrics")
    seen = values(reply.text)
    assert reply.headers["content-type"].startswith("text/plain; version=")
    assert seen["syntax_guard_check_healthy", "database"] == 1
    assert seen["syntax_guard_check_healthy", "sources"] == 0
    assert seen["syntax_guard_check_runs_total", "database", "pass"] == 2
    assert seen["syntax_guard_check_runs_total", "sources", "fail"] == 2
    assert seen["syntax_guard_check_duration_seconds_count", "database"] == 2
    assert seen["syntax_guard_sources_checked", "sources"] == 7
    assert seen["syntax_guard_sources_broken", "sources"] == 1


def pool(metrics: Metrics) -> tuple[float, ...]:
    seen = scraped(metrics)
    names = ("connections_in_use", "connections_overflow", "requests_waiting", "connections_limit")
    return tuple(seen[f"syntax_guard_pool_{name}", "main"] for name in names)


def test_a_pool_is_followed(metrics: Metrics, database: Database) -> None:
    engine = create_engine(database.url(), pool_size=1, max_overflow=1, pool_timeout=0.05)
    metrics.watch_pool(engine, "main")
    assert pool(metrics) == (0, 0, 0, 2)
    with engine.connect():
        assert pool(metrics) == (1, 0, 0, 2)
        with engine.connect():
            assert pool(metrics) == (2, 1, 0, 2)
    assert pool(metrics) == (0, 0, 0, 2)
    engine.dispose()
    with engine.connect():
        assert pool(metrics) == (1, 0, 0, 2)
    engine.dispose()


def test_callers_that_wait_are_counted(metrics: Metrics, database: Database) -> None:
    async def whole() -> tuple[float, ...]:
        engine = create_async_engine(database.url(), pool_size=1, max_overflow=0)
        metrics.watch_pool(engine, "main")

        async def use() -> None:
            async with engine.connect() as connection:
                await connection.execute(text("SELECT 1"))

        async with engine.connect():
            waiting = [asyncio.create_task(use()) for _ in range(3)]
            await asyncio.sleep(0.1)
            during = pool(metrics)
        await asyncio.gather(*waiting)
        await engine.dispose()
        return during

    assert asyncio.run(whole()) == (1, 0, 3, 1)
    assert pool(metrics)[2] == 0


def test_a_connection_that_breaks_or_is_detached_is_counted_no_more(metrics: Metrics, database: Database) -> None:
    engine = create_engine(database.url(), pool_size=1, max_overflow=1)
    metrics.watch_pool(engine, "main")
    with engine.connect() as broken, engine.connect() as detached:
        detached.detach()
        assert pool(metrics)[:2] == (1, 0)
        broken.invalidate()
        assert pool(metrics)[:2] == (0, 0)
    assert pool(metrics)[:2] == (0, 0)
    engine.dispose()


@pytest.mark.parametrize("options", [{"max_overflow": -1}, {"pool_size": 0}], ids=str)
def test_a_pool_without_a_limit_is_never_exhausted(metrics: Metrics, database: Database, options: Any) -> None:
    engine = create_engine(database.url(), **options)
    metrics.watch_pool(engine, "main")
    with engine.connect():
        assert pool(metrics)[3] == math.inf
        overdue = database_check(engine).overdue
        assert overdue is not None
        assert overdue() is None
    engine.dispose()


def test_two_applications_of_one_process_tell_their_pools_apart(
    monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    registry = CollectorRegistry()
    engines = [create_engine(database.url(), pool_size=size, max_overflow=0) for size in (3, 4)]
    for engine in engines:
        Metrics(registry).watch_pool(engine)
        Metrics(registry).watch_pool(engine)
    limits = [value for name, value in scraped(Metrics(registry)).items() if name[0].endswith("connections_limit")]
    assert sorted(limits) == [3, 4]


def test_a_pool_that_counts_nobody_is_refused(metrics: Metrics, database: Database) -> None:
    with pytest.raises(TypeError, match="create_engine"):
        metrics.watch_pool(plain_create_engine(database.url()))


WORKER = """
import sys
from prometheus_client import CollectorRegistry
from syntax_guard.backend import Check, Metrics, Reading
from datetime import datetime, timezone
metrics = Metrics(CollectorRegistry())
metrics.observe(Reading(Check("database", print), datetime.now(timezone.utc), 0.1))
metrics._in_use.labels("main").set(3)
print("ready", flush=True)
sys.stdin.read()
"""


def test_workers_add_up_and_a_dead_one_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    workers = [
        subprocess.Popen([sys.executable, "-c", WORKER], env=environment, stdin=-1, stdout=-1, text=True)
        for _ in range(2)
    ]
    try:
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"
        reader: Any = Metrics.__new__(Metrics)
        seen = scraped(reader)
        assert seen["syntax_guard_check_runs_total", "database", "pass"] == 2
        assert seen["syntax_guard_pool_connections_in_use", "main"] == 6
        workers[0].kill()
        workers[0].wait(30)
        seen = scraped(reader)
        assert seen["syntax_guard_check_runs_total", "database", "pass"] == 2  # what happened stays
        assert seen["syntax_guard_pool_connections_in_use", "main"] == 3  # what is, does not
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()
