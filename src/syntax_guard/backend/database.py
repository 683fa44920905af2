"""Engines with the protections that a backend needs."""

from __future__ import annotations

from typing import Any

import sqlalchemy
from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.ext.asyncio import create_async_engine as sqlalchemy_create_async_engine
from sqlalchemy.pool import QueuePool

from .drivers import Pooler, Protections, connect_args
from .pools import GuardedAsyncPool, GuardedPool
from .urls import read_url


def create_engine(
    url: str | URL,
    *,
    application_name: str | None = None,
    connect_timeout: int = 10,
    statement_timeout: int = 30_000,
    pooler: Pooler | None = None,
    **options: Any,
) -> Engine:
    """Make an engine with protections, as ``sqlalchemy.create_engine`` does.

    The query of the URL and ``connect_args`` go before the protections.

    Args:
        url: The URL of the database, with the driver psycopg or psycopg2.
        application_name: What ``pg_stat_activity`` calls these connections.
        connect_timeout: In seconds.
        statement_timeout: In milliseconds; 0 for none.
        pooler: ``"transaction"`` for PgBouncer and the like in that mode: nothing is prepared, and the timeout is set
            in
            each transaction.
        **options: Those of SQLAlchemy. Each replaces a default of its name.

    Returns:
        The engine.

    Raises:
        EngineError: The URL cannot be used. The message shows nothing of it.
    """
    asked = Protections(application_name, connect_timeout, statement_timeout, pooler)
    url, arguments = connect_args(read_url(url, ("psycopg", "psycopg2")), asked, options.pop("connect_args", {}))
    engine = sqlalchemy.create_engine(url, **_options(arguments, options, GuardedPool))
    _limit_each_transaction(engine, asked)
    return engine


def create_async_engine(
    url: str | URL,
    *,
    application_name: str | None = None,
    connect_timeout: int = 10,
    statement_timeout: int = 30_000,
    pooler: Pooler | None = None,
    **options: Any,
) -> AsyncEngine:
    """Make an engine for asyncio with the protections of ``create_engine``.

    Args:
        url: The URL of the database, with the driver asyncpg or psycopg.
        application_name: As for ``create_engine``.
        connect_timeout: In seconds.
        statement_timeout: In milliseconds; 0 for none.
        pooler: As for ``create_engine``.
        **options: Those of SQLAlchemy. Each replaces a default of its name.

    Returns:
        The engine.

    Raises:
        EngineError: The URL cannot be used. The message shows nothing of it.
    """
    asked = Protections(application_name, connect_timeout, statement_timeout, pooler)
    url, arguments = connect_args(read_url(url, ("asyncpg", "psycopg")), asked, options.pop("connect_args", {}))
    engine = sqlalchemy_create_async_engine(url, **_options(arguments, options, GuardedAsyncPool))
    _limit_each_transaction(engine.sync_engine, asked)
    return engine


def _options(arguments: dict[str, Any], theirs: dict[str, Any], pool: type[QueuePool]) -> dict[str, Any]:
    defaults: dict[str, Any] = {
        "pool_pre_ping": True,
        "pool_recycle": 3600,
        "hide_parameters": True,  # values of users stay out of errors and logs
    }
    if "poolclass" not in theirs and "pool" not in theirs:
        defaults |= {"poolclass": pool, "pool_timeout": 30}
    return {**defaults, **theirs, "connect_args": arguments}


def _limit_each_transaction(engine: Engine, asked: Protections) -> None:
    if not (asked.pooler and asked.statement_timeout):
        return

    @event.listens_for(engine, "begin")
    def limit(connection: Connection) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {int(asked.statement_timeout)}")
