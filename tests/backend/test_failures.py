"""Against a real PostgreSQL: what each failure looks like from outside, and that it passes without a restart.

Every client here asserts that no reply holds a host, a user, a password or a URL.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from syntax_guard.backend import Check, Checkup, database, extension

from .postgres import Database
from .serving import DRIVERS, PATIENCE, Client, application, engine_of, served, wait_until

DEADLINE = 0.5
pytestmark = pytest.mark.parametrize("driver", DRIVERS)


class Case:
    """An application on a database, with what the tests do to both."""

    def __init__(self, driver: str, db: Database, *, deadline: float = DEADLINE, **options: Any) -> None:
        port = options.pop("port", None)
        self.engine = engine_of(driver, lambda name: db.url(name, port), **options)
        self.held: list[Any] = []
        self.checkup = Checkup(
            database(self.engine, deadline=deadline), extension(self.engine, "vector", deadline=deadline), memory=0.05
        )

    def app(self, *checks: Check) -> Any:
        checkup = Checkup(*self.checkup.checks, *checks, memory=0.05) if checks else self.checkup
        return application(checkup, self.engine, Route("/hold", self.hold), Route("/release", self.release))

    async def hold(self, _: Request) -> Response:
        if isinstance(self.engine, AsyncEngine):
            self.held.append(await self.engine.connect())
        else:
            self.held.append(self.engine.connect())
        return PlainTextResponse("held")

    async def release(self, _: Request) -> Response:
        while self.held:
            closing = self.held.pop().close()
            if closing is not None:
                await closing
        return PlainTextResponse("released")

    def slow_check(self) -> Check:
        """A check whose statement takes longer than anybody waits."""
        statement = text("SELECT pg_sleep(60)")
        engine = self.engine
        if isinstance(engine, AsyncEngine):

            async def ask_async() -> None:
                async with engine.connect() as connection:
                    await connection.execute(statement)

            return Check("slow", ask_async, PATIENCE)

        def ask() -> None:
            with engine.connect() as connection:
                connection.execute(statement)

        return Check("slow", ask, PATIENCE)


def is_healthy(client: Client) -> bool:
    return client.get("/health").status_code == 200


def answers_in_time(client: Client, path: str = "/health") -> int:
    """The status; no request waits past its deadline, with room for a busy machine but none for a connect timeout."""
    began = time.monotonic()
    status = client.get(path).status_code
    assert time.monotonic() - began < DEADLINE + 4
    return status


def test_a_database_that_answers_is_healthy(driver: str, database: Database) -> None:
    with served(Case(driver, database, deadline=PATIENCE).app()) as client:
        reply = client.get("/health")
    assert reply.status_code == 200
    assert reply.json()["status"] == "pass"
    assert set(reply.json()["checks"]) == {"database:responseTime", "extension vector:responseTime"}


def test_a_database_that_stops_turns_health_red_and_one_that_starts_turns_it_green(
    driver: str, database: Database
) -> None:
    with served(Case(driver, database).app()) as client:
        wait_until(lambda: is_healthy(client))
        database.server.stop()
        try:
            wait_until(lambda: answers_in_time(client) == 503)
            assert answers_in_time(client, "/health/ready") == 503
            assert answers_in_time(client, "/health/live") == 200
            assert set(client.faults()) == {"database", "extension vector"}
        finally:
            database.server.start()
        wait_until(lambda: is_healthy(client))


def test_an_extension_that_is_dropped_is_missed(driver: str, own_database: Database) -> None:
    with served(Case(driver, own_database).app()) as client:
        wait_until(lambda: is_healthy(client))
        own_database.ask("DROP EXTENSION vector")
        wait_until(lambda: answers_in_time(client) == 503)
        assert client.faults() == {"extension vector": ["ExtensionNotInstalled"]}
        own_database.ask("CREATE EXTENSION vector")
        wait_until(lambda: is_healthy(client))


def test_a_pool_that_is_exhausted_is_named_and_does_not_hold_up_a_request(driver: str, database: Database) -> None:
    case = Case(driver, database, pool_size=1, max_overflow=1)
    with served(case.app()) as client:
        client.get("/hold"), client.get("/hold")
        assert answers_in_time(client) == 503
        assert client.faults()["database"] == ["PoolExhausted"]
        assert answers_in_time(client, "/health/live") == 200
        client.get("/release")
        wait_until(lambda: is_healthy(client))


def test_a_statement_past_its_timeout_is_cut_off_by_the_server(driver: str, database: Database) -> None:
    case = Case(driver, database, deadline=PATIENCE, statement_timeout=2000)  # a busy machine answers SELECT 1 in that
    with served(case.app(case.slow_check())) as client:
        assert client.faults() == {"slow": ["QueryCanceledError" if driver == "asyncpg" else "QueryCanceled"]}


def test_a_connection_that_is_terminated_fails_its_own_statement_only(driver: str, database: Database) -> None:
    case = Case(driver, database, deadline=PATIENCE)
    with served(case.app(case.slow_check())) as client:
        statuses: list[dict[str, list[str]]] = []
        asking = threading.Thread(target=lambda: statuses.append(client.faults()))
        asking.start()
        wait_until(lambda: database.ask("SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'"))
        database.terminate_backends()
        asking.join(PATIENCE)
        (faults,) = statuses
        assert set(faults) == {"slow"}
        assert client.get("/health/live").status_code == 200


def test_a_pooled_connection_that_is_terminated_is_replaced_unseen(driver: str, database: Database) -> None:
    with served(Case(driver, database, deadline=PATIENCE).app()) as client:
        assert is_healthy(client)
        database.terminate_backends()
        time.sleep(0.1)  # longer than the memory
        assert is_healthy(client)


def test_a_server_that_freezes_is_waited_for_until_the_deadline_by_everybody_together(
    driver: str, database: Database
) -> None:
    with served(Case(driver, database).app()) as client:
        wait_until(lambda: is_healthy(client))
        with database.frozen():
            time.sleep(0.1)  # longer than the memory
            assert answers_in_time(client) == 503
            threads = threading.active_count()
            for _ in range(10):
                assert answers_in_time(client) == 503
            assert threading.active_count() <= threads
            assert answers_in_time(client, "/health/live") == 200
        wait_until(lambda: is_healthy(client))


@pytest.fixture
def black_hole() -> Iterator[int]:
    """A port that completes every TCP handshake and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(512)
        yield listening.getsockname()[1]


def test_a_port_that_accepts_and_never_answers_holds_up_nobody(
    driver: str, database: Database, black_hole: int
) -> None:
    case = Case(driver, database, port=black_hole, connect_timeout=3)
    with served(case.app()) as client:
        assert answers_in_time(client) == 503
        threads = threading.active_count()
        for _ in range(20):
            assert answers_in_time(client) == 503
        assert threading.active_count() <= threads
        assert answers_in_time(client, "/health/live") == 200
        assert client.faults()["database"]
