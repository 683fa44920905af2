"""The settings that a ``pyproject.toml`` holds.

What a file says is remembered with all of its bytes: to parse TOML takes longer than to start Python.
"""

from __future__ import annotations

import os
import stat

from ..errors import SettingsError
from ..storage.records import join, split
from .remembered import DECLARATION_LIMIT, recalled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from ..storage.store import Store
    from .options import Option

TABLE = "tool.syntax-guard"
KEYS = tuple(TABLE.split("."))
_KINDS: dict[str, Callable[[str], Any]] = {"str": str, "int": int, "float": float, "bool": "True".__eq__}


def read_settings(path: str, store: Store) -> dict[str, Any]:
    """The settings, by field name, in the ``pyproject.toml`` at `path`; `store` remembers them.

    Raises `SettingsError` for a file that cannot be read or is no TOML, and for a setting that is unknown, stands
    where it does not count, or has a value of the wrong kind.
    """
    content = _content(path)
    return decoded(
        recalled(store, "settings", os.path.abspath(path), content, lambda: encoded(settings_in(content, path)))
    )


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


def settings_in(content: bytes, path: str) -> dict[str, Any]:
    """The settings, by field name, in `content`, the bytes of the ``pyproject.toml`` at `path`.

    Raises:
        SettingsError: They cannot be read or used.
    """
    from .specifiers import declared
    from .toml import parse

    document = parse(content, path)
    values = own_table(document, content, path)
    try:
        requires = declared(document)
    except SettingsError:  # what is inferred stops no run
        requires = None
    if requires is not None:
        values["requires_python"] = requires
    return values


def own_table(document: dict[str, Any], content: bytes, path: str) -> dict[str, Any]:
    """The settings, by field name, in ``[tool.syntax-guard]`` of a parsed file.

    Args:
        document: The file, parsed.
        content: Its bytes.
        path: Its path, for messages.

    Returns:
        The settings.

    Raises:
        SettingsError: One cannot be used. The message names the file and the line.
    """
    try:
        return _read(document)
    except _MistakeError as mistake:
        from .toml import line_of

        line = line_of(content, mistake.keys)
        place = path if line is None else f"{path}:{line}"
        raise SettingsError(f"{place}: {mistake.message}", mistake.hint) from None


class _MistakeError(SettingsError):
    """A mistake in our table, and the keys that lead to it."""

    def __init__(self, message: str, hint: str | None, keys: tuple[str, ...]) -> None:
        super().__init__(message, hint)
        self.keys = keys


def _read(document: dict[str, Any]) -> dict[str, Any]:
    from .options import OPTIONS

    values: dict[str, Any] = {}
    table = _table(document)
    _refuse_near_misses(document)
    known = {option.name: option for option in OPTIONS if option.in_file}
    for name, value in table.items():
        if name not in known:
            raise _unknown(name, known)
        try:
            values[known[name].field] = known[name].read(value, f"{TABLE}.{name}")
        except SettingsError as error:
            raise _MistakeError(error.message, error.hint, (*KEYS, name)) from None
    return values


def _refuse_near_misses(document: dict[str, Any]) -> None:
    """Raise `_MistakeError` for a table that is nearly ours: it would be ignored without a word."""
    for name, keys in _named_tables(document):
        full = ".".join(keys)
        plain = name.lower().replace("_", "").replace("-", "").replace(".", "").replace(" ", "")
        if full != TABLE and 9 <= len(plain) <= 14 and len(_LETTERS.intersection(plain)) >= len(_LETTERS) - 2:
            from difflib import SequenceMatcher

            if SequenceMatcher(None, plain, "syntaxguard").ratio() >= _NEAR:
                raise _MistakeError(f"[{full[:100]}] is no table of settings", f"did you mean [{TABLE}]?", keys)


def _named_tables(document: dict[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each name that may have been meant for our table, and the keys that lead there: of tables at the top, of tools,
    and of what people write for ``tool``."""
    yield from ((name, (name,)) for name in document)
    project = document.get("project")
    places: list[tuple[tuple[str, ...], Any]] = [(("tool",), document.get("tool")), (("tools",), document.get("tools"))]
    places.append((("project", "tool"), project.get("tool") if isinstance(project, dict) else None))
    for place, tools in places:
        for name, table in tools.items() if isinstance(tools, dict) else ():
            yield name, (*place, name)
            if name.lower() == "syntax" and isinstance(table, dict):  # a dot for the dash
                yield from ((f"{name}.{inner}", (*place, name, inner)) for inner in table)


_LETTERS = frozenset("syntaxguard")
_NEAR = 0.8


def _content(path: str) -> bytes:
    try:
        # O_NONBLOCK: a FIFO in its place must not stop a commit.
        file = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise SettingsError(
                    f"{path}: cannot be read: not a regular file", "make it a file that can be read, or use --isolated"
                )
            parts = [os.read(file, DECLARATION_LIMIT + 1)]
            while parts[-1] and sum(map(len, parts)) <= DECLARATION_LIMIT:
                parts.append(os.read(file, DECLARATION_LIMIT + 1))
        finally:
            os.close(file)
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot be read: {error.strerror}", "make it a file that can be read, or use --isolated"
        ) from None
    content = b"".join(parts)
    if len(content) > DECLARATION_LIMIT:
        raise SettingsError(
            f"{path}: larger than {DECLARATION_LIMIT >> 10} KiB", "name another file with --config, or use --isolated"
        )
    return content


def _table(document: dict[str, Any]) -> dict[str, Any]:
    table = document
    for depth, name in enumerate(KEYS, 1):
        inner = table.get(name, {})
        if not isinstance(inner, dict):
            raise _MistakeError(f"{TABLE}: expected a table", f"write [{TABLE}]", KEYS[:depth])
        table = inner
    return table


def _unknown(name: str, known: Mapping[str, Option]) -> _MistakeError:
    from .near import did_you_mean
    from .options import OPTIONS

    elsewhere = next((option for option in OPTIONS if option.name == name and not option.in_file), None)
    if elsewhere:
        hint = f"give it as {elsewhere.flags[0]} or in {elsewhere.variable}"
        return _MistakeError(f"{TABLE}.{name} cannot be set in a file", hint, (*KEYS, name))
    return _MistakeError(f"{TABLE}.{name[:100]} is not a setting", did_you_mean(name, tuple(known)), (*KEYS, name))
