"""What ``doctor --database`` tells of a server's connections."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from syntax_guard.backend import async_connections, connections, create_async_engine, create_engine
from syntax_guard.backend.connections import ConnectionGroup, Connections, UnreachableError, connections_of, lines
from syntax_guard.backend.urls import EngineError

from ..conftest import Folder
from ..documents.pages import run_by
from .postgres import PASSWORD, SECRETS, USER, Database, free_port

DRIVERS = ("psycopg", "asyncpg", "psycopg2")


def client(database: Database, name: str) -> psycopg.Connection:
    return psycopg.connect(
        host="127.0.0.1", port=database.server.port, dbname=database.name, user=USER, password=PASSWORD,
        application_name=name,
    )  # fmt: skip


def counted(found: Connections) -> dict[tuple[str, str], int]:
    return {(group.state, group.application): group.connections for group in found.groups}


@pytest.mark.parametrize("driver", DRIVERS)
def test_connections_are_grouped_by_state_and_application(driver: str, database: Database) -> None:
    with client(database, "front") as open_one, client(database, "front"), client(database, "worker"):
        open_one.execute("SELECT 1")
        found = connections_of(database.url(driver))
    groups = counted(found)
    assert groups["idle in transaction", "front"] == 1
    assert groups["idle", "front"] == 1
    assert groups["idle", "worker"] == 1
    assert not any("doctor" in application for _, application in groups)
    assert found.most == 50


def test_an_application_asks_through_its_own_engine(database: Database) -> None:
    engine = create_engine(database.url(), application_name="sync app", pool_size=2)
    with engine.connect():
        found = connections(engine)
    engine.dispose()
    assert found.pool is not None
    assert (found.pool.in_use, found.pool.limit) == (2, 12)
    assert counted(found)["idle", "sync app"] == 1

    async def whole() -> Connections:
        engine = create_async_engine(database.url("asyncpg"))
        try:
            return await async_connections(engine)
        finally:
            await engine.dispose()

    assert asyncio.run(whole()).most == 50


@contextmanager
def ordinary_role(database: Database) -> Iterator[str]:
    """A URL with a role that sees of others only that they are there."""
    database.ask("CREATE ROLE ordinary LOGIN PASSWORD 'plain'")
    try:
        yield f"postgresql+psycopg://ordinary:plain@127.0.0.1:{database.server.port}/{database.name}"
    finally:
        database.ask("DROP ROLE ordinary")


def test_an_ordinary_role_counts_clients_and_no_processes_of_the_server(database: Database) -> None:
    with ordinary_role(database) as url, client(database, "front"):
        clients = database.ask(
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        processes = database.ask("SELECT count(*) FROM pg_stat_activity WHERE backend_type <> 'client backend'")
        found = connections_of(url)
    assert int(str(processes[0][0])) > 3
    assert sum(group.connections for group in found.groups) == int(str(clients[0][0]))
    assert any(group.state == "hidden" for group in found.groups)


def test_the_report_reads_well() -> None:
    found = Connections(
        (
            ConnectionGroup("idle", "shop", 12, 5.25),
            ConnectionGroup("idle in transaction", "evil\x1b[2J\nname", 1, 7200.0),
            ConnectionGroup("hidden", "", 3, 0.0),
        ),
        100,
    )
    assert list(lines(found)) == [
        "16 of 100 connections, besides this one",
        "    12  idle                 shop                 oldest 5.2 s",
        "     1  idle in transaction  evil\\x1b[2J\\x0aname  oldest 2.0 h  <- holds its locks and does nothing",
        "     3  hidden               (no name)            oldest 0.0 s",
        "hidden: connections of other roles; GRANT pg_read_all_stats shows them",
    ]


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_database_that_is_not_there_is_one_line_without_secrets(driver: str, database: Database) -> None:
    with pytest.raises(UnreachableError) as caught:
        connections_of(database.url(driver, port=free_port()))
    told = f"{caught.value.message} {caught.value.hint}"
    assert [secret for secret in SECRETS if secret in told] == []
    assert "ConnectionRefusedError" in told


def test_a_url_of_no_use_is_a_mistake_of_the_user() -> None:
    with pytest.raises(EngineError):
        connections_of("nonsense")


def test_the_command_prints_the_report(database: Database, folder: Folder) -> None:
    with client(database, "shop") as open_one:
        open_one.execute("SELECT 1")
        (block,) = run_by(".ci/backend")
        run = folder.run("bash", "-ec", block.commands, environment={"DATABASE_URL": database.url()})
    assert (run.code, run.err) == (0, "")
    assert "idle in transaction  shop" in run.out
    assert "pool" not in run.out


@pytest.mark.parametrize("driver", DRIVERS)
def test_the_command_takes_the_applications_own_url_and_writes_json(
    driver: str, database: Database, folder: Folder
) -> None:
    with client(database, "front"):
        run = folder.guard("doctor", "--output-format", "json", "--database", database.url(driver))
    assert (run.code, run.err) == (0, "")
    told = json.loads(run.out)
    assert told["max_connections"] == 50
    assert {"state", "application", "connections", "oldest", "forgotten"} == set(told["groups"][0])


def test_the_command_says_in_one_line_that_nobody_answers_and_shows_no_secret(folder: Folder) -> None:
    url = f"postgresql+psycopg://{USER}:{PASSWORD}@127.0.0.1:{free_port()}/shop"
    run = folder.guard("doctor", "--database", url)
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
    assert not any(secret in run.err for secret in SECRETS)


@pytest.mark.parametrize("tail", ["p@ss{}@", "p@ss:{}@", "p@ss/{}@"], ids=["@", "@ and :", "@ and /"])
def test_the_command_shows_no_part_of_a_password_that_was_read_as_something_else(tail: str, folder: Folder) -> None:
    url = f"postgresql+psycopg://{USER}:{tail.format('tail99')}dbhost.invalid/shop"
    run = folder.guard("doctor", "--database", url)
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
    assert "tail99" not in run.err
