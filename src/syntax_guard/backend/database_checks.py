"""Checks on the database: it answers, and has the extensions that the application needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from .check import Check, CheckError, Fault
from .database import secrets_of

INSUFFICIENT_PRIVILEGE = "42501"
"""SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html"""


def database(engine: Engine | AsyncEngine, *, name: str = "database", deadline: float = 2.0) -> Check:
    """The database answers ``SELECT 1`` through the engine's pool."""

    def ask(connection: Connection) -> None:
        connection.execute(text("SELECT 1"))

    return _check(engine, name, deadline, ask)


def extension(engine: Engine | AsyncEngine, extension: str, *, name: str | None = None, deadline: float = 2.0) -> Check:
    """The extension is there for this role to use. Only reads; nothing is created."""

    def ask(connection: Connection) -> None:
        try:
            usable = connection.execute(
                text(
                    "SELECT has_schema_privilege(extnamespace, 'USAGE') FROM pg_catalog.pg_extension"
                    " WHERE extname = :name"
                ),
                {"name": extension},
            ).scalar()
            if usable is None:
                available = connection.execute(
                    text("SELECT true FROM pg_catalog.pg_available_extensions WHERE name = :name"),
                    {"name": extension},
                ).scalar()
                raise CheckError(_not_installed(extension) if available else _not_available(extension))
        except DBAPIError as error:
            if sqlstate(error) != INSUFFICIENT_PRIVILEGE:
                raise
            raise CheckError(
                Fault("ExtensionNotPermitted", f"no privilege to see whether {extension} is installed", extension)
            ) from error
        if not usable:
            raise CheckError(Fault("ExtensionNotPermitted", f"no privilege on the schema of {extension}", extension))

    return _check(engine, name or f"extension {extension}", deadline, ask)


def sqlstate(error: DBAPIError) -> str | None:
    """The server's five characters for an error, whichever driver brought it."""
    return getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)


def _not_installed(extension: str) -> Fault:
    return Fault(
        "ExtensionNotInstalled",
        f"{extension} is not installed in this database: CREATE EXTENSION {extension}",
        extension,
    )


def _not_available(extension: str) -> Fault:
    return Fault(
        "ExtensionNotAvailable", f"{extension} is not available on this server: install its package", extension
    )


def _check(engine: Engine | AsyncEngine, name: str, deadline: float, ask: Callable[[Connection], None]) -> Check:
    # AUTOCOMMIT: a probe opens no transaction, so that it can leave none open either.
    pool_of: Callable[[], Any]
    if isinstance(engine, AsyncEngine):
        asynchronous = engine.execution_options(isolation_level="AUTOCOMMIT")

        async def ask_async() -> None:
            async with asynchronous.connect() as connection:
                await connection.run_sync(ask)

        pool_of = lambda: engine.sync_engine.pool  # noqa: E731
        question: Any = ask_async
    else:
        plain = engine.execution_options(isolation_level="AUTOCOMMIT")

        def ask_plain() -> None:
            with plain.connect() as connection:
                ask(connection)

        pool_of = lambda: engine.pool  # noqa: E731
        question = ask_plain

    return Check(
        name,
        question,
        deadline,
        "datastore",
        may_come_up=True,
        secrets=secrets_of(engine.url),
        overdue=lambda: _exhausted(pool_of()),
    )


def _exhausted(pool: Any) -> Fault | None:
    if not isinstance(pool, QueuePool):
        return None
    most = pool.size() + max(pool._max_overflow, 0)  # noqa: SLF001 - no public name; -1 is "no limit"
    if pool._max_overflow < 0 or pool.checkedout() < most:  # noqa: SLF001
        return None
    return Fault("PoolExhausted", f"all {most} connections of the pool are in use", may_pass=True)
