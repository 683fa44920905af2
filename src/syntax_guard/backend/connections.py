"""Who is connected to a database: for an application, and for ``syntax-guard doctor --database URL``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from ..errors import SyntaxGuardError
from ..reports.neutral import visible
from .database import create_async_engine, create_engine
from .faults import faults_of
from .pools import GuardedPool, PoolCounts
from .urls import read_url

IDLE_TOO_LONG = 60.0
"""Seconds after which a transaction that does nothing is pointed out: its locks and its snapshot stay."""

# Age is that of the state; a transaction that is open is as old as its start. An ordinary role sees no type of what
# belongs to others, but a client has a database and a user, and the server's own processes lack one of them.
_QUERY = text("""
    SELECT coalesce(state, 'hidden') AS state,
           coalesce(application_name, '') AS application,
           count(*) AS connections,
           coalesce(max(extract(epoch FROM clock_timestamp() - coalesce(xact_start, state_change))), 0)::float AS oldest
      FROM pg_catalog.pg_stat_activity
     WHERE (backend_type = 'client backend'
            OR backend_type IS NULL AND datid IS NOT NULL AND usesysid IS NOT NULL)
       AND pid <> pg_backend_pid()
     GROUP BY 1, 2
     ORDER BY 1, 2
""")


class UnreachableError(SyntaxGuardError):
    """The database did not answer, or did not let this role ask. The message shows nothing of the URL."""


@dataclass(frozen=True)
class ConnectionGroup:
    """The connections of one application in one state."""

    state: str
    """As in ``pg_stat_activity``; ``hidden`` where the role may not see it."""
    application: str
    connections: int
    oldest: float
    """Seconds since the oldest transaction began, or since the oldest connection came into its state."""

    @property
    def forgotten(self) -> bool:
        """Whether it holds its locks and does nothing."""
        return self.state.startswith("idle in transaction") and self.oldest > IDLE_TOO_LONG


@dataclass(frozen=True)
class Connections:
    """What a server says of its connections, without the one that asked."""

    groups: tuple[ConnectionGroup, ...]
    most: int
    """``max_connections`` of the server."""
    pool: PoolCounts | None = None
    """Of the engine that asked, where it was made by ``create_engine`` or ``create_async_engine`` of this package."""


def connections(engine: Engine) -> Connections:
    """Ask the server who is connected, through one connection of the engine.

    Args:
        engine: An engine for PostgreSQL.

    Returns:
        The connections by state and application, from ``pg_stat_activity``.

    Raises:
        UnreachableError: The server did not answer, or did not let this role ask.
    """
    try:
        with engine.connect() as connection:
            return _ask(connection)
    except (SQLAlchemyError, OSError) as error:
        raise _unreachable(error) from None


async def async_connections(engine: AsyncEngine) -> Connections:
    """Ask as ``connections`` does, for asyncio.

    Args:
        engine: An engine for PostgreSQL.

    Returns:
        As of ``connections``.

    Raises:
        UnreachableError: As of ``connections``.
    """
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_ask)
    except (SQLAlchemyError, OSError) as error:
        raise _unreachable(error) from None


def connections_of(url: str) -> Connections:
    """The connections of the server that `url` names, asked with the driver that stands in it.

    Raises:
        EngineError: `url` is of no use.
        UnreachableError: As of `connections`.
    """
    name = "syntax-guard doctor"
    if read_url(url, ("psycopg", "psycopg2", "asyncpg")).get_dialect().is_async:
        return asyncio.run(_ask_once(create_async_engine(url, application_name=name, connect_timeout=5)))
    engine = create_engine(url, application_name=name, connect_timeout=5, statement_timeout=5000)
    try:
        return connections(engine)
    finally:
        engine.dispose()


async def _ask_once(engine: AsyncEngine) -> Connections:
    try:
        return await async_connections(engine)
    finally:
        await engine.dispose()


def _ask(connection: Connection) -> Connections:
    groups = tuple(ConnectionGroup(*row) for row in connection.execute(_QUERY))
    most = int(connection.execute(text("SHOW max_connections")).scalar_one())
    pool = connection.engine.pool
    return Connections(groups, most, pool.counts() if isinstance(pool, GuardedPool) else None)


def _unreachable(error: BaseException) -> UnreachableError:
    fault = faults_of(error)[0]
    return UnreachableError(
        f"the database did not answer: {fault.error}",
        "see whether it runs and lets this role connect: psql with the same URL says more",
    )


def as_json(found: Connections) -> str:
    """The report on the connections that were `found`, as one JSON document."""
    groups = [{**asdict(group), "forgotten": group.forgotten} for group in found.groups]
    return json.dumps({"max_connections": found.most, "groups": groups}, indent=2) + "\n"


def lines(found: Connections) -> Iterator[str]:
    """The report on the connections that were `found`, line by line.

    Application names are the clients' own words. They are made harmless.
    """
    total = sum(group.connections for group in found.groups)
    yield f"{total} of {found.most} connections, besides this one"
    names = [visible(group.application) or "(no name)" for group in found.groups]
    widths = [max(map(len, column), default=0) for column in ([group.state for group in found.groups], names)]
    for group, name in zip(found.groups, names, strict=True):
        told = f"  {group.connections:>4}  {group.state:<{widths[0]}}  {name:<{widths[1]}}  oldest {_age(group.oldest)}"
        yield told + ("  <- holds its locks and does nothing" if group.forgotten else "")
    if any(group.state == "hidden" for group in found.groups):
        yield "hidden: connections of other roles; GRANT pg_read_all_stats shows them"


def _age(seconds: float) -> str:
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.1f} s"
