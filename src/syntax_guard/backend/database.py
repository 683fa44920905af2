"""Engines with the protections that a backend needs, under each driver's own names for them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import Any, cast

import sqlalchemy
from sqlalchemy import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.ext.asyncio import create_async_engine as sqlalchemy_create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry, QueuePool

from ..errors import SyntaxGuardError

KEEPALIVE = {"idle": 30, "interval": 10, "count": 3}
"""Seconds of silence before the first probe, between two, and how many may stay without an answer: dead in a minute."""


class EngineError(SyntaxGuardError):
    """No engine can be made of this URL. The message never shows the URL."""


class GuardedPool(QueuePool):
    """A pool that knows how many callers wait for a connection, and tells when its counts change."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.waiting = 0
        self.on_change: Callable[[], None] = lambda: None
        self._counting = threading.Lock()

    def _do_get(self) -> ConnectionPoolEntry:
        self._count(1)
        try:
            return super()._do_get()
        finally:
            self._count(-1)

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        super()._do_return_conn(record)
        self.on_change()

    def _count(self, change: int) -> None:
        with self._counting:
            self.waiting += change
        self.on_change()

    def recreate(self) -> GuardedPool:
        again = cast("GuardedPool", super().recreate())
        again.on_change = self.on_change
        return again


class GuardedAsyncPool(GuardedPool, AsyncAdaptedQueuePool):
    """The same, with waiting that leaves the event loop free."""


def create_engine(
    url: str | URL,
    *,
    application_name: str | None = None,
    connect_timeout: int = 10,
    statement_timeout: int = 30_000,
    **options: Any,
) -> Engine:
    """``sqlalchemy.create_engine`` with protections.

    ``connect_timeout`` is in seconds, ``statement_timeout`` in milliseconds (0: none). What the URL's query or
    ``connect_args`` say goes before them, and any of SQLAlchemy's ``options`` replaces the default of the same name.
    Raises ``EngineError``, with nothing of the URL in it.
    """
    url = _url(url, ("psycopg", "psycopg2"))
    ours = _connect_args(url, application_name, connect_timeout, statement_timeout)
    return sqlalchemy.create_engine(url, **_options(url, ours, options, GuardedPool))


def create_async_engine(
    url: str | URL,
    *,
    application_name: str | None = None,
    connect_timeout: int = 10,
    statement_timeout: int = 30_000,
    **options: Any,
) -> AsyncEngine:
    """``create_engine`` for asyncio: with ``postgresql+asyncpg`` or ``postgresql+psycopg``."""
    url = _url(url, ("asyncpg", "psycopg"))
    ours = _connect_args(url, application_name, connect_timeout, statement_timeout)
    return sqlalchemy_create_async_engine(url, **_options(url, ours, options, GuardedAsyncPool))


def secrets_of(url: URL) -> frozenset[str]:
    """What of a URL no reply may contain: password, user, hosts, database, and the texts that hold them."""
    hosts = [url.host or "", *(value for key in ("host", "hostaddr") for value in _values(url, key))]
    more = [value for key in ("user", "password", "passfile", "dbname", "service") for value in _values(url, key)]
    whole = [url.render_as_string(hide_password=hide) for hide in (False, True)]
    parts = [part for host in hosts for part in host.split(",")]
    return frozenset(filter(None, [str(url.password or ""), url.username, url.database, *parts, *more, *whole]))


def _values(url: URL, key: str) -> tuple[str, ...]:
    value = url.query.get(key, ())
    return (value,) if isinstance(value, str) else tuple(value)


def _url(url: str | URL, drivers: Sequence[str]) -> URL:
    try:
        made = make_url(url)
        if made.drivername in ("postgresql", "postgres"):  # the latter as hosting services write it
            # SQLAlchemy 2.0 and 2.1 have different defaults: what is installed decides here.
            driver = next((name for name in drivers if find_spec(name)), drivers[0])
            made = made.set(drivername=f"postgresql+{driver}")
        made.get_dialect().import_dbapi()
    except NoSuchModuleError:
        raise EngineError("SQLAlchemy knows no such database or driver", "use postgresql+psycopg://…") from None
    except ArgumentError:
        raise EngineError("this is no database URL", "postgresql+psycopg://user:password@host:5432/database") from None
    except ImportError as missing:
        raise EngineError(f"the driver is missing: {missing.name}", f"pip install {missing.name}") from None
    if made.get_backend_name() != "postgresql":
        raise EngineError(f"this is a URL for {made.get_backend_name()}, not PostgreSQL")
    return made


def _options(url: URL, ours: Mapping[str, Any], theirs: dict[str, Any], pool: type[QueuePool]) -> dict[str, Any]:
    asked = dict(theirs.pop("connect_args", {}))
    if "server_settings" in ours:  # one argument of asyncpg for many settings
        asked["server_settings"] = {**ours["server_settings"], **asked.get("server_settings", {})}
    # What the URL says stands; `options` holds it already.
    defaulted = {key: value for key, value in ours.items() if key == "options" or key not in url.query}
    connect_args = {**defaulted, **asked}
    defaults: dict[str, Any] = {
        "pool_pre_ping": True,
        "pool_recycle": 3600,
        "hide_parameters": True,  # values of users stay out of errors and logs
    }
    if "poolclass" not in theirs and "pool" not in theirs:
        defaults |= {"poolclass": pool, "pool_timeout": 30}
    return {**defaults, **theirs, "connect_args": connect_args}


def _connect_args(
    url: URL, application_name: str | None, connect_timeout: int, statement_timeout: int
) -> dict[str, Any]:
    driver = url.get_dialect().driver
    if driver in ("psycopg", "psycopg_async", "psycopg2"):
        # https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
        asked = " ".join(_values(url, "options"))
        return {
            "connect_timeout": connect_timeout,
            "options": f"-c statement_timeout={statement_timeout} {asked}".rstrip(),
            "keepalives": 1,
            **{f"keepalives_{name}": value for name, value in KEEPALIVE.items()},
            **({"application_name": application_name} if application_name else {}),
        }
    if driver == "asyncpg":
        # https://magicstack.github.io/asyncpg/current/api/index.html#connection: it has no keepalive of its own, so
        # the server sends the probes, and command_timeout frees a caller from a connection that is dead.
        return {
            "timeout": connect_timeout,
            **({"command_timeout": statement_timeout / 1000 + 5} if statement_timeout else {}),
            "server_settings": {
                "statement_timeout": str(statement_timeout),
                **{f"tcp_keepalives_{name}": str(value) for name, value in KEEPALIVE.items()},
                **({"application_name": application_name} if application_name else {}),
            },
        }
    raise EngineError(f"the protections of {driver} are not known here", "use psycopg, psycopg2 or asyncpg")
