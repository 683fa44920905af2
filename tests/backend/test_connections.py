"""What ``doctor --database`` tells of a server's connections."""

from __future__ import annotations

import psycopg
import pytest

from syntax_guard.backend.connections import (
    ConnectionGroup,
    Connections,
    PoolCounts,
    UnreachableError,
    connections,
    lines,
)
from syntax_guard.backend.database import EngineError

from ..conftest import Folder
from ..documents.pages import run_by
from .postgres import PASSWORD, SECRETS, USER, Database, free_port


def client(database: Database, name: str) -> psycopg.Connection:
    return psycopg.connect(
        host="127.0.0.1", port=database.server.port, dbname=database.name, user=USER, password=PASSWORD,
        application_name=name,
    )  # fmt: skip


def test_connections_are_grouped_by_state_and_application(database: Database) -> None:
    with client(database, "shop") as open_one, client(database, "shop"), client(database, "worker"):
        open_one.execute("SELECT 1")
        found = connections(database.url())
    groups = {(group.state, group.application): group.connections for group in found.groups}
    assert groups["idle in transaction", "shop"] == 1
    assert groups["idle", "shop"] == 1
    assert groups["idle", "worker"] == 1
    assert not any("doctor" in application for _, application in groups)
    assert found.most == 50
    assert found.pool == PoolCounts(size=5, in_use=1, idle=0, overflow=0)


def test_the_report_reads_well() -> None:
    found = Connections(
        (
            ConnectionGroup("idle", "shop", 12, 5.25),
            ConnectionGroup("idle in transaction", "evil\x1b[2J\nname", 1, 7200.0),
            ConnectionGroup("hidden", "", 3, 0.0),
        ),
        100,
        PoolCounts(5, 1, 0, 0),
    )
    assert list(lines(found)) == [
        "16 of 100 connections, besides this one",
        "    12  idle                 shop           oldest 5.2 s",
        "     1  idle in transaction  evil?[2J?name  oldest 2.0 h  <- holds its locks and does nothing",
        "     3  hidden               (no name)      oldest 0.0 s",
        "pool of this process: size 5, in use 1, idle 0, overflow 0",
        "hidden: connections of other roles; GRANT pg_read_all_stats shows them",
    ]


def test_a_database_that_is_not_there_is_one_line_without_secrets(database: Database) -> None:
    with pytest.raises(UnreachableError) as caught:
        connections(database.url(port=free_port()))
    told = f"{caught.value.message} {caught.value.hint}"
    assert [secret for secret in SECRETS if secret in told] == []
    assert "OperationalError" in told


def test_a_url_of_no_use_is_a_mistake_of_the_user() -> None:
    with pytest.raises(EngineError):
        connections("nonsense")


def test_the_command_prints_the_report(database: Database, folder: Folder) -> None:
    with client(database, "shop") as open_one:
        open_one.execute("SELECT 1")
        (block,) = run_by(".ci/backend")
        run = folder.run("bash", "-ec", block.commands, environment={"DATABASE_URL": database.url()})
    assert (run.code, run.err) == (0, "")
    assert "idle in transaction  shop" in run.out
    assert "pool of this process: size 5" in run.out


def test_the_command_says_in_one_line_that_nobody_answers_and_shows_no_secret(folder: Folder) -> None:
    url = f"postgresql+psycopg://{USER}:{PASSWORD}@127.0.0.1:{free_port()}/shop"
    run = folder.guard("doctor", "--database", url)
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
    assert not any(secret in run.err for secret in SECRETS)
