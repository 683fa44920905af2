"""Sessions end with what they were opened for, whatever happens there."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import Engine, text
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import Response

from syntax_guard.backend import (
    async_session_factory,
    async_session_scope,
    create_async_engine,
    create_engine,
    session_dependency,
    session_factory,
    session_scope,
)

from .postgres import Database
from .serving import DRIVERS, engine_of, wait_until

INSERT = text("INSERT INTO kept VALUES (1)")
REQUESTS = 2000
QUICK = {("psycopg", "dependency"), ("asyncpg", "middleware")}


@pytest.fixture
def table(own_database: Database) -> Database:
    """A database with an empty table."""
    own_database.ask("CREATE TABLE kept (n int)")
    own_database.ask("GRANT ALL ON kept TO PUBLIC")
    return own_database


@pytest.fixture
def engine(table: Database) -> Iterator[Engine]:
    engine = create_engine(table.url())
    yield engine
    engine.dispose()


def test_a_scope_commits(engine: Engine, table: Database) -> None:
    with session_scope(engine) as session:
        session.execute(INSERT)
    assert len(table.ask("SELECT * FROM kept")) == 1


@pytest.mark.parametrize("error", [ValueError(), KeyboardInterrupt(), GeneratorExit()], ids=repr)
def test_a_scope_rolls_back_and_closes_on_an_error(engine: Engine, table: Database, error: BaseException) -> None:
    def fail() -> None:
        with session_scope(engine) as session:
            session.execute(INSERT)
            raise error

    with pytest.raises(type(error)):
        fail()
    assert table.ask("SELECT * FROM kept") == []
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def run(driver: str, table: Database, use: Callable[[AsyncEngine], Awaitable[None]]) -> None:
    async def whole() -> None:
        engine = create_async_engine(table.url(driver))
        try:
            await use(engine)
            assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        finally:
            await engine.dispose()

    asyncio.run(whole())


@pytest.mark.parametrize("driver", ["psycopg", "asyncpg"])
class TestAnAsyncScope:
    def test_commits(self, driver: str, table: Database) -> None:
        async def use(engine: AsyncEngine) -> None:
            async with async_session_scope(engine) as session:
                await session.execute(INSERT)

        run(driver, table, use)
        assert len(table.ask("SELECT * FROM kept")) == 1

    def test_rolls_back_on_an_error(self, driver: str, table: Database) -> None:
        async def use(engine: AsyncEngine) -> None:
            async def fail() -> None:
                async with async_session_scope(engine) as session:
                    await session.execute(INSERT)
                    raise ValueError("after the insert")

            with pytest.raises(ValueError, match="after"):
                await fail()

        run(driver, table, use)
        assert table.ask("SELECT * FROM kept") == []

    def test_rolls_back_when_it_is_cancelled_again_and_again(self, driver: str, table: Database) -> None:
        """As anyio does to a request whose client has gone: each await of the clean-up is cancelled as well."""

        async def use(engine: AsyncEngine) -> None:
            inserted = asyncio.Event()

            async def work() -> None:
                async with async_session_scope(engine) as session:
                    await session.execute(INSERT)
                    inserted.set()
                    await asyncio.sleep(60)

            task = asyncio.create_task(work())
            await inserted.wait()  # a query that is interrupted costs psycopg its connection: another matter
            backends = table.backends()
            while not task.done():
                task.cancel()
                await asyncio.sleep(0)
            for _ in range(100):
                if engine.pool.checkedout() == 0 and table.in_transaction() == 0:  # type: ignore[attr-defined]
                    break
                await asyncio.sleep(0.05)
            else:
                pytest.fail("the session was not closed")
            assert table.backends() == backends, "the connection went back whole, and was not dropped"

        run(driver, table, use)
        assert table.ask("SELECT * FROM kept") == []


def with_dependency(engine: Any) -> FastAPI:
    """Routes that fail in each way a route can, inside a session that has written."""
    application = FastAPI()
    opened = Depends(session_dependency(engine))
    if isinstance(engine, AsyncEngine):

        @application.get("/{number}")
        async def fail_async(number: int, session: Any = opened) -> None:
            await session.execute(INSERT)
            raise HTTPException(418) if number % 2 else RuntimeError("on purpose")

    else:

        @application.get("/{number}")
        def fail(number: int, session: Any = opened) -> None:
            session.execute(INSERT)
            raise HTTPException(418) if number % 2 else RuntimeError("on purpose")

    return application


def with_middleware(engine: Any) -> FastAPI:
    """A middleware that opens a scope around a route that fails."""
    application = FastAPI()

    async def in_scope(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        if isinstance(engine, AsyncEngine):
            async with async_session_scope(engine) as session:
                await session.execute(INSERT)
                return await call_next(request)
        with session_scope(engine) as plain_session:
            plain_session.execute(INSERT)
            return await call_next(request)

    application.add_middleware(BaseHTTPMiddleware, dispatch=in_scope)

    @application.get("/{number}")
    async def fail(number: int) -> None:
        raise RuntimeError(f"request {number}, on purpose")

    return application


@pytest.mark.parametrize(
    ("driver", "make"),
    [
        pytest.param(driver, make, id=f"{driver} {place}", marks=() if (driver, place) in QUICK else pytest.mark.slow)
        for driver in DRIVERS
        for place, make in (("dependency", with_dependency), ("middleware", with_middleware))
    ],
)
def test_two_thousand_requests_that_raise_leave_no_transaction_open(
    driver: str, make: Callable[[Any], FastAPI], table: Database
) -> None:
    async def send() -> list[int]:
        engine = engine_of(driver, table.url, pool_size=10, max_overflow=0)
        transport = httpx.ASGITransport(make(engine), raise_app_exceptions=False)
        # Fewer than the pool has connections: a plain engine in the middleware would block the loop that frees them.
        places = asyncio.Semaphore(8)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:

            async def one(number: int) -> int:
                async with places:
                    return (await client.get(f"/{number}")).status_code

            statuses = await asyncio.gather(*(one(number) for number in range(REQUESTS)))
        assert table.backends(), "the connections are still open, so that their state can be seen"
        assert table.in_transaction() == 0
        assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        if isinstance(engine, AsyncEngine):
            await engine.dispose()
        else:
            engine.dispose()
        return statuses

    statuses = asyncio.run(send())
    assert len(statuses) == REQUESTS
    assert set(statuses) == ({418, 500} if make is with_dependency else {500})
    assert table.ask("SELECT * FROM kept") == []


def test_a_session_that_is_forgotten_open_is_missed(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    def forget() -> None:
        session_factory(engine)().execute(text("SELECT 1"))

    with caplog.at_level(logging.WARNING, logger="syntax_guard.backend"):
        forget()
        gc.collect()
    (record,) = caplog.records
    assert "garbage-collected open" in record.getMessage()
    assert __file__ in record.getMessage()


@pytest.mark.filterwarnings("ignore:The garbage collector", "ignore::ResourceWarning")
def test_an_async_session_that_is_forgotten_open_is_missed(table: Database, caplog: pytest.LogCaptureFixture) -> None:
    async def forget() -> None:
        engine = create_async_engine(table.url())
        session = async_session_factory(engine)()
        await session.execute(text("SELECT 1"))
        del session
        gc.collect()
        await engine.dispose()

    with caplog.at_level(logging.WARNING, logger="syntax_guard.backend"):
        asyncio.run(forget())
    assert [record.name for record in caplog.records if "garbage-collected open" in record.getMessage()] == [
        "syntax_guard.backend"
    ]


def test_sessions_that_end_are_not_missed(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    with session_scope(engine) as session:
        session.execute(text("SELECT 1"))
    with session_factory(engine)() as session:
        session.execute(text("SELECT 1"))
    session_factory(engine)()  # never used
    del session
    gc.collect()
    assert caplog.records == []


def test_a_dependency_leaves_the_commit_to_the_route(engine: Engine, table: Database) -> None:
    for session in session_dependency(engine)():
        session.execute(INSERT)
    assert table.ask("SELECT * FROM kept") == []
    for session in session_dependency(engine)():
        session.execute(INSERT)
        session.commit()
    assert len(table.ask("SELECT * FROM kept")) == 1
    wait_until(lambda: table.in_transaction() == 0)
