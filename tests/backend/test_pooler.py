"""Behind a real PgBouncer that hands out its connections by the transaction."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from syntax_guard.backend import async_session_scope, extension, session_scope
from syntax_guard.backend import database as database_check

from .pgbouncer import pooled
from .postgres import Database
from .serving import DRIVERS, PATIENCE, engine_of
from .test_database import ask, read, show
from .test_startup import refused, waits

REQUESTS = 120
QUERY = text("SELECT count(*), CAST(:value AS text), CAST('[1,2]' AS json) FROM pg_class WHERE relname <> :value")


@pytest.fixture(scope="module")
def port(postgres: Any) -> Iterator[tuple[int, Database]]:
    database = postgres.new_database()
    with (
        tempfile.TemporaryDirectory(prefix="syntax-guard-pgbouncer-") as folder,
        pooled(database, Path(folder)) as port,
    ):
        yield port, database


def engine_behind(driver: str, port: tuple[int, Database], **options: Any) -> Any:
    return engine_of(driver, lambda name: port[1].url(name, port[0]), **options)


@pytest.mark.parametrize("driver", DRIVERS)
class TestBehindPgBouncer:
    def test_many_requests_at_a_time_all_succeed(self, driver: str, port: tuple[int, Database]) -> None:
        engine = engine_behind(driver, port, pooler="transaction", pool_size=60, max_overflow=60)
        if isinstance(engine, AsyncEngine):
            answers = asyncio.run(self.asynchronously(engine))
        else:

            def one(number: int) -> Any:
                with session_scope(engine) as session:
                    session.execute(QUERY, {"value": "x"})
                    return session.execute(QUERY, {"value": str(number)}).one()[1]

            with ThreadPoolExecutor(REQUESTS) as threads:
                answers = list(threads.map(one, range(REQUESTS)))
                answers += list(threads.map(one, range(REQUESTS)))
            engine.dispose()
        assert answers == [str(number) for number in range(REQUESTS)] * 2

    async def asynchronously(self, engine: AsyncEngine) -> list[Any]:
        async def one(number: int) -> Any:
            async with async_session_scope(engine) as session:
                await session.execute(QUERY, {"value": "x"})
                return (await session.execute(QUERY, {"value": str(number)})).one()[1]

        try:
            return [answer for _ in range(2) for answer in await asyncio.gather(*map(one, range(REQUESTS)))]
        finally:
            await engine.dispose()

    def test_the_checks_pass_many_at_a_time(self, driver: str, port: tuple[int, Database]) -> None:
        engine = engine_behind(driver, port, pooler="transaction")
        checks = [database_check(engine, name=f"database {number}", deadline=PATIENCE) for number in range(20)]
        assert read(*checks, extension(engine, "vector", deadline=PATIENCE), engine=engine) == []

    def test_a_statement_has_its_timeout_and_leaves_none_to_the_next_client(
        self, driver: str, port: tuple[int, Database]
    ) -> None:
        engine = engine_behind(driver, port, pooler="transaction", statement_timeout=300, application_name="shop")
        assert ask(engine, show("statement_timeout")) == "300ms"
        with pytest.raises(DBAPIError, match="timeout"):
            ask(engine, lambda connection: connection.execute(text("SELECT pg_sleep(20)")))
        plain = engine_behind(driver, port, pooler="transaction", statement_timeout=0)
        assert ask(plain, show("statement_timeout")) == "0"

    def test_without_being_told_the_start_is_refused_at_once_with_the_reason(
        self, driver: str, port: tuple[int, Database], caplog: pytest.LogCaptureFixture
    ) -> None:
        error = refused(database_check(engine_behind(driver, port), deadline=PATIENCE))
        assert "database: ProtocolViolation: " in error.message
        assert "unsupported startup parameter" in error.message
        assert waits(caplog) == []
