"""What doctor knows and writes, as data: ``known.toml``, and the templates of whole files."""

from __future__ import annotations

import pkgutil

from syntax_guard.config import toml


def template(name: str) -> str:
    """The text of a template, to be written as it is."""
    return (pkgutil.get_data(__package__, f"templates/{name}") or b"").decode()


KNOWN = toml.parse(pkgutil.get_data(__package__, "known.toml") or b"", "known.toml")
