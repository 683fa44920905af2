"""Who is connected to a database, for ``syntax-guard doctor --database URL``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from ..errors import SyntaxGuardError
from .check import faults_of
from .database import create_engine

IDLE_TOO_LONG = 60.0
"""Seconds after which a transaction that does nothing is pointed out: its locks and its snapshot stay."""

# Age is that of the state; a transaction that is open is as old as its start.
_QUERY = text("""
    SELECT coalesce(state, 'hidden') AS state,
           coalesce(application_name, '') AS application,
           count(*) AS connections,
           coalesce(max(extract(epoch FROM clock_timestamp() - coalesce(xact_start, state_change))), 0)::float AS oldest
      FROM pg_catalog.pg_stat_activity
     WHERE (backend_type = 'client backend' OR backend_type IS NULL) AND pid <> pg_backend_pid()
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


@dataclass(frozen=True)
class PoolCounts:
    """The counts of the pool that asked."""

    size: int
    in_use: int
    idle: int
    overflow: int


@dataclass(frozen=True)
class Connections:
    """What a server says of its connections, without the one that asked."""

    groups: tuple[ConnectionGroup, ...]
    most: int
    """``max_connections`` of the server."""
    pool: PoolCounts


def connections(url: str) -> Connections:
    """Ask the server. Raises ``UnreachableError`` or, for a URL of no use, ``EngineError``."""
    engine = create_engine(url, application_name="syntax-guard doctor", connect_timeout=5, statement_timeout=5000)
    try:
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            groups = tuple(ConnectionGroup(*row) for row in connection.execute(_QUERY))
            most = int(connection.execute(text("SHOW max_connections")).scalar_one())
            pool = engine.pool
            counts = (
                PoolCounts(pool.size(), pool.checkedout(), pool.checkedin(), max(pool.overflow(), 0))
                if isinstance(pool, QueuePool)
                else PoolCounts(0, 0, 0, 0)
            )
    except SQLAlchemyError as error:
        raise UnreachableError(
            f"the database did not answer: {faults_of(error)[0].error}",
            "is it running, and may this role connect? psql with the same URL says more",
        ) from None
    finally:
        engine.dispose()
    return Connections(groups, most, counts)


def lines(found: Connections) -> Iterator[str]:
    """The report, line by line; application names are the clients' own words and are made harmless."""
    total = sum(group.connections for group in found.groups)
    yield f"{total} of {found.most} connections, besides this one"
    names = [_harmless(group.application) or "(no name)" for group in found.groups]
    widths = [max(map(len, column), default=0) for column in ([group.state for group in found.groups], names)]
    for group, name in zip(found.groups, names, strict=True):
        told = f"  {group.connections:>4}  {group.state:<{widths[0]}}  {name:<{widths[1]}}  oldest {_age(group.oldest)}"
        yield told + ("  <- holds its locks and does nothing" if _forgotten(group) else "")
    pool = found.pool
    yield f"pool of this process: size {pool.size}, in use {pool.in_use}, idle {pool.idle}, overflow {pool.overflow}"
    if any(group.state == "hidden" for group in found.groups):
        yield "hidden: connections of other roles; GRANT pg_read_all_stats shows them"


def _forgotten(group: ConnectionGroup) -> bool:
    return group.state.startswith("idle in transaction") and group.oldest > IDLE_TOO_LONG


def _harmless(name: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in name)


def _age(seconds: float) -> str:
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.1f} s"
