"""The check on the schema: the database is at Alembic's head."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec

from sqlalchemy import Connection, Engine
from sqlalchemy.ext.asyncio import AsyncEngine

from .check import Check, CheckError, Fault
from .database_checks import check_of


def migrated(
    engine: Engine | AsyncEngine,
    location: str | os.PathLike[str],
    *,
    version_table: str = "alembic_version",
    version_table_schema: str | None = None,
    allow_ahead: bool = False,
    name: str = "migrations",
    deadline: float = 2.0,
) -> Check:
    """Check that the database is at the head of these migrations of Alembic. It only reads.

    The migrations are read once: they are those of the code that runs. A database that is behind does not leave
    ``/health/ready``: during a deployment that would take every older instance out of service.

    Args:
        engine: An engine of SQLAlchemy, plain or asyncio.
        location: ``alembic.ini``, ``pyproject.toml``, or a script location.
        version_table: The table in which Alembic keeps the revision.
        version_table_schema: The schema of that table.
        allow_ahead: Whether a database passes that newer code has migrated, as after a rollback of the code alone.
        name: The name of the check in replies and metrics.
        deadline: Seconds that the check may take.

    Returns:
        The check.

    Raises:
        ImportError: Alembic is not installed.
    """
    if find_spec("alembic") is None:
        raise ImportError("migrated() needs Alembic: pip install alembic", name="alembic")
    place = os.path.abspath(location)
    known: list[tuple[frozenset[str], frozenset[str]]] = []

    def ask(connection: Connection) -> None:
        from alembic.runtime.migration import MigrationContext

        if not known:
            known.append(_revisions(place))
        heads, revisions = known[0]
        if not connection.dialect.has_table(connection, version_table, schema=version_table_schema):
            told = f"there is no table {version_table}, so no migration has run: alembic upgrade head"
            raise CheckError(Fault("MigrationsNeverRun", told))
        options = {"version_table": version_table, "version_table_schema": version_table_schema}
        current = frozenset(MigrationContext.configure(connection, opts=options).get_current_heads())
        unknown = current - revisions
        if unknown and not allow_ahead:
            told = f"the database is at {_list(unknown)}, which this code does not know: it is older than the database"
            raise CheckError(Fault("MigrationsAhead", told))
        if not unknown and current != heads:
            told = f"the database is at {_list(current)}, this code needs {_list(heads)}: alembic upgrade head"
            raise CheckError(Fault("MigrationsBehind", told))

    check = check_of(engine, name, deadline, ask)
    return Check(
        check.name, check.ask, check.deadline, check.component_type, needed_to_serve=False, may_come_up=True,
        secrets=check.secrets, overdue=check.overdue,
    )  # fmt: skip


def _revisions(place: str) -> tuple[frozenset[str], frozenset[str]]:
    """The heads, and every revision. Alembic runs the files of the migrations."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    if not os.path.exists(place):
        raise CheckError(Fault("MigrationsNotFound", f"there is no {os.path.basename(place)} for Alembic"))
    if os.path.isdir(place):
        settings = Config()
        settings.set_main_option("script_location", place.replace("%", "%%"))
    elif place.endswith(".toml"):
        settings = Config(toml_file=place)
    else:
        settings = Config(place)
    path = list(sys.path)
    try:
        script = ScriptDirectory.from_config(settings)
        return frozenset(script.get_heads()), frozenset(each.revision for each in script.walk_revisions())
    except CommandError as error:
        raise CheckError(Fault("MigrationsNotFound", str(error))) from error
    finally:
        sys.path[:] = path  # prepend_sys_path is for Alembic's own runs


def _list(revisions: frozenset[str]) -> str:
    return ", ".join(sorted(revisions)) or "no revision"
