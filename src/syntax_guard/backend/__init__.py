"""The gates past the container's start, for FastAPI and Starlette with SQLAlchemy and PostgreSQL.

Checks say whether something that the application needs is there; a startup gate and health routes ask them, metrics
count what they say. Nothing else in ``syntax_guard`` imports this package.
"""

from __future__ import annotations

try:
    import greenlet  # type: ignore[import-untyped] # noqa: F401 - SQLAlchemy imports it late, for async engines
    import prometheus_client  # noqa: F401
    import sqlalchemy  # noqa: F401
    import starlette  # noqa: F401
except ImportError as missing:
    raise ImportError(
        f"syntax_guard.backend needs its extra ({missing.name} is missing): pip install 'syntax-guard[backend]'",
        name=missing.name,
    ) from missing

from .check import Check, CheckError, Fault, Reading, check
from .checkup import Checkup
from .connections import Connections, async_connections, connections
from .database import create_async_engine, create_engine
from .database_checks import database, extension
from .health import health_router, health_routes
from .import_checks import imports, restart
from .metrics import Metrics, metrics_router
from .migration_check import migrated
from .sessions import async_session_factory, async_session_scope, session_dependency, session_factory, session_scope
from .source_checks import sources
from .startup import StartupError, guarded_lifespan

__all__ = [
    "Check",
    "CheckError",
    "Checkup",
    "Connections",
    "Fault",
    "Metrics",
    "Reading",
    "StartupError",
    "async_connections",
    "async_session_factory",
    "async_session_scope",
    "check",
    "connections",
    "create_async_engine",
    "create_engine",
    "database",
    "extension",
    "guarded_lifespan",
    "health_router",
    "health_routes",
    "imports",
    "metrics_router",
    "migrated",
    "restart",
    "session_dependency",
    "session_factory",
    "session_scope",
    "sources",
]
