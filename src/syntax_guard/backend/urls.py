"""Database URLs: read without ever being shown."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from ..errors import SyntaxGuardError

_FORM = "postgresql+psycopg://user:password@host:5432/database"


class EngineError(SyntaxGuardError):
    """No engine can be made of this URL. The message never shows the URL."""


def read_url(url: str | URL, drivers: Sequence[str]) -> URL:
    """The URL with a driver, the first of ``drivers`` that is installed where it names none. Raises `EngineError`."""
    try:
        made = make_url(url)
        if made.drivername in ("postgresql", "postgres"):  # the latter as hosting services write it
            # SQLAlchemy 2.0 and 2.1 have different defaults: what is installed decides here.
            driver = next((name for name in drivers if find_spec(name)), drivers[0])
            made = made.set(drivername=f"postgresql+{driver}")
        made.get_dialect().import_dbapi()
    except NoSuchModuleError:
        raise EngineError("SQLAlchemy knows no such database or driver", "use postgresql+psycopg://…") from None
    except (ArgumentError, ValueError):  # ValueError: what stands for the port is no number
        hint = f"{_FORM}, where @ : / of a password are %40 %3A %2F"
        raise EngineError("this is not a database URL", hint) from None
    except ImportError as missing:
        raise EngineError(f"the driver is missing: {missing.name}", f"pip install {missing.name}") from None
    if made.get_backend_name() != "postgresql":
        raise EngineError(f"this is a URL for {made.get_backend_name()}, not PostgreSQL", "use postgresql+psycopg://…")
    if "@" in (made.host or "") or "@" in (made.database or ""):
        raise EngineError("a part of the password is where the host is", "write @ in a password as %40, / as %2F")
    return made


def values(url: URL, key: str) -> tuple[str, ...]:
    """What the URL's query says of ``key``."""
    value = url.query.get(key, ())
    return (value,) if isinstance(value, str) else tuple(value)


def secrets_of(url: URL) -> frozenset[str]:
    """What of a URL no reply may contain: password, user, hosts, database, and the texts that hold them."""
    hosts = [url.host or "", *(value for key in ("host", "hostaddr") for value in values(url, key))]
    keys = ("user", "password", "passfile", "dbname", "service", "sslpassword")
    more = [value for key in keys for value in values(url, key)]
    whole = [url.render_as_string(hide_password=hide) for hide in (False, True)]
    parts = [part for host in hosts for part in host.split(",")]
    return frozenset(filter(None, [str(url.password or ""), url.username, url.database, *parts, *more, *whole]))
