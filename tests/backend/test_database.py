"""Engines: which protections each driver gets, seen in a real session where the server knows them."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, make_url, text
from sqlalchemy import create_engine as plain_create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

import syntax_guard.backend
from syntax_guard.backend import Check, Checkup, Reading, create_async_engine, create_engine, database, extension
from syntax_guard.backend.faults import faults_of
from syntax_guard.backend.urls import EngineError, secrets_of

from .postgres import HOST, PASSWORD, SECRETS, USER, Database
from .serving import DRIVERS, PATIENCE, engine_of

PSYCOPG = "postgresql+psycopg://user:pw@host/db"


def ask(engine: Any, question: Callable[[Connection], Any]) -> Any:
    """The answer of a question to a connection of an engine of either kind, which is then closed."""
    if not isinstance(engine, AsyncEngine):
        try:
            with engine.connect() as connection:
                return question(connection)
        finally:
            engine.dispose()

    async def ask_async() -> Any:
        try:
            async with engine.connect() as connection:
                return await connection.run_sync(question)
        finally:
            await engine.dispose()

    return asyncio.run(ask_async())


def show(setting: str) -> Callable[[Connection], Any]:
    return lambda connection: connection.execute(text(f"SHOW {setting}")).scalar_one()


@pytest.mark.parametrize("driver", DRIVERS)
class TestASession:
    @pytest.mark.parametrize(("setting", "value"), [("statement_timeout", "30s"), ("application_name", "shop")])
    def test_has_its_protections(self, database: Database, driver: str, setting: str, value: str) -> None:
        assert ask(engine_of(driver, database.url, application_name="shop"), show(setting)) == value

    def test_has_the_timeout_that_was_asked_for(self, database: Database, driver: str) -> None:
        assert ask(engine_of(driver, database.url, statement_timeout=1234), show("statement_timeout")) == "1234ms"

    def test_does_not_show_parameters_in_its_errors(self, database: Database, driver: str) -> None:
        def fail(connection: Connection) -> None:
            connection.execute(text("SELECT no_such_column, :value"), {"value": "of a customer"})

        with pytest.raises(DBAPIError) as caught:
            ask(engine_of(driver, database.url), fail)
        (fault,) = faults_of(caught.value)
        assert "no_such_column" in fault.message
        assert "of a customer" not in fault.message
        if driver != "psycopg2":  # which writes values into the statement: the server's own words quote it
            assert "of a customer" not in str(caught.value)


def test_libpq_drivers_send_keepalives(database: Database) -> None:
    def options(connection: Connection) -> tuple[int, int, int]:
        with socket.socket(fileno=connection.connection.driver_connection.fileno()) as used:  # type: ignore[union-attr]
            try:
                return (
                    used.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE),
                    used.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
                    used.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL),
                )
            finally:
                used.detach()

    assert ask(create_engine(database.url()), options) == (1, 30, 10)


def test_asyncpg_has_the_server_send_keepalives(database: Database) -> None:
    assert ask(create_async_engine(database.url("asyncpg")), show("tcp_keepalives_idle")) == "30"


def test_pool_has_its_protections() -> None:
    pool = create_engine(PSYCOPG).pool
    assert (pool._pre_ping, pool._recycle, pool.timeout()) == (True, 3600, 30)  # type: ignore[attr-defined]


def test_options_of_the_caller_win() -> None:
    pool = create_engine(PSYCOPG, pool_recycle=7, pool_pre_ping=False, pool_timeout=1, pool_size=9).pool
    assert (pool._pre_ping, pool._recycle, pool.timeout(), pool.size()) == (False, 7, 1, 9)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("query", "connect_args", "timeout"),
    [("", {}, "30s"), ("?options=-c%20statement_timeout%3D5s", {}, "5s"), ("", {"options": ""}, "0")],
    ids=["default", "URL", "connect_args"],
)
def test_what_the_url_or_connect_args_say_goes_before(
    database: Database, query: str, connect_args: dict[str, Any], timeout: str
) -> None:
    url = database.url() + query.replace("?", "&")
    assert ask(create_engine(url, connect_args=connect_args), show("statement_timeout")) == timeout


def test_other_options_of_the_url_stay_beside_the_timeout(database: Database) -> None:
    engine = create_engine(database.url() + "&options=-c%20search_path%3Dshop")
    answer = ask(engine, lambda connection: (show("search_path")(connection), show("statement_timeout")(connection)))
    assert answer == ("shop", "30s")


def test_a_server_setting_of_the_caller_stays_beside_the_timeout(database: Database) -> None:
    connect_args = {"server_settings": {"search_path": "shop"}}
    engine = create_async_engine(database.url("asyncpg"), connect_args=connect_args)
    answer = ask(engine, lambda connection: (show("search_path")(connection), show("statement_timeout")(connection)))
    assert answer == ("shop", "30s")


@pytest.mark.parametrize("driver", DRIVERS)
def test_connecting_ends_at_its_timeout(database: Database, driver: str) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        began = time.monotonic()
        with pytest.raises((DBAPIError, TimeoutError, asyncio.TimeoutError)):
            ask(engine_of(driver, lambda name: database.url(name, port), connect_timeout=2), show("port"))
        assert time.monotonic() - began < 9  # of the 10 s that are the default


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_a_url_that_names_no_driver_gets_one_that_is_installed(database: Database, scheme: str) -> None:
    url = database.url("asyncpg").replace("postgresql+asyncpg", scheme)
    assert ask(create_engine(url), show("port")) == str(database.server.port)
    assert ask(create_async_engine(url), show("port")) == str(database.server.port)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (f"{USER}:{PASSWORD}@{HOST}", "not a database URL"),
        (f"postgresql+nonsense://{USER}:pw@{HOST}/d", "no such database or driver"),
        (f"sqlite:///{HOST}", "not PostgreSQL"),
        (f"postgresql+pg8000://{USER}:pw@{HOST}/d", "pg8000"),
        (f"postgresql://{USER}:quokka p@ss@{HOST}/d", "where the host is"),
        (f"postgresql://{USER}:quokka p@ss:word@{HOST}/d", "not a database URL"),
        (f"postgresql://{USER}:quokka p@ss/word@{HOST}/d", "where the host is"),
        (f"postgresql+asyncpg://{USER}:pw@{HOST}/d?channel_binding=require", "does not know channel_binding"),
        (f"postgresql+asyncpg://{USER}:pw@{HOST}/d?sslmode=require&sslrootcert=/nowhere/{HOST}", "certificates"),
    ],
    ids=[
        "no URL",
        "no such driver",
        "another database",
        "a driver without protections",
        "@ in the password",
        "@ and : in the password",
        "@ and / in the password",
        "an unknown argument",
        "no such certificate",
    ],
)
def test_a_url_of_no_use_is_one_line_without_the_url(url: str, told: str) -> None:
    with pytest.raises(EngineError) as caught:
        create_engine(url)
    assert told in caught.value.message
    assert [secret for secret in SECRETS if secret in f"{caught.value.message} {caught.value.hint}"] == [
        secret for secret in ("postgresql+",) if secret in (caught.value.hint or "")
    ]


def test_everything_telling_in_a_url_is_a_secret() -> None:
    url = make_url("postgresql+psycopg://user1:pass1@host1/db1?host=host2,host3&hostaddr=10.0.0.1&passfile=/secret")
    assert {"user1", "pass1", "host1", "db1", "host2", "host3", "10.0.0.1", "/secret"} <= secrets_of(url)


def read(*checks: Check, engine: Engine | AsyncEngine) -> list[tuple[str, str]]:
    """What checks say of what they find through an engine, which is left without connections."""

    async def whole() -> tuple[Reading, ...]:
        readings = await Checkup(*checks).readings()
        if isinstance(engine, AsyncEngine):
            await engine.dispose()
        else:
            engine.dispose()
        return readings

    return [(fault.error, fault.message) for reading in asyncio.run(whole()) for fault in reading.faults]


@pytest.mark.parametrize("driver", DRIVERS)
class TestExtension:
    @pytest.fixture
    def engine(self, own_database: Database, driver: str) -> Engine | AsyncEngine:
        return engine_of(driver, own_database.url)

    def test_that_is_there(self, engine: Any) -> None:
        assert read(extension(engine, "vector", deadline=PATIENCE), engine=engine) == []

    def test_that_is_not_installed_in_this_database(self, engine: Any, own_database: Database) -> None:
        own_database.ask("DROP EXTENSION vector")
        ((error, message),) = read(extension(engine, "vector", deadline=PATIENCE), engine=engine)
        assert error == "ExtensionNotInstalled"
        assert "not installed in this database" in message

    def test_that_is_not_available_on_this_server(self, engine: Any) -> None:
        ((error, message),) = read(extension(engine, "postgis", deadline=PATIENCE), engine=engine)
        assert error == "ExtensionNotAvailable"
        assert "not available on this server" in message

    @pytest.mark.parametrize(
        "revoke",
        [
            "REVOKE SELECT ON pg_catalog.pg_extension FROM PUBLIC",
            "CREATE SCHEMA closed; ALTER EXTENSION vector SET SCHEMA closed",
        ],
        ids=["the catalogue", "the schema"],
    )
    def test_that_this_role_has_no_privilege_for(self, engine: Any, own_database: Database, revoke: str) -> None:
        own_database.ask(revoke)
        ((error, message),) = read(extension(engine, "vector", deadline=PATIENCE), engine=engine)
        assert error == "ExtensionNotPermitted"
        assert "no privilege" in message

    def test_whose_schema_is_not_on_the_search_path(self, engine: Any, own_database: Database) -> None:
        own_database.ask("CREATE SCHEMA apart; GRANT USAGE ON SCHEMA apart TO PUBLIC")
        own_database.ask("ALTER EXTENSION vector SET SCHEMA apart")
        ((error, message),) = read(extension(engine, "vector", deadline=PATIENCE), engine=engine)
        assert error == "ExtensionNotOnSearchPath"
        assert "in the schema apart" in message
        assert read(extension(engine, "vector", schema="apart", deadline=PATIENCE), engine=engine) == []
        ((error, _),) = read(extension(engine, "vector", schema="public", deadline=PATIENCE), engine=engine)
        assert error == "ExtensionNotOnSearchPath"

    def test_that_chooses_its_own_schema(self, engine: Any) -> None:
        assert read(extension(engine, "plpgsql", deadline=PATIENCE), engine=engine) == []

    @pytest.mark.parametrize(("name", "meant"), [("pgvector", "vector"), ("Vector", "vector")])
    def test_by_another_name_is_hinted_at(self, engine: Any, name: str, meant: str) -> None:
        ((error, message),) = read(extension(engine, name, deadline=PATIENCE), engine=engine)
        assert error == "ExtensionNotAvailable"
        assert message.endswith(f"did you mean {meant}?")

    def test_is_not_created(self, engine: Any, own_database: Database) -> None:
        own_database.ask("DROP EXTENSION vector")
        read(extension(engine, "vector", deadline=PATIENCE), engine=engine)
        assert own_database.ask("SELECT 1 FROM pg_extension WHERE extname = 'vector'") == []

    def test_whose_name_is_hostile_is_a_value_only(self, engine: Any) -> None:
        ((error, _),) = read(extension(engine, "'; DROP TABLE x; --", deadline=PATIENCE), engine=engine)
        assert error == "ExtensionNotAvailable"


def test_checks_work_with_an_engine_from_elsewhere(database: Database) -> None:
    engine = plain_create_engine(database.url())
    assert read(_database(engine, deadline=PATIENCE), engine=engine) == []


_database = database  # the fixture of this name hides it in the tests


def test_a_probe_opens_no_transaction(own_database: Database) -> None:
    engine = create_engine(own_database.url())
    (reading,) = asyncio.run(Checkup(_database(engine, deadline=PATIENCE)).readings())
    assert reading.healthy
    assert own_database.last_statements() == ["SELECT 1"], "and no ROLLBACK after it"
    engine.dispose()


@pytest.mark.parametrize("driver", DRIVERS)
def test_one_url_with_what_libpq_knows_serves_every_driver(database: Database, driver: str) -> None:
    more = "sslmode=prefer&connect_timeout=7&application_name=shop"
    engine = engine_of(driver, lambda name: f"{database.url(name)}{'&' if '?' in database.url(name) else '?'}{more}")
    assert ask(engine, show("application_name")) == "shop"


def test_a_mode_that_needs_tls_is_asked_for_with_asyncpg_too(database: Database) -> None:
    engine = create_async_engine(database.url("asyncpg") + "?sslmode=require")
    with pytest.raises((DBAPIError, OSError), match=r"(?i)ssl"):
        ask(engine, show("port"))


def test_no_private_part_of_sqlalchemy_is_used() -> None:
    package = Path(syntax_guard.backend.__file__).parent
    text = "".join(path.read_text() for path in package.glob("*.py"))
    used = set(re.findall(r"pool\._\w+|\._max_overflow|\b_do_\w+", text))
    assert used == set()
