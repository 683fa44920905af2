"""What doctor knows and writes, as data."""

from __future__ import annotations

import pkgutil

from syntax_guard.config import toml

KNOWN = toml.parse(pkgutil.get_data(__package__, "known.toml") or b"", "known.toml")
