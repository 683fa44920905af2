"""What an exception means: a name that replies show, a message, and whether waiting can help."""

from __future__ import annotations

import re

from sqlalchemy.exc import DBAPIError

from ..reports.neutral import visible
from .check import CheckError, Fault, text_of

NAMES = {
    "08P01": "ProtocolViolation",
    "28000": "InvalidAuthorization",
    "28P01": "InvalidPassword",
    "3D000": "DatabaseMissing",
    "42501": "InsufficientPrivilege",
    "42704": "UnknownSetting",
    "53300": "TooManyConnections",
    "57P03": "CannotConnectNow",
    "08001": "ConnectionRefusedError",
}
"""SQLSTATE of what a connection ends with -> the name that replies show, for every driver the same.
https://www.postgresql.org/docs/current/errcodes-appendix.html"""
STAYS = frozenset({"08P01", "28000", "28P01", "3D000", "42501", "42704"})
"""Where waiting does not help: an administrator has to do something, or the URL is wrong."""

# For a connection that failed, libpq has no SQLSTATE, only a message: the server's or its own. These patterns fit where
# the server's `lc_messages` is English; in other languages the fault keeps the driver's name, and is waited for.
_WORDS = (
    (re.compile(r"password authentication failed|no password supplied"), "28P01"),
    (re.compile(r"pg_hba\.conf|role \S+ (?:does not exist|is not permitted to log in)|authentication failed"), "28000"),
    (re.compile(r"permission denied for database"), "42501"),
    (re.compile(r"database \S+ does not exist"), "3D000"),
    (re.compile(r"unrecognized configuration parameter"), "42704"),
    (re.compile(r"unsupported startup parameter"), "08P01"),  # PgBouncer: the engine needs its `pooler`
    (re.compile(r"too many (?:clients|connections)|remaining connection slots are|no more connections"), "53300"),
    (re.compile(r"the database system is (?:starting up|shutting down|in recovery|not yet accepting)"), "57P03"),
    (re.compile(r"Connection refused"), "08001"),
)  # fmt: skip
_QUOTED = re.compile(r"\n(?:LINE \d+:|[^\n]*\n[^\S\n]*\^).*", re.DOTALL)
"""The line of the statement, in whichever language: it comes with a caret below it."""


def faults_of(error: BaseException) -> tuple[Fault, ...]:
    """Say what an exception means; an error of a database driver under one name for every driver."""
    if isinstance(error, CheckError):
        return error.faults or (Fault("CheckError", "the check gave no reason"),)
    error = _drivers_own(error)
    # psycopg2 writes values into the statement, and the server quotes the line that holds them.
    message = _QUOTED.sub("", text_of(error)) or "no message"
    state = sqlstate(error) or _state_in(error, message)
    if state in NAMES:
        return (Fault(NAMES[state], message, may_pass=state not in STAYS),)
    name = type(error).__name__
    # Without a state, a ProgrammingError is the driver's own: an argument that it does not know, or a wrong call.
    mistake = isinstance(error, TypeError) or (name == "ProgrammingError" and state is None)
    return (Fault(visible(name), message, may_pass=not mistake),)


def sqlstate(error: BaseException) -> str | None:
    """The server's five characters for an error, whichever driver brought it."""
    error = _drivers_own(error)
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    return state if isinstance(state, str) else None


def _drivers_own(error: BaseException) -> BaseException:
    if isinstance(error, DBAPIError) and error.orig is not None:
        # SQLAlchemy's asyncpg dialect wraps once more: the driver's own error is the cause.
        return error.orig.__cause__ or error.orig
    return error


def _state_in(error: BaseException, message: str) -> str | None:
    if isinstance(error, ConnectionRefusedError):
        return "08001"
    if type(error).__name__ not in ("OperationalError", "ConnectionFailure"):
        return None
    return next((state for words, state in _WORDS if words.search(message)), None)
