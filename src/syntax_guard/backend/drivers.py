"""The protections of a connection under each driver's own names for them."""

from __future__ import annotations

import inspect
import ssl
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from sqlalchemy import URL

from .urls import EngineError, values

Pooler: TypeAlias = Literal["transaction"]
"""How a pooler in front of the server, such as PgBouncer, hands out its connections."""

KEEPALIVE = {"idle": 30, "interval": 10, "count": 3}
"""Seconds of silence before the first packet, between two, and how many may stay unanswered: dead in a minute."""
_OF_SQLALCHEMY = frozenset(
    {"prepared_statement_cache_size", "prepared_statement_name_func", "async_creator_fn", "async_fallback"}
)
"""Arguments that its asyncpg dialect takes for itself."""


class Protections(NamedTuple):
    """What was asked for."""

    application_name: str | None
    connect_timeout: int
    statement_timeout: int
    pooler: Pooler | None


def connect_args(url: URL, asked: Protections, theirs: Mapping[str, Any]) -> tuple[URL, dict[str, Any]]:
    """The URL without what had to be translated, and the driver's arguments. What the caller says goes before.

    Raises `EngineError` for a driver that is not known here, and for an argument that the driver does not know.
    """
    driver = url.get_dialect().driver
    if driver in ("psycopg", "psycopg_async", "psycopg2"):
        ours = _of_libpq(url, asked, prepares=driver != "psycopg2")
        # What the URL says counts; `options` holds it already.
        defaulted = {key: value for key, value in ours.items() if key == "options" or key not in url.query}
        return url, {**defaulted, **theirs}
    if driver == "asyncpg":
        ours = _of_asyncpg(asked)
        translated = _translated(url)
        url = url.difference_update_query(_LIBPQ)
        settings = {
            **ours.pop("server_settings", {}),
            **translated.pop("server_settings", {}),
            **theirs.get("server_settings", {}),
        }
        defaulted = {key: value for key, value in ours.items() if key not in url.query}
        arguments = {**defaulted, **translated, **theirs, **({"server_settings": settings} if settings else {})}
        _refuse_unknown({*url.query, *arguments})
        return url, arguments
    raise EngineError(f"the protections of {driver} are not known here", "use psycopg, psycopg2 or asyncpg")


def _of_libpq(url: URL, asked: Protections, *, prepares: bool) -> dict[str, Any]:
    # https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
    common = {
        "connect_timeout": asked.connect_timeout,
        "keepalives": 1,
        **{f"keepalives_{name}": value for name, value in KEEPALIVE.items()},
        **({"application_name": asked.application_name} if asked.application_name else {}),
    }
    if asked.pooler:  # the next transaction may be on another connection of the server: nothing is prepared
        return {**common, **({"prepare_threshold": None} if prepares else {})}
    options = " ".join(values(url, "options"))
    return {**common, "options": f"-c statement_timeout={asked.statement_timeout} {options}".rstrip()}


def _of_asyncpg(asked: Protections) -> dict[str, Any]:
    # https://magicstack.github.io/asyncpg/current/api/index.html#connection: it has no keepalive of its own, so
    # the server sends the packets, and command_timeout frees a caller from a connection that is dead.
    name = {"application_name": asked.application_name} if asked.application_name else {}
    common = {
        "timeout": asked.connect_timeout,
        **({"command_timeout": asked.statement_timeout / 1000 + 5} if asked.statement_timeout else {}),
    }
    if asked.pooler:
        return {
            **common,
            "server_settings": name,  # the one setting that every pooler keeps for its client
            "statement_cache_size": 0,
            "prepared_statement_cache_size": 0,
            "prepared_statement_name_func": str,  # "": a statement without a name is gone with its transaction
        }
    return {
        **common,
        "server_settings": {
            "statement_timeout": str(asked.statement_timeout),
            **{f"tcp_keepalives_{each}": str(value) for each, value in KEEPALIVE.items()},
            **name,
        },
    }


_LIBPQ = ("sslmode", "sslrootcert", "sslcert", "sslkey", "sslpassword", "connect_timeout", "application_name")
"""What libpq takes in a URL and asyncpg's connect() does not, so that one URL serves every driver."""


def _translated(url: URL) -> dict[str, Any]:
    said = {key: values(url, key)[-1] for key in _LIBPQ if key in url.query}
    arguments: dict[str, Any] = {}
    if "connect_timeout" in said:
        arguments["timeout"] = float(said["connect_timeout"])
    if "application_name" in said:
        arguments["server_settings"] = {"application_name": said["application_name"]}
    if any(key in said for key in ("sslrootcert", "sslcert")):
        arguments["ssl"] = _ssl_context(said)
    elif "sslmode" in said:
        arguments["ssl"] = said["sslmode"]
    return arguments


def _ssl_context(said: Mapping[str, str]) -> ssl.SSLContext:
    """As libpq has it: with a root certificate ``require`` verifies it, and only ``verify-full`` the name."""
    root = said.get("sslrootcert")
    try:
        context = ssl.create_default_context(cafile=None if root == "system" else root)
        context.check_hostname = said.get("sslmode") == "verify-full" or root == "system"
        if root is None and said.get("sslmode") not in ("verify-ca", "verify-full"):
            context.verify_mode = ssl.CERT_NONE
        if "sslcert" in said:
            context.load_cert_chain(said["sslcert"], said.get("sslkey"), said.get("sslpassword"))
    except (OSError, ssl.SSLError) as error:
        raise EngineError(
            f"the certificates of this URL cannot be used: {type(error).__name__}",
            "look at the files that sslrootcert, sslcert and sslkey name",
        ) from None
    return context


def _refuse_unknown(arguments: set[str]) -> None:
    import asyncpg  # type: ignore[import-untyped]

    known = set(inspect.signature(asyncpg.connect).parameters) | _OF_SQLALCHEMY
    unknown = sorted(arguments - known)
    if unknown:
        raise EngineError(f"asyncpg does not know {', '.join(unknown)}", "take it out of the URL or of connect_args")
