"""The settings that a ``pyproject.toml`` holds.

What a file says is remembered with all of its bytes: to parse TOML takes longer than to start Python.
"""

from __future__ import annotations

import os
import stat
import sys

from . import __version__
from .errors import SettingsError
from .options import OPTIONS, did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .options import Option
    from .store import Store

FILE_LIMIT = 1024 * 1024
"""Bytes of the largest settings file that is read."""
KEY_PARTS = 1000
"""Dots on one line: ``tomllib`` takes time quadratic in the parts of a key."""
REMEMBERED_LIMIT = 64 * 1024
"""Bytes of the largest that is remembered."""
TABLE = "tool.syntax-guard"
_KINDS: dict[str, Callable[[str], Any]] = {"str": str, "int": int, "float": float, "bool": "True".__eq__}


def read_settings(path: str, store: Store) -> dict[str, Any]:
    """The settings, by field name, in the ``pyproject.toml`` at `path`; `store` remembers them.

    Raises `SettingsError` for a file that cannot be read or is no TOML, and for a setting that is unknown, stands
    where it has no say, or has a value of the wrong kind.
    """
    content = _content(path)
    if store.folder is None or len(content) > REMEMBERED_LIMIT:
        return _read(content, path)
    from _imp import source_hash  # importlib.util's keyed hash (SipHash), without what that imports

    # As the C long that it takes: 8 bytes with a sign, 4 on Windows.
    key = int.from_bytes(source_hash(0, store.key)[: 4 if os.name == "nt" else 8], "big", signed=True)
    name = f"settings-{source_hash(0, os.fsencode(os.path.abspath(path))).hex()}"
    question = b"\0".join([__version__.encode(), sys.version.encode(), str(len(content)).encode(), content])
    record = store.read(name)
    if record is not None and record[8:].startswith(question) and record[:8] == source_hash(key, record[8:]):
        known = _decoded(record[8 + len(question) :])
        if known is not None:
            return known
    values = _read(content, path)
    answer = _encoded(values)
    if answer is not None and values.get("cache", True):
        store.replace(name, source_hash(key, question + answer) + question + answer)
    return values


def _encoded(values: Mapping[str, Any]) -> bytes | None:
    """`values` as bytes, or None where they cannot be told apart in them. No code and no pickle."""
    fields: list[str] = []
    for name, value in values.items():
        several = isinstance(value, tuple)
        kind = "strs" if several else type(value).__name__
        texts = value if several else [str(value)]
        if (kind != "strs" and kind not in _KINDS) or any("\0" in text for text in texts):
            return None
        fields += [name, kind, str(len(texts)), *texts]
    return "\0".join(fields).encode("utf-8", "surrogatepass")


def _decoded(answer: bytes) -> dict[str, Any] | None:
    """What `_encoded` made of settings, or None where it did not make this."""
    values: dict[str, Any] = {}
    allowed = {"requires_python", *(option.field for option in OPTIONS if option.in_file)}
    try:
        fields = iter(answer.decode("utf-8", "surrogatepass").split("\0") if answer else ())
        for name in fields:
            kind, count = next(fields), int(next(fields))
            texts = [next(fields) for _ in range(count)]
            values[name] = tuple(texts) if kind == "strs" else _KINDS[kind](texts[0])
    except (ValueError, KeyError, IndexError, StopIteration):
        return None
    return values if allowed.issuperset(values) else None


def _read(content: bytes, path: str) -> dict[str, Any]:
    from .versions import declared

    document = parse(content, path)
    values: dict[str, Any] = {}
    table = _table(document, path, "tool", "syntax-guard")
    known = {option.name: option for option in OPTIONS if option.in_file}
    for name, value in table.items():
        if name not in known:
            raise _unknown(name, known, path)
        values[known[name].field] = known[name].read(value, f"{path}: {TABLE}.{name}")
    requires = declared(document, path)
    if requires is not None:
        values["requires_python"] = requires
    return values


def parse(content: bytes, path: str) -> dict[str, Any]:
    """The TOML document in `content`; `path` is named in a `SettingsError`."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    if content.count(b".") > KEY_PARTS and any(line.count(b".") > KEY_PARTS for line in content.splitlines()):
        raise SettingsError(f"{path}: more than {KEY_PARTS} dots on one line", "this is no settings file")
    try:
        document: dict[str, Any] = tomllib.loads(content.decode())
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8 at byte {error.start}", "TOML is UTF-8 text") from None
    except ValueError as error:  # TOMLDecodeError, and what int and datetime say of a number
        raise SettingsError(f"{path}: not valid TOML: {(str(error) or 'a value').splitlines()[0][:200]}") from None
    except RecursionError:
        raise SettingsError(f"{path}: not valid TOML: nested too deeply") from None
    return document


def _content(path: str) -> bytes:
    try:
        # O_NONBLOCK: a FIFO in its place must not stop a commit.
        file = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise SettingsError(f"{path}: cannot be read: not a regular file", "--isolated uses no settings file")
            parts = [os.read(file, FILE_LIMIT + 1)]
            while parts[-1] and sum(map(len, parts)) <= FILE_LIMIT:
                parts.append(os.read(file, FILE_LIMIT + 1))
        finally:
            os.close(file)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}", "--isolated uses no settings file") from None
    content = b"".join(parts)
    if len(content) > FILE_LIMIT:
        raise SettingsError(f"{path}: larger than {FILE_LIMIT >> 10} KiB", "this is no settings file")
    return content


def _table(document: dict[str, Any], path: str, *names: str) -> dict[str, Any]:
    table = document
    for name in names:
        inner = table.get(name, {})
        if not isinstance(inner, dict):
            raise SettingsError(f"{path}: {'.'.join(names)}: expected a table")
        table = inner
    return table


def _unknown(name: str, known: Mapping[str, Option], path: str) -> SettingsError:
    elsewhere = next((option for option in OPTIONS if option.name == name and not option.in_file), None)
    if elsewhere:
        hint: str | None = f"give it as --{name} or in {elsewhere.variable}"
        return SettingsError(f"{path}: {TABLE}.{name} cannot be set in a file", hint)
    return SettingsError(f"{path}: {TABLE}.{name[:100]} is not a setting", did_you_mean(name, tuple(known)))
