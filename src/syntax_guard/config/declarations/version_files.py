"""The files in which version managers keep a project's Python.

``.python-version`` (pyenv, uv), ``.tool-versions`` (asdf), ``mise.toml`` (mise) and ``Pipfile`` (pipenv).
"""

from __future__ import annotations

from ...errors import SettingsError
from ..toml import parse
from .declaration import Declaration, DeclarationError
from .lines import line_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def minor(text: str) -> str | None:
    """The minor version, such as ``3.11``, that a CPython of pyenv, uv, asdf or mise is called by, else None.

    Other implementations, ``system``, ``latest``, virtual environments and a bare ``3`` name none.
    """
    name = text.strip().lower().removeprefix("cpython-").removeprefix("cpython@").removeprefix("python-")
    parts = name.split("-")[0].split("+")[0].split(".")
    if len(parts) < 2 or parts[0] != "3":
        return None
    digits = parts[1]
    for mark in ("a", "b", "rc", "t"):  # 3.14rc1, 3.14t
        digits = digits.partition(mark)[0]
    return f"3.{int(digits)}" if digits.isascii() and digits.isdigit() and len(digits) < 4 else None


def read_python_version(content: bytes, path: str) -> Declaration | None:
    """What a ``.python-version`` pins: a version a line."""
    lines = [line.partition("#")[0].strip() for line in content.decode("utf-8", "replace").splitlines()]
    first = next((number for number, line in enumerate(lines, 1) if minor(line)), None)
    return _pin((word for line in lines for word in line.split()), ".python-version", path, first)


def read_tool_versions(content: bytes, path: str) -> Declaration | None:
    """What the line ``python …`` of a ``.tool-versions`` pins."""
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
        words = line.partition("#")[0].split()
        if words[:1] == ["python"]:
            return _pin(words[1:], "python", path, number)
    return None


def read_mise(content: bytes, path: str) -> Declaration | None:
    """What ``[tools] python`` of a ``mise.toml`` pins. Raises `DeclarationError`."""
    said = _parsed(content, path).get("tools", {})
    value = said.get("python") if isinstance(said, dict) else None
    values = value if isinstance(value, list) else [value]
    words = [one.get("version") if isinstance(one, dict) else one for one in values]
    return _pin((word for word in words if isinstance(word, str)), "python", path, line_of(content, "python"))


def read_pipfile(content: bytes, path: str) -> Declaration | None:
    """What ``[requires]`` of a ``Pipfile`` pins. Raises `DeclarationError`."""
    said = _parsed(content, path).get("requires", {})
    for name in ("python_full_version", "python_version"):
        value = said.get(name) if isinstance(said, dict) else None
        if isinstance(value, str):
            return _pin([value], name, path, line_of(content, name))
    return None


def _parsed(content: bytes, path: str) -> dict[str, object]:
    try:
        return parse(content, path)
    except SettingsError as error:
        raise DeclarationError(error.message) from None


def _pin(words: Iterable[str], name: str, path: str, line: int | None) -> Declaration | None:
    named = [word for word in words if minor(word)]
    versions = tuple(dict.fromkeys(filter(None, map(minor, named))))
    return Declaration("pin", versions, f"{name} {' '.join(named)}", path, line) if versions else None
