"""Applications on a real server in this process, and clients that look for secrets in every reply."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib.util import find_spec
from typing import Any

import httpx
import uvicorn
from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from syntax_guard.backend import Check, Checkup, create_async_engine, create_engine, guarded_lifespan, health_routes

from .postgres import SECRETS

PATIENCE = 30.0
"""Seconds within which a thing that must happen has happened; never the measure of how fast."""

DRIVERS = ("psycopg", "psycopg async", "asyncpg", *(["psycopg2"] if find_spec("psycopg2") else []))


def engine_of(driver: str, url: Callable[[str], str], **options: Any) -> Engine | AsyncEngine:
    """An engine of one of ``DRIVERS``; ``url`` gives the URL of a driver."""
    if driver in ("psycopg", "psycopg2"):
        return create_engine(url(driver), **options)
    return create_async_engine(url(driver.removesuffix(" async")), **options)


def application(checkup: Checkup, engine: Engine | AsyncEngine, *routes: BaseRoute, gate: bool = False) -> Starlette:
    """Health with details, and an end that closes the engine."""

    @asynccontextmanager
    async def own(_: Starlette) -> AsyncIterator[None]:
        yield
        if isinstance(engine, AsyncEngine):
            await engine.dispose()
        else:
            engine.dispose()

    return Starlette(
        routes=[*health_routes(checkup, details=True), *routes],
        lifespan=guarded_lifespan(checkup if gate else Checkup(Check("none", lambda: None)), own),
    )


class Client(httpx.Client):
    """Asserts of every reply that no secret is in it."""

    def send(self, *arguments: Any, **options: Any) -> httpx.Response:
        reply = super().send(*arguments, **options)
        for secret in SECRETS:
            assert secret not in reply.text, f"{secret} in {reply.text}"
        return reply

    def faults(self, path: str = "/health") -> dict[str, list[str]]:
        """Component -> error types, of what fails."""
        checks = self.get(path).json()["checks"]
        failing = {
            key.removesuffix(":responseTime"): [node["errorType"] for node in nodes if node["status"] == "fail"]
            for key, nodes in checks.items()
        }
        return {name: errors for name, errors in failing.items() if errors}


@contextmanager
def served(app: Any) -> Iterator[Client]:
    """The application behind uvicorn on the loopback, in a thread."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="on", log_level="error"))
    thread = threading.Thread(target=server.run, name="uvicorn under test")
    thread.start()
    try:
        wait_until(lambda: server.started or not thread.is_alive())
        assert server.started, "the application did not start"
        port = server.servers[0].sockets[0].getsockname()[1]
        with Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(PATIENCE)


def wait_until(happened: Callable[[], object]) -> None:
    """Return once it is true; fail after ``PATIENCE``."""
    give_up = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < give_up, "it did not happen"
        time.sleep(0.05)
