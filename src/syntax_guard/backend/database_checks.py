"""Checks on the database: it answers, and has the extensions that the application needs."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from .check import Check, CheckError, Fault
from .faults import sqlstate
from .pools import GuardedPool
from .urls import secrets_of

INSUFFICIENT_PRIVILEGE = "42501"
"""SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html"""


def database(engine: Engine | AsyncEngine, *, name: str = "database", deadline: float = 2.0) -> Check:
    """Check that the database answers ``SELECT 1`` through the pool of the engine.

    Args:
        engine: An engine of SQLAlchemy, plain or asyncio.
        name: The name of the check in replies and metrics.
        deadline: Seconds that the check may take.

    Returns:
        The check.
    """

    def ask(connection: Connection) -> None:
        connection.execute(text("SELECT 1"))

    return check_of(engine, name, deadline, ask)


def extension(
    engine: Engine | AsyncEngine,
    extension: str,
    *,
    schema: str | None = None,
    name: str | None = None,
    deadline: float = 2.0,
) -> Check:
    """Check that an extension is there for this role to use. It only reads.

    The schema of the extension has to be on the ``search_path`` of the role, unless the extension chooses its schema
    itself or ``schema`` names it.

    Args:
        engine: An engine of SQLAlchemy, plain or asyncio.
        extension: Its name, such as ``vector``.
        schema: Where it is; then the application writes ``schema.vector``.
        name: The name of the check. Default: ``extension`` and its name.
        deadline: Seconds that the check may take.

    Returns:
        The check.
    """

    def ask(connection: Connection) -> None:
        try:
            row = connection.execute(_EXTENSION, {"name": extension}).one_or_none()
            if row is None:
                raise CheckError(_missing(connection, extension))
        except DBAPIError as error:
            if sqlstate(error) != INSUFFICIENT_PRIVILEGE:
                raise
            raise CheckError(
                Fault("ExtensionNotPermitted", f"no privilege to see whether {extension} is installed", extension)
            ) from error
        if not row.usable:
            raise CheckError(Fault("ExtensionNotPermitted", f"no privilege on the schema of {extension}", extension))
        if schema is not None and row.lies_in != schema:
            raise CheckError(_elsewhere(extension, f"is in the schema {row.lies_in} and not in {schema}", row.lies_in))
        if schema is None and not (row.on_path or row.fixed):
            told = f"is in the schema {row.lies_in}, which is not on the search_path of this role"
            raise CheckError(_elsewhere(extension, told, row.lies_in))

    return check_of(engine, name or f"extension {extension}", deadline, ask)


_EXTENSION = text("""
    SELECT n.nspname AS lies_in,
           has_schema_privilege(e.extnamespace, 'USAGE') AS usable,
           n.nspname = ANY (current_schemas(true)) AS on_path,
           EXISTS (SELECT FROM pg_catalog.pg_available_extension_versions v
                    WHERE v.name = e.extname AND v.version = e.extversion AND v.schema IS NOT NULL) AS fixed
      FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
     WHERE e.extname = :name
""")


def _missing(connection: Connection, extension: str) -> Fault:
    known = set(connection.execute(text("SELECT name FROM pg_catalog.pg_available_extensions")).scalars())
    if extension in known:
        return _not_installed(extension)
    near = difflib.get_close_matches(extension.lower(), sorted(known), n=1)
    return _not_available(extension, f"; did you mean {near[0]}?" if near else ": install its package")


def _elsewhere(extension: str, told: str, schema: str) -> Fault:
    return Fault(
        "ExtensionNotOnSearchPath",
        f"{extension} {told}: ALTER ROLE … SET search_path, or write {schema}.… and say schema={schema!r}",
        extension,
    )


def _not_installed(extension: str) -> Fault:
    return Fault(
        "ExtensionNotInstalled",
        f"{extension} is not installed in this database: CREATE EXTENSION {extension}",
        extension,
    )


def _not_available(extension: str, advice: str) -> Fault:
    return Fault("ExtensionNotAvailable", f"{extension} is not available on this server{advice}", extension)


def check_of(engine: Engine | AsyncEngine, name: str, deadline: float, ask: Callable[[Connection], None]) -> Check:
    """A check that asks through one connection of the engine."""
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


def _exhausted(pool: object) -> Fault | None:
    if not isinstance(pool, GuardedPool) or pool.counts().in_use < pool.limit:
        return None
    return Fault("PoolExhausted", f"all {pool.limit:.0f} connections of the pool are in use", may_pass=True)
