"""The settings that a ``pyproject.toml`` holds.

What a file says is remembered with all of its bytes: to parse TOML takes longer than to start Python.
"""

from __future__ import annotations

import os
import stat

from ..errors import SettingsFileError, relative
from ..storage.records import join, split
from .remembered import DECLARATION_LIMIT, recalled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from ..storage.store import Store

_READABLE = "make it a file that can be read, or use --isolated"
_KINDS: dict[str, Callable[[str], Any]] = {"str": str, "int": int, "float": float, "bool": "True".__eq__}


def read_settings(path: str, store: Store) -> dict[str, Any]:
    """The settings, by field name, in the ``pyproject.toml`` at `path`; `store` remembers them.

    Raises `SettingsFileError` for a file that cannot be read or is no TOML, and for a setting that is unknown, stands
    where it does not count, or has a value of the wrong kind.
    """

    def read() -> list[str]:
        from .own_table import settings_in  # what was kept needs none of it

        return encoded(settings_in(content, path))

    try:
        content = _content(path)
        return decoded(recalled(store, "settings", os.path.abspath(path), content, read))
    except SettingsFileError as error:
        raise error.called(relative(path)) from None


def encoded(values: Mapping[str, Any]) -> list[str]:
    """Settings as rows that a store keeps. No code and no pickle."""
    rows = []
    for name, value in values.items():
        if not isinstance(value, tuple):
            rows.append(join([name, type(value).__name__, str(value)]))
        elif all(isinstance(one, str) for one in value):
            rows.append(join([name, "strs", *value]))
        else:
            from .expected import entries

            fields = (field for one in entries(value) for field in (one.pattern, ",".join(one.targets)))
            rows.append(join([name, "entries", *fields]))
    return rows


def decoded(rows: Sequence[str]) -> dict[str, Any]:
    """The settings that became `rows`."""
    values: dict[str, Any] = {}
    for row in rows:
        name, kind, *texts = split(row)
        if kind == "entries":
            from .expected import ExpectedBroken

            pairs = zip(texts[::2], texts[1::2], strict=True)
            values[name] = tuple(ExpectedBroken(path, tuple(said.split(",")) if said else ()) for path, said in pairs)
        else:
            values[name] = tuple(texts) if kind == "strs" else _KINDS[kind](texts[0])
    return values


def _content(path: str) -> bytes:
    try:
        # O_NONBLOCK: a FIFO in its place must not stop a commit.
        file = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            status = os.fstat(file)
            if not stat.S_ISREG(status.st_mode):
                raise SettingsFileError(path, "cannot be read: not a regular file", _READABLE)
            room = max(4096, min(status.st_size, DECLARATION_LIMIT) + 1)
            parts = [os.read(file, room)]
            while parts[-1] and sum(map(len, parts)) <= DECLARATION_LIMIT:
                parts.append(os.read(file, room))
        finally:
            os.close(file)
    except OSError as error:
        raise SettingsFileError(path, f"cannot be read: {error.strerror}", _READABLE) from None
    content = b"".join(parts)
    if len(content) > DECLARATION_LIMIT:
        raise SettingsFileError(
            path, f"larger than {DECLARATION_LIMIT >> 10} KiB", "name another file with --config, or use --isolated"
        )
    return content
