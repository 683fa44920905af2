"""Sessions that never outlive their use: rolled back on an error, closed in every case, reported when left open."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, overload

from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session, sessionmaker

log = logging.getLogger("syntax_guard.backend")

_NOT_THE_CALLER = ("sqlalchemy.", "syntax_guard.backend.sessions", "contextlib")


class GuardedSession(Session):
    """A session that writes to the log when it is garbage-collected with a transaction open."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._opened_at = _caller()

    def __del__(self) -> None:
        # A session whose __init__ failed has no transaction to ask for; at exit, logging may be gone.
        if not sys.is_finalizing() and hasattr(self, "_opened_at") and self.in_transaction():
            log.warning("a session opened at %s was garbage-collected open: use session_scope", self._opened_at)


def session_factory(engine: Engine, **options: Any) -> sessionmaker[GuardedSession]:
    """Make a ``sessionmaker`` for guarded sessions.

    Args:
        engine: The engine of the sessions.
        **options: Those of SQLAlchemy's ``sessionmaker``.

    Returns:
        The factory.
    """
    return sessionmaker(engine, class_=GuardedSession, **options)


def async_session_factory(engine: AsyncEngine, **options: Any) -> async_sessionmaker[AsyncSession]:
    """Make an ``async_sessionmaker`` for guarded sessions.

    Objects stay readable after a commit, without a hidden query.

    Args:
        engine: The engine of the sessions.
        **options: Those of SQLAlchemy's ``async_sessionmaker``.

    Returns:
        The factory.
    """
    return async_sessionmaker(engine, sync_session_class=GuardedSession, **{"expire_on_commit": False, **options})


@contextmanager
def session_scope(engine: Engine) -> Iterator[Session]:
    """Open one unit of work: committed at the end, rolled back on an error of any kind, closed in every case.

    Args:
        engine: The engine of the session.

    Yields:
        The session.
    """
    with GuardedSession(engine) as session:  # closing rolls back
        yield session
        session.commit()


@asynccontextmanager
async def async_session_scope(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """Open one unit of work for asyncio. A request that is cancelled is rolled back and closed too.

    Args:
        engine: The engine of the session.

    Yields:
        The session.
    """
    session = AsyncSession(engine, sync_session_class=GuardedSession, expire_on_commit=False)
    try:
        yield session
        await session.commit()
    finally:
        await _close(session)


@overload
def session_dependency(engine: Engine) -> Callable[[], Iterator[Session]]: ...
@overload
def session_dependency(engine: AsyncEngine) -> Callable[[], AsyncIterator[AsyncSession]]: ...
def session_dependency(engine: Engine | AsyncEngine) -> Callable[[], Iterator[Session] | AsyncIterator[AsyncSession]]:
    """Make a dependency for FastAPI: ``Annotated[Session, Depends(session_dependency(engine))]``.

    Commit in the route: what follows a dependency's ``yield`` may run after the answer has left (FastAPI 0.118), and a
    commit that fails then would go unnoticed. What is not committed is rolled back, error or not.

    Args:
        engine: An engine of SQLAlchemy, plain or asyncio.

    Returns:
        A function that yields a session.
    """
    if isinstance(engine, AsyncEngine):
        make_async = async_session_factory(engine)

        async def open_async_session() -> AsyncIterator[AsyncSession]:
            session = make_async()
            try:
                yield session
            finally:
                await _close(session)

        return open_async_session

    make = session_factory(engine)

    def open_session() -> Iterator[Session]:
        with make() as session:  # closing rolls back
            yield session

    return open_session


async def _close(session: AsyncSession) -> None:
    """Close, which rolls back, in a task of its own: a cancellation hits every further await of the caller."""
    await asyncio.shield(asyncio.ensure_future(session.close()))


def _caller() -> str:
    frame = sys._getframe(1)  # noqa: SLF001 - traceback.extract_stack reads source files, for every session
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(_NOT_THE_CALLER):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
