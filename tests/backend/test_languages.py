"""Errors of a server whose messages are not English: told apart by SQLSTATE, and honest where there is none."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from syntax_guard.backend import Checkup, Fault, create_engine
from syntax_guard.backend import database as database_check
from syntax_guard.backend.faults import faults_of
from syntax_guard.backend.redact import redact

from .postgres import PASSWORD, SECRETS, USER, free_port, german
from .serving import DRIVERS, PATIENCE, engine_of

WRONG = {
    # The password, the database, the error's name, whether it may pass, and a word of the German message.
    "a wrong password": ("nope", "busy", "InvalidPassword", False, "fehlgeschlagen"),
    "no such database": (PASSWORD, "none", "DatabaseMissing", False, "existiert nicht"),
    "no connection left": (PASSWORD, "busy", "TooManyConnections", True, "zu viele Verbindungen"),
}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with tempfile.TemporaryDirectory(prefix="syntax-guard-german-") as folder, german(Path(folder)) as port:
        yield port


def fault_of(driver: str, url: str, **options: Any) -> tuple[Fault, frozenset[str]]:
    """Why the database cannot be reached, and what a reply must hide of it."""
    check = database_check(engine_of(driver, lambda name: f"postgresql+{name}://{url}", **options), deadline=PATIENCE)
    (reading,) = asyncio.run(Checkup(check).readings())
    (fault,) = reading.faults
    return fault, check.secrets


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("driver", DRIVERS)
def test_the_server_s_own_language_is_no_hindrance_where_the_driver_has_its_code(
    driver: str, wrong: str, port: int
) -> None:
    password, database, name, may_pass, said = WRONG[wrong]
    fault, secrets = fault_of(driver, f"{USER}:{quote(password, safe='')}@127.0.0.1:{port}/{database}")
    assert said in fault.message
    if driver == "asyncpg":
        assert (fault.error, fault.may_pass) == (name, may_pass)
    else:  # libpq passes on no code of a connection that failed
        assert (fault.error, fault.may_pass) == ("OperationalError", True)
    shown = redact(fault.message, secrets)
    assert [secret for secret in SECRETS if secret in shown] == []


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_server_that_is_not_there_has_one_name(driver: str) -> None:
    fault, _ = fault_of(driver, f"{USER}@127.0.0.1:{free_port()}/none")
    assert (fault.error, fault.may_pass) == ("ConnectionRefusedError", True)


@pytest.mark.parametrize("driver", [driver for driver in DRIVERS if driver != "asyncpg"])
def test_an_argument_that_the_driver_does_not_know_is_not_waited_for(driver: str, port: int) -> None:
    fault, _ = fault_of(driver, f"{USER}@127.0.0.1:{port}/busy?nonsense=1")
    assert (fault.error, fault.may_pass) == ("ProgrammingError", False)


def test_an_error_of_a_statement_has_its_code_in_every_language(port: int) -> None:
    url = f"postgresql+psycopg://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/postgres"
    engine = create_engine(url)
    with engine.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(text("SELECT 1 FROM no_such_table"))
    engine.dispose()
    (fault,) = faults_of(caught.value)
    assert (fault.error, fault.may_pass) == ("UndefinedTable", True)
    assert "existiert nicht" in fault.message


ASK = """
import locale, sys
locale.setlocale(locale.LC_ALL, "")
from sqlalchemy import text
from syntax_guard.backend import create_engine
from syntax_guard.backend.faults import faults_of
with create_engine(sys.argv[1]).connect() as connection:
    try:
        connection.execute(text("SELECT 'of a customer' FROM no_such_table"))
    except Exception as error:
        print(error.orig, faults_of(error)[0].message, sep="=====")
"""


def test_the_line_of_a_statement_stays_out_of_a_fault_in_every_language(port: int) -> None:
    url = f"postgresql+psycopg://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/postgres"
    # With Debian's libpq, which has translations; the one in the wheel has none.
    environment = {**os.environ, "PSYCOPG_IMPL": "python", "LC_ALL": "C.UTF-8", "LANGUAGE": "de"}
    done = subprocess.run([sys.executable, "-c", ASK, url], env=environment, capture_output=True, text=True, check=True)
    said, _, message = done.stdout.partition("=====")
    assert "ZEILE 1: SELECT 'of a customer'" in said
    assert message.strip() == "Relation »no_such_table« existiert nicht"
