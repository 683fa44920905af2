"""The check on the schema, with Alembic's own commands before it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from syntax_guard.backend import migrated

from .postgres import Database
from .serving import DRIVERS, PATIENCE, engine_of
from .test_database import read

MIGRATION = """
revision = "{}"
down_revision = {}
def upgrade(): pass
def downgrade(): pass
"""
ENVIRONMENT = """
import os
from alembic import context
from sqlalchemy import create_engine
with create_engine(os.environ["URL"]).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""


@pytest.fixture
def location(tmp_path: Path) -> Path:
    """A script location with two migrations, and its alembic.ini beside it."""
    versions = tmp_path / "migrations/versions"
    versions.mkdir(parents=True)
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/migrations\npath_separator = os\n")
    (tmp_path / "migrations/env.py").write_text(ENVIRONMENT)
    (tmp_path / "migrations/script.py.mako").touch()
    (versions / "first.py").write_text(MIGRATION.format("0001", None))
    (versions / "second.py").write_text(MIGRATION.format("0002", "'0001'"))
    return tmp_path


@pytest.fixture
def alembic(location: Path, own_database: Database) -> Callable[..., None]:
    def run(*arguments: str) -> None:
        url = make_url(own_database.url()).render_as_string(hide_password=False)
        subprocess.run([sys.executable, "-m", "alembic", *arguments], cwd=location, check=True, env={"URL": url})

    return run


@pytest.mark.parametrize("driver", DRIVERS)
def test_behind_ahead_and_never_are_told_apart(
    driver: str, location: Path, own_database: Database, alembic: Callable[..., None]
) -> None:
    def said(place: str = "alembic.ini", **options: Any) -> list[tuple[str, str]]:
        engine = engine_of(driver, own_database.url)
        return read(migrated(engine, location / place, deadline=PATIENCE, **options), engine=engine)

    ((error, message),) = said()
    assert (error, "no table alembic_version" in message) == ("MigrationsNeverRun", True)
    alembic("upgrade", "0001")
    ((error, message),) = said()
    assert (error, message) == (
        "MigrationsBehind", "the database is at 0001, this code needs 0002: alembic upgrade head"
    )  # fmt: skip
    alembic("upgrade", "head")
    assert said() == []
    assert said("migrations") == []
    (location / "migrations/versions/second.py").unlink()
    ((error, message),) = said()
    assert (error, "is at 0002, which this code does not know" in message) == ("MigrationsAhead", True)
    assert said(allow_ahead=True) == []
    own_database.ask("DELETE FROM alembic_version")
    ((error, message),) = said()
    assert (error, "is at no revision" in message) == ("MigrationsBehind", True)
    ((error, message),) = said("nowhere.ini")
    assert (error, message) == ("MigrationsNotFound", "there is no nowhere.ini for Alembic")
    (location / "alembic.ini").write_text("[alembic]\n")
    ((error, _),) = said()
    assert error == "MigrationsNotFound"
