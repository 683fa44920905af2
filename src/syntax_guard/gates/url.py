"""Addresses of web pages, as RFC 3986 writes them, as far as a health check needs that.

`urllib.parse` reads more, and takes as long to load as the whole check.
"""

from __future__ import annotations

from ..model import Record

_PORTS = {"http": 80, "https": 443}
_LONGEST_NAME, _LONGEST_LABEL = 253, 63  # RFC 1035, 2.3.4
_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
_ADDRESS_CHARACTERS = frozenset("0123456789abcdefABCDEF:.")


class Address(Record):
    """A page that can be asked for."""

    secure: bool
    """Whether the server is spoken to over TLS."""
    host: str
    """A name or an address, without brackets."""
    port: int
    authority: str
    """Host and port as the URL has them."""
    target: str
    """Path and query."""


def read_url(url: str) -> Address:
    """Return what `url` asks for. Raises `ValueError`, whose one line says what is wrong with it."""
    if not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("a character that no URL may hold; percent-encode it")
    scheme, _, rest = url.partition("://")
    scheme = scheme.lower()
    end = min([place for place in map(rest.find, "/?#") if place >= 0], default=len(rest))
    authority, target = rest[:end], rest[end:].partition("#")[0]
    if scheme not in _PORTS or not authority:
        raise ValueError("not an http or https URL with a host, such as http://127.0.0.1:8000/health")
    if "@" in authority:
        raise ValueError("no user and password are sent, because a command is not secret; ask for a page without")
    host, port = _host_and_port(authority)
    if not target.startswith("/"):
        target = "/" + target
    return Address(scheme == "https", host, port or _PORTS[scheme], authority, target)


def _host_and_port(authority: str) -> tuple[str, int]:
    """The host, and the port or 0 where none is named."""
    if authority.startswith("["):
        host, bracket, rest = authority[1:].partition("]")
        address, _, zone = host.partition("%25")
        if not bracket or ":" not in address or not set(address) <= _ADDRESS_CHARACTERS or rest[:1] not in ("", ":"):
            raise ValueError("not an IPv6 address in brackets, such as http://[::1]:8000/")
        host = f"{address}%{zone}" if zone else address
        port = rest[1:]
    else:
        host, _, port = authority.partition(":")
        labels = host.removesuffix(".").split(".")
        if not set(host) <= _NAME_CHARACTERS or len(host) > _LONGEST_NAME:
            raise ValueError(f"{host[:_LONGEST_LABEL]} is not the name of a host")
        if not all(0 < len(label) <= _LONGEST_LABEL for label in labels):
            raise ValueError(f"a name of a host has parts of 1 to {_LONGEST_LABEL} characters between its dots")
    if not port:
        return host, 0
    number = int(port) if port.isdecimal() and len(port) <= 5 else 0
    if not 0 < number < 1 << 16:
        raise ValueError(f"a port is a number from 1 to 65535, not {port[:20]}")
    return host, number


def without_secret(url: str) -> str:
    """`url` as it may be shown, without the user and password that it may hold."""
    before, slashes, rest = url.partition("//")
    end = min([place for place in map(rest.find, "/?#") if place >= 0], default=len(rest))
    secret, at, host = rest[:end].rpartition("@")
    return f"{before}{slashes}***@{host}{rest[end:]}" if at and secret + at else url
